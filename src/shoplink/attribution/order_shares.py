"""Divides amounts that exports repeat on every line of an order, so that they are never summed per line.

The share of a line is in proportion to its amount (of the amount itself, all shares are equal), in whole minor units;
what is left over goes to the line with the largest. A result has the shares as columns, and is read by them.
"""

import ibis
import ibis.expr.types as ir

from shoplink.attribution.engine import FILE, LINE, RESERVED
from shoplink.attribution.fields import FieldReading
from shoplink.attribution.mapping import Field, Mapping

SHARES: dict[Field, str] = {"amount": "line_amount_minor", "refund": "line_refund_minor"}
"""The columns that a result has for amounts of whole orders."""

_EXACT = "decimal(38, 0)"
"""What holds the product of two amounts: in narrower types, DuckDB's multiplication overflows."""

Fields = dict[Field, FieldReading]


def divided_fields(mapping: Mapping) -> list[Field]:
    """The fields whose columns hold amounts of whole orders."""
    return [field for field in SHARES if mapping.column(field) in mapping.rows.per_order]


def read_shares(rows: ir.Table, fields: Fields, mapping: Mapping) -> Fields:
    """The fields of an earlier result: its shares have been made."""
    shares = {
        field: fields[field]._replace(value=rows[SHARES[field]].cast("string").nullif("").try_cast("int64"))
        for field in divided_fields(mapping)
        if SHARES[field] in rows.columns
    }
    return _bounded({**fields, **shares})


def divide(rows: ir.Table, fields: Fields, mapping: Mapping) -> tuple[ir.Table, Fields]:
    """The rows with the shares of their lines, and the fields read by them. Every line of an order must be among the rows."""
    fields = dict(fields)
    for field in divided_fields(mapping):
        rows, fields[field] = _divided(rows, fields, field)
    return rows, _bounded(fields)


def _divided(rows: ir.Table, fields: Fields, field: Field) -> tuple[ir.Table, FieldReading]:
    whole, weight = fields[field], fields["amount"]
    by, name = f"{RESERVED}weight_of_{field}", SHARES[field]
    given, order, shop = (f"{RESERVED}{part}_of_{field}" for part in ("given", "order", "shop"))
    rows = rows.mutate(
        **{
            order: fields["order_id"].value,
            shop: fields["shop_id"].value,
            given: whole.fine.ifelse(whole.value, ibis.null("int64")),
            by: ibis.literal(1, "int64")
            if field == "amount"
            else weight.fine.ifelse(weight.value, ibis.null("int64")),
        }
    )
    lines = ibis.window(group_by=[order, shop])
    sums = {
        f"{given}_least": rows[given].min().over(lines),
        f"{given}_most": rows[given].max().over(lines),
        f"{by}_all": rows[by].sum().over(lines).cast("int64"),
        f"{by}_lacks": (rows[by].count().over(lines) < rows.count().over(lines)),
        f"{by}_first": ibis.row_number().over(
            ibis.window(
                group_by=[order, shop], order_by=[rows[by].desc(nulls_first=False), rows[FILE], rows[LINE]]
            )
        ),
        f"{by}_lines": rows.count().over(lines),
    }
    rows = rows.mutate(**sums)
    nothing = rows[f"{by}_all"] == 0
    weights = nothing.ifelse(ibis.literal(1, "int64"), rows[by])
    all_of_them = nothing.ifelse(rows[f"{by}_lines"], rows[f"{by}_all"])
    rows = rows.mutate(**{f"{given}_part": _quotient(rows[f"{given}_most"], weights, all_of_them)})
    parts = rows[f"{given}_part"].sum().over(lines).cast("int64")
    rows = rows.mutate(**{f"{given}_parts": parts})
    left = rows[f"{given}_most"] - rows[f"{given}_parts"]
    share = rows[f"{given}_part"] + (rows[f"{by}_first"] == 0).ifelse(left, ibis.literal(0, "int64"))
    # DuckDB's floor is a float and its sum has 128 bits, which Parquet would hold as a float, too. Ibis takes both for int64
    # and leaves a cast out, so the cast goes by text.
    rows = rows.mutate(**{name: share.cast("string").cast("int64")})
    is_divided = rows[f"{given}_most"].isnull() | (
        (rows[f"{given}_least"] == rows[f"{given}_most"]) & ~rows[f"{by}_lacks"]
    )
    problem = ibis.coalesce(whole.problem, is_divided.ifelse(ibis.null(str), "not_divided"))
    return rows, FieldReading(rows[name], whole.fine & is_divided, problem)


def _quotient(whole: ir.IntegerValue, weight: ir.IntegerValue, weights: ir.IntegerValue) -> ir.IntegerValue:
    """The quotient of whole × weight by weights, rounded down.

    Engines divide in floating point; exact products say if that is off by one.
    """
    about = whole.cast("float64") * weight.cast("float64") / weights.cast("float64")
    found = about.floor().cast("int64")
    exact = whole.cast(_EXACT) * weight.cast(_EXACT)

    def product(quotient: ir.IntegerValue) -> ir.DecimalValue:
        return quotient.cast(_EXACT) * weights.cast(_EXACT)

    return found - (product(found) > exact).cast("int64") + (product(found + 1) <= exact).cast("int64")


def _bounded(fields: Fields) -> Fields:
    """The fields with the condition that a line's refund is at most its amount, now that both are known."""
    refund, amount = fields["refund"], fields["amount"]
    fits = refund.value.isnull() | amount.value.isnull() | (refund.value <= amount.value)
    problem = ibis.coalesce(refund.problem, fits.ifelse(ibis.null(str), "more_than_amount"))
    return {**fields, "refund": refund._replace(fine=refund.fine & fits, problem=problem)}
