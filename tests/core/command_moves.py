"""Streams of commands that Hypothesis can shrink: a move becomes a command in the world at hand.

A move consists of a few small numbers, without ids and instants. What it names depends on the world, so every list of
moves is a stream of well-formed commands, and every shorter list too.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, get_args

from shoplink.core import Actor, Command, Link, World
from shoplink.core import commands as c
from shoplink.core.facts import Market, Role
from shoplink.core.instant import birthday, shift

BEGINNING = datetime(2024, 11, 11, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADULT = date(1995, 5, 5)
ROLES: tuple[Role, ...] = get_args(Role)
MARKETS: tuple[Market, ...] = ("GB", "US")
SHOPS = {"gb-invited": "GB", "gb-open": "GB", "us-invited": "US", "us-open": "US"}
ACCOUNTS = {"ann": "GB", "ben": "US", "cai": "GB", "dee": "US", "eve": "GB", "fay": "US"}
BY = Actor(kind="platform", id="operator")


class Move(NamedTuple):
    """The next command: how long to wait, its kind, what it is about, and its variant."""

    wait: int
    kind: str
    one: int
    other: int
    variant: int


def recorded_world() -> Iterator[Command]:
    """The commands that record the shops and accounts of every story; eve is soon 18, two are registered abroad."""
    odd: dict[str, dict[str, Any]] = {
        "eve": {"birth_date": date(2006, 11, 14)},
        "cai": {"registered_in": "ID"},
        "fay": {"registered_in": "GB"},
    }
    for shop_id in SHOPS:
        yield put_shop(BEGINNING, shop_id)
    for account_id in ACCOUNTS:
        yield put_account(BEGINNING, account_id, **odd.get(account_id, {}))


def put_shop(at: datetime, shop_id: str, **facts: Any) -> Command:
    """Record one of the shops."""
    enrolment: Any = "invited" if shop_id.endswith("invited") else "open"
    return c.PutShop(
        at=at, by=BY, shop_id=shop_id, **{"market": SHOPS[shop_id], "enrolment": enrolment, **facts}
    )


def put_account(at: datetime, account_id: str, **facts: Any) -> Command:
    """Record one of the accounts; apart from the given facts it meets the requirements of its market."""
    usual = {"region": ACCOUNTS[account_id], "birth_date": ADULT}
    return c.PutAccount(at=at, by=BY, account_id=account_id, **{**usual, **facts})


def edges(world: World) -> list[datetime]:
    """The future instants at which an answer may change, in order."""
    found = [world.next_start_at]
    found += [waiver.until for shop in world.shops.values() for waiver in shop.waivers]
    for account in world.accounts.values():
        found += [waiver.until for waiver in account.waivers]
        if account.facts.birth_date is not None:
            found += [birthday(account.facts.birth_date, age) for age in (18, 21)]
        for link in account.established:
            assert link.linked_at is not None, "an established link says since when"
            found += [shift(link.linked_at, age) for age in (DAY, 2 * DAY, 9 * DAY, 180 * DAY)]
    for link in world.live.values():
        requested_at = link.unlink_requested_at
        found += (
            [link.expires_at] if requested_at is None else [requested_at + 2 * DAY, requested_at + 7 * DAY]
        )
    return sorted({edge for edge in found if edge is not None and edge > world.now})


def moment(world: World, wait: int) -> datetime:
    """The instant of a move: now, at one of the next edges or a microsecond beside it, or after some time."""
    ahead = edges(world)
    if 1 <= wait <= 15 and ahead:
        edge = ahead[(wait - 1) // 3 % len(ahead)]
        return max(world.now, edge + (wait % 3 - 1) * TICK)
    return world.now + (0 if wait < 16 else (1, 30, 24 * 5, 24 * 200)[wait - 16]) * HOUR


def some_pair(world: World, move: Move, *statuses: str) -> dict[str, Any]:
    """The pair of a live link of these statuses; any pair if there is none, and sometimes otherwise."""
    links = [link for link in world.live.values() if link.status in statuses]
    if links and move.variant != 7:
        link: Link = links[move.other % len(links)]
        return {"by": BY, "shop_id": link.shop_id, "account_id": link.account_id}
    return any_pair(move)


def any_pair(move: Move) -> dict[str, Any]:
    """Any pair; more often than not both are of one market."""
    shop_id = list(SHOPS)[move.one % len(SHOPS)]
    natives = [account_id for account_id, market in ACCOUNTS.items() if market == SHOPS[shop_id]]
    accounts = natives if move.variant < 6 else list(ACCOUNTS)
    return {"by": BY, "shop_id": shop_id, "account_id": accounts[move.other % len(accounts)]}


def network(pair: dict[str, Any], move: Move) -> Market | None:
    """The network of the shop's market, another one, or an unknown one."""
    return SHOPS[pair["shop_id"]] if move.variant < 6 else (None, "ID")[move.variant - 6]


