"""The lines of a statement beside the rows of a platform's own, order by order."""

from functools import reduce
from operator import and_
from pathlib import Path

import ibis
import ibis.expr.types as ir
from msgspec import Struct

from shoplink.attribution.engine import RESERVED, Engine
from shoplink.attribution.judgement import base_of, valid_rows
from shoplink.attribution.mapping import Field
from shoplink.attribution.source import OrderSource
from shoplink.attribution.statement.lines import LINES, total

CREATOR: tuple[Field, ...] = ("account_id", "handle")
"""The fields that name a creator: who it is does not matter here, only that there is one."""
_MONEY = ("base_minor", "commission_minor")
_SIDES = ("our", "their")
VERDICTS = ("agrees", "differs", "ours_only", "theirs_only")


class Comparison(Struct, frozen=True):
    """What can be compared: by order and SKU or by order alone, the commission or only what was sold.

    With `creators_only` the platform's rows name creators, and only orders that have one are compared.
    """

    by_sku: bool
    commission: bool
    creators_only: bool


def our_lines(engine: Engine, file: Path, shop_id: str | None, period: str | None) -> ir.Table:
    """The lines of a statement, of a shop and a period if they are given."""
    ours = engine.table([file], "ours", LINES)
    if shop_id is not None:
        ours = ours.filter(ours.shop_id == shop_id)
    return ours if period is None else ours.filter(ours.period == period)


def their_lines(source: OrderSource) -> ir.Table:
    """The rows of the platform. A commission that it writes as a deduction is positive after summing (`reconciled`)."""
    rows = valid_rows(source.rows, source.fields)
    return rows.select(
        order_id=rows[f"{RESERVED}order_id"],
        sku_id=rows[f"{RESERVED}sku_id"],
        account_id=ibis.coalesce(*(rows[f"{RESERVED}{field}"] for field in CREATOR)),
        currency=rows[f"{RESERVED}currency"],
        base_minor=base_of(rows),
        commission_minor=rows[f"{RESERVED}commission"].fill_null(0),
    )


def sku_counts(ours: ir.Table, theirs: ir.Table) -> ir.Table:
    """How many lines of either side name an SKU."""
    sides = [side.agg(count=side.sku_id.count()).mutate(side=ibis.literal(name)) for name, side in
             zip(_SIDES, (ours, theirs), strict=True)]  # fmt: skip
    return sides[0].union(sides[1])


def reconciled(ours: ir.Table, theirs: ir.Table, how: Comparison) -> ir.Table:
    """A row for each order (and SKU) and currency of either side: both sums, their difference, and a verdict."""
    if how.creators_only:
        ours, theirs = (side.filter(side.account_id.notnull()) for side in (ours, theirs))
    sides = [_summed(ours, "our", by_sku=how.by_sku), _summed(theirs, "their", by_sku=how.by_sku)]
    both = sides[0].union(sides[1])
    names = [name for name in both.columns if name not in ("order_id", "sku_id", "currency")]
    met = both.group_by("order_id", "sku_id", "currency").agg(**{name: total(both[name]) for name in names})
    met = met.mutate(their_commission_minor=met.their_commission_minor.abs())
    met = met.mutate(
        base_difference_minor=met.our_base_minor - met.their_base_minor,
        commission_difference_minor=(
            met.our_commission_minor - met.their_commission_minor
            if how.commission
            else ibis.literal(0, "int64")
        ),
    )
    same = reduce(and_, (met[f"{name}_difference_minor"] == 0 for name in ("base", "commission")))
    verdict = ibis.cases(
        (met.their_lines == 0, "ours_only"),
        (met.our_lines == 0, "theirs_only"),
        (same, "agrees"),
        else_="differs",
    )
    return met.mutate(verdict=verdict)


def _summed(side: ir.Table, name: str, *, by_sku: bool) -> ir.Table:
    """The sums of a side by order, beside zeros for the other side."""
    keyed = side.mutate(sku_id=side.sku_id if by_sku else ibis.null(str), lines=ibis.literal(1, "int64"))
    columns = ("lines", *_MONEY)
    return keyed.group_by("order_id", "sku_id", "currency").agg(
        **{
            f"{each}_{column}": total(keyed[column]) if each == name else total(keyed[column] * 0)
            for each in _SIDES
            for column in columns
        }
    )


def sums_by_verdict(table: ir.Table) -> ir.Table:
    """How many orders have each verdict, and what they sum up to, by currency."""
    money = [name for name in table.columns if name.endswith("_minor")]
    return (
        table.group_by("currency", "verdict")
        .agg(orders=table.count(), **{name: total(table[name]) for name in money})
        .order_by(["currency", "verdict"])
    )


def in_order(table: ir.Table) -> ir.Table:
    """The rows as a file has them: what does not agree first, the largest difference before the others."""
    size = table.commission_difference_minor.abs() + table.base_difference_minor.abs()
    return table.order_by([table.verdict == "agrees", ibis.desc(size), "order_id", "sku_id", "currency"])
