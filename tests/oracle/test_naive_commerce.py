"""The core and the naive implementation of commerce answer every command of random streams alike."""

import random
from collections import Counter

import msgspec
import pytest

from shoplink.core import World
from shoplink.flows.file.replay import replay
from shoplink.rulebooks import packaged
from tests.oracle.commerce_streams import Command, stream
from tests.oracle.naive_commerce import COMMANDS, Naive
from tests.rule import rule

STREAMS, LENGTH = 60, 250


def compare(commands: list[Command], heard: Counter[str]) -> Naive:
    """Run a stream in both; the naive one gets all events."""
    naive = Naive()
    world = World(packaged(), packaged()["guide-2024-11"])
    answers = replay((msgspec.json.encode(command) for command in commands), world)
    for command, given in zip(commands, answers, strict=True):
        answer = {**given, "reasons": [*given["reasons"]]}
        own = command["command"]
        if own not in COMMANDS:
            naive.events += answer["events"]
            continue
        ours = [event for event in answer["events"] if event.get("by", {}).get("kind") != "clock"]
        naive.events += [event for event in answer["events"] if event not in ours]
        theirs = naive.answer({name: value for name, value in command.items() if value is not None})
        found = {**answer, "events": ours}
        assert {name: found.get(name) for name in theirs} == theirs, command
        assert ("products" in answer) == ("products" in theirs)
        heard.update(f"{own} {one['code']}" for one in theirs["reasons"])
        heard[f"{own} {theirs['outcome']}"] += 1
    return naive


@rule("R4", "R13", "R14", "R15", "R16", "R17")
def test_core_and_naive_reading_agree_on_random_streams() -> None:
    heard: Counter[str] = Counter()
    for seed in range(STREAMS):
        compare(stream(random.Random(seed), LENGTH), heard)
    assert all(heard[f"{command} accepted"] > 20 for command in COMMANDS), heard
    for code in (
        "account.followers_below_minimum",
        "role.other_shops_not_allowed",
        "product.of_linked_shop",
        "product.off_sale",
        "item.already_there",
        "account.commerce_permission_revoked",
        "product.not_found",
        "content.not_found",
    ):
        assert heard[f"promote {code}"] > 3, (code, heard)
    assert heard["remove_item item.synced"] > 3
    assert heard["remove_item item.not_there"] > 3
    assert heard["sync_showcase showcase.not_official"] > 3
    assert heard["put_product product.shop_fixed"] > 3
    assert heard["put_content content.fixed"] > 3


@pytest.mark.parametrize("seed", range(3))
def test_a_showcase_never_shows_what_came_under_a_link_that_has_ended(seed: int) -> None:
    commands = stream(random.Random(1_000 + seed), LENGTH)
    naive = compare(commands, Counter())
    ended = [event for event in naive.events if event["type"] in {"link.unlinked", "link.revoked"}]
    assert ended
    for event in ended:
        left = naive.items(event["account_id"], None, event["at"])
        assert all(one.get("came_under") != event["link_id"] for one in left)
