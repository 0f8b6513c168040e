"""Orders in files are held to who is recorded, and find their creator by the handle of then, as the naive judge does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplink.attribution import judgement
from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.engine import Engine
from shoplink.attribution.identities import Run, identify
from shoplink.attribution.mapping import MappingError
from shoplink.core.commission.handles import HandleUse, handle_spans
from shoplink.core.commission.sides import Fit, HandlePeriod, KnownSides
from tests.attribution.engine_runs import open_files, plan_of, read_result
from tests.attribution.naive import Judged, Named, Order, World, judge
from tests.attribution.random_orders import (
    DAY,
    START,
    by_handle,
    links_of,
    orders_of,
    world_of,
    write_links,
    write_orders,
)
from tests.rule import rule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine("1GB", tmp_path, None)
    yield engine
    engine.close()


def instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def periods_of(named: tuple[Named, ...]) -> Iterator[HandlePeriod]:
    """The periods of handles that a log leads to."""
    uses: dict[str, list[HandleUse]] = {}
    for account in {line.account_id for line in named}:
        lines = [line for line in named if line.account_id == account]
        for number, line in enumerate(lines):
            until = instant(lines[number + 1].at) if number + 1 < len(lines) else None
            use = HandleUse(account, instant(line.at), until, is_first=not number)
            uses.setdefault(line.handle, []).append(use)
    for handle, those in uses.items():
        for span in handle_spans(those):
            yield from (HandlePeriod(handle, account, span.since, span.until) for account in span.accounts)


def known_in(world: World) -> KnownSides:
    return KnownSides(world.shops, world.accounts, periods_of(world.named) if world.named else None)


def found_by(
    engine: Engine, files: list[str], links: Path, world: World, folder: Path
) -> tuple[list[Judged], dict[str, str], Fit]:
    """What an engine makes of orders: the judged ones, the problems of the others by order, and how they fit."""
    now = datetime.max.replace(tzinfo=UTC) if world.now > 2**60 else instant(world.now)
    run = Run(known_in(world), world.strangers, now, folder)
    source, fit = identify(engine, open_files(engine, files, folder), engine.links(links), run)
    plan, out = plan_of(engine, links), folder / f"judged-{len([*folder.iterdir()])}.parquet"
    written = judgement.attribute_rows(source.rows, source.fields, engine.links(links), plan)
    count = engine.write(written, out, "parquet", lambda _: None)
    rejected = engine.rows(judgement.reject_rows(source.rows, source.fields, engine.links(links), plan))
    problems = {row["order_id"]: row["shoplink_problems"] for row in rejected}
    assert count + len(problems) == source.count
    return read_result(out), problems, fit


@rule("R3")
@pytest.mark.parametrize("strangers", [False, True])
@pytest.mark.parametrize("named_by", ["account", "handle"])
def test_files_say_of_every_order_what_the_naive_judge_says(
    duck: DuckDBEngine, tmp_path: Path, named_by: str, *, strangers: bool
) -> None:
    links = links_of(150, 5, seed=31)
    world = world_of(links, 32, strangers=strangers)
    orders = orders_of(20_000, links, seed=33)
    orders = [one._replace(account_id="no id") if one.order_id.endswith("77") else one for one in orders]
    if named_by == "handle":
        orders = by_handle(orders, world, 34)
    judged, not_judged = judge(orders, links, world)
    files, path = (
        write_orders(orders, tmp_path / "orders", files=2),
        write_links(links, tmp_path / "links.parquet"),
    )
    found, problems, fit = found_by(duck, files, path, world, tmp_path)
    assert found == sorted(judged)
    assert sorted(problems) == sorted(not_judged)
    words = {word for one in problems.values() for word in one.removesuffix(",").split(",")}
    expected = {
        "shop_id.unknown_shop",
        "ordered_at.in_future",
        "refund.more_than_amount",
        "commission_rate.needed",
    }
    if named_by == "handle":
        expected |= {"handle.several_accounts"} | (set() if strangers else {"handle.unknown_handle"})
    else:
        expected |= {"account_id.not_id"} | (set() if strangers else {"account_id.unknown_account"})
    assert words == expected
    assert fit.shops == len({one.shop_id for one in orders})
    assert fit.shops_known == len({one.shop_id for one in orders} & (world.shops or set()))
    if named_by == "account":
        accounts = {one.account_id for one in orders} - {None}
        assert (fit.accounts, fit.accounts_known) == (
            len(accounts),
            len(accounts & (world.accounts or set())),
        )


def test_where_nothing_tells_who_is_recorded_the_links_do_and_nobody_is_rejected(
    duck: DuckDBEngine, tmp_path: Path
) -> None:
    links = links_of(20, 2, seed=41)
    orders = [
        Order(f"O{n}", shop, account, START, 100, "GBP", 1000)
        for n, (shop, account) in enumerate(
            ((links[0].shop_id, links[0].account_id), ("nowhere", "nobody"), (links[0].shop_id, None))
        )
    ]
    files, path = write_orders(orders, tmp_path / "orders"), write_links(links, tmp_path / "links.parquet")
    found, problems, fit = found_by(duck, files, path, World(), tmp_path)
    assert (len(found), problems, fit) == (3, {}, Fit(2, 1, 2, 1))
    assert not fit.is_none
    assert Fit(2, 0, 2, 2).is_none
    assert Fit(2, 2, 2, 0).is_none
    assert not Fit(2, 2, 0, 0).is_none
    world = World(named=(Named("A", "mia", START),))
    source = open_files(duck, write_orders(by_handle(orders, world, 1), tmp_path / "by_handle"), tmp_path)
    with pytest.raises(MappingError, match="need --handles, which `shoplink export --what handles` writes"):
        identify(
            duck,
            source,
            duck.links(path),
            Run(KnownSides(), strangers=True, now=instant(START), work=tmp_path),
        )


def test_handles_are_found_however_they_are_written(duck: DuckDBEngine, tmp_path: Path) -> None:
    spelled = [
        "siti.sells",
        "@Siti.Sells",
        "ＳＩＴＩ.sells",
        "https://www.tiktok.com/@siti.sells?lang=en",
        "si ti",
        "",
        "siti",
    ]
    columns = {
        "order_id": [str(number) for number in range(len(spelled))],
        "shop_id": ["S1"] * len(spelled),
        "handle": spelled,
        "ordered_at": pa.array([instant(START + DAY)] * len(spelled), pa.timestamp("us", "UTC")),
        "amount_minor": [100] * len(spelled),
        "currency": ["GBP"] * len(spelled),
        "commission_rate_bp": [1000] * len(spelled),
    }
    pq.write_table(pa.table(columns), tmp_path / "orders.parquet")
    path = write_links(links_of(3, 1, seed=1), tmp_path / "links.parquet")
    world = World(frozenset(["S1"]), frozenset(["A1"]), (Named("A1", "siti.sells", START),), now=START + DAY)
    found, problems, fit = found_by(duck, [str(tmp_path / "orders.parquet")], path, world, tmp_path)
    assert [(row.order_id, row.basis) for row in found] == [
        *((str(n), "affiliate") for n in range(4)),
        ("5", "none"),
    ]
    assert problems == {"4": "handle.not_handle,", "6": "handle.unknown_handle,"}
    assert (fit.accounts, fit.accounts_known) == (2, 1)
