"""Tickets as they stand now (domain.md section 8). Nothing here writes.

A ticket whose reasons are gone, or with none of which support can help any more, has ended by itself. It is shown so
whether or not that is stored yet.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import World
from shoplink.core.facts import Actor
from shoplink.core.ticket.assessment import Assessment, assess, closing, next_change, question_of
from shoplink.core.ticket.facts import OPEN, Review, Ticket, may_see
from shoplink.flows import clock
from shoplink.flows.look import look
from shoplink.store.ticket import tickets as store
from shoplink.store.write.load import LoadKeys


class CurrentTicket(Struct, frozen=True):
    """A ticket as it stands at `world.now`, with the assessment of its question in this World."""

    ticket: Ticket
    standing: Assessment
    world: World


def current_tickets(
    tickets: Sequence[Ticket], now: Callable[[], datetime] = clock.now
) -> list[CurrentTicket]:
    """Stored tickets as they stand now; a fixed number of statements for any number of tickets."""
    world = look(keys_of(tickets), now).world
    return [current_ticket(world, ticket) for ticket in tickets]


def find_ticket(
    ticket_id: str, reader: Actor, now: Callable[[], datetime] = clock.now
) -> CurrentTicket | None:
    """A ticket as it stands now; None if it is unknown or this reader may not see it."""
    ticket = store.one_ticket(ticket_id)
    return current_tickets([ticket], now)[0] if ticket is not None and may_see(reader, ticket) else None


def keys_of(tickets: Iterable[Ticket]) -> LoadKeys:
    """The keys of what the assessment of these tickets needs."""
    questions = [question_of(ticket) for ticket in tickets]
    keys = LoadKeys.of(question for question in questions if not isinstance(question, Review))
    for question in questions:
        keys.shops.add(question.shop_id)
        keys.accounts.add(question.account_id)
        keys.pairs.add((question.shop_id, question.account_id))
    return keys


def current_ticket(world: World, ticket: Ticket) -> CurrentTicket:
    """A stored ticket as it stands at `world.now`; one that is open says when time may next change it."""
    assessment = assess(world, question_of(ticket))
    if ticket.status in OPEN:
        closed = closing(world, ticket, assessment)
        if closed is None:
            ticket = replace(ticket, due_at=next_change(world, assessment.reasons))
        else:
            ticket = closed.ticket_after(ticket)
    return CurrentTicket(ticket, assessment, world)
