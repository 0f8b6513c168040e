"""Tickets for the side that opens them, seller or creator: the list, one ticket, and a new one in one click."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link
from shoplink.core.commands import COMMANDS, PairCommand
from shoplink.core.facts import LIVE
from shoplink.core.parse import MalformedError
from shoplink.core.roles import may_issue
from shoplink.core.ticket.commands import (
    OpenTicket,
    ReopenTicket,
    ReplyToTicket,
    TicketCommand,
    WithdrawTicket,
    fields_naming,
)
from shoplink.core.ticket.facts import Question, Review
from shoplink.flows.command import read_command_now
from shoplink.flows.look import look_at_pair
from shoplink.flows.people.lookup import may_ask_about
from shoplink.flows.state import TicketState, read_state
from shoplink.flows.ticket.read import CurrentTicket, current_tickets, find_ticket
from shoplink.store.ticket.tickets import page_of_tickets
from shoplink.web.request.access import visible_link
from shoplink.web.request.command import NOTHING, result_of_answer
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.ticket.view import (
    TicketRow,
    TicketView,
    issued,
    problem_of,
    send_ticket_command,
    show_row,
    show_ticket,
    shown_ticket,
    words_of,
)
from shoplink.web.view_model.reason import ReasonRow, show_reasons

_ROWS = 25
_FIELDS = ("role", "reference", "settlement", "product_id", "content_id")


class OwnTicketsPage(Struct, frozen=True):
    """The tickets of a shop or an account, newest first; `base` is the address of its console."""

    base: str
    rows: list[TicketRow]
    next_url: str
    first_url: str


class OwnTicketPage(Struct, frozen=True):
    """One ticket of a shop or an account."""

    base: str
    ticket: TicketView


class NoTicketPage(Struct, frozen=True):
    """Why no ticket was opened, and who can act instead."""

    base: str
    problem: str
    reasons: list[ReasonRow]
    hidden: bool


def my_tickets(visit: Visit, base: str) -> PageResponse:
    """The list of the tickets that this side opened."""
    before = visit.number("before") or 0
    by = visit.by
    is_shop = by.kind == "shop"
    tickets = page_of_tickets(
        visit.now,
        _ROWS + 1,
        before,
        shop_id=by.id if is_shop else None,
        account_id=None if is_shop else by.id,
        side="shop" if is_shop else "creator",
        newest_first=True,
    )
    rows = [
        show_row(visit, seen, f"{base}tickets/{seen.ticket.ticket_id}")
        for seen in current_tickets(tickets[:_ROWS])
    ]
    next_url = f"?before={tickets[_ROWS - 1].number}" if len(tickets) > _ROWS else ""
    return PageContent(
        "tickets/mine.html", OwnTicketsPage(base, rows, next_url, f"{base}tickets" if before else "")
    )


def my_ticket(visit: Visit, base: str, ticket_id: str) -> PageResponse:
    """One ticket of this side; the forms add a message or withdraw it. Raises Http404."""
    seen, problem = find_ticket(ticket_id, visit.by), ""
    if seen is None:
        raise Http404
    if visit.submitted:
        problem, message = _changed(visit, seen)
        if not problem:
            return _redirect(visit, base, ticket_id, message)
        seen = find_ticket(ticket_id, visit.by) or seen
    url = f"{base}tickets/{ticket_id}"
    view = OwnTicketPage(base, show_ticket(visit, seen, url, problem))
    return PageContent("tickets/one.html", view, status=422 if problem else 200)


def _changed(visit: Visit, seen: CurrentTicket) -> tuple[str, str]:
    """Execute the form. Returns a problem ('' if there is none) and the message for success."""
    command: TicketCommand
    shown = shown_ticket(visit, seen.ticket)
    if visit.form.get("do") == "withdraw":
        command = WithdrawTicket(**issued(visit, "withdraw"), **fields_naming(seen.ticket))
        return problem_of(visit, send_ticket_command(visit, command, shown), shown), _(
            "The ticket is withdrawn."
        )
    words, problem = words_of(visit)
    if problem or not words:
        return problem or _("Write something first."), ""
    if visit.form.get("do") == "reopen":
        command = ReopenTicket(**issued(visit, "reopen"), **fields_naming(seen.ticket), **words)
        return problem_of(visit, send_ticket_command(visit, command, shown), shown), _(
            "The ticket is open again, and with support."
        )
    command = ReplyToTicket(**issued(visit, "reply"), **fields_naming(seen.ticket), **words)
    return problem_of(visit, send_ticket_command(visit, command, shown), shown), _(
        "Your message is sent to support."
    )


def new_ticket(visit: Visit, base: str, *, link: Link | None = None) -> PageResponse:
    """Open a ticket about a refusal or a link in review; `link` is the default if the form names no link.

    The form holds the refused command with its fields, or only a link. Raises Http404.
    """
    if not visit.submitted:
        return _redirect(visit, base, "", "")
    words, problem = words_of(visit)
    link = _link_in_form(visit, link)
    command = visit.form.get("command", "")
    if command:
        question: Question = _command_in_form(visit, command, link)
    elif link is not None:
        question = Review(link.shop_id, link.account_id, link.link_id)
    else:
        raise Http404
    opens = OpenTicket(**issued(visit, "ticket"), question=question, **words)
    answer = send_ticket_command(visit, opens, NOTHING)
    if answer["outcome"] == "accepted":
        message = _("The ticket is with support. You will be notified when they answer.")
        return _redirect(visit, base, read_state(answer["state"], TicketState).ticket_id, message)
    *reasons, of_ticket = result_of_answer(visit, answer, NOTHING).reasons or (None,)
    view = NoTicketPage(
        base,
        problem or problem_of(visit, answer, NOTHING),
        show_reasons(visit, [reason for reason in reasons if reason is not None]),
        of_ticket is not None and bool(of_ticket.params.get("creator_can_see")),
    )
    return PageContent("tickets/refused.html", view, status=409)


def _command_in_form(visit: Visit, command: str, link: Link | None) -> PairCommand:
    """The refused command that a form holds. Raises Http404 if no page sends such a form."""
    kind, form = COMMANDS.get(command), visit.form
    if kind is None or not issubclass(kind, PairCommand):
        raise Http404
    known = kind.__struct_fields__
    texts = {name: form[name] for name in _FIELDS if name in known and form.get(name)}
    lists = {"product_ids": form.getlist("product_ids")} if "product_ids" in known else {}
    network = {"network_region": visit.network.region} if "network_region" in known else {}
    shop_id = link.shop_id if link else form.get("shop_id", "")
    account_id = link.account_id if link else form.get("account_id", "")
    pair = {
        "shop_id": visit.by.id if visit.by.kind == "shop" else shop_id,
        "account_id": account_id if visit.by.kind == "shop" else visit.by.id,
    }
    try:
        refused = read_command_now({**texts, **lists}, {**network, **pair, "command": command})
    except MalformedError:
        raise Http404 from None
    if not isinstance(refused, PairCommand) or not may_issue(visit.by, refused):
        raise Http404
    has_link = link is not None or _live(refused)
    if not may_ask_about(visit.by, refused.account_id, has_link=has_link):
        raise Http404
    return refused


def _live(command: PairCommand) -> bool:
    """Whether the pair has a live link."""
    pair = command.shop_id, command.account_id
    link = look_at_pair(*pair).world.link(*pair)
    return link is not None and link.status in LIVE


def _link_in_form(visit: Visit, link: Link | None) -> Link | None:
    """The link that a form names; `link` if it names neither a link nor a shop. Raises Http404."""
    if link_id := visit.form.get("link_id", ""):
        return visible_link(visit.by, link_id)
    return None if visit.form.get("shop_id") else link


def _redirect(visit: Visit, base: str, ticket_id: str, message: str) -> HttpResponse:
    place, named = ("seller", "shop_id") if visit.by.kind == "shop" else ("creator", "account_id")
    assert base == f"/{place}/{visit.by.id}/", "the page belongs to the console of the side that acts"
    if ticket_id:
        return visit.redirect(
            f"{place}.ticket", message=message, **{named: visit.by.id, "ticket_id": ticket_id}
        )
    return visit.redirect(f"{place}.tickets", message=message, **{named: visit.by.id})
