"""Remedies are sound (domain.md section 9, property 5): following a refusal's remedies removes its reasons."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from shoplink.core import (
    Accept,
    Accepted,
    Command,
    CorrectAccount,
    ImportLink,
    Invite,
    Reason,
    Refused,
    World,
    advance,
    decide,
    step,
)
from tests.core.command_moves import DAY, TICK, recorded_world
from tests.core.command_story import PROPERTIES, STORIES, Story, new_world, rulebooks, run_story
from tests.core.remedy_follower import RemedyFollower
from tests.rule import rule

FOLLOWED = {
    ("link.invitation_expired", "shop"),
    ("unlink.not_requested", "creator"),
    ("unlink.needs_creator_request", "creator"),
    ("link.younger_than_minimum", "clock"),
    ("shop.status_not_normal", "shop"),
    ("account.status_not_normal", "creator"),
    ("account.age_unknown", "support"),
    ("account.under_age", "clock"),
    ("account.region_mismatch", "support"),
    ("network.region_mismatch", "shop"),
    ("network.region_mismatch", "creator"),
    ("account.already_linked", "creator"),
    ("shop.slots_full", "shop"),
    ("shop.slots_full", "clock"),
    ("shop.link_quota_spent", "clock"),
    ("shop.link_quota_spent", "shop"),
    ("account.link_quota_spent", "clock"),
    ("shop.unlink_quota_spent", "platform"),
}
"""Every reason of a refusal with a next actor, and that actor."""


def refusals(story: Story, at_most: int) -> Iterator[tuple[World, Command]]:
    """Yield worlds in which a command of the story is about to be refused, with the command.

    A reason's statement about the future holds under the rulebook in force, so scheduled rulebooks start first.
    """
    steps = list(run_story(story, new_world(story.rulebook)))
    refused = [
        number
        for number, one in enumerate(steps)
        if isinstance(one.step.decision, Refused)
        and any(reason.next_actor != "nobody" for reason in one.step.decision.reasons)
    ]
    for number in refused[-at_most:]:
        world = new_world(story.rulebook)
        for one in steps[:number]:
            step(world, one.command)
        advance(world, steps[number].command.at)
        while world.next_start_at is not None:
            advance(world, world.next_start_at)
        yield world, replace(steps[number].command, at=world.now)


@rule("R36", "R39")
@PROPERTIES
@given(story=STORIES, patient=st.booleans())
def test_who_follows_the_remedies_is_refused_for_none_of_those_reasons_again(
    story: Story, *, patient: bool
) -> None:
    """`achieve` asserts this in each round. The rounds end in acceptance, with the purpose reached, or with nobody to act."""
    for world, command in refusals(story, at_most=6):
        follower = RemedyFollower(world, patient=patient)
        ended = follower.achieve(command)
        event(ended)


def reasons(world: World, command: Command) -> dict[str, Reason]:
    """The reasons against a command in the world as it is now, by code."""
    decision = decide(world, replace(command, at=world.now))
    return {reason.code: reason for reason in decision.reasons} if isinstance(decision, Refused) else {}


@rule("R19", "R23", "R25", "R26")
@PROPERTIES
@given(STORIES)
def test_a_reason_is_gone_at_the_instant_it_names_if_nobody_acts(story: Story) -> None:
    """An account's quota is left out while a held link of the account may still be established; see below."""
    for world, command in refusals(story, at_most=6):
        timed = [one for one in reasons(world, command).values() if one.possible_at is not None]
        for reason in sorted(timed, key=lambda one: one.possible_at or world.now):
            assert reason.possible_at is not None, "only these were kept"
            held = any(link.status == "in_review" for link in world.live.values())
            advance(world, reason.possible_at)
            unsound = held and reason.code == "account.link_quota_spent"
            assert unsound or reason.code not in reasons(world, command), (command, reason)


@rule("R19", "R25", "R26")
@PROPERTIES
@given(STORIES)
def test_a_reason_still_holds_a_microsecond_before_the_instant_it_names(story: Story) -> None:
    """Full slots are left out, because an unanswered unlink request may free one sooner."""
    for world, command in refusals(story, at_most=6):
        timed = [one for one in reasons(world, command).values() if one.possible_at is not None]
        for reason in sorted(timed, key=lambda one: one.possible_at or world.now):
            assert reason.possible_at is not None, "only these were kept"
            advance(world, reason.possible_at - TICK)
            now = reasons(world, command)
            gate = {"link.invitation_expired", "link.wrong_state"} & set(now)
            assert gate or reason.code == "shop.slots_full" or reason.code in now, (command, reason)


@rule("R25")
def test_an_accounts_quota_counts_established_links_only_as_the_table_says() -> None:
    """A birthday in between may establish a held link, which uses the unit; the date then moves (decision 0003)."""
    world = new_world("tight")
    links: dict[str, Any] = {"shop_id": "gb-open", "account_id": "eve"}
    for command in recorded_world():
        step(world, command)
    at = world.now
    fields = {**links, "role": "marketing", "network_region": "GB"}
    for command in (
        CorrectAccount(at=at, account_id="eve", note="held", birth_date=date(1990, 1, 1), registered_in="ID"),
        Invite(at=at, **fields),
        Accept(at=at, **links, network_region="GB"),
        ImportLink(at=at, **links, role="marketing", linked_at=at - 8 * DAY, unlinked_at=at - 7 * DAY),
        CorrectAccount(
            at=at, account_id="eve", note="held", birth_date=date(2006, 11, 12), registered_in="GB"
        ),
    ):
        assert isinstance(step(world, command).decision, Accepted), command
    invite = Invite(at=at, **{**fields, "shop_id": "gb-invited"})
    reason = reasons(world, invite)["account.link_quota_spent"]
    assert reason.possible_at == at + DAY
    advance(world, reason.possible_at)
    moved = reasons(world, invite)["account.link_quota_spent"].possible_at
    assert moved is not None
    assert moved > reason.possible_at


def test_every_remedy_there_is_was_followed_to_an_accepted_end() -> None:
    followed: Counter[tuple[str, str]] = Counter()
    for seed in range(60):
        for number, rulebook in enumerate(rulebooks()):
            for world, command in refusals(Story(rulebook, seed), at_most=8):
                follower = RemedyFollower(world, patient=(seed + number) % 2 == 0)
                if follower.achieve(command) == "accepted":
                    followed += follower.followed
    assert set(followed) == FOLLOWED, FOLLOWED ^ set(followed)
