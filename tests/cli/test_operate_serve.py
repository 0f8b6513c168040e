"""`shoplink serve` as an operator meets it: one owner, a clear refusal to start, a quick and clean end."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from shoplink.core import PutAccount, PutShop
from shoplink.flows import clock
from shoplink.flows.execute import execute
from shoplink.store.database.owner import exclusive_access
from shoplink.store.people.keys import SCOPES, create_key
from shoplink.store.write.feed import read_feed
from tests import databases, forked, server

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def shoplink(database_url: str, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A subcommand on a database, run to its end."""
    environment = {"SHOPLINK_DATABASE_URL": database_url, "SHOPLINK_HOME": str(home)}
    return forked.run_text(arguments, {**os.environ, **environment})


def status_of(url: str, key: str) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})  # noqa: S310 (an address of ours)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (as above)
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def eventually(true: Callable[[], bool], within_seconds: float = 10) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def record_a_shop(shop_id: str) -> None:
    assert execute(PutShop(at=NOW, shop_id=shop_id, market="GB", enrolment="open"))["outcome"] == "accepted"


def test_a_sqlite_file_belongs_to_the_service_from_its_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.sqlite3"
    with server.serving(url, tmp_path) as address:
        for arguments in (
            ("serve", "--port", str(server.free_port())),
            ("migrate",),
            ("tick",),
            ("demo",),
            ("keys", "create", "x", "--scope", "all"),
            ("keys", "revoke", "x"),
            ("rulebook", "activate", "guide-2024-11", "--market", "GB"),
        ):
            done = shoplink(url, tmp_path, *arguments)
            assert (done.returncode, done.stdout) == (2, ""), arguments
            assert "belongs to process" in done.stderr
            assert f"(shoplink serve on {address}, since 20" in done.stderr
            assert "stop it first" in done.stderr or "there is no need" in done.stderr
        assert "POST /v1/rulebooks/NAME/activations" in done.stderr
        assert shoplink(url, tmp_path, "keys", "list").returncode == 0, "reading is not refused"


def test_a_command_that_writes_keeps_the_service_from_starting(tmp_path: Path) -> None:
    databases.use(f"sqlite:///{tmp_path}/a.sqlite3")
    with exclusive_access("a test"):
        done = shoplink(
            f"sqlite:///{tmp_path}/a.sqlite3", tmp_path, "serve", "--port", str(server.free_port())
        )
    assert done.returncode == 2
    assert f"belongs to process {os.getpid()} (a test, since " in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("to_the_group", [False, True], ids=["to the process", "to its group"])
def test_a_signal_ends_the_service_quickly_and_leaves_one_whole_file(
    tmp_path: Path, number: int, *, to_the_group: bool
) -> None:
    process = server.start(f"sqlite:///{tmp_path}/a.sqlite3", tmp_path, server.free_port())
    assert eventually((tmp_path / "a.sqlite3-wal").exists)
    for _ in range(3 if to_the_group else 1):
        (os.killpg if to_the_group else os.kill)(process.pid, number)
    began = time.monotonic()
    assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 5
    assert not (tmp_path / "a.sqlite3-wal").exists()
    assert (tmp_path / "a.sqlite3.lock").read_bytes() == b""
    databases.use(f"sqlite:///{tmp_path}/a.sqlite3")
    assert read_feed(0, 1) == []


def test_a_service_whose_first_process_was_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.sqlite3"
    process = server.start(url, tmp_path, server.free_port())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert eventually(lambda: shoplink(url, tmp_path, "migrate").returncode == 0)


def test_a_service_that_was_killed_as_a_whole_starts_again_at_once(tmp_path: Path) -> None:
    url, port = f"sqlite:///{tmp_path}/a.sqlite3", server.free_port()
    process = server.start(url, tmp_path, port)
    server.stop(process, signal.SIGKILL)
    server.stop(server.start(url, tmp_path, port))
    assert not (tmp_path / "a.sqlite3-wal").exists()


def test_a_worker_that_dies_is_replaced_and_an_end_is_announced_and_waits_for_no_idle_client(
    tmp_path: Path,
) -> None:
    port = server.free_port()
    process = server.start(f"sqlite:///{tmp_path}/a.sqlite3", tmp_path, port, SHOPLINK_LAME_DUCK_SECONDS="1")
    (died,) = children_of(process.pid)
    os.kill(died, signal.SIGKILL)
    assert eventually(lambda: children_of(process.pid) not in ([died], []), 20)
    assert eventually(partial(is_up, port), 20)
    head = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
    with ExitStack() as idle:
        for sent in (b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", head):
            idle.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(sent)
        os.kill(process.pid, signal.SIGTERM)
        began = time.monotonic()
        assert eventually(lambda: status_of(f"http://127.0.0.1:{port}/readyz", "") == 503, 0.9)
        assert process.wait(timeout=20) == 0
    assert 2 <= time.monotonic() - began < 6
    assert not (tmp_path / "a.sqlite3-wal").exists()


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text(encoding="utf-8").split()]


def test_a_port_in_use_is_status_2(tmp_path: Path) -> None:
    with server.serving(f"sqlite:///{tmp_path}/a.sqlite3", tmp_path) as address:
        port = address.rpartition(":")[2]
        done = shoplink(f"sqlite:///{tmp_path}/b.sqlite3", tmp_path, "serve", "--port", port)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr


def test_a_country_database_that_cannot_be_read_is_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPLINK_MMDB", str(tmp_path / "none.mmdb"))
    done = shoplink(f"sqlite:///{tmp_path}/a.sqlite3", tmp_path, "serve", "--port", str(server.free_port()))
    assert done.returncode == 2
    assert "SHOPLINK_MMDB: found" in done.stderr


