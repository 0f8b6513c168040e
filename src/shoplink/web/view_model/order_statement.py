"""The statement of a run for a page: what was sold and is due by month and basis, and which months are closed."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.flows.order_run.run import seen_of
from shoplink.store.order_runs import OrderRun
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.order_run import BASES, money, show_problem


class BasisSum(Struct, frozen=True):
    """What was sold in a basis, as a reader writes it and as digits for the chart."""

    basis: str
    text: str
    value: str


class Month(Struct, frozen=True):
    """A month in one currency. `page_url` is that to print, `close_url` where it can be closed; '' where there is none."""

    period: str
    sold: list[BasisSum]
    due: str
    adjusted: str
    is_closed: bool
    page_url: str
    close_url: str


class Closing(Struct, frozen=True):
    """A look before a month is closed: its sums, and what is sent so that it is closed as it was seen."""

    period: str
    seen: str
    months: list[Month]


class StatementView(Struct, frozen=True):
    """The statement of a run."""

    bases: list[str]
    months: list[Month]
    has_chart: bool
    problem: str
    closing: Closing | None


def show_statement(
    visit: Visit, run: OrderRun, url: str, asked: str, *, may_close: bool
) -> StatementView | None:
    """The statement of a run; `asked` is the month that somebody looks at before it is closed. None if there is none.

    A run of the platform has the sums of all shops, and no page to print.
    """
    stated = run.summary.get("statement")
    if run.state != "done" or stated is None:
        return None
    closed = set(stated["closed"])
    sums: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in stated["rows"]:
        sums[row["period"], row["currency"]].append(row)
    next_open = min((period for period, _currency in sums if period not in closed), default="")
    months = [
        Month(
            period=period,
            sold=[_sold(visit, rows, basis, currency) for basis in BASES],
            due=money(visit, sum(row["commission_minor"] for row in rows), currency),
            adjusted=_adjusted(visit, rows, currency),
            is_closed=period in closed,
            page_url=f"{url}/statement/{period}" if run.shop_id else "",
            close_url=f"{url}?close={period}" if may_close and period == next_open else "",
        )
        for (period, currency), rows in sorted(sums.items())
    ]
    chosen = [month for month in months if month.period == asked and month.close_url]
    return StatementView(
        bases=[_(name) for name in BASES.values()],
        months=months,
        has_chart=len({currency for _period, currency in sums}) == 1,
        problem=show_problem(visit, stated["problem"]),
        closing=Closing(asked, seen_of(run, asked), chosen) if chosen else None,
    )


def _sold(visit: Visit, rows: list[dict[str, Any]], basis: str, currency: str) -> BasisSum:
    minor = sum(row["base_minor"] for row in rows if row["basis"] == basis)
    value = Decimal(minor).scaleb(-MINOR_DIGITS.get(currency, 2))
    return BasisSum(_(BASES[basis]), money(visit, minor, currency), f"{value:f}")


def _adjusted(visit: Visit, rows: list[dict[str, Any]], currency: str) -> str:
    """The commission of a month that adjusts earlier ones; '' if nothing does."""
    some = [row["commission_minor"] for row in rows if row["adjusts"]]
    return money(visit, sum(some), currency) if some else ""
