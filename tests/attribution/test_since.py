"""Updating an earlier result judges exactly the orders that a changed link can affect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shoplink.attribution import judgement
from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.engine import Form
from tests.attribution.engine_runs import open_files, plan_of, read_result
from tests.attribution.naive import Judged, Link, Order, judge
from tests.attribution.random_orders import DAY, START, links_of, orders_of, write_links, write_orders

SINCE = START + 200 * DAY


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine("1GB", tmp_path, None)
    yield engine
    engine.close()


def result(
    duck: DuckDBEngine, file: Path, links: list[Link], since: int | None, form: Form = "parquet"
) -> Path:
    """The result for a file, judged as a whole or from an instant on."""
    source = open_files(duck, [str(file)], file.parent)
    path = write_links(links, file.parent / "links.parquet")
    known, plan = duck.links(path), plan_of(duck, path)
    asked = (
        judgement.attribute_rows(source.rows, source.fields, known, plan)
        if since is None
        else judgement.attribute_rows_since(source.rows, source.fields, known, plan, since)
    )
    out = file.with_name(f"{file.stem}-judged.{form}")
    duck.write(asked, out, form, lambda _: None)
    return out


def test_up_to_date_it_is_what_judging_everything_anew_gives(duck: DuckDBEngine, tmp_path: Path) -> None:
    links = links_of(300, 5, seed=20)
    orders = orders_of(20_000, links, seed=21)
    (file,) = map(
        Path,
        write_orders(
            [
                one
                for one in orders
                if one.commission_rate_bp is not None and one.refund_minor <= one.amount_minor
            ],
            tmp_path,
        ),
    )
    # In the earlier state one link had not ended yet, and one had not been imported yet.
    then = [
        link._replace(ended_at=None if link.changed_at >= SINCE else link.ended_at)
        for link in links
        if link.changed_at < SINCE or link.linked_at < SINCE
    ]
    earlier = result(duck, file, then, None)
    assert read_result(result(duck, earlier, links, SINCE)) == read_result(result(duck, file, links, None))


def test_a_row_that_no_changed_link_can_touch_stays_as_it_was(duck: DuckDBEngine, tmp_path: Path) -> None:
    old = Link("link_old", "S1", "A1", "official", START, START + 10, changed_at=START + 10)
    new = Link("link_new", "S1", "A2", "official", START + 5, None, changed_at=SINCE)
    orders = [
        Order("before", "S1", "A2", START + 4, 100, "GBP", 1000),
        Order("after", "S1", "A2", START + 5, 100, "GBP", 1000),
        Order("other", "S1", "A1", START, 100, "GBP", 1000),
        Order("nobody", "S1", None, START + 9, 100, "GBP", None),
    ]
    (file,) = map(Path, write_orders(orders, tmp_path))
    # The earlier result is wrong on purpose, to show which rows are judged again.
    earlier = result(duck, file, [], None, "csv")
    text = earlier.read_text(encoding="utf-8").replace(",10\n", ",77\n")
    earlier.write_text(text, encoding="utf-8")
    assert read_result(result(duck, earlier, [old, new], SINCE)) == [
        Judged("after", "official", "link_new", 0, 100),
        Judged("before", "affiliate", None, 77, 100),
        Judged("nobody", "none", None, 0, 100),
        Judged("other", "affiliate", None, 77, 100),
    ]


def test_every_file_must_be_an_earlier_result(duck: DuckDBEngine, tmp_path: Path) -> None:
    orders = [Order("O1", "S1", "A1", START, 100, "GBP", 1000)]
    (file,) = map(Path, write_orders(orders, tmp_path))
    judged = result(duck, file, [], None)
    assert open_files(duck, [str(judged)], tmp_path).new == []
    assert open_files(duck, [str(judged), str(file)], tmp_path).new == [str(file)]


def test_a_result_judged_anew_has_each_column_once(duck: DuckDBEngine, tmp_path: Path) -> None:
    links = links_of(20, 2, seed=1)
    orders = orders_of(300, links, seed=2)
    (file,) = map(Path, write_orders(orders, tmp_path))
    first = result(duck, file, links, None, "csv")
    again = result(duck, first, links, None)
    assert read_result(again) == sorted(judge(orders, links)[0])
