"""The events about tickets, with the ticket that each leads to. They hold no word of what people wrote."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from shoplink.core.event_base import SideEvent
from shoplink.core.ticket.facts import STAFF, Cause, Team, Ticket


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
        if self.by is None or self.by.kind not in STAFF:
            return replace(ticket, status="open", updated_at=self.at)
        first = ticket.answered_at or self.at
        return replace(ticket, status="answered", updated_at=self.at, answered_at=first)


class TicketResolved(TicketEvent, frozen=True, kw_only=True, tag="ticket.resolved"):
    """Support resolved the ticket."""

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The ended ticket."""
        return _ended(ticket, self.at, status="resolved", answered_at=ticket.answered_at or self.at)


class TicketClosed(TicketEvent, frozen=True, kw_only=True, tag="ticket.closed"):
    """The ticket ended without support: its reasons are gone, support cannot help with them, or it was withdrawn."""

    cause: Cause

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The ended ticket."""
        return _ended(ticket, self.at, status="closed", cause=self.cause)


class TicketReopened(TicketEvent, frozen=True, kw_only=True, tag="ticket.reopened"):
    """A ticket that had ended was reopened, and is with support again; `by` says by whom."""

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The open ticket, which is judged at once."""
        return replace(ticket, status="open", cause=None, updated_at=self.at, ended_at=None, due_at=self.at)


class InternalTicketEvent(TicketEvent, frozen=True, kw_only=True):
    """What staff do among themselves. The side that opened the ticket is not told, and `updated_at` stays."""


class TicketAssigned(InternalTicketEvent, frozen=True, kw_only=True, tag="ticket.assigned"):
    """A ticket was given to a team of staff, and to one of them (`assignee`, a person's id) or to nobody yet."""

    team: Team
    assignee: str | None = None

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The ticket with the one who has it."""
        return replace(ticket, team=self.team, assignee=self.assignee)


class TicketNoted(InternalTicketEvent, frozen=True, kw_only=True, tag="ticket.noted"):
    """Staff wrote an internal note in the ticket, which is not in this event."""

    def ticket_after(self, ticket: Ticket) -> Ticket:
        """The same ticket."""
        return ticket


AnyTicketEvent = (
    TicketOpened
    | TicketReplied
    | TicketResolved
    | TicketClosed
    | TicketReopened
    | TicketAssigned
    | TicketNoted
)


def _ended(ticket: Ticket, at: datetime, **state: Any) -> Ticket:
    return replace(ticket, updated_at=at, ended_at=at, due_at=None, **state)
