"""The rejects of an earlier run, which an update of its result judges again: a link may be known now that explains them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from shoplink.attribution.engine import Form
from shoplink.attribution.input_files import form_of
from shoplink.attribution.staging import stage_as
from shoplink.flows.commission.rejects import place_of_file
from shoplink.table.cell import as_text
from shoplink.table.error import TableError
from shoplink.table.read import Row, open_table, rows
from shoplink.table.write import CsvWriter
from shoplink.wording.order_errors import is_broken_line


class EarlierRejects(Struct):
    """Rejected rows of earlier runs.

    `files` are the orders that they came from, `again` are files of rows to judge again, `kept` are the rows of malformed
    lines, which no link explains: own cells, file, line and reason.
    """

    header: list[str]
    files: set[str]
    again: list[str]
    kept: list[list[str]]


def earlier_rejects(
    results: Sequence[str], rejects: Path, out: Path, form: Form, work: Path
) -> EarlierRejects:
    """The rejects beside earlier results, split by what they were made of into files in a folder.

    The rejects of a result that `out` replaces are those that this run replaces, too. Raises OSError, MappingError.
    """
    found = EarlierRejects([], set(), [], [])
    for number, result in enumerate(results):
        path = Path(result)
        beside = rejects if path.resolve() == out.resolve() else path.with_name(f"{path.stem}.rejects.csv")
        if "://" in result or not beside.is_file():
            continue
        with beside.open("rb") as stream, suppress(TableError):
            table = open_table(str(beside), stream, place_of_file)
            header, at = list(table.header), table.found
            found.header = header
            for made_of, part in _split(rows(table), header, at, found, work / f"rejects-{number}").items():
                is_typed = form == made_of == "parquet"
                found.again.append(str(stage_as(part, path) if is_typed else part))
    return found


def _split(
    lines: Iterator[Row], header: list[str], at: int, found: EarlierRejects, stem: Path
) -> dict[Form, Path]:
    """Write the rows that are judged again into a file for each form of orders; returns the files."""
    writers: dict[Form, tuple[Path, CsvWriter]] = {}
    opened = []
    try:
        for line in lines:
            cells = [as_text(cell) for cell in line.cells]
            found.files.add(cells[at])
            if is_broken_line(cells[-1]):
                found.kept.append(cells)
                continue
            form = form_of([cells[at]])
            if form not in writers:
                path = stem.with_name(f"{stem.name}-of-{form}.csv")
                file = path.open("w", encoding="utf-8", newline="")
                opened.append(file)
                writers[form] = path, CsvWriter(file)
                writers[form][1].row(header)
            writers[form][1].row(cells)
    finally:
        for file in opened:
            file.close()
    return {form: path for form, (path, _) in writers.items()}
