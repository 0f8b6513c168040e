"""Tables as files: CSV that Excel opens in the right encoding, or XLSX."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.http import HttpResponse

from shoplink.table.write import CsvWriter, workbook
from shoplink.web.request.visit import Visit

FORMATS = ("csv", "xlsx")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | Decimal | datetime | None


def requested_format(visit: Visit) -> str | None:
    """The format in the query parameter `format`; None if the page itself is requested."""
    name = visit.query.get("format")
    return name if name in FORMATS else None


def export(
    visit: Visit, kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """The table as a file with this name and kind (`csv` or `xlsx`); instants are in the reader's time zone."""
    written = [[_cell(visit, cell) for cell in row] for row in rows]
    content = _csv(header, written) if kind == "csv" else workbook(header, written)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8" if kind == "csv" else _XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cell(visit: Visit, cell: Cell) -> str | int | Decimal:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).astimezone(visit.zone).isoformat(sep=" ", timespec="seconds")
    return "" if cell is None else cell


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = CsvWriter(text)
    for row in (header, *rows):
        writer.row(row)
    return text.getvalue().encode("utf-8-sig")
