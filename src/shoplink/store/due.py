"""What the timer asks: whose links are due, and which records may be forgotten."""

from datetime import datetime

from shoplink.store.fields import to_micros
from shoplink.store.owner import writing
from shoplink.store.sql import execute, query


def accounts_due(at: datetime, limit: int) -> set[str]:
    """Accounts with a link at which time does something at or before an instant, the earliest first."""
    found = query(
        "SELECT account_id FROM link WHERE due_at IS NOT NULL AND due_at <= %s ORDER BY due_at LIMIT %s",
        to_micros(at),
        limit,
    )
    return {row[0] for row in found}


def forget(refusals_before: datetime, answers_before: datetime, look_ups_before: datetime) -> int:
    """Delete refusals, stored answers and look-ups that were kept long enough; how many."""
    limits = (
        ("refusal", to_micros(refusals_before)),
        ("stored_answer", to_micros(answers_before)),
        ("look_up", to_micros(look_ups_before)),
    )
    if not any(query(f"SELECT 1 FROM {table} WHERE at < %s LIMIT 1", before) for table, before in limits):
        return 0
    with writing():
        return sum(execute(f"DELETE FROM {table} WHERE at < %s", before) for table, before in limits)
