"""A creator's settlements: what shops whose link is or was theirs have closed, by period, with the same numbers."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.flows.order_run.settlement import settled_lines
from shoplink.store import settlements as store
from shoplink.store.read.names import names
from shoplink.store.settlements import Settlement
from shoplink.web.page.declare import page
from shoplink.web.page.export import Cell, export, requested_format
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.order_run import BASES, money, number
from shoplink.wording.sentences import N_
from shoplink.wording.statement import REASONS, TEXTS

_PERIODS_MAX = 240
_LINES_MAX = 200
_EXPORTED_MAX = 100_000


class Sums(Struct, frozen=True):
    """The sums of a period in one currency; `adjusted` is '' if nothing of earlier periods has changed."""

    orders: str
    sold: str
    due: str
    adjusted: str


class SettledPeriod(Struct, frozen=True):
    """A period that a shop has closed."""

    url: str
    period: str
    shop: str
    sums: list[Sums]
    closed: Instant


class SettledLine(Struct, frozen=True):
    """A line: an order, or what has changed of one that an earlier period has (`change`)."""

    order: str
    basis: str
    change: str
    sold: str
    due: str


class SettlementsPage(Struct, frozen=True):
    """The page: every period, the newest first."""

    account_id: str
    handle: str
    periods: list[SettledPeriod]
    is_whole: bool


class SettlementPage(Struct, frozen=True):
    """A period of a shop: its sums, and its lines; `most` is how many of them are shown if there are more, else ''."""

    account_id: str
    handle: str
    settled: SettledPeriod
    lines: list[SettledLine]
    most: str


@page("creator/<str:account_id>/settlements", CREATOR, menu=Menu(icon="receipt", title=N_("My settlements")))
def settlements(visit: Visit, account_id: str) -> PageResponse:
    """The closed periods of every shop with which the account is linked or was."""
    found = store.settlements_of(account_id, _PERIODS_MAX + 1)
    shops, accounts = names({each.shop_id for each in found}, [account_id])
    view = SettlementsPage(
        account_id=account_id,
        handle=_handle(accounts, account_id),
        periods=[
            _period(visit, list(some), shops)
            for _key, some in groupby(found[:_PERIODS_MAX], lambda each: (each.period, each.shop_id))
        ],
        is_whole=len(found) <= _PERIODS_MAX,
    )
    return PageContent("creator/settlements.html", view)


@page("creator/<str:account_id>/settlements/<str:shop_id>/<str:period>", CREATOR)
def settlement(visit: Visit, account_id: str, shop_id: str, period: str) -> PageResponse:
    """What a shop has closed for a period, to read, to print, and with `?format=` as a file."""
    found = store.settlements_with(account_id, shop_id, period)
    if not found:
        raise Http404
    if kind := requested_format(visit):
        rows = settled_lines(account_id, shop_id, period, _EXPORTED_MAX)
        return export(visit, kind, f"settlement-{period}", _header(), _cells(visit, rows))
    lines = settled_lines(account_id, shop_id, period, _LINES_MAX + 1)
    shops, accounts = names([shop_id], [account_id])
    view = SettlementPage(
        account_id=account_id,
        handle=_handle(accounts, account_id),
        settled=_period(visit, found, shops),
        lines=[_line(visit, row) for row in lines[:_LINES_MAX]],
        most=str(_LINES_MAX) if len(lines) > _LINES_MAX else "",
    )
    return PageContent("creator/settlement.html", view)


def _handle(accounts: dict[str, str], account_id: str) -> str:
    return f"@{accounts[account_id]}" if accounts.get(account_id) else account_id


def _period(visit: Visit, some: Sequence[Settlement], shops: dict[str, str]) -> SettledPeriod:
    first = some[0]
    return SettledPeriod(
        url=f"/creator/{first.account_id}/settlements/{first.shop_id}/{first.period}",
        period=first.period,
        shop=shops.get(first.shop_id) or first.shop_id,
        sums=[
            Sums(
                orders=number(visit, each.order_lines),
                sold=money(visit, each.amount_minor - each.refund_minor, each.currency),
                due=money(visit, each.commission_minor, each.currency),
                adjusted=money(visit, each.adjustment_minor, each.currency) if each.adjustment_minor else "",
            )
            for each in some
        ],
        closed=show_instant(visit, first.closed_at),
    )


def _line(visit: Visit, row: dict[str, Any]) -> SettledLine:
    return SettledLine(
        order=_order(row),
        basis=_(BASES[row["basis"]]),
        change=_change(visit, row),
        sold=money(visit, row["amount_minor"] - row["refund_minor"], row["currency"]),
        due=money(visit, row["commission_minor"], row["currency"]),
    )


def _order(row: dict[str, Any]) -> str:
    return " · ".join(filter(None, (row["order_id"], row["sku_id"])))


def _change(visit: Visit, row: dict[str, Any]) -> str:
    if not row["adjusts"]:
        return ""
    reason = visit.language.text(TEXTS[REASONS[row["reason"]]])
    return _("Adjusts {period}: {reason}").format(period=row["adjusts"], reason=reason)


def _header() -> list[str]:
    return [
        _("Order number"),
        _("SKU ID"),
        _("Whose order"),
        _("Change of an earlier month"),
        _("Currency"),
        _("Amount sold"),
        _("Amount refunded"),
        _("Commission due"),
    ]


def _cells(visit: Visit, rows: list[dict[str, Any]]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [
            row["order_id"],
            row["sku_id"],
            _(BASES[row["basis"]]),
            _change(visit, row),
            row["currency"],
            *(
                Decimal(row[name]).scaleb(-MINOR_DIGITS[row["currency"]])
                for name in ("amount_minor", "refund_minor", "commission_minor")
            ),
        ]
