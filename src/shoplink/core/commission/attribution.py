"""Attribution: which link, if any, an order belongs to, and what commission is due on it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shoplink.core.facts import Count, Link, Role, Settlement, ShortText

Basis = Literal["official", "marketing", "affiliate", "none"]

RATE_BP_MAX = 10_000
"""100 % in basis points."""

ExternalId = Annotated[str, Meta(min_length=1, max_length=64)]
Rate = Annotated[int, Meta(ge=0, le=RATE_BP_MAX)]


class Order(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An order, or one line of it: money in whole minor units of its currency, the rate in basis points.

    The creator is named by account or by handle; an order with neither was promoted by nobody. A refund is at most the
    amount.
    """

    order_id: ExternalId
    shop_id: ExternalId
    ordered_at: datetime
    amount_minor: Count
    currency: str
    account_id: ExternalId | None = None
    commission_rate_bp: Rate | None = None
    refund_minor: Count = 0
    handle: str | None = None

    @property
    def base_minor(self) -> int:
        """What commission is on: what stays sold."""
        return self.amount_minor - self.refund_minor


class Attribution(Struct, frozen=True, gc=False):
    """The basis of an order, the link it belongs to (None if there is none), and money in minor units.

    `base_minor` is the amount without the refund, `commission_minor` the commission that is due on it.
    """

    basis: Basis
    link_id: str | None
    base_minor: int
    commission_minor: int


class Period(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The period in which a link was established; `ended_at` is None while it is linked.

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
    """R3: the link of an account with a shop that was in force when an order was placed; None if there was none.

    `links` are those of the account. A link is in force from `linked_at` (inclusive) to `ended_at` (exclusive).
    """
    for link in links:
        if link.shop_id != shop_id or link.linked_at is None:
            continue
        if link.linked_at <= ordered_at and (link.ended_at is None or ordered_at < link.ended_at):
            return link
    return None


def commission_minor(amount_minor: int, rate_bp: int) -> int:
    """The commission on an amount in whole minor units at a rate in basis points, rounded half up. Neither is negative."""
    return (amount_minor * rate_bp + RATE_BP_MAX // 2) // RATE_BP_MAX


def attribute_order(order: Order, account_id: str | None, links: Iterable[Link]) -> Attribution | None:
    """R3: attribute an order that an account promoted, or nobody, by the links of that account.

    None if that is not possible: no link was in force, and the order names no rate.
    """
    if account_id is None:
        return Attribution("none", None, order.base_minor, 0)
    link = link_in_force(links, order.shop_id, order.ordered_at)
    if link is not None:
        return Attribution(link.role, link.link_id, order.base_minor, 0)
    if order.commission_rate_bp is None:
        return None
    due = commission_minor(order.base_minor, order.commission_rate_bp)
    return Attribution("affiliate", None, order.base_minor, due)
