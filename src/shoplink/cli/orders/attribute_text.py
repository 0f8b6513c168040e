"""What `shoplink attribute` says of a run on a terminal: what became of every row, and the money in each basis."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from shoplink.attribution.join.creators import Joined
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.flows.commission.summary import AttributionResult

_LEFT_OUT_MAX = 8
"""The number of different cells for which rows are left out that are said; `--json` has them all."""


def summary_lines(done: AttributionResult, out: str, rejects: Path, left_out: Path) -> Iterator[str]:
    """The lines to print: what was noticed first, and last the counts of rows."""
    if done.preset:
        zone = f"; times are those of {done.zone}" if done.zone else ""
        yield f"this is {done.about}; taken with preset {done.preset}{zone}"
    for line in done.skipped:
        yield f"{line} describes the columns and is skipped"
    yield from done.lacking
    if done.small_rates:
        yield (
            f"column {done.small_rates}: every rate is below 1 per cent; if they are fractions, write "
            'rates = "fraction" in the mapping'
        )
    if done.surplus:
        more = f" and {len(done.surplus) - 1:,} other lines" if len(done.surplus) > 1 else ""
        yield f"{done.surplus[0]}{more}: text beyond the columns of the header is kept with the row"
    for same in done.same_amounts:
        more = f" and {same.orders - 1:,} other orders" if same.orders > 1 else ""
        yield (
            f"order {same.order_id}{more}: each line has the same {same.column} ({same.cell} on {same.lines} lines); "
            f'if it is that of the whole order, write per_order = ["{same.column}"] in the mapping'
        )
    if done.join:
        yield from _joined(done.join)
    for column, counts in groupby(done.left_out_by, lambda each: each.column):
        those = list(counts)
        said = ", ".join(f"{each.value or 'nothing'} {each.rows:,}" for each in those[:_LEFT_OUT_MAX])
        rest = sum(each.rows for each in those[_LEFT_OUT_MAX:])
        yield f"left out by {column}: {said}{f', others {rest:,}' if rest else ''}"
    for basis, sums in groupby(done.by_basis, lambda each: each.basis):
        listed = list(sums)
        money = ", ".join(
            f"{_money(each.base_minor, each.currency)} sold, {_money(each.commission_minor, each.currency)} due"
            for each in listed
        )
        yield f"{basis}: {sum(each.rows for each in listed):,} rows, {money}"
    yield f"{done.fit}; {done.fit.links_met:,} of {done.fit.links:,} links met"
    yield "; ".join(_counts(done, out, rejects, left_out))


def _joined(join: Joined) -> Iterator[str]:
    by = "order and SKU" if join.by_sku else "order"
    taken = f" (preset {join.preset})" if join.preset else ""
    yield f"joined by {by}{taken}: {join.rows:,} rows met one of {join.lines:,} lines"
    if join.left_out:
        yield f"of the lines to join, {join.left_out:,} do not count by their mapping"
    if join.unread:
        yield f"of the lines to join, {join.unread:,} have more or fewer cells than their header"
    if join.unmet:
        yield f"of the lines to join, {join.unmet:,} met no row: {_some(join.unmet_named, join.unmet)}"
    if join.several:
        named = _some(join.several_named, join.several)
        yield f"several creators or rates for {join.several:,}: {named}"


def _some(named: tuple[str, ...], count: int) -> str:
    """Some names, and that there are more."""
    return ", ".join(named) + (", …" if count > len(named) else "")


def _counts(done: AttributionResult, out: str, rejects: Path, left_out: Path) -> Iterator[str]:
    yield (
        f"{done.rows:,} rows: {done.judged:,} judged in {out}, "
        f"{done.rejected:,} rejected{f' in {rejects}' if done.rejected else ''}"
    )
    again = done.repeated.identical + done.repeated.different
    if done.left_out or again:
        parts = [f"{done.left_out:,} left out"] if done.left_out else []
        if again:
            parts.append(
                f"{again:,} repeated ({done.repeated.identical:,} identical, {done.repeated.different:,} different)"
            )
        yield f"{', '.join(parts)} in {left_out}"
    if done.cleaned:
        yield f"{done.cleaned:,} ids were cleaned"


def _money(minor: int, currency: str) -> str:
    """An amount in the major unit, as 1,234.50 GBP."""
    digits = MINOR_DIGITS[currency]
    whole, rest = divmod(minor, 10**digits)
    return f"{whole:,}{f'.{rest:0{digits}}' if digits else ''} {currency}"
