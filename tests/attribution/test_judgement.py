"""DuckDB with any plan, the naive judge and the core judge every order alike."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplink.attribution import judgement
from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.core import Link as CoreLink
from shoplink.core.commission.attribution import Order as CoreOrder
from shoplink.core.commission.attribution import attribute_order, commission_minor
from tests.attribution.engine_runs import judgements, plan_of, rejected_ids
from tests.attribution.naive import Judged, Link, Order, halves_up, judge
from tests.attribution.random_orders import START, links_of, orders_of, write_links, write_orders
from tests.rule import rule

ORDERS = int(os.environ.get("SHOPLINK_TEST_ORDERS", "80000"))
SPANS = (1, 2, 7, 1_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine("1GB", tmp_path, None)
    yield engine
    engine.close()


@rule("R3")
@pytest.mark.parametrize("spans", SPANS)
@pytest.mark.parametrize(
    ("period", "is_linked"), [((0, 9), True), ((1, 9), False), ((-9, 1), True), ((-9, 0), False)]
)
def test_a_link_is_in_force_from_its_first_microsecond_to_before_its_last(
    duck: DuckDBEngine, tmp_path: Path, spans: int, period: tuple[int, int], *, is_linked: bool
) -> None:
    link = Link("link_1", "S1", "A1", "marketing", START + period[0], START + period[1])
    orders = write_orders([Order("O1", "S1", "A1", START, 1995, "GBP", 1000)], tmp_path / "orders")
    path = write_links([link], tmp_path / "links.parquet")
    judged = judgements(duck, orders, path, plan_of(duck, path, spans), tmp_path)
    assert judged == [
        Judged("O1", "marketing", "link_1", 0, 1995)
        if is_linked
        else Judged("O1", "affiliate", None, 200, 1995)
    ]


@rule("R3")
@pytest.mark.parametrize(("each", "share"), [(1, 2), (10, 4), (100, 4)])
def test_every_plan_says_of_every_order_what_the_naive_judge_says(
    duck: DuckDBEngine, tmp_path: Path, each: int, share: int
) -> None:
    links = links_of(max(ORDERS // (20 * each), 20), each, seed=each)
    orders = orders_of(ORDERS // share, links, seed=each + 1)
    judged, not_judged = judge(orders, links)
    assert {row.basis for row in judged} == {"official", "marketing", "affiliate", "none"}
    files = write_orders(orders, tmp_path / "orders", files=3)
    path = write_links(links, tmp_path / "links.parquet")
    for spans in (None, *SPANS[:-1]):
        plan = plan_of(duck, path, spans)
        assert judgements(duck, files, path, plan, tmp_path) == sorted(judged)
        assert rejected_ids(duck, files, path, plan, tmp_path) == sorted(not_judged)


@rule("R3")
def test_the_core_says_of_every_order_what_the_naive_judge_says() -> None:
    links = links_of(300, 5, seed=3)
    orders = [one for one in orders_of(20_000, links, seed=4) if one.refund_minor <= one.amount_minor]
    of_account: dict[str | None, list[CoreLink]] = {}
    for link in links:
        of_account.setdefault(link.account_id, []).append(
            CoreLink(
                link.link_id,
                link.shop_id,
                link.account_id,
                "official" if link.role == "official" else "marketing",
                "unlinked" if link.ended_at else "linked",
                "guide-2024-11",
                linked_at=instant(link.linked_at),
                ended_at=instant(link.ended_at) if link.ended_at else None,
            )
        )
    by_core, unjudged = [], []
    for order in orders:
        fields = {**order._asdict(), "ordered_at": instant(order.ordered_at)}
        found = attribute_order(CoreOrder(**fields), order.account_id, of_account.get(order.account_id, []))
        if found is None:
            unjudged.append(order.order_id)
        else:
            by_core.append(
                Judged(order.order_id, found.basis, found.link_id, found.commission_minor, found.base_minor)
            )
    assert (by_core, unjudged) == judge(orders, links)


@pytest.mark.parametrize("spans", SPANS)
def test_the_order_of_rows_and_how_they_are_dealt_out_change_nothing(
    duck: DuckDBEngine, tmp_path: Path, spans: int
) -> None:
    links = links_of(200, 4, seed=7)
    orders = orders_of(20_000, links, seed=8)
    path = write_links(links, tmp_path / "links.parquet")
    first = judgements(
        duck, write_orders(orders, tmp_path / "once"), path, plan_of(duck, path, spans), tmp_path
    )
    random.Random(1).shuffle(orders)
    random.Random(2).shuffle(links)
    path = write_links(links, tmp_path / "links-again.parquet")
    files = write_orders(orders, tmp_path / "again", files=5, rows_in_group=700)
    assert judgements(duck, files, path, plan_of(duck, path, spans), tmp_path) == first


@given(st.integers(0, 2**53 - 1), st.integers(0, 10_000))
def test_a_commission_is_the_nearest_whole_number_and_of_two_the_greater(amount: int, rate: int) -> None:
    assert commission_minor(amount, rate) == halves_up(Fraction(amount * rate, 10_000))


def test_an_engine_works_a_commission_out_as_the_core_does() -> None:
    chance = random.Random(5)
    amounts = [0, 1, 2**53 - 1, 2**53 - 10_000, *(chance.randrange(2**53) for _ in range(3_000))]
    cases = [(amount, rate) for amount in amounts for rate in (0, 1, 4_999, 5_000, 5_001, 9_999, 10_000)]
    table = ibis.memtable({"amount": [a for a, _ in cases], "rate": [r for _, r in cases]})
    worked = table.mutate(due=judgement.commission(table.amount, table.rate))
    answered = ibis.duckdb.connect().to_pyarrow(worked).to_pylist()
    assert sorted((row["amount"], row["rate"], row["due"]) for row in answered) == sorted(
        (amount, rate, commission_minor(amount, rate)) for amount, rate in cases
    )


def test_links_of_an_account_that_overlap_are_found_and_those_that_touch_are_not(
    duck: DuckDBEngine, tmp_path: Path
) -> None:
    first = Link("link_1", "S1", "A1", "marketing", START, START + 10)
    touching = Link("link_2", "S2", "A1", "marketing", START + 10, None)
    empty = Link("link_3", "S3", "A1", "marketing", START + 5, START + 5)
    other = Link("link_4", "S1", "A2", "official", START, None)
    overlapping = Link("link_5", "S2", "A1", "official", START + 9, START + 10)

    def found(*links: Link) -> list[str]:
        rows = duck.rows(
            judgement.overlapping_links(duck.links(write_links([*links], tmp_path / "links.parquet")))
        )
        return [row["link_id"] for row in rows]

    assert found(first, touching, empty, other) == []
    assert found(first, overlapping, other) == ["link_5"]
    assert found(touching, first, Link("link_6", "S9", "A1", "official", START + 99, None)) == ["link_6"]


def instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def test_a_link_of_1970_or_an_end_in_9999_changes_neither_the_spans_nor_the_result(
    duck: DuckDBEngine, tmp_path: Path
) -> None:
    links = links_of(400, 20, seed=31)
    first, last = -(10**15), 253_370_764_800_000_000
    outliers = [
        Link("link_early", "S0", "early", "official", first, first + 1, changed_at=first),
        Link("link_late", "S0", "late", "official", START, last, changed_at=START),
    ]
    plans = []
    for number, some in enumerate((links, [*links, *outliers])):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = write_links(some, folder / "links.parquet")
        plans.append(plan_of(duck, path))
        orders = orders_of(3_000, some, seed=32)
        files = write_orders(orders, folder)
        assert judgements(duck, files, path, plans[-1], folder) == sorted(judge(orders, some)[0])
    without, beside = plans
    assert without.spans == beside.spans > 1
    length = without.end - without.start
    assert abs((beside.end - beside.start) - length) < length / 20
