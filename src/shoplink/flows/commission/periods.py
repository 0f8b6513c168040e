"""The established periods of links: from the database as time has left them, and as files.

`shoplink export --what periods` writes such a file, `shoplink attribute` reads it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import msgspec

from shoplink.core.commission.attribution import Period
from shoplink.core.commission.told import ToldError
from shoplink.core.instant import format_instant, parse_instant
from shoplink.core.parse import ALLOWED
from shoplink.core.values import visible
from shoplink.flows import clock
from shoplink.flows.look import CurrentState, look_at
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.read.link import snapshot
from shoplink.store.write.log import link_in, link_rows, require_database
from shoplink.table.cell import Form, IdCount, as_text, is_rounded, plain_id
from shoplink.table.error import TableError
from shoplink.table.header import plain_header
from shoplink.table.read import HeaderError, open_table, rows
from shoplink.table.write import CsvWriter
from shoplink.wording.input_errors import NOT_CSV, ROUNDED_ID, TOO_MANY_CELLS

if TYPE_CHECKING:
    from shoplink.attribution.staging import LinkFiles

_PAGE_LINKS = 1_000
_PARQUET = b"PAR1"
_IDS = ("link_id", "shop_id", "account_id")
_MAY_END_IN_ZEROS = Form(zeros_are_rounding=False)
_INSTANTS = ("linked_at", "ended_at", "changed_at")
_NEEDED = ("account_id", "changed_at", "ended_at", "link_id", "linked_at", "role", "shop_id")
_ALLOWED = {
    **ALLOWED,
    "link_id": "1–64 characters",
    "ended_at": f"{ALLOWED['linked_at']}, or nothing while it is linked",
    "changed_at": ALLOWED["linked_at"],
}

_CELLS = (*_IDS, "role", "linked_at", "ended_at", "settlement", "reference", "changed_at")
_STORED = tuple("touched_at" if name == "changed_at" else name for name in _CELLS)

COLUMNS = tuple(field.name for field in msgspec.structs.fields(Period))
"""The columns of the file, named as the fields are."""


class PeriodsError(ToldError, ValueError):
    """A file that does not hold periods. The message names the file, the line, what was found and what is allowed."""


def write_periods(periods: Iterable[Period], out: TextIO) -> int:
    """Write periods as CSV; returns how many."""
    return write_records(COLUMNS, periods, out)


def write_records(columns: Sequence[str], records: Iterable[object], out: TextIO) -> int:
    """Write records as CSV, with the fields that the columns are named after; returns how many."""
    writer = CsvWriter(out)
    writer.row(columns)
    count = 0
    for record in records:
        cells = [getattr(record, name) for name in columns]
        writer.row(format_instant(cell) if isinstance(cell, datetime) else cell for cell in cells)
        count += 1
    return count


def read_periods(paths: Iterable[Path]) -> "LinkFiles":
    """The periods in files, tables or Parquet. Reading raises PeriodsError, MappingError, OSError."""
    from shoplink.attribution.staging import LinkFiles  # noqa: PLC0415 (takes long to load)

    return LinkFiles(tuple(paths), _columns, _read)


def _read(path: Path) -> Iterator[Period]:
    """The periods in a file, each read with care."""
    for line, fields in _fields(path):
        try:
            yield _period(fields)
        except ValueError as error:
            raise PeriodsError(f"{path}: line {line}: {error}") from None


def _fields(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The lines of a file with their numbers, each as a mapping from column names to values."""
    with path.open("rb") as file:
        if path.suffix.lower() != ".parquet" and file.read(len(_PARQUET)) != _PARQUET:
            yield from _cells(path, file)
            return
    from shoplink.attribution.staging import parquet_columns, parquet_rows  # noqa: PLC0415 (takes long to load)

    _require_columns(path, parquet_columns(path))
    yield from enumerate(parquet_rows(path, COLUMNS), start=1)


