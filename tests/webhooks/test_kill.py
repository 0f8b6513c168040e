"""`shoplink deliver` killed with SIGKILL in the middle: every event comes, in order, and only what was in progress again."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from shoplink.store.database.owner import release_ownership
from shoplink.store.database.sql import execute
from shoplink.store.webhook.queue import LEASE
from tests.server import SHOPLINK
from tests.webhooks.receiver import Receiver
from tests.webhooks.world import endpoint, record, send, stored

pytestmark = pytest.mark.usefixtures("reachable")

EVENTS = 200
KILLS = (20, 70, 120)


@contextmanager
def delivering(url: str, home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that delivers until the block ends."""
    release_ownership()
    connection.close()
    environment = {
        "SHOPLINK_DATABASE_URL": url,
        "SHOPLINK_HOME": str(home),
        "SHOPLINK_WEBHOOK_ALLOW": "127.0.0.0/8",
        "SHOPLINK_WEBHOOK_HTTP": "1",
    }
    process = subprocess.Popen([SHOPLINK, "deliver"], env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


def test_killed_in_the_middle_it_loses_nothing_and_keeps_the_order(
    database: str, tmp_path: Path, receiver: Receiver
) -> None:
    endpoint_id, secret = endpoint(receiver.url)
    record(*(f"S{number}" for number in range(EVENTS)))
    for place in KILLS:
        with delivering(database, tmp_path):
            receiver.wait(place, 60)
        assert len(receiver.got) < EVENTS, "it was killed in the middle"
        # The lease of the killed process ends.
        execute(
            "UPDATE webhook_endpoint SET lease_until = lease_until - %s", LEASE // timedelta(microseconds=1)
        )
    send()
    assert stored(endpoint_id).position == EVENTS
    assert all(one.is_signed_with(secret) for one in receiver.got)
    counts = Counter(receiver.positions)
    assert {*counts} == {*range(1, EVENTS + 1)}
    first = list(dict.fromkeys(receiver.positions))
    assert first == [*range(1, EVENTS + 1)]
    # Behind each kill it goes on where the last stored event was, with the ids that these messages had.
    assert len({one.id for one in receiver.got}) == EVENTS
    assert max(counts.values()) <= 1 + len(KILLS)
