"""The events that record what happened elsewhere, with the state of the link that each leads to."""

from datetime import datetime

from msgspec.structs import replace

from shoplink.core.event_base import LinkEvent
from shoplink.core.facts import Ending, Link, Role, Settlement
from shoplink.core.reasons import Code


class RecordedLater(LinkEvent, frozen=True, kw_only=True):
    """An event that carries the instant of what happened at the platform that decides, and was recorded later.

    `source` says where it was seen; `against` are the reasons, as codes, that the rulebook in force at that instant
    gives against it (mirror.md section 2).
    """

    source: str | None = None
    against: tuple[Code, ...] = ()


class LinkInvitationRecorded(RecordedLater, frozen=True, tag="link.invitation_recorded"):
    """An invitation that was sent at the platform that decides was recorded."""

    role: Role
    rulebook: str
    invited_at: datetime
    expires_at: datetime
    settlement: Settlement | None = None
    reference: str | None = None

    def recorded(self) -> Link:
        """The new link."""
        return Link(
            link_id=self.link_id,
            shop_id=self.shop_id,
            account_id=self.account_id,
            role=self.role,
            status="invited",
            rulebook=self.rulebook,
            invited_at=self.invited_at,
            expires_at=self.expires_at,
            settlement=self.settlement,
            reference=self.reference,
            touched_at=self.at,
        )


class LinkAcceptanceRecorded(RecordedLater, frozen=True, tag="link.acceptance_recorded"):
    """The creator's confirmation at the platform that decides was recorded."""

    accepted_at: datetime

    def link_after(self, link: Link) -> Link:
        """The link in review."""
        return replace(link, touched_at=self.at, status="in_review", accepted_at=self.accepted_at)


class LinkImported(RecordedLater, frozen=True, tag="link.imported"):
    """A link was recorded as it stood elsewhere: still established, or already unlinked.

    It is a new link, or one that was invited or in review here.
    """

    role: Role
    rulebook: str
    linked_at: datetime
    unlinked_at: datetime | None = None

    def link_after(self, link: Link) -> Link:
        """The link that was not established yet, as imported."""
        return replace(
            link,
            touched_at=self.at,
            role=self.role,
            status="linked" if self.unlinked_at is None else "unlinked",
            linked_at=self.linked_at,
            ended_at=self.unlinked_at,
        )

    def recorded(self) -> Link:
        """The new link."""
        return Link(
            link_id=self.link_id,
            shop_id=self.shop_id,
            account_id=self.account_id,
            role=self.role,
            status="linked" if self.unlinked_at is None else "unlinked",
            rulebook=self.rulebook,
            linked_at=self.linked_at,
            ended_at=self.unlinked_at,
            touched_at=self.at,
        )


class LinkEndRecorded(RecordedLater, frozen=True, tag="link.end_recorded"):
    """The end of a link at the platform that decides was recorded."""

    how: Ending
    ended_at: datetime

    def link_after(self, link: Link) -> Link:
        """The ended link."""
        return replace(
            link, touched_at=self.at, status=self.how, ended_at=self.ended_at, unlink_requested_at=None
        )


class UnlinkRequestRecorded(RecordedLater, frozen=True, tag="unlink.request_recorded"):
    """The creator's unlink request at the platform that decides was recorded."""

    requested_at: datetime

    def link_after(self, link: Link) -> Link:
        """The link with its request open."""
        return replace(link, touched_at=self.at, unlink_requested_at=self.requested_at)


AnyMirrorEvent = (
    LinkImported | LinkInvitationRecorded | LinkAcceptanceRecorded | LinkEndRecorded | UnlinkRequestRecorded
)

RECORDED_STEPS = (
    "link.imported",
    "link.invitation_recorded",
    "unlink.request_recorded",
    "link.end_recorded",
)
"""The types of events that record what a platform let happen, of the kinds that a rulebook may have something against."""
