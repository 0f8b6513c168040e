"""Who must act next on a link, and what holds a link in review."""

from datetime import datetime

from shoplink.core.case import Case
from shoplink.core.decisions.outcome import review
from shoplink.core.facts import Decided, Link, Role
from shoplink.core.reasons import NextActor, Reason
from shoplink.core.rules import HOLDS, violations
from shoplink.core.world import World


def review_reasons(world: World, link: Link, at: datetime) -> tuple[Reason, ...]:
    """The reasons that hold a link in review, in the catalogue's order; none if it is in another state."""
    if link.status != "in_review":
        return ()
    shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
    return review(at, world.rulebook(shop.facts.market), shop, account, link)


def expected_review_reasons(world: World, shop_id: str, account_id: str, role: Role) -> tuple[Reason, ...]:
    """The reasons that would hold a link of this pair in review once confirmed: those that `invite` warns of."""
    shop, account = world.shops[shop_id], world.accounts[account_id]
    return violations(HOLDS, Case(world.now, world.rulebook(shop.facts.market), shop, account, role))


def next_actor(link: Link, held: tuple[Reason, ...], decided: Decided = "here") -> NextActor:
    """Who must act next for the link to move on: nobody if it is established or has ended.

    `held` are the reasons that hold it in review. Where another platform decides, nothing holds it here: the shop looks
    there what became of it, and records it.
    """
    if link.status == "invited":
        return "creator"
    if link.status == "in_review":
        return held[0].next_actor if held else "shop" if decided == "elsewhere" else "clock"
    return "shop" if link.unlink_requested_at is not None else "nobody"
