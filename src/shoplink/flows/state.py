"""The state of a command's subject after the command: domain values, which each surface shows in its own way.

They are stored with the answer of an idempotency key, so a repeated request gets the same state as the first.
`touched_at` is the instant of the newest event that changed it; None only in what earlier versions have stored.
"""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from shoplink.core import Account, Link, Reason, Shop, World
from shoplink.core.commands import (
    ChangeAccount,
    ChangeShop,
    Command,
    CorrectAccount,
    PairCommand,
    PutAccount,
    PutShop,
)
from shoplink.core.commerce.commands import PutContent, PutProduct
from shoplink.core.commerce.facts import Content, Product
from shoplink.core.facts import LIVE, Decided
from shoplink.core.next_actor import review_reasons
from shoplink.core.ticket.commands import ChangeTicket, OpenTicket
from shoplink.core.wire_format import with_instants
from shoplink.flows.look import (
    LinkQuotaUse,
    SlotUse,
    UnlinkQuotaUse,
    link_quota_use,
    slot_use,
    unlink_quota_use,
)


class LinkState(Struct, tag="link"):
    """A link, the reasons that hold it in review, and who has the last word about it while it is live."""

    link: Link
    held_by: tuple[Reason, ...]
    decided: Decided | None = None


class ShopState(Struct, tag="shop"):
    """A shop, the rulebook in force for it, and how much of its slots and quotas is used."""

    shop: Shop
    rulebook: str
    official: SlotUse
    marketing: SlotUse
    link_quota: LinkQuotaUse
    unlink_quota: UnlinkQuotaUse
    touched_at: datetime | None = None


class AccountState(Struct, tag="account"):
    """An account, with its link that is in review or linked, if any."""

    account: Account
    link: LinkState | None
    touched_at: datetime | None = None


class ProductState(Struct, tag="product"):
    """A product, at an instant, and when it was recorded; None in an answer that an earlier version has stored."""

    product: Product
    at: datetime
    touched_at: datetime | None = None


class ContentState(Struct, tag="content"):
    """A video or live, and when it was recorded; None in an answer that an earlier version has stored."""

    content: Content
    touched_at: datetime | None = None


class TicketState(Struct, tag="ticket"):
    """The ticket that a command opened, found open or changed. Each reader reads its current contents."""

    ticket_id: str


State = LinkState | ShopState | AccountState | ProductState | ContentState | TicketState
S = TypeVar("S", LinkState, ShopState, AccountState, ProductState, ContentState, TicketState)


def link_state(world: World, link: Link) -> LinkState:
    """The state of a link. The World must hold both sides of a live one."""
    decided = world.shops[link.shop_id].facts.decided if link.status in LIVE else None
    return LinkState(link, review_reasons(world, link, world.now), decided)


def shop_state(world: World, shop_id: str) -> ShopState:
    """The state of a shop."""
    record = world.shops[shop_id]
    rulebook = world.rulebook(record.facts.market)
    return ShopState(
        shop=record.facts,
        rulebook=rulebook.name,
        official=slot_use(record, rulebook, "official"),
        marketing=slot_use(record, rulebook, "marketing"),
        link_quota=link_quota_use(record, rulebook, world.now),
        unlink_quota=unlink_quota_use(record, rulebook, world.now),
        touched_at=record.touched_at,
    )


def account_state(world: World, account_id: str) -> AccountState:
    """The state of an account."""
    record = world.accounts[account_id]
    begun = [link for link in record.live.values() if link.status != "invited"]
    link = link_state(world, begun[0]) if begun else None
    return AccountState(record.facts, link, record.touched_at)


def state_after(world: World, command: Command) -> State | None:
    """The state of an accepted command's subject in the World after it; None for commands whose events say all."""
    shelf = world.shelf
    match command:
        case PairCommand():
            link = world.link(command.shop_id, command.account_id)
            return None if link is None else link_state(world, link)
        case PutShop() | ChangeShop():
            return shop_state(world, command.shop_id)
        case PutAccount() | ChangeAccount() | CorrectAccount():
            return account_state(world, command.account_id)
        case PutProduct():
            return ProductState(
                shelf.products[command.product_id], world.now, shelf.products_at[command.product_id]
            )
        case PutContent():
            return ContentState(shelf.contents[command.content_id], shelf.contents_at[command.content_id])
        case _:
            return _ticket_state(world, command)


def _ticket_state(world: World, command: Command) -> TicketState | None:
    """The ticket that a command is about; None if it is about none."""
    if isinstance(command, ChangeTicket):
        return TicketState(command.ticket_id)
    if isinstance(command, OpenTicket) and command.by is not None:
        ticket = world.desk.open_about(command.question, "shop" if command.by.kind == "shop" else "creator")
        return None if ticket is None else TicketState(ticket.ticket_id)
    return None


def write_state(state: State | None) -> dict[str, Any] | None:
    """A state as plain values for JSON."""
    written: dict[str, Any] | None = msgspec.to_builtins(state)
    return written


def read_state(written: Any, kind: type[S]) -> S:
    """The state of this kind that `write_state` wrote."""
    state = msgspec.convert(written, State)
    assert isinstance(state, kind), f"a {kind.__name__} was written"
    link = state.link if isinstance(state, AccountState) else state
    if isinstance(link, LinkState):
        link.held_by = tuple(with_instants(reason) for reason in link.held_by)
    return state
