"""What is answered: the bodies, field by field, and what the OpenAPI document says of them."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta, Struct

from shoplink.core.facts import Actor, Enrolment, LinkStatus, Permission, Role, Settlement, Side, Status
from shoplink.core.reasons import NextActor
from shoplink.core.ticket import Cause, Facts
from shoplink.flows.look import LinkQuotaUse, SlotUse, UnlinkQuotaUse
from shoplink.store.read.commerce import Leaving

T = TypeVar("T")
Instant = Annotated[datetime, Meta(tz=True)]


class SaidReason(Struct, frozen=True):
    """Why something is refused or held: what is wrong (`detail`) and what to do (`remedy`), said for the caller."""

    code: str
    next_actor: NextActor
    possible_at: Instant | None
    params: dict[str, Any]
    detail: str
    remedy: str


class UnlinkRequest(Struct, frozen=True):
    """An open unlink request."""

    requested_at: Instant


class LinkBody(Struct, frozen=True):
    """A link: whose turn it is, and what holds it in review."""

    link_id: str
    shop_id: str
    account_id: str
    role: Role
    status: LinkStatus
    invited_at: Instant | None
    expires_at: Instant | None
    accepted_at: Instant | None
    linked_at: Instant | None
    ended_at: Instant | None
    unlink_request: UnlinkRequest | None
    rulebook: str
    turn: NextActor
    held_by: list[SaidReason]


class InvitedBody(LinkBody, frozen=True):
    """A link just begun, and what will hold it in review once it is accepted."""

    warnings: list[str]
    warning_details: list[str]


class LinkInFullBody(LinkBody, frozen=True):
    """A link with its timeline: every event of it, the oldest first.

    `synced_since`: from when on the showcase follows the shop; `items_leaving`: what would leave the account's
    showcase, videos and lives if the link ended now.
    """

    synced_since: Instant | None
    items_leaving: Leaving
    settlement: Settlement | None
    reference: str | None
    timeline: list[dict[str, Any]]


class Slots(Struct, frozen=True):
    """A shop's slots per role."""

    official: SlotUse
    marketing: SlotUse


class ShopBody(Struct, frozen=True):
    """A shop, the rulebook in force for it, and what it has used of what that allows."""

    shop_id: str
    name: str
    market: str
    enrolment: Enrolment
    status: Status
    rulebook: str
    slots: Slots
    link_quota: LinkQuotaUse
    unlink_quota: UnlinkQuotaUse


class AccountBody(Struct, frozen=True):
    """An account, with its link that is in review or linked; open invitations are among `/v1/links`."""

    account_id: str
    handle: str
    region: str
    registered_in: str
    birth_date: date | None
    status: Status
    commerce_permission: Permission
    followers: int
    link: LinkBody | None


class WaiverBody(Struct, frozen=True):
    """A waiver of one reason for one shop or one account, from `granted_at` until before `until`."""

    code: str
    shop_id: str | None
    account_id: str | None
    until: Instant | None
    granted_at: Instant
    ended_at: Instant | None
    in_force: bool
    note: str
    by: Actor | None


class EndedWaivers(Struct, frozen=True):
    """How many waivers were ended."""

    ended: int


class Start(Struct, frozen=True):
    """Where and when a rulebook will come into force."""

    market: str
    effective_from: Instant


class RulebookBody(Struct, frozen=True):
    """A rulebook, and where it is in force; `default` is in force in every market in which none was activated."""

    name: str
    digest: str
    default: bool
    in_force: list[str]
    starts: list[Start]


class Parameter(Struct, frozen=True):
    """A number or list that is policy, and the sentence it comes from."""

    value: Any
    source: str


class RulebookInFullBody(RulebookBody, frozen=True):
    """A rulebook with every parameter."""

    parameters: dict[str, Parameter]


class ActivationBody(Struct, frozen=True):
    """A rulebook put in force in a market."""

    name: str
    digest: str
    market: str
    effective_from: Instant


class ProductOutcomeBody(Struct, frozen=True):
    """What comes of one product that a command names; `reasons` say why it is not added."""

    product_id: str
    outcome: Literal["added", "refused"]
    reasons: list[SaidReason]


class CheckBody(Struct, frozen=True):
    """What would come of a command now, and of each product that it names; nothing was done."""

    allowed: bool
    reasons: list[SaidReason]
    warnings: list[str]
    warning_details: list[str]
    products: list[ProductOutcomeBody]


class RefusalBody(Struct, frozen=True):
    """A refusal as it was stored: when, what was asked, by whom, and every reason."""

    at: Instant
    command: dict[str, Any]
    by: Actor | None
    reasons: list[SaidReason]


class FeedBody(Struct, frozen=True):
    """Events in the order of the feed; `next` is what to send as `after` next."""

    items: list[dict[str, Any]]
    next: int


class TicketReason(SaidReason, frozen=True):
    """A reason, and whether it is such as support can help with."""

    support_can_help: bool


class MessageBody(Struct, frozen=True):
    """Something that was said in a ticket; `evidence`: what proves it."""

    at: Instant
    by: Actor
    text: str
    evidence: str | None


class TicketBody(Struct, frozen=True):
    """A ticket: whose turn it is, and what stands in the way now of what it is about.

    `creator_can_see`: something else does, which a shop without a live link with the account is not told.
    """

    ticket_id: str
    shop_id: str
    account_id: str
    link_id: str | None
    market: str
    side: Side
    opened_by: Actor
    command: str
    status: Literal["open", "answered", "resolved", "closed"]
    cause: Cause | None
    turn: NextActor
    opened_at: Instant
    updated_at: Instant
    ended_at: Instant | None
    reasons: list[TicketReason]
    creator_can_see: bool


class TicketInFullBody(TicketBody, frozen=True):
    """A ticket with what was asked, the decision that it was opened from, the facts then and now, and what was said.

    The facts are for support and the platform, else null. What was said is forgotten some time after the end.
    """

    asked: dict[str, Any]
    reasons_then: list[TicketReason]
    facts_then: Facts | None
    facts_now: Facts | None
    messages: list[MessageBody]
    messages_forgotten_at: Instant | None


class Page(Struct, Generic[T], frozen=True):
    """One page; `next` is the cursor of the page behind it, null at the end."""

    items: list[T]
    next: str | None


class LineAnswer(Struct, frozen=True, omit_defaults=True):
    """The answer to one line of a stream, in the form of `shoplink replay`."""

    line: int
    outcome: Literal["accepted", "refused", "rejected", "invalid"]
    events: list[dict[str, Any]]
    warnings: list[str]
    reasons: list[dict[str, Any]]
    products: list[dict[str, Any]] | None = None
    error: str | None = None


class Problem(Struct, frozen=True, omit_defaults=True):
    """A problem document (RFC 9457). `field` names what is malformed; a refusal has `reasons`.

    `creator_can_see`: there is another reason, which the shop is not told and the creator is.
    """

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    reasons: list[SaidReason] | None = None
    creator_can_see: bool = False


class SignInLinkBody(Struct, frozen=True):
    """A hand-off link: send the user's browser to it, at once; it works once."""

    url: str
    expires_at: Instant
