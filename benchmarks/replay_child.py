"""The child that `benchmarks.replay` times: runs `shoplink replay -` on one file and says what it cost.

Run with `python -m benchmarks.replay_child FILE FACTS`: the first FACTS lines only record shops and
accounts; the commands after them are timed in tenths. The command is the real one; only its standard
input is watched, block by block, so nothing is added per line.
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


class Measured(msgspec.Struct):
    """What one replay cost: processor seconds for the facts and for each tenth of the commands.

    `wall_seconds` is the whole run by the wall; `peak_bytes` the greatest resident memory.
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


class Watched(io.RawIOBase):
    """A file that remembers when each of its blocks was asked for, in processor seconds."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._file = io.FileIO(path)
        self.offsets: list[int] = []
        self.instants: list[float] = []

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, block: bytearray) -> int | None:  # type: ignore[override]
        """Read a block, and remember when."""
        self.offsets.append(self._file.tell())
        self.instants.append(process_time())
        return self._file.readinto(block)

    def reached(self, offset: int) -> float:
        """When the block that begins at or after an offset was asked for."""
        return self.instants[bisect_left(self.offsets, offset)]


def run(path: Path, facts: int) -> Measured:
    """Replay the file with the real command."""
    commands, offsets = _offsets(path, facts)
    watched = Watched(path)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(watched, 1 << 13))
    start, wall = process_time(), perf_counter()
    shoplink(["replay", "-"], standalone_mode=False)
    wall_seconds = perf_counter() - wall
    marks = [watched.reached(offset) for offset in offsets]
    return Measured(
        facts=facts,
        commands=commands,
        facts_seconds=marks[0] - start,
        tenth_seconds=[after - before for before, after in pairwise(marks)],
        wall_seconds=wall_seconds,
        peak_bytes=_peak_bytes(),
    )


def _offsets(path: Path, facts: int) -> tuple[int, list[int]]:
    """How many commands come after the facts, and where in the file each tenth of them begins and ends."""
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
    """The greatest resident memory of this process alone.

    Linux says it by the process; `ru_maxrss` there also counts the parent that forked it.
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
