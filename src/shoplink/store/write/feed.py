"""The feed: each committed event gets one position, and no event ever appears before an event that has one."""

from typing import Any

from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, is_postgresql, query

_LOCK = 7_310_002


def number_events() -> int:
    """Number the committed events without a position; returns how many.

    Numbering runs under one lock, so a position is visible only after all lower ones are.
    """
    if not query("SELECT 1 FROM event WHERE position IS NULL LIMIT 1"):
        return 0
    with writing():
        if is_postgresql():
            query("SELECT pg_advisory_xact_lock(%s)", _LOCK)
        return number_events_here()


def number_events_here() -> int:
    """Number events within a transaction that already excludes every other writer."""
    return execute(
        "UPDATE event SET position = given.position FROM (SELECT number, row_number() OVER (ORDER BY number)"
        " + COALESCE((SELECT max(position) FROM event), 0) AS position FROM event WHERE position IS NULL) AS given"
        " WHERE event.number = given.number"
    )


def newest_position() -> int:
    """The position of the newest event in the feed; 0 while there is none."""
    return int(query("SELECT COALESCE(max(position), 0) FROM event")[0][0])


def read_feed(after: int, limit: int) -> list[tuple[int, Any]]:
    """Position and data of the events after a position, in order."""
    return [
        (position, data)
        for position, data in query(
            "SELECT position, data FROM event WHERE position > %s ORDER BY position LIMIT %s", after, limit
        )
    ]
