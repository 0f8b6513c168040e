"""kill -9 of the service under load: nothing acknowledged is lost, nothing is executed twice, and it restarts quickly."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median

import psycopg
import pytest

from tests.server import free_port
from tests.trust.client import Client
from tests.trust.site import Site, Start
from tests.trust.workers import Streamer, Worker, check_feed, read_feed, record_workers, working

KILLS = int(os.environ.get("SHOPLINK_KILLS", "5"))
SEED = int(os.environ.get("SHOPLINK_TRUST_SEED", "1"))
WORKERS = 8
READY_WITHIN_SECONDS = 5.0
LOAD_SECONDS = (0.1, 0.8)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_doubled_when_the_service_is_killed(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    starts: list[Start] = []

    def kill(site: Site, port: int) -> None:
        site.kill()
        starts.append(site.start(ports=[port]))

    said = _disturb(Site(kind, tmp_path), kill, KILLS)
    # What counts is the product: a machine that is busy with other tests starts nothing in time.
    assert max(start.alone for start in starts) <= READY_WITHIN_SECONDS, starts
    seconds = [start.seconds for start in starts]
    slowest = f"ready after {median(seconds):.1f} s (median), {max(seconds):.1f} s at most"
    record_property("shown", f"{KILLS:,} kills, {said}; {slowest}")


def test_nothing_is_lost_or_doubled_when_the_database_ends_its_connections(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """End all connections in the middle of their work, as a shutdown of PostgreSQL does."""

    def end_connections(site: Site, _port: int) -> None:
        with psycopg.connect(site.database, autocommit=True) as database:
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )

    said = _disturb(Site("postgresql", tmp_path), end_connections, KILLS)
    record_property("shown", f"{KILLS:,} times, {said}")


def _disturb(site: Site, disturb: Callable[[Site, int], None], times: int) -> str:
    """Run the workers, disturb the service a number of times, and check the log; returns a summary."""
    port = free_port()
    try:
        site.start(ports=[port])
        url = site.urls[0]
        workers: Sequence[Worker] = [
            (Streamer if number == 0 else Worker)(number, SEED, lambda: Client(url, site.secret))
            for number in range(WORKERS)
        ]
        with site.clients(1) as [client]:
            record_workers(client, workers)
        with working(workers):
            for number in range(times):
                _work_for_a_while(workers, Random(SEED + number))
                disturb(site, port)
        with site.clients(1) as [client]:
            feed = read_feed(client)
    finally:
        site.stop()
    check_feed(feed, workers)
    site.verify()
    repeated = sum(worker.repeated for worker in workers)
    assert repeated >= times, "nobody noticed"
    acknowledged = sum(worker.acknowledged for worker in workers)
    return f"{acknowledged:,} acknowledged requests, {repeated:,} sent again, {len(feed):,} events"


def _work_for_a_while(workers: Sequence[Worker], random: Random) -> None:
    """Let the workers run until they have made progress, and for some more time."""
    before = sum(worker.acknowledged for worker in workers)
    deadline = time.monotonic() + 30
    time.sleep(random.uniform(*LOAD_SECONDS))
    while sum(worker.acknowledged for worker in workers) < before + WORKERS:
        assert time.monotonic() < deadline, "the work does not go on"
        time.sleep(0.01)
