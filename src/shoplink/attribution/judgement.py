"""The attribution expression: it takes orders and links, and gives every order its basis, link and commission.

It implements for columns what `core.commission.attribution` implements for one order. Every engine runs this same expression.
"""

import operator
from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir
from msgspec import Struct

from shoplink.attribution.engine import FILE, HOLDERS, LINE, RESERVED
from shoplink.attribution.fields import FieldReading
from shoplink.attribution.mapping import Field, Mapping
from shoplink.core.commission.attribution import RATE_BP_MAX

LINKS_PER_PAIR_AND_SPAN = 2
"""The number of a pair's links per span: with fewer, each link is in too many spans; with more, orders join too many."""

_OUTLIERS_PERCENT = 1
"""The share of links at either end of time that spans disregard."""


class Plan(Struct, frozen=True):
    """How the join is divided: an order joins the links of its pair in the same span of time (R3 then chooses among them).

    There are `spans` spans of equal length from `start` to `end`, in microseconds, between which nearly all links begin.
    Earlier instants belong to the first span, later ones to the last: a link of 1970 or an end in 9999 changes nothing.
    """

    spans: int
    start: int
    end: int


RESULT = ("basis", "link_id", "base_minor", "commission_minor")
PROBLEM_COLUMN = "shoplink_problems"
REJECT_COLUMNS = (("File", "Line", "Reason"), ("文件", "行号", "原因"))
"""The columns that rejects have besides those of the row: where the row was, and why it was rejected."""

LINKS = ibis.schema(
    {
        "link_id": "string",
        "shop_id": "string",
        "account_id": "string",
        "role": "string",
        "linked_at": "int64",
        "ended_at": "int64",
        "settlement": "string",
        "reference": "string",
        "changed_at": "int64",
    }
)
"""The schema of the links that were ever established: instants in microseconds, `ended_at` null while linked."""

_FOR_EVER = 2**63 - 1
_SHOP, _ACCOUNT, _AT, _AMOUNT, _RATE, _REFUND = (
    f"{RESERVED}{field}"
    for field in ("shop_id", "account_id", "ordered_at", "amount", "commission_rate", "refund")
)
_LINK, _ROLE = f"{RESERVED}link_id", f"{RESERVED}role"


