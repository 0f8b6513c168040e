"""Stories: a default rulebook and a stream of commands, executed in a world of the core."""

import random
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shoplink.core import Command, Rulebook, Transition, World, parse_command, step
from shoplink.core.rulebook import Quota, Slots
from shoplink.rulebooks import packaged
from tests.core.command_moves import DAY, KINDS, OFTEN, Move, moment, recorded_world
from tests.oracle.streams import random_stream

settings.register_profile("properties", deadline=None)
PROPERTIES = settings.get_profile("properties")


@cache
def rulebooks() -> dict[str, Rulebook]:
    """The packaged rulebooks, and two with low limits."""
    guide, university = packaged()["guide-2024-11"], packaged()["seller-university-2025"]
    tight = replace(
        university,
        name="tight",
        parameters=replace(
            university.parameters,
            slots_open=Slots(2, 3),
            slots_invited=Slots(1, 3),
            official_unlinks_per_shop=1,
            network_asked_of=frozenset({"shop"}),
        ),
        unlink_answer_ttl=2 * DAY,
        links_per_shop=Quota(2, 9),
        links_per_account=Quota(1, 9),
    )
    strict = replace(
        guide,
        name="strict",
        parameters=replace(
            guide.parameters, slots_invited=Slots(1, 2), official_unlinks_per_shop=1, minimum_age_years=21
        ),
        invitation_ttl=DAY,
        minimum_link_age=2 * DAY,
        links_per_shop=Quota(2, 9),
    )
    return {**packaged(), tight.name: tight, strict.name: strict}


def new_world(default: str) -> World:
    """An empty world with a rulebook in force in every market."""
    return World(rulebooks(), rulebooks()[default])


class Story(NamedTuple):
    """A default rulebook and a stream of commands: moves, or the seed of a random stream."""

    rulebook: str
    source: list[Move] | int


class StoryStep(NamedTuple):
    """A command of a story and its transition."""

    command: Command
    step: Transition


LENGTH = 120


def run_story(story: Story, world: World) -> Iterator[StoryStep]:
    """Execute every command of a story in an empty world."""
    if isinstance(story.source, int):
        for fields in random_stream(random.Random(story.source), LENGTH):
            command = parse_command(fields)
            yield StoryStep(command, step(world, command))
        return
    for command in recorded_world():
        yield StoryStep(command, step(world, command))
    for move in story.source:
        at = moment(world, move.wait)
        for command in KINDS[move.kind](world, at, move):
            yield StoryStep(command, step(world, command))


MOVES = st.builds(
    Move,
    wait=st.just(0) | st.integers(0, 19),
    kind=st.sampled_from(OFTEN) | st.sampled_from(list(KINDS)),
    one=st.integers(0, 23),
    other=st.integers(0, 5),
    variant=st.just(0) | st.integers(0, 7),
)
STORIES = st.builds(
    Story,
    rulebook=st.sampled_from(list(rulebooks())),
    source=st.lists(st.lists(MOVES, max_size=12), max_size=12).map(
        lambda parts: list(chain.from_iterable(parts))
    )
    | st.integers(0, 2**32),
)
