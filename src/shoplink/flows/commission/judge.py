"""Judge files of orders. Every input row is in the output: in the result with its link, or in the rejects with its reasons."""

import errno
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shoplink.attribution import judgement
from shoplink.attribution.engine import Engine, Form
from shoplink.attribution.identities import Run, identify
from shoplink.attribution.input_files import form_of
from shoplink.attribution.instants import to_micros
from shoplink.attribution.join.creators import Join
from shoplink.attribution.mapping import Mapping, MappingError
from shoplink.attribution.order_shares import divided_fields
from shoplink.attribution.source import OrderSource, open_orders, rows_for_parquet
from shoplink.attribution.spreadsheet import columns_to_quote, guard
from shoplink.attribution.staging import Links, stage_links
from shoplink.core.commission.sides import Fit, KnownSides
from shoplink.core.commission.told import ToldError
from shoplink.flows import clock
from shoplink.flows.commission import stop, summary
from shoplink.flows.commission.earlier import EarlierRejects, earlier_rejects
from shoplink.flows.commission.outputs import Outputs, outputs
from shoplink.flows.commission.rejects import (
    Written,
    is_replaceable,
    require_replaceable,
    write_left_out,
    write_rejects,
)
from shoplink.flows.commission.summary import AttributionResult, BasisSum, FileTaken
from shoplink.wording import Tag

ReportStep = Callable[[str, float], None]
"""A function that is called with the name of the current step and its progress, from 0 to 1."""


class UnsoundError(ToldError, RuntimeError):
    """An impossible input or result: links that overlap, rows lost or doubled. Nothing was written."""


class UnknownSidesError(ToldError, RuntimeError):
    """No shop or no account of the orders is known, as if a column were another one. Nothing was written."""

    def __init__(self, fit: Fit) -> None:
        """`fit` says how many there are, and how many are known."""
        super().__init__(
            f"{fit}: is the mapping that of another file? Nothing was written; --allow-unknown judges nevertheless"
        )
        self.told("unknown_sides")


class AttributionRequest(Struct, frozen=True):
    """The files to judge, the links to judge by, and where the results go.

    With `since` the files are earlier results, and only rows that a link changed since then can affect are judged
    again. `engine` opens an engine with a temporary folder, which is made within `work`. `sides` tells who is recorded;
    `strangers` says that an account or handle that nobody knows is an affiliate's (None: as the mapping says, else if
    no accounts are told). Where no shop or no account of the orders is known at all, nothing is judged unless
    `allow_unknown`. `now` is the instant of the run, the system's if None.
    """

    orders: Sequence[str]
    links: Links
    out: Path
    form: Form
    rejects: Path
    engine: Callable[[Path], Engine]
    work: Path
    mapping: Mapping | None = None
    join: Join | None = None
    since: datetime | None = None
    tag: Tag | None = None
    sides: KnownSides = KnownSides()
    strangers: bool | None = None
    allow_unknown: bool = True
    now: datetime | None = None

    @property
    def left_out(self) -> Path:
        """The file of the rows that do not count."""
        return left_out_beside(self.rejects)


def left_out_beside(rejects: Path) -> Path:
    """The file of the rows that do not count, beside the rejects."""
    return rejects.with_name(f"{rejects.stem.removesuffix('.rejects')}.left-out.csv")


def attribute_files(request: AttributionRequest, say: ReportStep) -> AttributionResult:
    """Judge orders by links, and write the result and the rejects.

    Raises MappingError, PeriodsError, SidesError, UnknownSidesError, EngineError, UnsoundError, BusyError,
    OthersRejectsError or OSError; then nothing is written.
    """
    if request.out.is_dir():
        raise FileExistsError(errno.EEXIST, "a folder of this name is there already", str(request.out))
    files = (request.out, request.rejects, request.left_out)
    with stop.held(), outputs(files, request.work) as made:
        with stop.let_through():
            say("links", 0)
            count = stage_links(request.links, made.work / "links")
            with closing(request.engine(made.work)) as engine:
                done, known = _Judging(request, engine, made, say).judged(count)
            empty = [file for file in files if not made.part(file).exists()]
            outdated = [
                file
                for file in empty
                if is_replaceable(file, known if file == request.rejects else request.orders)
            ]
        made.publish(gone=outdated)
    return done


