"""Statements as pages to print: each is one self-contained file in one language."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shoplink.attribution.instants import from_micros
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.flows.template import render
from shoplink.wording import Language
from shoplink.wording.statement import REASONS, TEXTS

StatementRow = Mapping[str, Any]

_BASES = ("official", "marketing", "affiliate", "none")


class TableLine(NamedTuple):
    """A line of a table: texts, then figures."""

    cells: list[str]
    figures: list[str]


class TableSection(NamedTuple):
    """A table with its heading and its totals per currency. A table without lines shows a sentence instead."""

    heading: str
    names: list[str]
    figures: list[str]
    lines: list[TableLine]
    totals: list[TableLine]


MOST_ON_PAGE = 50
"""The creators and adjustments on a page; the others are summed in one line."""


class ShopPage(NamedTuple):
    """The statement of a period and a shop (`key`).

    `of_shop` are its rows of the commission statement. Of creators and adjustments there are the largest, and the sums of
    all by currency, with the number of their `lines`.
    """

    key: tuple[str, str]
    of_shop: Sequence[StatementRow]
    creators: Sequence[StatementRow]
    of_creators: Sequence[StatementRow]
    changes: Sequence[StatementRow]
    of_changes: Sequence[StatementRow]
    zone: str


def statement_page(page: ShopPage, language: Language) -> str:
    """The printed statement of a shop."""
    text = _texts(language)
    columns = ("order_lines", "amount", "refund", "net", "commission", "waived", "lines_without_rate")
    in_order = sorted(
        page.of_shop, key=lambda row: (row["currency"], row["adjusts"] or "", _BASES.index(row["basis"]))
    )
    commission = TableSection(
        heading="",
        names=[text("basis"), text("currency")],
        figures=[text(name) for name in columns],
        lines=[TableLine([_basis(row, text), row["currency"]], _figures(row)) for row in in_order],
        totals=[
            TableLine([text("total"), currency], _figures(_total(rows)))
            for currency, rows in _by_currency(page.of_shop).items()
        ],
    )
    sections = [commission]
    if page.changes:
        sections.append(_adjustments(page, text))
    sections.append(_settlement(text("settlement"), page.creators, page.of_creators, text))
    names = {"shop": page.key[1], "statement_period": page.key[0]}
    return _page("title", names, sections, page.zone, language)


def settlement_page(
    key: tuple[str, str], account_id: str, rows: Sequence[StatementRow], zone: str, language: Language
) -> str:
    """What a shop settles with one creator for a period. It is for the creator, so it names no other creator."""
    names = {"account": account_id, "shop": key[1], "statement_period": key[0]}
    whole = [{**_total(some), "lines": len(some)} for some in _by_currency(rows).values()]
    section = _settlement("", rows, whole, _texts(language))
    return _page("settlement_with", names, [section], zone, language)


def _page(
    heading: str, names: Mapping[str, str], sections: list[TableSection], zone: str, language: Language
) -> str:
    text = _texts(language)
    return render(
        "statement.html",
        {
            "language": "zh-Hans" if language.tag == "zh" else "en",
            "title": " · ".join([text(heading), *names.values()]),
            "heading": text(heading),
            "about": " · ".join(f"{text(kind)} {name}" for kind, name in names.items()),
            "sections": sections,
            "nobody": text("nobody"),
            "notes": f"{text('zone').format(zone=zone)} {text('soundness')}",
        },
    )


def _texts(language: Language) -> Callable[[str], str]:
    return lambda name: language.text(TEXTS[name])


def _settlement(
    heading: str, rows: Sequence[StatementRow], whole: Sequence[StatementRow], text: Callable[[str], str]
) -> TableSection:
    return TableSection(
        heading=heading,
        names=[text(name) for name in ("account", "basis", "reference", "period", "currency")],
        figures=[text(name) for name in ("order_lines", "amount", "refund", "net", "commission")],
        lines=[
            TableLine(
                [
                    row["account_id"],
                    _basis(row, text),
                    row["reference"] or row["link_id"] or "",
                    _period(row, text),
                    row["currency"],
                ],
                _figures(row)[:5],
            )
            for row in rows
        ],
        totals=_totals(rows, whole, ["", "", ""], lambda row: _figures(row)[:5], text),
    )


def _adjustments(page: ShopPage, text: Callable[[str], str]) -> TableSection:
    """Each changed order with its commission as it was closed and as it is now."""
    commission = text("commission")
    return TableSection(
        heading=text("adjustments"),
        names=[text(name) for name in ("adjusts", "order", "account", "basis", "reason", "currency")],
        figures=[
            text("net"),
            text("as_closed").format(what=commission),
            text("as_now").format(what=commission),
            text("difference"),
        ],
        lines=[
            TableLine(
                [
                    row["adjusts"],
                    " ".join(one for one in (row["order_id"], row["sku_id"]) if one),
                    row["account_id"] or "",
                    text(row["basis"]),
                    text(REASONS[row["reason"]]),
                    row["currency"],
                ],
                [
                    say_money(minor, row["currency"])
                    for minor in (
                        row["amount_minor"] - row["refund_minor"],
                        row["before_commission_minor"],
                        row["now_commission_minor"],
                        row["commission_minor"],
                    )
                ],
            )
            for row in page.changes
        ],
        totals=_totals(page.changes, page.of_changes, ["", "", "", ""], _change_figures, text),
    )


def _change_figures(row: StatementRow) -> list[str]:
    net, due = row["amount_minor"] - row["refund_minor"], row["commission_minor"]
    return [say_money(net, row["currency"]), "", "", say_money(due, row["currency"])]


def _totals(
    shown: Sequence[StatementRow],
    whole: Sequence[StatementRow],
    blank: list[str],
    figures: Callable[[StatementRow], list[str]],
    text: Callable[[str], str],
) -> list[TableLine]:
    """The sums of each currency; before them what is not shown."""
    found = []
    by_currency = _by_currency(shown)
    for row in sorted(whole, key=lambda row: str(row["currency"])):
        some = by_currency.get(row["currency"], [])
        left = row["lines"] - len(some)
        if left:
            seen = _total(some)
            others = {
                name: value - seen.get(name, 0) for name, value in row.items() if isinstance(value, int)
            }
            words = text("others").format(count=f"{left:,}")
            found.append(TableLine([words, *blank, row["currency"]], figures({**row, **others})))
        found.append(TableLine([text("total"), *blank, row["currency"]], figures(row)))
    return found


def _basis(row: StatementRow, text: Callable[[str], str]) -> str:
    if row["adjusts"] is None:
        return text(row["basis"])
    return text("adjusted").format(basis=text(row["basis"]), period=row["adjusts"])


def _period(row: StatementRow, text: Callable[[str], str]) -> str:
    if row["linked_at"] is None:
        return ""
    begun = _day(row["linked_at"])
    return f"{begun} – {text('until_now') if row['ended_at'] is None else _day(row['ended_at'])}"


def _day(micros: int) -> str:
    return from_micros(micros).date().isoformat()


def _figures(row: StatementRow) -> list[str]:
    """The numbers of a row, with money in the major unit."""
    currency = row["currency"]
    amount, refund = row["amount_minor"], row["refund_minor"]
    money = [amount, refund, amount - refund, row["commission_minor"], row.get("waived_minor", 0)]
    shown = [say_money(minor, currency) for minor in money]
    return [f"{row['order_lines']:,}", *shown, f"{row.get('lines_without_rate', 0):,}"]


def say_money(minor: int, currency: str) -> str:
    """An amount in the major unit of its currency, as 1,234.50."""
    digits = MINOR_DIGITS[currency]
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}"


def _total(rows: Iterable[StatementRow]) -> StatementRow:
    found: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int) and name not in ("linked_at", "ended_at", "place"):
                found[name] = found.get(name, 0) + value
            elif name == "currency":
                found[name] = value
    return found


def _by_currency(rows: Sequence[StatementRow]) -> dict[str, list[StatementRow]]:
    found: defaultdict[str, list[StatementRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["currency"])):
        found[row["currency"]].append(row)
    return found
