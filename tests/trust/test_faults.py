"""A test of the simulator: it notices every fault that is planted in the running code."""

from collections.abc import Callable

import pytest

from tests.trust.faults import FAULTS, Plant
from tests.trust.worlds import NoticedError, simulate

SEED = 1
STEPS_MAX = 100_000
PATIENCE_SECONDS = 0.05


@pytest.mark.parametrize("plant", FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_noticed(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    plant(monkeypatch)
    with pytest.raises(NoticedError) as noticed:
        simulate(SEED, steps=STEPS_MAX, patience_seconds=PATIENCE_SECONDS)
    print(f"noticed after {noticed.value.steps} steps: {noticed.value}"[:300])  # noqa: T201 (seen with `pytest -s`)
    record_property("shown", f"noticed after {noticed.value.steps:,} steps")
