"""Close the tickets that have ended by themselves. No command and no read depends on when this runs."""

from collections.abc import Sequence
from datetime import datetime

from shoplink.core.ticket.assessment import assess, closing, next_change, question_of
from shoplink.core.ticket.events import TicketClosed
from shoplink.core.ticket.facts import OPEN, Ticket
from shoplink.flows.ticket.read import keys_of
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.database.owner import writing
from shoplink.store.ticket import tickets as store

_AT_ONCE = 200
_MAY_LAG = 1_000


def close_ended_tickets(at: datetime) -> int:
    """Close the tickets that have ended by themselves by an instant; returns how many.

    Only tickets whose facts or time have changed since the last check are read.
    """
    newest, closed, after, looked = store.newest_position(), 0, 0, 0
    while found := store.tickets_to_check(at, _AT_ONCE, after):
        after, looked = found[-1].number, looked + len(found)
        closed += _close_ended(found, at)
    # Most events are not about a ticket, so storing every position would be needless writes.
    if looked or newest - store.checked_position() > _MAY_LAG:
        with writing():
            store.store_checked_position(newest)
    return closed


def _close_ended(tickets: Sequence[Ticket], at: datetime) -> int:
    keys = keys_of(tickets)
    keys.tickets.ticket_ids.update(ticket.ticket_id for ticket in tickets)

    def work(transaction: Transaction) -> int:
        world, _ = transaction.load(keys)
        closings: list[TicketClosed] = []
        due: list[tuple[str, datetime | None]] = []
        for ticket in [ticket for ticket in world.desk.tickets.values() if ticket.status in OPEN]:
            assessment = assess(world, question_of(ticket))
            closed = closing(world, ticket, assessment)
            if closed is not None:
                world.apply(closed)
                closings.append(closed)
            elif (due_at := next_change(world, assessment.reasons)) != ticket.due_at:
                due.append((ticket.ticket_id, due_at))
        store.set_due(due)
        transaction.record(closings)
        return len(closings)

    return transact(work, lambda: at)
