"""What was seen before a step: a precondition names its subjects, and each says which part of the World it stands for.

A step that changes or ends something is made from a state that somebody was shown (domain.md section 9, 7). It is
carried out only while each subject's `state` is what it was then. States are plain values; they are compared, never
stored, and a subject that does not exist has the state None.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from shoplink.core.case import AccountRecord, ShopRecord
from shoplink.core.commands import Invite
from shoplink.core.commerce.events import ContentRecorded, ItemEvent, ProductRecorded
from shoplink.core.commerce.facts import Product
from shoplink.core.event_base import Event
from shoplink.core.events import (
    AccountCorrected,
    AccountRecorded,
    LinkEvent,
    RulebookActivated,
    RulebookActivationCancelled,
    ShopRecorded,
    WaiverEnded,
    WaiverGranted,
)
from shoplink.core.facts import LIVE, Actor, Link, Role
from shoplink.core.instant import shift
from shoplink.core.people.events import MemberEvent
from shoplink.core.people.facts import PlaceKey
from shoplink.core.rulebook import Quota
from shoplink.core.ticket.assessment import assess, question_of
from shoplink.core.ticket.commands import ChangeTicket
from shoplink.core.ticket.events import (
    InternalTicketEvent,
    TicketAssigned,
    TicketClosed,
    TicketEvent,
    TicketNoted,
    TicketResolved,
)
from shoplink.core.ticket.facts import STAFF, Ticket
from shoplink.core.world import World


class Subject(Struct, frozen=True):
    """Something that a step is about; `shop_id` and `account_id` say of whom the World must hold everything."""

    shop_id: str | None = None
    account_id: str | None = None

    def prepared(self) -> "Subject":
        """The same subject, with what can be read before the locks are taken."""
        return self

    def state(self, world: World) -> Any:
        """What of it was shown, as the World holds it at `world.now`."""
        raise NotImplementedError

    def concerns(self, event: Event) -> bool:
        """Whether an event may have changed that state."""
        raise NotImplementedError


class ShopFacts(Subject, frozen=True):
    """The facts of a shop."""

    def state(self, world: World) -> Any:
        """Its facts."""
        shop = world.shops.get(self.shop_id or "")
        return shop and shop.facts

    def concerns(self, event: Event) -> bool:
        """Facts are recorded."""
        return isinstance(event, ShopRecorded) and event.shop_id == self.shop_id


class AccountFacts(Subject, frozen=True):
    """The facts of an account."""

    def state(self, world: World) -> Any:
        """Its facts."""
        account = world.accounts.get(self.account_id or "")
        return account and account.facts

    def concerns(self, event: Event) -> bool:
        """Facts are recorded or corrected."""
        return isinstance(event, AccountRecorded | AccountCorrected) and event.account_id == self.account_id


class LinkInPlace(Subject, frozen=True, kw_only=True):
    """A link of this shop and this account. One that has ended never changes: it has no state."""

    link_id: str

    def state(self, world: World) -> Any:
        """The link, while it is live."""
        link = world.link(self.shop_id or "", self.account_id or "")
        return link if link is not None and link.link_id == self.link_id and link.status in LIVE else None

    def concerns(self, event: Event) -> bool:
        """Everything that happens to a link changes it."""
        return isinstance(event, LinkEvent) and event.link_id == self.link_id


def link_in_place(link: Link) -> LinkInPlace:
    """The subject that a link is."""
    return LinkInPlace(link.shop_id, link.account_id, link_id=link.link_id)


class OpenInvitations(Subject, frozen=True):
    """The open invitations of an account: confirming one ends all the others (R8)."""

    def state(self, world: World) -> Any:
        """Their links."""
        account = world.accounts.get(self.account_id or "")
        live = account.live.values() if account is not None else ()
        return sorted(link.link_id for link in live if link.status == "invited")

    def concerns(self, event: Event) -> bool:
        """The account is invited, or an invitation of it ends."""
        return isinstance(event, LinkEvent) and event.account_id == self.account_id


class WaiversInForce(Subject, frozen=True):
    """The waivers of a shop or of an account."""

    def state(self, world: World) -> Any:
        """Those in force, in the order of granting."""
        found = world.waivers(self.shop_id, self.account_id)
        return [
            (each.code, each.until, each.granted_at, each.note) for each in found if each.in_force(world.now)
        ]

    def concerns(self, event: Event) -> bool:
        """A waiver is granted or ended."""
        subject = (self.shop_id, self.account_id)
        return isinstance(event, WaiverGranted | WaiverEnded) and (event.shop_id, event.account_id) == subject


class WaiversAndUse(WaiversInForce, frozen=True):
    """The waivers of a shop or of an account, and what they bear on: its live links, and what it has used of its quotas."""

    def state(self, world: World) -> Any:
        """Those in force, the links with their status, and the use; None if there is no such subject."""
        if self.shop_id is not None:
            record: ShopRecord | AccountRecord | None = world.shops.get(self.shop_id)
        else:
            record = world.accounts.get(self.account_id or "")
        if record is None:
            return None
        if isinstance(record, ShopRecord):
            rulebook, unlinks = world.rulebook(record.facts.market), record.official_unlinks
            quota = rulebook.links_per_shop
        else:
            rulebook, unlinks = world.rulebook(record.facts.region), 0
            quota = rulebook.links_per_account
        live = sorted((link.link_id, link.status) for link in record.live.values())
        return super().state(world), live, _in_window(quota, record, world), unlinks, rulebook.name

    def concerns(self, event: Event) -> bool:
        """A waiver is granted or ended, or something happens to a link."""
        if isinstance(event, LinkEvent):
            return (
                event.shop_id == self.shop_id
                if self.shop_id is not None
                else event.account_id == self.account_id
            )
        return super().concerns(event)


def _in_window(quota: Quota | None, record: ShopRecord | AccountRecord, world: World) -> int:
    """How many units of a quota are used by established links now."""
    if quota is None:
        return 0
    return len(record.marketing_linked_at) - bisect_right(
        record.marketing_linked_at, shift(world.now, -quota.window)
    )


class TicketInPlace(Subject, frozen=True, kw_only=True):
    """A ticket about this shop and this account, as both sides see it."""

    ticket_id: str

    def state(self, world: World) -> Any:
        """Its status and when it last changed, by a message or by its end."""
        ticket = world.desk.tickets.get(self.ticket_id)
        return ticket and (ticket.status, ticket.cause, ticket.updated_at, ticket.ended_at)

    def concerns(self, event: Event) -> bool:
        """Somebody writes in the ticket, or it ends. What staff do among themselves the other side is not told."""
        return _is_about(event, self.ticket_id) and not isinstance(event, InternalTicketEvent)


class TicketHolder(TicketInPlace, frozen=True, kw_only=True):
    """Which of the staff have a ticket."""

    def state(self, world: World) -> Any:
        """The team and the person, while the ticket is open."""
        ticket = world.desk.tickets.get(self.ticket_id)
        return (ticket.team, ticket.assignee) if ticket is not None and ticket.ended_at is None else None

    def concerns(self, event: Event) -> bool:
        """It is given to somebody, or it ends."""
        return _is_about(event, self.ticket_id) and isinstance(
            event, TicketAssigned | TicketResolved | TicketClosed
        )


class TicketCase(TicketInPlace, frozen=True, kw_only=True):
    """A ticket as support sees it: with the facts, the waivers and the link of both sides, and what is in the way."""

    def state(self, world: World) -> Any:
        """The ticket, and everything that its question is assessed by."""
        ticket = world.desk.tickets.get(self.ticket_id)
        if ticket is None:
            return None
        reasons = assess(world, question_of(ticket)).reasons
        link = world.link(ticket.shop_id, ticket.account_id)
        return (
            *TicketInPlace.state(self, world),
            (ticket.team, ticket.assignee),
            [part.state(world) for part in self._parts()],
            link if link is not None and link.status in LIVE else None,
            [reason.code for reason in reasons],
        )

    def concerns(self, event: Event) -> bool:
        """What happens to the ticket, to either side or to their link."""
        if isinstance(event, LinkEvent):
            return (event.shop_id, event.account_id) == (self.shop_id, self.account_id)
        if _is_about(event, self.ticket_id):
            return not isinstance(event, TicketNoted)
        return any(part.concerns(event) for part in self._parts())

    def _parts(self) -> tuple[Subject, ...]:
        shop, account = {"shop_id": self.shop_id}, {"account_id": self.account_id}
        return (
            ShopFacts(**shop),
            AccountFacts(**account),
            WaiversInForce(**shop),
            WaiversInForce(**account),
        )


class ProductFacts(Subject, frozen=True, kw_only=True):
    """A product of this shop, with what it costs and what it pays; not how it sells."""

    product_id: str

    def state(self, world: World) -> Any:
        """Its terms."""
        product = world.shelf.products.get(self.product_id)
        return product and product_terms(product)

    def concerns(self, event: Event) -> bool:
        """Facts are recorded."""
        return isinstance(event, ProductRecorded) and event.product_id == self.product_id


class ProductRecord(ProductFacts, frozen=True, kw_only=True):
    """A product as it was recorded, with how it sells: who records it anew replaces that too."""

    def state(self, world: World) -> Any:
        """All of it."""
        return world.shelf.products.get(self.product_id)


class PlaceOfItems(Subject, frozen=True, kw_only=True):
    """The showcase of this account, or a video or live of it: what was put in and taken out, and the link that it follows.

    Not what the products cost, or whether they are on sale.
    """

    content_id: str | None = None

    def state(self, world: World) -> Any:
        """How many were ever put in and taken out, and the link in force."""
        account = world.accounts.get(self.account_id or "")
        if account is None or (self.content_id is not None and self.content_id not in world.shelf.contents):
            return None
        linked = [(one.link_id, one.synced_since) for one in account.live.values() if one.status == "linked"]
        return world.shelf.counts[self.account_id or "", self.content_id], linked

    def concerns(self, event: Event) -> bool:
        """Something is put in or taken out, or the account is linked, unlinked or synced."""
        if isinstance(event, ItemEvent):
            return (event.account_id, event.content_id) == (self.account_id, self.content_id)
        return isinstance(event, LinkEvent) and event.account_id == self.account_id


class InvitationOutcome(Subject, frozen=True, kw_only=True):
    """Whether this shop can invite this account in a role."""

    role: Role

    def state(self, world: World) -> Any:
        """The reasons against it."""
        at, shop_id, account_id = world.now, self.shop_id or "", self.account_id or ""
        invite = Invite(at=at, shop_id=shop_id, account_id=account_id, role=self.role, network_region=None)
        return [reason.code for reason in assess(world, invite).reasons]

    def concerns(self, event: Event) -> bool:
        """What happens between the two."""
        pair = (self.shop_id, self.account_id)
        return isinstance(event, LinkEvent) and (event.shop_id, event.account_id) == pair


class ContentFacts(Subject, frozen=True, kw_only=True):
    """A video or live of this account."""

    content_id: str

    def state(self, world: World) -> Any:
        """Its facts."""
        return world.shelf.contents.get(self.content_id)

    def concerns(self, event: Event) -> bool:
        """Facts are recorded."""
        return isinstance(event, ContentRecorded) and event.content_id == self.content_id


def _is_about(event: Event, ticket_id: str) -> bool:
    return isinstance(event, TicketEvent) and event.ticket_id == ticket_id


def ticket_shown_to(reader: Actor, ticket: Ticket | ChangeTicket) -> TicketInPlace:
    """What a reader is shown of the ticket, or of the one that a command names: staff see what is behind it."""
    kind = TicketCase if reader.kind in STAFF else TicketInPlace
    return kind(ticket.shop_id, ticket.account_id, ticket_id=ticket.ticket_id)


class RulebooksOfMarket(Subject, frozen=True, kw_only=True):
    """Which rulebook is in force in a market, and which ones are to start."""

    market: str

    def state(self, world: World) -> Any:
        """The names, with their starts."""
        return world.rulebooks_of(self.market)

    def concerns(self, event: Event) -> bool:
        """A rulebook is activated there, or an activation is cancelled."""
        kinds = RulebookActivated | RulebookActivationCancelled
        return isinstance(event, kinds) and event.market == self.market


class Activations(Subject, frozen=True):
    """Which rulebook is in force in each market, and which ones are to start."""

    def state(self, world: World) -> Any:
        """The names, with their starts, by market."""
        return world.activations()

    def concerns(self, event: Event) -> bool:
        """A rulebook is activated somewhere, or an activation is cancelled."""
        return isinstance(event, RulebookActivated | RulebookActivationCancelled)


class PlacesOfPerson(Subject, frozen=True, kw_only=True):
    """Where a person may act."""

    person_id: str

    def state(self, world: World) -> Any:
        """The places, in order."""
        return places_state(world.people.places_of(self.person_id))

    def concerns(self, event: Event) -> bool:
        """The person joins somewhere or is removed."""
        return isinstance(event, MemberEvent) and getattr(event, "person_id", None) == self.person_id


def product_terms(product: Product) -> Any:
    """The state of a product."""
    return product.title, product.price_minor, product.currency, product.status, product.commission_rate_bp


def places_state(places: Iterable[PlaceKey]) -> Any:
    """The state of a person's places, from a list of them in any order."""
    return sorted(places)
