"""The state of the database: whether it can be used, and the timer's backlog."""

from datetime import datetime
from typing import Literal

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from msgspec import Struct

from shoplink.store.database.fields import from_micros
from shoplink.store.database.sql import execute, is_postgresql, query

Trouble = Literal["unreachable", "read_only", "schema_older", "schema_newer"]


class Backlog(Struct, frozen=True):
    """What the timer still has to do: since when something is due, and how many events have no position."""

    due_since: datetime | None
    unnumbered: int


def troubles() -> list[Trouble]:
    """Why the database cannot execute commands now; empty if it can."""
    try:
        query("SELECT 1")
        return _schema_troubles() or _write_troubles()
    except DatabaseError:
        connection.close()
        return ["unreachable"]


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
    """Try a write that changes no row: a read-only database refuses it."""
    try:
        execute("UPDATE refusal SET at = at WHERE 1 = 0")
    except DatabaseError:
        return ["read_only"]
    return []
