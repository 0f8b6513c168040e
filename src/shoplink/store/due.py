"""Queries of the timer: links that are due, what is due next, and records whose retention period has ended."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query

_NEXT_START = "SELECT min(effective_from) FROM activation WHERE effective_from > %s AND cancelled_at IS NULL"
_BEFORE_EXPIRY = "SELECT min(due_at) - %s FROM link WHERE status = 'invited' AND due_at - %s > %s AND due_at - %s > invited_at"
_AFTER_REQUEST = (
    "SELECT min(unlink_requested_at) + %s FROM link WHERE status = 'linked' AND unlink_requested_at + %s > %s"
)

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


def next_due_at(
    after: datetime, before_expiry: Iterable[timedelta], after_request: Iterable[timedelta]
) -> datetime | None:
    """The first instant after another one at which time alone does something; None if there is none.

    That is: a link or a ticket is due, a rulebook starts, a second factor is reset, or somebody is reminded, so long before
    an invitation expires or after an unlink was requested.
    """
    micros, microsecond = to_micros(after), timedelta(microseconds=1)
    asked: list[tuple[str, tuple[int | None, ...]]] = [
        ("SELECT min(due_at) AS at FROM link WHERE due_at > %s", (micros,)),
        ("SELECT min(due_at) FROM ticket WHERE due_at > %s AND status IN ('open', 'answered')", (micros,)),
        (_NEXT_START, (micros,)),
        ("SELECT min(due_at) FROM second_factor_reset WHERE due_at > %s", (micros,)),
        *(
            (_BEFORE_EXPIRY, (ahead, ahead, micros, ahead))
            for ahead in (one // microsecond for one in before_expiry)
        ),
        *(
            (_AFTER_REQUEST, (since, since, micros))
            for since in (one // microsecond for one in after_request)
        ),
    ]
    union = " UNION ALL ".join(statement for statement, _ in asked)
    params = [value for _, values in asked for value in values]
    return from_micros(query(f"SELECT min(at) FROM ({union}) AS due", *params)[0][0])


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
