"""Statements as pages to print: each is one self-contained file in one language."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shoplink.attribution.instants import from_micros
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.flows.template import render
from shoplink.wording import Language
from shoplink.wording.statement import TEXTS

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


def statement_page(
    key: tuple[str, str],
    of_shop: Sequence[StatementRow],
    of_links: Sequence[StatementRow],
    zone: str,
    language: Language,
) -> str:
    """The statement of one month and shop (`key`), from its rows of the commission and the settlement statement."""
    text = _texts(language)
    columns = ("order_lines", "amount", "refund", "net", "commission", "waived", "lines_without_rate")
    in_order = sorted(of_shop, key=lambda row: (row["currency"], _BASES.index(row["basis"])))
    commission = TableSection(
        heading="",
        names=[text("basis"), text("currency")],
        figures=[text(name) for name in columns],
        lines=[TableLine([text(row["basis"]), row["currency"]], _figures(row)) for row in in_order],
        totals=[
            TableLine([text("total"), currency], _figures(_total(rows)))
            for currency, rows in _by_currency(of_shop).items()
        ],
    )
    settlement = _settlement(text("settlement"), of_links, text)
    return _page("title", {"shop": key[1], "month": key[0]}, [commission, settlement], zone, language)


def settlement_page(
    key: tuple[str, str], account_id: str, of_links: Sequence[StatementRow], zone: str, language: Language
) -> str:
    """What a shop settles with one linked creator for a month. It is for the creator, so it names no other creator."""
    names = {"account": account_id, "shop": key[1], "month": key[0]}
    section = _settlement("", of_links, _texts(language))
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


def _settlement(heading: str, of_links: Sequence[StatementRow], text: Callable[[str], str]) -> TableSection:
    in_order = sorted(of_links, key=lambda row: (row["account_id"], row["linked_at"], row["currency"]))
    return TableSection(
        heading=heading,
        names=[text(name) for name in ("account", "basis", "reference", "period", "currency")],
        figures=[text(name) for name in ("order_lines", "amount", "refund", "net")],
        lines=[
            TableLine(
                [
                    row["account_id"],
                    text(row["role"]),
                    row["reference"] or row["link_id"],
                    _period(row, text),
                    row["currency"],
                ],
                _figures(row)[:4],
            )
            for row in in_order
        ],
        totals=[
            TableLine([text("total"), "", "", "", currency], _figures(_total(rows))[:4])
            for currency, rows in _by_currency(of_links).items()
        ],
    )


def _period(row: StatementRow, text: Callable[[str], str]) -> str:
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
            if isinstance(value, int) and name not in ("linked_at", "ended_at"):
                found[name] = found.get(name, 0) + value
            elif name == "currency":
                found[name] = value
    return found


def _by_currency(rows: Sequence[StatementRow]) -> dict[str, list[StatementRow]]:
    found: defaultdict[str, list[StatementRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["currency"])):
        found[row["currency"]].append(row)
    return found
