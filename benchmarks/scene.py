"""A World of a few hundred shops and accounts with varied facts, and invitations to decide."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from shoplink.core import (
    Accepted,
    ActivateRulebook,
    Command,
    GrantWaiver,
    ImportLink,
    Invite,
    PutAccount,
    PutShop,
    Refused,
    World,
    advance,
    decide,
    step,
)
from shoplink.core.facts import Role
from shoplink.rulebooks import DEFAULT, packaged

OPENED_AT = datetime(2025, 1, 1, tzinfo=UTC)
DECIDED_AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
MARKETS = ("GB", "US", "ID", "TH")
SHOPS, ACCOUNTS, DECISIONS = 300, 400, 1_000
MANY_REASONS = 5
ROLES: tuple[Role, ...] = ("official", "marketing", "marketing")


class Scene(NamedTuple):
    """A World at one instant, and three workloads of invitations at that instant."""

    world: World
    workloads: dict[str, list[Invite]]


def build(seed: int = 1) -> Scene:
    """The same scene for the same seed; every workload holds `DECISIONS` invitations of many pairs."""
    random = Random(seed)
    world = World(packaged(), packaged()[DEFAULT])
    for command in (*_facts(random), *_history(random)):
        step(world, command)
    advance(world, DECIDED_AT)
    wanted: dict[str, list[Invite]] = {
        "allowed": [],
        f"refused, {MANY_REASONS} or more reasons": [],
        "mix": [],
    }
    allowed, refused, mix = wanted.values()
    while min(map(len, wanted.values())) < DECISIONS:
        invite = _invite(random, DECIDED_AT)
        mix.append(invite)
        match decide(world, invite):
            case Accepted():
                allowed.append(invite)
            case Refused(reasons=reasons) if len(reasons) >= MANY_REASONS:
                refused.append(invite)
            case _:
                pass
    return Scene(world, {name: invites[:DECISIONS] for name, invites in wanted.items()})


def _facts(random: Random) -> Iterator[Command]:
    """A market under the other rulebook; shops and accounts, most of them in good order."""
    at = OPENED_AT
    yield ActivateRulebook(at=at, name="seller-university-2025", market="TH", effective_from=at)
    for number in range(SHOPS):
        yield PutShop(
            at=at,
            shop_id=f"S{number}",
            name=f"小店 {number}",
            market=MARKETS[number % len(MARKETS)],
            enrolment="open" if random.random() < 0.3 else "invited",
            status="abnormal" if random.random() < 0.15 else "normal",
        )
    for number in range(ACCOUNTS):
        market = MARKETS[number % len(MARKETS)]
        elsewhere = random.choice(MARKETS)
        yield PutAccount(
            at=at,
            account_id=f"A{number}",
            handle=f"creator{number}",
            region=elsewhere if random.random() < 0.1 else market,
            registered_in=elsewhere if random.random() < 0.1 else market,
            birth_date=_birth_date(random),
            status="abnormal" if random.random() < 0.15 else "normal",
            commerce_permission="revoked" if random.random() < 0.1 else "granted",
            followers=random.randrange(100_000),
        )


def _birth_date(random: Random) -> date | None:
    """Adults of all ages, some minors, some unknown."""
    if random.random() < 0.08:
        return None
    youngest = 2008 if random.random() < 0.2 else 1960
    return date(random.randrange(youngest, 2010), random.randrange(1, 13), random.randrange(1, 29))


def _history(random: Random) -> Iterator[Command]:
    """Ended links, live links, waivers, and open invitations."""
    at = DECIDED_AT - timedelta(days=3)
    for _ in range(SHOPS * 12):
        linked_at = at - timedelta(hours=random.randrange(24, 24 * 150))
        ended_at = linked_at + timedelta(hours=random.randrange(24, 24 * 20))
        shop, account = _pair(random)
        yield ImportLink(
            at=at,
            shop_id=shop,
            account_id=account,
            role="marketing" if random.random() < 0.9 else "official",
            linked_at=linked_at,
            unlinked_at=ended_at if ended_at < at else None,
        )
    for number in range(0, SHOPS, 20):
        note = "benchmark"
        yield GrantWaiver(at=at, code="shop.link_quota_spent", note=note, until=None, shop_id=f"S{number}")
    for hours in range(47, 0, -1):
        for _ in range(40):
            yield _invite(random, DECIDED_AT - timedelta(hours=hours))


def _pair(random: Random) -> tuple[str, str]:
    """A shop and an account, mostly of one market."""
    shop = random.randrange(SHOPS)
    account = random.randrange(ACCOUNTS)
    if random.random() < 0.7:
        account -= account % len(MARKETS) - shop % len(MARKETS)
    return f"S{shop}", f"A{account}"


def _invite(random: Random, at: datetime) -> Invite:
    """An invitation between any two, mostly from a network in one of their markets."""
    shop, account = _pair(random)
    home = MARKETS[int(shop[1:]) % len(MARKETS)]
    network = home if random.random() < 0.85 else random.choice((*MARKETS, None))
    role = random.choice(ROLES)
    return Invite(at=at, shop_id=shop, account_id=account, role=role, network_region=network)
