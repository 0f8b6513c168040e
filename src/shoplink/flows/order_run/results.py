"""What a run has written, read for a page: what is stated and closed."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from shoplink.flows.commission.statement.record import INDEX
from shoplink.table.error import TableError
from shoplink.table.read import open_table, rows

_STATED_BY = ("period", "currency", "basis", "adjusts")
_STATED = ("order_lines", "base_minor", "commission_minor")


def stated_rows(folder: Path) -> list[dict[str, Any]]:
    """What shops owe together, by period, currency, basis and adjusted period; amounts are minor units."""
    path = folder / "commission.csv"
    header = next(_cells(path, with_header=True), [])
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for cells in _cells(path):
        row = dict(zip(header, cells, strict=True))
        key = tuple(row[name] for name in _STATED_BY)
        sums = found.setdefault(key, dict(zip(_STATED_BY, key, strict=True)))
        for name in _STATED:
            sums[name] = sums.get(name, 0) + int(row[name] or 0)
    return list(found.values())


def closed_periods(record: Path) -> list[str]:
    """The names of the periods that a shop has closed."""
    with suppress(OSError, msgspec.DecodeError, KeyError, TypeError):
        return [each["period"] for each in msgspec.json.decode((record / INDEX).read_bytes())["closings"]]
    return []


def _cells(path: Path, *, with_header: bool = False) -> Iterator[list[str]]:
    """The cells of the rows of a file of ours; none if it is not there."""

    def first(cells: Sequence[str]) -> bool:
        return bool(cells)

    with suppress(OSError, TableError), path.open("rb") as stream:
        table = open_table(path.name, stream, first)
        if with_header:
            yield list(table.header)
        yield from (row.cells for row in rows(table))
