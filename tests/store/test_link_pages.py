"""Links of a status are found by an index in a database of any size, without reading all other links."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from django.db import connection

from benchmarks.write_path_world import build, close_connection, drop
from shoplink.core.facts import LinkStatus
from shoplink.store.database.sql import execute, is_postgresql, query
from shoplink.store.read.link import page_of_links
from tests.databases import use

NOW = datetime.now(UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def many_links(request: pytest.FixtureRequest) -> Iterator[None]:
    """40,000 links, nearly all of which have ended; the end of some is due."""
    world = build(request.param, shops=4_000, links_each=10, live=1, free=1)
    use(world.url)
    execute("UPDATE link SET due_at = 1 WHERE number BETWEEN 3 AND 9 AND status = 'linked'")
    yield
    close_connection()
    drop(world.url)


def _plan(status: str) -> str:
    asked: list[tuple[str, Any]] = []

    def note(run: Any, statement: str, params: Any, *more: Any) -> Any:
        asked.append((statement, params))
        return run(statement, params, *more)

    with connection.execute_wrapper(note):
        page_of_links(NOW, 51, 7, status=status)
    ((statement, params),) = asked
    explain = "EXPLAIN" if is_postgresql() else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row) for row in query(f"{explain} {statement}", *params))


@pytest.mark.usefixtures("many_links")
@pytest.mark.parametrize(
    "status", sorted({*get_args(LinkStatus)} - {"unlinked"})
)  # which the very next link has
def test_links_of_a_status_are_found_by_indexes(status: str) -> None:
    plan = _plan(status)
    assert "link_status" in plan, plan
    assert "link_due" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "SCAN link" not in plan, plan


@pytest.mark.usefixtures("many_links")
def test_pages_of_a_status_hold_each_link_that_may_have_it_once_and_in_order() -> None:
    for status in ("linked", "unlinked", "in_review", "expired"):
        expected = [
            number
            for number, found, due in query("SELECT number, status, due_at FROM link ORDER BY number")
            if found == status or due is not None
        ]
        seen: list[int] = []
        while page := page_of_links(NOW, 997, seen[-1] if seen else 0, status=status):
            seen += [number for number, _ in page]
        assert seen == expected, status
