"""The queue of tickets by age: who has each, and whether support can fix it; filters, and *take next*."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from msgspec import Struct

from shoplink.core import CATALOGUE
from shoplink.core.facts import Actor
from shoplink.core.ticket.facts import Status, Team, Ticket, staff_id
from shoplink.flows.ticket.read import CurrentTicket, current_tickets
from shoplink.flows.ticket.take_next import take_next
from shoplink.store.people.membership import members
from shoplink.store.ticket.queue import TicketFilter, count_in_queue, page_of_queue
from shoplink.store.ticket.words import last_answers
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SUPPORT
from shoplink.web.request.command import execute_for, form_key
from shoplink.web.request.market import market_choice
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.support.holder import names_of_holders, say_holder
from shoplink.web.ticket.view import TicketRow, show_length, show_row
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.state import names_behind
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

_ROWS = 50
_TEXT_LENGTH_MAX = 200
_TABS: dict[Status, Callable[[], str]] = {
    "open": lambda: _("Waiting for support"),
    "answered": lambda: _("Waiting for the other side"),
    "resolved": lambda: _("Resolved tickets"),
    "closed": lambda: _("Closed tickets"),
}


class QueueRow(Struct, frozen=True):
    """A ticket of the queue: who has it, who of the staff answered last ('' if nobody did), and the first answer."""

    row: TicketRow
    holder: str
    answered_by: str
    first_answer: Badge | None


class QueuePage(Struct, frozen=True):
    """A page of tickets; each choice is a value, its text and whether it is selected."""

    rows: list[QueueRow]
    tabs: list[tuple[str, str, bool]]
    status: str
    ended: bool
    markets: list[tuple[str, str, bool]]
    holders: list[tuple[str, str, bool]]
    reasons: list[tuple[str, str, bool]]
    text: str
    is_filtered: bool
    problem: str
    next_url: str
    first_url: str
    clear_url: str


@page("support/", SUPPORT, posts=True, menu=Menu(icon="inbox", title=N_("Queue")))
def queue(visit: Visit) -> PageResponse:
    """Tickets of a status: waiting ones oldest first, ended ones newest first. The form takes the next one."""
    return queue_of_staff(visit)


def queue_of_staff(visit: Visit) -> PageResponse:
    """The queue of support, or that of the platform's staff, which begins with what was handed over to them."""
    place, markets = visit.by.kind, market_choice(visit)
    if visit.submitted:
        return _take_next(visit, markets.market)
    chosen, market = visit.query.get("status", ""), markets.market
    status: Status = next((each for each in _TABS if each == chosen), "open")
    holders = _holders(visit)
    holder = _one_of(holders, visit.query.get("holder", ""), "platform" if place == "platform" else "all")
    reasons = [code for code, entry in CATALOGUE.items() if entry.support_helps]
    reason = _one_of(reasons, visit.query.get("reason", ""), "")
    text = visit.query.get("q", "").replace("\x00", "").strip()[:_TEXT_LENGTH_MAX]
    wanted = _filter(visit, holder, market=market or None, reason=reason, text=text)
    after, ended = visit.number("after") or 0, status in {"resolved", "closed"}
    tickets = page_of_queue(visit.now, _ROWS + 1, after, status, wanted, newest_first=ended)
    counts = count_in_queue(visit.now, wanted)
    address = visit.query.copy()
    for name in ("status", "after"):
        address.pop(name, None)
    kept = f"&{address.urlencode()}" if address else ""
    view = QueuePage(
        rows=_rows(
            visit, [each for each in current_tickets(tickets[:_ROWS]) if each.ticket.status == status]
        ),
        tabs=[
            (f"?status={each}{kept}", f"{title()} ({counts[each]})", each == status)
            for each, title in _TABS.items()
        ],
        status=status,
        ended=ended,
        markets=[(code, visit.language.country(code), code == market) for code in markets.markets],
        holders=[(value, title, value == holder) for value, title in holders.items()],
        reasons=[(code, say_reason_title(code, visit.language), code == reason) for code in reasons],
        text=text,
        is_filtered=bool(address),
        problem=markets.problem,
        next_url=f"?status={status}{kept}&after={tickets[_ROWS - 1].number}" if len(tickets) > _ROWS else "",
        first_url=f"?status={status}{kept}" if after else "",
        clear_url=f"?status={status}",
    )
    return PageContent("support/queue.html", view)


