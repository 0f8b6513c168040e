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
    handle: str | None = None


class Link(NamedTuple):
    """The period of a link; `ended_at` is None while it is linked."""

    link_id: str
    shop_id: str
    account_id: str
    role: str
    linked_at: int
    ended_at: int | None
    changed_at: int = 0


class Named(NamedTuple):
    """A line of the log: from this instant an account has this handle, in small letters."""

    account_id: str
    handle: str
    at: int


class World(NamedTuple):
    """What is recorded: ids (None: every id there is), the handles in the order of recording, and the instant of the run."""

    shops: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    named: tuple[Named, ...] = ()
    strangers: bool = False
    now: int = 2**62


class Judged(NamedTuple):
    """The judgement of one order."""

    order_id: str
    basis: str
    link_id: str | None
    commission_minor: int
    base_minor: int


def judge(
    orders: list[Order], links: list[Link], world: World | None = None
) -> tuple[list[Judged], list[str]]:
    """Judge every order; also returns the ids of those that cannot be judged."""
    of_pair: defaultdict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        of_pair[link.shop_id, link.account_id].append(link)
    judged, not_judged = [], []
    for order in orders:
        one = _judge(order, of_pair, world or World())
        if one is None:
            not_judged.append(order.order_id)
        else:
            judged.append(one)
    return judged, not_judged


def _judge(order: Order, of_pair: dict[tuple[str, str], list[Link]], world: World) -> Judged | None:
    base = order.amount_minor - order.refund_minor
    creators = _creators(order, world)
    is_shop = world.shops is None or order.shop_id in world.shops
    if base < 0 or order.ordered_at > world.now or not is_shop or len(creators) != 1:
        return None
    account = creators[0]
    if account is None:
        return Judged(order.order_id, "none", None, 0, base)
    in_force = [
        link
        for link in of_pair.get((order.shop_id, account), ())
        if link.linked_at <= order.ordered_at and (link.ended_at is None or order.ordered_at < link.ended_at)
    ]
    assert len(in_force) <= 1, "links of an account never overlap"
    if in_force:
        return Judged(order.order_id, in_force[0].role, in_force[0].link_id, 0, base)
    if order.commission_rate_bp is None:
        return None
    due = halves_up(Fraction(base * order.commission_rate_bp, 10_000))
    return Judged(order.order_id, "affiliate", None, due, base)


def _creators(order: Order, world: World) -> list[str | None]:
    """Everybody who may be the creator of an order; None is nobody, and an order with one that is judged."""
    if order.handle is not None:
        return [*had(world.named, order.handle, order.ordered_at)] or ["stranger"] * world.strangers
    if order.account_id is None:
        return [None]
    is_known = world.accounts is None or order.account_id in world.accounts or world.strangers
    return [order.account_id] * (is_known and is_id(order.account_id))


def is_id(text: str) -> bool:
    """Whether a text is an id of a shop or an account."""
    return 1 <= len(text) <= 64 and all(one.isascii() and (one.isalnum() or one in "_.:-") for one in text)


def had(named: tuple[Named, ...], handle: str, at: int) -> list[str]:
    """The accounts that had a handle at an instant.

    Where nobody had it by the log, whoever is the next to have it had it already if it is that account's first.
    """
    wanted = handle.removeprefix("@").lower()
    now: dict[str, str] = {}
    for line in named:
        if line.at <= at:
            now[line.account_id] = line.handle
    found = [account for account, its in now.items() if its == wanted]
    if found:
        return found
    before: dict[str, str] = {}
    changes: list[tuple[int, str, bool]] = []
    for line in named:
        if line.handle == wanted and line.at > at and before.get(line.account_id) != wanted:
            changes.append((line.at, line.account_id, line.account_id not in before))
        before[line.account_id] = line.handle
    first = min((change[0] for change in changes), default=None)
    return [account for since, account, is_first in changes if since == first and is_first]


def halves_up(number: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    below = number.numerator // number.denominator
    return below + 1 if number - below >= Fraction(1, 2) else below
