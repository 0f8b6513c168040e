"""Events that change no link: members join and leave, tickets are opened and answered.

They are in the same log and feed as the others, but no decision reads them. They hold no personal text: addresses and
messages are stored beside the log and kept for the retention period only.
"""

from datetime import datetime
from typing import Literal

from shoplink.core.event_base import Event

Place = Literal["shop", "creator", "support", "platform"]
"""Where a person may act: for a shop, for an account, or as staff."""


class SideEvent(Event, frozen=True, kw_only=True):
    """An event that changes no shop, account or link; its ids say which of them it is about."""

    shop_id: str | None = None
    account_id: str | None = None


class MemberEvent(SideEvent, frozen=True, kw_only=True):
    """An event about who may act for a shop, for an account, or as staff."""

    place: Place


class MemberInvited(MemberEvent, frozen=True, kw_only=True, tag="member.invited"):
    """A person was invited by e-mail to act here; the invitation expires at an instant."""

    invitation_id: str
    expires_at: datetime


class MemberInvitationWithdrawn(MemberEvent, frozen=True, kw_only=True, tag="member.invitation_withdrawn"):
    """The invitation was withdrawn before it was used."""

    invitation_id: str


class MemberJoined(MemberEvent, frozen=True, kw_only=True, tag="member.joined"):
    """A person may act here from now on; `invitation_id` names the invitation that was used, if there was one."""

    person_id: str
    invitation_id: str | None = None


class MemberRemoved(MemberEvent, frozen=True, kw_only=True, tag="member.removed"):
    """A person may no longer act here."""

    person_id: str


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


AnySideEvent = (
    MemberInvited
    | MemberInvitationWithdrawn
    | MemberJoined
    | MemberRemoved
    | TicketOpened
    | TicketReplied
    | TicketResolved
    | TicketClosed
)
