"""Which rows of a source count: not those that come again, and not those that the mapping leaves out.

Nothing is lost: a row that does not count is in `RowChoice.aside` with the reason.
"""

import operator
from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir
from msgspec import Struct

from shoplink.attribution import instants
from shoplink.attribution.engine import FILE, LINE, RESERVED, Engine, Shape, cell_of
from shoplink.attribution.mapping import Field, Mapping
from shoplink.attribution.row_rules import Condition

LEFT_OUT = f"{RESERVED}left_out"
"""The condition that leaves a row out, as its column, a tab, and the row's cell; null if the row counts."""
AGAIN = f"{RESERVED}again"
"""Of a row that comes again: `identical` or `different`; null of every other row."""
_FILES_BY_NUMBER_MAX = 500
_ENDS = r"^\s+|\s+$"
_IS_AMOUNT = "[1-9]"


class Again(Struct, frozen=True):
    """How many rows came again, with the same content as the row that counts and with another."""

    identical: int = 0
    different: int = 0


class SameAmount(Struct, frozen=True):
    """Orders whose lines all have one same amount in a column: their number, and one of them with its cell and lines."""

    column: str
    orders: int
    order_id: str
    cell: str
    lines: int


def left_out(rows: ir.Table, where: Sequence[Condition]) -> ir.StringValue:
    """The expression of the column `LEFT_OUT`."""
    branches = []
    for condition in where:
        cell = _plain(rows[condition.column])
        is_named = cell.lower().isin([word.strip().lower() for word in condition.words])
        fails = is_named if condition.excludes else ~is_named
        branches.append((fails, ibis.literal(f"{condition.column}\t") + cell))
    return ibis.cases(*branches, else_=ibis.null(str))


def mark_repeated(
    rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine, files: Sequence[str]
) -> tuple[ir.Table, Again]:
    """How many rows come again, and the rows; with the column `AGAIN` if some do.

    Rows are the same line if the columns of `identity` agree; without it, if shop, order and SKU do. If no column says the
    SKU, an order may have several lines, and those in the last of its files count.
    """
    keys = _keys(rows, shape, mapping)
    by_file = not mapping.rows.identity and mapping.column("sku_id") is None
    if keys is None or (by_file and len(files) == 1):
        return rows, Again()
    number = _number_of_file(rows, files)
    keyed = rows.mutate(**keys, shoplink_number=number)
    names = list(keys)
    known = keyed.filter(keyed[names[0]] != "")
    count = known.shoplink_number.nunique() if by_file else known.count()
    some = known.group_by(names).agg(shoplink_count=count)
    again = engine.named(some.filter(some.shoplink_count > 1).select(names), "again")
    if not next(engine.rows(again.agg(count=again.count())))["count"]:
        return rows, Again()
    some = known.semi_join(again, names)
    counts = (
        some.shoplink_number == some.shoplink_number.max().over(ibis.window(group_by=names))
        if by_file
        else _is_newest(some, names, mapping, engine)
    )
    marked = engine.named(_ranked(some.mutate(shoplink_counts=counts.cast("int64")), names, shape), "ranked")
    counts = next(
        engine.rows(
            marked.agg(
                identical=(marked[AGAIN] == "identical").sum().fill_null(0),
                different=(marked[AGAIN] == "different").sum().fill_null(0),
            )
        )
    )
    marked = marked.select(shoplink_in=FILE, shoplink_at=LINE, **{AGAIN: AGAIN})
    joined = rows.left_join(marked, [rows[FILE] == marked.shoplink_in, rows[LINE] == marked.shoplink_at])
    return joined.select(*rows.columns, AGAIN), Again(**counts)


def _is_newest(rows: ir.Table, keys: list[str], mapping: Mapping, engine: Engine) -> ir.BooleanValue:
    """Whether a row is the one of its line that counts: the latest version, or the last in the files."""
    newest = [rows.shoplink_number.desc(), rows[LINE].desc()]
    if mapping.rows.version is not None:
        newest.insert(0, _version(rows[mapping.rows.version], mapping, engine).desc(nulls_first=False))
    return ibis.row_number().over(ibis.window(group_by=keys, order_by=newest)) == 0