def plan_for(links: int, pairs: int, start: int, end: int) -> Plan:
    """The plan for a number of links and of pairs, of which nearly all begin between two instants."""
    return Plan(max(links // (max(pairs, 1) * LINKS_PER_PAIR_AND_SPAN), 1), start, max(end, start))


def valid_rows(rows: ir.Table, fields: dict[Field, FieldReading]) -> ir.Table:
    """The rows without problems, with the values of their fields beside their own columns."""
    return rows.filter(_all_fine(fields)).mutate(**_values(fields))


def attribute_rows(
    rows: ir.Table, fields: dict[Field, FieldReading], links: ir.Table, plan: Plan
) -> ir.Table:
    """Each row with its own columns, its basis, its link, what stays sold of it, and its commission.

    The rows that `reject_rows` returns are left out: those with a problem, and those of affiliate creators without a rate.
    """
    met = _met(rows, fields, links, plan)
    return _answered(met.filter(~_lacks_rate(met)), _own(met))


def judgements(
    rows: ir.Table, fields: dict[Field, FieldReading], links: ir.Table, plan: Plan, stated: str
) -> ir.Table:
    """The rows of an earlier result that have no problem: the values of their fields, and what they are judged now.

    What a row says of its own judgement is beside it, under names with the prefix `stated`; null if it cannot be read. The
    commission of an affiliate creator without a rate is null.
    """
    met = _met(rows, fields, links, plan)
    said = {
        f"{stated}{name}": met[name].cast("string").nullif("").try_cast(kind)
        for name, kind in zip(RESULT, ("string", "string", "int64", "int64"), strict=True)
    }
    return _answered(met, [FILE, LINE, *_values(fields)], said)


def attribute_rows_since(
    rows: ir.Table, fields: dict[Field, FieldReading], links: ir.Table, plan: Plan, since: int
) -> ir.Table:
    """Update an earlier result: only rows that a link changed since an instant (in microseconds) can affect are judged.

    A link can affect the orders of its pair that were placed when it was established or later.
    """
    changed = links.filter(links.changed_at >= since)
    touch = changed.group_by(shoplink_of_shop="shop_id", shoplink_of_account="account_id").agg(
        shoplink_from=changed.linked_at.min()
    )
    known = valid_rows(rows, fields)
    pair = [known[_SHOP] == touch.shoplink_of_shop, known[_ACCOUNT] == touch.shoplink_of_account]
    joined = known.left_join(touch, pair)
    is_touched = joined.shoplink_from.notnull() & (joined.shoplink_from <= joined[_AT])
    joined = joined.mutate(shoplink_touched=is_touched.fill_null(ibis.literal(value=False)))
    touched = joined.filter(joined.shoplink_touched).select(*rows.columns)
    again = attribute_rows(touched, fields, links, plan)
    kept = joined.filter(~joined.shoplink_touched)
    stays = {
        "basis": kept.basis.cast("string"),
        "link_id": kept.link_id.cast("string").nullif(""),
        "base_minor": kept.base_minor.cast("int64"),
        "commission_minor": kept.commission_minor.cast("int64"),
    }
    return kept.select(*_own(kept), **stays).union(again)


def as_rejected(rows: ir.Table) -> ir.Table:
    """Rows of earlier rejects as rows of the orders that they came from, in their file and at their line."""
    names = next(names for names in REJECT_COLUMNS if set(names) <= set(rows.columns))
    file, line, _ = (rows[name].cast("string") for name in names)
    place = {FILE: file, LINE: line.try_cast("int64").fill_null(0)}
    return rows.mutate(**place).drop(*names)


def union_of(result: ir.Table, more: ir.Table) -> ir.Table:
    """A result with more rows, in the columns and types of the first."""
    columns = {
        name: (more[name] if name in more.columns else ibis.null(kind)).cast(kind)
        for name, kind in result.schema().items()
    }
    return result.union(more.select(**columns))


def reject_rows(rows: ir.Table, fields: dict[Field, FieldReading], links: ir.Table, plan: Plan) -> ir.Table:
    """The rows that cannot be judged: their own columns, file and line, and every problem in the form `field.word,`."""
    problems = reduce(
        operator.add,
        (
            reading.problem.isnull().ifelse("", ibis.literal(f"{field}.") + reading.problem + ",")
            for field, reading in fields.items()
        ),
    )
    wrong = rows.filter(~_all_fine(fields).fill_null(ibis.literal(value=False)))
    met = _met(rows, fields, links, plan)
    lacking = met.filter(_lacks_rate(met))
    columns = [*_own(rows), FILE, LINE, *({HOLDERS} & {*rows.columns})]
    return wrong.select(*columns, **{PROBLEM_COLUMN: problems}).union(
        lacking.select(*columns, **{PROBLEM_COLUMN: ibis.literal("commission_rate.needed,")})
    )


def sums_by_basis(written: ir.Table, mapping: Mapping) -> ir.Table:
    """The rows of a result by basis and currency: their number, what stays sold, and the commission due."""
    column = mapping.column("currency")
    currency = ibis.literal(mapping.constant("currency")) if column is None else written[column].upper()
    named = written.select(
        basis=written.basis,
        currency=currency,
        base=written.base_minor.cast("int64").cast("decimal(38, 0)"),
        due=written.commission_minor.cast("int64").cast("decimal(38, 0)"),
    )
    return named.group_by("basis", "currency").agg(
        rows=named.count(),
        base_minor=named.base.sum().cast("int64"),
        commission_minor=named.due.sum().cast("int64"),
    )


def links_met(written: ir.Table) -> ir.Table:
    """One row with the number of different links in a result."""
    return written.agg(links_met=written.link_id.cast("string").nullif("").nunique())


def overlapping_links(links: ir.Table) -> ir.Table:
    """The links that begin before another link of their account has ended; there must be none."""
    lasting = links.filter(_lasts(links))
    per_account = ibis.window(group_by=lasting.account_id, order_by=[lasting.linked_at, lasting.link_id])
    seen = lasting.mutate(
        before_id=lasting.link_id.lag().over(per_account),
        before_ended_at=lasting.ended_at.fill_null(_FOR_EVER).lag().over(per_account),
    )
    return seen.filter(seen.before_ended_at > seen.linked_at).select("link_id", "before_id", "account_id")


def summarise_links(links: ir.Table) -> ir.Table:
    """One row with the arguments of `plan_for`: the number of links and of pairs, and when nearly all links begin."""
    pair = links.shop_id.length().cast("string") + ":" + links.shop_id + links.account_id
    # Quotients of whole numbers: Ibis renders no floating point for Spark without a connection.
    first, last = (ibis.literal(share) / 100 for share in (_OUTLIERS_PERCENT, 100 - _OUTLIERS_PERCENT))
    return links.agg(
        links=links.count(),
        pairs=pair.nunique(),
        start=links.linked_at.quantile(first).cast("int64").fill_null(0),
        end=links.linked_at.quantile(last).cast("int64").fill_null(0),
    )


def _all_fine(fields: dict[Field, FieldReading]) -> ir.BooleanValue:
    return reduce(operator.and_, (reading.fine for reading in fields.values()))


def _lasts(links: ir.Table) -> ir.BooleanValue:
    """Whether a link was ever in force; one that ended when it began was not."""
    return links.ended_at.isnull() | (links.linked_at < links.ended_at)


def _values(fields: dict[Field, FieldReading]) -> dict[str, ir.Value]:
    return {f"{RESERVED}{field}": reading.value for field, reading in fields.items()}


def _met(rows: ir.Table, fields: dict[Field, FieldReading], links: ir.Table, plan: Plan) -> ir.Table:
    """The rows without problems, each with the link in force for it, if there is one.

    Fields are evaluated again after the join, so that the join carries no column twice.
    """
    rows = rows.filter(_all_fine(fields))
    links = links.filter(_lasts(links)).select(
        shoplink_of_shop="shop_id",
        shoplink_of_account="account_id",
        shoplink_link_id="link_id",
        shoplink_role="role",
        shoplink_begun_at="linked_at",
        shoplink_ended_at=links.ended_at.fill_null(_FOR_EVER),
    )
    at = fields["ordered_at"].value
    meet = [
        fields["shop_id"].value == links.shoplink_of_shop,
        fields["account_id"].value == links.shoplink_of_account,
    ]
    if plan.spans > 1:
        first, last = _span(links.shoplink_begun_at, plan), _span(links.shoplink_ended_at, plan)
        links = links.mutate(shoplink_span=ibis.range(first, last + 1).unnest())
        meet.append(_span(at, plan) == links.shoplink_span)
    met = rows.left_join(links, [*meet, at >= links.shoplink_begun_at, at < links.shoplink_ended_at])
    return met.mutate(**_values(fields))


def _span(at: ir.IntegerValue, plan: Plan) -> ir.IntegerValue:
    """The span of an instant. A later instant is never in an earlier span, however an engine rounds the division."""
    length = (plan.end - plan.start) // plan.spans + 1
    return ((at.clip(plan.start, plan.end) - plan.start) / length).floor().cast("int64")


def _lacks_rate(met: ir.Table) -> ir.BooleanValue:
    return met[_LINK].isnull() & met[_ACCOUNT].notnull() & met[_RATE].isnull()


def _answered(met: ir.Table, columns: Sequence[str], more: dict[str, ir.Value] | None = None) -> ir.Table:
    """Rows with some of their columns and their judgement."""
    basis = ibis.cases(
        (met[_LINK].notnull(), met[_ROLE]), (met[_ACCOUNT].notnull(), "affiliate"), else_="none"
    )
    base = base_of(met)
    due = ibis.cases((basis == "affiliate", commission(base, met[_RATE])), else_=0)
    return met.select(
        *columns,
        **(more or {}),
        basis=basis,
        link_id=met[_LINK],
        base_minor=base,
        commission_minor=due.cast("int64"),
    )


def base_of(rows: ir.Table) -> ir.IntegerValue:
    """What commission is on: the amount of a row of `valid_rows` without its refund. It is never negative."""
    return rows[_AMOUNT] - rows[_REFUND].fill_null(0)


def commission(amount: ir.IntegerValue, rate: ir.IntegerValue) -> ir.IntegerValue:
    """The commission on an amount at a rate in basis points, rounded half up, in 64-bit whole numbers throughout."""
    rest = amount % RATE_BP_MAX
    return _quotient(amount - rest) * rate + _floored(rest * rate + RATE_BP_MAX // 2)


def _floored(number: ir.IntegerValue) -> ir.IntegerValue:
    return _quotient(number - number % RATE_BP_MAX)


def _quotient(multiple: ir.IntegerValue) -> ir.IntegerValue:
    """A multiple of 10,000 divided by 10,000. Engines divide in floating point, which is exact for these below 2^53."""
    return (multiple / RATE_BP_MAX).cast("int64")


def _own(rows: ir.Table) -> list[str]:
    """The columns of the file itself, without those of an earlier result."""
    return [name for name in rows.columns if name not in RESULT and not name.startswith(RESERVED)]
