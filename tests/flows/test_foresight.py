"""What the start of a rulebook would do is told before: exactly what then happens, in worlds of every kind."""

import random
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, get_args

import pytest

from shoplink import rulebooks
from shoplink.core import ActivateRulebook, Command, Refused, World, advance, parse_command, step
from shoplink.core.facts import LIVE
from shoplink.core.instant import format_instant, parse_instant, shift
from shoplink.core.rulebook import Quota, Slots
from shoplink.flows import clock
from shoplink.flows.execute import execute
from shoplink.flows.foresight import effects as foresight
from shoplink.flows.foresight.compare import (
    AccountOverQuota,
    BlockedInvitation,
    Change,
    ChangedAffiliate,
    ChangedPermissions,
    ClosedRole,
    EndingLink,
    EstablishedLink,
    OverLimit,
    changes,
    changes_of_accounts,
)
from shoplink.flows.foresight.effects import Effects, EffectsOfStart, effects_of_start
from shoplink.flows.look import look_at
from shoplink.flows.rulebooks import install_rulebook
from shoplink.flows.tick import tick
from shoplink.rulebooks import packaged
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query
from tests.core.link_scene import Scene, rulebook
from tests.oracle.naive import RULEBOOKS, Naive, instant
from tests.oracle.streams import SHOPS, Script, random_stream, stories
from tests.rule import rule
from tests.store.commands import (
    NOON,
    accept,
    command,
    execute_accepted_as_of,
    invite,
    put_account,
    put_product,
    put_shop,
)
from tests.store.golden import listening

GUIDE, UNIVERSITY, HOUSE = "guide-2024-11", "seller-university-2025", "house"
DAY = timedelta(days=1)

FOLLOWERS_MINIMUM = {GUIDE: 1_000, UNIVERSITY: 1_000, HOUSE: 10}

Happened = set[tuple[str, str, str]]
Line = dict[str, Any]

BOOKS = {
    **packaged(),
    HOUSE: rulebook(
        GUIDE,
        name=HOUSE,
        minimum_age_years=16,
        unlink_answer_days=2,
        slots_open=Slots(1, 1),
        slots_invited=Slots(0, 2),
        marketing_links_per_shop=Quota(2, 180),
        marketing_links_per_account=Quota(1, 180),
        affiliate_followers_minimum=10,
        official_unlinks_per_shop=1,
    ),
}
"""The packaged rulebooks, and one that differs from both in everything that the oracle knows."""

_NAIVE_HOUSE = {
    **RULEBOOKS[GUIDE],
    "minimum_age": 16,
    "unanswered_request_approves_after": 2 * DAY,
    "slots": {"open": {"official": 1, "marketing": 1}, "invited": {"official": 0, "marketing": 2}},
    "marketing_links_per_shop": 2,
    "marketing_links_per_account": 1,
    "official_unlinks_per_shop": 1,
}


