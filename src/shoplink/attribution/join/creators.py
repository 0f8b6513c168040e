"""Gives orders the creators of another export: those of the same order and SKU. No order is lost or doubled by it.

The result has them in columns of its own, by which it is read again. Memory is bounded, because the engine joins.
"""

from collections.abc import Container, Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
from msgspec import Struct
from msgspec.structs import replace

from shoplink.attribution.column_check import check_columns
from shoplink.attribution.engine import FILE, LINE, RESERVED, Engine, Shape, cell_of
from shoplink.attribution.input_files import form_of, parts_of
from shoplink.attribution.mapping import Field, Mapping, MappingError, Rates, own_names
from shoplink.attribution.order_file import header_of, stage_orders
from shoplink.attribution.row_choice import left_out

_FIELDS: tuple[Field, ...] = ("order_id", "sku_id", "account_id", "handle", "commission_rate")
_CREATOR: dict[Field, str] = {"account_id": "joined_account_id", "handle": "joined_handle"}
_RATE: dict[Rates, str] = {
    "bp": "joined_rate_bp",
    "percent": "joined_rate_percent",
    "fraction": "joined_rate_fraction",
}
"""The column of joined rates by their unit, so that a result is read as it was joined."""

_NAMED_MAX = 5
_SKU, _ORDER, _LINE = f"{RESERVED}join_sku", f"{RESERVED}join_order", f"{RESERVED}join_line"
_FOUND = f"{RESERVED}joined_"


class Join(Struct, frozen=True):
    """Files with the creators of orders, and their mapping; None if columns have the names of fields."""

    files: Sequence[str]
    mapping: Mapping | None


class Joined(Struct, frozen=True):
    """What became of a join. `rows` are the rows of orders that met a line.

    `lines` are those of the join files: `left_out` by their mapping, `unread` if their cells do not fit the header, `unmet`
    if no row of the orders has their order (and SKU). `several` is the number of orders (and SKUs) with several creators or
    rates. Of each, some are named. `by_sku` says that the SKU was compared, too.
    """

    rows: int = 0
    lines: int = 0
    left_out: int = 0
    unread: int = 0
    unmet: int = 0
    unmet_named: tuple[str, ...] = ()
    several: int = 0
    several_named: tuple[str, ...] = ()
    by_sku: bool = False
    preset: str = ""


def with_joined(mapping: Mapping, present: Container[str]) -> Mapping:
    """A mapping with the columns that an earlier join has given to a file with the columns `present`."""
    if _names_creator(mapping):
        return mapping
    columns = {field: column for field, column in _CREATOR.items() if column in present}
    rates = next((rates for rates, column in _RATE.items() if column in present), None)
    if not columns:
        return mapping
    if rates is None or _names_rate(mapping):
        return replace(mapping, columns={**mapping.columns, **columns})
    return replace(
        mapping, columns={**mapping.columns, **columns, "commission_rate": _RATE[rates]}, rates=rates
    )


