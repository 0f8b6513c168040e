"""Excel workbooks (.xlsx) as rows of text, within bounds: what a file claims is checked before it is unpacked.

A number of 16 or more digits is not what its author typed, because a spreadsheet keeps 15: it becomes `7.59E+18`, which
no column of ids takes.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any, BinaryIO

from shoplink.table.error import TableError

BYTES_MAX = 512 << 20
"""The size of an unpacked workbook: a sheet of a million rows has about as many bytes."""

_PARTS_MAX = 10_000
_HEAD_BYTES = 4_096
_EXACT_BELOW = 1e15
_XML = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?<[A-Za-z]")
"""How a part begins: with its first element. A document type, which can define itself larger and larger, is not taken."""


def sheets_of(name: str, stream: BinaryIO, bytes_max: int) -> list[str]:
    """The names of the sheets that can be seen. Raises TableError."""
    with _opened(name, stream, bytes_max) as book:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]


def sheet_rows(name: str, stream: BinaryIO, sheet: str, bytes_max: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet with their numbers, each cell as text; dates as ISO 8601 writes them. Raises TableError."""
    with _opened(name, stream, bytes_max) as book:
        page = book[sheet]
        page.reset_dimensions()  # programs write them wrong
        for number, cells in enumerate(page.iter_rows(), start=1):
            yield number, [_text(cell) for cell in cells]


@contextmanager
def _opened(name: str, stream: BinaryIO, bytes_max: int) -> Iterator[Any]:
    from openpyxl import load_workbook  # noqa: PLC0415 (takes long to load)

    try:
        _require_bounds(name, stream, bytes_max)
        stream.seek(0)
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()
    except TableError:
        raise
    except Exception as error:  # the library raises whatever a damaged part leads to
        raise _damaged(name) from error


def _require_bounds(name: str, stream: BinaryIO, bytes_max: int) -> None:
    with zipfile.ZipFile(stream) as packed:
        parts = packed.infolist()
        # `zipfile` never unpacks more of a part than it declares.
        if len(parts) > _PARTS_MAX or sum(part.file_size for part in parts) > bytes_max:
            raise TableError(
                name,
                f"unpacked, this workbook is larger than {bytes_max >> 20} MB; export the table as CSV",
                f"此工作簿解压后超过 {bytes_max >> 20} MB，请将表格导出为 CSV",
            )
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with packed.open(part) as content:
                    if not _XML.match(content.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")):
                        raise _damaged(name)


def _damaged(name: str) -> TableError:
    return TableError(
        name,
        "this Excel workbook is damaged or protected; open it, and save it anew as .xlsx or as CSV UTF-8",
        "此 Excel 工作簿已损坏或受保护；请打开后重新另存为 .xlsx 或 CSV UTF-8",
    )


def _text(cell: Any) -> str:
    """A cell as a person would type it; of an instant at midnight, the format says whether it is a day."""
    value = cell.value
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime) and value.time() == time() and "h" not in cell.number_format.lower():
        return str(value.date())
    return str(value)


def _number(value: float) -> str:
    if not value.is_integer():
        return repr(value)
    return str(int(value)) if abs(value) < _EXACT_BELOW else f"{value:.14E}"
