"""Queries of the timer: links that are due, and records whose retention period has ended."""

from datetime import datetime

from shoplink.store.database.fields import to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query

Due = tuple[int, int, str]
"""When a link is due, its number, and its account."""


def links_due(at: datetime, limit: int, after: tuple[int, int] = (0, 0)) -> list[Due]:
    """Links that are due at or before an instant, the earliest first, after the (due_at, number) of another one."""
    found = query(
        "SELECT due_at, number, account_id FROM link WHERE due_at IS NOT NULL AND due_at <= %s"
        " AND (due_at, number) > (%s, %s) ORDER BY due_at, number LIMIT %s",
        to_micros(at),
        *after,
        limit,
    )
    return [(due_at, number, account_id) for due_at, number, account_id in found]


def forget(refusals_before: datetime, answers_before: datetime, look_ups_before: datetime) -> int:
    """Delete refusals, stored answers and look-ups from before these instants; returns how many."""
    limits = (
        ("refusal", to_micros(refusals_before)),
        ("stored_answer", to_micros(answers_before)),
        ("look_up", to_micros(look_ups_before)),
    )
    if not any(query(f"SELECT 1 FROM {table} WHERE at < %s LIMIT 1", before) for table, before in limits):
        return 0
    with writing():
        return sum(execute(f"DELETE FROM {table} WHERE at < %s", before) for table, before in limits)