def _holders(visit: Visit) -> dict[str, str]:
    """What the queue can be filtered by: who has the tickets. A colleague is named by their id."""
    team: Team = "platform" if visit.by.kind == "platform" else "support"
    colleagues = {
        one.person_id: one.name or one.email or one.person_id
        for one in members(team, "")
        if one.person_id != staff_id(visit.by)
    }
    return {
        "all": pgettext("whose tickets", "Everybody’s"),
        "mine": pgettext("whose tickets", "Mine"),
        "nobody": _("Nobody yet"),
        "platform": _("The platform’s staff"),
        **colleagues,
    }


def _filter(visit: Visit, holder: str, *, market: str | None, reason: str, text: str) -> TicketFilter:
    team: Team = "platform" if visit.by.kind == "platform" else "support"
    own = {"all": None, "platform": "platform"}.get(holder, team)
    who = {"mine": staff_id(visit.by), "all": None, "nobody": None, "platform": None}.get(holder, holder)
    return TicketFilter(
        market=market,
        team="platform" if own == "platform" else "support" if own else None,
        assignee=who,
        unassigned=holder == "nobody",
        reason=reason,
        text=text,
    )


def _take_next(visit: Visit, market: str) -> PageResponse:
    """Take the ticket that has waited longest, and show it."""
    place, key = visit.by.kind, f"{form_key(visit)}/next"
    taken = take_next(
        visit.by,
        visit.now,
        market or None,
        key,
        lambda command, seen: execute_for(visit, [command], seen)[0],
    )
    if taken is None:
        home = "support.queue" if place == "support" else "platform.tickets"
        return visit.redirect(home, message=_("No ticket waits that nobody has."))
    return visit.redirect(f"{place}.ticket", message=_("The ticket is yours."), ticket_id=taken.ticket_id)


def _rows(visit: Visit, seen: list[CurrentTicket]) -> list[QueueRow]:
    """The rows of tickets, with a fixed number of statements."""
    tickets = [each.ticket for each in seen]
    holders, answers = names_of_holders(tickets), last_answers(each.ticket_id for each in tickets)
    name_of = names_behind(visit, answers.values())
    return [
        QueueRow(
            row=show_row(visit, each, f"/{visit.by.kind}/tickets/{each.ticket.ticket_id}"),
            holder=say_holder(each.ticket, holders.get(each.ticket.assignee or "", "")),
            answered_by=_name(answers.get(each.ticket.ticket_id), name_of),
            first_answer=_first_answer(visit, each.ticket),
        )
        for each in seen
    ]


def _name(by: Actor | None, name_of: Callable[[Actor | None], str]) -> str:
    return name_of(by) if by is not None else ""


def _first_answer(visit: Visit, ticket: Ticket) -> Badge | None:
    """When the first answer is due, or how long it took; None for a ticket that ended without one."""
    target = timedelta(hours=settings.FIRST_ANSWER_HOURS)
    if ticket.answered_at is not None:
        took = ticket.answered_at - ticket.opened_at
        text = _("Answered after {time}").format(time=show_length(visit, took))
        return Badge(text, "green" if took <= target else "orange", icon="message-reply")
    if ticket.ended_at is not None:
        return None
    left = ticket.opened_at + target - visit.now
    if left > timedelta(0):
        return Badge(_("Answer due in {time}").format(time=show_length(visit, left)), "azure", icon="clock")
    return Badge(_("Answer overdue by {time}").format(time=show_length(visit, -left)), "red", icon="clock")


def _one_of(values: Iterable[str], asked: str, default: str) -> str:
    return asked if asked in set(values) else default
