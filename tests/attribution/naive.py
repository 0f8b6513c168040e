"""A second judge, written from the specification alone: for each order it tries every link of the pair."""

from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple


class Order(NamedTuple):
    """An order: the instant in microseconds since 1970, money in minor units, the rate in basis points."""

    order_id: str
    shop_id: str
    account_id: str | None
    ordered_at: int
    amount_minor: int
    currency: str
    commission_rate_bp: int | None
    refund_minor: int = 0


class Link(NamedTuple):
    """The period of a link; `ended_at` is None while it is linked."""

    link_id: str
    shop_id: str
    account_id: str
    role: str
    linked_at: int
    ended_at: int | None
    changed_at: int = 0


class Judged(NamedTuple):
    """The judgement of one order."""

    order_id: str
    basis: str
    link_id: str | None
    commission_minor: int
    base_minor: int


def judge(orders: list[Order], links: list[Link]) -> tuple[list[Judged], list[str]]:
    """Judge every order; also returns the ids of those that cannot be judged."""
    of_pair: defaultdict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        of_pair[link.shop_id, link.account_id].append(link)
    judged, not_judged = [], []
    for order in orders:
        base = max(order.amount_minor - order.refund_minor, 0)
        if order.refund_minor > order.amount_minor:
            not_judged.append(order.order_id)
            continue
        if order.account_id is None:
            judged.append(Judged(order.order_id, "none", None, 0, base))
            continue
        in_force = [
            link
            for link in of_pair.get((order.shop_id, order.account_id), ())
            if link.linked_at <= order.ordered_at
            and (link.ended_at is None or order.ordered_at < link.ended_at)
        ]
        assert len(in_force) <= 1, "links of an account never overlap"
        if in_force:
            judged.append(Judged(order.order_id, in_force[0].role, in_force[0].link_id, 0, base))
        elif order.commission_rate_bp is None:
            not_judged.append(order.order_id)
        else:
            due = halves_up(Fraction(base * order.commission_rate_bp, 10_000))
            judged.append(Judged(order.order_id, "affiliate", None, due, base))
    return judged, not_judged


def halves_up(number: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    below = number.numerator // number.denominator
    return below + 1 if number - below >= Fraction(1, 2) else below
