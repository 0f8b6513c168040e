"""Opens files of orders, CSV or Parquet: their rows, with an expression for every field."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from pathlib import Path

import ibis
import ibis.expr.types as ir
from msgspec import Struct
from msgspec.structs import replace

from shoplink.attribution import fields as reading
from shoplink.attribution.column_check import check_columns, check_columns_agree
from shoplink.attribution.engine import SURPLUS, Engine, ReportProgress, Shape, cell_of
from shoplink.attribution.fields import FieldReading
from shoplink.attribution.input_files import form_of, parts_of
from shoplink.attribution.join.creators import Join, Joined, join_creators, with_joined
from shoplink.attribution.judgement import RESULT
from shoplink.attribution.mapping import BP_OF, Field, Mapping, own_names
from shoplink.attribution.order_file import StagedFile, header_of, stage_orders
from shoplink.attribution.order_rows import BrokenLine
from shoplink.attribution.order_shares import divide, divided_fields, read_shares
from shoplink.attribution.row_choice import (
    AGAIN,
    LEFT_OUT,
    Again,
    SameAmount,
    left_out,
    mark_repeated,
    same_amounts,
)
from shoplink.table.cell import IdCount


class OrderSource(Struct):
    """Opened orders: the rows, their fields, and the broken lines, which are not rows.

    `count` is the number of rows and broken lines. `new` are the files that are not an earlier result. `cleaned` is the
    number of ids that had to be cleaned, `texts` are the columns of text, `descriptions` are the lines that describe columns and are skipped. `left_out` are
    the rows that do not count (`row_choice`), with `again` those that come again. `lacking` are columns that are empty in
    a file because it does not have them. `surplus` are the lines with text beyond the header's columns, which is kept in a
    column of its own. `joined` is what became of a join. `taken` are the tables: file, encoding, delimiter, sheet. `small_rates` is the column of rates in
    per cent that are all below 1, or empty.
    """

    rows: ir.Table
    fields: dict[Field, FieldReading]
    mapping: Mapping
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    broken: list[BrokenLine]
    count: int
    new: list[str]
    cleaned: int = 0
    descriptions: tuple[str, ...] = ()
    left_out: ir.Table | None = None
    again: Again = Again()
    same_amounts: tuple[SameAmount, ...] = ()
    lacking: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    taken: tuple[tuple[str, str, str, str], ...] = ()
    small_rates: str = ""
    joined: Joined | None = None


def open_orders(  # noqa: PLR0913, PLR0917 (the rows of a run, and who joins them)
    engine: Engine,
    files: Sequence[str],
    mapping: Mapping | None,
    work: Path,
    report: ReportProgress,
    join: Join | None = None,
) -> OrderSource:
    """Open files of orders. CSV is first converted to Parquet in the folder `work`.

    Without a mapping the columns have the names of the fields. `join` gives the orders their creators. Raises MappingError, EngineError, OSError.
    """
    files = parts_of(files)
    is_csv = form_of(files) == "csv"
    files = files if is_csv else [part for file in files for part in engine.parts(file)]
    if is_csv:
        header = header_of(Path(files[0]), work, mapping or own_names())
        mapping = _for_header(mapping, header)
    tables = _staged(files if is_csv else (), mapping, work, report)
    staged = [str(table.file) for table in tables.values()] if is_csv else list(files)
    # Look at every file by itself: opened together, a column that one of them lacks would be empty there.
    has_partitions = mapping is not None and mapping.rows.partitions
    shapes = {
        file: engine.orders([one], is_csv=is_csv, has_partitions=has_partitions)[1]
        for file, one in zip(files, staged, strict=True)
    }
    present = {name for one in shapes.values() for name in one.kinds}
    mapping = mapping.named_as_in(present) if mapping else own_names(present)
    if mapping.is_preset:
        mapping = mapping.without_absent(present)
    mapping = mapping if join else with_joined(mapping, present)
    lacking = tuple(
        f"{file}: has no column {column}, which is taken as empty"
        for file, one in shapes.items()
        for column in check_columns(mapping, one, file, present)
    )
    check_columns_agree(mapping, shapes)
    rows, shape = engine.orders(staged, is_csv=is_csv, has_partitions=has_partitions)
    count = next(engine.rows(rows.agg(count=rows.count())))["count"]
    joined = None
    if join is not None:
        rows, shape, mapping, joined = join_creators(engine, (rows, shape, mapping), join, work)
    source, shape = _as_read(rows, shape, mapping, tables, count)
    new = [file for file, one in shapes.items() if not set(RESULT) <= set(one.kinds)]
    source = replace(source, new=new, lacking=lacking, joined=joined)
    source = _as_new(source, shape, engine, files) if new else _as_result(source, shape, engine)
    return replace(source, small_rates=_small_rates(engine, source))


def _for_header(mapping: Mapping | None, header: Sequence[str]) -> Mapping | None:
    """A mapping with the names that columns have in a header, and the columns that an earlier join has made."""
    if mapping is None:
        own = own_names(header)
        joined = with_joined(own, header)
        return None if joined is own else joined
    return with_joined(mapping.named_as_in(header) if mapping.names else mapping, header)


def _staged(
    files: Sequence[str], mapping: Mapping | None, work: Path, report: ReportProgress
) -> dict[str, StagedFile]:
    """Tables converted to Parquet in the folder `work`, by their names."""
    tables: dict[str, StagedFile] = {}
    for number, file in enumerate(files):

        def report_overall(done: float, number: int = number) -> None:
            report((number + done) / len(files))

        out = work / f"orders-{number}.parquet"
        tables[file] = stage_orders(Path(file), out, mapping or own_names(), report_overall)
    return tables


def _as_read(
    rows: ir.Table, shape: Shape, mapping: Mapping, tables: dict[str, StagedFile], count: int
) -> tuple[OrderSource, Shape]:
    """The source of `count` rows before its fields are read, with what staging its tables has found; and its shape."""
    ids = IdCount()
    for table in tables.values():
        ids.long, ids.zeros = ids.long + table.ids.long, ids.zeros + table.ids.zeros
    shape = replace(shape, zeros_are_rounding=ids.are_rounded)
    columns = tuple(shape.kinds)
    if any(table.surplus for table in tables.values()):
        extra = next(
            name for name in (f"surplus{end}" for end in ("", " (line)", "'", "''")) if name not in columns
        )
        rows, columns = rows.mutate(**{extra: rows[SURPLUS]}), (*columns, extra)
        shape = replace(shape, kinds={**shape.kinds, extra: "text"}, types={**shape.types, extra: "text"})
    broken = [line for table in tables.values() for line in table.broken]
    source = OrderSource(
        rows,
        {},
        mapping,
        columns,
        tuple(name for name in columns if shape.kinds[name] == "text"),
        broken,
        count + len(broken),
        [],
        sum(table.cleaned for table in tables.values()),
        tuple(f"{file}: line {table.description}" for file, table in tables.items() if table.description),
        surplus=tuple(f"{file}: line {line}" for file, table in tables.items() for line in table.surplus),
        taken=tuple((file, *table.taken) for file, table in tables.items()),
    )
    return source, shape


def _small_rates(engine: Engine, source: OrderSource) -> str:
    """The column of rates in per cent if none of them reaches 1 and not all are 0: they may be fractions. Else empty."""
    column = source.mapping.column("commission_rate")
    if column is None or source.mapping.rates != "percent":
        return ""
    rate = source.fields["commission_rate"]
    most = rate.fine.ifelse(rate.value, ibis.null("int64")).max()
    found = next(engine.rows(source.rows.agg(most=most)))["most"] or 0
    return column if 0 < found < BP_OF["percent"] else ""


def _as_result(source: OrderSource, shape: Shape, engine: Engine) -> OrderSource:
    """The source read as an earlier result: which rows count was decided then."""
    rows, fields = reading.read_fields(source.rows, shape, source.mapping, engine, is_result=True)
    if divided_fields(source.mapping):
        fields = read_shares(rows, fields, source.mapping)
    return replace(source, rows=rows, fields=fields)


def _as_new(source: OrderSource, shape: Shape, engine: Engine, files: Sequence[str]) -> OrderSource:
    """The source with the rows that count, and the others beside them."""
    mapping, where = source.mapping, source.mapping.rows.where
    rows, again = mark_repeated(source.rows, shape, mapping, engine, files)
    if where:
        rows = rows.mutate(**{LEFT_OUT: left_out(rows, where)})
    rows, fields = reading.read_fields(rows, shape, mapping, engine, is_result=False)
    aside = None
    marks = [name for name in (AGAIN, LEFT_OUT) if name in rows.columns]
    if marks:
        aside = rows.filter(reduce(or_, (rows[name].notnull() for name in marks)))
    if AGAIN in marks:
        rows = rows.filter(rows[AGAIN].isnull())
    same = same_amounts(rows, shape, mapping, engine) if shape.is_csv else []
    if divided_fields(mapping):
        rows, fields = divide(rows, fields, mapping)
    if LEFT_OUT in marks:
        rows = rows.filter(rows[LEFT_OUT].isnull())
    return replace(source, rows=rows, fields=fields, left_out=aside, again=again, same_amounts=tuple(same))


def rows_for_parquet(source: OrderSource) -> ir.Table:
    """The rows with trimmed cells of fields, to write orders that were CSV as Parquet.

    Spaces around a cell and lower-case letters of a currency have no meaning in CSV, but they do in Parquet. The trimmed
    cells exist already, so this is free; trimming three columns of 10,000,000 rows at each reading takes 7 to 19 s.
    """
    cells = {
        column: source.rows[cell_of(field)]
        for field, column in source.mapping.columns.items()
        if cell_of(field) in source.rows.columns
    }
    if currency := source.mapping.column("currency"):
        cells |= {currency: cells[currency].upper()} if currency in cells else {}
    return source.rows.mutate(**cells)
