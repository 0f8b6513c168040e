"""Who is recorded, for judging files: from the database, or from files that `shoplink export` wrote."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import msgspec

from shoplink.core.commission.handles import handle_spans
from shoplink.core.commission.sides import HandlePeriod, KnownSides
from shoplink.core.commission.told import ToldError
from shoplink.core.instant import parse_instant
from shoplink.core.parse import ALLOWED
from shoplink.core.values import WrongValueError, fold_handle, read_handle, read_id, shown
from shoplink.flows.commission.periods import write_records
from shoplink.flows.file.tables import TABLES, Kind
from shoplink.store.database.fields import from_micros
from shoplink.store.read.handles import uses_of_all_handles
from shoplink.store.read.link import snapshot
from shoplink.store.write.log import account_ids, require_database, shop_ids
from shoplink.table.cell import as_text, is_nothing, is_rounded, plain_handle, plain_id
from shoplink.table.error import TableError
from shoplink.table.header import plain_header
from shoplink.table.read import HeaderError, open_table, rows
from shoplink.wording.input_errors import NOT_CSV, ROUNDED_ID

_PARQUET = b"PAR1"


class SidesError(ToldError, ValueError):
    """A file that does not hold ids or handles. The message names the file, the line, what was found and what is allowed."""


COLUMNS = tuple(field.name for field in msgspec.structs.fields(HandlePeriod))
"""The columns of a file of handles, named as the fields are."""


def stored_sides() -> KnownSides:
    """Everybody in the database, read when it is iterated."""
    return KnownSides(_stored(shop_ids), _stored(account_ids), stored_handles())


def _stored(ids: Any) -> Iterator[str]:
    require_database()
    with snapshot():
        yield from ids()


def stored_handles() -> Iterator[HandlePeriod]:
    """The periods of every handle that an account ever had, by handle.

    One that is no handle by now (they could have spaces once) is left out: no order can name it.
    """
    require_database()
    with snapshot():
        for handle, uses in uses_of_all_handles():
            if not _is_handle(handle):
                continue
            for span in handle_spans(uses):
                for account_id in span.accounts:
                    yield HandlePeriod(handle, account_id, span.since, span.until)


def _is_handle(text: str) -> bool:
    try:
        read_handle(text)
    except WrongValueError:
        return False
    return True


def write_handles(periods: Iterable[HandlePeriod], out: TextIO) -> int:
    """Write the periods of handles as CSV; returns how many."""
    return write_records(COLUMNS, periods, out)


def read_ids(paths: Iterable[Path], kind: Kind) -> Iterator[str]:
    """The ids in tables or Parquet files of shops or accounts. Raises SidesError, MappingError, OSError."""
    id_column = next(table for table in TABLES if table.kind == kind).columns[0]
    headers = dict.fromkeys(id_column.headers(), id_column.field)
    for path in paths:
        for line, fields in _fields(path, headers, (id_column.field,), f"{kind} --format csv"):
            yield _id(path, line, id_column.field, fields)


def read_handles(paths: Iterable[Path]) -> Iterator[HandlePeriod]:
    """The periods of handles in tables or Parquet files. Raises SidesError, MappingError, OSError."""
    headers = {plain_header(name): name for name in COLUMNS}
    for path in paths:
        for line, fields in _fields(path, headers, COLUMNS, "handles"):
            cell = as_text(str(fields["handle"] or ""))
            try:
                handle = fold_handle(read_handle(plain_handle(cell)))
            except WrongValueError as error:
                raise SidesError(f"{path}: line {line}: handle: {error}") from None
            begun_at, ended_at = (
                _instant(path, line, name, fields[name]) for name in ("begun_at", "ended_at")
            )
            yield HandlePeriod(handle, _id(path, line, "account_id", fields), begun_at, ended_at)


def _id(path: Path, line: int, name: str, fields: Mapping[str, Any]) -> str:
    text = plain_id(as_text(str(fields[name] or "")))
    try:
        if not is_rounded(text):
            return read_id(text)
    except WrongValueError as error:
        raise SidesError(f"{path}: line {line}: {name}: {error}") from None
    raise SidesError(f"{path}: line {line}: {name}: found {shown(text)}; allowed: {ROUNDED_ID.en}")


def _instant(path: Path, line: int, name: str, cell: Any) -> datetime | None:
    """An instant with its offset; None for an empty cell."""
    if cell is None or isinstance(cell, datetime):
        found: datetime | None = cell
    else:
        try:
            found = None if is_nothing(str(cell)) else parse_instant(str(cell).strip())
        except ValueError:
            raise SidesError(
                f"{path}: line {line}: {name}: found {shown(cell)}; allowed: {ALLOWED['at']}, or nothing"
            ) from None
    return found


def _fields(
    path: Path, headers: Mapping[str, str], needed: Sequence[str], what: str
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The lines of a file with their numbers, each as a mapping from the needed columns to values."""

    def places(cells: Sequence[str]) -> dict[str, int] | None:
        found = {
            headers[plain_header(cell)]: place
            for place, cell in enumerate(cells)
            if plain_header(cell) in headers
        }
        return found if set(needed) <= found.keys() else None

    with path.open("rb") as file:
        if file.read(len(_PARQUET)) != _PARQUET:
            file.seek(0)
            try:
                table = open_table(str(path), file, places)
                for row in rows(table):
                    if row.is_broken:
                        raise SidesError(f"{path}: line {row.line}: {NOT_CSV.en}")
                    yield row.line, {name: row.cells[table.found[name]] for name in needed}
            except HeaderError as error:
                raise _lacking(path, error.cells, needed, what) from None
            except TableError as error:
                raise SidesError(str(error)) from None
            return
    from shoplink.attribution.staging import parquet_columns, parquet_rows  # noqa: PLC0415 (takes long to load)

    names = parquet_columns(path)
    found = places(names)
    if found is None:
        raise _lacking(path, names, needed, what)
    columns = {name: names[place] for name, place in found.items()}
    for line, cells in enumerate(parquet_rows(path, tuple(columns.values())), start=1):
        yield line, {name: _plain(cells[column], name) for name, column in columns.items()}


def _plain(value: Any, name: str) -> Any:
    """A value of Parquet; `parquet_rows` gives instants in microseconds."""
    return from_micros(value) if name.endswith("_at") and isinstance(value, int) else value


def _lacking(path: Path, found: Sequence[str], needed: Sequence[str], what: str) -> SidesError:
    return SidesError(
        f"{path}: found the columns {', '.join(found) or 'nothing'}; expected {', '.join(needed)}; "
        f"`shoplink export --what {what}` writes them"
    )
