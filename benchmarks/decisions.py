"""How many invitations per second are decided on one processor core: by our core, by a flat function, by two engines.

Run with `python -m benchmarks decisions`.
"""

import json
from collections.abc import Callable
from math import ceil
from statistics import median
from time import process_time
from typing import NamedTuple

from benchmarks import flat
from benchmarks.chart import Bar, Chart
from benchmarks.engines import Cedar, Zen, facts
from benchmarks.report import Table, spread, verdict
from benchmarks.scene import Scene, build
from shoplink.core import Accepted, Invite, World, decide

ROUNDS = 21
CORE_PER_SECOND = 150_000
CORE_TO_FLAT = 1 / 3
CORE_TO_ENGINE = 10

METHOD = f"""
A World of a few hundred shops and accounts with varied facts, links, invitations, quotas and waivers; three workloads
of 1,000 invitations each, of many different pairs. `decide` answers with all reasons, their next actors, instants and
numbers; so does the flat function, one hand-written function over plain objects (`benchmarks/flat.py`). The engines
answer yes or no to one rule expression, with every fact and count worked out and encoded for them beforehand, which is
not timed. Before anything is timed the flat function must agree with the core to the last number, and the engines on
every yes and no. The contenders take turns in {ROUNDS} rounds on one core; a speed is the median, a ratio is taken
within each round and shown as median (least–greatest). Time is the processor's, so that other programs disturb it less,
though not nothing: the load average when the run began stands below, and ratios are worth more than speeds.
"""


class Contender(NamedTuple):
    """One way to decide: `run` decides a whole workload; `target` is the intended ratio of the core's speed to its own."""

    name: str
    run: Callable[[], object]
    target: float | None = None


def measure(*, quick: bool) -> list[Table]:
    """Time every contender on every workload, in turn, in each round; one table per workload."""
    rounds, round_seconds = (3, 0.02) if quick else (ROUNDS, 0.05)
    scene = build()
    plain = flat.flatten(scene.world)
    tables = []
    for name, invites in scene.workloads.items():
        contenders = _contenders(scene, plain, invites)
        seconds = _race(contenders, rounds, round_seconds)
        tables.append(_table(name, len(invites), contenders, seconds))
    return tables


def _contenders(scene: Scene, plain: flat.FlatWorld, invites: list[Invite]) -> list[Contender]:
    """The contenders on one workload, after a check that they agree."""
    world = scene.world
    known = [facts(plain, invite) for invite in invites]
    contexts = [json.dumps(context).encode() for context in known]
    cedar, zen = Cedar(), Zen()
    requests = [cedar.request(invite, context) for invite, context in zip(invites, known, strict=True)]
    answers = [isinstance(decide(world, invite), Accepted) for invite in invites]
    for invite in invites:
        _agree(world, plain, invite)
    for others in (
        cedar.allowed(requests),
        zen.by_engine(contexts),
        zen.by_decision(contexts),
        zen.by_expression(known),
    ):
        assert others == answers, "every contender must decide alike"
    return [
        Contender("core: `decide`, all reasons", lambda: [decide(world, invite) for invite in invites]),
        Contender(
            "flat function, all reasons",
            lambda: [flat.invite(plain, invite) for invite in invites],
            CORE_TO_FLAT,
        ),
        Contender("cedarpy, yes or no", lambda: cedar.allowed(requests), CORE_TO_ENGINE),
        Contender("zen-engine, decision, yes or no", lambda: zen.by_decision(contexts), CORE_TO_ENGINE),
        Contender("zen-engine, loader, yes or no", lambda: zen.by_engine(contexts), CORE_TO_ENGINE),
        Contender("zen-engine, bare expression", lambda: zen.by_expression(known)),
    ]


def _agree(world: World, plain: flat.FlatWorld, invite: Invite) -> None:
    """Require that the flat function gives exactly the core's answers."""
    ours, theirs = decide(world, invite), flat.invite(plain, invite)
    if isinstance(ours, Accepted):
        assert isinstance(theirs, tuple), f"the flat function refuses {invite}"
        (event,) = ours.events
        mine = {name: getattr(event, name) for name in event.__struct_fields__ if name != "link_id"}
        assert mine == {key: value for key, value in theirs[0].items() if key not in {"type", "link_id"}}
        assert list(ours.warnings) == theirs[1], f"the flat function warns otherwise of {invite}"
    else:
        reasons = [(r.code, r.next_actor, r.possible_at, r.params) for r in ours.reasons]
        assert reasons == theirs, f"the flat function refuses {invite} otherwise"


def _race(contenders: list[Contender], rounds: int, round_seconds: float) -> list[list[float]]:
    """The processor seconds of one run for each contender and round; the contenders run in turn."""
    repeats = [max(1, ceil(round_seconds / _timed(contender.run, 1))) for contender in contenders]
    laps: list[list[float]] = [[] for _ in contenders]
    for _ in range(rounds):
        for contender, times, repeat in zip(contenders, laps, repeats, strict=True):
            times.append(_timed(contender.run, repeat))
    return laps


def _timed(run: Callable[[], object], repeat: int) -> float:
    start = process_time()
    for _ in range(repeat):
        run()
    return (process_time() - start) / repeat


def _table(name: str, size: int, contenders: list[Contender], seconds: list[list[float]]) -> Table:
    """Decisions per second, how many times as fast the core is, and the targets."""
    core = seconds[0]
    rows, bars = [], []
    for contender, times in zip(contenders, seconds, strict=True):
        per_second = size / median(times)
        ratios = [other / mine for other, mine in zip(times, core, strict=True)]
        if times is core:
            ratio, target = "1", f"≥ {CORE_PER_SECOND:,}/s: {verdict(per_second, CORE_PER_SECOND)}"
        else:
            ratio = spread(ratios)
            wanted = contender.target
            target = "–" if wanted is None else f"≥ {wanted:.2f}: {verdict(median(ratios), wanted)}"
        rows.append((contender.name, f"{per_second:,.0f}", ratio, target))
        ends = size / max(times), size / min(times)
        bars.append(Bar(contender.name, per_second, *ends, tone="ours" if times is core else "other"))
    header = ("decided by", "decisions/s", "core ÷ it (min–max)", "target")
    file = f"decisions-{name.partition(',')[0]}"
    chart = Chart(file, f"Decisions a second, one core: {name}", "decisions/s", bars)
    return Table(f"Decisions: {name}", header, rows, chart=chart)
