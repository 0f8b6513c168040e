"""A database that is locked, read-only or slow, seen from outside: who needs it is told, all others are served."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests import databases
from tests.api.service import Answer, Caller, Service, running

LOCK_SECONDS = 1
OTHERS = 12
END_OTHERS = """\
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home: Path = tmp_path_factory.mktemp("trouble")
    with running("postgresql", home, SHOPLINK_LOCK_TIMEOUT_SECONDS=str(LOCK_SECONDS)) as service:
        yield service


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.monotonic()
    return work(), time.monotonic() - began


def rename(caller: Caller, shop_id: str, name: str) -> tuple[Answer, float]:
    body = {"market": "GB", "enrolment": "invited", "name": name}
    return timed(lambda: caller("PUT", f"/v1/shops/{shop_id}", body, actor="platform:p"))


def test_one_locked_shop_delays_that_shop_only(service: Service) -> None:
    caller = service.caller
    held, *others = [caller.shop() for _ in range(OTHERS + 1)]
    with psycopg.connect(service.database) as other, ThreadPoolExecutor(2 * OTHERS + 4) as pool:
        other.execute("SELECT 1 FROM shop WHERE shop_id = %s FOR UPDATE", [held])
        # Several on the locked shop, among those on others: the first leads a group, the others stand in later ones.
        locked = [pool.submit(rename, caller, held, "first")]
        served = []
        for number, shop_id in enumerate(2 * others):
            served.append(pool.submit(rename, caller, shop_id, f"name {number}"))
            if number % 8 == 0:
                locked.append(pool.submit(rename, caller, held, f"name {number}"))
        for answer, seconds in (one.result() for one in served):
            assert answer.status == 200, answer
            assert seconds < LOCK_SECONDS, "nobody else waits as long as those who need the lock"
        for answer, seconds in (one.result() for one in locked):
            assert (answer.status, answer.body["type"]) == (503, "urn:shoplink:problem:database.locked")
            assert answer.headers["retry-after"] == "1"
            assert seconds >= LOCK_SECONDS
        other.rollback()
    assert rename(caller, held, "again")[0].status == 200


def test_a_locked_table_holds_no_probe(service: Service) -> None:
    caller = service.caller
    with psycopg.connect(service.database) as other:
        other.execute("LOCK TABLE link")
        for path in ("/healthz", "/readyz", "/metrics"):
            answer, seconds = timed(lambda path=path: caller.get(path))  # type: ignore[misc]
            assert (answer.status, seconds < 1.5) == (200, True), (path, answer, seconds)
        assert b"shoplink_commands_total" in caller.get("/metrics").body
        assert caller.get("/v1/links/none").body["type"] == "urn:shoplink:problem:database.locked"
        other.rollback()
    assert caller.get("/v1/links/none").status == 404


def test_a_read_only_database_is_said_to_be_so_and_is_left_as_soon_as_it_can_be_written(
    service: Service,
) -> None:
    caller = service.caller
    databases.use(service.database)
    name = service.database.rpartition("/test_")[2].partition("?")[0]
    with psycopg.connect(service.database, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "test_{name}" SET default_transaction_read_only = on')
        admin.execute(END_OTHERS)
        answers = [rename(caller, "new", "x")[0] for _ in range(4)]
        assert {answer.status for answer in answers} == {503}
        assert answers[-1].body["type"] == "urn:shoplink:problem:database.read_only"
        assert caller.get("/readyz").body["problems"][0]["code"] == "read_only"
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f'ALTER DATABASE "test_{name}" RESET default_transaction_read_only')
    deadline = time.monotonic() + 5
    while rename(caller, "new", "x")[0].status != 200:
        assert time.monotonic() < deadline
