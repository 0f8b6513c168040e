"""The one writer of tables that leave: CSV and Excel files in which a text is a text, whatever it begins with.

A cell that a spreadsheet would run gets an apostrophe in CSV, which `cell.as_text` takes off again; in a workbook every
text is stored as one.
"""

import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, NamedTuple, TextIO

from shoplink.table.cell import RUNNABLE, UNSEEN

Value = str | int | Decimal | None

_RUNS = re.compile(rf"'*{UNSEEN}[{RUNNABLE}]")
_NEGATIVE = re.compile(r"-[0-9]+(?:[.,][0-9]+)*")
_QUOTED = re.compile(r'[;,\t"\r\n|]')
_LINE_END = "\r\n"


def guarded(text: str) -> str:
    """A text that no spreadsheet runs. A negative number is only a number, and stays as it is."""
    return f"'{text}" if _RUNS.match(text) and not _NEGATIVE.fullmatch(text) else text


class CsvWriter:
    """Writes rows as CSV by RFC 4180. A cell with anything that some spreadsheet splits at is quoted."""

    def __init__(self, out: TextIO, delimiter: str = ",") -> None:
        """`out` must leave line ends as they are (`newline=""`)."""
        self._out = out
        self._delimiter = delimiter

    def row(self, cells: Iterable[object]) -> None:
        """Write a row; numbers as they are, None as an empty cell."""
        self._out.write(self._delimiter.join(map(_cell, cells)) + _LINE_END)


def _cell(value: object) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = guarded(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, its header and its rows."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Value]]


def workbook(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """An Excel workbook of one sheet, its header bold and in sight."""
    file = io.BytesIO()
    write_workbook(file, [Sheet("Sheet1", header, rows)])
    return file.getvalue()


def write_workbook(out: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write an Excel workbook; the header of each sheet is bold and in sight. Each sheet is kept in memory."""
    from xlsxwriter import Workbook  # noqa: PLC0415 (takes long to load)

    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        page.write_row(0, 0, sheet.header, bold)
        for number, row in enumerate(sheet.rows, start=1):
            page.write_row(number, 0, row)
        page.autofit()
    book.close()
