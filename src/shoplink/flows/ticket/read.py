"""Tickets as they stand now (domain.md section 8). Nothing here writes.

A ticket that time has ended is shown so whether or not that is stored yet.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from shoplink.core import World
from shoplink.core.facts import Actor
from shoplink.core.ticket.assessment import Assessment, assess, question_of
from shoplink.core.ticket.facts import Review, Ticket, may_see
from shoplink.flows import clock
from shoplink.flows.look import CurrentState, look
from shoplink.store.ticket import tickets as store
from shoplink.store.write.load import LoadKeys


class CurrentTicket(Struct, frozen=True):
    """A ticket as it stands at `world.now`, with the assessment of its question, in the state that was read."""

    ticket: Ticket
    standing: Assessment
    state: CurrentState

    @property
    def world(self) -> World:
        """The World in which it stands so."""
        return self.state.world


def current_tickets(
    tickets: Sequence[Ticket], now: Callable[[], datetime] = clock.now
) -> list[CurrentTicket]:
    """Stored tickets as they stand now; a fixed number of statements for any number of tickets."""
    seen = look(keys_of(tickets), now)
    return [_current_ticket(seen, ticket.ticket_id) for ticket in tickets]


def find_ticket(
    ticket_id: str, reader: Actor, now: Callable[[], datetime] = clock.now
) -> CurrentTicket | None:
    """A ticket as it stands now; None if it is unknown or this reader may not see it."""
    ticket = store.one_ticket(ticket_id)
    return current_tickets([ticket], now)[0] if ticket is not None and may_see(reader, ticket) else None


def keys_of(tickets: Sequence[Ticket]) -> LoadKeys:
    """The keys of what the assessment of these tickets needs; these hold the tickets themselves, as read."""
    questions = [question_of(ticket) for ticket in tickets]
    keys = LoadKeys.of(question for question in questions if not isinstance(question, Review))
    for question in questions:
        keys.shops.add(question.shop_id)
        keys.accounts.add(question.account_id)
        keys.pairs.add((question.shop_id, question.account_id))
    keys.tickets.read += tickets
    return keys


def _current_ticket(seen: CurrentState, ticket_id: str) -> CurrentTicket:
    ticket = seen.world.desk.tickets[ticket_id]
    return CurrentTicket(ticket, assess(seen.world, question_of(ticket)), seen)
