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


class Seen(Struct, frozen=True):
    """A ticket as it stands in a World that holds its shop and account, and how what it is about stands there."""

    ticket: Ticket
    standing: Assessment
    world: World


def see(tickets: Sequence[Ticket], now: Callable[[], datetime] = clock.now) -> list[Seen]:
    """Stored tickets as they stand now: a fixed number of statements however many they are."""
    world = look(touched(tickets), now).world
    return [seen_in(world, ticket) for ticket in tickets]


def find(ticket_id: str, reader: Actor, now: Callable[[], datetime] = clock.now) -> Seen | None:
    """A ticket as it stands now; None if there is none that this reader may see."""
    ticket = store.one_ticket(ticket_id)
    return see([ticket], now)[0] if ticket is not None and may_see(reader, ticket) else None


def touched(tickets: Iterable[Ticket]) -> LoadKeys:
    """What has to be loaded to tell how tickets stand."""
    questions = [question_of(ticket) for ticket in tickets]
    wanted = LoadKeys.of(question for question in questions if not isinstance(question, Review))
    for question in questions:
        wanted.shops.add(question.shop_id)
        wanted.accounts.add(question.account_id)
        wanted.pairs.add((question.shop_id, question.account_id))
    return wanted


def seen_in(world: World, ticket: Ticket) -> Seen:
    """A stored ticket as it stands at `world.now`; one that is open says when time may next change it."""
    assessment = assess(world, question_of(ticket))
    if ticket.status in OPEN:
        closed = closing(world, ticket, assessment)
        if closed is None:
            ticket = replace(ticket, due_at=next_change(world, assessment.reasons))
        else:
            ticket = closed.ticket_after(ticket)
    return Seen(ticket, assessment, world)