def join_creators(
    engine: Engine, orders: tuple[ir.Table, Shape, Mapping], join: Join, work: Path
) -> tuple[ir.Table, Shape, Mapping, Joined]:
    """The rows of orders with the creators of the join files, and what became of these.

    Raises MappingError if the orders name creators themselves, or the files name none; EngineError, OSError.
    """
    rows, shape, mapping = orders
    _require_no_creator(mapping, shape)
    lines, theirs, found = _opened(engine, join, work)
    creator: Field = "handle" if "handle" in theirs.columns else "account_id"
    by_sku = "sku_id" in theirs.columns and "sku_id" in mapping.columns
    keyed = rows.mutate(
        **{_ORDER: _key(rows, shape, mapping, "order_id")},
        **({_SKU: _key(rows, shape, mapping, "sku_id")} if by_sku else {}),
    )
    keys = [_ORDER, _SKU] if by_sku else [_ORDER]
    given = engine.named(_by_key(lines, keys), "join")
    unmet = given.anti_join(keyed.select(keys).distinct(), keys)
    columns = {_CREATOR[creator]: "creator"}
    if "commission_rate" in theirs.columns and not _names_rate(mapping):
        columns[_RATE[theirs.rates]] = "rate"
    those = given.select(
        **{f"{_FOUND}{key}": given[key] for key in keys},
        **{column: given[name] for column, name in columns.items()},
    )
    met = keyed.left_join(those, [keyed[key] == those[f"{_FOUND}{key}"] for key in keys])
    with_rows = next(engine.rows(met.agg(count=met[f"{_FOUND}{_ORDER}"].count())))["count"]
    present = {*shape.kinds, *columns}
    mapping = with_joined(mapping, present)
    if shape.is_csv:
        cells = {
            cell_of(field): met[column] for field, column in mapping.columns.items() if column in columns
        }
        met = met.mutate(**cells)
    met = met.drop(*keys, *(f"{_FOUND}{key}" for key in keys))
    texts = dict.fromkeys(columns, "text")
    shape = replace(shape, kinds={**shape.kinds, **texts}, types={**shape.types, **texts})
    several = given.filter(given.is_several)
    found = replace(
        found,
        rows=with_rows,
        by_sku=by_sku,
        unmet=next(engine.rows(unmet.agg(count=unmet.lines.sum().fill_null(0))))["count"],
        unmet_named=_named(engine, unmet, keys),
        several=next(engine.rows(several.agg(count=several.count())))["count"],
        several_named=_named(engine, several, keys),
    )
    return met, shape, mapping, found


def _names_creator(mapping: Mapping) -> bool:
    return any(field in mapping.columns or field in mapping.constants for field in _CREATOR)


def _names_rate(mapping: Mapping) -> bool:
    return "commission_rate" in mapping.columns or "commission_rate" in mapping.constants


def _require_no_creator(mapping: Mapping, shape: Shape) -> None:
    """Raises MappingError if orders have creators before any join."""
    for column in (*_CREATOR.values(), *_RATE.values()):
        if column in shape.kinds:
            raise MappingError(f"found --join and the column {column!r}, which an earlier join has made")
    if _names_creator(mapping):
        named = next(field for field in _CREATOR if field in mapping.columns or field in mapping.constants)
        raise MappingError(
            f"{mapping.name or 'without a mapping'}: found {named} and --join; expected one of them: the orders name "
            "their creators themselves"
        )


def _opened(engine: Engine, join: Join, work: Path) -> tuple[ir.Table, Mapping, Joined]:
    """The lines of the join files that count: order, SKU, creator, rate. Raises MappingError, OSError, EngineError."""
    files = parts_of(join.files)
    is_csv = form_of(files) == "csv"
    mapping = _only_creators(join.mapping or own_names(), None)
    broken = 0
    staged = [part for file in files for part in engine.parts(file)]
    if is_csv:
        header = header_of(Path(files[0]), work, mapping)
        mapping = _only_creators(mapping.named_as_in(header), _present(header, mapping))
        for number, file in enumerate(files):
            staged[number] = str(work / f"join-{number}.parquet")
            broken += len(stage_orders(Path(file), Path(staged[number]), mapping, lambda _: None).broken)
    rows, shape = engine.orders(staged, is_csv=is_csv)
    if not is_csv:
        mapping = _only_creators(mapping.named_as_in(shape.kinds), set(shape.kinds))
    named = ", ".join(files)
    check_columns(mapping, shape, named)
    if not any(field in mapping.columns for field in _CREATOR):
        raise MappingError(
            f"--join: {named}: found no column of account_id or handle; found the columns {', '.join(shape.kinds)}"
        )
    count = next(engine.rows(rows.agg(count=rows.count())))["count"]
    if mapping.rows.where:
        rows = rows.filter(left_out(rows, mapping.rows.where).isnull())
    left = count - next(engine.rows(rows.agg(count=rows.count())))["count"]
    numbers = ibis.cases(*((rows[FILE] == file, number) for number, file in enumerate(files)), else_=-1)
    cells = {field: _key(rows, shape, mapping, field) for field in _FIELDS if field in mapping.columns}
    lines = rows.select(
        **{
            _ORDER: cells["order_id"],
            _SKU: cells.get("sku_id", ibis.null(str)),
            "creator": cells.get("handle", cells.get("account_id", ibis.null(str))).nullif(""),
            "rate": cells.get("commission_rate", ibis.null(str)).nullif(""),
            "number": numbers.cast("int64"),
            _LINE: rows[LINE],
        }
    )
    preset = mapping.name if mapping.is_preset else ""
    return lines, mapping, Joined(lines=count + broken, left_out=left, unread=broken, preset=preset)


