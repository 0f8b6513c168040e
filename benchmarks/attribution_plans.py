"""Other ways to judge the same orders: DuckDB and Polars, with two plans each written by hand, and plain Python.

They assume that every order is valid. Ours also validates each field and checks the links.
"""

from bisect import bisect_right
from collections import defaultdict
from pathlib import Path
from typing import Any, Literal

import duckdb
import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from shoplink.attribution import judgement
from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.source import open_orders

THREADS, MEMORY = 2, "2GB"
_FOR_EVER = 2**63 - 1

ByHand = Literal["interval", "as_of"]
"""An equality join with the interval as a condition, or the last link begun before."""

_SELECT = """
    SELECT o.*, CASE WHEN {linked} THEN l.role WHEN o.account_id IS NULL THEN 'none' ELSE 'affiliate' END AS basis,
           CASE WHEN {linked} THEN l.link_id END AS link_id,
           CASE WHEN {linked} OR o.account_id IS NULL THEN 0
                ELSE (o.amount_minor * o.commission_rate_bp + 5000) // 10000 END AS commission_minor
    FROM read_parquet('{orders}') AS o"""
_PAIR = "o.shop_id = l.shop_id AND o.account_id = l.account_id AND epoch_us(o.ordered_at) >= l.linked_at"
_ENDED = f"coalesce(l.ended_at, {_FOR_EVER})"
_SQL: dict[ByHand, str] = {
    "interval": f"{_SELECT} LEFT JOIN read_parquet('{{links}}') AS l ON {_PAIR} AND epoch_us(o.ordered_at) < {_ENDED}",
    "as_of": f"{_SELECT} ASOF LEFT JOIN read_parquet('{{links}}') AS l ON {_PAIR}",
}
_LINKED: dict[ByHand, str] = {
    "interval": "l.link_id IS NOT NULL",
    "as_of": f"coalesce(epoch_us(o.ordered_at) < {_ENDED} AND l.link_id IS NOT NULL, false)",
}


def ours(orders: Path, links: Path, out: Path, spans: int | None = None) -> int:
    """What `shoplink attribute` does with Parquet files of orders and links; returns the number of time spans."""
    engine = DuckDBEngine(MEMORY, out.parent, THREADS)
    known = engine.links(links)
    assert next(engine.rows(judgement.overlapping_links(known).limit(1)), None) is None, "the links are sound"
    plan = judgement.plan_for(**next(engine.rows(judgement.summarise_links(known))))
    if spans is not None:
        plan = msgspec.structs.replace(plan, spans=spans)
    source = open_orders(engine, [str(orders)], None, out.parent, lambda _: None)
    judged = judgement.attribute_rows(source.rows, source.fields, known, plan)
    written = engine.write(judged, out, "parquet", lambda _: None)
    assert written == source.count, "nothing is lost"
    engine.close()
    return plan.spans


def by_duckdb(orders: Path, links: Path, out: Path, plan: ByHand) -> None:
    """One statement written by hand."""
    with duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        sql = _SQL[plan].format(linked=_LINKED[plan], orders=orders, links=links)
        connection.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")


def by_polars(orders: Path, links: Path, out: Path, plan: ByHand) -> None:
    """Polars, lazily, with its streaming engine."""
    at = pl.col("ordered_at").dt.epoch("us")
    rows = pl.scan_parquet(orders).with_columns(at=at)
    known = pl.scan_parquet(links).select(
        "link_id", "shop_id", "account_id", "role", "linked_at", pl.col("ended_at").fill_null(_FOR_EVER)
    )
    pair = ["shop_id", "account_id"]
    in_force = (pl.col("at") >= pl.col("linked_at")) & (pl.col("at") < pl.col("ended_at"))
    if plan == "as_of":
        met = rows.sort("at").join_asof(
            known.sort("linked_at"), left_on="at", right_on="linked_at", by=pair, check_sortedness=False
        )
        met = met.with_columns(link_id=pl.when(in_force).then("link_id"), role=pl.when(in_force).then("role"))
    else:
        found = rows.select("order_id", "at", *pair).join(known, on=pair).filter(in_force)
        met = rows.join(found.select("order_id", "link_id", "role"), on="order_id", how="left")
    due = (pl.col("amount_minor") * pl.col("commission_rate_bp") + 5_000) // 10_000
    basis = pl.when(pl.col("account_id").is_null()).then(pl.lit("none")).otherwise(pl.lit("affiliate"))
    judged = met.with_columns(
        basis=pl.coalesce("role", basis),
        commission_minor=pl.when(pl.col("link_id").is_null() & pl.col("account_id").is_not_null())
        .then(due)
        .otherwise(0),
    )
    own = pq.read_schema(orders).names
    judged.select(*own, "basis", "link_id", "commission_minor").sink_parquet(out, compression="zstd")


def by_python(orders: Path, links: Path, out: Path) -> None:
    """A dict of the links by pair, and a bisection for each order, row by row."""
    of_pair: defaultdict[tuple[str, str], list[tuple[int, int, str, str]]] = defaultdict(list)
    for link in pq.read_table(links).to_pylist():
        ended = _FOR_EVER if link["ended_at"] is None else link["ended_at"]
        of_pair[link["shop_id"], link["account_id"]].append(
            (link["linked_at"], ended, link["link_id"], link["role"])
        )
    for those in of_pair.values():
        those.sort()
    table = pq.read_table(orders)
    own = table.schema
    at = own.get_field_index("ordered_at")
    rows = table.set_column(at, "ordered_at", table["ordered_at"].cast(pa.int64())).to_pylist()
    for order in rows:
        account_id, ordered_at = order["account_id"], order["ordered_at"]
        found = of_pair.get((order["shop_id"], account_id))
        order["basis"], order["link_id"], is_due = _judged(found, account_id, ordered_at)
        due = (order["amount_minor"] * order["commission_rate_bp"] + 5_000) // 10_000
        order["commission_minor"] = due if is_due else 0
    more = [("basis", pa.string()), ("link_id", pa.string()), ("commission_minor", pa.int64())]
    pq.write_table(pa.Table.from_pylist(rows, pa.schema([*own, *more])), out, compression="zstd")


def _judged(
    links: list[tuple[int, int, str, str]] | None, account_id: str | None, at: int
) -> tuple[str, str | None, bool]:
    """The basis of an order, its link, and whether commission is due."""
    if account_id is None:
        return "none", None, False
    if links:
        place = bisect_right(links, (at, _FOR_EVER + 1)) - 1
        if place >= 0 and at < links[place][1]:
            return links[place][3], links[place][2], False
    return "affiliate", None, True


def digest(out: Path) -> list[tuple[Any, ...]]:
    """A digest of the results that does not depend on their order."""
    with duckdb.connect() as connection:
        return connection.execute(
            "SELECT basis, count(*), sum(commission_minor), sum(hash(order_id, link_id, commission_minor))"
            f" FROM read_parquet('{out}') GROUP BY basis ORDER BY basis"
        ).fetchall()
