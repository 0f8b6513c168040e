"""The files of statements: tables as CSV and Parquet, a workbook, and pages to print."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from shoplink.attribution.engine import Engine
from shoplink.attribution.instants import from_micros
from shoplink.attribution.statement import lines, sums
from shoplink.attribution.statement.cut import Zones
from shoplink.core.instant import format_instant
from shoplink.flows.commission.statement.book import write_book
from shoplink.flows.commission.statement.folder import file_name
from shoplink.flows.commission.statement.page import MOST_ON_PAGE, ShopPage, settlement_page, statement_page
from shoplink.table.write import CsvWriter
from shoplink.wording import Tag, language_for

Pages = Literal["none", "shops", "creators"]
"""The pages that are written: none, one for each shop, or one for each creator too."""

Table = Any
Line = dict[str, Any]
Key = tuple[str, str]
"""A period and a shop."""

INSTANTS = ("linked_at", "ended_at", "at")
_COMPARED = ("order_lines", "amount_minor", "refund_minor", "commission_minor")
ADJUSTMENTS = (
    "period",
    "adjusts",
    "reason",
    "shop_id",
    "order_id",
    "sku_id",
    "account_id",
    "currency",
    "basis",
    "link_id",
    *(f"{prefix}{name}" for name in _COMPARED for prefix in (lines.BEFORE, lines.NOW, "")),
)
"""The columns of adjustments: each sum as it was closed, as it is now, and the difference."""
_UNDATED = ("file", "line", "shop_id", "order_id", "sku_id", "account_id", "currency", "amount_minor", "refund_minor",
            "basis", "link_id", "commission_minor")  # fmt: skip


class Statements(NamedTuple):
    """What is written: lines, the links that they name, rows that are in no period, the zones of shops, and which pages."""

    lines: Table
    links: Table
    undated: Table
    zones: Zones
    pages: Pages


def write_folder(engine: Engine, folder: Path, out: Statements) -> int:
    """Write statements into a new folder; returns the number of pages. Raises EngineError, OSError."""
    folder.mkdir()
    tables = {
        "commission": sums.commission_statement(out.lines).order_by(
            ["period", "shop_id", "currency", "basis", "adjusts"]
        ),
        "settlement": sums.settlement_statement(out.lines, out.links).order_by(
            ["period", "shop_id", "account_id", "linked_at", "currency", "adjusts"]
        ),
        "adjustments": lines.adjustments(out.lines).select(*ADJUSTMENTS),
    }
    for name, table in tables.items():
        tables[name] = engine.named(table, name)
        engine.write(tables[name], folder / f"{name}.parquet", "parquet", lambda _: None)
        _write_csv(engine, folder / f"{name}.csv", tables[name], table.columns)
    engine.write(out.lines, folder / "lines.parquet", "parquet", lambda _: None)
    if next(engine.rows(out.undated.limit(1)), None):
        in_order = out.undated.order_by(["file", "line"])
        _write_csv(engine, folder / "undated.csv", in_order, _UNDATED)
    write_book(engine, folder / "statement.xlsx", {**tables, "lines": out.lines})
    written = 0 if out.pages == "none" else _write_pages(engine, folder, tables, out.zones)
    if out.pages == "creators":
        written += _write_creators(engine, folder, tables["settlement"], out.zones)
    return written


def _write_csv(engine: Engine, path: Path, table: Table, columns: Sequence[str]) -> None:
    with _csv(path, columns) as write:
        for row in engine.rows(table.select(*columns)):
            write(row)


@contextmanager
def _csv(path: Path, columns: Sequence[str]) -> Iterator[Callable[[Line], None]]:
    """Open a CSV file for spreadsheets; yields a function that writes one row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = CsvWriter(file)
        writer.row(columns)
        dated = [name for name in columns if name in INSTANTS]

        def write(row: Line) -> None:
            for name in dated:
                if row[name] is not None:
                    row[name] = format_instant(from_micros(row[name]))
            writer.row([row[name] for name in columns])

        yield write


def _write_pages(engine: Engine, folder: Path, tables: dict[str, Table], zones: Zones) -> int:
    """Write a page for each period, shop and language."""
    owed = _by_shop(engine, tables["commission"])
    changes = _by_shop(engine, lines.largest(tables["adjustments"], "commission_minor", MOST_ON_PAGE))
    of_changes = _by_shop(engine, sums.totals_by_shop(tables["adjustments"].mutate(base_minor=0)))
    of_creators = _by_shop(engine, sums.totals_by_shop(tables["settlement"]))
    count = 0

    def write(key: Key, creators: list[Line]) -> None:
        page = ShopPage(
            key,
            owed[key],
            creators,
            of_creators[key],
            changes[key],
            of_changes[key],
            str(zones.zone_of(key[1])),
        )
        for tag in _TAGS:
            _written(
                folder / key[0] / f"{file_name(key[1])}.{tag}.html", statement_page(page, language_for(tag))
            )

    left = set(owed)
    shown = lines.largest(tables["settlement"], "amount_minor", MOST_ON_PAGE)
    for key, some in groupby(engine.rows(shown), _key):
        write(key, list(some))
        left.remove(key)
        count += len(_TAGS)
    for key in sorted(left):
        write(key, [])
        count += len(_TAGS)
    return count


def _write_creators(engine: Engine, folder: Path, settlement: Table, zones: Zones) -> int:
    """Write a page for each period, shop, creator and language."""
    count = 0
    in_order = settlement.order_by(["period", "shop_id", "account_id", "linked_at", "currency", "adjusts"])
    for (period, shop_id, account_id), some in groupby(engine.rows(in_order), _key_of_creator):
        rows, zone = list(some), str(zones.zone_of(shop_id))
        place = folder / period / f"{file_name(shop_id)}.creators"
        for tag in _TAGS:
            page = settlement_page((period, shop_id), account_id, rows, zone, language_for(tag))
            _written(place / f"{file_name(account_id)}.{tag}.html", page)
            count += 1
    return count


_TAGS: tuple[Tag, ...] = get_args(Tag)


def _by_shop(engine: Engine, table: Table) -> defaultdict[Key, list[Line]]:
    found: defaultdict[Key, list[Line]] = defaultdict(list)
    for row in engine.rows(table):
        found[_key(row)].append(row)
    return found


def _key(row: Line) -> Key:
    return row["period"], row["shop_id"]


def _key_of_creator(row: Line) -> tuple[str, str, str]:
    return row["period"], row["shop_id"], row["account_id"]


def _written(page: Path, text: str) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
