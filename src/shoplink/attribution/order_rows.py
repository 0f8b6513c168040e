"""The rows of a table of orders in batches of columns, numbered as a spreadsheet numbers them, and its broken lines.

Plain CSV is read by PyArrow, because it is several times as fast; anything else by `shoplink.table`, which reads the
same rows.
"""

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from msgspec import Struct

from shoplink.attribution.mapping import MappingError
from shoplink.table.read import Row, TableFile, fitted, is_plain, rows, split_line

_BLOCK_BYTES = 8 << 20
_ROWS_AT_A_TIME = 20_000
_BROKEN_MAX = 100_000
_ROWS_TO_COMPARE = 3
_NUMBER = re.compile(r"^\W*[0-9][0-9.,:/\s%+-]*$")
"""A number, an amount, a date or a time."""

Table = TableFile[tuple[str, ...]]
"""A table whose header was made into the names of its columns."""


class BrokenLine(Struct, frozen=True):
    """A line whose cells do not fit the header, with the columns of its file."""

    file: str
    line: int
    cells: tuple[str, ...]
    columns: tuple[str, ...]


class Batch(NamedTuple):
    """The cells of some rows, by column, and the numbers of the rows."""

    columns: list[Any]
    numbers: Any


def read_batches(
    table: Table, needed: int, broken: list[BrokenLine], surplus: dict[int, str]
) -> Iterator[Batch]:
    """Yield the rows of a table, and append its broken lines to `broken`.

    A line of CSV may end before the header does, but not before the first `needed` columns. What a line has beyond the
    header is put into `surplus` by its number, if its cells are like those of the first lines; otherwise it is broken, because
    a delimiter within a cell may have moved them. Raises MappingError and TableError.
    """
    beginning = list(islice(rows(table), _ROWS_TO_COMPARE))
    if not beginning:
        return
    keeper = _Keeper(table, needed, broken, surplus)
    keeper.compare_with(beginning)
    if table.kind == "text" and is_plain(table):
        yield from _by_arrow(table, keeper, max(beginning[0].given, len(table.found)))
    else:
        yield from _by_rows(table, keeper)


class _Keeper:
    """Tells rows that fit the header from broken lines, and keeps the latter."""

    def __init__(self, table: Table, needed: int, broken: list[BrokenLine], surplus: dict[int, str]) -> None:
        self._table = table
        self._needed = needed
        self._broken = broken
        self._surplus = surplus
        self._like: list[str] = []

    def compare_with(self, beginning: Sequence[Row]) -> None:
        """Take the last of the first rows that fits the header as what a row looks like; above it may be descriptions."""
        fitting = [row.cells for row in beginning if len(row.cells) == len(self._table.found)]
        self._like = fitting[-1] if fitting else []

    def fit(self, row: Row) -> bool:
        """Whether a row has a cell for each column. Raises MappingError if too many have not."""
        columns = self._table.found
        if not row.is_broken and row.given >= self._needed:
            if len(row.cells) == len(columns):
                return True
            if len(row.cells) > len(columns) and self._is_like(row.cells):
                self._surplus[row.number] = self._table.delimiter.join(row.cells[len(columns) :])
                return True
        self._broken.append(BrokenLine(self._table.name, row.number, tuple(row.cells[: row.given]), columns))
        if len(self._broken) > _BROKEN_MAX:
            raise MappingError(
                f"{self._table.name}: more than {_BROKEN_MAX:,} lines have another number of cells than the header, "
                f"as line {self._broken[0].line}: is {self._table.delimiter!r} the delimiter?"
            ).told("broken_lines", line=self._broken[0].line)
        return False

    def _is_like(self, cells: Sequence[str]) -> bool:
        """Whether numbers are where numbers were, and one is in the last column of a field or behind it.

        Of cells that a delimiter within one of them has moved, that is not so.
        """
        is_certain = False
        for place, (one, other) in enumerate(zip(self._like, cells, strict=False)):
            if one.strip() and other.strip():
                was, now = _NUMBER.search(one), _NUMBER.search(other)
                if (was is None) != (now is None):
                    return False
                is_certain |= now is not None and place >= self._needed - 1
        return is_certain


def _by_rows(table: Table, keeper: _Keeper) -> Iterator[Batch]:
    left = rows(table)
    while some := list(islice(left, _ROWS_AT_A_TIME)):
        yield _batch(table, [row for row in some if keeper.fit(row)])


def _batch(table: Table, fit: list[Row]) -> Batch:
    width = len(table.found)
    columns: Sequence[Sequence[str]] = list(zip(*(row.cells[:width] for row in fit), strict=True))
    cells = [pa.array(column, pa.string()) for column in columns or [()] * len(table.found)]
    return Batch(cells, pa.array([row.number for row in fit], pa.int64()))


def _by_arrow(table: Table, keeper: _Keeper, width: int) -> Iterator[Batch]:
    """Read plain CSV of rows that have so many cells; those with another number are looked at one by one."""
    columns = len(table.found)
    skipped: list[int] = []
    alone: list[Row] = []

    def look_at(found: Any) -> str:
        skipped.append(found.number)
        cells = split_line(found.text, table.delimiter)
        row = Row(found.number, fitted(cells, columns), found.number, len(cells))
        if keeper.fit(row):
            alone.append(row)
        return "skip"

    names = list(map(str, range(width)))
    seen = 0
    table.stream.seek(0)
    for batch in pa_csv.open_csv(
        table.stream,
        # The number of a broken line is known only with one thread.
        pa_csv.ReadOptions(
            use_threads=False,
            encoding=table.encoding.removesuffix("-sig"),
            block_size=_BLOCK_BYTES,
            skip_rows=table.header_line,
            column_names=names,
        ),
        pa_csv.ParseOptions(
            delimiter=table.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=look_at,
        ),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    ):
        found = Batch(batch.columns, _numbers(seen, batch.num_rows, table.header_line + 1, skipped))
        seen += batch.num_rows
        yield _without_surplus(found, columns, keeper) if width > columns else found
        if alone:
            yield _batch(table, alone)
            alone.clear()
    yield _batch(table, alone)


def _without_surplus(batch: Batch, columns: int, keeper: _Keeper) -> Batch:
    """The rows of a batch without what they have beyond the header's columns; broken lines are left out."""
    surplus = (pc.not_equal(pc.utf8_trim_whitespace(cells), "") for cells in batch.columns[columns:])
    has_surplus = reduce(pc.or_, surplus)
    longer = [cells.filter(has_surplus).to_pylist() for cells in (batch.numbers, *batch.columns)]
    broken = [
        number
        for number, *cells in zip(*longer, strict=True)
        if not keeper.fit(Row(number, fitted(cells, columns), number, len(cells)))
    ]
    fits = pc.invert(pc.is_in(batch.numbers, pa.array(broken, pa.int64())))
    return Batch([cells.filter(fits) for cells in batch.columns[:columns]], batch.numbers.filter(fits))


def _numbers(seen: int, count: int, first: int, skipped: Sequence[int]) -> Any:
    """The numbers of the next `count` rows after the first `seen`, where those in `skipped` are left out."""
    at = np.arange(seen, seen + count)
    before = np.array(skipped, dtype=np.int64) - first - np.arange(len(skipped))
    return pa.array(at + first + np.searchsorted(before, at, side="right"))
