"""The child process of `benchmarks.replay`: runs `shoplink replay -` on one file and prints the cost.

Run with `python -m benchmarks.replay_child FILE FACTS`: the first FACTS lines only record shops and
accounts; the commands after them are timed in tenths. The command is the real one. Only its standard
input is observed, block by block, so nothing is added per line.
"""

import io
import os
import sys
from bisect import bisect_left
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time

import msgspec

from benchmarks.report import pin_to_one_core
from shoplink.cli import main as shoplink

TENTHS = 10


class ReplayCost(msgspec.Struct):
    """The cost of one replay: processor seconds for the facts and for each tenth of the commands.

    `wall_seconds` is the wall-clock time of the whole run, `peak_bytes` the peak resident memory.
    """

    facts: int
    commands: int
    facts_seconds: float
    tenth_seconds: list[float]
    wall_seconds: float
    peak_bytes: int

    @property
    def seconds(self) -> float:
        """The processor seconds of all commands after the facts."""
        return sum(self.tenth_seconds)


class ObservedFile(io.RawIOBase):
    """A file that records when each of its blocks was read, in processor seconds."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._file = io.FileIO(path)
        self.offsets: list[int] = []
        self.instants: list[float] = []

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, block: bytearray) -> int | None:  # type: ignore[override]
        """Read a block, and record the time."""
        self.offsets.append(self._file.tell())
        self.instants.append(process_time())
        return self._file.readinto(block)

    def reached(self, offset: int) -> float:
        """When the block that begins at or after an offset was read."""
        return self.instants[bisect_left(self.offsets, offset)]


def run(path: Path, facts: int) -> ReplayCost:
    """Replay the file with the real command."""
    commands, offsets = _offsets(path, facts)
    watched = ObservedFile(path)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(watched, 1 << 13))
    start, wall = process_time(), perf_counter()
    shoplink(["replay", "-"], standalone_mode=False)
    wall_seconds = perf_counter() - wall
    marks = [watched.reached(offset) for offset in offsets]
    return ReplayCost(
        facts=facts,
        commands=commands,
        facts_seconds=marks[0] - start,
        tenth_seconds=[after - before for before, after in pairwise(marks)],
        wall_seconds=wall_seconds,
        peak_bytes=_peak_bytes(),
    )


def _offsets(path: Path, facts: int) -> tuple[int, list[int]]:
    """How many commands follow the facts, and the offsets in the file at which each tenth of them begins and ends."""
    with path.open("rb") as file:
        commands = sum(1 for _ in file) - facts
    ends = {facts + commands * tenth // TENTHS for tenth in range(TENTHS + 1)}
    offsets, offset = [], 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            offset += len(line)
            if number in ends:
                offsets.append(offset)
    return commands, offsets


def _peak_bytes() -> int:
    """The peak resident memory of this process alone.

    On Linux it is read from /proc, because `ru_maxrss` also counts the parent that forked the process.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        import resource  # noqa: PLC0415 (absent on Windows)

        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    pin_to_one_core()
    measured = run(Path(sys.argv[1]), int(sys.argv[2]))
    os.write(sys.stderr.fileno(), msgspec.json.encode(measured) + b"\n")
