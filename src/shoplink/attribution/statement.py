"""Statements from a result: sums by month and shop, and by link; and checks of these sums against the rows."""

from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, datetime, tzinfo

import ibis
import ibis.expr.types as ir

from shoplink.attribution.engine import RESERVED
from shoplink.attribution.instants import from_micros, to_micros
from shoplink.attribution.judgement import base_of, commission, valid_rows
from shoplink.attribution.mapping import MappingError
from shoplink.attribution.source import OrderSource

SUMS = ("order_lines", "amount_minor", "refund_minor", "commission_minor")
"""The columns that are summed in every statement and in the grand totals, by currency."""

LINKED = ("official", "marketing")

_DAY = 86_400_000_000


def statement_lines(source: OrderSource, zone: tzinfo, instants: Iterable[int]) -> ir.Table:
    """The rows of a result, ready to be summed: month in a zone, shop, account, basis, link, and money.

    `instants` are those of `days_with_orders`, in microseconds. Raises MappingError if their years are out of range.
    """
    rows = valid_rows(source.rows, source.fields)
    base, rate = base_of(rows), rows[f"{RESERVED}commission_rate"]
    link_id = rows.link_id.cast("string").nullif("")
    is_linked = rows.basis.cast("string").isin(LINKED)
    return rows.select(
        month=_month(rows[f"{RESERVED}ordered_at"], zone, instants),
        shop_id=rows[f"{RESERVED}shop_id"],
        account_id=rows[f"{RESERVED}account_id"],
        currency=rows[f"{RESERVED}currency"],
        ordered_at=rows[f"{RESERVED}ordered_at"],
        basis=rows.basis.cast("string"),
        link_id=link_id,
        amount_minor=rows[f"{RESERVED}amount"],
        refund_minor=rows[f"{RESERVED}refund"].fill_null(0),
        commission_minor=rows.commission_minor.cast("int64"),
        rated_minor=commission(base, rate),
        waived_minor=is_linked.ifelse(commission(base, rate), 0).fill_null(0),
        unrated=(is_linked & rate.isnull()).cast("int64"),
    )


def days_with_orders(source: OrderSource) -> ir.Table:
    """The first and the last instant of a result's rows on each day, in microseconds; they tell which months occur."""
    rows = valid_rows(source.rows, source.fields)
    at = rows[f"{RESERVED}ordered_at"]
    return rows.group_by(day=at - at % _DAY).agg(first=at.min(), last=at.max())


def commission_statement(lines: ir.Table) -> ir.Table:
    """Sales, the commission due, and the commission waived by links; by month, shop, currency and basis.

    `lines_without_rate` counts the linked lines without a rate, whose waived commission is unknown.
    """
    keys = ("month", "shop_id", "currency", "basis")
    return lines.group_by(*keys).agg(
        **_sums(lines),
        waived_minor=_sum(lines.waived_minor),
        lines_without_rate=_sum(lines.unrated),
    )


def settlement_statement(lines: ir.Table, links: ir.Table) -> ir.Table:
    """The sales of linked creators with the reference of the contract; by month, shop, account, link and currency."""
    linked = lines.filter(lines.basis.isin(LINKED))
    keys = ("month", "shop_id", "account_id", "link_id", "currency")
    summed = linked.group_by(*keys).agg(**_sums(linked))
    known = links.select("link_id", "role", "reference", "settlement", "linked_at", "ended_at")
    return summed.left_join(known, "link_id").select(
        *keys, "role", "reference", "settlement", "linked_at", "ended_at", *SUMS
    )


def grand_totals(lines: ir.Table) -> ir.Table:
    """The sums over all rows and over those of linked creators, by currency: the statements must add up to them."""
    is_linked = lines.basis.isin(LINKED)
    linked = {
        f"linked_{name}": _sum(expression)
        for name, expression in (
            ("order_lines", is_linked.cast("int64")),
            ("amount_minor", is_linked.ifelse(lines.amount_minor, 0)),
            ("refund_minor", is_linked.ifelse(lines.refund_minor, 0)),
            ("commission_minor", is_linked.ifelse(lines.commission_minor, 0)),
        )
    }
    return lines.group_by("currency").agg(**_sums(lines), **linked)


def statement_totals(statement: ir.Table) -> ir.Table:
    """The sums of a statement, by currency."""
    return statement.group_by("currency").agg(**{name: _sum(statement[name]) for name in SUMS})


def unsound_rows(lines: ir.Table, links: ir.Table) -> ir.Table:
    """The rows whose basis, link or commission contradicts the links or their own amount and rate."""
    known = links.select(
        known_id="link_id",
        known_shop="shop_id",
        known_account="account_id",
        known_role="role",
        known_from="linked_at",
        known_to=links.ended_at.fill_null(2**63 - 1),
    )
    met = lines.left_join(known, lines.link_id == known.known_id)
    by_link = (
        (met.known_shop == met.shop_id)
        & (met.known_account == met.account_id)
        & (met.known_role == met.basis)
        & (met.known_from <= met.ordered_at)
        & (met.ordered_at < met.known_to)
        & (met.commission_minor == 0)
    )
    sound = ibis.cases(
        (met.basis.isin(LINKED), by_link),
        (
            met.basis == "affiliate",
            met.link_id.isnull() & met.account_id.notnull() & (met.commission_minor == met.rated_minor),
        ),
        (met.basis == "none", met.link_id.isnull() & met.account_id.isnull() & (met.commission_minor == 0)),
        else_=False,
    )
    return met.filter(~sound.fill_null(ibis.literal(value=False))).select(
        "shop_id", "account_id", "basis", "link_id", "commission_minor"
    )


def _sums(lines: ir.Table) -> dict[str, ir.Value]:
    return {
        "order_lines": lines.count(),
        **{name: _sum(lines[name]) for name in SUMS if name != "order_lines"},
    }


def _sum(numbers: ir.IntegerValue) -> ir.IntegerValue:
    """A 64-bit sum, or an error on overflow: DuckDB's own sum is wider and would become floating point in Parquet."""
    return numbers.sum().cast("decimal(38, 0)").cast("int64")


def _month(at: ir.IntegerValue, zone: tzinfo, instants: Iterable[int]) -> ir.StringValue:
    """The month of an instant in a zone, as `2026-11`."""
    *months, last = sorted(_months(zone, instants)) or [(1, 1)]
    branches = [(at < _start(zone, *_next(*month)), _name(*month)) for month in months]
    return ibis.cases(*branches, else_=_name(*last)) if branches else ibis.literal(_name(*last))


def _months(zone: tzinfo, instants: Iterable[int]) -> set[tuple[int, int]]:
    """The months of instants, and the months after them: where clocks go back at midnight, a month's end occurs twice."""
    try:
        local = [from_micros(instant).astimezone(zone) for instant in instants]
    except OverflowError:
        raise MappingError(f"found orders outside of the years {MINYEAR} to {MAXYEAR}") from None
    found = {(at.year, at.month) for at in local}
    return found | {_next(*month) for month in found if month != (MAXYEAR, 12)}


def _next(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 (months of a year)


def _start(zone: tzinfo, year: int, month: int) -> int:
    return to_micros(datetime(year, month, 1, tzinfo=zone))


def _name(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"
