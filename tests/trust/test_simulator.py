"""Whole worlds, simulated step by step through the write path: nothing is lost or doubled, and no limit is exceeded."""

import os
from collections.abc import Callable

import pytest

from tests.trust.worlds import simulate

SEED = int(os.environ.get("SHOPLINK_SIMULATE_SEED", "1"))
SECONDS = float(os.environ.get("SHOPLINK_SIMULATE_SECONDS", "10"))
"""For all parts together."""

PARTS = 6
WORLDS_OF_A_PART_MAX = 100_000


@pytest.mark.parametrize("part", range(PARTS))
def test_the_simulator(part: int, record_property: Callable[[str, object], None]) -> None:
    """Prints the speed. The error of a faulty world says how to repeat it."""
    ran = simulate(SEED + part * WORLDS_OF_A_PART_MAX, seconds=SECONDS / PARTS)
    print(ran)  # noqa: T201 (seen with `pytest -s`)
    assert 0 < ran.worlds < WORLDS_OF_A_PART_MAX
    record_property("shown", str(ran))
