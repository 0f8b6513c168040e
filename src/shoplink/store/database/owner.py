"""One process owns a SQLite file, and in it one writer at a time; PostgreSQL has no such limit.

SQLite before 3.51.3 can corrupt a WAL that several connections write and checkpoint at once, so automatic
checkpoints are off and whoever holds the write lock makes them.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import OperationalError, connection, transaction

from shoplink.store.database.sql import query

_CHECKPOINT_EVERY_COMMITS = 500
_ALONE = 7_310_004

_log = logging.getLogger(__name__)
_write_lock = threading.RLock()
_held: dict[str, int] = {}  # descriptors, held open for as long as the process lives
_commits = 0


class OwnedError(RuntimeError):
    """The database file belongs to another process; says which."""


def _lock_path() -> str:
    return f"{connection.settings_dict['NAME']}.lock"


def acquire_ownership(purpose: str) -> None:
    """Make this process the owner of the SQLite file, until it ends; nothing to do on PostgreSQL.

    Raises OwnedError if another process owns it.
    """
    if connection.vendor != "sqlite":
        return
    path = _lock_path()
    if path in _held:
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        owner = Path(path).read_text(encoding="utf-8").strip() or "another process"
        raise OwnedError(f"{connection.settings_dict['NAME']} belongs to {owner}") from None
    os.ftruncate(descriptor, 0)
    os.write(
        descriptor,
        f"process {os.getpid()} ({purpose}, since {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ})".encode(),
    )
    _held[path] = descriptor


def current_owner() -> str | None:
    """Who owns the SQLite file now, as `process 7 (shoplink serve, since …)`; None if nobody does."""
    if connection.vendor != "sqlite" or not Path(_lock_path()).exists():
        return None
    descriptor = os.open(_lock_path(), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Path(_lock_path()).read_text(encoding="utf-8").strip()
    finally:
        os.close(descriptor)
    return None


def release_ownership() -> None:
    """Give the SQLite file up, so that another process may own it."""
    descriptor = _held.pop(_lock_path(), None)
    if descriptor is not None:
        os.ftruncate(descriptor, 0)
        os.close(descriptor)


@contextmanager
def exclusive_access(purpose: str) -> Iterator[None]:
    """Keep every other process from doing the same at once: as the owner on SQLite, else under one lock.

    Raises OwnedError if another process owns the SQLite file; on PostgreSQL it waits.
    """
    if connection.vendor == "sqlite":
        was_ours = _lock_path() in _held
        acquire_ownership(purpose)
        try:
            yield
        finally:
            if not was_ours:
                release_ownership()
        return
    query("SELECT pg_advisory_lock(%s)", _ALONE)
    try:
        yield
    finally:
        query("SELECT pg_advisory_unlock(%s)", _ALONE)


def checkpoint_and_close() -> None:
    """Leave a SQLite file whole, with nothing beside it, once the process that served it has ended."""
    if connection.vendor == "sqlite":
        with exclusive_access("closing down"):
            query("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()


@contextmanager
def writing() -> Iterator[None]:
    """A write transaction: on SQLite one at a time, with the checkpoints in between."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with _write_lock:
        acquire_ownership("writing")
        with transaction.atomic():
            yield
        _checkpoint_now_and_then()


def _checkpoint_now_and_then() -> None:
    global _commits  # noqa: PLW0603 (guarded by the write lock)
    _commits += 1
    if _commits % _CHECKPOINT_EVERY_COMMITS == 0 and not connection.in_atomic_block:
        try:
            query("PRAGMA wal_checkpoint(PASSIVE)")
        except OperationalError as error:
            # What was asked for is committed, and must not be answered as if it were not: the next one does this.
            _log.warning("the log of the database was not written back; it is tried again", exc_info=error)
