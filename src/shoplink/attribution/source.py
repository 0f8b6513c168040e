"""Files of orders, opened: their rows with every field as an expression, whatever they were written in."""

from collections.abc import Sequence
from pathlib import Path

import ibis.expr.types as ir
from msgspec import Struct

from shoplink.attribution import fields as reading
from shoplink.attribution.column_check import check_columns, check_columns_agree
from shoplink.attribution.engine import Engine, Form, ReportProgress, cell_of
from shoplink.attribution.fields import FieldReading
from shoplink.attribution.judgement import RESULT
from shoplink.attribution.mapping import Field, Mapping, MappingError, own_names
from shoplink.attribution.staging import BrokenLine, stage_csv

_CSV = (".csv", ".tsv", ".txt")


class OrderSource(Struct):
    """Orders, opened: their rows, the fields of those, and the lines that are no rows at all.

    `new` are the files that are no earlier result, which says of every row whose it is.
    """

    rows: ir.Table
    fields: dict[Field, FieldReading]
    mapping: Mapping
    columns: tuple[str, ...]
    broken: list[BrokenLine]
    count: int
    new: list[str]


def form_of(files: Sequence[str]) -> Form:
    """What files are written in, by their names. Raises MappingError if that is not one thing."""
    forms: set[Form] = {"csv" if Path(file).suffix.lower() in _CSV else "parquet" for file in files}
    if len(forms) > 1:
        raise MappingError(f"found CSV and Parquet among {', '.join(files)}; expected one of them in one run")
    return forms.pop()


def open_orders(
    engine: Engine, files: Sequence[str], mapping: Mapping | None, work: Path, tell: ReportProgress
) -> OrderSource:
    """Open files of orders; what has to be made Parquet first goes into the folder `work`.

    Without a mapping columns are named as the fields are. Raises MappingError, EngineError, OSError.
    """
    is_csv = form_of(files) == "csv"
    files = files if is_csv else [part for file in files for part in engine.parts(file)]
    broken: list[BrokenLine] = []
    staged = list(files)
    for number, file in enumerate(files if is_csv else ()):
        out = work / f"orders-{number}.parquet"

        def tell_of_all(done: float, number: int = number) -> None:
            tell((number + done) / len(files))

        broken += stage_csv(Path(file), out, mapping or own_names(), tell_of_all).broken
        staged[number] = str(out)
    # Of every file by itself: among several a column that one of them lacks would be empty there.
    shapes = {file: engine.orders([one], is_csv=is_csv)[1] for file, one in zip(files, staged, strict=True)}
    mapping = mapping or own_names({name for one in shapes.values() for name in one.kinds})
    for file, one in shapes.items():
        check_columns(mapping, one, file)
    check_columns_agree(mapping, shapes)
    rows, shape = engine.orders(staged, is_csv=is_csv)
    count = next(engine.rows(rows.agg(count=rows.count())))["count"]
    new = [file for file, one in shapes.items() if not set(RESULT) <= set(one.kinds)]
    rows, fields = reading.read_fields(rows, shape, mapping, engine, is_result=not new)
    return OrderSource(rows, fields, mapping, tuple(shape.kinds), broken, count + len(broken), new)


def rows_for_parquet(source: OrderSource) -> ir.Table:
    """The rows with the cells of fields as they were read, for Parquet made of CSV.

    In CSV spaces around a cell and small letters of a currency mean nothing, in Parquet they do. The cells are there
    already, so this costs nothing; to trim three columns of 10,000,000 rows whenever Parquet is read takes 7 to 19 s.
    """
    cells = {
        column: source.rows[cell_of(field)]
        for field, column in source.mapping.columns.items()
        if cell_of(field) in source.rows.columns
    }
    if currency := source.mapping.column("currency"):
        cells |= {currency: cells[currency].upper()} if currency in cells else {}
    return source.rows.mutate(**cells)