def _ranked(rows: ir.Table, keys: list[str], shape: Shape) -> ir.Table:
    """File and line of the rows that come again, and whether one that counts has the same content."""
    content = reduce(
        operator.add,
        (
            rows[name].cast("string").fill_null("") + "\x1f"
            for name, kind in shape.kinds.items()
            if kind != "other"
        ),
    )
    ranked = rows.select(*keys, FILE, LINE, "shoplink_counts", shoplink_content=content)
    alike = ibis.window(group_by=[*keys, "shoplink_content"])
    word = (ranked.shoplink_counts.max().over(alike) == 1).ifelse("identical", "different")
    worded = ranked.mutate(**{AGAIN: word})
    return worded.filter(worded.shoplink_counts == 0).select(FILE, LINE, AGAIN)


def _keys(rows: ir.Table, shape: Shape, mapping: Mapping) -> dict[str, ir.StringValue] | None:
    """The columns by which rows are the same line; the first is never empty in a row that has an identity."""
    if mapping.rows.identity:
        cells = [_plain(rows[column]) for column in mapping.rows.identity]
    else:
        fields: tuple[Field, ...] = ("order_id", "shop_id", "sku_id")
        cells = [_cell(rows, shape, mapping, field) for field in fields if mapping.column(field) is not None]
    return {f"shoplink_key_{number}": cell for number, cell in enumerate(cells)} or None


def _cell(rows: ir.Table, shape: Shape, mapping: Mapping, field: Field) -> ir.StringValue:
    cell = rows[cell_of(field)] if shape.is_csv else rows[mapping.columns[field]]
    return cell.cast("string").fill_null("")


def _plain(cell: ir.Value) -> ir.StringValue:
    """A cell as text without white space at its ends."""
    return cell.cast("string").fill_null("").re_replace(_ENDS, "")


def _number_of_file(rows: ir.Table, files: Sequence[str]) -> ir.Value:
    """What orders rows as their files were given; too many files are in the order of their names."""
    if len(files) > _FILES_BY_NUMBER_MAX or any("://" in file for file in files):
        return rows[FILE]
    return ibis.cases(*((rows[FILE] == file, number) for number, file in enumerate(files)), else_=-1)


def _version(cell: ir.Value, mapping: Mapping, engine: Engine) -> ir.IntegerValue:
    """What orders versions: numbers, or instants as the mapping reads them."""
    if not cell.type().is_string():
        return engine.micros(cell) if cell.type().is_timestamp() else cell.cast("int64")
    text = _plain(cell)
    at, _ = instants.parse_cell(text, mapping.dates, engine.micros)
    return ibis.coalesce(text.try_cast("int64"), at)


def same_amounts(rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine) -> list[SameAmount]:
    """The columns of amounts in which orders of several lines have one same amount on each: it may be that of the order."""
    fields: list[Field] = ["amount", "refund"]
    asked = {
        mapping.columns[field]: _cell(rows, shape, mapping, field)
        for field in fields
        if field in mapping.columns and mapping.columns[field] not in mapping.rows.per_order
    }
    if mapping.column("order_id") is None or not asked:
        return []
    keys = {"shoplink_order": _cell(rows, shape, mapping, "order_id")}
    if mapping.column("shop_id") is not None:
        keys["shoplink_shop"] = _cell(rows, shape, mapping, "shop_id")
    named = {f"shoplink_amount_{number}": cell for number, cell in enumerate(asked.values())}
    cells = rows.select(**keys, **named)
    least = {f"{name}_least": cells[name].min() for name in named}
    most = {f"{name}_most": cells[name].max() for name in named}
    orders = cells.group_by(list(keys)).agg(shoplink_lines=cells.count(), **least, **most)
    orders = orders.filter((orders.shoplink_lines > 1) & (orders.shoplink_order != ""))
    found = []
    for name, column in zip(named, asked, strict=True):
        alike = orders.filter(
            (orders[f"{name}_least"] == orders[f"{name}_most"]) & orders[f"{name}_most"].re_search(_IS_AMOUNT)
        )
        row = next(
            engine.rows(
                alike.agg(
                    orders=alike.count(),
                    order_id=alike.shoplink_order.min(),
                    cell=alike[f"{name}_most"].argmin(alike.shoplink_order),
                    lines=alike.shoplink_lines.argmin(alike.shoplink_order),
                )
            )
        )
        if row["orders"]:
            found.append(SameAmount(column, **row))
    return found
