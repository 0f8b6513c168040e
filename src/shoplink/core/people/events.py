"""The events about who may act where. They hold no address: addresses are stored beside the log."""

from datetime import datetime

from shoplink.core.event_base import SideEvent
from shoplink.core.people.facts import Place, PlaceKey, place_key


class MemberEvent(SideEvent, frozen=True, kw_only=True):
    """An event about who may act for a shop, for an account, or as staff."""

    place: Place

    def key(self) -> PlaceKey:
        """The place that it is about."""
        return place_key(self.place, self.shop_id, self.account_id)


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


AnyMemberEvent = MemberInvited | MemberInvitationWithdrawn | MemberJoined | MemberRemoved
