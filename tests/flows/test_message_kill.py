"""`shoplink deliver` killed with SIGKILL in the middle: each e-mail arrives at most twice, and none is lost."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from shoplink.flows import clock
from shoplink.store.database.owner import release_ownership
from shoplink.store.database.sql import execute, query
from tests.flows.notification_cast import (
    MailServer,
    cast,
    execute_at,
    kinds_received,
    mail_server,
    pair,
    person,
)
from tests.server import SHOPLINK
from tests.store.commands import invite

READERS = 20
EVENTS = 600


@contextmanager
def delivering(url: str, home: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that runs the delivery loop until the block ends."""
    release_ownership()
    connection.close()
    environment = {
        "SHOPLINK_DATABASE_URL": url,
        "SHOPLINK_HOME": str(home),
        "SHOPLINK_SMTP_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "SHOPLINK_PUBLIC_URL": "https://links.example.com",
    }
    process = subprocess.Popen([SHOPLINK, "deliver", *arguments], env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


def test_killed_while_it_sends_each_letter_comes_once_or_twice(database: str, tmp_path: Path) -> None:
    cast()
    readers = {f"reader{number}@example.com" for number in range(READERS)}
    for address in readers:
        person(address, shop="S")
    now = clock.now()
    execute_at(now, invite("S", "A"), pair("decline"))
    with mail_server() as post:
        for place in (1, 6, 6):
            kill_at_letter(post, place, database, tmp_path)
            # Ten minutes pass, and the lease of the killed sender ends.
            execute("UPDATE message SET not_before = 0 WHERE mail = 'due'")
        with delivering(database, tmp_path, "--once") as process:
            assert process.wait(timeout=60) == 0
    came = Counter(str(letter["Message-ID"]) for letter in post.letters)
    assert readers <= {str(letter["To"]) for letter in post.letters}
    assert set(came.values()) <= {1, 2}
    assert sum(came.values()) <= len(came) + 3, "a kill doubles one letter at most"
    assert query("SELECT mail, count(*) FROM message WHERE kind = 'link.declined' GROUP BY mail") == [
        ("sent", READERS + 1)
    ]


def kill_at_letter(post: MailServer, place: int, database: str, home: Path) -> None:
    """Kill the sender after the server has accepted an e-mail, before the sender gets the reply."""
    start = len(post.letters)
    with delivering(database, home) as process:

        def hear(_address: str) -> None:
            if len(post.letters) == start + place:
                os.kill(process.pid, signal.SIGKILL)

        post.on_letter = hear
        assert process.wait(timeout=60) == -signal.SIGKILL
    post.on_letter = lambda _address: None


def test_killed_while_it_reads_the_feed_everybody_is_told_everything_once(
    database: str, tmp_path: Path
) -> None:
    _, olivia, _ = cast()
    execute_at(clock.now(), *([invite("S", "A"), pair("withdraw")] * (EVENTS // 2)))
    with mail_server():
        for _ in range(2):
            before = min(query("SELECT count(*) FROM message")[0][0], EVENTS - 1)
            with delivering(database, tmp_path) as process:
                while query("SELECT count(*) FROM message")[0][0] in range(before + 1):
                    assert process.poll() is None
                    time.sleep(0.01)
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=20)
        with delivering(database, tmp_path, "--once") as process:
            assert process.wait(timeout=60) == 0
    kinds = [row[0] for row in query("SELECT kind FROM message WHERE person_id = %s ORDER BY number", olivia)]
    assert kinds == ["link.invited", "link.withdrawn"] * (EVENTS // 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_ends_with_status_0(database: str, tmp_path: Path, number: signal.Signals) -> None:
    _, olivia, _ = cast()
    execute_at(clock.now(), invite("S", "A"))
    with mail_server() as post, delivering(database, tmp_path) as process:
        while not post.letters:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
    assert kinds_received(olivia) == ["link.invited"]
