"""Who the shops and creators of orders are: ids are held to who is recorded, handles to who had them then.

It implements for columns what `core.commission.judgement` implements for one order, before links are met. Wrong ids are
looked for among the different ids of a file, so the rows pay for them only where there are any.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct
from msgspec.structs import replace

from shoplink.attribution.engine import HOLDERS, RESERVED, Engine
from shoplink.attribution.fields import FieldReading
from shoplink.attribution.instants import from_micros, to_micros
from shoplink.attribution.mapping import Field, MappingError
from shoplink.attribution.source import OrderSource
from shoplink.core.commission.handles import HandleUse, handle_spans
from shoplink.core.commission.sides import Fit, HandlePeriod, KnownSides
from shoplink.core.values import WrongValueError, fold_handle, read_handle
from shoplink.table.cell import as_text, plain_handle

_ALWAYS = 2**62
_ID = r"\A[A-Za-z0-9_.:-]{1,64}\z"
_AT_A_TIME = 50_000
_IDS = pa.schema([("known_id", pa.string())])
_HANDLES = pa.schema(
    [("handle", pa.string()), ("account_id", pa.string()), ("begun_at", pa.int64()), ("ended_at", pa.int64())]
)
_SPELLED = pa.schema([(f"{RESERVED}spelled", pa.string()), (f"{RESERVED}folded", pa.string())])
_SPANS = pa.schema(
    [
        (f"{RESERVED}held", pa.string()),
        (f"{RESERVED}held_from", pa.int64()),
        (f"{RESERVED}held_to", pa.int64()),
        (f"{RESERVED}holder", pa.string()),
        (HOLDERS, pa.string()),
    ]
)
_NOTHING = ibis.null(str)
_TRUE = ibis.literal(value=True)


class Run(Struct, frozen=True):
    """What holds for a whole run: who is recorded, whether others are affiliates, the instant, and a temporary folder."""

    known: KnownSides
    strangers: bool
    now: datetime
    work: Path


def identify(engine: Engine, source: OrderSource, links: ir.Table, run: Run) -> tuple[OrderSource, Fit]:
    """The orders with the accounts of their handles, and a problem for each side that is not known, and the future.

    Where nothing tells which shops or accounts are recorded, those of the links are all that are known, and none is
    rejected for it. Raises MappingError if there are handles and nothing tells whose they are.
    """
    rows, fields = source.rows, dict(source.fields)
    at = fields["ordered_at"]
    fields["ordered_at"] = _held(at, (at.value > to_micros(run.now)).ifelse("in_future", _NOTHING))
    by_handle = "handle" in source.mapping.columns
    if by_handle:
        rows, fields = _by_handle(engine, rows, fields, run)
    account = fields["account_id"]
    handle = ibis.literal("@") + fields["handle"].value if by_handle else _NOTHING
    sides = rows.select(shop=_fine(fields["shop_id"]), account=ibis.coalesce(_fine(account), handle))
    met = engine.named(sides.distinct(), "sides")
    known = run.known
    shops = _known(engine, met.select(id="shop"), _recorded(engine, run, "shops", links.shop_id), "shops_met")
    those = _recorded(engine, run, "accounts", links.account_id)
    accounts = _known(engine, met.select(id="account"), those, "accounts_met")
    if by_handle:
        accounts = accounts.mutate(is_known=~accounts.id.startswith("@"))
    fit = Fit(*_counts(engine, shops), *_counts(engine, accounts))
    word = None if known.shops is None else "unknown_shop"
    rows, fields = _hold(engine, rows, fields, "shop_id", _wrong(shops, word))
    if not by_handle:
        word = None if run.strangers or known.accounts is None else "unknown_account"
        rows, fields = _hold(engine, rows, fields, "account_id", _wrong(accounts, word))
    return replace(source, rows=rows, fields=fields), fit


def _recorded(
    engine: Engine, run: Run, kind: Literal["shops", "accounts"], linked: ir.StringValue
) -> ir.Table:
    """The ids that are recorded; those of the links if nothing tells."""
    ids: Iterable[str] | None = getattr(run.known, kind)
    if ids is None:
        return linked.name("known_id").as_table()
    return _stage(engine, ((one,) for one in ids), _IDS, run.work, f"known_{kind}")


def _held(reading: FieldReading, problem: ir.StringValue) -> FieldReading:
    """A field that has a further problem, or none if that is null."""
    return FieldReading(
        reading.value, reading.fine & problem.isnull(), ibis.coalesce(reading.problem, problem)
    )


def _fine(reading: FieldReading) -> ir.StringValue:
    """The value of a field where it is one."""
    return reading.fine.ifelse(reading.value, _NOTHING)


def _known(engine: Engine, met: ir.Table, recorded: ir.Table, name: str) -> ir.Table:
    """The different ids of the orders, each with whether it is known."""
    ids, those = met.filter(met.id.notnull()).distinct(), recorded.distinct()
    joined = ids.left_join(those, ids.id == those.known_id)
    return engine.named(joined.select("id", is_known=joined.known_id.notnull()), name)


def _counts(engine: Engine, ids: ir.Table) -> tuple[int, int]:
    found = next(engine.rows(ids.agg(all=ids.count(), known=ids.is_known.cast("int64").sum().fill_null(0))))
    return found["all"], int(found["known"])


def _wrong(ids: ir.Table, unknown: str | None) -> ir.Table:
    """The ids that cannot be judged, each with the word for its problem; `unknown` is that of one that nobody knows."""
    is_none = ~ids.id.re_search(_ID)
    word = ibis.cases((is_none, "not_id"), (~ids.is_known, unknown or _NOTHING), else_=_NOTHING)
    return ids.select("id", word=word).filter(lambda table: table.word.notnull())


def _hold(
    engine: Engine, rows: ir.Table, fields: dict[Field, FieldReading], field: Field, wrong: ir.Table
) -> tuple[ir.Table, dict[Field, FieldReading]]:
    """The rows with a problem in a field where its id is among the wrong ones."""
    if not next(engine.rows(wrong.agg(count=wrong.count())))["count"]:
        return rows, fields
    key, word = f"{RESERVED}key_of_{field}", f"{RESERVED}wrong_{field}"
    those = wrong.select(**{f"{RESERVED}id_of_{field}": wrong.id, word: wrong.word})
    keyed = rows.mutate(**{key: _fine(fields[field])})
    joined = keyed.left_join(those, keyed[key] == those[f"{RESERVED}id_of_{field}"])
    return joined, {**fields, field: _held(fields[field], joined[word])}


def _by_handle(
    engine: Engine, rows: ir.Table, fields: dict[Field, FieldReading], run: Run
) -> tuple[ir.Table, dict[Field, FieldReading]]:
    """The rows with the account that had the handle then, and a problem where it was none, or not one."""
    if run.known.handles is None:
        raise MappingError(
            "the orders name their creators by handle; links in files need --handles, which "
            "`shoplink export --what handles` writes"
        )
    raw, at = fields["handle"].value, fields["ordered_at"]
    spelled = _stage(engine, _spelled(engine, rows, raw), _SPELLED, run.work, "spelled")
    handles = _stage(engine, _rows_of(run.known.handles), _HANDLES, run.work, "known_handles")
    spans = _stage(engine, _spans(engine, handles, spelled), _SPANS, run.work, "handle_spans")
    keyed = rows.mutate(**{f"{RESERVED}handle_cell": raw, f"{RESERVED}handle_at": _instant(at)})
    named = keyed.left_join(spelled, keyed[f"{RESERVED}handle_cell"] == spelled[f"{RESERVED}spelled"])
    folded = named[f"{RESERVED}folded"]
    found = named.left_join(
        spans,
        [
            folded == spans[f"{RESERVED}held"],
            named[f"{RESERVED}handle_at"] >= spans[f"{RESERVED}held_from"],
            named[f"{RESERVED}handle_at"] < spans[f"{RESERVED}held_to"],
        ],
    )
    folded, holder, cell = (
        found[f"{RESERVED}folded"],
        found[f"{RESERVED}holder"],
        found[f"{RESERVED}handle_cell"],
    )
    is_read = found[f"{RESERVED}handle_at"].notnull()
    problem = ibis.cases(
        (cell.isnull(), _NOTHING),
        (folded.isnull(), "not_handle"),
        (found[HOLDERS].notnull(), "several_accounts"),
        (holder.isnull() & is_read, _NOTHING if run.strangers else "unknown_handle"),
        else_=_NOTHING,
    )
    account = ibis.coalesce(holder, ibis.literal("@") + folded)
    return found, {
        **fields,
        "handle": FieldReading(folded, problem.isnull(), problem),
        "account_id": FieldReading(account, _TRUE, _NOTHING),
    }


def _instant(at: FieldReading) -> ir.IntegerValue:
    return at.fine.ifelse(at.value, ibis.null("int64"))


def _rows_of(periods: Iterable[HandlePeriod]) -> Iterator[tuple[Any, ...]]:
    for one in periods:
        begun_at, ended_at = (None if at is None else to_micros(at) for at in (one.begun_at, one.ended_at))
        yield one.handle, one.account_id, begun_at, ended_at


def _spelled(engine: Engine, rows: ir.Table, raw: ir.StringValue) -> Iterator[tuple[Any, ...]]:
    """Each different cell of handles, with the folded handle that it means; None if it cannot be one."""
    cells = rows.select(cell=raw).filter(lambda table: table.cell.notnull()).distinct()
    for row in engine.rows(cells):
        try:
            yield row["cell"], fold_handle(read_handle(plain_handle(as_text(row["cell"]))))
        except WrongValueError:
            yield row["cell"], None


def _spans(engine: Engine, handles: ir.Table, spelled: ir.Table) -> Iterator[tuple[Any, ...]]:
    """The spans of the handles that the orders name, handle by handle."""
    wanted = handles.semi_join(spelled, handles.handle == spelled[f"{RESERVED}folded"])
    for handle, uses in groupby(engine.rows(wanted.order_by("handle")), itemgetter("handle")):
        for span in handle_spans(_use(row) for row in uses):
            since = -_ALWAYS if span.since is None else to_micros(span.since)
            until = _ALWAYS if span.until is None else to_micros(span.until)
            is_one = len(span.accounts) == 1
            holder, holders = (span.accounts[0], None) if is_one else (None, ", ".join(span.accounts))
            yield handle, since, until, holder, holders


def _use(row: dict[str, Any]) -> HandleUse:
    since, until = (
        None if row[name] is None else from_micros(row[name]) for name in ("begun_at", "ended_at")
    )
    return HandleUse(row["account_id"], since, until)


def _stage(engine: Engine, rows: Iterator[tuple[Any, ...]], schema: Any, work: Path, name: str) -> ir.Table:
    """Rows as a table of the engine, through a file; in bounded memory."""
    file = work / f"{name}.parquet"
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(rows, _AT_A_TIME)):
            columns = zip(*some, strict=True)
            cells = [pa.array(column, one.type) for column, one in zip(columns, schema, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(cells, schema=schema))
    return engine.table([file], name, ibis.schema({one.name: str(one.type) for one in schema}))
