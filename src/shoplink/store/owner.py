"""One process owns a SQLite file, and in it one writer at a time; PostgreSQL has no such limit.

SQLite before 3.51.3 can corrupt a WAL that several connections write and checkpoint at once, so automatic
checkpoints are off and whoever holds the write lock makes them.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from django.db import connection, transaction

_CHECKPOINT_EVERY_COMMITS = 500

_write_lock = threading.RLock()
_held: dict[str, TextIO] = {}
_commits = 0


class OwnedError(RuntimeError):
    """The database file belongs to another process; says which, and what to do."""


def claim(purpose: str) -> None:
    """Make this process the owner of the SQLite file, until it ends; nothing to do on PostgreSQL.

    Raises OwnedError if another process owns it.
    """
    if connection.vendor != "sqlite":
        return
    path = f"{connection.settings_dict['NAME']}.lock"
    if path in _held:
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    file = Path(path).open("a+", encoding="utf-8")  # noqa: SIM115 (held open for as long as the process lives)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise OwnedError(
            f"{connection.settings_dict['NAME']} belongs to {holder}; send the same through its API, or stop it first"
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()} ({purpose}, since {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ})")
    file.flush()
    _held[path] = file


@contextmanager
def writing() -> Iterator[None]:
    """A write transaction: on SQLite one at a time, with the checkpoints in between."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with _write_lock:
        claim("writing")
        with transaction.atomic():
            yield
        _checkpoint_now_and_then()


def _checkpoint_now_and_then() -> None:
    global _commits  # noqa: PLW0603 (guarded by the write lock)
    _commits += 1
    if _commits % _CHECKPOINT_EVERY_COMMITS == 0 and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
