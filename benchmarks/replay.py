"""How fast `shoplink replay` runs through a file, how much memory it takes, and whether the cost grows with the state.

Run with `python -m benchmarks replay`.
"""

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import command_file
from benchmarks.chart import Bar, Chart
from benchmarks.replay_child import TENTHS, ReplayCost
from benchmarks.report import Table, spread, verdict

SHOPS, ACCOUNTS = 10_000, 100_000
SIZES = (100_000, 1_000_000)
RUNS = 3
PER_SECOND = 40_000

METHOD = f"""
Files of believable commands over the same shops and accounts (`benchmarks/command_file.py`); the smaller file is the
beginning of the larger. Each is run by `shoplink replay` in a fresh process on one core with its output thrown away,
{RUNS} times in turn; medians of processor time. Only the commands after the facts of shops and accounts are counted;
facts have their own column.
"""


def measure(*, quick: bool) -> list[Table]:
    """Replay a file of each size in a fresh process, in turn; with `quick` there are fewer shops and accounts too."""
    sizes, runs, scale = ((2_000, 20_000), 1, 50) if quick else (SIZES, RUNS, 1)
    shops, accounts = SHOPS // scale, ACCOUNTS // scale
    with TemporaryDirectory(prefix="shoplink-benchmark-") as folder:
        files = {size: Path(folder, f"{size}.ndjson") for size in sizes}
        for size, path in files.items():
            command_file.write(path, size, shops, accounts, seed=1)
        rounds = [{size: _child(path, shops + accounts) for size, path in files.items()} for _ in range(runs)]
    facts = f"Both files begin with the facts of {shops:,} shops and {accounts:,} accounts."
    return [_sizes(rounds, facts), _tenths(rounds, max(sizes))]


def _child(path: Path, facts: int) -> ReplayCost:
    """One replay in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.replay_child", str(path), str(facts)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    summary, measured = done.stderr.splitlines()[-2:]
    assert b" 0 invalid" in summary, f"the file must hold valid commands only: {summary.decode()}"
    return msgspec.json.decode(measured, type=ReplayCost)


def _sizes(rounds: list[dict[int, ReplayCost]], facts: str) -> Table:
    """One row per file: speed, memory, and the cost per command compared with the smallest file."""
    smallest = min(rounds[0])
    rows = []
    for size in rounds[0]:
        runs = [measured[size] for measured in rounds]
        per_second = size / median(run.seconds for run in runs)
        growth = [
            (measured[size].seconds / size) / (measured[smallest].seconds / smallest) for measured in rounds
        ]
        rows.append(
            (
                f"{size:,}",
                f"{per_second:,.0f}",
                f"{1e6 / per_second:.1f}",
                "1" if size == smallest else spread(growth),
                f"{runs[0].facts / median(run.facts_seconds for run in runs):,.0f}",
                f"{median(run.wall_seconds for run in runs):.1f}",
                f"{max(run.peak_bytes for run in runs) / 2**20:,.0f}",
                f"≥ {PER_SECOND:,}/s: {verdict(per_second, PER_SECOND)}",
            )
        )
    header = (
        "commands",
        "commands/s",
        "µs each",
        "cost each ÷ smallest file's",
        "facts/s",
        "whole run, s",
        "peak memory, MiB",
        "target",
    )
    return Table("Replay: `shoplink replay FILE`", header, rows, facts)


def _tenths(rounds: list[dict[int, ReplayCost]], size: int) -> Table:
    """The cost per command in each tenth of the largest file."""
    runs = [measured[size] for measured in rounds]
    tenths = zip(*(run.tenth_seconds for run in runs), strict=True)
    costs = [median(seconds) * TENTHS / size * 1e6 for seconds in tenths]
    header = [f"{tenth}." for tenth in range(1, TENTHS + 1)]
    bars = [Bar(name, cost, tone="ours") for name, cost in zip(header, costs, strict=True)]
    title = f"µs per command in each tenth of {size:,}"
    chart = Chart("replay-tenths", f"shoplink replay: {title}", "µs", bars)
    return Table(f"Replay: {title}", header, [[f"{cost:.1f}" for cost in costs]], chart=chart)
