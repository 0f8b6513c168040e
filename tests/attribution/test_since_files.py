"""A result that was updated, in place or not, is what judging everything anew gives: also what was rejected before."""

import csv
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.engine import Form
from shoplink.attribution.mapping import MappingError, parse_mapping
from shoplink.core.instant import format_instant
from shoplink.flows.commission.judge import AttributionRequest, attribute_files
from shoplink.flows.commission.periods import read_periods
from shoplink.flows.commission.summary import AttributionResult
from tests.attribution.naive import Link, Order
from tests.attribution.random_orders import DAY, START, links_of, orders_of, write_links, write_orders

SINCE = START + 2_000 * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORMS = (("csv", "csv"), ("csv", "parquet"), ("parquet", "parquet"))


def at(micros: int) -> str:
    return format_instant(EPOCH + timedelta(microseconds=micros))


def states_of(seed: int) -> tuple[list[Link], list[Link]]:
    """Links as they were and as they are: some have ended since, some were imported since."""
    chance = random.Random(seed)
    now = links_of(40, 3, seed)
    last = {
        link.account_id: max(one.linked_at for one in now if one.account_id == link.account_id)
        for link in now
    }
    then = []
    for number, link in enumerate(now):
        change = chance.random()
        is_last = link.linked_at == last[link.account_id]
        if change < 0.3:
            now[number] = link._replace(changed_at=SINCE + number)
        if change < 0.15 and is_last and link.ended_at != link.linked_at:
            then.append(link._replace(ended_at=None))
        elif change >= 0.3:
            then.append(link)
    return then, now


def write_csv(orders: list[Order], path: Path, chance: random.Random) -> str:
    """Orders as CSV, of which some are wrong and some lines are malformed."""
    lines = [
        "order_id,shop_id,account_id,ordered_at,amount_minor,currency,commission_rate_bp,refund_minor,note"
    ]
    for order in orders:
        amount: object = (
            order.amount_minor if chance.random() < 0.95 else chance.choice((-1, "12.00", "x", ""))
        )
        note = chance.choice(("", "=1+1", "'-x", '"a,b"', " 茶 "))
        rate = "" if order.commission_rate_bp is None else order.commission_rate_bp
        line = f"{order.order_id},{order.shop_id},{order.account_id or ''},{at(order.ordered_at)},{amount},"
        line += (
            f"{chance.choice((order.currency, order.currency.lower()))},{rate},{order.refund_minor},{note}"
        )
        lines.append(line + chance.choice([""] * 20 + [",x"]))
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def attribute(
    orders: list[str], links: Path, out: Path, since: int | None = None, mapping: str = ""
) -> AttributionResult:
    form: Form = "csv" if out.suffix == ".csv" else "parquet"
    asked = AttributionRequest(
        orders=orders,
        links=read_periods([links]),
        out=out,
        form=form,
        rejects=out.with_name(f"{out.stem}.rejects.csv"),
        engine=lambda work: DuckDBEngine("1GB", work, 1),
        work=out.parent,
        mapping=parse_mapping(mapping, "mapping.toml") if mapping else None,
        since=None if since is None else EPOCH + timedelta(microseconds=since),
    )
    return attribute_files(asked, lambda *_: None)


def result(out: Path) -> list[tuple[Any, ...]]:
    if out.suffix == ".parquet":
        table = pq.read_table(out)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        # A cell that is empty in rejects, which are CSV, is an empty text in Parquet: of either sort nothing is told.
        return sorted((tuple(None if cell == "" else cell for cell in row) for row in rows), key=str)
    with out.open(encoding="utf-8-sig", newline="") as file:
        return sorted(map(tuple, csv.reader(file)))


def rejects(out: Path) -> list[tuple[str, ...]]:
    """The rejects without the place of those that come from a result."""
    path = out.with_name(f"{out.stem}.rejects.csv")
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted((row["order_id"], row.get("note", ""), row["Reason"]) for row in csv.DictReader(file))


@pytest.mark.parametrize(
    ("seed", "given", "kept"),
    [(seed, *FORMS[seed % len(FORMS)]) for seed in range(6)],  # each pair of forms with two worlds of its own
)
def test_up_to_date_it_is_what_judging_everything_anew_gives(
    tmp_path: Path, seed: int, given: str, kept: str
) -> None:
    then, now = states_of(seed)
    orders = orders_of(400, now, seed)
    if given == "csv":
        files = [write_csv(orders, tmp_path / "orders.csv", random.Random(seed))]
    else:
        files = write_orders(orders, tmp_path)
    before, after = (
        write_links(links, tmp_path / f"{name}.links.parquet")
        for name, links in (("then", then), ("now", now))
    )
    whole, judged, beside = (tmp_path / f"{name}.{kept}" for name in ("whole", "judged", "beside"))
    full = attribute(files, after, whole)
    attribute(files, before, judged)
    first = attribute([str(judged)], after, beside, SINCE)
    attribute([str(judged)], after, judged, SINCE)  # in place
    for out in (beside, judged):
        assert result(out) == result(whole)
        assert rejects(out) == rejects(whole)
    assert (first.rows, first.judged, first.rejected) == (full.rows, full.judged, full.rejected)
    assert full.rejected
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


def test_types_that_no_field_has_stay_as_they_are(tmp_path: Path) -> None:
    link = Link("link_1", "S1", "A1", "official", START, None, changed_at=SINCE)
    (file,) = write_orders(
        [Order("1", "S1", "A1", START, 100, "GBP", None), Order("2", "S1", None, START, 1, "GBP", 1)],
        tmp_path,
    )
    table = pq.read_table(file)
    more = {
        "day": pa.array([datetime(2026, 1, 2, tzinfo=UTC).date()] * 2),
        "share": pa.array([0.1, 1e300]),
        "paid": pa.array([True, False]),
        "rest": pa.array([Decimal("1.2345"), Decimal(100)], pa.decimal128(18, 4)),
    }
    for name, column in more.items():
        table = table.append_column(name, column)
    pq.write_table(table, file)
    nothing, after = write_links([], tmp_path / "none.parquet"), write_links([link], tmp_path / "now.parquet")
    judged, whole = tmp_path / "judged.parquet", tmp_path / "whole.parquet"
    assert attribute([file], nothing, judged).rejected == 1
    attribute([str(judged)], after, judged, SINCE)
    attribute([file], after, whole)
    assert result(judged) == result(whole)
    assert pq.read_schema(judged).remove_metadata() == pq.read_schema(whole).remove_metadata()


def test_rows_of_an_order_are_not_divided_among_rejects_alone(tmp_path: Path) -> None:
    link = Link("link_1", "S1", "A1", "official", START, None, changed_at=SINCE)
    mapping = """per_order = ["refund_minor"]
[columns]
order_id = "order_id"
shop_id = "shop_id"
account_id = "account_id"
ordered_at = "ordered_at"
amount = "amount_minor"
currency = "currency"
commission_rate = "commission_rate_bp"
refund = "refund_minor"
"""
    orders = [Order("1", "S1", "A1", START, 100, "GBP", None), Order("1", "S1", None, START, 1, "GBP", 1)]
    file = write_csv(orders, tmp_path / "orders.csv", random.Random(3))
    nothing, after = write_links([], tmp_path / "none.parquet"), write_links([link], tmp_path / "now.parquet")
    judged = tmp_path / "judged.csv"
    assert attribute([file], nothing, judged, mapping=mapping).rejected
    with pytest.raises(MappingError, match=r"per_order: .* judge the orders themselves, without --since"):
        attribute([str(judged)], after, judged, SINCE, mapping)