def _present(header: Sequence[str], mapping: Mapping) -> set[str]:
    """The columns of a mapping that a header has, as the mapping then names them."""
    named = mapping.named_as_in(header)
    return {column for column in (*named.columns.values(), *named.rows.columns) if column in header}


def _only_creators(mapping: Mapping, present: Container[str] | None) -> Mapping:
    """What a join needs of a mapping; of optional columns those that are there."""
    columns = {
        field: column
        for field, column in mapping.columns.items()
        if field in _FIELDS and (field == "order_id" or present is None or column in present or mapping.name)
    }
    if present is not None and mapping.is_preset:
        columns = {field: one for field, one in columns.items() if field == "order_id" or one in present}
    if "account_id" in columns and "handle" in columns and present is not None:
        columns.pop("handle")
    rules = replace(mapping.rows, per_order=(), identity=(), version=None)
    return replace(mapping, columns=columns, constants={}, rows=rules)


def _key(rows: ir.Table, shape: Shape, mapping: Mapping, field: Field) -> ir.StringValue:
    cell = rows[cell_of(field)] if shape.is_csv else rows[mapping.columns[field]]
    return cell.cast("string").fill_null("")


def _by_key(lines: ir.Table, keys: list[str]) -> ir.Table:
    """One row for each order (and SKU): its creator and its rate. Where these are several, the cell names two of them.

    Such a cell is no handle, no id and no rate, so that its row is rejected and shows them. If files overlap, the lines in the
    last of them count.
    """
    lines = lines.filter(lines[_ORDER] != "")
    last = lines.mutate(last=lines.number.max().over(ibis.window(group_by=keys)))
    last = last.filter(last.number == last.last)
    folded = last.creator.lower().re_replace("^@", "")
    summed = (
        last.mutate(folded=folded)
        .group_by(keys)
        .agg(
            lines=lambda table: table.count(),
            least=lambda table: table.creator.min(),
            most=lambda table: table.creator.max(),
            fold_least=lambda table: table.folded.min(),
            fold_most=lambda table: table.folded.max(),
            rate_least=lambda table: table.rate.min(),
            rate_most=lambda table: table.rate.max(),
        )
    )
    is_one, is_one_rate = summed.fold_least == summed.fold_most, summed.rate_least == summed.rate_most
    two = summed.least + " | " + summed.most
    two_rates = summed.rate_least + " | " + summed.rate_most
    return summed.select(
        *keys,
        "lines",
        creator=is_one.fill_null(ibis.literal(value=True)).ifelse(summed.least, two),
        rate=is_one_rate.fill_null(ibis.literal(value=True)).ifelse(summed.rate_least, two_rates),
        is_several=~(is_one & is_one_rate).fill_null(ibis.literal(value=True)),
    )


def _named(engine: Engine, rows: ir.Table, keys: list[str]) -> tuple[str, ...]:
    """Some orders by their ids, with their SKUs if these were compared."""
    some = rows.select(keys).order_by(keys).limit(_NAMED_MAX)
    return tuple(" SKU ".join(one for one in (row[key] for key in keys) if one) for row in engine.rows(some))
