"""What a rulebook has against a step that a platform let happen, at the instant at which it happened (mirror.md section 2).

Only reasons that depend on links and numbers are asked. Every link is taken by its true instants as they are known now,
and the one that the step is about is left out. Waivers do not count: they are ours, not the platform's.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime

from shoplink.core.case import Case, ShopRecord
from shoplink.core.facts import Link
from shoplink.core.instant import shift
from shoplink.core.rulebook import Quota
from shoplink.core.world import World


def against_a_link(world: World, case: Case, at: datetime) -> tuple[str, ...]:
    """The codes against an invitation or an establishment in the case's role at a past instant (R5 to R7, R25, C3)."""
    shop, account, role, own = case.shop, case.account, case.role, case.link
    rulebook = world.rulebook_at(shop.facts.market, at)
    slots = rulebook.slots(shop.facts.enrolment, role)
    others = [link for link in _others(shop, own) if link.role == role and _is_live(link, at)]
    codes = []
    if slots == 0:
        codes.append("shop.role_not_available")
    elif len(others) >= slots:
        codes.append("shop.slots_full")
    if role == "marketing":
        pending = sum(link.linked_at is None or link.linked_at > at for link in others)
        if _is_spent(rulebook.links_per_shop, shop.marketing_linked_at, own, at, pending):
            codes.append("shop.link_quota_spent")
        if _is_spent(rulebook.links_per_account, account.marketing_linked_at, own, at):
            codes.append("account.link_quota_spent")
    return tuple(codes)


def against_an_end(world: World, shop: ShopRecord, link: Link, at: datetime) -> tuple[str, ...]:
    """The codes against unlinking an established link, or asking for it, at a past instant (R24, R26)."""
    rulebook = world.rulebook_at(shop.facts.market, at)
    codes = []
    if link.linked_at is not None and at < shift(link.linked_at, rulebook.minimum_link_age):
        codes.append("link.younger_than_minimum")
    if link.role == "official":
        later = sum(_is_official_unlink(one) and _ended_after(one, at) for one in shop.ended)
        own = _is_official_unlink(link) and not _ended_after(link, at)
        if shop.official_unlinks - later - own >= rulebook.parameters.official_unlinks_per_shop:
            codes.append("shop.unlink_quota_spent")
    return tuple(codes)


def _others(shop: ShopRecord, own: Link | None) -> Iterator[Link]:
    """The shop's links but its own one."""
    own_id = own.link_id if own else None
    for links in (shop.live.values(), shop.ended):
        yield from (link for link in links if link.link_id != own_id)


def _is_live(link: Link, at: datetime) -> bool:
    """Whether a link was live: from its invitation, or its establishment where it had none, until its end."""
    since = link.invited_at or link.linked_at
    return since is not None and since <= at and (link.ended_at is None or at < link.ended_at)


def _is_spent(
    quota: Quota | None, linked_at: list[datetime], own: Link | None, at: datetime, pending: int = 0
) -> bool:
    """Whether a rolling quota was spent: links established in (`at` − window, `at`], and pending ones."""
    if quota is None:
        return False
    since = shift(at, -quota.window)
    used = bisect_right(linked_at, at) - bisect_right(linked_at, since) + pending
    if own is not None and own.role == "marketing" and own.linked_at and since < own.linked_at <= at:
        used -= 1
    return used >= quota.limit


def _is_official_unlink(link: Link) -> bool:
    return link.role == "official" and link.status == "unlinked"


def _ended_after(link: Link, at: datetime) -> bool:
    return link.ended_at is not None and link.ended_at > at
