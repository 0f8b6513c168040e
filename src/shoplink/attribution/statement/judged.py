"""A result judged again: every row with what it says of itself, and with what links and rate make it now."""

import operator
from functools import reduce
from typing import Literal, cast

import ibis
import ibis.expr.types as ir

from shoplink.attribution.engine import FILE, LINE, RESERVED
from shoplink.attribution.judgement import RESULT, Plan, commission, judgements
from shoplink.attribution.mapping import Field, MappingError
from shoplink.attribution.source import OrderSource

At = Literal["ordered", "delivered", "settled"]
"""The instant by which rows belong to a period."""

LINKED = ("official", "marketing")
"""The bases of orders that belong to a link."""

_STATED = "stated_"


def judged_rows(source: OrderSource, links: ir.Table, plan: Plan, at: At) -> ir.Table:
    """The rows that can be read as orders, each with where it stands; `at` is the instant that places it in time.

    `stated_…` is what a row says of its judgement, null if that cannot be read. Raises MappingError if the mapping does not
    say where that instant is.
    """
    if source.mapping.column(cast("Field", f"{at}_at")) is None:
        raise MappingError(
            f"{source.mapping.name or 'without a mapping'}: names no column {at}_at, by which orders are to be in periods"
        )
    rows = judgements(source.rows, source.fields, links, plan, _STATED)

    def value(field: str) -> ir.Value:
        return rows[f"{RESERVED}{field}"]

    has_sku = "sku_id" in source.fields
    rate, is_linked = value("commission_rate"), rows.basis.isin(LINKED)
    return rows.select(
        shop_id=value("shop_id"),
        order_id=value("order_id"),
        sku_id=value("sku_id") if has_sku else ibis.null(str),
        account_id=value("account_id"),
        currency=value("currency"),
        at=value(f"{at}_at"),
        amount_minor=value("amount"),
        refund_minor=value("refund").fill_null(0),
        waived_minor=is_linked.ifelse(commission(rows.base_minor, rate), 0).fill_null(0),
        lines_without_rate=(is_linked & rate.isnull()).cast("int64"),
        **{name: rows[name] for name in (*RESULT, *map(_stated, RESULT))},
        file=rows[FILE],
        line=rows[LINE],
    )


def stale_rows(judged: ir.Table) -> ir.Table:
    """The rows that say something else of themselves than links and rate make of them now."""
    same = reduce(operator.and_, (judged[name].identical_to(judged[_stated(name)]) for name in RESULT))
    return judged.filter(~same | judged.commission_minor.isnull())


def shops_of(judged: ir.Table) -> ir.Table:
    """The shops that rows name, each once."""
    return judged.select("shop_id").distinct().order_by("shop_id")


def unread_rows(source: OrderSource) -> ir.Table:
    """Where the rows stand that cannot be read as orders."""
    fine = reduce(operator.and_, (reading.fine for reading in source.fields.values()))
    wrong = source.rows.filter(~fine.fill_null(ibis.literal(value=False)))
    return wrong.select(file=wrong[FILE], line=wrong[LINE])


def _stated(name: str) -> str:
    return f"{_STATED}{name}"
