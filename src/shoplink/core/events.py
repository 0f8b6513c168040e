"""The events, one frozen class each, with the state of the link that each leads to.

Only events change a link. On the wire an event is called `subject.happened`.
"""

from datetime import date, datetime
from typing import ClassVar

from msgspec.structs import replace

from shoplink.core.commerce.events import AnyCommerceEvent
from shoplink.core.event_base import Event as Event  # noqa: PLC0414 (events are read from here)
from shoplink.core.event_base import LinkEvent as LinkEvent  # noqa: PLC0414 (as above)
from shoplink.core.facts import (
    CORRECTABLE,
    Account,
    Corrections,
    Decided,
    Enrolment,
    Link,
    LinkStatus,
    Permission,
    Role,
    Settlement,
    Shop,
    Status,
    Waiver,
)
from shoplink.core.mirror.events import AnyMirrorEvent
from shoplink.core.mirror.events import LinkAcceptanceRecorded as LinkAcceptanceRecorded  # noqa: PLC0414 (as above)
from shoplink.core.mirror.events import LinkEndRecorded as LinkEndRecorded  # noqa: PLC0414 (as above)
from shoplink.core.mirror.events import LinkImported as LinkImported  # noqa: PLC0414 (as above)
from shoplink.core.mirror.events import LinkInvitationRecorded as LinkInvitationRecorded  # noqa: PLC0414 (as above)
from shoplink.core.mirror.events import RecordedLater as RecordedLater  # noqa: PLC0414 (as above)
from shoplink.core.mirror.events import UnlinkRequestRecorded as UnlinkRequestRecorded  # noqa: PLC0414 (as above)
from shoplink.core.people.access_events import AnyAccessEvent
from shoplink.core.people.events import AnyMemberEvent
from shoplink.core.ticket.events import AnyTicketEvent


class ShopRecorded(Event, frozen=True, tag="shop.recorded"):
    """A shop's facts were recorded."""

    shop_id: str
    name: str
    market: str
    enrolment: Enrolment
    status: Status
    decided: Decided | None = None
    """None stands for `here`: most shops say nothing of it, and logs of earlier versions neither."""

    def facts(self) -> Shop:
        """The shop as recorded."""
        return Shop(self.shop_id, self.name, self.market, self.enrolment, self.status, self.decided or "here")


class AccountRecorded(Event, frozen=True, tag="account.recorded"):
    """An account's facts were recorded."""

    account_id: str
    handle: str
    region: str
    registered_in: str
    birth_date: date | None
    status: Status
    commerce_permission: Permission
    followers: int

    def facts(self) -> Account:
        """The account as recorded."""
        return Account(
            self.account_id,
            self.handle,
            self.region,
            self.registered_in,
            self.birth_date,
            self.status,
            self.commerce_permission,
            self.followers,
        )


class AccountCorrected(Event, frozen=True, tag="account.corrected"):
    """Support corrected single facts of an account; only what changed is named."""

    account_id: str
    note: str
    region: str | None = None
    registered_in: str | None = None
    birth_date: date | None = None

    def facts_after(self, account: Account) -> Account:
        """The account with the corrections applied."""
        return replace(
            account,
            region=self.region or account.region,
            registered_in=self.registered_in or account.registered_in,
            birth_date=self.birth_date or account.birth_date,
        )

    def corrections_after(self, corrected: Corrections) -> Corrections:
        """When each fact was last corrected, this correction included."""
        named = {f"{name}_corrected_at": self.at for name in CORRECTABLE if getattr(self, name) is not None}
        return replace(corrected, **named)


class LinkInvited(LinkEvent, frozen=True, tag="link.invited"):
    """A shop invited an account; later rulebooks do not change the deadline (R23)."""

    role: Role
    rulebook: str
    expires_at: datetime
    settlement: Settlement | None = None
    reference: str | None = None
    message: str | None = None

    def recorded(self) -> Link:
        """The new link."""
        return Link(
            link_id=self.link_id,
            shop_id=self.shop_id,
            account_id=self.account_id,
            role=self.role,
            status="invited",
            rulebook=self.rulebook,
            invited_at=self.at,
            expires_at=self.expires_at,
            settlement=self.settlement,
            reference=self.reference,
            message=self.message,
            touched_at=self.at,
        )


class LinkAccepted(LinkEvent, frozen=True, tag="link.accepted"):
    """The creator confirmed; the link is in review from here on."""

    def link_after(self, link: Link) -> Link:
        """The link in review."""
        return replace(link, touched_at=self.at, status="in_review", accepted_at=self.at)


class LinkEstablished(LinkEvent, frozen=True, tag="link.established"):
    """The last obstacle is gone, and the account is linked."""

    def link_after(self, link: Link) -> Link:
        """The established link."""
        return replace(link, touched_at=self.at, status="linked", linked_at=self.at)


