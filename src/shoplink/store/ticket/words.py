"""The messages and the internal notes in tickets. They are deleted some time after a ticket has ended."""

from collections.abc import Iterable
from datetime import datetime

from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.facts import Message
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import among, execute, ids, query


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


def notes_of(ticket_id: str) -> list[Message]:
    """The internal notes in a ticket, in order. A caller shows them to staff alone."""
    found = query(
        "SELECT at, by_kind, by_id, by_person, text FROM ticket_note WHERE ticket_id = %s ORDER BY number",
        ticket_id,
    )
    return [
        Message(from_micros(at) or BEGINNING, Actor(kind, who, person), text, None)
        for at, kind, who, person, text in found
    ]


def last_answers(ticket_ids: Iterable[str]) -> dict[str, Actor]:
    """Who of the staff wrote the newest message of theirs in each of these tickets; no entry where nobody did."""
    found = query(
        "SELECT ticket_id, by_kind, by_id, by_person FROM ticket_message WHERE number IN (SELECT max(number)"
        f" FROM ticket_message WHERE {among('ticket_id')} AND by_kind IN ('support', 'platform') GROUP BY ticket_id)",
        ids(ticket_ids),
    )
    return {ticket_id: Actor(kind, who, person) for ticket_id, kind, who, person in found}


def forget_texts(before: datetime) -> int:
    """Delete the messages and notes of tickets that ended before an instant; returns the number of tickets."""
    due = "ended_at IS NOT NULL AND ended_at < %s AND forgotten_at IS NULL"
    limit = to_micros(before)
    if not query(f"SELECT 1 FROM ticket WHERE {due} LIMIT 1", limit):
        return 0
    with writing():
        ended = f"ticket_id IN (SELECT ticket_id FROM ticket WHERE {due})"
        execute(f"DELETE FROM ticket_message WHERE {ended}", limit)
        execute(f"DELETE FROM ticket_note WHERE {ended}", limit)
        return execute(f"UPDATE ticket SET forgotten_at = %s WHERE {due}", limit, limit)
