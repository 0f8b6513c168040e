"""Whole worlds, simulated step by step through the write path: nothing in them is ever lost, doubled or overrun."""

import os

from tests.trust.worlds import simulate

SEED = int(os.environ.get("SHOPLINK_SIMULATE_SEED", "1"))
SECONDS = float(os.environ.get("SHOPLINK_SIMULATE_SECONDS", "20"))


def test_the_simulator() -> None:
    """Prints how fast it went; worlds that went wrong say how to see them again."""
    ran = simulate(SEED, seconds=SECONDS)
    print(ran)  # noqa: T201 (seen with `pytest -s`)
    assert ran.worlds > 0
