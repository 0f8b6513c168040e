"""Statements from results: what shops owe, what creators are due, and what has changed of closed periods.

Every row is judged again first. Nothing is written unless each is what links and rate make it, and every sum is that of
its rows.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from msgspec import Struct

from shoplink.attribution.engine import Engine
from shoplink.attribution.identities import Run, identify
from shoplink.attribution.judgement import RESULT
from shoplink.attribution.mapping import Mapping, MappingError
from shoplink.attribution.source import OrderSource, open_orders
from shoplink.attribution.staging import Links, stage_links
from shoplink.attribution.statement import cut, judged, lines, sums
from shoplink.attribution.statement.judged import At
from shoplink.core.commission.calendar import Calendar
from shoplink.core.commission.closing import (
    Closing,
    ClosingError,
    Record,
    require_next,
    require_same_division,
    sealed,
)
from shoplink.core.commission.sides import HandlePeriod, KnownSides
from shoplink.flows.commission import stop
from shoplink.flows.commission.judge import UnsoundError, links_and_plan
from shoplink.flows.commission.outputs import Outputs, outputs
from shoplink.flows.commission.statement import folder as places
from shoplink.flows.commission.statement.out import Pages, Statements, write_folder
from shoplink.flows.commission.statement.record import (
    INDEX,
    closed_in,
    hash_of,
    read_record,
    write_index,
)
from shoplink.flows.commission.statement.zones import MarketsOf, zones_of

_NAMED_ROWS = 5

Table = Any
"""A table of an engine."""


class StatementRequest(Struct, frozen=True):
    """The statements to write: from which results, by which links, into which folder.

    `handles` tell who had which handle when, where orders name their creators so. `calendar` divides time, in `zone` if it is given; `at` is the instant that places orders in it. `record` is the folder
    of the closed periods, `close` the name of a period to close. `shop_id` and `period` choose what is written.
    """

    results: Sequence[str]
    links: Links
    folder: Path
    record: Path
    engine: Callable[[Path], Engine]
    now: Callable[[], datetime]
    mapping: Mapping | None = None
    handles: Iterable[HandlePeriod] | None = None
    markets_of: MarketsOf | None = None
    calendar: Calendar = Calendar()
    zone: tzinfo | None = None
    at: At = "ordered"
    shop_id: str | None = None
    period: str | None = None
    close: str | None = None
    pages: Pages = "shops"


class StatementResult(Struct, frozen=True):
    """What was written: rows summed, pages, and lines that adjust closed periods, by reason.

    `zone` is where periods begin. `undated` rows have no instant yet and are in no period. `kept` are the statements of
    closed periods that are taken as they were closed, because the results have no row of them. `digest` seals what was
    closed.
    """

    rows: int
    pages: int
    zone: str
    adjustments: dict[str, int] = {}
    undated: int = 0
    kept: tuple[str, ...] = ()
    closed: str | None = None
    digest: str | None = None


def write_statements(request: StatementRequest) -> StatementResult:
    """Write the statements, and close a period if that is asked.

    Raises MappingError, PeriodsError, EngineError, UnsoundError, ClosingError, FolderError, BusyError, OSError; then nothing
    is changed.
    """
    places.require_ours(request.folder)
    request.folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    files = [request.folder]
    if request.close:
        request.record.mkdir(parents=True, exist_ok=True)
        files += [request.record / INDEX, request.record / f"{request.close}.parquet"]
    with stop.held(), outputs(files, request.folder.absolute().parent) as made:
        with stop.let_through():
            stage_links(request.links, made.work / "links")
            with closing(request.engine(made.work)) as engine:
                result = _write(request, engine, made)
            places.mark(made.part(request.folder))
            places.require_ours(request.folder)
        made.publish()
    return result


def _write(request: StatementRequest, engine: Engine, made: Outputs) -> StatementResult:
    """Judge again, cut into periods, compare with what is closed, and write what adds up."""
    links, plan = links_and_plan(engine, made.work / "links")
    source = open_orders(engine, request.results, request.mapping, made.work, lambda _: None)
    if source.new:
        raise MappingError(
            f"{', '.join(source.new)}: found no columns {', '.join(RESULT)}; `shoplink attribute` writes them"
        )
    if "handle" in source.mapping.columns:
        # Who was no stranger when the rows were judged is none now; an affiliate stays one.
        run = Run(KnownSides(handles=request.handles), strangers=True, now=request.now(), work=made.work)
        source, _ = identify(engine, source, links, run)
    rows = engine.named(judged.judged_rows(source, links, plan, request.at), "judged")
    _require_sound(engine, source, rows)
    zones = zones_of(
        request.zone,
        source.mapping.zone,
        lambda: [row["shop_id"] for row in engine.rows(judged.shops_of(rows))],
        request.markets_of,
    )
    record = _record(request, zones.name)
    days = [at for day in engine.rows(cut.days_of(rows)) for at in (day["first"], day["last"])]
    rows = engine.named(cut.placed(rows, request.calendar, zones, days), "placed")
    _require_next(request, record, engine, rows)
    stated, kept = _stated(request, record, engine, rows)
    _require_sums(engine, stated, rows, kept)
    if request.close:
        record = _close(request, record, engine, stated, made)
    shown = lines.chosen(stated, request.shop_id, request.period)
    undated = lines.undated_rows(rows, request.shop_id)
    out = Statements(shown, links, undated, zones, request.pages)
    pages = write_folder(engine, made.part(request.folder), out)
    return StatementResult(
        rows=source.count,
        pages=pages,
        zone=zones.name,
        adjustments={row["reason"]: row["lines"] for row in engine.rows(lines.reasons(stated))},
        undated=_count(engine, undated),
        kept=tuple(f"{row['shop_id']} {row['period']}" for row in engine.rows(kept))
        if kept is not None
        else (),
        closed=request.close,
        digest=record.closings[-1].digest if request.close else None,
    )


def _require_sound(engine: Engine, source: OrderSource, rows: Table) -> None:
    """Require that every row can be read, and is what links and rate make it. Raises UnsoundError."""
    read = _count(engine, rows)
    if read != source.count:
        broken = [{"file": line.file, "line": line.line} for line in source.broken]
        wrong = [*engine.rows(judged.unread_rows(source).limit(_NAMED_ROWS)), *broken][:_NAMED_ROWS]
        raise UnsoundError(
            f"{source.count - read:,} of {source.count:,} rows cannot be read as orders: {_places(wrong)}; give the mapping "
            "that they were judged with"
        ).told("unread", rows=source.count - read)
    stale = judged.stale_rows(rows)
    if count := _count(engine, stale):
        some = list(engine.rows(stale.order_by(["file", "line"]).limit(_NAMED_ROWS)))
        raise UnsoundError(
            f"{count:,} of {source.count:,} rows are not what links and rate make them now: {_places(some, _difference)}; "
            "judge them again: `shoplink attribute`"
        ).told("stale", rows=count)


def _places(rows: Sequence[dict[str, Any]], more: Callable[[dict[str, Any]], str] = lambda _: "") -> str:
    return "; ".join(f"{row['file']} line {row['line']}{more(row)}" for row in rows)


def _difference(row: dict[str, Any]) -> str:
    """What a row says of itself and is not."""
    parts = [
        f"{name} is {row[f'stated_{name}']!r}, now {row[name]!r}"
        for name in RESULT
        if row[name] != row[f"stated_{name}"]
    ]
    return f" ({', '.join(parts)})"


def _count(engine: Engine, rows: Table) -> int:
    count: int = next(engine.rows(rows.agg(count=rows.count())))["count"]
    return count


def _record(request: StatementRequest, zone: str) -> Record:
    """What is closed. Raises ClosingError if that was changed, or if time was divided in another way."""
    found = read_record(request.record)
    if found is not None:
        require_same_division(found, request.calendar, request.at, zone)
    return closed_in(found, request.calendar, request.at, zone)


def _require_next(request: StatementRequest, record: Record, engine: Engine, rows: Table) -> None:
    """Require that every row with an instant is in a period that can be stated. Raises UnsoundError, ClosingError."""
    outside = lines.outside_rows(rows)
    if count := _count(engine, outside):
        some = list(engine.rows(outside.order_by(["file", "line"]).limit(_NAMED_ROWS)))
        days = request.calendar.days
        raise UnsoundError(
            f"{count:,} rows are not within the list of days, {days[0]} to {days[-1]}: {_places(some)}; name more days"
        )
    present = sorted(request.calendar.named(row["period"]) for row in engine.rows(lines.periods_of(rows)))
    first = request.calendar.named(record.closings[0].period) if record.closings else None
    if first is not None and present and present[0] < first:
        raise UnsoundError(
            f"found rows of {present[0].name}, but the record of closed periods begins with {first.name}: leave them out"
        ).told("before_first", period=present[0].name, first=first.name)
    if request.close:
        closed = {one.period for one in record.closings}
        period = request.calendar.named(request.close)
        open_before = [one.name for one in present if one < period and one.name not in closed]
        require_next(record, period, open_before)


def _stated(
    request: StatementRequest, record: Record, engine: Engine, rows: Table
) -> tuple[Table, Table | None]:
    """The lines of every period; and the closed statements of which the results have no row."""
    closed_periods = [one.period for one in record.closings]
    own = lines.own_lines(lines.of_periods(rows, closed_periods, inside=False))
    if not closed_periods:
        return engine.named(own, "stated"), None
    files = [request.record / one.file for one in record.closings]
    closed = engine.table(files, "closed", lines.LINES)
    again = lines.of_periods(rows, closed_periods, inside=True)
    kept = engine.named(lines.kept_statements(closed, again), "kept")
    if record.next is None:
        raise ClosingError("days_end", period=closed_periods[-1])
    changes = lines.adjustment_lines(closed, again, record.next.name)
    return engine.named(lines.all_lines(closed, own, changes), "stated"), kept


def _require_sums(engine: Engine, stated: Table, rows: Table, kept: Table | None) -> None:
    """Require that all lines add up to the rows as they are judged now, per currency. Raises UnsoundError."""
    whole = {row["currency"]: row for row in engine.rows(sums.totals(lines.dated_rows(rows)))}
    found = {row["currency"]: row for row in engine.rows(sums.totals(lines.without(stated, kept)))}
    for currency in found.keys() | whole.keys():
        for name in sums.STATED:
            pair = found.get(currency, {}).get(name, 0), whole.get(currency, {}).get(name, 0)
            if pair[0] != pair[1]:
                raise UnsoundError(f"{name} in {currency} adds up to {pair[0]}, its rows to {pair[1]}")


def _close(request: StatementRequest, record: Record, engine: Engine, stated: Table, made: Outputs) -> Record:
    """Write the lines of the period that is closed, and the record with it."""
    assert request.close is not None, "only called to close a period"
    path = request.record / f"{request.close}.parquet"
    part = made.part(path)
    fixed = lines.chosen(stated, None, request.close)
    count = engine.write(fixed, part, "parquet", lambda _: None)
    due = {row["currency"]: row["commission_minor"] for row in engine.rows(sums.totals(fixed))}
    record = sealed(
        record, Closing(request.close, request.now(), path.name, hash_of(part), count, commission_minor=due)
    )
    write_index(record, made.part(request.record / INDEX))
    return record
