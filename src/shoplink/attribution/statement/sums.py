"""Statements from lines: sums by period and shop, and by creator; and what they must add up to."""

import ibis
import ibis.expr.types as ir

from shoplink.attribution.statement.lines import SUMS, total

STATED = ("order_lines", "amount_minor", "refund_minor", "base_minor", "commission_minor")
"""The sums of a settlement; a commission statement has all of `SUMS`."""

_OF_LINK = ("reference", "settlement", "linked_at", "ended_at")


def commission_statement(lines: ir.Table) -> ir.Table:
    """What a shop sold and owes; by period, shop, currency, basis, and the period that lines adjust.

    `waived_minor` is the commission that links saved; `lines_without_rate` counts the linked lines without a rate, for
    which that is unknown.
    """
    keys = ("period", "shop_id", "currency", "basis", "adjusts")
    return lines.group_by(*keys).agg(**{name: total(lines[name]) for name in SUMS}).select(*keys, *SUMS)


def settlement_statement(lines: ir.Table, links: ir.Table) -> ir.Table:
    """What each creator sold and is due, with the contract of their link; by period, shop, account, link and currency."""
    keys = ("period", "shop_id", "account_id", "basis", "link_id", "currency", "adjusts")
    promoted = lines.filter(lines.account_id.notnull())
    summed = promoted.group_by(*keys).agg(**{name: total(promoted[name]) for name in STATED})
    known = links.select("link_id", *_OF_LINK)
    return summed.left_join(known, "link_id").select(*keys, *_OF_LINK, *STATED)


def totals_by_shop(table: ir.Table) -> ir.Table:
    """The sums of a settlement or of adjustments, and how many lines it has, by period, shop and currency."""
    keys = ("period", "shop_id", "currency")
    return table.group_by(*keys).agg(lines=table.count(), **{name: total(table[name]) for name in STATED})


def totals(table: ir.Table, names: tuple[str, ...] = STATED) -> ir.Table:
    """The sums of lines, rows or a statement, by currency."""
    if "order_lines" not in table.columns:
        table = table.mutate(order_lines=ibis.literal(1, "int64"))
    return table.group_by("currency").agg(**{name: total(table[name]) for name in names})
