"""Judge files of orders. Every input row is in the output: in the result with its link, or in the rejects with its reasons."""

import errno
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from shoplink.attribution import judgement
from shoplink.attribution.engine import Engine, Form
from shoplink.attribution.instants import to_micros
from shoplink.attribution.mapping import Mapping, MappingError
from shoplink.attribution.source import open_orders, rows_for_parquet
from shoplink.attribution.staging import stage_links
from shoplink.core.commission.attribution import Period
from shoplink.flows.commission import stop
from shoplink.flows.commission.outputs import Outputs, outputs
from shoplink.flows.commission.rejects import is_replaceable, require_replaceable, write_rejects
from shoplink.wording import Tag

ReportStep = Callable[[str, float], None]
"""A function that is called with the name of the current step and its progress, from 0 to 1."""


class UnsoundError(RuntimeError):
    """An impossible input or result: links that overlap, rows lost or doubled. Nothing was written."""


class AttributionRequest(Struct, frozen=True):
    """The files to judge, the links to judge by, and where the results go.

    With `since` the files are earlier results, and only rows that a link changed since then can affect are judged
    again. `engine` opens an engine with a temporary folder, which is made within `work`.
    """

    orders: Sequence[str]
    links: Iterable[Period]
    out: Path
    form: Form
    rejects: Path
    engine: Callable[[Path], Engine]
    work: Path
    mapping: Mapping | None = None
    since: datetime | None = None
    tag: Tag | None = None


class AttributionResult(Struct, frozen=True):
    """The counts of a run: rows read, judged and rejected, and links read.

    `spans` is the number of time spans into which the join was split (docs/explanation/attribution.md). `cleaned` is
    the number of ids that had to be cleaned, `skipped` the lines that describe columns.
    """

    rows: int
    judged: int
    rejected: int
    links: int
    spans: int
    cleaned: int = 0
    skipped: tuple[str, ...] = ()


def attribute_files(request: AttributionRequest, say: ReportStep) -> AttributionResult:
    """Judge orders by links, and write the result and the rejects.

    Raises MappingError, PeriodsError, EngineError, UnsoundError, BusyError, OthersRejectsError or OSError; then nothing
    is written.
    """
    if request.out.is_dir():
        raise FileExistsError(errno.EEXIST, "a folder of this name is there already", str(request.out))
    with stop.held(), outputs((request.out, request.rejects), request.work) as made:
        with stop.let_through():
            say("links", 0)
            count = stage_links(request.links, made.work / "links.parquet")
            with closing(request.engine(made.work)) as engine:
                done = _judge(request, engine, made, count, say)
            is_outdated = not done.rejected and is_replaceable(request.rejects, request.orders)
        made.publish(gone=[request.rejects] if is_outdated else [])
    return done


def _judge(
    request: AttributionRequest, engine: Engine, made: Outputs, count: int, say: ReportStep
) -> AttributionResult:
    work = made.work
    links = engine.links(work / "links.parquet")
    for wrong in engine.rows(judgement.overlapping_links(links).limit(1)):
        raise UnsoundError(
            f"the links {wrong['before_id']} and {wrong['link_id']} of the account {wrong['account_id']} overlap: "
            "an account is linked with one shop at a time"
        )
    plan = judgement.plan_for(**next(engine.rows(judgement.summarise_links(links))))
    source = open_orders(
        engine, request.orders, request.mapping, work, lambda progress: say("reading", progress)
    )
    rows = rows_for_parquet(source) if request.form == "parquet" else source.rows
    if request.since is None:
        result = judgement.attribute_rows(rows, source.fields, links, plan)
    elif not source.new:
        result = judgement.attribute_rows_since(rows, source.fields, links, plan, to_micros(request.since))
    else:
        raise MappingError(
            f"{', '.join(source.new)}: found no columns {', '.join(judgement.RESULT)}; expected an earlier result"
        )
    judged = engine.write(
        result, made.part(request.out), request.form, lambda progress: say("judging", progress)
    )
    rejected = 0
    if judged < source.count:
        say("rejects", 0)
        require_replaceable(request.rejects, request.orders)
        left = engine.rows(judgement.reject_rows(source.rows, source.fields, links, plan))
        rejected = write_rejects(left, source, made.part(request.rejects), request.tag)
    if judged + rejected != source.count:
        raise UnsoundError(
            f"of {source.count} rows {judged} were judged and {rejected} rejected: this does not add up"
        )
    return AttributionResult(
        source.count, judged, rejected, count, plan.spans, source.cleaned, source.descriptions
    )