@pytest.fixture(autouse=True)
def house_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oracle knows the third rulebook, too."""
    monkeypatch.setitem(RULEBOOKS, HOUSE, _NAIVE_HOUSE)


def beginnings(seed: int) -> Iterator[list[Line]]:
    """Streams that end anywhere: random ones, and every story, broken off where something is open."""
    rng = random.Random(f"beginnings {seed}")
    yield random_stream(rng, 90)
    yield open_matters(rng)
    for lines in rng.sample(list(stories().values()), 9):
        yield lines[: rng.randint(len(lines) // 2, len(lines))]


def open_matters(rng: random.Random) -> list[Line]:
    """In every shop a request that nobody answers, and where there is room a 17-year-old who is held in review.

    An account of each had two links lately.
    """
    script = Script(rng)
    script.shops()
    requested, young = [], []
    for shop_id, facts in SHOPS.items():
        market = facts["market"]
        requested.append((shop_id, script.newcomer(market)))
        script.link(*requested[-1], "official")
        young.append((script.newcomer(market, commerce_permission="revoked"), market))
        script.link(shop_id, young[-1][0])
        script.invite(shop_id, script.newcomer(market))
        busy = script.newcomer(market)
        for days in (40, 20):
            script.history(shop_id, busy, script.now - days * DAY, script.now - (days - 9) * DAY)
        script.wait(rng.choice((0, 1)) * DAY)
    script.wait(DAY)
    for pair in requested:
        script.request(*pair)
    for account_id, market in young:
        script.account(account_id, market, birth_date="2007-10-10")
        script.wait(rng.choice((0, 1)) * DAY)
    return script.commands


def starts_of(rng: random.Random, now: datetime) -> Iterator[tuple[str, str, datetime]]:
    """Rulebooks, markets and instants."""
    for name in (UNIVERSITY, HOUSE, GUIDE):
        yield name, rng.choice(("GB", "GB", "US")), shift(now, rng.choice((0, 0, 1, 3, 8, 20)) * DAY)


def worlds(commands: list[Line], default: str) -> tuple[World, World]:
    """The same world of the core twice."""
    found = []
    for _ in range(2):
        world = World(BOOKS, BOOKS[default])
        for fields in commands:
            step(world, parse_command(fields))
        found.append(world)
    return found[0], found[1]


def told(
    commands: list[dict[str, Any]], default: str, name: str, market: str, start: datetime
) -> list[Change]:
    before, after = worlds(commands, default)
    activate = ActivateRulebook(at=after.now, name=name, market=market, effective_from=start)
    at_once = step(after, activate).own
    passed = (advance(before, start), [*at_once, *advance(after, start)])
    shops = [shop_id for shop_id, shop in after.shops.items() if shop.facts.market == market]
    accounts = [account_id for account_id, one in after.accounts.items() if one.facts.region == market]
    return [*changes(before, after, passed, shops), *changes_of_accounts(before, after, accounts)]


def happened(world: Naive, start: datetime) -> Happened:
    """What the clock does to links in the oracle up to an instant."""
    world.let_time_pass(start)
    return {
        (event["type"], event["shop_id"], event["account_id"])
        for event in world.events
        if event["type"] in {"link.unlinked", "link.established"}
    }


def can_accept(world: Naive, link: dict[str, Any]) -> bool:
    line = {
        "command": "accept",
        "at": format_instant(world.now),
        "shop_id": link["shop_id"],
        "account_id": link["account_id"],
        "network_region": world.shops[link["shop_id"]]["market"],
    }
    return bool(deepcopy(world).run(line)["outcome"] == "accepted")


def can_invite(world: Naive, shop: dict[str, Any], role: str) -> bool:
    reasons = world.slots(shop, role, None) + world.shop_quota(shop, role, None)
    return not world.not_waived(reasons, shop["shop_id"], "")


def without_and_with(commands: list[Line], default: str, start: Line) -> tuple[Naive, Naive]:
    """The oracle's world, and the same with the activation."""
    found = []
    for _ in range(2):
        world = Naive(default)
        for fields in commands:
            world.run(fields)
        world.events = []
        found.append(world)
    assert found[1].do_activate_rulebook({"command": "activate_rulebook", **start}) == []
    return found[0], found[1]


@rule("R46")
def test_what_is_told_is_what_then_happens() -> None:
    """Against the oracle, which knows nothing of foresight: it goes on with the start and without it."""
    seen = Counter[type]()
    for seed in range(6):
        rng = random.Random(seed)
        for commands, default in zip(beginnings(seed), (GUIDE, UNIVERSITY, HOUSE) * 4, strict=False):
            now = instant(commands[-1]["at"])
            for name, market, start in starts_of(rng, now):
                activation = {"name": name, "market": market, "effective_from": format_instant(start)}
                without, after = without_and_with(commands, default, activation)
                expected = happened(after, start) - happened(without, start)
                found = told(commands, default, name, market, start)
                seen.update(map(type, found))
                _agrees(found, expected, without, after, market)
                _agrees_on_accounts(found, without, after, market)
    assert {kind for kind, count in seen.items() if count >= 5} == set(get_args(Change))


