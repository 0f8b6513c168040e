"""Lists of handles: pasted, where a line or what stands between commas is one, or a column of a file."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import BinaryIO

from shoplink.table.cell import as_text, is_nothing, plain_handle
from shoplink.table.error import TableError
from shoplink.table.header import HANDLE_HEADERS, plain_header
from shoplink.table.read import HeaderError, Hints, open_table, rows

ROWS_MAX = 10_000
"""So many rows of a file are read; no list that somebody checks by eye is as long."""

_BETWEEN = re.compile(r"[\r\n,;\t，；、]+")
_HEADERS = [plain_header(name) for name in ("Handle", "账号名称", *HANDLE_HEADERS)]


class ColumnUnknownError(TableError):
    """A table of several columns, of which none is known to be that of the handles."""


def pasted_handles(text: str) -> list[str]:
    """The handles of a pasted list, each once. A space splits nothing: a handle with one inside is a wrong handle."""
    return _each_once(_BETWEEN.split(text))


def handles_in(name: str, stream: BinaryIO, told: Hints, column: str = "") -> list[str]:
    """The handles of a file, each once, from the column that is told or known by its header, or the only one there is.

    Raises ColumnUnknownError and TableError.
    """
    wanted = [plain_header(column)] if column.strip() else _HEADERS
    try:
        table = open_table(name, stream, lambda cells: _place(cells, wanted), told)
        return _each_once(
            row.cells[table.found] for row in islice(rows(table), ROWS_MAX) if not row.is_broken
        )
    except HeaderError as error:
        found = error.cells
    if column.strip() or not found:
        raise _unknown(name, found)
    lines = open_table(name, stream, lambda _: 0, told)
    below = list(islice(rows(lines), ROWS_MAX))
    if len(lines.header) > 1 or any(cell.strip() for row in below for cell in row.cells[1:]):
        raise _unknown(name, found)
    return _each_once([lines.header[0], *(row.cells[0] for row in below)])


def _place(cells: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The place of the first of the wanted headers that is among the cells."""
    plain = [plain_header(cell) for cell in cells]
    return next((plain.index(header) for header in wanted if header in plain), None)


def _unknown(name: str, found: Sequence[str]) -> ColumnUnknownError:
    there = ", ".join(found) or "–"
    return ColumnUnknownError(
        name,
        f"found the columns {there}; which one holds the handles?",
        f"发现列 {there}；哪一列是账号名？",
    )


def _each_once(cells: Iterable[str]) -> list[str]:
    handles = (plain_handle(as_text(cell)) for cell in cells if not is_nothing(cell))
    return list(dict.fromkeys(filter(None, handles)))
