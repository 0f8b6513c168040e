"""A SQLite file has one owner process. A second one may read; if it wants to write, the error names the owner."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from shoplink.store.database.owner import _CHECKPOINT_EVERY_COMMITS, OwnedError, acquire_ownership
from shoplink.store.database.sql import query
from tests.store.commands import execute_accepted, put_shop

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SET_UP = "from shoplink.cli.database import set_up; set_up()\n"
OWN = SET_UP + (
    "from shoplink.store.database.owner import acquire_ownership\n"
    "acquire_ownership('a test')\n"
    "print('mine', flush=True)\n"
    "import time; time.sleep(60)\n"
)
WRITE = (
    SET_UP
    + "from tests.store.commands import execute_accepted, put_shop; execute_accepted(put_shop('other'))\n"
)
READ = SET_UP + "from shoplink.store.database.sql import query; print(query('SELECT shop_id FROM shop'))\n"


def python(code: str, url: str) -> "subprocess.Popen[str]":
    """Another process, on the same database."""
    environment = {**os.environ, "SHOPLINK_DATABASE_URL": url}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def owned_by_another(url: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that owns the database until it is killed or the block ends."""
    owner = python(OWN, url)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "mine\n"
    try:
        yield owner
    finally:
        owner.kill()
        owner.communicate()


def test_who_wants_to_write_is_told_whose_it_is(database: str) -> None:
    with owned_by_another(database) as owner:
        holder = rf"test_\d+_\d+\.sqlite3 belongs to process {owner.pid} \(a test, since .*Z\)"
        with pytest.raises(OwnedError, match=holder):
            execute_accepted(put_shop("S"))
        with pytest.raises(OwnedError, match=holder):
            acquire_ownership("writing")
        assert query("SELECT count(*) FROM shop") == [(0,)]


def test_a_second_process_cannot_write_while_this_one_does(database: str) -> None:
    execute_accepted(put_shop("S"))
    second = python(WRITE, database)
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"belongs to process {os.getpid()} (writing, since" in said
    assert query("SELECT shop_id FROM shop") == [("S",)]


def test_a_second_process_reads_while_this_one_writes(database: str) -> None:
    execute_accepted(put_shop("S"))
    reader = python(READ, database)
    assert reader.communicate(timeout=30)[0] == "[('S',)]\n"


def test_a_killed_owner_owns_no_longer_and_what_it_wrote_is_there(database: str) -> None:
    code = WRITE + "print('mine', flush=True)\nimport time; time.sleep(60)\n"
    owner = python(code, database)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "mine\n"
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    execute_accepted(put_shop("S"))
    assert query("SELECT shop_id FROM shop ORDER BY shop_id") == [("S",), ("other",)]
    second = python(WRITE, database)
    assert f"belongs to process {os.getpid()} " in second.communicate(timeout=30)[1]


def test_owning_it_twice_is_owning_it(database: str) -> None:
    acquire_ownership("writing")
    acquire_ownership("writing")
    execute_accepted(put_shop("S"))
    assert database.endswith(".sqlite3")


@pytest.mark.usefixtures("database")
def test_what_is_committed_is_answered_so_though_the_checkpoint_after_it_fails() -> None:
    """As happens on a full disk."""
    failed = []

    def fail(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "wal_checkpoint" in sql:
            failed.append(sql)
            raise OperationalError("database or disk is full")
        return run(sql, *rest)

    count = _CHECKPOINT_EVERY_COMMITS
    with connection.execute_wrapper(fail):
        for number in range(count):
            execute_accepted(put_shop(f"S{number}"))
    assert failed, "a checkpoint was due"
    assert query("SELECT count(*) FROM shop") == [(count,)]
