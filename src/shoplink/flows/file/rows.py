"""The rows of a table as the values of commands: cell by cell, with every problem."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from shoplink.core.values import is_id
from shoplink.flows.file.tables import Column
from shoplink.table.cell import EXACT_DIGITS, CellError, Form, IdCount, is_nothing, is_rounded, plain_id
from shoplink.table.read import Row
from shoplink.wording import input_errors
from shoplink.wording.input_errors import InputError

_DESCRIBED_CELLS = 2
"""In a line of descriptions, at least so many cells are none of what their columns hold."""


class RowValues(NamedTuple):
    """The values of a row by field, its problems, and how many of its ids were cleaned."""

    values: dict[str, Any]
    problems: list[InputError]
    cleaned: int


def values_of(header: Sequence[str], columns: Iterable[Column | None], row: Row, form: Form) -> RowValues:
    """Read every cell of a row in its column."""
    if row.is_broken:
        return RowValues({}, [InputError(None, None, input_errors.NOT_CSV)], 0)
    if len(row.cells) > len(header):
        return RowValues({}, [InputError(None, None, input_errors.TOO_MANY_CELLS)], 0)
    values: dict[str, Any] = {}
    problems: list[InputError] = []
    cleaned = 0
    for column, name, cell in zip(columns, header, row.cells, strict=True):
        if column is None:
            continue
        try:
            if not is_nothing(cell):
                value = values[column.field] = column.read(cell, form)
                cleaned += value != cell and column.allowed is input_errors.ID and value != cell.strip()
            elif column.required:
                problems.append(InputError(name, cell.strip() or None, column.allowed))
        except CellError as error:
            problems.append(InputError(name, cell, error.allowed))
    return RowValues(values, problems, cleaned)


def columns_of_ids(columns: Iterable[Column | None]) -> list[int]:
    """The positions of the columns that hold ids."""
    return [at for at, column in enumerate(columns) if column and column.allowed is input_errors.ID]


def count_ids(at: Iterable[int], row: Row, count: IdCount) -> None:
    """Count the ids of a row, which stand at these positions."""
    for position in at:
        cell = row.cells[position]
        if len(cell) > EXACT_DIGITS:
            count.add(plain_id(cell))


def describes(columns: Iterable[Column | None], row: Row) -> bool:
    """Whether a row tells what its columns hold instead of holding it: none of its cells fits its column."""
    wrong = 0
    for column, cell in zip(columns, row.cells, strict=False):
        if column is None or column.allowed is input_errors.TEXT or is_nothing(cell):
            continue
        if _fits(column, cell):
            return False
        wrong += 1
    return wrong >= _DESCRIBED_CELLS


def _fits(column: Column, cell: str) -> bool:
    """Whether a cell is what its column holds; an id that a spreadsheet has spoiled was one."""
    if column.allowed is input_errors.ID:
        return is_rounded(plain_id(cell)) or is_id(plain_id(cell))
    try:
        column.read(cell, Form())
    except CellError:
        return False
    return True
