"""Statements from a result: sums per month and shop, and per link; and the checks that hold them to the rows."""

from datetime import UTC, datetime, tzinfo
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from shoplink.attribution.engine import RESERVED
from shoplink.attribution.instants import to_micros
from shoplink.attribution.judging import commission, fine
from shoplink.attribution.source import Source

SUMS = ("order_lines", "amount_minor", "refund_minor", "commission_minor")
"""What is summed alike in every statement and in the whole, per currency."""

LINKED = ("official", "marketing")

_MONTHS_MAX = 1_200


def lines(source: Source, zone: tzinfo, span: tuple[int, int] | None) -> ir.Table:
    """The rows of a result as statements sum them: month in a zone, shop, account, basis, link, and money.

    `span` is the first and the last instant of them, in microseconds; None if there are no rows.
    """
    rows = fine(source.rows, source.fields)
    amount, rate = rows[f"{RESERVED}amount"], rows[f"{RESERVED}commission_rate"]
    link_id = rows.link_id.cast("string").nullif("")
    is_linked = rows.basis.cast("string").isin(LINKED)
    return rows.select(
        month=_month(rows[f"{RESERVED}ordered_at"], zone, span),
        shop_id=rows[f"{RESERVED}shop_id"],
        account_id=rows[f"{RESERVED}account_id"],
        currency=rows[f"{RESERVED}currency"],
        ordered_at=rows[f"{RESERVED}ordered_at"],
        basis=rows.basis.cast("string"),
        link_id=link_id,
        amount_minor=amount,
        refund_minor=rows[f"{RESERVED}refund"].fill_null(0),
        commission_minor=rows.commission_minor.cast("int64"),
        rated_minor=commission(amount, rate),
        waived_minor=is_linked.ifelse(commission(amount, rate), 0).fill_null(0),
        unrated=(is_linked & rate.isnull()).cast("int64"),
    )


def span(source: Source) -> ir.Table:
    """One row: the first and the last instant of a result's rows."""
    rows = fine(source.rows, source.fields)
    at = rows[f"{RESERVED}ordered_at"]
    return rows.agg(first=at.min(), last=at.max())


def commission_statement(lines: ir.Table) -> ir.Table:
    """Per month, shop, currency and basis: what was sold, what commission is due, what links have waived.

    `lines_without_rate`: linked lines that name no rate, so that nobody knows what was waived on them.
    """
    keys = ("month", "shop_id", "currency", "basis")
    return lines.group_by(*keys).agg(
        **_sums(lines),
        waived_minor=_sum(lines.waived_minor),
        lines_without_rate=_sum(lines.unrated),
    )


def settlement_statement(lines: ir.Table, links: ir.Table) -> ir.Table:
    """Per month, shop, account, link and currency: what a linked creator has sold, with the contract's reference."""
    linked = lines.filter(lines.basis.isin(LINKED))
    keys = ("month", "shop_id", "account_id", "link_id", "currency")
    summed = linked.group_by(*keys).agg(**_sums(linked))
    known = links.select("link_id", "role", "reference", "settlement", "linked_at", "ended_at")
    return summed.left_join(known, "link_id").select(
        *keys, "role", "reference", "settlement", "linked_at", "ended_at", *SUMS
    )


def whole(lines: ir.Table) -> ir.Table:
    """Per currency the sums over all rows, those of linked creators apart: what statements must add up to."""
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


def totals(statement: ir.Table) -> ir.Table:
    """Per currency the sums of a statement."""
    return statement.group_by("currency").agg(**{name: _sum(statement[name]) for name in SUMS})


def wrong(lines: ir.Table, links: ir.Table) -> ir.Table:
    """The rows whose basis, link or commission cannot be: not by these links, not by their own amount and rate."""
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
    """A sum of 64 bits, or an error: DuckDB's own has more, and would become floating point in Parquet."""
    return numbers.sum().cast("decimal(38, 0)").cast("int64")


def _month(at: ir.IntegerValue, zone: tzinfo, span: tuple[int, int] | None) -> ir.StringValue:
    """The month of an instant in a zone, as `2026-11`."""
    if span is None:
        return ibis.literal("")
    starts = _month_starts(zone, *span)
    branches = [(at < following, name) for (name, _), (_, following) in pairwise(starts)]
    last = starts[-1][0]
    return ibis.cases(*branches, else_=last) if branches else ibis.literal(last)


def _month_starts(zone: tzinfo, first: int, last: int) -> list[tuple[str, int]]:
    """The months that a span of instants touches, each with its first instant."""
    at = datetime.fromtimestamp(first // 10**6, UTC).astimezone(zone)
    year, month = at.year, at.month
    found: list[tuple[str, int]] = []
    while len(found) <= _MONTHS_MAX:
        start = to_micros(datetime(year, month, 1, tzinfo=zone))
        if start > last:
            break
        found.append((f"{year}-{month:02}", start))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 (months of a year)
    return found
