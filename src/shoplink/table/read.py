"""Opens a file as a table and yields its rows: CSV of any kind that people have, and Excel workbooks.

A file is read in bounded memory, as often as its rows are asked for.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Generic, NamedTuple, TypeVar

from msgspec import Struct

from shoplink.table.encoding import encoding_of
from shoplink.table.error import TableError
from shoplink.table.kind import Kind, kind_of
from shoplink.table.workbook import BYTES_MAX, sheet_rows, sheets_of

Found = TypeVar("Found")

LINE_LENGTH_MAX = 1 << 20
"""The longest line of CSV, in characters; also the longest cell with lines in it."""

DELIMITERS = ",;\t|"

_LINES_IN_A_CELL_MAX = 50
_LINES_AT_A_TIME = 10_000
_TITLE_LINES_MAX = 20
_SEP = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
_LINE_ENDS = "\r\n"


class Hints(Struct, frozen=True):
    """What the user says of a file; None is found out. `bytes_max` bounds a workbook when it is unpacked.

    `skip_lines` are the lines at its start that are neither a header nor rows.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    bytes_max: int = BYTES_MAX
    skip_lines: int = 0


class Row(NamedTuple):
    """A row: the number of its first line in the file, and its cells as they stand there.

    `number` is that of the row in a spreadsheet, where a cell with lines in it is no more lines. `given` is the number
    of cells that the file has: fewer are filled up with empty ones, and empty ones too many are cut. `is_broken` says
    that a quotation mark is odd; the cells are then those of the line alone, with every mark.
    """

    line: int
    cells: list[str]
    number: int
    given: int
    is_broken: bool = False


class TableFile(Struct, Generic[Found], frozen=True):
    """A file with a header: what was found out about it, and what `find` made of the header."""

    name: str
    stream: BinaryIO
    kind: Kind
    header: tuple[str, ...]
    header_line: int
    found: Found
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    bytes_max: int = BYTES_MAX


def open_table(
    name: str, stream: BinaryIO, find: Callable[[Sequence[str]], Found | None], told: Hints | None = None
) -> TableFile[Found]:
    """Open a file, given as a stream that can be read again from its start.

    `find` gets the cells of a line and returns what it makes of them as the header, None if they are none, or raises
    a TableError or HeaderError. The lines above the header are titles. Raises TableError, OSError.
    """
    told = told or Hints()
    if kind_of(name, stream) == "workbook":
        return _open_workbook(name, stream, find, told)
    encoding = encoding_of(name, stream, told.encoding)
    lines = _Lines(name, stream, encoding)
    first: list[str] | None = None
    delimiter = told.delimiter
    while lines.number < told.skip_lines + _TITLE_LINES_MAX and (line := lines.next()) is not None:
        if lines.number == 1 and (said := _SEP.fullmatch(line.rstrip(_LINE_ENDS))):
            delimiter = delimiter or said[1]
            continue
        if lines.number <= told.skip_lines:
            continue
        between = delimiter or max(DELIMITERS, key=line.count)
        cells = _without_empty_end(_row(lines.number, line, lines, between).cells)
        if not cells:
            continue
        first = first or cells
        if (found := find(cells)) is not None:
            return TableFile(name, stream, "text", tuple(cells), lines.number, found, encoding, between)
    raise HeaderError(name, first or [])


class HeaderError(TableError):
    """No line is a header. `cells` are those of the first line."""

    def __init__(self, name: str, cells: Sequence[str]) -> None:
        """`name`: the file; `cells`: what stands in the place of the header."""
        self.cells = list(cells)
        there = ", ".join(cells) or "nothing"
        super().__init__(
            name,
            f"line 1: found the columns {there}; this is no header",
            f"第 1 行：发现列 {there}，不是表头",
        )


def _open_workbook(
    name: str, stream: BinaryIO, find: Callable[[Sequence[str]], Found | None], told: Hints
) -> TableFile[Found]:
    """The only sheet in which a header is found. Raises TableError, which names the sheets."""
    sheets = sheets_of(name, stream, told.bytes_max)
    if told.sheet is not None and told.sheet not in sheets:
        raise _which_sheet(name, sheets, f"none is called {told.sheet!r}", f"没有名为“{told.sheet}”的工作表")
    opened: list[TableFile[Found]] = []
    first: list[str] | None = None
    for sheet in [told.sheet] if told.sheet is not None else sheets:
        beginning = sheet_rows(name, stream, sheet, told.bytes_max)
        for number, row in islice(beginning, told.skip_lines, told.skip_lines + _TITLE_LINES_MAX):
            cells = _without_empty_end(row)
            first = first or cells
            if cells and (found := find(cells)) is not None:
                opened.append(
                    TableFile(
                        name,
                        stream,
                        "workbook",
                        tuple(cells),
                        number,
                        found,
                        sheet=sheet,
                        bytes_max=told.bytes_max,
                    )
                )
                break
    if len(opened) > 1:
        raise _which_sheet(
            name, sheets, "several have the header; name one", "有多个带表头的工作表，请指明其一"
        )
    if not opened and len(sheets) > 1:
        raise _which_sheet(name, sheets, "none has the header", "均没有所需的表头")
    if not opened:
        raise HeaderError(name, first or [])
    return opened[0]


def _which_sheet(name: str, sheets: Sequence[str], en: str, zh: str) -> TableError:
    return TableError(
        name,
        f"this is an Excel workbook; its sheets are {', '.join(sheets)}; {en}",
        f"这是 Excel 工作簿，工作表有 {'、'.join(sheets)}；{zh}",
    )


