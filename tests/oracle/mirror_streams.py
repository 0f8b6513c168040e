"""Streams about shops that are decided elsewhere: what is recorded of them, mixed with commands that decide.

As in `streams`, the given random generator decides everything, and most commands are chosen to succeed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from .naive import LIVE, Command, Link, plus
from .streams import (
    DAY,
    HOUR,
    SHOPS,
    TICK,
    Fields,
    Script,
    Steps,
    begin_story,
    free_accounts,
    imported,
    known_accounts,
    market_of,
    official_unlinks,
    quota_filled,
    random_put_account,
    random_step,
    random_wait,
    review_by_birthday,
    some_shop,
    unanswered,
)

WOVEN = (quota_filled, unanswered, review_by_birthday, official_unlinks, imported)


def random_decided(s: Script) -> None:
    """A shop is decided elsewhere, mostly, or here again."""
    decided = s.rng.choice(("elsewhere", "elsewhere", "elsewhere", "here", None))
    shop_id = some_shop(s)
    if s.rng.random() < 0.5 or shop_id not in SHOPS:
        s.do("change_shop", shop_id=shop_id, decided=decided)
    else:
        s.do("put_shop", shop_id=shop_id, decided=decided, **SHOPS[shop_id])


def mirrored(s: Script) -> list[str]:
    """The shops that are decided elsewhere; sometimes any."""
    found = [shop_id for shop_id in SHOPS if s.world.shops[shop_id]["decided"] == "elsewhere"]
    return found if found and s.rng.random() < 0.93 else list(SHOPS)


def a_link(s: Script, *statuses: str) -> Link | None:
    """A link of a shop decided elsewhere in one of the states; sometimes any link."""
    fitting = [
        link
        for link in s.world.links
        if link["status"] in statuses and s.world.shops[link["shop_id"]]["decided"] == "elsewhere"
    ]
    if fitting and s.rng.random() < 0.92:
        return s.rng.choice(fitting)
    return s.rng.choice(s.world.links) if s.world.links else None


def since(s: Script, at: datetime | None) -> datetime:
    """An instant between one and now, often at an end of that, sometimes just out of it."""
    first = at or s.now - 3 * DAY
    span = max(s.now - first, timedelta(0))
    dice = s.rng.random()
    if dice < 0.3:
        return plus(first, s.rng.choice((timedelta(0), timedelta(0), 24 * HOUR, TICK, -TICK)))
    if dice < 0.45:
        return plus(s.now, s.rng.choice((timedelta(0), timedelta(0), -TICK, TICK)))
    return plus(first, span * s.rng.random())


def step_of(link: Link) -> datetime:
    """The newest step of a link."""
    names = ("invited_at", "accepted_at", "linked_at", "requested_at", "ended_at")
    steps: list[datetime] = [link[name] for name in names if link[name] is not None]
    return max(steps)


def record_invitation(s: Script) -> None:
    """An invitation within its 48 hours, mostly."""
    shop_id = s.rng.choice(mirrored(s))
    free = free_accounts(s, market_of(shop_id))
    account_id = s.rng.choice(free if free and s.rng.random() < 0.8 else known_accounts(s))
    edges = [
        s.now,
        s.now - HOUR,
        s.now - 47 * HOUR,
        s.now - 48 * HOUR,
        s.now - 48 * HOUR + TICK,
        s.now + TICK,
    ]
    edges += [end for link in s.world.links if (end := link["ended_at"]) and s.now - 2 * DAY < end <= s.now]
    invited_at = s.text(s.rng.choice(edges))
    role = s.rng.choice(("official", "marketing", "marketing"))
    more: Fields = {"source": "seller centre", "reference": "HT-1"} if s.rng.random() < 0.2 else {}
    s.do(
        "record_invitation", shop_id=shop_id, account_id=account_id, role=role, invited_at=invited_at, **more
    )


def record_acceptance(s: Script) -> None:
    """The confirmation of a recorded invitation."""
    link = a_link(s, "invited")
    if link is not None:
        at = s.text(since(s, step_of(link)))
        s.pair("record_acceptance", link["shop_id"], link["account_id"], accepted_at=at)


def establish(s: Script) -> None:
    """A link that is not established yet is found established, or ended after that; or a new one is found."""
    link = a_link(s, "invited", "in_review")
    if link is None or s.rng.random() < 0.4:
        shop_id, account_id = s.rng.choice(mirrored(s)), s.rng.choice(known_accounts(s))
        ends = [one["ended_at"] or s.now for one in s.world.links if one["account_id"] == account_id]
        first = s.rng.choice([*ends, s.now - s.rng.randint(1, 300) * DAY])
    else:
        shop_id, account_id, first = link["shop_id"], link["account_id"], step_of(link)
    start = since(s, first)
    end = since(s, start) if s.rng.random() < 0.4 else None
    s.history(shop_id, account_id, start, end, s.rng.choice(("official", "marketing", "marketing")))


def record_request(s: Script) -> None:
    """An unlink request."""
    link = a_link(s, "linked")
    if link is not None:
        at = s.text(since(s, step_of(link)))
        s.pair("record_unlink_request", link["shop_id"], link["account_id"], requested_at=at)


def record_end(s: Script) -> None:
    """An end that fits the link, mostly."""
    link = a_link(s, *LIVE)
    if link is not None:
        fitting = (
            ["unlinked", "unlinked", "revoked"] if link["status"] == "linked" else ["declined", "expired"]
        )
        ways = (
            fitting if s.rng.random() < 0.9 else ["unlinked", "declined", "withdrawn", "expired", "revoked"]
        )
        at = s.text(since(s, step_of(link)))
        s.pair("record_end", link["shop_id"], link["account_id"], ended_at=at, how=s.rng.choice(ways))


def a_busy_half_year(s: Script) -> None:
    """Short links that spend the quota of a shop or of an account, and one more at an end of the window."""
    shop_id = s.rng.choice(mirrored(s))
    first = s.now - s.rng.choice((180, 179, 200)) * DAY
    always = s.newcomer(market_of(shop_id))
    one_account = s.rng.random() < 0.5
    for number in range(s.rng.randint(9, 11)):
        account_id = always if one_account else s.newcomer(market_of(shop_id))
        start = plus(first, number * 12 * DAY)
        s.history(shop_id, account_id, start, start + HOUR)
    at = plus(first, s.rng.choice((180 * DAY, 180 * DAY - TICK, 180 * DAY + TICK, 175 * DAY)))
    s.history(shop_id, always, min(at, s.now), None, "marketing")
    if one_account and s.rng.random() < 0.5:
        s.do("change_shop", shop_id=shop_id, decided="here")


RANDOM: tuple[tuple[int, Callable[[Script], None]], ...] = (
    (2, random_decided),
    (10, record_invitation),
    (10, record_acceptance),
    (14, establish),
    (6, record_request),
    (10, record_end),
    (2, a_busy_half_year),
    (4, random_put_account),
    (20, random_step),
)


def mirror_stream(rng: random.Random, length: int) -> list[Command]:
    """A stream of this many commands in a world of which some shops are decided elsewhere."""
    s = Script(rng)
    s.universe()
    for shop_id in SHOPS:
        if rng.random() < 0.6:
            s.do("change_shop", shop_id=shop_id, decided="elsewhere")
    running: list[Steps] = []
    while len(s.commands) < length:
        if not running and rng.random() < 0.05:
            running.append(begin_story(s, rng.choice(WOVEN)))
        if running and rng.random() < 0.3:
            if next(running[0], StopIteration) is StopIteration:
                running.clear()
        else:
            random_wait(s)
            rng.choices([make for _, make in RANDOM], [weight for weight, _ in RANDOM])[0](s)
    return s.commands[:length]
