"""How tickets end by themselves: in the step that changes something of their shop or account, or when time does.

A ticket carries a decision. It ends as `cleared` when that decision, made anew, is accepted or its purpose is reached
(of a review: when the link is established), and as `beyond_support` when support can help with nothing that is left
(domain.md section 8). Every step judges the open tickets that the World holds, so that no outcome depends on a timer.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from shoplink.core.event_base import Event
from shoplink.core.facts import CLOCK
from shoplink.core.ticket.assessment import assess, next_change, question_of
from shoplink.core.ticket.events import TicketClosed, TicketEvent
from shoplink.core.ticket.facts import Ticket
from shoplink.core.world import World


def end_tickets_after(world: World, events: Iterable[Event]) -> list[TicketClosed]:
    """Judge the tickets about the shops, accounts and markets of events that were just applied; returns what ended."""
    if not world.desk.tickets:
        return []
    touched = {of for event in events if not isinstance(event, TicketEvent) for of in _subjects(event)}
    tickets = [ticket for ticket in world.desk.open_tickets() if not touched.isdisjoint(_about(ticket))]
    return _judge(world, tickets)


def end_tickets_due(world: World) -> list[TicketClosed]:
    """Judge the tickets whose question time may have changed by `world.now`; returns what ended."""
    due = [ticket for ticket in world.desk.open_tickets() if ticket.due_at and ticket.due_at <= world.now]
    return _judge(world, due)


def _judge(world: World, tickets: Iterable[Ticket]) -> list[TicketClosed]:
    """Close those that have ended, at `world.now`; the others are due when time may next change their question."""
    ended = []
    for ticket in tickets:
        assessment = assess(world, question_of(ticket))
        if (cause := assessment.end) is None:
            due_at = next_change(world, assessment.reasons)
            world.desk.tickets[ticket.ticket_id] = replace(ticket, due_at=due_at)
            continue
        closed = TicketClosed(
            at=world.now,
            by=CLOCK,
            shop_id=ticket.shop_id,
            account_id=ticket.account_id,
            ticket_id=ticket.ticket_id,
            link_id=ticket.link_id,
            cause=cause,
        )
        world.apply(closed)
        ended.append(closed)
    return ended


def _subjects(event: Event) -> Iterable[tuple[str, str]]:
    for kind in ("shop_id", "account_id", "market"):
        if (subject := getattr(event, kind, None)) is not None:
            yield kind, subject


def _about(ticket: Ticket) -> Iterable[tuple[str, str]]:
    return ("shop_id", ticket.shop_id), ("account_id", ticket.account_id), ("market", ticket.market)