def _cells(path: Path, file: BinaryIO) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows of a table, with the cells that spreadsheets leave of ids and texts."""
    ids, ending = IdCount(), ""
    try:
        table = open_table(str(path), file, _columns)
        for row in rows(table):
            if row.is_broken or len(row.cells) > len(table.header):
                raise PeriodsError(
                    f"{path}: line {row.line}: {NOT_CSV.en if row.is_broken else TOO_MANY_CELLS.en}"
                )
            cells = dict(zip(table.found, row.cells, strict=True))
            for name in _IDS:
                cells[name] = cell = plain_id(cells[name])
                ids.add(cell)
                if is_rounded(cell, _MAY_END_IN_ZEROS):
                    raise PeriodsError(_rounded(path, row.line, name, cell))
                if ids.zeros and not ending:
                    ending = _rounded(path, row.line, name, cell)
            if "reference" in cells:
                cells["reference"] = as_text(cells["reference"])
            yield row.line, cells
        if ids.are_rounded:
            raise PeriodsError(ending)
    except HeaderError as error:
        _require_columns(path, error.cells)
    except TableError as error:
        raise PeriodsError(str(error)) from None


def _rounded(path: Path, line: int, name: str, cell: str) -> str:
    return f"{path}: line {line}: {name}: found '{visible(cell)}'; allowed: {ROUNDED_ID.en}"


def _columns(cells: Sequence[str]) -> list[str] | None:
    """The column of each cell of a header; None if one that is needed is missing."""
    known = {plain_header(name): name for name in COLUMNS}
    found = [known.get(plain_header(cell), cell) for cell in cells]
    return found if set(_NEEDED) <= set(found) else None


def _require_columns(path: Path, found: Sequence[str]) -> None:
    """Require the columns that a file needs. Without `ended_at`, every link would seem to be in force."""
    if missing := [name for name in _NEEDED if name not in found]:
        raise PeriodsError(
            f"{path}: found the columns {', '.join(found) or 'nothing'}; missing {', '.join(missing)}; "
            "`shoplink export --what periods` writes them"
        )


def _period(fields: Mapping[str, Any]) -> Period:
    """The period of a line. Raises a ValueError that names the field, what was found and what is allowed."""
    values: dict[str, Any] = {
        name: fields[name] for name in COLUMNS if name in fields and fields[name] not in (None, "")
    }
    for name in _INSTANTS:
        value = values.get(name)
        try:
            if isinstance(value, str):
                values[name] = parse_instant(value)
            elif isinstance(value, int) and not isinstance(value, bool):
                values[name] = from_micros(value)
            elif value is not None:  # an instant without an offset, a date
                raise ValueError  # noqa: TRY301 (said below)
        except (ValueError, OverflowError):
            raise ValueError(f"{name}: found {value!s}; allowed: {_ALLOWED[name]}") from None
    try:
        return msgspec.convert(values, Period)
    except msgspec.ValidationError as error:
        wrong = next(
            (name for name in COLUMNS if f"`{name}`" in str(error) or f"$.{name}`" in str(error)), ""
        )
        found = repr(fields[wrong]) if fields.get(wrong) else "nothing"
        raise ValueError(f"{wrong}: found {found}; allowed: {_ALLOWED.get(wrong, str(error))}") from None


class StoredPeriods:
    """The period of every link in the database that was ever established, revoked ones included, grouped by account."""

    def __iter__(self) -> Iterator[Period]:
        """Each as a value."""
        for cells in self.rows():
            values = dict(zip(_CELLS, cells, strict=True))
            values |= {name: from_micros(values[name]) for name in _INSTANTS}
            yield Period(**values)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The cells of each as `attribution.staging` takes them, instants in microseconds."""
        require_database()
        with snapshot():
            now, rows = to_micros(clock.now()), link_rows()
            while page := list(islice(rows, _PAGE_LINKS)):
                due = {
                    row["account_id"] for row in page if row["due_at"] is not None and row["due_at"] <= now
                }
                state = look_at(accounts=due) if due else None
                for stored in page:
                    is_due = stored["account_id"] in due
                    row = _as_of_now(stored, state) if is_due and state is not None else stored
                    if row["linked_at"] is not None:
                        yield tuple(row[name] for name in _STORED)


def stored_periods() -> StoredPeriods:
    """The periods in the database."""
    return StoredPeriods()


def _as_of_now(row: dict[str, Any], state: CurrentState) -> dict[str, Any]:
    """A row with the due changes that are not stored yet."""
    link = state.up_to_date(link_in(row))
    return {
        **row,
        **{name: to_micros(getattr(link, name)) for name in ("linked_at", "ended_at", "touched_at")},
    }