def record_shop(_world: World, at: datetime, move: Move) -> Iterator[Command]:
    facts: tuple[dict[str, Any], ...] = (
        {},
        {"status": "abnormal"},
        {"name": "普招小店"},
        {"market": "ID"},
        {"market": "ID", "enrolment": "open"},
    )
    yield put_shop(at, list(SHOPS)[move.one % len(SHOPS)], **facts[move.variant % len(facts)])


def change_shop(_world: World, at: datetime, move: Move) -> Iterator[Command]:
    facts: tuple[dict[str, Any], ...] = ({}, {"status": "abnormal"}, {"status": "normal"}, {"name": "小店"})
    shop_id = [*SHOPS, "nowhere"][move.one % 5]
    yield c.ChangeShop(at=at, by=BY, shop_id=shop_id, **facts[move.variant % len(facts)])


def soon_of_age(at: datetime, age: int) -> date:
    """The birth date of a person who reaches an age within the next days."""
    day = (at + 3 * DAY).date()
    return (day if (day.month, day.day) != (2, 29) else day + DAY).replace(year=day.year - age)


def record_account(_world: World, at: datetime, move: Move) -> Iterator[Command]:
    facts: tuple[dict[str, Any], ...] = (
        {},
        {"birth_date": soon_of_age(at, 18)},
        {"commerce_permission": "revoked"},
        {"registered_in": "ID"},
        {"status": "abnormal"},
        {"birth_date": None},
        {"region": "ID"},
        {"region": "US", "registered_in": "US"},
    )
    as_of = (None, at, at - HOUR, at - 30 * DAY)[move.other % 4]
    account_id = list(ACCOUNTS)[move.one % len(ACCOUNTS)]
    yield put_account(at, account_id, facts_as_of=as_of, **facts[move.variant])


def change_account(_world: World, at: datetime, move: Move) -> Iterator[Command]:
    facts: tuple[dict[str, Any], ...] = (
        {},
        {"birth_date": soon_of_age(at, 18)},
        {"commerce_permission": ("granted", "revoked")[move.other % 2]},
        {"registered_in": MARKETS[move.other % 2]},
        {"status": ("normal", "abnormal")[move.other % 2]},
        {"birth_date": ADULT, "followers": move.other},
        {"region": MARKETS[move.other % 2]},
        {"handle": "h", "region": "ID"},
    )
    account_id = [*ACCOUNTS, "nobody"][move.one % (len(ACCOUNTS) + 1)]
    yield c.ChangeAccount(at=at, by=BY, account_id=account_id, **facts[move.variant])


def correct_account(world: World, at: datetime, move: Move) -> Iterator[Command]:
    account_id = some_pair(world, move, "in_review", "linked")["account_id"]
    market = ACCOUNTS[account_id]
    facts: tuple[dict[str, Any], ...] = (
        {"registered_in": market},
        {"region": market},
        {"birth_date": ADULT},
        {"birth_date": soon_of_age(at, 18), "registered_in": market},
        {"birth_date": soon_of_age(at, 21), "region": market, "registered_in": market},
        {"region": MARKETS[move.one % 2]},
        {"registered_in": "ID"},
        {},
    )
    yield c.CorrectAccount(at=at, by=BY, account_id=account_id, note="seen", **facts[move.variant])


