"""Run simulated worlds one after another, each with its own seed and file, and report where one went wrong."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import monotonic, process_time

from django.db import connection
from msgspec import Struct

from shoplink.store.database import owner
from tests import run_folder
from tests.databases import fresh, use
from tests.trust.simulation import Simulation

_STEPS_IN_WORLD = (200, 2_500)
_PATIENCE_SECONDS = 0.005


class Summary(Struct):
    """The number of worlds without a fault, and their steps. `busy_seconds` is the processor time of this process."""

    worlds: int = 0
    steps: int = 0
    seconds: float = 0.0
    busy_seconds: float = 0.0

    def __str__(self) -> str:
        """One line, for people."""
        per_second, busy = self.steps / self.seconds, self.steps / self.busy_seconds
        return (
            f"{self.worlds:,} worlds, {self.steps:,} steps in {self.seconds:.0f} s: {per_second:,.0f} steps/s,"
            f" {busy:,.0f} for each second of a processor"
        )


class NoticedError(AssertionError):
    """A fault in a simulated world; the message has its seed, the number of steps and the last commands."""

    def __init__(self, seed: int, steps: int, simulation: Simulation, problem: Exception) -> None:
        """`steps`: the steps of the worlds before this one."""
        last = "\n".join(f"  {one}" for one in simulation.last)
        super().__init__(
            f"{type(problem).__name__}: {problem}\nworld of seed {seed}, step {simulation.steps}"
            f" (to see it again: SHOPLINK_SIMULATE_SEED={seed})\nthe last that was asked:\n{last}"
        )
        self.steps = steps


def simulate(
    seed: int,
    *,
    seconds: float = float("inf"),
    steps: float = float("inf"),
    patience_seconds: float = _PATIENCE_SECONDS,
) -> Summary:
    """Run the worlds of a seed, the next one, and so on, until a limit is reached.

    Raises NoticedError where anything is not right. `patience_seconds`: as for Simulation.
    """
    ran, began, began_busy = Summary(), monotonic(), process_time()
    while ran.steps < steps and ran.seconds < seconds:
        with _own_file():
            world = Simulation(seed + ran.worlds, patience_seconds=patience_seconds)
            length = min(Random(seed + ran.worlds).randint(*_STEPS_IN_WORLD), steps - ran.steps)
            try:
                world.run(int(length))
            except Exception as problem:
                raise NoticedError(seed + ran.worlds, ran.steps + world.steps, world, problem) from problem
        ran.worlds, ran.steps = ran.worlds + 1, ran.steps + world.steps
        ran.seconds, ran.busy_seconds = monotonic() - began, process_time() - began_busy
    return ran


@contextmanager
def _own_file() -> Iterator[None]:
    """A new SQLite file with production's settings, in memory where possible; gone afterwards."""
    template = fresh("sqlite").removeprefix("sqlite:///")
    with tempfile.TemporaryDirectory(dir=run_folder.in_memory()) as folder:
        path = Path(folder) / "world.sqlite3"
        shutil.move(template, path)
        use(f"sqlite:///{path}")
        try:
            yield
        finally:
            owner.release_ownership()
            connection.close()
