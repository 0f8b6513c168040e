"""Threads that work on the database at the same time, each with its own connection."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

from shoplink.store.database.shared_connection import shared_connection
from shoplink.store.database.sql import query

T = TypeVar("T")

_WITHIN_SECONDS = 10


def run_together(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Start all jobs at the same moment; returns their results, or raises the error of the first that failed."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        barrier.wait(_WITHIN_SECONDS)
        return _closing(job)

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@contextmanager
def run_beside(job: Callable[[], T]) -> Iterator["Future[T]"]:
    """Run a job in its own thread beside the block; both have ended afterwards."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(_closing, job)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + _WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.01)


def is_waiting_for_a_lock() -> bool:
    """Whether a connection to this PostgreSQL server is waiting for a lock."""
    return query("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]


def deadlocks() -> int:
    """How many deadlocks this PostgreSQL database has counted, after all other connections to it have ended."""
    with shared_connection():
        connection.close()
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    wait_until(lambda: query(f"{others} AND backend_type = 'client backend'") == [(0,)])
    counted = query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(counted[0][0])


def _closing(job: Callable[[], T]) -> T:
    try:
        return job()
    finally:
        connection.close()
