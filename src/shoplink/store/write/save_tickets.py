"""Save a batch's changes to tickets and their messages, with a fixed number of statements."""

from collections.abc import Sequence
from typing import Any

import msgspec

from shoplink.core import wire
from shoplink.core.event_base import Record
from shoplink.core.facts import Actor
from shoplink.core.ticket.events import TicketEvent
from shoplink.core.ticket.facts import Message, NewMessage, NewNote, NewTicket, Ticket
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import Row, insert, update
from shoplink.store.ticket.tickets import OPENED_COLUMNS, STATE_COLUMNS
from shoplink.store.write.load import LoadedState

_NOTE = {
    "ticket_id": "text",
    "at": "bigint",
    "by_kind": "text",
    "by_id": "text",
    "by_person": "text",
    "text": "text",
}
_MESSAGE = {**_NOTE, "evidence": "text"}


def save_tickets(loaded: LoadedState, events: Sequence[TicketEvent], records: Sequence[Record]) -> None:
    """Save new tickets and messages, and the state of tickets that have changed or are due at another instant."""
    world = loaded.world
    new = {record.ticket.ticket_id: record.ticket for record in records if isinstance(record, NewTicket)}
    changed = dict.fromkeys(event.ticket_id for event in events if event.ticket_id not in new)
    changed |= dict.fromkeys(
        ticket_id for ticket_id, was in loaded.tickets.items() if world.desk.tickets[ticket_id] != was
    )
    given = [(ticket_id, *_state(world.desk.tickets[ticket_id])) for ticket_id in changed]
    update("ticket", "ticket_id", given, ticket_id="text", **STATE_COLUMNS)
    opened = [(*_opened(ticket), *_state(world.desk.tickets[ticket_id])) for ticket_id, ticket in new.items()]
    insert("ticket", opened, **OPENED_COLUMNS, **STATE_COLUMNS)
    messages = [_message(each.ticket_id, each.message) for each in records if isinstance(each, NewMessage)]
    insert("ticket_message", messages, **_MESSAGE)
    notes = [_message(each.ticket_id, each.note)[:-1] for each in records if isinstance(each, NewNote)]
    insert("ticket_note", notes, **_NOTE)


def _opened(ticket: Ticket) -> Row:
    return (
        ticket.ticket_id,
        ticket.shop_id,
        ticket.account_id,
        ticket.link_id,
        ticket.market,
        ticket.side,
        *_actor(ticket.opened_by),
        ticket.command,
        _encode(ticket.fields),
        _encode([wire(reason) for reason in ticket.reasons]),
        _encode(ticket.facts),
    )


def _state(ticket: Ticket) -> Row:
    instants = (ticket.opened_at, ticket.updated_at, ticket.ended_at, ticket.due_at)
    has = (ticket.team, ticket.assignee, to_micros(ticket.answered_at))
    return (ticket.status, ticket.cause, *map(to_micros, instants), *has)


def _message(ticket_id: str, message: Message) -> Row:
    return (ticket_id, to_micros(message.at), *_actor(message.by), message.text, message.evidence)


def _actor(actor: Actor) -> tuple[str, str, str | None]:
    return actor.kind, actor.id, actor.person


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()
