"""The feed of some types, of a shop or of an account is read by an index, and tells what the whole feed does."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from shoplink.store.database.sql import execute, is_postgresql, query
from shoplink.store.write.feed import newest_position, number_events, read_feed
from tests.databases import KINDS, fresh, use

RARE, COMMON = "shop.recorded", "link.established"

NEAR_THE_END = 19_000
"""Where those who follow the feed are: what was before must cost nothing."""

EVENTS = (
    "INSERT INTO event (type, at, shop_id, account_id, link_id, data)"
    " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    " SELECT CASE WHEN i > 19990 THEN 'shop.recorded' WHEN i % 2 = 0 THEN 'link.invited' ELSE 'link.established'"
    " END, i, 'S' || (i % 700), CASE WHEN i <= 19990 THEN 'A' || (i % 900) END, 'L' || i, '{}' FROM n"
)


@pytest.fixture(scope="module", params=KINDS)
def long_feed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A feed of 20,000 events, the rarest of them at its end."""
    use(fresh(request.param))
    execute(EVENTS.replace("%", "%%"))
    number_events()
    execute("ANALYZE")
    yield
    connection.close()


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"types": [RARE]}, "feed_type"),
    ({"types": [RARE, COMMON]}, "feed_type"),
    ({"shop_id": "S7"}, "feed_shop"),
    ({"account_id": "A7"}, "feed_account"),
    ({"shop_id": "S7", "types": [RARE, COMMON]}, "feed_shop"),
    ({"account_id": "A7", "types": [COMMON]}, "feed_account"),
]


@pytest.mark.usefixtures("long_feed")
def test_each_filter_reads_its_index_and_nothing_else_by_one_statement() -> None:
    for wanted, index in FILTERS:
        asked: list[tuple[str, Any]] = []

        def note(run: Any, statement: str, params: Any, *more: Any, asked: Any = asked) -> Any:
            asked.append((statement, params))
            return run(statement, params, *more)

        with connection.execute_wrapper(note):
            read_feed(NEAR_THE_END, 50, **wanted)
        ((statement, params),) = asked
        explain = "EXPLAIN" if is_postgresql() else "EXPLAIN QUERY PLAN"
        plan = "\n".join(str(row) for row in query(f"{explain} {statement}", *params))
        assert index in plan, (wanted, plan)
        assert "Seq Scan" not in plan, (wanted, plan)
        assert "SCAN event" not in plan, (wanted, plan)


@pytest.mark.usefixtures("long_feed")
def test_pages_of_a_filter_tell_each_event_that_it_lets_through_once_and_in_order() -> None:
    whole = query("SELECT position, type, shop_id, account_id FROM event ORDER BY position")
    assert len(whole) == newest_position() > 10_000
    for wanted, _ in FILTERS:
        expected = [
            position
            for position, kind, shop_id, account_id in whole
            if kind in wanted.get("types", [kind])
            and wanted.get("shop_id", shop_id) == shop_id
            and wanted.get("account_id", account_id) == account_id
        ]
        assert expected
        seen: list[int] = []
        while page := read_feed(seen[-1] if seen else 0, 997, **wanted):
            seen += [position for position, _ in page]
        assert seen == expected