def test_a_database_that_is_away_at_the_start_is_status_2(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{server.free_port()}/none"
    done = shoplink(url, tmp_path, "serve", "--port", str(server.free_port()))
    assert done.returncode == 2
    assert "the database cannot be used now" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "SHOPLINK_LOG_LEVEL",
            "LOUD",
            "SHOPLINK_LOG_LEVEL: found 'LOUD'; allowed: DEBUG, INFO, WARNING, ERROR",
        ),
        (
            "SHOPLINK_REFUSALS_KEPT_DAYS",
            "many",
            "SHOPLINK_REFUSALS_KEPT_DAYS: found 'many'; allowed: 1 to 36500",
        ),
        ("SHOPLINK_DATABASE_URL", "mysql://x/y", "SHOPLINK_DATABASE_URL: found a 'mysql' address"),
        ("SHOPLINK_HOME", "/proc/none", "SHOPLINK_HOME: /proc/none cannot be used"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    settings = {"SHOPLINK_DATABASE_URL": "", "SHOPLINK_HOME": str(tmp_path), name: value}
    for setting in settings:
        monkeypatch.delenv(setting, raising=False)
    done = subprocess.run(
        [server.SHOPLINK, "migrate"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_timer_numbers_what_others_have_written(tmp_path: Path) -> None:
    url = databases.fresh("postgresql")
    databases.use(url)
    with server.serving(url, tmp_path):
        record_a_shop("S1")
        assert eventually(lambda: len(read_feed(0, 10)) == 1)


def test_while_postgresql_is_away_requests_are_503_and_all_recovers(tmp_path: Path) -> None:
    url = databases.fresh("postgresql")
    databases.use(url)
    _, key = create_key("test", set(SCOPES), clock.now())
    name = urlsplit(url).path.removeprefix("/")
    with server.serving(url, tmp_path) as address:
        assert status_of(f"{address}/v1/shops", key) == 200
        databases._administer(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        databases._administer(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 (a name of ours)
        )
        assert [status_of(f"{address}/v1/shops", key) for _ in range(3)] == [503] * 3
        with pytest.raises(urllib.error.HTTPError) as away:
            urllib.request.urlopen(  # noqa: S310 (an address of ours)
                urllib.request.Request(  # noqa: S310 (as above)
                    f"{address}/v1/shops", headers={"Authorization": f"Bearer {key}", "Accept-Language": "zh"}
                )
            )
        assert away.value.headers["Retry-After"] == "1"
        assert away.value.headers["Content-Type"] == "application/problem+json"
        assert "数据库暂时不可用" in away.value.read().decode()
        with pytest.raises(urllib.error.HTTPError) as page:
            urllib.request.urlopen(  # noqa: S310 (an address of ours)
                urllib.request.Request(  # noqa: S310 (as above)
                    f"{address}/settings/", headers={"Cookie": "sessionid=somebody", "Accept-Language": "zh"}
                )
            )
        assert (page.value.status, page.value.headers["Retry-After"]) == (503, "1")
        assert "数据库暂时不可用" in page.value.read().decode()
        assert status_of(f"{address}/healthz", key) == 200
        databases._administer(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        assert [status_of(f"{address}/v1/shops", key) for _ in range(12)] == [200] * 12
        databases.use(url)
        record_a_shop("S1")
        assert eventually(lambda: len(read_feed(0, 10)) == 1), "the timer is back"


def test_two_services_can_share_postgresql(tmp_path: Path) -> None:
    url = databases.fresh("postgresql")
    with server.serving(url, tmp_path) as one, server.serving(url, tmp_path) as two:
        for address in (one, two):
            assert status_of(f"{address}/healthz", "") == 200


def test_a_log_line_names_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    url = databases.fresh("postgresql")
    databases.use(url)
    _, key = create_key("test", set(SCOPES), clock.now())
    account = PutAccount(
        at=NOW, account_id="mei.lin", region="GB", birth_date=date(1999, 8, 7), handle="meilin.eats"
    )
    assert execute(account)["outcome"] == "accepted"
    with server.serving(url, tmp_path) as address:
        assert status_of(f"{address}/v1/accounts/mei.lin", key) == 200
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE waiver RENAME TO elsewhere")
        for path in (
            "accounts/mei.lin",
            "permissions?account_id=mei.lin&shop_id=S1",
            "accounts?handle=meilin.eats",
        ):
            status_of(f"{address}/v1/{path}", key)
        assert status_of(f"{address}/v1/accounts/mei.lin", key) == 500
        assert status_of(f"{address}/v1/nothing/mei.lin", key) == 404
    said = capfd.readouterr().err
    assert "ERROR django.request: GET /v1/accounts/" in said
    assert "ProgrammingError" in said
    assert not [word for word in ("mei", "1999", "handle=", "account_id=", key) if word in said]


def test_more_workers_than_one_are_for_postgresql(tmp_path: Path) -> None:
    for kind, workers in (("sqlite", 1), ("postgresql", 2)):
        port = server.free_port()
        environment = {"SHOPLINK_DATABASE_URL": databases.fresh(kind), "SHOPLINK_HOME": str(tmp_path)}
        process = subprocess.Popen(
            [server.SHOPLINK, "serve", "--port", str(port), "--workers", "2"],
            env={**os.environ, **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert eventually(partial(is_up, port), 20)
            children = children_of(process.pid)
        finally:
            process.terminate()
            said = process.communicate(timeout=20)[1]
        assert len(children) == workers
        assert ("one process owns a SQLite file: --workers is 1" in said) == (kind == "sqlite")


def is_up(port: int) -> bool:
    try:
        return status_of(f"http://127.0.0.1:{port}/healthz", "") == 200
    except OSError:
        return False