class LinkEnding(LinkEvent, frozen=True):
    """An event that ends a link, and with it an open unlink request."""

    ENDS_AS: ClassVar[LinkStatus]

    def link_after(self, link: Link) -> Link:
        """The ended link."""
        return replace(
            link, touched_at=self.at, status=self.ENDS_AS, ended_at=self.at, unlink_requested_at=None
        )


class LinkDeclined(LinkEnding, frozen=True, tag="link.declined"):
    """The creator declined before the link was established."""

    ENDS_AS = "declined"
    note: str | None = None


class LinkWithdrawn(LinkEnding, frozen=True, tag="link.withdrawn"):
    """The shop withdrew before the link was established."""

    ENDS_AS = "withdrawn"
    note: str | None = None


class LinkExpired(LinkEnding, frozen=True, tag="link.expired"):
    """The invitation was not confirmed by its deadline (R23)."""

    ENDS_AS = "expired"


class LinkSuperseded(LinkEnding, frozen=True, tag="link.superseded"):
    """The account was linked to another shop, so this invitation ended (R8)."""

    ENDS_AS = "superseded"


class LinkUnlinked(LinkEnding, frozen=True, tag="link.unlinked"):
    """The established link was unlinked."""

    ENDS_AS = "unlinked"
    note: str | None = None


class LinkRevoked(LinkEnding, frozen=True, tag="link.revoked"):
    """The platform revoked the link."""

    ENDS_AS = "revoked"
    note: str


class UnlinkRequested(LinkEvent, frozen=True, tag="unlink.requested"):
    """The creator asked to be unlinked (R43)."""

    note: str | None = None

    def link_after(self, link: Link) -> Link:
        """The link with its request open."""
        return replace(link, touched_at=self.at, unlink_requested_at=self.at)


class RequestClosing(LinkEvent, frozen=True):
    """An event that closes an unlink request without ending the link."""

    def link_after(self, link: Link) -> Link:
        """The link with no request open."""
        return replace(link, touched_at=self.at, unlink_requested_at=None)


class UnlinkWithdrawn(RequestClosing, frozen=True, tag="unlink.withdrawn"):
    """The creator withdrew the unlink request."""


class UnlinkRefused(RequestClosing, frozen=True, tag="unlink.refused"):
    """The shop refused the unlink request; the creator may ask again."""

    note: str | None = None


class ShowcaseSynced(LinkEvent, frozen=True, tag="showcase.synced"):
    """From now on the official account's showcase is what the shop has on sale (R13); it is computed, never copied."""

    def link_after(self, link: Link) -> Link:
        """The link with the instant from which the showcase is synced."""
        return replace(link, touched_at=self.at, synced_since=self.at)


class WaiverGranted(Event, frozen=True, tag="waiver.granted"):
    """Support exempted one subject from one reason (R27)."""

    code: str
    note: str
    until: datetime | None
    shop_id: str | None = None
    account_id: str | None = None

    def waiver(self) -> Waiver:
        """The waiver as granted."""
        return Waiver(code=self.code, until=self.until, granted_at=self.at, note=self.note, by=self.by)


class WaiverEnded(Event, frozen=True, tag="waiver.ended"):
    """A waiver was ended early; `granted_at` tells which of several."""

    code: str
    note: str
    granted_at: datetime
    shop_id: str | None = None
    account_id: str | None = None


class RulebookActivated(Event, frozen=True, tag="rulebook.activated"):
    """A rulebook was activated in a market; it is in force from `effective_from` on."""

    name: str
    digest: str
    market: str
    effective_from: datetime


class RulebookActivationCancelled(Event, frozen=True, tag="rulebook.activation_cancelled"):
    """An activation was taken back before its start: it never starts."""

    name: str
    market: str
    effective_from: datetime
    note: str


RecordingEvent = LinkInvited | LinkInvitationRecorded | LinkImported
"""The events that may begin a link; `LinkImported` may also lead on one that is not established yet."""


def link_after(event: LinkEvent, link: Link | None) -> Link:
    """The link that an event begins, or what it makes of the one that it is about."""
    if link is None:
        assert isinstance(event, RecordingEvent), "any other event is about a link that was recorded"
        return event.recorded()
    return event.link_after(link)


AnyEvent = (
    ShopRecorded
    | AccountRecorded
    | AccountCorrected
    | LinkInvited
    | LinkAccepted
    | LinkEstablished
    | LinkDeclined
    | LinkWithdrawn
    | LinkExpired
    | LinkSuperseded
    | LinkUnlinked
    | LinkRevoked
    | UnlinkRequested
    | UnlinkWithdrawn
    | UnlinkRefused
    | WaiverGranted
    | WaiverEnded
    | RulebookActivated
    | RulebookActivationCancelled
    | ShowcaseSynced
    | AnyMirrorEvent
    | AnyMemberEvent
    | AnyAccessEvent
    | AnyTicketEvent
    | AnyCommerceEvent
)