def _agrees(found: list[Change], expected: Happened, without: Naive, after: Naive, market: str) -> None:
    kinds: dict[type, str] = {EndingLink: "link.unlinked", EstablishedLink: "link.established"}
    assert sorted(expected) == sorted(
        (kinds[type(one)], one.shop_id, one.account_id)
        for one in found
        if isinstance(one, EndingLink | EstablishedLink)
    )
    shops = [shop for shop in after.shops.values() if shop["market"] == market]
    ids = {shop["shop_id"] for shop in shops}
    invited = [one for one in after.links if one["status"] == "invited" and one["shop_id"] in ids]
    assert sorted(
        (one.shop_id, one.account_id) for one in found if isinstance(one, BlockedInvitation)
    ) == sorted(
        (one["shop_id"], one["account_id"])
        for one in invited
        if can_accept(without, one) and not can_accept(after, one)
    )
    assert {(one.shop_id, one.role) for one in found if isinstance(one, ClosedRole)} == {
        (shop["shop_id"], role)
        for shop in shops
        for role in ("official", "marketing")
        if can_invite(without, shop, role) and not can_invite(after, shop, role)
    }
    over = {(one.shop_id, one.limit): one for one in found if isinstance(one, OverLimit)}
    for shop in shops:
        for role in ("official", "marketing"):
            used, slots = live_and_slots(after, shop, role)
            more = used - slots > max(used - live_and_slots(without, shop, role)[1], 0)
            assert ((shop["shop_id"], f"{role}_slots") in over) == more


def _agrees_on_accounts(found: list[Change], without: Naive, after: Naive, market: str) -> None:
    told = {one.account_id: one.may_sell for one in found if isinstance(one, ChangedAffiliate)}
    sells = {
        account_id: (may_sell(without, account_id), may_sell(after, account_id))
        for account_id, account in after.accounts.items()
        if (account["region"] == market and not linked_to(without, account_id)) or account_id in told
        if not linked_to(after, account_id)
    }
    assert told == {account_id: will for account_id, (could, will) in sells.items() if could != will}
    over = {one.account_id: one.used for one in found if isinstance(one, AccountOverQuota)}
    assert over == {
        account_id: units(after, account)
        for account_id, account in after.accounts.items()
        if account["region"] == market and excess(after, account) > max(excess(without, account), 0)
    }


def linked_to(world: Naive, account_id: str) -> Line | None:
    return next(
        (one for one in world.links if one["account_id"] == account_id and one["status"] == "linked"), None
    )


def may_sell(world: Naive, account_id: str) -> bool:
    """As an affiliate of the account's own country, or linked."""
    account, link = world.accounts[account_id], linked_to(world, account_id)
    shop = world.shops[link["shop_id"]] if link else {"market": account["region"], "status": "normal"}
    enough = link or account["followers"] >= FOLLOWERS_MINIMUM[name_of(world, account["region"])]
    granted = account["commerce_permission"] == "granted"
    return bool(enough and granted and not world.standing(shop, account, world.now))


def name_of(world: Naive, market: str) -> str:
    in_force = world.rulebook(market, world.now)
    return next(name for name, one in RULEBOOKS.items() if one is in_force)


def units(world: Naive, account: Line) -> int:
    rulebook = world.rulebook(account["region"], world.now)
    return sum(
        one["account_id"] == account["account_id"]
        and one["role"] == "marketing"
        and world.leaves_window(one, rulebook) is not None
        for one in world.links
    )


def excess(world: Naive, account: Line) -> int:
    limit = world.rulebook(account["region"], world.now)["marketing_links_per_account"]
    return 0 if limit is None else units(world, account) - limit


def live_and_slots(world: Naive, shop: Line, role: str) -> tuple[int, int]:
    live = [
        one
        for one in world.links
        if one["shop_id"] == shop["shop_id"] and one["role"] == role and one["status"] in LIVE
    ]
    return len(live), world.rulebook(shop["market"], world.now)["slots"][shop["enrolment"]][role]


@rule("R17")
def test_what_an_official_account_may_do_changes_with_the_rulebook() -> None:
    book = rulebook(GUIDE, name="generous", official_may_promote_other_shops=True)
    scenes = [Scene(others=[book]) for _ in range(2)]
    for scene in scenes:
        scene.linked("ding", "lin", "official")
        scene.linked("wang", "mei")
    activated = scenes[1].activate("generous", NOON).own
    found = list(changes(scenes[0].world, scenes[1].world, ([], activated), ["ding", "wang", "pu"]))
    assert [type(one) for one in found] == [ChangedPermissions]
    assert isinstance(found[0], ChangedPermissions)
    assert (found[0].account_id, found[0].gained, found[0].lost) == ("lin", ("promote_other_shops",), ())


