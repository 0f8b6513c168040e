"""What an account may do for a shop: each thing is allowed, or there is every reason why not (R3, R4, R13 to R17)."""

from typing import Literal, get_args

from msgspec import Struct

from shoplink.core import rules as standing
from shoplink.core.case import Case, ShopRecord
from shoplink.core.commerce import rules
from shoplink.core.decisions.outcome import LINK_NOT_FOUND
from shoplink.core.facts import Link, Shop
from shoplink.core.reasons import Reason
from shoplink.core.roles import rights
from shoplink.core.rules import violations
from shoplink.core.world import World

Action = Literal[
    "sync_showcase",
    "add_to_showcase",
    "add_to_video",
    "add_to_live",
    "sell_in_video",
    "sell_in_live",
    "promote_other_shops",
]
"""`add_to_…` is Add from shop, to one of the three places."""

ACTIONS: tuple[Action, ...] = get_args(Action)
WITHOUT_LINK: tuple[Action, ...] = ("sell_in_video", "sell_in_live", "promote_other_shops")
"""What an account without a link may do as well, as an affiliate creator."""


class Permissions(Struct, frozen=True, gc=False):
    """The answer for one account and one shop.

    `link` is the pair's link if it is linked; `why_not` says for each action why it is not allowed, nothing if it
    is. `held`: what stands in the way of all that a link of the pair gives. `followers_minimum` is what the account
    needs to sell in video and live, `commission` whether the shop's orders through it carry one.
    """

    link: Link | None
    why_not: dict[Action, tuple[Reason, ...]]
    held: tuple[Reason, ...]
    followers_minimum: int
    commission: Literal["none", "due"]


def permissions(world: World, shop_id: str, account_id: str) -> Permissions:
    """What the account may do now for a shop that the world holds, by the link of the pair or by having none.

    A link gives what it gives while it is `linked` and the standing of both sides is normal.
    """
    shop, account = world.shops[shop_id], world.accounts[account_id]
    rulebook, link = world.rulebook(shop.facts.market), world.link(shop_id, account_id)
    if link is None or link.status != "linked":
        return _of_a_stranger(world, Case(world.now, rulebook, shop, account, "marketing"), link)
    case = Case(world.now, rulebook, shop, account, link.role, link=link)
    held = violations(standing.STANDING, case)
    trading = _and(held, standing.account_may_trade(case))
    given = rights(link.role, rulebook)
    why_not: dict[Action, tuple[Reason, ...]] = {
        "sync_showcase": _and(held, rules.link_is_official(case)),
        "add_to_showcase": held,
        "add_to_video": held,
        "add_to_live": held,
        "sell_in_video": trading,
        "sell_in_live": trading,
        "promote_other_shops": _and(trading, rules.role_may_promote_others(link, rulebook)),
    }
    return Permissions(link, why_not, held, given.followers_minimum, given.commission)


def as_affiliate(world: World, account_id: str) -> Permissions:
    """What an account without a link may do for shops of its own country that are in order."""
    account = world.accounts[account_id]
    market = account.facts.region
    shop = ShopRecord(Shop("", "", market, "open", "normal"))
    return _of_a_stranger(world, Case(world.now, world.rulebook(market), shop, account, "marketing"), None)


def _of_a_stranger(world: World, case: Case, link: Link | None) -> Permissions:
    """What an account may do for a shop that it is not linked with: only what any affiliate creator may."""
    reason = LINK_NOT_FOUND
    if link is not None:
        reason = Reason("link.wrong_state", "nobody", params={"link_status": link.status})
    gate = (reason,)
    promoting = (
        *violations(standing.STANDING, case),
        *_and((), standing.account_may_trade(case)),
        *_and((), rules.may_be_affiliate(world, case)),
    )
    why_not: dict[Action, tuple[Reason, ...]] = dict.fromkeys(ACTIONS, gate)
    for action in WITHOUT_LINK:
        why_not[action] = promoting
    given = rights(None, case.rulebook)
    # R4: whoever is linked, with whatever shop, needs no followers.
    followers_minimum = given.followers_minimum if rules.current_link(case.account) is None else 0
    return Permissions(None, why_not, gate, followers_minimum, given.commission)


def _and(reasons: tuple[Reason, ...], reason: Reason | None) -> tuple[Reason, ...]:
    return reasons if reason is None else (*reasons, reason)
