"""The rows of attempts: values under keys until an instant. Call what writes here within `owner.writing()`."""

from datetime import datetime

from shoplink.store.database.fields import to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query


def find_attempts(key: str, at: datetime) -> str | None:
    """The value of a key, unless it has expired."""
    found = query("SELECT value FROM attempt WHERE key = %s AND expires_at > %s", key, to_micros(at))
    return found[0][0] if found else None


def put_attempts(key: str, value: str, expires_at: datetime) -> None:
    """Store the value of a key."""
    execute(
        "INSERT INTO attempt (key, value, expires_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
        key,
        value,
        to_micros(expires_at),
    )


def add_attempts(key: str, value: str, at: datetime, expires_at: datetime) -> bool:
    """Store the value of a key that has none; returns whether it had none."""
    added = execute(
        "INSERT INTO attempt (key, value, expires_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at"
        " WHERE attempt.expires_at <= %s",
        key,
        value,
        to_micros(expires_at),
        to_micros(at),
    )
    return added > 0


def delete_attempts(key: str) -> bool:
    """Delete the value of a key; returns whether there was one."""
    return execute("DELETE FROM attempt WHERE key = %s", key) > 0


def forget_attempts(at: datetime) -> int:
    """Delete the values that have expired; returns how many."""
    if not query("SELECT 1 FROM attempt WHERE expires_at <= %s LIMIT 1", to_micros(at)):
        return 0
    with writing():
        return execute("DELETE FROM attempt WHERE expires_at <= %s", to_micros(at))
