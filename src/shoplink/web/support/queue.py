"""The queue of tickets by age and market; reasons that support can fix are shown apart from the others."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.ticket.facts import Status
from shoplink.flows.ticket.read import current_tickets
from shoplink.store.ticket.tickets import page_of_tickets
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SUPPORT
from shoplink.web.request.market import market_choice
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.ticket.view import TicketRow, show_row
from shoplink.wording.sentences import N_

_ROWS = 50
_TABS: dict[Status, Callable[[], str]] = {
    "open": lambda: _("Waiting for support"),
    "answered": lambda: _("Waiting for the other side"),
    "resolved": lambda: _("Resolved tickets"),
    "closed": lambda: _("Closed tickets"),
}


class QueuePage(Struct, frozen=True):
    """A page of tickets; `markets` holds a code, a name and whether it is selected."""

    rows: list[TicketRow]
    tabs: list[tuple[str, str, bool]]
    status: str
    ended: bool
    markets: list[tuple[str, str, bool]]
    problem: str
    next_url: str
    first_url: str


@page("support/", SUPPORT, menu=Menu(icon="inbox", title=N_("Queue")))
def queue(visit: Visit) -> PageResponse:
    """Tickets of a status: waiting ones oldest first, ended ones newest first."""
    chosen, markets = visit.query.get("status", ""), market_choice(visit)
    market = markets.market
    status: Status = next((each for each in _TABS if each == chosen), "open")
    after = visit.number("after") or 0
    ended = status in {"resolved", "closed"}
    tickets = page_of_tickets(
        visit.now, _ROWS + 1, after, status=status, market=market or None, newest_first=ended
    )
    seen = current_tickets(tickets[:_ROWS])
    query = f"?status={status}&market={market}"
    view = QueuePage(
        rows=[
            show_row(visit, each, f"/support/tickets/{each.ticket.ticket_id}")
            for each in seen
            if each.ticket.status == status
        ],
        tabs=[(f"?status={each}&market={market}", title(), each == status) for each, title in _TABS.items()],
        status=status,
        ended=ended,
        markets=[(code, visit.language.country(code), code == market) for code in markets.markets],
        problem=markets.problem,
        next_url=f"{query}&after={tickets[_ROWS - 1].number}" if len(tickets) > _ROWS else "",
        first_url=query if after else "",
    )
    return PageContent("support/queue.html", view)
