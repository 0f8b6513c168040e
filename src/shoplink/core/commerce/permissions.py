"""What an account may do for a shop: per action that it is allowed, or every reason why not (R3, R4, R13 to R17)."""

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
"""The actions; `add_to_…` is “Add from shop” to one of the three places."""

ACTIONS: tuple[Action, ...] = get_args(Action)
WITHOUT_LINK: tuple[Action, ...] = ("sell_in_video", "sell_in_live", "promote_other_shops")
"""The actions that an account without a link may take as an affiliate creator."""


class Permissions(Struct, frozen=True, gc=False):
    """The permissions of one account for one shop.

    `link` is the pair's link if its status is `linked`. `why_not` holds the reasons against each action, none if it is
    allowed; `held` those against everything that a link of the pair gives. `followers_minimum` is the number of
    followers the account needs to sell in videos and lives; `commission` says whether the shop's orders through it carry
    commission.
    """

    link: Link | None
    why_not: dict[Action, tuple[Reason, ...]]
    held: tuple[Reason, ...]
    followers_minimum: int
    commission: Literal["none", "due"]


def permissions(world: World, shop_id: str, account_id: str) -> Permissions:
    """What the account may do now for a shop of the world, with the pair's link or without one.

    A link gives its permissions while its status is `linked` and both sides are in good standing.
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
    """What an account without a link may do for shops of its own country that are in good standing."""
    account = world.accounts[account_id]
    market = account.facts.region
    shop = ShopRecord(Shop("", "", market, "open", "normal"))
    return _of_a_stranger(world, Case(world.now, world.rulebook(market), shop, account, "marketing"), None)


def _of_a_stranger(world: World, case: Case, link: Link | None) -> Permissions:
    """What an account may do for a shop that it is not linked to: what any affiliate creator may do."""
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
    # R4: an account that is linked to any shop needs no followers.
    followers_minimum = given.followers_minimum if rules.current_link(case.account) is None else 0
    return Permissions(None, why_not, gate, followers_minimum, given.commission)


def _and(reasons: tuple[Reason, ...], reason: Reason | None) -> tuple[Reason, ...]:
    return reasons if reason is None else (*reasons, reason)