def rows(table: TableFile[Found]) -> Iterator[Row]:
    """The rows below the header that are not blank, without surplus empty cells at their ends. Raises TableError."""
    width = len(table.header)
    if table.kind == "workbook":
        for number, cells in sheet_rows(table.name, table.stream, table.sheet, table.bytes_max):
            if number > table.header_line and any(cell.strip() for cell in cells):
                yield Row(number, fitted(cells, width), number, width)
        return
    lines = _Lines(table.name, table.stream, table.encoding)
    number = 0
    while (first := lines.next()) is not None:
        number += 1
        if lines.number <= table.header_line:
            continue
        row = _row(lines.number, first, lines, table.delimiter)
        line, cells, row_number, given, is_broken = row
        if not any(map(str.strip, cells)):
            continue
        if given == width and row_number == number:
            yield row
        else:
            yield Row(line, fitted(cells, width), number, given, is_broken)


def split_line(line: str, delimiter: str) -> list[str]:
    """The cells of one row that is known to be CSV."""
    return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])


def fitted(cells: list[str], width: int) -> list[str]:
    """Cells without empty ones beyond the width, and with empty ones up to it."""
    if len(cells) == width:
        return cells
    if len(cells) < width:
        return [*cells, *[""] * (width - len(cells))]
    return cells[:width] + _without_empty_end(cells[width:])


def _without_empty_end(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


class _Lines:
    """The lines of a text file, of which some can be put back."""

    def __init__(self, name: str, stream: BinaryIO, encoding: str) -> None:
        self._lines = _lines(stream, encoding)
        self._name = name
        self._put_back: deque[str] = deque()
        self.number = 0

    def next(self) -> str | None:
        """The next line with its end; None after the last. Raises TableError if it is too long to be CSV."""
        line = self._put_back.popleft() if self._put_back else next(self._lines, None)
        if line is not None:
            self.number += 1
            if len(line) >= LINE_LENGTH_MAX:
                raise too_long(self._name, self.number)
        return line

    def put_back(self, lines: list[str]) -> None:
        """Have these lines, the last that were taken, come again."""
        self._put_back.extendleft(reversed(lines))
        self.number -= len(lines)


def too_long(name: str, line: int) -> TableError:
    """The error of a line that is longer than a line of CSV can be."""
    return TableError(
        name,
        f"line {line}: longer than {LINE_LENGTH_MAX} characters; this is not CSV",
        f"第 {line} 行：超过 {LINE_LENGTH_MAX} 个字符，不是 CSV",
    )


def _lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of a file with their ends, each cut at the limit; without the byte order mark."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, newline="")
    try:
        is_first = True
        while line := text.readline(LINE_LENGTH_MAX):
            yield line.removeprefix("\ufeff") if is_first else line
            is_first = False
    finally:
        if not stream.closed:
            text.detach()


def _row(number: int, first: str, lines: _Lines, delimiter: str) -> Row:
    """The row that begins with a line: alone, or with the lines that a quoted cell goes on over."""
    if '"' not in first:
        return _row_of(number, first.rstrip(_LINE_ENDS).split(delimiter))
    text, more = first, list[str]()
    state = _state(text, delimiter)
    while state == "open" and len(more) < _LINES_IN_A_CELL_MAX and len(text) < LINE_LENGTH_MAX:
        line = lines.next()
        if line is None:
            break
        more.append(line)
        text += line
        state = _state(text, delimiter) if '"' in line else state
    if state == "closed":
        try:
            return _row_of(number, split_line(text, delimiter))
        except csv.Error:
            pass
    lines.put_back(more)
    return _row_of(number, first.rstrip(_LINE_ENDS).split(delimiter), is_broken=True)


def _row_of(line: int, cells: list[str], *, is_broken: bool = False) -> Row:
    return Row(line, cells, line, len(cells), is_broken)


def is_plain(table: TableFile[Found]) -> bool:
    """Whether every quotation mark of a text file is where RFC 4180 has it, so that any reader of CSV reads it alike."""
    if not any('"' in line for line in _lines(table.stream, table.encoding)):
        return True
    one = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n{re.escape(table.delimiter)}][^\r\n{re.escape(table.delimiter)}]*+|)'
    whole = re.compile(rf"(?:{one}(?:{re.escape(table.delimiter)}{one})*+(?:\r\n|\r|\n))*+")
    rest, lines = "", _lines(table.stream, table.encoding)
    while block := "".join(islice(lines, _LINES_AT_A_TIME)):
        rest += block if block.endswith(("\r", "\n")) else f"{block}\n"
        found = whole.match(rest)
        rest = rest[found.end() :] if found else rest
        if rest.count("\n") > _LINES_IN_A_CELL_MAX or len(rest) > LINE_LENGTH_MAX:
            return False
    return not rest


def _state(text: str, delimiter: str) -> str:
    """Whether the last quoted cell of a row is closed or open, or something odd stands behind a closing mark."""
    at = 0
    while True:
        if text.startswith('"', at):
            end = text.find('"', at + 1)
            while end >= 0 and text.startswith('"', end + 1):
                end = text.find('"', end + 2)
            if end < 0:
                return "open"
            at = end + 1
        else:
            found = text.find(delimiter, at)
            at = len(text) if found < 0 else found
        if at >= len(text) or text[at] in _LINE_ENDS:
            return "closed"
        if text[at] != delimiter:
            return "odd"
        at += 1
