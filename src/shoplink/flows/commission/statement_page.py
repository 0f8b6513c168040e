"""Statements as pages to print: each one file that needs nothing else, in one language."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any

from shoplink.attribution.instants import from_micros
from shoplink.core.currency import MINOR_DIGITS
from shoplink.wording import Language
from shoplink.wording.statement import TEXTS

Row = Mapping[str, Any]

_BASES = ("official", "marketing", "affiliate", "none")
_STYLE = """
body{font:14px/1.45 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.2rem}p{color:#555}
table{border-collapse:collapse;width:100%;margin:.8rem 0}th,td{padding:.35rem .6rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tfoot td{font-weight:600;border-top:2px solid #999}
td.id{overflow-wrap:anywhere}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}}
"""


def statement_page(
    key: tuple[str, str], of_shop: Sequence[Row], of_links: Sequence[Row], zone: str, said: Language
) -> str:
    """What a month and shop (`key`) owe: its rows of the commission and of the settlement statement."""
    text = _texts(said)
    basis_order = sorted(of_shop, key=lambda row: (row["currency"], _BASES.index(row["basis"])))
    columns = ("order_lines", "amount", "refund", "net", "commission", "waived", "lines_without_rate")
    head = _head([text("basis"), text("currency")], [text(name) for name in columns])
    body = "".join(_line([text(row["basis"]), row["currency"]], _figures(row)) for row in basis_order)
    foot = "".join(
        _line([text("total"), currency], _figures(_total(rows)))
        for currency, rows in _by_currency(of_shop).items()
    )
    commission = f"<table>{head}<tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"
    settlement = f"<h2>{escape(text('settlement'))}</h2>{_settlement(of_links, text)}"
    names = {"shop": key[1], "month": key[0]}
    return _page("title", names, f"{commission}{settlement}", zone, said)


def settlement_page(
    key: tuple[str, str], account_id: str, of_links: Sequence[Row], zone: str, said: Language
) -> str:
    """What a shop settles with one linked creator for a month: for the creator to read, so without the others."""
    names = {"account": account_id, "shop": key[1], "month": key[0]}
    return _page("settlement_with", names, _settlement(of_links, _texts(said)), zone, said)


def _page(heading: str, names: Mapping[str, str], content: str, zone: str, said: Language) -> str:
    text = _texts(said)
    title = escape(" · ".join([text(heading), *names.values()]))
    place = escape(" · ".join(f"{text(kind)} {name}" for kind, name in names.items()))
    notes = escape(f"{text('zone').format(zone=zone)} {text('soundness')}")
    language = "zh-Hans" if said.tag == "zh" else "en"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style></head><body>'
        f"<h1>{escape(text(heading))}</h1><p>{place}</p>{content}<p>{notes}</p></body></html>\n"
    )


def _texts(said: Language) -> Callable[[str], str]:
    return lambda name: said.text(TEXTS[name])


def _settlement(of_links: Sequence[Row], text: Callable[[str], str]) -> str:
    if not of_links:
        return f"<p>{escape(text('nobody'))}</p>"
    names = ("account", "basis", "reference", "period", "currency")
    head = _head(
        [text(name) for name in names], [text(name) for name in ("order_lines", "amount", "refund", "net")]
    )
    body = "".join(
        _line(
            [
                row["account_id"],
                text(row["role"]),
                row["reference"] or row["link_id"],
                _period(row, text),
                row["currency"],
            ],
            _figures(row)[:4],
        )
        for row in sorted(of_links, key=lambda row: (row["account_id"], row["linked_at"], row["currency"]))
    )
    foot = "".join(
        _line([text("total"), "", "", "", currency], _figures(_total(rows))[:4])
        for currency, rows in _by_currency(of_links).items()
    )
    return f"<table>{head}<tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"


def _period(row: Row, text: Callable[[str], str]) -> str:
    begun = _day(row["linked_at"])
    return f"{begun} – {text('until_now') if row['ended_at'] is None else _day(row['ended_at'])}"


def _day(micros: int) -> str:
    return from_micros(micros).date().isoformat()


def _figures(row: Row) -> list[str]:
    """The numbers of a row, money in the major unit."""
    currency = row["currency"]
    amount, refund = row["amount_minor"], row["refund_minor"]
    money = [amount, refund, amount - refund, row["commission_minor"], row.get("waived_minor", 0)]
    shown = [say_money(minor, currency) for minor in money]
    return [f"{row['order_lines']:,}", *shown, f"{row.get('lines_without_rate', 0):,}"]


def say_money(minor: int, currency: str) -> str:
    """An amount in the major unit of its currency: 1,234.50."""
    digits = MINOR_DIGITS[currency]
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}"


def _total(rows: Iterable[Row]) -> Row:
    found: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int) and name not in ("linked_at", "ended_at"):
                found[name] = found.get(name, 0) + value
            elif name == "currency":
                found[name] = value
    return found


def _by_currency(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["currency"])):
        found[row["currency"]].append(row)
    return found


def _head(names: list[str], numbers: list[str]) -> str:
    words = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    figures = "".join(f'<th scope="col" class="n">{escape(name)}</th>' for name in numbers)
    return f"<thead><tr>{words}{figures}</tr></thead>"


def _line(cells: list[str], numbers: list[str]) -> str:
    words = "".join(f'<td class="id">{escape(cell)}</td>' for cell in cells)
    figures = "".join(f'<td class="n">{number}</td>' for number in numbers)
    return f"<tr>{words}{figures}</tr>"