def invite(_world: World, at: datetime, move: Move) -> Iterator[Command]:
    pair = any_pair(move)
    yield c.Invite(at=at, **pair, role=ROLES[move.one // 4 % 2], network_region=network(pair, move))


def accept(world: World, at: datetime, move: Move) -> Iterator[Command]:
    pair = some_pair(world, move, "invited")
    yield c.Accept(at=at, **pair, network_region=network(pair, move))


def link(world: World, at: datetime, move: Move) -> Iterator[Command]:
    yield from invite(world, at, move)
    pair = any_pair(move)
    yield c.Accept(at=at, **pair, network_region=SHOPS[pair["shop_id"]])


def decline_or_withdraw(world: World, at: datetime, move: Move) -> Iterator[Command]:
    kinds: tuple[Callable[..., Command], ...] = (c.Decline, c.Withdraw)
    yield kinds[move.one % 2](at=at, **some_pair(world, move, "invited", "in_review"))


def request(world: World, at: datetime, move: Move) -> Iterator[Command]:
    pair = some_pair(world, move, "linked")
    yield c.RequestUnlink(at=at, **pair, network_region=network(pair, move))


def answer(world: World, at: datetime, move: Move) -> Iterator[Command]:
    kinds: tuple[Callable[..., Command], ...] = (
        c.ApproveUnlink,
        c.Unlink,
        c.RefuseUnlink,
        c.WithdrawUnlinkRequest,
    )
    yield kinds[move.one % 4](at=at, **some_pair(world, move, "linked"))


def revoke(world: World, at: datetime, move: Move) -> Iterator[Command]:
    yield c.Revoke(at=at, note="fraud", **some_pair(world, move, "invited", "in_review", "linked"))


def import_link(world: World, at: datetime, move: Move) -> Iterator[Command]:
    pair = any_pair(move)
    own = world.accounts[pair["account_id"]].established
    starts = [instant for one in own for instant in (one.linked_at, one.ended_at) if instant is not None]
    starts += [at - 3 * DAY, at - 8 * DAY, at - 100 * DAY, at]
    start = starts[move.other % len(starts)]
    ends = (None, start + DAY, start + 2 * DAY, start, at, min((s for s in starts if s > start), default=at))
    role = ROLES[move.one // 4 % 2]
    end = ends[move.variant % len(ends)]
    yield c.ImportLink(at=at, **pair, role=role, linked_at=start, unlinked_at=end)


def waiver(move: Move) -> dict[str, Any]:
    """A reason that may be waived, for a subject; sometimes one that may not."""
    shop, account = {"shop_id": list(SHOPS)[move.one % 4]}, {"account_id": list(ACCOUNTS)[move.one % 6]}
    of_shop = ("shop.link_quota_spent", "shop.unlink_quota_spent", "link.younger_than_minimum")
    of_account = ("account.link_quota_spent", "link.younger_than_minimum", "account.under_age")
    code = (of_shop + of_account)[move.other % 6]
    return {"by": BY, "note": "ticket", "code": code, **(shop if move.other % 6 < 3 else account)}


def grant_waiver(_world: World, at: datetime, move: Move) -> Iterator[Command]:
    until = (None, at, at + TICK, at + DAY, at + 9 * DAY)[move.variant % 5]
    yield c.GrantWaiver(at=at, until=until, **waiver(move))


def end_waiver(_world: World, at: datetime, move: Move) -> Iterator[Command]:
    yield c.EndWaiver(at=at, **waiver(move))


def activate_rulebook(world: World, at: datetime, move: Move) -> Iterator[Command]:
    starts = [at, at, at + HOUR, at + 2 * DAY, at + 30 * DAY, world.next_start_at or at, at - TICK]
    starts += edges(world)[:1]
    names = [*world.rulebooks, "nonsense"]
    yield c.ActivateRulebook(
        at=at,
        by=BY,
        name=names[move.other % len(names)],
        market=MARKETS[move.one % 2],
        effective_from=starts[move.variant % len(starts)],
    )


def cancel_activation(world: World, at: datetime, move: Move) -> Iterator[Command]:
    """Mostly one of the starts that are ahead."""
    ahead = [(market, *one) for market, starts in world._starts.items() for one in starts]
    market, start, rulebook = (ahead or [("GB", at, world.rulebook("GB"))])[move.one % max(len(ahead), 1)]
    if move.variant == 7:
        start += TICK
    yield c.CancelActivation(
        at=at, by=BY, name=rulebook.name, market=market, effective_from=start, note="not yet"
    )


KINDS: dict[str, Callable[[World, datetime, Move], Iterator[Command]]] = {
    one.__name__: one
    for one in (
        link,
        invite,
        accept,
        request,
        answer,
        import_link,
        record_account,
        change_account,
        correct_account,
        record_shop,
        change_shop,
        decline_or_withdraw,
        revoke,
        grant_waiver,
        end_waiver,
        activate_rulebook,
        cancel_activation,
    )
}
OFTEN = ("link", "link", "invite", "invite", "accept", "accept", "request", "answer", "answer")
