"""The links of the demo world: an agency's shops in two markets, with seven months of history up to today.

The world is a list of commands at instants of the past. The write path executes them; nothing bypasses it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from shoplink.core import (
    Accept,
    ActivateRulebook,
    Actor,
    ApproveUnlink,
    Command,
    CorrectAccount,
    Decline,
    GrantWaiver,
    Invite,
    PutAccount,
    PutShop,
    RefuseUnlink,
    RequestUnlink,
    Withdraw,
)
from shoplink.core.facts import Enrolment, Role
from shoplink.demo import tickets
from shoplink.demo.commerce import commerce_commands
from shoplink.demo.mirrored import mirrored_commands

DEMO_ACTOR = Actor("platform", "demo")
"""Who acts for the demo world itself; the id is reserved."""

BEAUTY = "hh-beauty-gb"
"""A shop that has used its ten marketing links in 180 days."""

UNDER_AGE = "jack.lin"
"""An account whose user comes of age in six weeks, in a country other than those of the agency's shops."""

SHOPS: dict[str, tuple[str, str, Enrolment]] = {
    "hh-tea-gb": ("山海茶铺 Hill & Harbour Tea", "GB", "open"),
    "hh-home-gb": ("山海家居 Hill & Harbour Home", "GB", "invited"),
    BEAUTY: ("山海美妆 Hill & Harbour Beauty", "GB", "invited"),
    "hh-snacks-us": ("山海零食 Hill & Harbour Snacks", "US", "invited"),
    "hh-sport-us": ("山海运动 Hill & Harbour Sport", "US", "open"),
    "northbank-books": ("Northbank Books", "GB", "open"),
}
"""Name, market and enrolment by shop id; all but the last shop belong to the agency."""

ACCOUNTS: dict[str, tuple[str, str, str, int]] = {
    "olivia.chen": ("oliviasteeps", "GB", "GB", 84_200),
    "hannah.brooks": ("hannahathome", "GB", "GB", 23_900),
    "zhou.zhou": ("周周在伦敦", "GB", "GB", 51_300),
    "priya.nair": ("priyamakesspace", "GB", "GB", 12_450),
    "tom.ellery": ("tomfixesit", "GB", "GB", 6_700),
    "callum.reid": ("callumreads", "GB", "GB", 3_150),
    "leo.hart": ("leohartbooks", "GB", "GB", 18_800),
    "xu.xiaoman": ("小满美妆", "GB", "GB", 132_000),
    "amelia.ward": ("ameliaward", "GB", "GB", 9_400),
    "grace.okafor": ("graceglows", "GB", "GB", 27_600),
    "chen.an": ("安安的镜子", "GB", "GB", 15_020),
    "ruby.singh": ("rubyred", "GB", "GB", 41_700),
    "ella.morris": ("ellamorris", "GB", "GB", 2_300),
    "fang.fei": ("菲菲日常", "GB", "GB", 66_100),
    "isla.grant": ("islaskin", "GB", "GB", 8_050),
    "nia.powell": ("niapowell", "GB", "GB", 30_900),
    "lin.yue": ("月月 Luna", "GB", "GB", 12_700),
    "tyler.reed": ("tylersnacks", "US", "US", 74_500),
    "mei.lin": ("meilin.eats", "US", "SG", 19_900),
    "jordan.diaz": ("jordanlifts", "US", "US", 55_400),
    "wang.lei": ("雷哥健身", "US", "US", 37_250),
}
"""Handle, region, country of registration and followers by account id; every user is of age."""

_REFUSED_INVITATIONS = (
    # days ago, the shop, the account
    (84, "hh-tea-gb", "grace.okafor"),
    (66, "hh-tea-gb", "zhou.zhou"),
    (52, "hh-home-gb", "fang.fei"),
    (47, "hh-sport-us", "hannah.brooks"),
    (41, "hh-home-gb", "isla.grant"),
    (27, "hh-sport-us", "tyler.reed"),
    (19, "hh-home-gb", UNDER_AGE),
    (18, "hh-tea-gb", UNDER_AGE),
    (13, BEAUTY, "grace.okafor"),
    (10, BEAUTY, "tom.ellery"),
    (6, "hh-snacks-us", "wang.lei"),
    (4, "hh-home-gb", "nia.powell"),
    (3, BEAUTY, UNDER_AGE),
)

