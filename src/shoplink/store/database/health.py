"""The state of the database: whether it can be used, and the timer's backlog."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from msgspec import Struct

from shoplink.store.database.fields import from_micros
from shoplink.store.database.sql import execute, is_postgresql, query
from shoplink.store.database.trouble import Kind, kind_of

Trouble = Literal[
    "unreachable", "too_many_connections", "read_only", "full", "locked", "schema_older", "schema_newer"
]

_LATEST = 10_000
_FULL_BELOW_BYTES = 8 << 20  # what SQLite's log grows by in some hundred commits


class Backlog(Struct, frozen=True):
    """What the timer still has to do: since when something is due, and how many events have no position."""

    due_since: datetime | None
    unnumbered: int


def troubles() -> list[Trouble]:
    """Why the database cannot execute commands now; empty if it can."""
    try:
        with briefly():
            query("SELECT 1")
            return _schema_troubles() or _write_troubles()
    except DatabaseError as error:
        connection.close()
        return [trouble_of(kind_of(error) or "away")]


def trouble_of(kind: Kind) -> Trouble:
    """The trouble that errors of a kind stand for."""
    return "unreachable" if kind == "away" else kind


@contextmanager
def briefly() -> Iterator[None]:
    """Run statements of a probe, which is answered within a second: on PostgreSQL each has less than that."""
    if not is_postgresql():
        yield
        return
    with transaction.atomic():
        query("SELECT set_config('statement_timeout', '700ms', true)")
        yield


def has_tables() -> bool:
    """Whether any version of shoplink has made its tables here."""
    return MigrationRecorder(connection).has_table()


def free_bytes() -> int:
    """How many bytes are free on the disk of the SQLite file, or of the service's own folder."""
    folder = Path(
        settings.HOME if is_postgresql() else connection.settings_dict["NAME"].removeprefix("file:")
    )
    while not folder.is_dir():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def wal_bytes() -> int | None:
    """How large the write-ahead log beside the SQLite file is; None on PostgreSQL, which keeps its own house."""
    if is_postgresql():
        return None
    path = Path(f"{connection.settings_dict['NAME'].removeprefix('file:')}-wal")
    return path.stat().st_size if path.exists() else 0


def latest_event_at() -> datetime | None:
    """The latest instant among the events that were recorded last."""
    found = query(
        f"SELECT max(at) FROM (SELECT at FROM event ORDER BY number DESC LIMIT {_LATEST}) AS newest"
    )
    return from_micros(found[0][0])


def backlog(at: datetime) -> Backlog:
    """The timer's backlog at an instant."""
    due_at = from_micros(query("SELECT min(due_at) FROM link WHERE due_at IS NOT NULL")[0][0])
    unnumbered = query("SELECT count(*) FROM event WHERE position IS NULL")[0][0]
    return Backlog(due_at if due_at is not None and due_at <= at else None, unnumbered)


def database_version() -> str:
    """The database and its version, as `sqlite 3.40.1` or `postgresql 16.4`."""
    statement = "SHOW server_version" if is_postgresql() else "SELECT sqlite_version()"
    return f"{connection.vendor} {query(statement)[0][0]}"


def _schema_troubles() -> list[Trouble]:
    executor = MigrationExecutor(connection)
    known, applied = set(executor.loader.disk_migrations), set(executor.loader.applied_migrations)
    found: list[Trouble] = []
    if known - applied:
        found.append("schema_older")
    if applied - known:
        found.append("schema_newer")
    return found


def _write_troubles() -> list[Trouble]:
    """Try a write that changes no row: a read-only database refuses it. It needs no space, so that is looked at, too."""
    if not is_postgresql() and free_bytes() < _FULL_BELOW_BYTES:
        return ["full"]
    try:
        execute("UPDATE refusal SET at = at WHERE 1 = 0")
    except DatabaseError as error:
        kind = kind_of(error) or "away"
        # That somebody else writes at this moment shows that it can be written.
        return [] if kind == "locked" and not is_postgresql() else [trouble_of(kind)]
    return []
