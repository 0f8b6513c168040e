"""Attribution of orders: compared with plans written by hand, within a memory limit, and as the number of orders grows.

Run with `python -m benchmarks attribution`.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from benchmarks import attribution_calls
from benchmarks.attribution_files import write_links, write_orders
from benchmarks.attribution_plans import by_duckdb, by_polars, by_python, digest, ours
from benchmarks.chart import Bar, Chart, Tone
from benchmarks.report import Table, spread, verdict

DENSITIES = (1, 10, 100)
CURVE = (1, 3, 10, 30, 100, 300)
OF_BETTER, OF_PYTHON, MEMORY_GIB, GROWTH = 0.9, 10, 3, 11

METHOD = f"""
Orders and links are Parquet, so is the result. **Plans**: ours is everything that `shoplink attribute` does with files
that are Parquet: it looks for links that overlap, chooses the spans of time by the links per pair of shop and account, reads every
field of every order with care, judges, writes. The plans written by hand, one statement of DuckDB each or one lazy frame
of Polars, take it that all is fine; so does the judge in plain Python, row by row, with a dict of lists that it bisects. All of DuckDB
have 2 threads and 2 GB. Before anything is timed all must have said the same of every order. They take turns in rounds; a
time is the median of a round's, by the wall; a ratio is taken within each round and shown as median (least–greatest):
how many times as fast ours is. Ratios above {OF_BETTER} of the better plan by hand are the aim at every density.
**Whole runs**: `shoplink attribute` in a fresh process, with links from a file of Parquet and 2 GB for DuckDB; memory is the
greatest resident set of the process. **Calls**: `POST /v1/attributions` over HTTP.
"""


class Sizes(NamedTuple):
    """The sizes of the measurements."""

    orders: int
    links: int
    rounds: int
    python_orders: int
    curve_orders: int
    whole: tuple[int, int]
    whole_links: int
    call_rounds: int


FULL = Sizes(4_000_000, 200_000, 3, 4_000_000, 1_000_000, (1_000_000, 10_000_000), 1_000_000, 15)
QUICK = Sizes(200_000, 20_000, 2, 100_000, 100_000, (20_000, 200_000), 20_000, 3)

Way = Callable[[Path], object]
Seconds = dict[str, list[float]]


def measure(*, quick: bool) -> list[Table]:
    """The tables of the part."""
    sizes = QUICK if quick else FULL
    with tempfile.TemporaryDirectory(prefix="shoplink-benchmark-") as folder:
        place = Path(folder)
        beside = [_plans(place, sizes, per_pair) for per_pair in DENSITIES]
        return [
            _better(sizes, beside),
            _python(place, sizes),
            _curve(place, sizes),
            _whole(place, sizes),
            attribution_calls.measure(sizes.call_rounds),
        ]


def _in_turn(ways: dict[str, Way], place: Path, rounds: int) -> Seconds:
    """The seconds of each way in each round. All must give the same result before anything is timed."""
    out = place / "out.parquet"
    said = {}
    for name, way in ways.items():
        way(out)
        said[name] = digest(out)
    assert all(each == said["ours"] for each in said.values()), said
    seconds: Seconds = {name: [] for name in ways}
    for number in range(rounds):
        order = list(ways.items())
        for name, way in order if number % 2 else order[::-1]:
            out.unlink(missing_ok=True)
            began = time.perf_counter()
            way(out)
            seconds[name].append(time.perf_counter() - began)
    return seconds


def _files(place: Path, orders: int, links: int, per_pair: int) -> tuple[Path, Path]:
    paths = place / "orders.parquet", place / "links.parquet"
    write_orders(paths[0], orders, write_links(paths[1], links, per_pair))
    return paths


def _plans(place: Path, sizes: Sizes, per_pair: int) -> tuple[int, int, Seconds]:
    """Our plan beside all plans written by hand, at one density."""
    files = _files(place, sizes.orders, sizes.links, per_pair)
    spans = ours(*files, place / "out.parquet")
    ways: dict[str, Way] = {
        "ours": partial(ours, *files),
        "DuckDB, interval": partial(by_duckdb, *files, plan="interval"),
        "DuckDB, as-of": partial(by_duckdb, *files, plan="as_of"),
        "Polars, interval": partial(by_polars, *files, plan="interval"),
        "Polars, as-of": partial(by_polars, *files, plan="as_of"),
    }
    return per_pair, spans, _in_turn(ways, place, sizes.rounds)


def _ratios(seconds: Seconds, *names: str) -> list[float]:
    """In each round, how many times as fast our plan is as the fastest of some others."""
    others = zip(*(seconds[name] for name in names), strict=True)
    return [min(those) / own for those, own in zip(others, seconds["ours"], strict=True)]


def _better(sizes: Sizes, beside: list[tuple[int, int, Seconds]]) -> Table:
    names = list(beside[0][2])
    rows, bars = [], []
    for per_pair, spans, seconds in beside:
        ratios = _ratios(seconds, "DuckDB, interval", "DuckDB, as-of")
        shown = [f"{median(seconds[name]):.2f}" for name in names]
        met = f"≥ {OF_BETTER}: {verdict(median(ratios), OF_BETTER)}"
        rows.append((f"{per_pair}", f"{spans}", *shown, spread(ratios), met))
        bars += [
            Bar(
                f"{per_pair} a pair: {name}",
                median(times),
                min(times),
                max(times),
                tone="ours" if name == "ours" else "other",
            )
            for name, times in seconds.items()
        ]
    header = (
        "links a pair",
        "our spans",
        *(f"{name}, s" for name in names),
        "÷ better of DuckDB’s",
        "target",
    )
    title = f"{sizes.orders:,} orders, {sizes.links:,} links: seconds, by links per pair of shop and account"
    return Table(
        "Attribution beside plans written by hand",
        header,
        rows,
        f"{sizes.orders:,} orders × {sizes.links:,} links, {sizes.rounds} rounds.",
        Chart("attribution-plans", title, "s", bars),
    )


def _python(place: Path, sizes: Sizes) -> Table:
    rows = []
    for per_pair in DENSITIES:
        files = _files(place, sizes.python_orders, sizes.links, per_pair)
        ways: dict[str, Way] = {
            "ours": partial(ours, *files),
            "Python": partial(by_python, *files),
        }
        seconds = _in_turn(ways, place, max(sizes.rounds - 1, 1))
        ratios = _ratios(seconds, "Python")
        rows.append(
            (
                f"{per_pair}",
                *(f"{median(seconds[name]):.2f}" for name in ways),
                spread(ratios),
                f"≥ {OF_PYTHON}: {verdict(median(ratios), OF_PYTHON)}",
            )
        )
    note = f"{sizes.python_orders:,} orders × {sizes.links:,} links."
    header = ("links a pair", "ours, s", "Python, s", "÷ Python", "target")
    return Table("Attribution beside a judge in plain Python", header, rows, note)


def _curve(place: Path, sizes: Sizes) -> Table:
    """Our plan at every density, with one time span and with as many as it chooses."""
    rows, bars = [], []
    for per_pair in CURVE:
        files = _files(place, sizes.curve_orders, sizes.links, per_pair)
        spans = ours(*files, place / "out.parquet")
        ways: dict[str, Way] = {"ours": partial(ours, *files), "one": partial(ours, *files, spans=1)}
        seconds = _in_turn(ways, place, sizes.rounds)
        times = [f"{median(seconds[name]):.2f}" for name in ways]
        rows.append((f"{per_pair}", f"{spans}", *times, spread(_ratios(seconds, "one"))))
        for name, label in (("ours", "spans chosen"), ("one", "one span")):
            taken = seconds[name]
            tone: Tone = "ours" if name == "ours" else "other"
            bars.append(Bar(f"{per_pair} a pair: {label}", median(taken), min(taken), max(taken), tone=tone))
    note = f"{sizes.curve_orders:,} orders × {sizes.links:,} links."
    header = ("links a pair", "spans chosen", "with them, s", "with one span, s", "÷ one span")
    title = "Within spans of time and without, by links per pair: seconds"
    chart = Chart("attribution-curve", title, "s", bars)
    return Table("How many spans of time, at which density", header, rows, note, chart)


def _whole(place: Path, sizes: Sizes) -> Table:
    """The command in a fresh process, with few and with many orders."""
    links = place / "links.parquet"
    pairs = write_links(links, sizes.whole_links, 10)
    found = {}
    for count in sizes.whole:
        orders = place / f"orders-{count}.parquet"
        write_orders(orders, count, pairs)
        found[count] = _run(orders, links, place / "out.parquet", count)
    few, many = sizes.whole
    growth = found[many][0] / found[few][0]
    rows = [
        (
            f"{count:,}",
            f"{seconds:.1f}",
            f"{count / seconds:,.0f}",
            f"{peak / 2**30:.2f}",
            f"≤ {MEMORY_GIB}: {verdict(MEMORY_GIB, peak / 2**30)}",
        )
        for count, (seconds, peak) in found.items()
    ]
    rows.append(("growth", f"{growth:.2f} ×", "", "", f"≤ {GROWTH}: {verdict(GROWTH, growth)}"))
    header = ("orders", "whole run, s", "orders/s", "peak memory, GiB", "target")
    return Table("`shoplink attribute`, whole runs", header, rows, f"With {sizes.whole_links:,} links.")


def _run(orders: Path, links: Path, out: Path, count: int) -> tuple[float, int]:
    """Wall-clock seconds, and the peak resident memory in bytes."""
    shoplink = Path(sys.executable).with_name("shoplink")
    command = map(str, (shoplink, "attribute", orders, "--links", links, "--out", out, "--json"))
    # Linux counts to a child the memory of the process that started it: so a small one does.
    done = subprocess.run([sys.executable, "-c", _WATCH, *command], stdout=subprocess.PIPE, check=True)
    said, seconds, peak = done.stdout.splitlines()
    assert msgspec.json.decode(said)["judged"] == count
    out.unlink()
    return float(seconds), int(peak) * (1 if sys.platform == "darwin" else 1024)


_WATCH = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
print(time.perf_counter() - began)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
