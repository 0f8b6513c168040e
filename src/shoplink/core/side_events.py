"""Events that change no link: tickets are opened and answered.

They are in the same log and feed as the others, but no decision reads them. They hold no personal text: messages
are stored beside the log and kept for the retention period only.
"""

from typing import Literal

from shoplink.core.event_base import SideEvent


class TicketEvent(SideEvent, frozen=True, kw_only=True):
    """An event in the life of a ticket (domain.md section 8)."""

    ticket_id: str
    link_id: str | None = None


class TicketOpened(TicketEvent, frozen=True, kw_only=True, tag="ticket.opened"):
    """A seller or creator asked support about a decision (R39); `codes` are the reasons of the decision."""

    codes: list[str]


class TicketReplied(TicketEvent, frozen=True, kw_only=True, tag="ticket.replied"):
    """A message was added to the ticket; `by` says by whom."""


class TicketResolved(TicketEvent, frozen=True, kw_only=True, tag="ticket.resolved"):
    """Support resolved the ticket."""


class TicketClosed(TicketEvent, frozen=True, kw_only=True, tag="ticket.closed"):
    """The ticket ended without support: its reasons are gone, support cannot help with them, or it was withdrawn."""

    cause: Literal["cleared", "beyond_support", "withdrawn"]


AnySideEvent = TicketOpened | TicketReplied | TicketResolved | TicketClosed