PAIRS = [(f"S{number}", f"A{number}") for number in range(5)]


def told_of(market: str = "GB", start: datetime | None = None) -> Effects:
    effects = effects_of_start(UNIVERSITY, market, start)
    assert isinstance(effects, Effects)
    return effects


def five_requests() -> None:
    """Five shops, each with a synced official account that asked to be unlinked long ago; one has a waiver."""
    for shop_id, account_id in PAIRS:
        pair: Line = {"shop_id": shop_id, "account_id": account_id}
        execute_accepted_as_of(
            put_shop(shop_id),
            put_account(account_id),
            put_product(f"P{shop_id}", shop_id),
            invite(shop_id, account_id, "official"),
            accept(shop_id, account_id),
            command("sync_showcase", **pair),
            command("request_unlink", NOON + DAY, **pair, network_region="GB"),
        )
    waiver: Line = {"code": "shop.link_quota_spent", "shop_id": "S1", "until": None, "note": "launch"}
    execute_accepted_as_of(command("grant_waiver", NOON + DAY, **waiver))


@rule("R27", "R46")
@pytest.mark.usefixtures("database")
def test_a_start_told_from_the_database_is_what_the_timer_then_stores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The market is looked at in pages; lists are cut, and `seen` is the same as long as the same would happen."""
    five_requests()
    whole = told_of()
    assert (whole.shops, whole.before, whole.market) == (5, GUIDE, "GB")
    assert [(one.shop_id, one.account_id) for one in whole.ending.items] == PAIRS
    assert (whole.showcases.accounts, whole.showcases.items) == (5, 0)
    assert [(one.code, one.shop_id) for one in whole.idle_waivers.items] == [("shop.link_quota_spent", "S1")]
    assert (whole.established.count, whole.over.count, whole.blocked.count, whole.closed.count) == (0,) * 4
    monkeypatch.setattr(foresight, "_PAGE", 2)
    monkeypatch.setattr(foresight, "LISTED_MAX", 3)
    cut = told_of()
    assert (cut.ending.count, cut.ending.items, cut.seen) == (5, whole.ending.items[:3], whole.seen)
    assert (told_of("US").shops, told_of("US").ending.count) == (0, 0)
    execute_accepted_as_of(command("withdraw_unlink_request", NOON + DAY, shop_id="S4", account_id="A4"))
    less = told_of()
    assert (less.ending.count, less.seen == whole.seen) == (4, False)
    start = clock.now() + timedelta(seconds=1)
    later = told_of(start=start)
    assert (later.ending.count, later.seen) == (4, less.seen)
    activate: Line = {"name": UNIVERSITY, "market": "GB", "effective_from": format_instant(start)}
    assert execute(command("activate_rulebook", **activate))["outcome"] == "accepted"
    tick(start + DAY)
    stored = query("SELECT shop_id, account_id, at FROM event WHERE type = 'link.unlinked' ORDER BY number")
    assert [row[:2] for row in stored] == PAIRS[:4]
    assert {row[2] for row in stored} == {to_micros(start)}


@rule("R4", "R46")
@pytest.mark.usefixtures("database")
def test_accounts_that_a_start_concerns_are_found_among_all() -> None:
    """The database is asked for few accounts: those told are those for which all differs that the pages then show."""
    text = (files(rulebooks) / f"{GUIDE}.toml").read_text(encoding="utf-8")
    for old, new in (
        (GUIDE, "strict"),
        (
            '[marketing_links_per_account]\nvalue = "no limit"',
            "[marketing_links_per_account]\nvalue = { limit = 1, days = 180 }",
        ),
        ("[affiliate_followers_minimum]\nvalue = 1000", "[affiliate_followers_minimum]\nvalue = 2000"),
        ("[minimum_age_years]\nvalue = 18", "[minimum_age_years]\nvalue = 21"),
    ):
        assert old in text
        text = text.replace(old, new)
    install_rulebook(text, "strict.toml")
    born = (clock.now() - 20 * 366 * DAY).date().isoformat()
    execute_accepted_as_of(put_shop("S"), put_shop("T"), put_account("linked", followers=1_500))
    execute_accepted_as_of(
        *(put_account(f"f{number}", followers=number) for number in (0, 999, 1_000, 1_999, 2_000))
    )
    execute_accepted_as_of(put_account("abroad", region="US", followers=1_500))
    execute_accepted_as_of(put_account("young", followers=9_000, birth_date=born), put_account("busy"))
    execute_accepted_as_of(invite("S", "linked"), accept("S", "linked"))
    for days in (50, 30):
        past: Line = {"role": "marketing", "shop_id": "T", "account_id": "busy"}
        ended = format_instant(clock.now() - (days - 9) * DAY)
        assert (
            execute(
                command(
                    "import_link",
                    **past,
                    linked_at=format_instant(clock.now() - days * DAY),
                    unlinked_at=ended,
                )
            )["outcome"]
            == "accepted"
        )
    effects = effects_of_start("strict", "GB", None)
    assert isinstance(effects, Effects)
    assert {(one.account_id, one.may_sell, one.reasons[0].code) for one in effects.affiliates.items} == {
        ("f1000", False, "account.followers_below_minimum"),
        ("f1999", False, "account.followers_below_minimum"),
        ("young", False, "account.under_age"),
    }
    assert [(one.account_id, one.used, one.allowed) for one in effects.over_accounts.items] == [
        ("busy", 2, 1)
    ]
    assert effects.over_accounts.items[0].until is not None


@pytest.mark.usefixtures("database")
def test_what_would_be_refused_is_told_with_its_reasons() -> None:
    for name, start, code in (
        ("nonsense", None, "rulebook.not_found"),
        (GUIDE, parse_instant("2020-01-01T00:00:00Z"), "rulebook.date_in_past"),
    ):
        refused = effects_of_start(name, "GB", start)
        assert isinstance(refused, Refused)
        assert [reason.code for reason in refused.reasons] == [code]


@pytest.mark.usefixtures("database")
def test_a_page_of_shops_takes_a_fixed_number_of_statements() -> None:
    sent = []
    clock.now()  # once for each database, it is asked whether it is a sandbox
    for number in (1, 6):
        for account_id in (f"B{number}{one}" for one in range(number)):
            execute_accepted_as_of(
                put_shop(f"T{account_id}"), put_account(account_id), invite(f"T{account_id}", account_id)
            )
        with listening() as heard:
            told_of()
        sent.append(len(heard))
    assert sent[0] == sent[1] <= 60


@rule("R46")
@pytest.mark.usefixtures("database")
def test_what_was_read_before_the_locks_is_brought_up_to_date_under_them() -> None:
    """Only what has happened since is looked at again, and the result is that of looking at everything."""
    five_requests()
    subject = EffectsOfStart(name=UNIVERSITY, market="GB", start=None)
    waiver: Line = {"code": "shop.link_quota_spent", "shop_id": "S3", "until": None, "note": "launch"}
    revoked = command("revoke", shop_id="S0", account_id="A0", note="fraud")
    moments: tuple[tuple[bool, list[Command]], ...] = (
        (False, []),
        (True, [command("withdraw_unlink_request", NOON + DAY, shop_id="S4", account_id="A4")]),
        (False, [put_shop("later"), put_account("later"), invite("later", "later")]),
        (False, [put_shop("away", market="US"), put_account("away", region="US")]),
        (False, [command("change_account", account_id="A2", handle="two")]),
        (True, [command("grant_waiver", NOON + DAY, **waiver)]),
        (True, [revoked]),
        (
            True,
            [command("activate_rulebook", name=GUIDE, market="GB", effective_from="2035-01-01T00:00:00Z")],
        ),
    )
    for differs, commands in moments:
        before = told_of().seen
        prepared = subject.prepared()
        for one in commands:
            assert execute(one)["outcome"] == "accepted", one
        now = told_of().seen
        assert (now != before) == differs, commands
        assert prepared.state(look_at().world) == now, commands
        tick()
