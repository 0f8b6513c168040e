"""Remedies of commerce are sound (domain.md section 9, property 5): following them removes the reasons."""

import random
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from shoplink.core import Command, Refused, World, advance, parse_command, step
from shoplink.core.commerce.commands import COMMERCE_COMMANDS
from tests.core.command_story import new_world
from tests.core.remedy_follower import RemedyFollower
from tests.oracle.commerce_streams import stream
from tests.rule import rule

LENGTH = 120
FOLLOWED = {
    ("shop.status_not_normal", "shop"),
    ("account.status_not_normal", "creator"),
    ("account.age_unknown", "support"),
    ("account.under_age", "clock"),
    ("account.region_mismatch", "support"),
    ("account.commerce_permission_revoked", "creator"),
    ("account.followers_below_minimum", "creator"),
    ("product.of_linked_shop", "creator"),
    ("product.off_sale", "shop"),
    ("item.synced", "shop"),
}
"""Every reason against a command of commerce with a next actor, and that actor."""


def refusals(seed: int, at_most: int) -> Iterator[tuple[World, Command]]:
    """Yield worlds in which a command of commerce is about to be refused for a reason with a remedy, with the command."""
    commands = [parse_command(fields) for fields in stream(random.Random(seed), LENGTH)]
    world, refused = new_world("guide-2024-11"), list[int]()
    for number, command in enumerate(commands):
        decision = step(world, command).decision
        if (
            isinstance(command, COMMERCE_COMMANDS)
            and isinstance(decision, Refused)
            and any(reason.next_actor != "nobody" for reason in decision.reasons)
        ):
            refused.append(number)
    for number in refused[-at_most:]:
        world = new_world("guide-2024-11")
        for command in commands[:number]:
            step(world, command)
        advance(world, commands[number].at)
        yield world, replace(commands[number], at=world.now)


@rule("R36", "R39")
def test_who_follows_the_remedies_of_commerce_is_refused_for_none_of_those_reasons_again() -> None:
    """`achieve` asserts this in each round, and every remedy is followed at least once."""
    followed, ended = Counter[tuple[str, str]](), Counter[str]()
    for seed in range(120):
        for world, command in refusals(seed, at_most=12):
            follower = RemedyFollower(world, patient=seed % 2 == 0)
            end = follower.achieve(command)
            ended[end] += 1
            if end in {"accepted", "purpose reached"}:
                followed += follower.followed
    assert {one for one in followed if one[0] in dict(FOLLOWED)} == FOLLOWED, FOLLOWED ^ set(followed)
    assert ended["accepted"] > 200
    assert set(ended) <= {"accepted", "purpose reached", "nobody"}, "no remedy is itself refused for good"
