"""After anything that the write path does, `verify` finds no difference: on every story and on random streams."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from shoplink.core import parse_command
from shoplink.flows.execute import execute_as_of
from shoplink.flows.tick import tick
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from tests.oracle.streams import random_stream, stories
from tests.store.test_equality import forget_everything

RANDOM_STREAMS = 12
COMMANDS_IN_STREAM = 120
LARGEST_BATCH = 60
TIMER_RUNS = 0.3


@pytest.mark.usefixtures("database")
def test_nothing_differs_after_any_story() -> None:
    for name, told in stories().items():
        nothing_differs(name, told)


@pytest.mark.usefixtures("database")
def test_nothing_differs_after_random_streams() -> None:
    for seed in range(RANDOM_STREAMS):
        nothing_differs(f"seed {seed}", random_stream(random.Random(seed), COMMANDS_IN_STREAM))


def nothing_differs(label: str, stream: Iterable[Mapping[str, Any]]) -> None:
    """Verify after every few batches of a stream, with and without the timer."""
    forget_everything()
    commands = [parse_command(fields) for fields in stream]
    rng = random.Random(label)
    done = 0
    while done < len(commands):
        batch = commands[done : done + rng.randint(1, LARGEST_BATCH)]
        execute_as_of(batch)
        done += len(batch)
        if rng.random() < TIMER_RUNS:
            tick(batch[-1].at)
        counted = VerifyCounts()
        assert list(verify(counted)) == [], f"{label}, after {done} commands"
    assert counted.events > 0
