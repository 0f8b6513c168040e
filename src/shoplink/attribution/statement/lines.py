"""The lines of statements: rows in their period, lines that were closed, and what has changed of these since."""

import operator
from functools import reduce

import ibis
import ibis.expr.types as ir

SUMS = (
    "order_lines",
    "amount_minor",
    "refund_minor",
    "base_minor",
    "commission_minor",
    "waived_minor",
    "lines_without_rate",
)
"""What is summed: numbers of rows, and money in minor units."""

BEFORE, NOW = "before_", "now_"
"""The prefixes of both sums of an adjustment, of which it is the difference."""

_SIDES = tuple((prefix, name) for prefix in (BEFORE, NOW) for name in SUMS)

_ORDER = ("shop_id", "order_id", "sku_id")
_SUBJECT = (*_ORDER, "account_id", "currency", "basis", "link_id")

LINES = ibis.schema(
    {
        "period": "string",
        "adjusts": "string",
        **dict.fromkeys(_SUBJECT, "string"),
        **dict.fromkeys(SUMS, "int64"),
        "reason": "string",
        **{f"{prefix}{name}": "int64" for prefix, name in _SIDES},
    }
)
"""A line of a statement. `period` is the one that states it.

A line that adjusts an earlier period names that period in `adjusts`, and has a reason, and both sums; its own sums are
their difference.
"""


def own_lines(judged: ir.Table) -> ir.Table:
    """The lines of judged rows with their `period`, one for each row."""
    return _in_columns(judged.mutate(order_lines=ibis.literal(1, "int64")))


def covered(judged: ir.Table) -> ir.Table:
    """The periods and shops that rows belong to."""
    return judged.filter(judged.period.notnull()).select("period", "shop_id").distinct()


def kept_statements(closed: ir.Table, judged: ir.Table) -> ir.Table:
    """The periods and shops of closed lines of which no row was judged: they are taken as they were closed."""
    return (
        _of_order(closed)
        .select("period", "shop_id")
        .distinct()
        .anti_join(covered(judged), ["period", "shop_id"])
    )


def adjustment_lines(closed: ir.Table, judged: ir.Table, period: str) -> ir.Table:
    """What has changed of closed lines, as lines of the period that comes after them.

    `closed` are the lines of all closings, `judged` the rows of closed periods as they are now. Of each order, with its
    SKU, creator, basis and link, the sums of both are compared, in the period of the order. What is closed of a shop of
    which a period has no row at all is not compared.
    """
    was = _of_order(closed).semi_join(covered(judged), ["period", "shop_id"])
    rows = judged.mutate(order_lines=ibis.literal(1, "int64"))
    none = ibis.literal(0, "int64")
    sides = [
        side.select(
            "period",
            *_SUBJECT,
            **{f"{prefix}{name}": side[name] if prefix == own else none for prefix, name in _SIDES},
        )
        for side, own in ((was, BEFORE), (rows, NOW))
    ]
    both = sides[0].union(sides[1])
    compared = both.group_by("period", *_SUBJECT).agg(
        **{f"{prefix}{name}": total(both[f"{prefix}{name}"]) for prefix, name in _SIDES}
    )
    compared = compared.mutate(reason=_reason(compared))
    differs = (compared[f"{BEFORE}{name}"] != compared[f"{NOW}{name}"] for name in SUMS)
    changed = compared.filter(reduce(operator.or_, differs))
    return _in_columns(
        changed.mutate(
            period=ibis.literal(period),
            adjusts=changed.period,
            **{name: changed[f"{NOW}{name}"] - changed[f"{BEFORE}{name}"] for name in SUMS},
        )
    )


def _of_order(closed: ir.Table) -> ir.Table:
    """Closed lines under the period of their order, also those that adjust it later."""
    return closed.mutate(period=closed.adjusts.coalesce(closed.period))


