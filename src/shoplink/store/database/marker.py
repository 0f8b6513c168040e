"""Marks that the service itself sets on its database, each with an instant. No command and no caller can set one.

`demo`: it holds the demo world. `clock`: what the clock said last. `clock_was_ahead`: the newest event that was there when
somebody said that the clock is right, although it was behind that event. `key …`: a digest of the secret key that the
service was started with last.
"""

from datetime import datetime
from typing import Literal

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query

Mark = Literal["demo", "clock", "clock_was_ahead"]


def is_marked(mark: Mark) -> bool:
    """Whether the database has this mark."""
    return bool(query("SELECT 1 FROM marker WHERE name = %s", mark))


def mark_of(mark: Mark) -> datetime | None:
    """The instant of a mark; None if the database does not have it."""
    found = query("SELECT set_at FROM marker WHERE name = %s", mark)
    return from_micros(found[0][0]) if found else None


def move_mark(mark: Mark, at: datetime) -> None:
    """Set a mark to an instant, whatever it was."""
    with writing():
        execute(
            "INSERT INTO marker (name, set_at) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET set_at = excluded.set_at",
            mark,
            to_micros(at),
        )


def set_mark(mark: Mark, at: datetime) -> None:
    """Set a mark on the database; it stays."""
    with writing():
        execute(
            "INSERT INTO marker (name, set_at) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING",
            mark,
            to_micros(at),
        )


_KEY = "key "


def key_digest() -> str | None:
    """The digest of the secret key that the service was started with last; None before the first start."""
    found = query("SELECT name FROM marker WHERE name LIKE %s", f"{_KEY}%")
    return found[0][0].removeprefix(_KEY) if found else None


def keep_key_digest(digest: str, at: datetime) -> None:
    """Keep the digest of a secret key instead of what was kept; it has at most 60 characters."""
    with writing():
        execute("DELETE FROM marker WHERE name LIKE %s", f"{_KEY}%")
        execute("INSERT INTO marker (name, set_at) VALUES (%s, %s)", f"{_KEY}{digest}", to_micros(at))
