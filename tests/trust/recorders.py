"""Those who record what happened at a platform that decides about a shop's links, in a simulated world."""

from datetime import datetime
from random import Random
from typing import Any

from shoplink.core import Command, Link
from shoplink.core import commands as c
from shoplink.core.facts import Actor, Ending, Role
from tests.trust.operators import DAY, HOUR, TICK

_ENDINGS: dict[str, tuple[Ending, ...]] = {
    "invited": ("declined", "withdrawn", "expired", "revoked"),
    "in_review": ("declined", "withdrawn", "expired", "revoked"),
    "linked": ("unlinked", "unlinked", "unlinked", "revoked"),
}


def record(random: Random, at: datetime, role: Role, pair: dict[str, str], link: Link | None) -> Command:
    """The command that records the next step of a pair's link, mostly at an instant that can be true."""
    fields: dict[str, Any] = {"at": at, "by": Actor(kind="shop", id=pair["shop_id"]), **pair}
    happened_at = _instant(random, at, link)
    roll = random.random()
    if link is None or link.status not in _ENDINGS:
        if roll < 0.5:
            return c.RecordInvitation(role=role, invited_at=max(happened_at, at - 2 * DAY + TICK), **fields)
        end = random.choice((None, None, happened_at + HOUR, at))
        return c.ImportLink(role=role, linked_at=happened_at, unlinked_at=end, **fields)
    if roll < 0.3:
        how = random.choice(_ENDINGS[link.status])
        return c.RecordEnd(how=how, ended_at=happened_at, **fields)
    if link.status == "invited" and roll < 0.7:
        return c.RecordAcceptance(accepted_at=happened_at, source="后台", **fields)
    if link.status == "linked":
        return c.RecordUnlinkRequest(requested_at=happened_at, **fields)
    end = at if random.random() < 0.2 else None
    return c.ImportLink(role=role, linked_at=happened_at, unlinked_at=end, **fields)


def _instant(random: Random, at: datetime, link: Link | None) -> datetime:
    """Now, before, or at an end of what can be true."""
    steps = (link.invited_at, link.accepted_at, link.linked_at, link.unlink_requested_at) if link else ()
    last = max((step for step in steps if step is not None), default=at - random.randint(0, 190) * DAY)
    return random.choice((at, at, last, last + (at - last) * random.random(), last - TICK, last + DAY))
