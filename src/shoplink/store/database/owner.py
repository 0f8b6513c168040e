"""Ownership of a SQLite file: one process owns it, with one writer at a time. PostgreSQL has no such limit.

SQLite before 3.51.3 can corrupt a WAL that several connections write and checkpoint at the same time. So automatic
checkpoints are off, and the holder of the write lock makes them.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.db import OperationalError, connection, transaction

from shoplink.store.database.sql import query

_CHECKPOINT_EVERY_COMMITS = 500
_ALONE = 7_310_004
_PRIVATE, _OTHERS = 0o600, 0o077

_log = logging.getLogger(__name__)
_write_lock = threading.RLock()
_held: dict[str, int] = {}  # descriptors, held open for as long as the process lives
_commits = 0


class OwnedError(RuntimeError):
    """Another process owns the database file; the message says which."""


def _lock_path() -> str:
    return f"{connection.settings_dict['NAME']}.lock"


def acquire_ownership(purpose: str) -> None:
    """Make this process the owner of the SQLite file until it ends. Does nothing on PostgreSQL.

    Raises OwnedError if another process owns it.
    """
    if connection.vendor != "sqlite":
        return
    path = _lock_path()
    if path in _held:
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE)
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
    _make_private()


def _make_private() -> None:
    """Let nobody but this user read the file and what belongs to it. SQLite gives its WAL the mode of the file."""
    name = connection.settings_dict["NAME"]
    if not Path(name).exists():
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT, _PRIVATE))
    for path in map(Path, (name, f"{name}-wal", f"{name}-shm", _lock_path())):
        with suppress(OSError):  # not there, or another user's, who then decides
            path.chmod(path.stat().st_mode & ~_OTHERS)


def current_owner() -> str | None:
    """The current owner of the SQLite file, as `process 7 (shoplink serve, since …)`; None if there is none."""
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
    """Give up ownership of the SQLite file, so that another process can own it."""
    descriptor = _held.pop(_lock_path(), None)
    if descriptor is not None:
        os.ftruncate(descriptor, 0)
        os.close(descriptor)


@contextmanager
def exclusive_access(purpose: str) -> Iterator[None]:
    """Exclude every other process that calls this: as the owner on SQLite, under an advisory lock on PostgreSQL.

    Raises OwnedError if another process owns the SQLite file. On PostgreSQL it waits.
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
    # Another process may be at it for long, and what it does then waits for others: nothing here is a request.
    before = query("SELECT current_setting('lock_timeout'), set_config('lock_timeout', '0', false)")[0][0]
    query("SELECT pg_advisory_lock(%s)", _ALONE)
    try:
        yield
    finally:
        query("SELECT pg_advisory_unlock(%s), set_config('lock_timeout', %s, false)", _ALONE, before)


def checkpoint_and_close() -> None:
    """Write the WAL back into the SQLite file and remove it, after the server process has ended."""
    if connection.vendor == "sqlite":
        with exclusive_access("closing down"):
            query("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()


@contextmanager
def writing() -> Iterator[None]:
    """Run a block in a write transaction. On SQLite there is one at a time, with checkpoints in between."""
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
            # The transaction is committed, so it must not fail because of this. A later checkpoint catches up.
            _log.warning("the log of the database was not written back; it is tried again", exc_info=error)