class _Judging:
    """One run, up to the files that it writes."""

    def __init__(self, request: AttributionRequest, engine: Engine, made: Outputs, say: ReportStep) -> None:
        self._request = request
        self._engine = engine
        self._made = made
        self._say = say

    def judged(self, count: int) -> tuple[AttributionResult, list[str]]:
        """Judge by so many links; returns what came of it, and the orders whose rejects the new ones replace."""
        request, engine, made = self._request, self._engine, self._made
        links, plan = links_and_plan(engine, made.work / "links")
        run = Run(request.sides, _strangers(request), request.now or clock.machine_now(), made.work)
        source, fit = identify(engine, self._opened(request.orders, made.work, request.join), links, run)
        if fit.is_none and not request.allow_unknown:
            raise UnknownSidesError(fit)
        rows = rows_for_parquet(source) if request.form == "parquet" else source.rows
        again: list[OrderSource] = []
        earlier = EarlierRejects([], set(), [], [])
        if request.since is None:
            result = judgement.attribute_rows(rows, source.fields, links, plan)
        else:
            since = to_micros(request.since)
            earlier, opened = self._earlier(source)
            again = [_as_rejected(identify(engine, more, links, run)[0]) for more in opened]
            result = judgement.attribute_rows_since(rows, source.fields, links, plan, since)
            for more in again:
                rows = rows_for_parquet(more) if request.form == "parquet" else more.rows
                result = judgement.union_of(result, judgement.attribute_rows(rows, more.fields, links, plan))
        result, judged = self._written(result, [source, *again])
        known = [*request.orders, *earlier.files]
        left = rejected = Written(0, Counter())
        if source.left_out is not None:
            require_replaceable(request.left_out, request.orders)
            left = write_left_out(
                engine.rows(source.left_out), source, made.part(request.left_out), request.tag
            )
        read = source.count + sum(more.count for more in again) + len(earlier.kept)
        if judged + left.rows < read:
            self._say("rejects", 0)
            require_replaceable(request.rejects, known)
            failed = [
                (one, engine.rows(judgement.reject_rows(one.rows, one.fields, links, plan)))
                for one in (source, *again)
            ]
            kept = [dict(zip(earlier.header, cells, strict=False)) for cells in earlier.kept]
            rejected = write_rejects(failed, made.part(request.rejects), request.tag, kept)
        if judged + rejected.rows + left.rows != read:
            raise UnsoundError(
                f"of {read} rows {judged} were judged, {rejected.rows} rejected and {left.rows} left out: "
                "this does not add up"
            )
        written = engine.written(result, made.part(request.out), request.form)
        sums = summary.by_basis(engine.rows(judgement.sums_by_basis(written, source.mapping)))
        done = _result(source, judged, rejected, left, sums)
        met = next(engine.rows(judgement.links_met(written)))
        fit = replace(fit, links=count, **met)
        return replace(done, rows=read, links=count, spans=plan.spans, fit=fit), known

    def _written(self, result: Any, sources: list[OrderSource]) -> tuple[Any, int]:
        """Write the result; returns it as it was written, and the number of its rows."""
        quoted: list[str] = []
        if self._request.form == "csv":
            for source in sources:
                quoted += columns_to_quote(self._engine, source.rows, source.texts)
            result = guard(result, sources[0].texts)
            quoted = [name for name in result.columns if name in quoted]
        out = self._made.part(self._request.out)
        form = self._request.form
        return result, self._engine.write(
            result, out, form, lambda progress: self._say("judging", progress), quoted
        )

    def _opened(self, files: Sequence[str], work: Path, join: Join | None = None) -> OrderSource:
        mapping = self._request.mapping
        return open_orders(
            self._engine, files, mapping, work, lambda progress: self._say("reading", progress), join
        )

    def _earlier(self, source: OrderSource) -> tuple[EarlierRejects, list[OrderSource]]:
        """The rejects of the results to update, and those of them that are judged again. Raises MappingError, OSError."""
        request = self._request
        if source.new:
            raise MappingError(
                f"{', '.join(source.new)}: found no columns {', '.join(judgement.RESULT)}; expected an earlier result"
            )
        work = self._made.work / "earlier"
        work.mkdir()
        form = form_of(request.orders)
        earlier = earlier_rejects(request.orders, request.rejects, request.out, form, work)
        if earlier.again and divided_fields(source.mapping):
            raise MappingError(
                f"{source.mapping.name}: per_order: the rows of an order cannot be divided among earlier rejects alone; "
                "judge the orders themselves, without --since"
            )
        opened = []
        for number, file in enumerate(earlier.again):
            folder = work / str(number)
            folder.mkdir()
            more = self._opened([file], folder)
            opened.append(more)
        return earlier, opened


def _result(
    source: OrderSource, judged: int, rejected: Written, left: Written, sums: tuple[BasisSum, ...]
) -> AttributionResult:
    repeated = source.again.identical + source.again.different
    zone = source.mapping.zone
    return AttributionResult(
        rows=source.count,
        judged=judged,
        rejected=rejected.rows,
        left_out=left.rows - repeated,
        repeated=source.again,
        by_basis=sums,
        rejected_by=summary.reject_counts(rejected.reasons),
        first_rejects=rejected.first,
        left_out_by=summary.left_out_counts(left.reasons),
        cleaned=source.cleaned,
        skipped=source.descriptions,
        same_amounts=source.same_amounts,
        lacking=source.lacking,
        surplus=source.surplus,
        preset=source.mapping.name if source.mapping.is_preset else "",
        about=source.mapping.about,
        small_rates=source.small_rates,
        zone="" if zone is None else str(zone),
        files=tuple(FileTaken(*taken) for taken in source.taken),
        join=source.joined,
    )


def links_and_plan(engine: Engine, file: Path) -> tuple[Any, judgement.Plan]:
    """The links in a file, and how the join with them is divided. Raises UnsoundError if links overlap."""
    links = engine.links(file)
    for wrong in engine.rows(judgement.overlapping_links(links).limit(1)):
        raise UnsoundError(
            f"the links {wrong['before_id']} and {wrong['link_id']} of the account {wrong['account_id']} overlap: "
            "an account is linked with one shop at a time"
        ).told("overlapping_links", account=wrong["account_id"])
    return links, judgement.plan_for(**next(engine.rows(judgement.summarise_links(links))))


def _strangers(request: AttributionRequest) -> bool:
    """Whether an account or handle that nobody knows is an affiliate's."""
    if request.strangers is not None:
        return request.strangers
    stated = request.mapping.unknown_accounts if request.mapping else None
    return request.sides.accounts is None if stated is None else stated == "affiliate"


def _as_rejected(source: OrderSource) -> OrderSource:
    return replace(source, rows=judgement.as_rejected(source.rows))
