"""The file of orders that could not be judged: each with its own columns, its file and line, and every reason."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from shoplink.attribution.engine import FILE, LINE
from shoplink.attribution.judgement import PROBLEM_COLUMN, REJECT_COLUMNS, RESULT
from shoplink.attribution.mapping import Field
from shoplink.attribution.row_choice import AGAIN, LEFT_OUT
from shoplink.attribution.source import OrderSource
from shoplink.core.commission.told import ToldError
from shoplink.table.cell import as_text
from shoplink.table.error import TableError
from shoplink.table.read import open_table, rows
from shoplink.table.write import CsvWriter
from shoplink.wording import Tag
from shoplink.wording.input_errors import Bilingual
from shoplink.wording.order_errors import (
    RejectedRow,
    broken_line,
    cell_problems,
    say_again,
    say_cell_problems,
    say_left_out,
)

_PLACE = tuple(map(Bilingual, *REJECT_COLUMNS))


class OthersRejectsError(ToldError, RuntimeError):
    """A file of rejects that is not this run's is where it would write its own."""


def is_replaceable(path: Path, orders: Sequence[str]) -> bool:
    """Whether a file holds the rejects of an earlier run with these orders, or of some of them, and nothing else.

    Raises OSError.
    """
    if not path.is_file():
        return False
    known = {*orders, *map(_resolved, orders)}
    files: set[str] = set()
    with path.open("rb") as stream, suppress(TableError):
        table = open_table(str(path), stream, place_of_file)
        for row in rows(table):
            files.add(row.cells[table.found] if len(row.cells) > table.found else "")
        return all(file in known or not known.isdisjoint(_and_folders(_resolved(file))) for file in files)
    return False


def require_replaceable(path: Path, orders: Sequence[str]) -> None:
    """Raises OthersRejectsError if something is there that an earlier run with these orders did not write; OSError."""
    if path.exists() and not is_replaceable(path, orders):
        raise OthersRejectsError(
            f"{path}: found a file that no earlier run with these orders wrote, and there are rejects to write; "
            "move it away, or name another file with --rejects"
        )


def place_of_file(cells: Sequence[str]) -> int | None:
    """Where the column with the name of the file is in the header of rejects; None in another one."""
    for names in REJECT_COLUMNS:
        if tuple(cells[-len(names) :]) == names:
            return len(cells) - len(names)
    return None


def _and_folders(file: str) -> set[str]:
    """A file, and the folders that it is in: a run can be given a folder."""
    return {file, *map(str, Path(file).parents)}


def _resolved(file: str) -> str:
    return str(Path(file.removeprefix("file://")).resolve())


FIRST_MAX = 50
"""So many of the rejected rows are also said as data."""

BROKEN = "line.cells"
"""The problem of a line that does not have the cells of its header."""


class Written(NamedTuple):
    """The number of rows in a file, how many there are for each reason, and the first of those that were rejected."""

    rows: int
    reasons: Counter[str]
    first: tuple[RejectedRow, ...] = ()


Rejected = tuple[OrderSource, Iterable[Mapping[str, Any]]]
"""Orders, and those of their rows that were rejected."""


def write_rejects(
    rejected: Sequence[Rejected], out: Path, tag: Tag | None, kept: Sequence[Mapping[str, str]] = ()
) -> Written:
    """Write the rejected rows and the malformed lines as CSV for a spreadsheet. Reasons have the form `field.word`.

    The columns are those of the first orders. `kept` are malformed lines of an earlier run by column. Without a language,
    the sentences are in the language of the column names.
    """
    columns = _own(rejected[0][0].columns)
    tag = _tag(columns, tag)
    reasons: Counter[str] = Counter()
    first: list[RejectedRow] = []

    def lines() -> Iterator[list[Any]]:
        for earlier in kept:
            reasons[BROKEN] += 1
            yield [*(earlier.get(column, "") for column in columns), *_place_in(earlier)]
        for source, failed in rejected:
            for cells, found in chain(_broken(source, columns), _failed(source, columns, failed)):
                reasons.update(f"{each.field}.{each.word}" for each in found.problems)
                if len(first) < FIRST_MAX:
                    first.append(found)
                yield [*cells, found.file, found.line, say_cell_problems(found.problems, tag)]

    return Written(_write(lines(), columns, out, tag), reasons, tuple(first))


def _place_in(earlier: Mapping[str, str]) -> list[str]:
    """The file, the line and the reason in a row of earlier rejects."""
    names = next(names for names in REJECT_COLUMNS if set(names) <= set(earlier))
    return [earlier[name] for name in names]


def write_left_out(
    rows: Iterable[Mapping[str, Any]], source: OrderSource, out: Path, tag: Tag | None
) -> Written:
    """Write the rows that do not count, as `write_rejects` does. Reasons have the form of `row_choice.LEFT_OUT`.

    A row that comes again has no reason among them.
    """
    columns = _own(source.columns)
    tag = _tag(columns, tag)
    reasons: Counter[str] = Counter()

    def lines() -> Iterator[list[Any]]:
        for row in rows:
            if again := row.get(AGAIN):
                why = say_again(tag, is_identical=again == "identical")
            else:
                reasons[row[LEFT_OUT]] += 1
                column, _, cell = row[LEFT_OUT].partition("\t")
                why = say_left_out(column, cell, tag)
            yield [*(_cell(row[column]) for column in columns), row[FILE], row[LINE], why]

    return Written(_write(lines(), columns, out, tag), reasons)


def _write(lines: Iterable[list[Any]], columns: list[str], out: Path, tag: Tag) -> int:
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = CsvWriter(file)
        writer.row([*columns, *(name.say(tag) for name in _PLACE)])
        for line in lines:
            writer.row(line)
            count += 1
    return count


def _tag(columns: list[str], tag: Tag | None) -> Tag:
    return tag or ("en" if all(column.isascii() for column in columns) else "zh")


def _own(columns: Sequence[str]) -> list[str]:
    """The original columns of orders, without those that an earlier result or earlier rejects added."""
    ours = {*RESULT, *(name for names in REJECT_COLUMNS if set(names) <= set(columns) for name in names)}
    return [column for column in columns if column not in ours]


def _cell(value: Any) -> Any:
    """A value in a form that can be read back; a decimal without trailing zeros."""
    if isinstance(value, str):
        return as_text(value)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _broken(source: OrderSource, columns: list[str]) -> Iterator[tuple[list[Any], RejectedRow]]:
    """The lines whose number of cells differs from the header's, with their cells by column."""
    for line in source.broken:
        cell_of_column = dict(zip(line.columns, line.cells, strict=False))
        cells = [as_text(cell_of_column.get(column, "")) for column in columns]
        yield cells, RejectedRow(line.file, line.line, (broken_line(len(line.cells), len(line.columns)),))


def _failed(
    source: OrderSource, columns: list[str], rows: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[list[Any], RejectedRow]]:
    """The rows with problems, with their cells by column."""
    column = partial(_column, source)
    for row in rows:
        problems = cell_problems(row[PROBLEM_COLUMN], column, row)
        yield [_cell(row.get(name)) for name in columns], RejectedRow(row[FILE], row[LINE], problems)


def _column(source: OrderSource, field: Field) -> str:
    """The name of a field for the reader: its column in the file, or its own name if the mapping gives a constant."""
    return source.mapping.column(field) or field
