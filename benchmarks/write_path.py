"""How fast commands are stored and the store answers, compared with what is possible without shoplink.

Run with `python -m benchmarks write_path`; `--quick` for a smaller run that proves little.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from statistics import median
from typing import NamedTuple, TypeVar

from benchmarks import write_path_bare as bare
from benchmarks import write_path_batches as batches
from benchmarks import write_path_rival as rival
from benchmarks import write_path_single as single
from benchmarks.chart import Bar, Chart, Tone
from benchmarks.report import Table, spread, verdict
from benchmarks.write_path_hot import hot_and_spread
from benchmarks.write_path_reads import ours_and_bare
from benchmarks.write_path_service import Load, load, serving
from benchmarks.write_path_world import World, build, drop

T = TypeVar("T")

WORKERS = (2, 3, 4)
SERVERS = ((), ("--workers", "2"))


class Size(NamedTuple):
    """The sizes of the measurements."""

    rounds: int
    seconds: float
    shops: int
    requests: int
    links: tuple[int, int]

    @property
    def free(self) -> int:
        """How many accounts can be invited."""
        return self.shops * 5 // 2


FULL = Size(rounds=3, seconds=3, shops=20_000, requests=100, links=(10_000, 1_000_000))
QUICK = Size(rounds=2, seconds=1, shops=10_000, requests=30, links=(10_000, 60_000))

METHOD = f"""
Everything runs on this one machine, servers, rivals and callers together, each contender on a fresh copy of the same
database; the contenders take turns in {FULL.rounds} rounds of {FULL.seconds} s, and a ratio is taken within each round
and shown as median (least–greatest). Wall-clock time; `fsync` and `synchronous_commit` are on, SQLite is
`synchronous=FULL`. Commands are invitations, each of a random one of {FULL.shops:,} shops (four links each) and of
{FULL.free:,} accounts, of which one in 14 cannot be invited. The hand-written function
(`benchmarks/write_path_invite.sql`) has the same locks, rules, reasons and rows as the write path, knows the
rulebook's numbers by heart, and is held to the same answers and rows before anything is timed; `pgbench` calls it with
prepared statements, one command a transaction. The numbers of clients, processes and threads that were fastest in a
first round are used for each side. The bare loop runs the very statements and parameters that the write path ran,
recorded on another copy, and nothing else. The bare FastAPI view (`benchmarks/write_path_fastapi.py`) reads the feed
by the same statement and answers the same; it checks no key.
"""


class Line(NamedTuple):
    """One row: what is compared with what, both sides of each round, and the target ratio.

    With `faster` the sides are speeds and the target is a minimum; otherwise they are times and it is a maximum.
    """

    what: str
    against: str
    rounds: list[tuple[float, float]]
    target: float
    unit: str
    faster: bool = True
    inverse: bool = False

    def row(self) -> tuple[str, ...]:
        """The medians, the ratio, and whether the target is reached."""
        ratios = self._ratios()
        reached = (
            verdict(median(ratios), self.target) if self.faster else verdict(self.target, median(ratios))
        )
        sides = [_number(median(side)) for side in zip(*self.rounds, strict=True)]
        return (
            self.what,
            self.against,
            *(f"{side} {self.unit}" for side in sides),
            spread(ratios),
            f"{'≥' if self.faster else '≤'} {self.target:g}: {reached}",
        )

    def bar(self) -> Bar:
        """The result as a multiple of the target."""
        reached = [ratio / self.target if self.faster else self.target / ratio for ratio in self._ratios()]
        tone: Tone = "ours" if median(reached) >= 1 else "missed"
        return Bar(f"{self.what} ÷ {self.against}", median(reached), min(reached), max(reached), tone)

    def _ratios(self) -> list[float]:
        return [b / a if self.inverse else a / b for a, b in self.rounds]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def measure(*, quick: bool) -> list[Table]:
    """The table of the write path."""
    size = QUICK if quick else FULL
    lines, notes = [], []
    for kind, side in (("postgresql", _against_pgbench), ("sqlite", _against_bare_loop)):
        world = build(kind, shops=size.shops, links_each=4, live=2, free=size.free)
        measured, note = side(world, size)
        lines += measured + _on_both(world, size)
        notes.append(note)
        drop(world.url)
        checks, look_ups, pages = single.reads_by_size(kind, size.links, size.rounds, size.requests * 4)
        few, many = (f"{links:,} links" for links in size.links)
        lines += [
            Line(f"{kind}: check, p99, {many}", few, _ms(checks), 1.3, "ms", faster=False),
            Line(f"{kind}: link look-up, p99, {many}", few, _ms(look_ups), 1.3, "ms", faster=False),
            Line(f"{kind}: 1,000th page of links", "first page", _ms(pages), 1.2, "ms", faster=False),
        ]
    header = ("what", "against", "it", "the other", "ratio (min–max)", "target")
    chart = Chart(
        "write-path",
        "How far each target is reached",
        "times the target (1: just reached)",
        [line.bar() for line in lines],
        line=1,
        log=True,
    )
    rows = [line.row() for line in lines]
    return [Table("Ratios", header, rows, " ".join([*notes, _versions()]), chart)]


def _against_pgbench(world: World, size: Size) -> tuple[list[Line], str]:
    """Batches, and single requests, beside `pgbench`."""
    rival.install(world.url)
    rival.agree(world)

    def pgbench(clients: int, seed: int) -> float:
        return _on_a_copy(world, lambda url: rival.pgbench(world, url, clients, size.seconds, seed))

    def batched(workers: int, seed: int) -> float:
        return _on_a_copy(world, lambda url: batches.speed(world, url, workers, size.seconds, seed))

    def served(options: tuple[str, ...], seed: int) -> Load:
        return _on_a_copy(world, lambda url: _invited(world, url, options, size.seconds, seed))

    clients = max(rival.CLIENTS, key=partial(pgbench, seed=99))
    workers = max(WORKERS, key=partial(batched, seed=99))
    options = max(SERVERS, key=lambda options: served(options, 99).per_second)
    rounds = [
        (batched(workers, seed), served(options, seed), pgbench(clients, seed)) for seed in range(size.rounds)
    ]
    busy = max(answered.busy for _, answered, _ in rounds)
    lines = [
        Line(
            "postgresql: batches of 1,000", "pgbench", [(ours, other) for ours, _, other in rounds], 3, "/s"
        ),
        Line(
            "postgresql: one command a request, 64 connections",
            "pgbench",
            [(ours.per_second, other) for _, ours, other in rounds],
            0.35,
            "/s",
        ),
    ]
    return lines, (
        f"`pgbench` ran with {clients} clients, the batches in {workers} processes with shops of their own,"
        f" the service as `shoplink serve {' '.join(options)}`; the program behind the 64 connections was busy"
        f" {busy:.0%} of the time."
    )


def _against_bare_loop(world: World, size: Size) -> tuple[list[Line], str]:
    """Single requests beside a loop of the same statements."""

    def served(options: tuple[str, ...], seed: int) -> Load:
        return _on_a_copy(world, lambda url: _invited(world, url, options, size.seconds, seed))

    options = max(((), ("--threads", "64")), key=lambda options: served(options, 99).per_second)
    rounds = []
    for seed in range(size.rounds):
        transactions = bare.record_statements(world, round(size.seconds * 500), seed)
        rounds.append((served(options, seed).per_second, bare.speed(world, transactions)))
    line = Line("sqlite: one command a request, 64 connections", "bare sqlite3 loop", rounds, 0.4, "/s")
    return [line], f"On SQLite it was `shoplink serve {' '.join(options)}`."


def _on_both(world: World, size: Size) -> list[Line]:
    """The measurements that run on both databases."""
    streams = single.stream_and_singles(world, size.rounds)
    stored = single.repeated_and_first(world, size.rounds, size.requests)
    together = single.grouped_and_ungrouped(world, size.rounds, size.requests)
    workers = 2 if world.kind == "postgresql" else 1
    return [
        Line(
            f"{world.kind}: 100 commands in one stream",
            "100 single requests",
            _ms(streams),
            15,
            "ms",
            inverse=True,
        ),
        Line(
            f"{world.kind}: 64 clients on one hot shop",
            "64 shops",
            hot_and_spread(world, size.rounds, size.seconds),
            0.3,
            "/s",
        ),
        Line(
            f"{world.kind}: stored idempotent answer", "first execution", _ms(stored), 0.3, "ms", faster=False
        ),
        Line(
            f"{world.kind}: one command, 1 connection",
            "without group commit",
            _ms(together),
            1.05,
            "ms",
            faster=False,
        ),
        Line(
            f"{world.kind}: page of the feed, with a key, 64 connections",
            "bare FastAPI view",
            ours_and_bare(world, workers, size.rounds, size.seconds),
            0.7,
            "/s",
        ),
    ]


def _invited(world: World, url: str, options: tuple[str, ...], seconds: float, seed: int) -> Load:
    """64 connections that send invitations."""
    with serving(url, *options) as service:
        answered = load(
            service, seconds, conversation="invite_repeatedly", shops=world.shops, free=world.free, seed=seed
        )
    assert answered.statuses.keys() <= {"201", "409"}, f"unexpected answers: {answered}"
    return answered


def _on_a_copy(world: World, use: Callable[[str], T]) -> T:
    url = world.copy()
    try:
        return use(url)
    finally:
        drop(url)


def _ms(rounds: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(a * 1000, b * 1000) for a, b in rounds]


def _versions() -> str:
    """The versions that the numbers of the write path belong to, besides the machine."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("django", "granian", "psycopg"))
    server = rival.postgresql_version()
    return f"PostgreSQL {server}, SQLite {sqlite3.sqlite_version}, {libraries}."
