"""What a rulebook has against a step that a platform let happen, at the instant at which it happened (mirror.md section 2).

Only reasons that depend on links and numbers are asked. Every link is taken by its true instants as they are known now,
and the one that the step is about is left out. Waivers do not count: they are ours, not the platform's.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from shoplink.core.case import Case, ShopRecord
from shoplink.core.facts import Link
from shoplink.core.instant import shift
from shoplink.core.rulebook import Quota
from shoplink.core.world import World

_HOUR = timedelta(hours=1)


class Broken(NamedTuple):
    """A number of the rulebook that a step broke: the code of its reason, what came of the step, and what is allowed.

    Slots, links or unlinks are counted with the step's own; the age of a link is in hours. `days` is the window of a
    rolling quota, else 0.
    """

    code: str
    reached: int
    allowed: int
    days: int = 0


def against_a_link(world: World, case: Case, at: datetime) -> tuple[str, ...]:
    """The codes against an invitation or an establishment in the case's role at a past instant."""
    return tuple(one.code for one in broken_by_a_link(world, case, at))


def against_an_end(world: World, shop: ShopRecord, link: Link, at: datetime) -> tuple[str, ...]:
    """The codes against unlinking an established link, or asking for it, at a past instant."""
    return tuple(one.code for one in broken_by_an_end(world, shop, link, at))


def broken_by_a_link(world: World, case: Case, at: datetime) -> tuple[Broken, ...]:
    """What an invitation or an establishment in the case's role broke at a past instant (R5 to R7, R25, C3)."""
    shop, account, role, own = case.shop, case.account, case.role, case.link
    rulebook = world.rulebook_at(shop.facts.market, at)
    slots = rulebook.slots(shop.facts.enrolment, role)
    others = [link for link in _others(shop, own) if link.role == role and _is_live(link, at)]
    broken = []
    if len(others) >= slots:
        code = "shop.slots_full" if slots else "shop.role_not_available"
        broken.append(Broken(code, len(others) + 1, slots))
    if role == "marketing":
        pending = sum(link.linked_at is None or link.linked_at > at for link in others)
        for code, quota, linked_at, more in (
            ("shop.link_quota_spent", rulebook.links_per_shop, shop.marketing_linked_at, pending),
            ("account.link_quota_spent", rulebook.links_per_account, account.marketing_linked_at, 0),
        ):
            used = _used(quota, linked_at, own, at) + more
            if quota is not None and used >= quota.limit:
                broken.append(Broken(code, used + 1, quota.limit, quota.days))
    return tuple(broken)


def broken_by_an_end(world: World, shop: ShopRecord, link: Link, at: datetime) -> tuple[Broken, ...]:
    """What unlinking an established link, or asking for it, broke at a past instant (R24, R26)."""
    rulebook = world.rulebook_at(shop.facts.market, at)
    broken = []
    if link.linked_at is not None and at < shift(link.linked_at, rulebook.minimum_link_age):
        hours = (at - link.linked_at) // _HOUR
        broken.append(Broken("link.younger_than_minimum", hours, rulebook.minimum_link_age // _HOUR))
    if link.role == "official":
        later = sum(_is_official_unlink(one) and _ended_after(one, at) for one in shop.ended)
        own = _is_official_unlink(link) and not _ended_after(link, at)
        used, allowed = shop.official_unlinks - later - own, rulebook.parameters.official_unlinks_per_shop
        if used >= allowed:
            broken.append(Broken("shop.unlink_quota_spent", used + 1, allowed))
    return tuple(broken)


def _others(shop: ShopRecord, own: Link | None) -> Iterator[Link]:
    """The shop's links but its own one."""
    own_id = own.link_id if own else None
    for links in (shop.live.values(), shop.ended):
        yield from (link for link in links if link.link_id != own_id)


def _is_live(link: Link, at: datetime) -> bool:
    """Whether a link was live: from its invitation, or its establishment where it had none, until its end."""
    since = link.invited_at or link.linked_at
    return since is not None and since <= at and (link.ended_at is None or at < link.ended_at)


def _used(quota: Quota | None, linked_at: list[datetime], own: Link | None, at: datetime) -> int:
    """How much of a rolling quota was used: links established in (`at` − window, `at`], without one's own."""
    if quota is None:
        return 0
    since = shift(at, -quota.window)
    used = bisect_right(linked_at, at) - bisect_right(linked_at, since)
    if own is not None and own.role == "marketing" and own.linked_at and since < own.linked_at <= at:
        used -= 1
    return used


def _is_official_unlink(link: Link) -> bool:
    return link.role == "official" and link.status == "unlinked"


def _ended_after(link: Link, at: datetime) -> bool:
    return link.ended_at is not None and link.ended_at > at
