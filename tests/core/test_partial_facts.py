"""Single facts change and nothing else, and what support corrected survives an older export (domain.md section 6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from shoplink.core import (
    Accepted,
    Account,
    ChangeAccount,
    ChangeShop,
    CorrectAccount,
    MalformedError,
    PutAccount,
    PutShop,
    World,
    parse_command,
    step,
)
from shoplink.core.facts import CORRECTABLE
from shoplink.core.instant import BEGINNING
from shoplink.rulebooks import packaged
from tests.core.command_story import PROPERTIES, STORIES, Story, new_world, run_story
from tests.core.event_history import snapshot
from tests.core.link_scene import (
    HOUR,
    NOON,
    PLATFORM,
    SUPPORT,
    TICK,
    Scene,
    event_lines,
    refused_for,
    warned_of,
)

DAYS = st.dates(date(1990, 1, 1), date(2000, 1, 1))
COUNTRIES = st.sampled_from(("GB", "IE", "US"))
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "region": COUNTRIES,
        "registered_in": COUNTRIES,
        "birth_date": DAYS,
        "status": st.sampled_from(("normal", "abnormal")),
        "commerce_permission": st.sampled_from(("granted", "revoked")),
        "followers": st.integers(0, 9),
        "handle": st.sampled_from(("", "lin")),
    },
)


def test_what_is_not_recorded_cannot_change() -> None:
    scene = Scene()
    assert refused_for(scene.do(ChangeShop(at=NOON, shop_id="none", status="normal"))) == ["shop.not_found"]
    assert refused_for(scene.do(ChangeAccount(at=NOON, account_id="none"))) == ["account.not_found"]


def test_a_change_is_the_event_of_a_record_and_reviews_what_was_held() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    assert event_lines(scene.do(ChangeAccount(at=NOON, account_id="lin", followers=7)).own) == [
        "account.recorded lin"
    ]
    scene.do(ChangeShop(at=NOON, shop_id="ding", status="abnormal"))
    scene.do(ChangeAccount(at=NOON, account_id="lin", registered_in="GB"))
    assert event_lines(scene.do(ChangeShop(at=NOON, shop_id="ding", name="Ding")).own) == [
        "shop.recorded ding"
    ]
    assert event_lines(scene.do(ChangeShop(at=NOON, shop_id="ding", status="normal")).own) == [
        "shop.recorded ding",
        "link.established ding lin",
    ]
    assert scene.do(ChangeShop(at=NOON, shop_id="ding", status="normal")).own == ()


@PROPERTIES
@given(STORIES, FACTS)
def test_a_change_replaces_what_it_gives_and_nothing_else(story: Story, given_facts: dict[str, Any]) -> None:
    """So a job that knows only the followers of an account cannot erase its birth date."""
    world = new_world(story.rulebook)
    for _ in run_story(story, world):
        pass
    for account_id, record in world.accounts.items():
        before = asdict(record.facts)
        step(world, ChangeAccount(at=world.now, account_id=account_id, **given_facts))
        assert asdict(record.facts) == before | given_facts


@PROPERTIES
@given(STORIES, FACTS, st.sampled_from(("normal", "abnormal")))
def test_putting_everything_is_changing_everything(
    story: Story, given_facts: dict[str, Any], status: str
) -> None:
    """Where every fact is given, both lead to the same events and the same world."""
    ends = []
    for put in (True, False):
        world = new_world(story.rulebook)
        for _ in run_story(story, world):
            pass
        events: list[Any] = []
        for record in [*world.accounts.values()]:
            facts: dict[str, Any] = {**asdict(record.facts), "birth_date": date(1999, 1, 1), **given_facts}
            command: Any = PutAccount(at=world.now, **facts) if put else ChangeAccount(at=world.now, **facts)
            events += step(world, command).own
        for shop in [*world.shops.values()]:
            known = asdict(shop.facts)
            changed = {"shop_id": known["shop_id"], "name": "name", "status": status}
            command = (
                PutShop(at=world.now, **{**known, **changed}) if put else ChangeShop(at=world.now, **changed)
            )
            events += step(world, command).own
        ends.append((events, snapshot(world)))
    assert ends[0] == ends[1]


@pytest.mark.parametrize(("read", "kept"), [(-TICK, True), (timedelta(0), False), (TICK, False)])
def test_a_correction_survives_what_was_read_before_it(read: timedelta, *, kept: bool) -> None:
    scene = Scene()
    scene.creator("lin", registered_in="IE", birth_date=None)
    corrected_at = scene.later(HOUR).now
    scene.correct("lin", birth_date=date(1990, 5, 17))
    done = scene.later(HOUR).creator(
        "lin", region="FR", registered_in="IE", birth_date=None, facts_as_of=corrected_at + read
    )
    assert warned_of(done) == (["account.correction_kept"] if kept else [])
    facts = scene.world.accounts["lin"].facts
    assert (facts.region, facts.registered_in) == ("FR", "IE"), "what was not corrected is replaced"
    assert facts.birth_date == (date(1990, 5, 17) if kept else None)


def test_a_nightly_export_that_is_older_in_nothing_but_a_kept_correction_is_no_event() -> None:
    scene = Scene()
    scene.correct("lin", region="IE")
    done = scene.creator("lin", registered_in="GB", facts_as_of=NOON - TICK)
    assert (done.own, warned_of(done)) == ((), ["account.correction_kept"])
    assert warned_of(scene.creator("new", facts_as_of=NOON)) == []


def test_facts_are_not_read_in_the_future() -> None:
    fields = {"command": "put_account", "account_id": "lin", "region": "GB", "at": "2024-11-11T12:00:00Z"}
    assert parse_command({**fields, "facts_as_of": "2024-11-11T20:00:00+08:00"}).at == NOON
    late = {**fields, "facts_as_of": "2024-11-11T12:00:00.000001Z"}
    with pytest.raises(MalformedError, match=r"^facts_as_of: found '2024.*; allowed: .* not in the future$"):
        parse_command(late)
    assert parse_command(late, lambda: NOON + HOUR).at == NOON, "where `at` only stands for the instant"


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("support corrects"), st.sampled_from(CORRECTABLE), st.integers(0, 3)),
        st.tuples(st.just("the platform changes"), st.sampled_from(CORRECTABLE), st.integers(0, 3)),
        st.tuples(st.just("the export is read"), st.just(""), st.just(0)),
        st.tuples(st.just("an export arrives"), st.just(""), st.integers(0, 5)),
    ),
    max_size=24,
)
VALUES: dict[str, tuple[Any, ...]] = {
    "region": ("GB", "IE", "FR", "US"),
    "registered_in": ("GB", "IE", "FR", "US"),
    "birth_date": tuple(date(1990 + number, 1, 1) for number in range(4)),
}


@PROPERTIES
@given(ACTS)
def test_no_export_undoes_a_correction_that_it_could_not_know(acts: list[tuple[str, str, int]]) -> None:
    """Whatever the interleaving: a fact is what support corrected, until an export was read after that, or later."""
    world = World(packaged(), packaged()["guide-2024-11"])
    source = Account("lin", "", "GB", "GB", date(1990, 1, 1), "normal", "granted", 0)
    read: list[tuple[Any, Account]] = [(NOON, source)]
    step(world, PutAccount(at=NOON, **asdict(source)))
    at, expected, corrected_at = NOON, asdict(source), dict.fromkeys(CORRECTABLE, BEGINNING)
    for act, fact, number in acts:
        at += HOUR
        facts: dict[str, Any] = {fact: VALUES[fact][number]} if fact else {}
        if act == "support corrects":
            step(world, CorrectAccount(at=at, by=SUPPORT, account_id="lin", note="papers", **facts))
            if expected[fact] != facts[fact]:
                corrected_at[fact] = at
            expected |= facts
        elif act == "the platform changes":
            source = replace(source, **facts)
        elif act == "the export is read":
            read.append((at, source))
        else:
            as_of, export = read[-1 - number % len(read)]
            command = PutAccount(at=at, by=PLATFORM, facts_as_of=as_of, **asdict(export))
            decision = step(world, command).decision
            kept = [name for name in CORRECTABLE if corrected_at[name] > as_of]
            expected |= {name: getattr(export, name) for name in CORRECTABLE if name not in kept}
            assert isinstance(decision, Accepted)
            assert decision.warnings == (("account.correction_kept",) if kept else ())
        assert asdict(world.accounts["lin"].facts) == expected
