"""Marks that the service itself sets on its database. No command and no caller can set one."""

from datetime import datetime
from typing import Literal

from shoplink.store.database.fields import to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query

Mark = Literal["demo"]


def is_marked(mark: Mark) -> bool:
    """Whether the database has this mark."""
    return bool(query("SELECT 1 FROM marker WHERE name = %s", mark))


def set_mark(mark: Mark, at: datetime) -> None:
    """Set a mark on the database; it stays."""
    with writing():
        execute(
            "INSERT INTO marker (name, set_at) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING",
            mark,
            to_micros(at),
        )
