"""Backups while the service works: whatever was acknowledged before one began is in it, and it is restored without a difference."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from shoplink.store.database.sql import query
from tests import forked
from tests.databases import empty, use
from tests.server import free_port
from tests.trust.client import Client
from tests.trust.site import Site
from tests.trust.workers import Streamer, Worker, check_feed, read_feed, record_workers, working

ROUNDS = int(os.environ.get("SHOPLINK_BACKUP_ROUNDS", "2"))
SEED = int(os.environ.get("SHOPLINK_TRUST_SEED", "1"))
WORKERS = 4
LOAD_SECONDS = (0.3, 1.5)


@pytest.mark.parametrize(("kind", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_what_was_acknowledged_before_a_backup_is_in_it(
    kind: str, other: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    site, backups = Site(kind, tmp_path), []
    port, random = free_port(), Random(SEED)
    try:
        site.start(ports=[port])
        url = site.urls[0]
        workers = [
            (Streamer if number == 0 else Worker)(number, SEED, lambda: Client(url, site.secret))
            for number in range(WORKERS)
        ]
        with site.clients(1) as [client]:
            record_workers(client, workers)
        with working(workers):
            for number in range(ROUNDS):
                time.sleep(random.uniform(*LOAD_SECONDS))
                acknowledged = {worker.name: len(worker.confirmed) for worker in workers}
                done = site.run("backup", str(tmp_path / f"{number}.zip"))
                assert done.returncode == 0, done.stderr
                backups.append((tmp_path / f"{number}.zip", acknowledged))
        with site.clients(1) as [client]:
            feed = read_feed(client)
    finally:
        site.stop()
    check_feed(feed, workers)
    behind = 0
    for file, acknowledged in backups:
        restored = restored_events(empty(other), file, tmp_path)
        numbered = [event for event in restored if event[0] is not None]
        assert numbered == [
            (each["position"], each["type"], each.get("shop_id"), each.get("account_id"), each.get("link_id"))
            for each in feed[: len(numbered)]
        ], "the feed up to the position of the backup"
        for worker in workers:
            own = [event for event in restored if worker.name in event[2:4]]
            begun = len(worker.initial_lines())
            assert len(own) >= begun + acknowledged[worker.name], (
                f"{worker.name} misses what was acknowledged"
            )
            assert [event[1] for event in own[begun:]] == [
                kind for kind, _ in worker.confirmed[: len(own) - begun]
            ]
        behind += len(feed) - len(restored)
    assert behind, "nobody wrote meanwhile"
    record_property("shown", f"{ROUNDS:,} backups into {other}, of up to {len(restored):,} events")


def restored_events(url: str, file: Path, home: Path) -> list[tuple[object, ...]]:
    """The events of a database that is restored from a file, and verified: position, type, shop, account and link, in order."""
    environment = {**os.environ, "SHOPLINK_DATABASE_URL": url, "SHOPLINK_HOME": str(home)}
    done = forked.run_text(["restore", file], environment)
    assert done.returncode == 0, done.stdout + done.stderr
    use(url)
    events = query("SELECT position, type, shop_id, account_id, link_id FROM event ORDER BY number")
    connection.close()
    return events
