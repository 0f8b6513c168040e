"""What happens around links: people join and leave, tickets are opened and answered.

These events stand in the same log and feed as the others; no decision reads them, and no link changes by them. Words of
people (addresses, messages) stay out of them: they are kept beside, for the retention period.
"""

from datetime import datetime
from typing import Literal

from shoplink.core.event_base import Event

Place = Literal["shop", "creator", "support", "platform"]
"""Where a person may act: for one shop, for one account, or as staff."""


class SideEvent(Event, frozen=True, kw_only=True):
    """An event that changes no shop, account or link; the ids say which it is about."""

    shop_id: str | None = None
    account_id: str | None = None


class MemberEvent(SideEvent, frozen=True, kw_only=True):
    """An event about who may act for a shop, for an account, or as staff."""

    place: Place


class MemberInvited(MemberEvent, frozen=True, kw_only=True, tag="member.invited"):
    """Somebody was invited, by e-mail, to act here until an instant."""

    invitation_id: str
    expires_at: datetime


class MemberInvitationWithdrawn(MemberEvent, frozen=True, kw_only=True, tag="member.invitation_withdrawn"):
    """The invitation was taken back before it was used."""

    invitation_id: str


class MemberJoined(MemberEvent, frozen=True, kw_only=True, tag="member.joined"):
    """A person may act here from now on; `invitation_id` is what led to it, if one did."""

    person_id: str
    invitation_id: str | None = None


class MemberRemoved(MemberEvent, frozen=True, kw_only=True, tag="member.removed"):
    """A person may not act here any more."""

    person_id: str


class TicketEvent(SideEvent, frozen=True, kw_only=True):
    """An event in one ticket's life (domain.md section 8)."""

    ticket_id: str
    link_id: str | None = None


class TicketOpened(TicketEvent, frozen=True, kw_only=True, tag="ticket.opened"):
    """A seller or creator asked support about a decision (R39); `codes` are its reasons."""

    codes: list[str]


class TicketReplied(TicketEvent, frozen=True, kw_only=True, tag="ticket.replied"):
    """Somebody wrote in the ticket; `by` says who."""


class TicketResolved(TicketEvent, frozen=True, kw_only=True, tag="ticket.resolved"):
    """Support says that the ticket is done."""


class TicketClosed(TicketEvent, frozen=True, kw_only=True, tag="ticket.closed"):
    """The ticket ended without support: its reasons are gone, or became such as support cannot help with."""

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
