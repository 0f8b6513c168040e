"""A ticket for support: the decision and the facts then and now, the conversation, and the next step."""

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.ticket.assessment import facts_of
from shoplink.core.ticket.commands import ReplyToTicket, ResolveTicket, fields_naming
from shoplink.core.ticket.facts import Facts
from shoplink.flows.ticket.read import CurrentTicket, find_ticket
from shoplink.web.page.declare import page
from shoplink.web.request.access import SUPPORT
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.support.waivable import Waivable, waivable
from shoplink.web.ticket.view import (
    TicketView,
    issued,
    problem_of,
    send_ticket_command,
    show_ticket,
    shown_ticket,
    words_of,
)
from shoplink.web.view_model.facts import account_facts, shop_facts
from shoplink.wording import say_reason


class FactRow(Struct, frozen=True):
    """A fact as it was when the ticket was opened, and as it is now."""

    title: str
    then: str
    now: str

    @property
    def changed(self) -> bool:
        """Whether the value is different now."""
        return self.then != self.now


class TicketPage(Struct, frozen=True):
    """A ticket; `may_correct` means that the account is on record; `waivable` lists what support may waive."""

    ticket: TicketView
    shop_id: str
    account_id: str
    facts: list[FactRow]
    may_correct: bool
    waivable: list[Waivable]


@page("support/tickets/<str:ticket_id>", SUPPORT, posts=True)
def ticket(visit: Visit, ticket_id: str) -> PageResponse:
    """The ticket; the form answers or resolves it."""
    seen, problem = ticket_for_support(visit, ticket_id), ""
    if visit.submitted:
        words, problem = words_of(visit)
        resolves = visit.form.get("do") == "resolve"
        if not problem and not words and (not resolves or seen.standing.reasons):
            problem = _still_in_the_way(visit, seen) if resolves else _("Write something first.")
        if not problem:
            message = _("The ticket is resolved.") if resolves else _("Your answer is sent.")
            kind, key = (ResolveTicket, "resolve") if resolves else (ReplyToTicket, "reply")
            command = kind(**issued(visit, key), **fields_naming(seen.ticket), **words)
            shown = shown_ticket(visit, seen.ticket)
            problem = problem_of(visit, send_ticket_command(visit, command, shown), shown)
            if not problem:
                return visit.redirect("support.ticket", message=message, ticket_id=ticket_id)
        seen = ticket_for_support(visit, ticket_id)
    return PageContent("support/ticket.html", _page(visit, seen, problem), status=422 if problem else 200)


def ticket_for_support(visit: Visit, ticket_id: str) -> CurrentTicket:
    """The ticket with this id, with its current state. Raises Http404."""
    seen = find_ticket(ticket_id, visit.by)
    if seen is None:
        raise Http404
    return seen


def _still_in_the_way(visit: Visit, seen: CurrentTicket) -> str:
    """That a ticket whose reasons still stand is resolved with words only; it names them."""
    reasons = " ".join(say_reason(each, visit.language, visit.zone).problem for each in seen.standing.reasons)
    return _(
        "This still stands in the way: {reasons} Write to the other side why you resolve the ticket."
    ).format(reasons=reasons)


def _page(visit: Visit, seen: CurrentTicket, problem: str) -> TicketPage:
    now = seen.ticket
    here = facts_of(seen.world, now.shop_id, now.account_id)
    return TicketPage(
        ticket=show_ticket(visit, seen, f"/support/tickets/{now.ticket_id}", problem),
        shop_id=now.shop_id,
        account_id=now.account_id,
        facts=_then_and_now(visit, now.facts, here),
        may_correct=here.account is not None,
        waivable=waivable(seen),
    )


def _then_and_now(visit: Visit, then: Facts, here: Facts) -> list[FactRow]:
    """Each fact of the shop and the account; a dash stands for one that was not on record."""
    before, after = _facts(visit, then), _facts(visit, here)
    return [FactRow(title, before.pop(title, "–"), now) for title, now in after.items()] + [
        FactRow(title, was, "–") for title, was in before.items()
    ]


def _facts(visit: Visit, facts: Facts) -> dict[str, str]:
    """Titles and values of the shop and the account that are on record."""
    shop = shop_facts(visit, facts.shop) if facts.shop else []
    return dict(shop + (account_facts(visit, facts.account) if facts.account else []))