_BORN = date(1995, 5, 19)
_BEAUTY_LINKS: tuple[tuple[str, tuple[int, ...]], ...] = (
    # the account; days since it was linked, and since it was unlinked
    ("xu.xiaoman", (171, 130)),
    ("amelia.ward", (162, 121)),
    ("grace.okafor", (150, 112)),
    ("chen.an", (139, 95)),
    ("ruby.singh", (118, 81)),
    ("ella.morris", (103, 60)),
    ("fang.fei", (88, 42)),
    ("isla.grant", (64,)),
    ("nia.powell", (40,)),
    ("lin.yue", (15,)),
)


def world_commands(now: datetime) -> list[Command]:
    """The commands that create the demo world as of `now`, in the order of their instants."""
    links = [
        *_tea_and_home(now),
        *_beauty(now),
        *_america(now),
        *_refused_invitations(now),
        *offer_commands(1, _ago(now, 1)),
        *mirrored_commands(now, DEMO_ACTOR),
    ]
    facts = [*_records(now), *tickets.ticket_facts(now, DEMO_ACTOR), *commerce_commands(now, DEMO_ACTOR)]
    return sorted([*facts, *links], key=lambda command: command.at)


def offer_ids(number: int) -> tuple[str, str]:
    """The shop and the account of an offer: a pair that can be linked."""
    return f"hh-popup-{number}", f"nora.lane-{number}"


def offer_commands(number: int, at: datetime) -> list[Command]:
    """The commands that record a shop and an account without a link, for a visitor who wants to try an invitation."""
    shop_id, account_id = offer_ids(number)
    name = f"山海快闪店 Hill & Harbour Pop-up {number}"
    return [
        PutShop(at=at, by=DEMO_ACTOR, shop_id=shop_id, market="GB", enrolment="open", name=name),
        _account(at, account_id, (f"noralane{number}", "GB", "GB", 4_800)),
    ]


def _records(now: datetime) -> Iterator[Command]:
    """The facts, and the newer rulebook for one of the two markets."""
    at = _ago(now, 210)
    yield ActivateRulebook(
        at=at, by=DEMO_ACTOR, name="seller-university-2025", market="US", effective_from=at
    )
    for shop_id, (name, market, enrolment) in SHOPS.items():
        yield PutShop(at=at, by=DEMO_ACTOR, shop_id=shop_id, market=market, enrolment=enrolment, name=name)
    for account_id, facts in ACCOUNTS.items():
        yield _account(at, account_id, facts)
    yield PutAccount(
        at=_ago(now, 20),
        by=DEMO_ACTOR,
        account_id=UNDER_AGE,
        handle="jacklin07",
        region="IE",
        birth_date=_eighteen_on((now + timedelta(days=42)).date()),
        followers=2_900,
    )


def _tea_and_home(now: datetime) -> Iterator[Command]:
    """Established links, an invitation that expires soon, and a creator who asks to be unlinked."""
    yield from _linked(now, "hh-tea-gb", "olivia.chen", "official", (170,))
    yield from _linked(now, "northbank-books", "leo.hart", "official", (95,))
    home = "hh-home-gb"
    yield from _linked(now, home, "hannah.brooks", "official", (148,))
    yield from _linked(now, home, "priya.nair", "marketing", (120, 77))
    yield from _linked(now, home, "zhou.zhou", "marketing", (55,))
    yield from _linked(now, home, "tom.ellery", "marketing", (33,))
    yield _invite(_ago(now, 70), home, "callum.reid", "marketing")
    yield Decline(
        at=_ago(now, 69),
        by=_creator("callum.reid"),
        shop_id=home,
        account_id="callum.reid",
        note="Busy until March, please ask me again then",
    )
    yield _invite(_ago(now, 28), home, "leo.hart", "marketing")  # refused: linked elsewhere
    yield _invite(_ago(now, 9), home, "priya.nair", "marketing")
    yield Withdraw(at=_ago(now, 8), by=_shop(home), shop_id=home, account_id="priya.nair")
    yield _request(_ago(now, 30), home, "zhou.zhou")
    yield RefuseUnlink(
        at=_ago(now, 29), by=_shop(home), shop_id=home, account_id="zhou.zhou", note="合作到春季活动结束"
    )
    yield _request(_ago(now, 2), home, "zhou.zhou")
    invited = _invite(now - timedelta(hours=43), home, "callum.reid", "marketing")  # five hours are left
    yield replace(
        invited, settlement="offline", reference="HT-2026-118", message="合同已寄出，收到后再确认即可"
    )


