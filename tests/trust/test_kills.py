"""kill -9 of the service under load: nothing acknowledged is lost, nothing is done twice, and it is soon back."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median

import pytest

from tests.server import free_port
from tests.trust.client import Client
from tests.trust.site import Site, Start
from tests.trust.workers import Streamer, Worker, check_feed, found, read_feed, working

KILLS = int(os.environ.get("SHOPLINK_KILLS", "10"))
SEED = int(os.environ.get("SHOPLINK_TRUST_SEED", "1"))
WORKERS = 8
READY_WITHIN_SECONDS = 5.0
LOAD_SECONDS = (0.1, 0.8)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_doubled_when_the_service_is_killed(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    site, port = Site(kind, tmp_path), free_port()
    site.start(ports=[port])
    url = site.urls[0]
    workers: Sequence[Worker] = [
        (Streamer if number == 0 else Worker)(number, SEED, lambda: Client(url, site.secret))
        for number in range(WORKERS)
    ]
    try:
        with site.clients(1) as [client]:
            found(client, workers)
        with working(workers):
            starts = [_kill_and_start(site, port, workers, Random(SEED + number)) for number in range(KILLS)]
        with site.clients(1) as [client]:
            feed = read_feed(client)
    finally:
        site.stop()
    check_feed(feed, workers)
    site.verify()
    repeated = sum(worker.repeated for worker in workers)
    assert repeated >= KILLS, "nobody noticed the kills"
    # What counts is the product: a machine that is busy with other tests starts nothing in time.
    assert max(start.alone for start in starts) <= READY_WITHIN_SECONDS, starts
    seconds = [start.seconds for start in starts]
    record_property(
        "shown",
        f"{KILLS:,} kills, {sum(worker.acknowledged for worker in workers):,} acknowledged requests,"
        f" {repeated:,} sent again, {len(feed):,} events; ready after {median(seconds):.1f} s"
        f" (median), {max(seconds):.1f} s at most",
    )


def _kill_and_start(site: Site, port: int, workers: Sequence[Worker], random: Random) -> Start:
    """Let all work for a while, kill the service, start it again; how long until it was ready."""
    before = sum(worker.acknowledged for worker in workers)
    deadline = time.monotonic() + 30
    time.sleep(random.uniform(*LOAD_SECONDS))
    while sum(worker.acknowledged for worker in workers) < before + WORKERS:
        assert time.monotonic() < deadline, "the work does not go on"
        time.sleep(0.01)
    site.kill()
    return site.start(ports=[port])
