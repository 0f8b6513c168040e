"""The file of orders that could not be judged: each with its own columns, where it stood, and every reason."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shoplink.attribution.engine import FILE, LINE
from shoplink.attribution.judging import PLACES, PROBLEMS, RESULT
from shoplink.attribution.mapping import Field
from shoplink.attribution.source import Source
from shoplink.wording import Tag
from shoplink.wording.input import Both
from shoplink.wording.orders import say_broken_line, say_order_problems

_PLACE = tuple(map(Both, *PLACES))


def write_rejects(rejected: Iterable[Mapping[str, Any]], source: Source, out: Path, tag: Tag | None) -> int:
    """Write the rows that an engine rejects, and the lines that were none, as CSV for a spreadsheet; how many.

    Without a language it is that of the columns' names.
    """
    columns = [column for column in source.columns if column not in RESULT]
    tag = tag or ("en" if all(column.isascii() for column in columns) else "zh")
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, *(name.say(tag) for name in _PLACE)])
        for line in _broken(source, columns, tag):
            writer.writerow(line)
            count += 1
        for row in rejected:
            why = say_order_problems(row[PROBLEMS], lambda field: _column(source, field), row, tag)
            writer.writerow([*(row[column] for column in columns), row[FILE], row[LINE], why])
            count += 1
    return count


def _broken(source: Source, columns: list[str], tag: Tag) -> Iterator[list[Any]]:
    """The lines with another number of cells than the header."""
    for line in source.broken:
        cells = next(csv.reader([line.text]), [])
        shown = [*cells, *[""] * len(columns)][: len(columns)]
        yield [*shown, line.file, line.line, say_broken_line(len(cells), len(columns), tag)]


def _column(source: Source, field: Field) -> str:
    """What a field is called where it was read: its column, or its own name for what the mapping says."""
    return source.mapping.column(field) or field
