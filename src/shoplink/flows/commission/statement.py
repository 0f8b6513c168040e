"""Statements from a result: the commission that a shop owes, and what it settles with its linked creators.

Nothing is written unless every sum equals that of its rows, and every row agrees with its link and its rate.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, tzinfo
from itertools import groupby
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from msgspec import Struct

from shoplink.attribution import statement
from shoplink.attribution.engine import Engine
from shoplink.attribution.instants import from_micros
from shoplink.attribution.judgement import RESULT
from shoplink.attribution.mapping import Mapping, MappingError
from shoplink.attribution.source import open_orders
from shoplink.attribution.staging import stage_links
from shoplink.core.commission.attribution import Period
from shoplink.core.instant import format_instant
from shoplink.flows.commission.judge import UnsoundError
from shoplink.flows.commission.statement_page import settlement_page, statement_page
from shoplink.table.write import CsvWriter
from shoplink.wording import Tag, language_for

_INSTANTS = ("linked_at", "ended_at")

StatementRow = dict[str, Any]


class StatementRequest(Struct, frozen=True):
    """The statements to write: from which results, by which links, for which shop and month, into which folder."""

    results: Sequence[str]
    links: Iterable[Period]
    folder: Path
    engine: Callable[[Path], Engine]
    mapping: Mapping | None = None
    shop_id: str | None = None
    month: str | None = None
    zone: tzinfo = UTC


class StatementResult(Struct, frozen=True):
    """The counts of what was written: rows summed, and pages."""

    rows: int
    pages: int


def write_statements(request: StatementRequest) -> StatementResult:
    """Write the statements. Raises MappingError, PeriodsError, EngineError, UnsoundError, OSError."""
    request.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".shoplink-", dir=request.folder) as place:
        work = Path(place)
        stage_links(request.links, work / "links.parquet")
        with closing(request.engine(work)) as engine:
            return _write_statements(request, engine, work)


def _write_statements(request: StatementRequest, engine: Engine, work: Path) -> StatementResult:
    links = engine.links(work / "links.parquet")
    source = open_orders(engine, request.results, request.mapping, work, lambda _: None)
    if source.new:
        raise MappingError(
            f"{', '.join(source.new)}: found no columns {', '.join(RESULT)}; `shoplink attribute` writes them"
        )
    instants = [
        at for day in engine.rows(statement.days_with_orders(source)) for at in (day["first"], day["last"])
    ]
    lines = engine.named(statement.statement_lines(source, request.zone, instants), "lines")
    for wrong in engine.rows(statement.unsound_rows(lines, links).limit(1)):
        raise UnsoundError(f"a row cannot be as it is by these links and its own rate: {wrong}")
    whole = {row["currency"]: row for row in engine.rows(statement.grand_totals(lines))}
    row_count = sum(row["order_lines"] for row in whole.values())
    if row_count != source.count:
        raise UnsoundError(
            f"of {source.count} rows {row_count} can be read as orders; give the mapping that they were judged with"
        )
    tables = {
        "commission": engine.named(statement.commission_statement(lines), "commission"),
        "settlement": engine.named(statement.settlement_statement(lines, links), "settlement"),
    }
    for name, prefix in (("commission", ""), ("settlement", "linked_")):
        _require_sums(
            engine,
            name,
            tables[name],
            {currency: row for currency, row in whole.items() if row[f"{prefix}order_lines"]},
            prefix,
        )
        tables[name] = _selected(request, tables[name])
        engine.write(tables[name], work / f"{name}.statement.parquet", "parquet", lambda _: None)
    pages = _write_out(request, engine, tables, work)
    _move(work, request.folder, pages)
    return StatementResult(row_count, len(pages))


def _require_sums(engine: Engine, name: str, table: Any, whole: dict[str, StatementRow], prefix: str) -> None:
    """Require that a statement adds up to its rows, per currency. Raises UnsoundError."""
    found = {row["currency"]: row for row in engine.rows(statement.statement_totals(table))}
    for currency in found.keys() | whole.keys():
        for part in statement.SUMS:
            sums = found.get(currency, {}).get(part), whole.get(currency, {}).get(f"{prefix}{part}")
            if sums[0] != sums[1]:
                raise UnsoundError(
                    f"{name}: {part} in {currency} adds up to {sums[0]}, its rows to {sums[1]}"
                )


def _selected(request: StatementRequest, table: Any) -> Any:
    if request.shop_id is not None:
        table = table.filter(table.shop_id == request.shop_id)
    return table if request.month is None else table.filter(table.month == request.month)


def _write_out(request: StatementRequest, engine: Engine, tables: dict[str, Any], work: Path) -> list[Path]:
    """Write both statements as CSV, and a page per shop, month and language; returns the paths of the pages."""
    of_shops: defaultdict[tuple[str, str], list[StatementRow]] = defaultdict(list)
    with _table(work / "commission.csv", tables["commission"].columns) as write:
        for row in engine.rows(tables["commission"].order_by(["month", "shop_id", "currency", "basis"])):
            write(row)
            of_shops[row["month"], row["shop_id"]].append(row)
    pages: list[Path] = []
    with _table(work / "settlement.csv", tables["settlement"].columns) as write:
        keys = ["month", "shop_id", "account_id", "linked_at", "currency"]
        for key, some in groupby(engine.rows(tables["settlement"].order_by(keys)), _month_and_shop):
            of_links = list(some)
            for row in of_links:
                write(row)
            pages += _write_pages(work, key, of_shops.pop(key), of_links, str(request.zone))
    for key, rows in of_shops.items():
        pages += _write_pages(work, key, rows, [], str(request.zone))
    return pages


def _month_and_shop(row: StatementRow) -> tuple[str, str]:
    return row["month"], row["shop_id"]


def _write_pages(
    work: Path, key: tuple[str, str], of_shop: list[StatementRow], of_links: list[StatementRow], zone: str
) -> Iterator[Path]:
    """Write the pages of one shop and month and of each of its linked creators, one per language; yields their paths."""
    month, shop = key[0], quote(key[1], safe="")
    tags: tuple[Tag, ...] = get_args(Tag)
    for tag in tags:
        language = language_for(tag)
        page = work / month / f"{shop}.{tag}.html"
        yield _written(page, statement_page(key, of_shop, of_links, zone, language))
        for account_id, some in groupby(of_links, lambda row: str(row["account_id"])):
            page = work / month / f"{shop}.creators" / f"{quote(account_id, safe='')}.{tag}.html"
            yield _written(page, settlement_page(key, account_id, list(some), zone, language))


def _written(page: Path, text: str) -> Path:
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
    return page


@contextmanager
def _table(path: Path, columns: Sequence[str]) -> Iterator[Callable[[StatementRow], None]]:
    """Open a CSV file for spreadsheets; yields a function that writes one row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = CsvWriter(file)
        writer.row(columns)
        yield lambda row: writer.row(
            format_instant(from_micros(row[name]))
            if name in _INSTANTS and row[name] is not None
            else row[name]
            for name in columns
        )


def _move(work: Path, folder: Path, pages: list[Path]) -> None:
    """Move the finished files into the folder, once all of them are complete."""
    for name in ("commission", "settlement"):
        (work / f"{name}.csv").replace(folder / f"{name}.csv")
        (work / f"{name}.statement.parquet").replace(folder / f"{name}.parquet")
    for page in pages:
        target = folder / page.relative_to(work)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.replace(target)