def _reason(compared: ir.Table) -> ir.StringValue:
    """Why an order is not as it was closed: `new`, `gone`, `link`, `refund` or `changed`."""
    order = ibis.window(group_by=list(_ORDER))
    before, now = compared[f"{BEFORE}order_lines"], compared[f"{NOW}order_lines"]
    one_sided = (before == 0) | (now == 0)
    same_subject = reduce(
        operator.and_,
        (
            compared[name].min().over(order).identical_to(compared[name].max().over(order))
            for name in ("period", "account_id", "currency")
        ),
    )
    same_amount = compared[f"{BEFORE}amount_minor"] == compared[f"{NOW}amount_minor"]
    same_refund = compared[f"{BEFORE}refund_minor"] == compared[f"{NOW}refund_minor"]
    return ibis.cases(
        (before.sum().over(order) == 0, "new"),
        (now.sum().over(order) == 0, "gone"),
        (one_sided & same_subject, "link"),
        (~one_sided & same_amount & ~same_refund, "refund"),
        else_="changed",
    )


def reasons(stated: ir.Table) -> ir.Table:
    """How many lines adjust a closed period, by reason."""
    changes = stated.filter(stated.reason.notnull())
    return changes.group_by("reason").agg(lines=changes.count()).order_by("reason")


def adjustments(stated: ir.Table) -> ir.Table:
    """The lines that adjust a closed period, in the order of a file."""
    changes = stated.filter(stated.adjusts.notnull())
    return changes.order_by(["period", "shop_id", "adjusts", "order_id", "sku_id", "basis"])


def largest(table: ir.Table, by: str, most: int) -> ir.Table:
    """Of each period and shop so many rows with the largest `by`, whatever its sign, these in the order of their size."""
    size = table[by].abs()
    place = ibis.row_number().over(
        ibis.window(group_by=["period", "shop_id"], order_by=[size.desc(), table.currency, table.account_id])
    )
    ranked = table.mutate(place=place)
    return ranked.filter(ranked.place < most).order_by(["period", "shop_id", "place"])


def chosen(stated: ir.Table, shop_id: str | None, period: str | None) -> ir.Table:
    """The lines of a shop and of a period; None stands for all."""
    if shop_id is not None:
        stated = stated.filter(stated.shop_id == shop_id)
    return stated if period is None else stated.filter(stated.period == period)


def all_lines(closed: ir.Table, own: ir.Table, changes: ir.Table) -> ir.Table:
    """The lines of all periods: what was closed stays as it is."""
    return closed.union(own).union(changes)


def without(stated: ir.Table, kept: ir.Table | None) -> ir.Table:
    """The lines of orders without those of the statements in `kept`."""
    return stated if kept is None else _of_order(stated).anti_join(kept, ["period", "shop_id"])


def of_periods(placed: ir.Table, periods: list[str], *, inside: bool) -> ir.Table:
    """The rows that are in some of these periods, or those that are in none of them but in another."""
    if not periods:
        return placed.filter(placed.period.notnull() & ibis.literal(not inside))
    is_inside = placed.period.isin(periods)
    return placed.filter(is_inside if inside else ~is_inside)


def periods_of(placed: ir.Table) -> ir.Table:
    """The periods that have rows."""
    return placed.filter(placed.period.notnull()).select("period").distinct()


def dated_rows(placed: ir.Table) -> ir.Table:
    """The rows that are in a period."""
    return placed.filter(placed.period.notnull())


def undated_rows(placed: ir.Table, shop_id: str | None) -> ir.Table:
    """The rows without the instant that would place them in a period."""
    undated = placed.filter(placed["at"].isnull())
    return undated if shop_id is None else undated.filter(undated.shop_id == shop_id)


def outside_rows(placed: ir.Table) -> ir.Table:
    """The rows whose instant is in no period of the list."""
    return placed.filter(placed["at"].notnull() & placed.period.isnull())


def total(numbers: ir.IntegerValue) -> ir.IntegerValue:
    """A 64-bit sum, or an error on overflow: DuckDB's own sum is wider and would become floating point in Parquet."""
    return numbers.sum().cast("decimal(38, 0)").cast("int64")


def _in_columns(lines: ir.Table) -> ir.Table:
    """The same lines with the columns of `LINES`; those that they lack are null."""
    return lines.select(
        **{name: lines[name] if name in lines.columns else ibis.null(kind) for name, kind in LINES.items()}
    )
