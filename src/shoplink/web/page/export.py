"""Tables as files: CSV that Excel opens in the right encoding, or XLSX."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.http import HttpResponse
from xlsxwriter import Workbook

from shoplink.web.request.visit import Visit

FORMATS = ("csv", "xlsx")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | datetime | None


def requested_format(visit: Visit) -> str | None:
    """The format in the query parameter `format`; None if the page itself is requested."""
    name = visit.query.get("format")
    return name if name in FORMATS else None


def export(
    visit: Visit, kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """The table as a file with this name and kind (`csv` or `xlsx`); instants are in the reader's time zone."""
    written = [[_cell(visit, cell) for cell in row] for row in rows]
    content = _csv(header, written) if kind == "csv" else _xlsx(header, written)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8" if kind == "csv" else _XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cell(visit: Visit, cell: Cell) -> str | int:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).astimezone(visit.zone).isoformat(sep=" ", timespec="seconds")
    return "" if cell is None else cell


def _csv(header: Sequence[str], rows: list[list[str | int]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([[_without_formula(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _without_formula(cell: str | int) -> str | int:
    """The cell, with a quote before any text that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _xlsx(header: Sequence[str], rows: list[list[str | int]]) -> bytes:
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, header, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    sheet.autofit()
    book.close()
    return file.getvalue()
