"""The oracle against the conformance files, against itself, and against a few answers worked out by hand."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.traceability import ROOT

from .mirror_streams import mirror_stream
from .naive import EVENTS, MAX, MIN, ORDER, RULEBOOKS, Command, Naive, birthday, plus, to_wire, wire
from .streams import BEGINNING, Script, random_stream, reading, stories

CONFORMANCE = ROOT / "tests" / "conformance"
STORY_STREAMS = stories()
STREAMS = 200
MIRROR_STREAMS = 40
LENGTH = 150


def lines(name: str) -> list[dict[str, Any]]:
    """The lines of a conformance file."""
    return [json.loads(line) for line in (CONFORMANCE / name).read_text(encoding="utf-8").splitlines()]


def compared(number: int, result: dict[str, Any]) -> dict[str, Any]:
    """The promised fields of an answer (interfaces.md section 1)."""
    return {
        "line": number,
        "outcome": result["outcome"],
        "events": [
            {key: event[key] for key in ("type", "at", "shop_id", "account_id", "against") if event.get(key)}
            for event in result["events"]
        ],
        "warnings": result["warnings"],
        "reasons": [
            {key: reason[key] for key in ("code", "next_actor", "possible_at")}
            for reason in result["reasons"]
        ],
    }


def run(commands: Iterable[Command], rulebook: str) -> Counter[str]:
    """Run a stream, check the world after each step, and count codes and event types."""
    world = Naive(rulebook)
    seen: Counter[str] = Counter()
    for command in commands:
        result = world.run(command)
        world.check()
        assert (result["outcome"] == "refused") == bool(result["reasons"])
        assert result["outcome"] == "accepted" or not result["warnings"]
        codes = [reason["code"] for reason in result["reasons"]]
        assert codes == sorted(set(codes), key=ORDER.index)
        instants = [event["at"] for event in result["events"]]
        assert instants == sorted(instants)
        assert all(at <= reading(command) for at in instants)
        possible = [reason["possible_at"] for reason in result["reasons"] if reason["possible_at"]]
        assert all(at > reading(command) or at == MAX for at in possible)
        json.dumps(to_wire(result))
        seen.update(codes)
        seen.update(event["type"] for event in result["events"])
    return seen


@pytest.mark.parametrize("rulebook", RULEBOOKS)
def test_conformance(rulebook: str) -> None:
    """Every line of the guide is answered as expected."""
    world = Naive(rulebook)
    commands, expected = lines("guide.ndjson"), lines(f"guide.{rulebook}.expected.ndjson")
    assert len(commands) == len(expected)
    for number, (command, answer) in enumerate(zip(commands, expected, strict=True), start=1):
        assert compared(number, to_wire(world.run(command))) == compared(answer["line"], answer)
        world.check()


@pytest.mark.parametrize("rulebook", RULEBOOKS)
@pytest.mark.parametrize("name", STORY_STREAMS)
def test_story(name: str, rulebook: str) -> None:
    """Every story runs under both rulebooks, and the world stays sound."""
    run(STORY_STREAMS[name], rulebook)


def test_stories_are_always_the_same() -> None:
    """A story is deterministic."""
    assert stories() == STORY_STREAMS


def test_random_streams() -> None:
    """The world stays sound, and every code and every event occurs."""
    seen: Counter[str] = Counter()
    made = [random_stream(random.Random(seed), LENGTH) for seed in range(STREAMS)]
    made += [mirror_stream(random.Random(seed), LENGTH) for seed in range(MIRROR_STREAMS)]
    for commands in made:
        assert len(commands) == LENGTH
        assert [reading(one) for one in commands] == sorted(reading(one) for one in commands)
        for rulebook in RULEBOOKS:
            seen += run(commands, rulebook)
    # an invitation is not reviewed, so these two are only warnings
    never = {"account.registration_mismatch", "account.commerce_permission_revoked"}
    assert {*ORDER, *EVENTS} - set(seen) == never


def test_arithmetic_stops_at_the_ends_of_time() -> None:
    """Durations and birthdays are clamped to the first and last instant."""
    assert plus(MAX, timedelta(hours=48)) == MAX
    assert plus(MIN, -timedelta(days=180)) == MIN
    assert birthday(date(9990, 1, 1), 18) == MAX
    assert birthday(date(2008, 2, 29), 18) == datetime(2026, 3, 1, tzinfo=UTC)
    assert wire(datetime(2024, 1, 1, 0, 0, 0, 120000, tzinfo=UTC)) == "2024-01-01T00:00:00.12Z"
    assert wire(datetime(2024, 1, 1, 0, 0, 10, tzinfo=UTC)) == "2024-01-01T00:00:10Z"


def types(world: Naive, command: Command) -> list[tuple[str, str]]:
    """The events of one command, in brief."""
    return [(event["type"], event.get("account_id", "")) for event in world.run(command)["events"]]


def test_a_rulebook_that_starts_at_once() -> None:
    """What a rulebook makes overdue follows its activation on the same line."""
    s = Script(random.Random(0))
    s.shops()
    account_id = s.newcomer("GB")
    s.link("gb-invited", account_id)
    s.wait(timedelta(days=1))
    s.request("gb-invited", account_id)
    s.wait(timedelta(days=8))
    at = wire(s.now)
    command = {"command": "activate_rulebook", "at": at, "name": "seller-university-2025", "market": "GB"}
    assert types(s.world, {**command, "effective_from": at}) == [
        ("rulebook.activated", ""),
        ("link.unlinked", account_id),
    ]


def test_ties() -> None:
    """At one instant: the start of a rulebook, then the link recorded first."""
    s = Script(random.Random(0))
    s.shops()
    for market, shop_id in (("US", "us-invited"), ("GB", "gb-invited")):
        s.link(shop_id, s.newcomer(market, registered_in="FR"))
    day = datetime(2024, 11, 20, tzinfo=UTC)
    for number, market in ((1, "US"), (2, "GB")):
        s.account(f"new-{number}", market, birth_date="2006-11-20")
    s.until(day - timedelta(hours=48))
    s.activate("seller-university-2025", "GB", day)
    s.invite("us-invited", s.newcomer("US"))
    s.until(day)
    assert s.now > BEGINNING
    command = {"command": "correct_account", "at": wire(s.now), "account_id": "new-1", "note": "nothing"}
    assert types(s.world, command) == [
        ("link.established", "new-2"),  # by the start of the rulebook
        ("link.established", "new-1"),
        ("link.expired", "new-3"),
    ]
