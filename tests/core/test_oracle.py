"""The core and the naive oracle answer every command alike, and a wrong number is noticed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from shoplink.core import Rulebook, parse_rulebook
from shoplink.rulebooks import packaged
from tests.conftest import IN_THE_GATE
from tests.oracle.compare import compared, first_difference
from tests.oracle.mirror_streams import mirror_stream
from tests.oracle.naive import RULEBOOKS, Command
from tests.oracle.streams import random_stream, stories

STORY_STREAMS = stories()
STREAMS = 150
MIRROR_STREAMS = 80
FRESH_STREAMS = 15
LENGTH = 200
GUIDE = "guide-2024-11"
UNIVERSITY = "seller-university-2025"

# a number of a packaged rulebook: as it is in the file, and as a mistake would change it
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "the minimum link age is 25 hours": (GUIDE, "minimum_link_age_hours", "24", "25"),
    "the minimum link age is 23 hours": (UNIVERSITY, "minimum_link_age_hours", "24", "23"),
    "invitations live for 49 hours": (GUIDE, "invitation_hours", "48", "49"),
    "the minimum age is 19": (GUIDE, "minimum_age_years", "18", "19"),
    "there are 3 marketing slots": (GUIDE, "slots_invited", "marketing = 4", "marketing = 3"),
    "open shops have a marketing slot": (GUIDE, "slots_open", "marketing = 0", "marketing = 1"),
    "there are 2 official slots": (UNIVERSITY, "slots_open", "official = 1", "official = 2"),
    "a shop's quota is 9": (GUIDE, "marketing_links_per_shop", "limit = 10", "limit = 9"),
    "a shop's window is 181 days": (GUIDE, "marketing_links_per_shop", "days = 180", "days = 181"),
    "an account's quota is 11": (UNIVERSITY, "marketing_links_per_account", "limit = 10", "limit = 11"),
    "2 official unlinks are enough": (GUIDE, "official_unlinks_per_shop", "3", "2"),
    "shops may unlink alone": (GUIDE, "shop_may_unlink_alone", "false", "true"),
    "requests are approved after 8 days": (UNIVERSITY, "unlink_answer_days", "7", "8"),
    "creators' networks do not matter": (GUIDE, "network_asked_of", '["shop", "creator"]', '["shop"]'),
    "shops' networks do not matter": (GUIDE, "network_asked_of", '["shop", "creator"]', '["creator"]'),
    "support can correct US accounts": (GUIDE, "uncorrectable_regions", '["US"]', '["GB"]'),
    "the unlink quota is not waivable": (GUIDE, "waivable_for_shop", '"shop.unlink_quota_spent", ', ""),
    "no account is ever excepted": (
        UNIVERSITY,
        "waivable_for_account",
        '["account.link_quota_spent", "link.younger_than_minimum"]',
        "[]",
    ),
}


def with_fault(fault: str) -> dict[str, Rulebook]:
    """The packaged rulebooks, with one value of one of them changed."""
    name, key, right, wrong = FAULTS[fault]
    text = (files("shoplink.rulebooks") / f"{name}.toml").read_text(encoding="utf-8")
    before, table, after = text.partition(f"[{key}]\n")
    line, end, rest = after.partition("\n")
    assert table, key
    assert line.startswith("value = "), line
    assert line.count(right) == 1, line
    faulty = parse_rulebook(before + table + line.replace(right, wrong) + end + rest, f"{name}.toml")
    return {**packaged(), name: faulty}


def fixed_streams(number: int) -> Iterator[list[Command]]:
    """Random streams that are the same in every run."""
    return (random_stream(random.Random(seed), LENGTH) for seed in range(number))


@pytest.mark.parametrize("rulebook", RULEBOOKS)
@pytest.mark.parametrize("name", STORY_STREAMS)
def test_the_core_tells_every_story_as_the_oracle_does(name: str, rulebook: str) -> None:
    assert first_difference(STORY_STREAMS[name], rulebook, packaged()) is None


def test_the_core_agrees_with_the_oracle_on_random_streams() -> None:
    streams = list(fixed_streams(STREAMS))
    assert len(streams) == STREAMS
    for seed, stream in enumerate(streams):
        for rulebook in RULEBOOKS:
            difference = first_difference(stream, rulebook, packaged())
            assert difference is None, f"random_stream(random.Random({seed}), {LENGTH}), {difference}"


def test_the_core_agrees_with_the_oracle_about_shops_decided_elsewhere() -> None:
    for seed in range(MIRROR_STREAMS):
        stream = mirror_stream(random.Random(seed), LENGTH)
        for rulebook in RULEBOOKS:
            difference = first_difference(stream, rulebook, packaged())
            assert difference is None, f"mirror_stream(random.Random({seed}), {LENGTH}), {difference}"


@pytest.mark.parametrize("make", [random_stream, mirror_stream])
def test_the_core_agrees_with_the_oracle_on_streams_never_seen_before(
    make: Callable[[random.Random, int], list[Command]],
) -> None:
    for number in range(FRESH_STREAMS):
        seed = 10_000 + number if IN_THE_GATE else random.SystemRandom().getrandbits(64)
        stream = make(random.Random(seed), LENGTH)
        for rulebook in RULEBOOKS:
            difference = first_difference(stream, rulebook, packaged())
            assert difference is None, f"{make.__name__}(random.Random({seed}), {LENGTH}), {difference}"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_number_in_a_rulebook_is_noticed(fault: str) -> None:
    faulty = with_fault(fault)
    streams = [*STORY_STREAMS.values(), *fixed_streams(20)]
    assert any(
        first_difference(stream, rulebook, faulty) is not None for stream in streams for rulebook in RULEBOOKS
    )


def test_a_rulebook_read_again_without_a_fault_is_no_difference() -> None:
    name, key, right, _ = FAULTS["the minimum age is 19"]
    text = (files("shoplink.rulebooks") / f"{name}.toml").read_text(encoding="utf-8")
    assert f"[{key}]\nvalue = {right}\n" in text
    again = {**packaged(), name: parse_rulebook(text, name)}
    assert all(first_difference(story, name, again) is None for story in STORY_STREAMS.values())


def changed_answers(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An answer with two reasons and one event; each variant is wrong in one way."""
    event, (first, second) = answer["events"][0], answer["reasons"]
    yield {**answer, "line": answer["line"] + 1}
    yield {**answer, "outcome": "accepted"}
    yield {**answer, "warnings": ["account.registration_mismatch"]}
    yield {**answer, "events": []}
    yield {**answer, "events": [event, event]}
    for key, value in (("type", "link.declined"), ("at", "2024-11-13T12:00:00.000001Z"), ("shop_id", "S2")):
        yield {**answer, "events": [{**event, key: value}]}
    yield {**answer, "events": [{key: event[key] for key in event if key != "account_id"}]}
    yield {**answer, "reasons": [second, first]}
    yield {**answer, "reasons": [first]}
    for wrong in ({"code": "account.age_unknown"}, {"next_actor": "support"}, {"possible_at": None}):
        yield {**answer, "reasons": [{**first, **wrong}, second]}


def test_the_comparison_reads_every_field_that_is_promised_and_no_other() -> None:
    ids = {"shop_id": "S1", "account_id": "A1"}
    answer: dict[str, Any] = {
        "line": 4,
        "outcome": "refused",
        "events": [{"type": "link.expired", "at": "2024-11-13T12:00:00Z", **ids}],
        "warnings": [],
        "reasons": [
            {"code": "account.under_age", "next_actor": "clock", "possible_at": "2025-01-15T00:00:00Z"},
            {"code": "shop.slots_full", "next_actor": "shop", "possible_at": None},
        ],
    }
    wrong = list(changed_answers(answer))
    assert len(wrong) == 14
    assert all(compared(one) != compared(answer) for one in wrong)
    more = {
        **answer,
        "events": [{**answer["events"][0], "link_id": "L1"}],
        "reasons": [{**reason, "params": {"age": 18}} for reason in answer["reasons"]],
    }
    assert compared(more) == compared(answer)
