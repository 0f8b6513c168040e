"""Whole worlds, simulated step by step through the write path: nothing in them is ever lost, doubled or overrun."""

import os
from collections.abc import Callable

import pytest

from tests.trust.worlds import simulate

SEED = int(os.environ.get("SHOPLINK_SIMULATE_SEED", "1"))
SECONDS = float(os.environ.get("SHOPLINK_SIMULATE_SECONDS", "20"))
"""For all parts together."""

PARTS = 6
WORLDS_OF_A_PART_MAX = 100_000


@pytest.mark.parametrize("part", range(PARTS))
def test_the_simulator(part: int, record_property: Callable[[str, object], None]) -> None:
    """Says how fast it went; worlds that went wrong say how to see them again."""
    ran = simulate(SEED + part * WORLDS_OF_A_PART_MAX, seconds=SECONDS / PARTS)
    print(ran)  # noqa: T201 (seen with `pytest -s`)
    assert 0 < ran.worlds < WORLDS_OF_A_PART_MAX
    record_property("shown", str(ran))
