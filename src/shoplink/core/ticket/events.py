"""The events about tickets, with the ticket that each leads to. They hold no word of what people wrote."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from shoplink.core.event_base import SideEvent
from shoplink.core.ticket.facts import STAFF, Cause, Ticket


class TicketEvent(SideEvent, frozen=True, kw_only=True):
    """An event in the life of a ticket (domain.md section 8)."""

    ticket_id: str
    link_id: str | None = None


class TicketOpened(TicketEvent, frozen=True, kw_only=True, tag="ticket.opened"):
    """A seller or creator asked support about a decision (R39); `codes` are the reasons of the decision."""

    codes: list[str]


class TicketReplied(TicketEvent, frozen=True, kw_only=True, tag="ticket.replied"):
    """A message was added to the ticket; `by` says by whom."""

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The ticket, which waits for the other side now."""
        answered = self.by is not None and self.by.kind in STAFF
        return replace(ticket, status="answered" if answered else "open", updated_at=self.at)


class TicketResolved(TicketEvent, frozen=True, kw_only=True, tag="ticket.resolved"):
    """Support resolved the ticket."""

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The ended ticket."""
        return _ended(ticket, self.at, status="resolved")


class TicketClosed(TicketEvent, frozen=True, kw_only=True, tag="ticket.closed"):
    """The ticket ended without support: its reasons are gone, support cannot help with them, or it was withdrawn."""

    cause: Cause

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The ended ticket."""
        return _ended(ticket, self.at, status="closed", cause=self.cause)


AnyTicketEvent = TicketOpened | TicketReplied | TicketResolved | TicketClosed


def _ended(ticket: Ticket, at: datetime, **state: Any) -> Ticket:
    return replace(ticket, updated_at=at, ended_at=at, due_at=None, **state)
