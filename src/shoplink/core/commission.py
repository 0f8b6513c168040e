"""Which link, if any, an order belongs to, and what commission is due on it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shoplink.core.facts import Count, Link, Role, Settlement, ShortText

Basis = Literal["official", "marketing", "affiliate", "none"]

RATE_BP_MAX = 10_000
"""All of the amount, in basis points."""

ExternalId = Annotated[str, Meta(min_length=1, max_length=64)]
Rate = Annotated[int, Meta(ge=0, le=RATE_BP_MAX)]


class Order(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An order, or one line of it: money in whole minor units of its currency, the rate in basis points.

    Without an account nobody promoted it.
    """

    order_id: ExternalId
    shop_id: ExternalId
    ordered_at: datetime
    amount_minor: Count
    currency: str
    account_id: ExternalId | None = None
    commission_rate_bp: Rate | None = None


class Attribution(Struct, frozen=True, gc=False):
    """Whose an order is: by which link, or by none; and the commission due, in minor units."""

    basis: Basis
    link_id: str | None
    commission_minor: int


class Period(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The established period of a link, whatever became of it since; `ended_at` is None while it is linked.

    `changed_at` is the instant of the newest event on the link.
    """

    link_id: ExternalId
    shop_id: ExternalId
    account_id: ExternalId
    role: Role
    linked_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None
    settlement: Settlement | None = None
    reference: ShortText | None = None


def link_in_force(links: Iterable[Link], shop_id: str, ordered_at: datetime) -> Link | None:
    """R3: the link of an account with a shop that was in force at an order's instant.

    `links` are the account's; a link is in force from `linked_at` until before `ended_at`. An order
    in its time carries no commission, with the link as proof.
    """
    for link in links:
        if link.shop_id != shop_id or link.linked_at is None:
            continue
        if link.linked_at <= ordered_at and (link.ended_at is None or ordered_at < link.ended_at):
            return link
    return None


def commission_minor(amount_minor: int, rate_bp: int) -> int:
    """So many basis points of an amount in whole minor units, halves up; neither is negative."""
    return (amount_minor * rate_bp + RATE_BP_MAX // 2) // RATE_BP_MAX


def attribute_order(order: Order, links: Iterable[Link]) -> Attribution | None:
    """R3: whose an order is, by the links of its account.

    None where that cannot be said: no link was in force and the order names no rate. The package
    `attribution` says the same once more for whole files, as an expression; tests hold them equal.
    """
    if order.account_id is None:
        return Attribution("none", None, 0)
    link = link_in_force(links, order.shop_id, order.ordered_at)
    if link is not None:
        return Attribution(link.role, link.link_id, 0)
    if order.commission_rate_bp is None:
        return None
    return Attribution("affiliate", None, commission_minor(order.amount_minor, order.commission_rate_bp))