def _beauty(now: datetime) -> Iterator[Command]:
    """Ten marketing links within 180 days; most of them have ended, but they still count."""
    for account_id, days in _BEAUTY_LINKS:
        yield from _linked(now, BEAUTY, account_id, "marketing", days)
    yield _invite(_ago(now, 12), BEAUTY, "amelia.ward", "marketing")  # refused: the eleventh


def _america(now: datetime) -> Iterator[Command]:
    """A link held in review because of the country of registration, and an official account that was replaced."""
    snacks, sport = "hh-snacks-us", "hh-sport-us"
    yield from _linked(now, snacks, "tyler.reed", "official", (90,))
    yield _invite(_ago(now, 7), snacks, "mei.lin", "marketing")
    yield _accept(_ago(now, 6), snacks, "mei.lin")
    yield from _linked(now, sport, "jordan.diaz", "official", (160, 101))
    yield from _linked(now, sport, "wang.lei", "official", (98,))
    yield from _linked(now, sport, "jordan.diaz", "marketing", (50,))
    yield CorrectAccount(
        at=_ago(now, 97),
        by=Actor("support", "demo"),
        account_id="wang.lei",
        note="ID checked",
        birth_date=date(1991, 10, 2),
    )
    yield GrantWaiver(
        at=_ago(now, 5),
        by=Actor("support", "demo"),
        code="link.younger_than_minimum",
        shop_id=sport,
        note="campaign ended early",
        until=now + timedelta(days=25),
    )


def _refused_invitations(now: datetime) -> Iterator[Command]:
    """Invitations that were refused: the account was linked elsewhere, too young or abroad, or no slot was free."""
    for days, shop_id, account_id in _REFUSED_INVITATIONS:
        yield _invite(_ago(now, days), shop_id, account_id, "marketing")


def _linked(
    now: datetime, shop_id: str, account_id: str, role: Role, days: tuple[int, ...]
) -> Iterator[Command]:
    """An invitation accepted within two days, a number of days ago, and perhaps ended since by an unlink request."""
    linked, *ended = days
    hesitation = timedelta(hours=linked * linked % 37, minutes=24)
    yield _invite(_ago(now, linked) - hesitation, shop_id, account_id, role)
    yield _accept(_ago(now, linked), shop_id, account_id)
    for day in ended:
        yield _request(_ago(now, day + 1), shop_id, account_id)
        yield ApproveUnlink(at=_ago(now, day), by=_shop(shop_id), shop_id=shop_id, account_id=account_id)


def _invite(at: datetime, shop_id: str, account_id: str, role: Role) -> Invite:
    return Invite(
        at=at,
        by=_shop(shop_id),
        shop_id=shop_id,
        account_id=account_id,
        role=role,
        network_region=SHOPS[shop_id][1],
    )


def _accept(at: datetime, shop_id: str, account_id: str) -> Accept:
    region = SHOPS[shop_id][1]
    return Accept(
        at=at, by=_creator(account_id), shop_id=shop_id, account_id=account_id, network_region=region
    )


def _request(at: datetime, shop_id: str, account_id: str) -> RequestUnlink:
    region = SHOPS[shop_id][1]
    return RequestUnlink(
        at=at, by=_creator(account_id), shop_id=shop_id, account_id=account_id, network_region=region
    )


def _account(at: datetime, account_id: str, facts: tuple[str, str, str, int]) -> PutAccount:
    handle, region, registered_in, followers = facts
    return PutAccount(
        at=at,
        by=DEMO_ACTOR,
        account_id=account_id,
        handle=handle,
        region=region,
        registered_in=registered_in,
        birth_date=_BORN,
        followers=followers,
    )


def _shop(shop_id: str) -> Actor:
    return Actor("shop", shop_id)


def _creator(account_id: str) -> Actor:
    return Actor("creator", account_id)


def _ago(now: datetime, days: int) -> datetime:
    """An instant a number of days ago, at a varying time of day."""
    return now - timedelta(days=days, minutes=days * 97 % 600)


def _eighteen_on(day: date) -> date:
    """The birth date of a person who comes of age on a day; from the 29th on, the 28th of that month is used."""
    return date(day.year - 18, day.month, min(day.day, 28))
