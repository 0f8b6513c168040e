"""The messages in tickets. They are deleted some time after a ticket has ended."""

from datetime import datetime

from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.facts import Message
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query


def messages_of(ticket_id: str) -> list[Message]:
    """The messages in a ticket, in order; none after they were deleted."""
    found = query(
        "SELECT at, by_kind, by_id, by_person, text, evidence FROM ticket_message WHERE ticket_id = %s ORDER BY number",
        ticket_id,
    )
    return [
        Message(from_micros(at) or BEGINNING, Actor(kind, who, person), text, evidence)
        for at, kind, who, person, text, evidence in found
    ]


def forget_texts(before: datetime) -> int:
    """Delete the messages of tickets that ended before an instant; returns the number of tickets."""
    due = "ended_at IS NOT NULL AND ended_at < %s AND forgotten_at IS NULL"
    limit = to_micros(before)
    if not query(f"SELECT 1 FROM ticket WHERE {due} LIMIT 1", limit):
        return 0
    with writing():
        execute(
            f"DELETE FROM ticket_message WHERE ticket_id IN (SELECT ticket_id FROM ticket WHERE {due})", limit
        )
        return execute(f"UPDATE ticket SET forgotten_at = %s WHERE {due}", limit, limit)
