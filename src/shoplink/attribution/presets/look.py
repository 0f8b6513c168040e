"""A look at a table of orders before it is judged: how it is written, what its columns hold, and which rows would be left out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from shoplink.attribution.input_files import form_of, not_parquet, opened
from shoplink.attribution.mapping import REQUIRED, Mapping, MappingError, own_names
from shoplink.attribution.order_file import describes
from shoplink.attribution.presets import fits
from shoplink.attribution.row_rules import Condition
from shoplink.table.cell import as_text
from shoplink.table.error import TableError
from shoplink.table.header import plain_header
from shoplink.table.read import HeaderError, Hints, open_table, rows

ROWS_MAX = 10_000
"""How many rows are looked at: the first."""

_EXAMPLES_MAX = 3
_EXAMPLE_CHARACTERS_MAX = 40
_LEFT_OUT_MAX = 50
_CELLS_OF_A_HEADER_MIN = 2

Fits = Literal["preset", "mapping", "own", "none"]
"""By what a header was understood: a preset, a mapping of the user, the names of fields, or nothing."""


class ColumnLook(Struct, frozen=True):
    """A column: its name, the field that it is taken as ('' if none), and some of its cells."""

    name: str
    field: str
    examples: tuple[str, ...]


class LeftOutLook(Struct, frozen=True):
    """Rows among those looked at that would not count, because of their cell in a column."""

    column: str
    value: str
    rows: int


class TableLook(Struct, frozen=True):
    """What a table is recognised as.

    `fits` is by what its header was understood, `preset` the name of ours. `encoding` and `delimiter` are of a text file,
    `sheet` of a workbook. `rows` is how many rows were looked at, and `is_whole` that there are no more. `missing` are the
    required fields that neither a column nor a constant gives.
    """

    fits: Fits
    preset: str
    kind: str
    encoding: str
    delimiter: str
    sheet: str
    columns: tuple[ColumnLook, ...]
    rows: int
    is_whole: bool
    left_out: tuple[LeftOutLook, ...]
    missing: tuple[str, ...]


class _Seen(NamedTuple):
    """How a file is written, its header, and its first rows."""

    written: tuple[str, str, str, str]
    header: tuple[str, ...]
    rows: list[list[str]]


def look_at_table(path: Path, mapping: Mapping | None, name: str) -> tuple[TableLook, Mapping | None]:
    """Look at a table; also returns the mapping with the names that columns have in it, None if it fits nothing.

    `mapping` is the one to read it with (None: none is known), `name` that of the preset, '' for a mapping of the user.
    Raises MappingError, OSError.
    """
    seen = _seen(path, mapping)
    known = mapping if mapping is not None and fits(mapping, seen.header) else None
    by: Fits = "none" if known is None else "preset" if name else "mapping"
    if mapping is None and fits(own_names(seen.header), seen.header):
        known, by = own_names(seen.header), "own"
    if known is not None:
        known = known.named_as_in(seen.header).without_absent(set(seen.header))
    taken = {plain_header(column): field for field, column in known.columns.items()} if known else {}
    body = seen.rows[:ROWS_MAX]
    if known is not None and body and _is_description(known, seen.header, body[0]):
        body = body[1:]
    given = {*known.columns, *known.constants} if known else set[str]()
    look = TableLook(
        fits=by,
        preset=name if by == "preset" else "",
        kind=seen.written[0],
        encoding=seen.written[1],
        delimiter=seen.written[2],
        sheet=seen.written[3],
        columns=tuple(
            ColumnLook(
                column,
                taken.get(plain_header(column), ""),
                _examples(row[place] for row in body if place < len(row)),
            )
            for place, column in enumerate(seen.header)
        ),
        rows=len(body),
        is_whole=len(seen.rows) <= ROWS_MAX,
        left_out=_left_out(known.rows.where if known else (), seen.header, body),
        missing=tuple(field for field in REQUIRED if field not in given),
    )
    return look, known


def _seen(path: Path, mapping: Mapping | None) -> _Seen:
    if form_of([str(path)]) == "parquet":
        try:
            file = pq.ParquetFile(path)
            batch = next(file.iter_batches(ROWS_MAX + 1), None)
        except (pa.ArrowException, OSError):
            raise MappingError(not_parquet([str(path)])).told("not_parquet") from None
        found = [] if batch is None else [list(map(_text, row.values())) for row in batch.to_pylist()]
        return _Seen(("parquet", "", "", ""), tuple(file.schema_arrow.names), found)
    with opened(path) as stream:
        try:
            return _read(path, stream, mapping)
        except TableError as error:
            raise MappingError(str(error)).told("file", **error.said._asdict()) from None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _read(path: Path, stream: BinaryIO, mapping: Mapping | None) -> _Seen:
    wanted = mapping or Mapping({})
    told = Hints(wanted.encoding, wanted.delimiter, wanted.sheet, skip_lines=wanted.rows.skip_lines)

    def known(cells: Sequence[str]) -> bool | None:
        named = tuple(map(as_text, cells))
        return True if fits(mapping or own_names(named), named) else None

    def any_header(cells: Sequence[str]) -> bool | None:
        return True if sum(bool(cell.strip()) for cell in cells) >= _CELLS_OF_A_HEADER_MIN else None

    table = None
    with suppress(HeaderError):
        table = open_table(str(path), stream, known, told)
    if table is None:
        table = open_table(str(path), stream, any_header, told)
    is_text = table.kind == "text"
    written = (
        table.kind,
        table.encoding if is_text else "",
        table.delimiter if is_text else "",
        "" if is_text else table.sheet,
    )
    first: Iterator[list[str]] = (list(map(as_text, row.cells)) for row in rows(table) if not row.is_broken)
    return _Seen(written, tuple(map(as_text, table.header)), list(islice(first, ROWS_MAX + 1)))


def _is_description(mapping: Mapping, header: Sequence[str], row: Sequence[str]) -> bool:
    if mapping.rows.description_line is not None:
        return mapping.rows.description_line
    return describes(
        {field: header.index(column) for field, column in mapping.columns.items() if column in header}, row
    )


def _examples(cells: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for cell in cells:
        if bare := cell.strip():
            found.setdefault(bare[:_EXAMPLE_CHARACTERS_MAX])
            if len(found) == _EXAMPLES_MAX:
                break
    return tuple(found)


def _left_out(
    where: Sequence[Condition], header: Sequence[str], body: Iterable[Sequence[str]]
) -> tuple[LeftOutLook, ...]:
    """The rows that would not count, as `row_choice.left_out` decides it, by the first condition that they do not meet."""
    rules = [
        (header.index(one.column), one, {word.strip().lower() for word in one.words})
        for one in where
        if one.column in header
    ]
    counts: Counter[tuple[str, str]] = Counter()
    for row in body:
        for place, rule, words in rules:
            cell = row[place].strip() if place < len(row) else ""
            if (cell.lower() in words) is rule.excludes:
                counts[rule.column, cell] += 1
                break
    return tuple(LeftOutLook(*what, count) for what, count in counts.most_common(_LEFT_OUT_MAX))
