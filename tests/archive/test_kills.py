"""kill -9 in the middle: no half file has the name of a backup, and a database is restored whole or stays empty."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from shoplink.store.archive.rows import newest_position
from shoplink.store.database.owner import release_ownership, writing
from shoplink.store.database.sql import execute, is_postgresql
from tests.archive.worlds import every_row
from tests.cli.running import Place
from tests.databases import KINDS, fresh, use
from tests.server import SHOPLINK

EVENTS = 60_000
WITHIN_SECONDS = 30

_INSERT = """
INSERT INTO event (position, type, at, shop_id, data)
SELECT i, 'shop.recorded', i, 'S' || i, '{"name":"shop number ' || i || '"}' FROM <numbers>
"""
_COUNTED = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i FROM n)"


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database that takes a second or more to write and to read; what its events say does not matter here."""
    place = Place(fresh(request.param), tmp_path)
    use(place.url)
    numbers = "generate_series(1, %s) AS n(i)" if is_postgresql() else _COUNTED
    with writing():
        execute(_INSERT.replace("<numbers>", numbers), EVENTS)
    release_ownership()
    return place


def killed(place: Place, arguments: list[str], is_in_the_middle: Callable[[], bool]) -> None:
    """Run a command and kill it in its middle."""
    process = subprocess.Popen([SHOPLINK, *arguments], env=place.environment(), cwd=place.folder)
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_in_the_middle():
        assert process.poll() is None, "it has ended already"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_a_backup_that_is_killed_leaves_no_half_file(place: Place) -> None:
    file, part = place.folder / "a.zip", place.folder / "a.zip.part"

    def half_written() -> bool:
        return part.exists() and part.stat().st_size > 100_000

    killed(place, ["backup", "a.zip"], half_written)
    assert not file.exists()
    place.run("backup", "a.zip")
    assert not part.exists(), "what the killed one left is used up"
    whole = file.read_bytes()
    killed(place, ["backup", "--overwrite", "a.zip"], half_written)
    assert file.read_bytes() == whole
    assert part.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("target", KINDS)
def test_a_restore_that_is_killed_leaves_an_empty_database(place: Place, target: str) -> None:
    place.run("backup", "a.zip")
    other = Place(fresh(target), place.folder)
    use(other.url)
    in_the_middle = _rows_are_logged(other.url) if target == "sqlite" else _rows_are_copied(other.url)
    killed(other, ["restore", "a.zip"], in_the_middle)
    if target == "postgresql":
        _wait_for_the_server(other.url)
    assert {name for name, rows in every_row().items() if rows} <= {"marker"}, "which says whose key it is"
    other.run(
        "restore", "a.zip", status=1
    )  # the events above are recorded of nothing that `verify` would believe
    use(other.url)
    assert newest_position() == EVENTS


def _rows_are_logged(url: str) -> Callable[[], bool]:
    log = Path(f"{url.removeprefix('sqlite:///')}-wal")
    return lambda: log.exists() and log.stat().st_size > 4_000_000


def _rows_are_copied(url: str) -> Callable[[], bool]:
    return lambda: bool(_asked(url, "SELECT 1 WHERE pg_relation_size('event') > 2000000"))


def _wait_for_the_server(url: str) -> None:
    """The server ends the transaction of a client that is gone when it next hears from its connection."""
    others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + WITHIN_SECONDS
    while _asked(url, others):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _asked(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as database:
        return database.execute(statement).fetchall()
