"""The feed, followed over HTTP while many write and one stops in mid-transaction: every event once, in order, none missed."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from shoplink.store.database.sql import execute, query
from tests.databases import use
from tests.trust.client import PLATFORM, Client, Json
from tests.trust.site import Site, serving
from tests.trust.workers import Worker, check_feed, read_feed, record_workers, working

ROUNDS = int(os.environ.get("SHOPLINK_FEED_ROUNDS", "1"))
SEED = int(os.environ.get("SHOPLINK_TRUST_SEED", "1"))
WRITERS = 8
STOPPED_SECONDS = 3
WRITING_SECONDS = 1
PAGE = 37

_STOP_IN_THE_MIDDLE = f"""
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep({STOPPED_SECONDS}); RETURN NULL; END';
CREATE TRIGGER stops AFTER INSERT ON event FOR EACH ROW WHEN (NEW.shop_id LIKE 'slow-%%') EXECUTE FUNCTION stop()
"""
"""A transaction that records a slow shop numbers its event, and commits three seconds later."""


class Follower:
    """Follows the feed as an outside reader does, by the last position alone."""

    def __init__(self, client: Client) -> None:
        self.seen: list[Json] = []
        self._client = client

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow while the block runs."""
        over = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(self._follow, over)
            try:
                yield
            finally:
                over.set()
        job.result()

    def _follow(self, over: threading.Event) -> None:
        while not over.is_set():
            page = self._client.get(f"/v1/events?after={len(self.seen)}&limit={PAGE}")
            positions = [item["position"] for item in page["items"]]
            expected = list(range(len(self.seen) + 1, len(self.seen) + 1 + len(positions)))
            assert positions == expected, (positions, expected)
            self.seen += page["items"]
            if not positions:
                over.wait(0.01)


@pytest.mark.parametrize(("kind", "processes"), [("sqlite", 1), ("postgresql", 2)])
def test_a_reader_of_the_feed_misses_nothing(
    kind: str, processes: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with serving(kind, tmp_path, processes) as site:
        workers = [Worker(number, SEED, partial(site.client, number)) for number in range(WRITERS)]
        with site.clients(3) as [reader, slow, client]:
            record_workers(client, workers)
            follower = Follower(reader)
            with follower.following():
                with working(workers):
                    for number in range(ROUNDS):
                        if kind == "postgresql":
                            _stop_in_a_transaction(site, slow, number)
                        time.sleep(WRITING_SECONDS)
                        site.pause(processes - 1, STOPPED_SECONDS)
                    time.sleep(WRITING_SECONDS)
                feed = read_feed(client)
                _wait_until(lambda: len(follower.seen) == len(feed))
    assert follower.seen == feed
    check_feed(feed, workers)
    site.verify()
    record_property("shown", f"{ROUNDS:,} times stopped, {len(feed):,} events of {WRITERS} writers")


def _stop_in_a_transaction(site: Site, client: Client, number: int) -> None:
    """Record a shop in a transaction that stops after it has inserted its event, so that others commit first."""
    use(site.database)
    if number == 0:
        execute(_STOP_IN_THE_MIDDLE)
    shop_id = f"slow-{number}"
    facts = {"market": "GB", "enrolment": "open"}
    response = client.ask("PUT", f"/v1/shops/{shop_id}", facts, actor=PLATFORM)
    assert not response.problem, response
    recorded = "SELECT number, position FROM event WHERE shop_id = %s"
    _wait_until(lambda: query(recorded, shop_id)[0][1] is not None)
    overtaken = query(
        "SELECT count(*) FROM event WHERE number > %s AND position < %s", *query(recorded, shop_id)[0]
    )
    assert overtaken > [(0,)], "nobody overtook it"


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.05)
