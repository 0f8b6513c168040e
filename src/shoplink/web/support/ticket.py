"""A ticket for support: the decision and the facts then and now, the conversation, and the next step."""

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.parse import MalformedError, read_fields
from shoplink.core.ticket.assessment import facts_of
from shoplink.core.ticket.commands import (
    WORDS,
    NoteInTicket,
    ReopenTicket,
    ReplyToTicket,
    ResolveTicket,
    fields_naming,
)
from shoplink.core.ticket.facts import Facts
from shoplink.flows.ticket.read import CurrentTicket, find_ticket
from shoplink.store.ticket.words import notes_of
from shoplink.web.page.declare import page
from shoplink.web.request.access import SUPPORT
from shoplink.web.request.command import NOTHING
from shoplink.web.request.malformed import say_malformed_form
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.support.holder import HolderView, give, show_holder
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
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.state import names_behind, show_by
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


class NoteRow(Struct, frozen=True):
    """An internal note: who wrote it, and when."""

    by: str
    at: Instant
    text: str


class TicketPage(Struct, frozen=True):
    """A ticket; `may_correct` means that the account is on record; `waivable` lists what support may waive.

    `base` is the address of the tickets, `places` that of the pages of shops and accounts. Fixes are those of support.
    """

    base: str
    places: str
    ticket: TicketView
    shop_id: str
    account_id: str
    facts: list[FactRow]
    may_fix: bool
    may_correct: bool
    waivable: list[Waivable]
    holder: HolderView
    notes: list[NoteRow]
    note: str
    note_problem: str


@page("support/tickets/<str:ticket_id>", SUPPORT, posts=True)
def ticket(visit: Visit, ticket_id: str) -> PageResponse:
    """The ticket; its forms answer, resolve, reopen or assign it, and add internal notes."""
    return ticket_of_staff(visit, ticket_id)


def ticket_of_staff(visit: Visit, ticket_id: str) -> PageResponse:
    """A ticket for support, or for the platform's staff. Raises Http404."""
    seen, problem = ticket_for_support(visit, ticket_id), ""
    if visit.submitted:
        problem, message = _submit(visit, seen)
        if not problem:
            return visit.redirect(f"{visit.by.kind}.ticket", message=message, ticket_id=ticket_id)
        seen = ticket_for_support(visit, ticket_id)
    return PageContent("support/ticket.html", _page(visit, seen, problem), status=422 if problem else 200)


def _submit(visit: Visit, seen: CurrentTicket) -> tuple[str, str]:
    """Execute the form. Returns a problem ('' if there is none) and the message for success."""
    step = visit.form.get("do", "reply")
    if step in _OF_HOLDER | {"note"}:
        note, problem = _note_in_form(visit)
        if step == "note":
            return problem or _add_note(visit, seen, note), _("The note is added.")
        return problem or give(visit, seen, note), _("Who has the ticket is stored.")
    words, problem = words_of(visit)
    if not problem and not words and (step != "resolve" or seen.standing.reasons):
        problem = _still_in_the_way(visit, seen) if step == "resolve" else _("Write something first.")
    if problem:
        return problem, ""
    kind, key, message = {
        "resolve": (ResolveTicket, "resolve", _("The ticket is resolved.")),
        "reopen": (ReopenTicket, "reopen", _("The ticket is open again.")),
    }.get(step, (ReplyToTicket, "reply", _("Your answer is sent.")))
    command = kind(**issued(visit, key), **fields_naming(seen.ticket), **words)
    shown = shown_ticket(visit, seen.ticket)
    return problem_of(visit, send_ticket_command(visit, command, shown), shown), message


def _note_in_form(visit: Visit) -> tuple[str | None, str]:
    """The internal note in the form (None if it is empty), and a problem with it ('' if there is none)."""
    typed = visit.form.get("note", "").replace("\t", " ")
    if not typed.strip():
        return None, ""
    try:
        return read_fields({"text": typed}, WORDS)["text"], ""
    except MalformedError as error:
        return None, say_malformed_form(visit, error)


def _add_note(visit: Visit, seen: CurrentTicket, note: str | None) -> str:
    if note is None:
        return _("Write something first.")
    command = NoteInTicket(**issued(visit, "note"), **fields_naming(seen.ticket), text=note)
    return problem_of(visit, send_ticket_command(visit, command, NOTHING), NOTHING)


_OF_HOLDER = {"take", "assign"}
_OF_TALK = {"reply", "resolve", "reopen"}


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
    now, step = seen.ticket, visit.form.get("do", "reply")
    here = facts_of(seen.world, now.shop_id, now.account_id)
    of_support = visit.by.kind == "support"
    base = "/support/" if of_support else "/platform/tickets"
    of_note = problem if step == "note" else ""
    return TicketPage(
        base=base,
        places=f"/{visit.by.kind}/",
        ticket=show_ticket(
            visit, seen, f"/{visit.by.kind}/tickets/{now.ticket_id}", problem if step in _OF_TALK else ""
        ),
        shop_id=now.shop_id,
        account_id=now.account_id,
        facts=_then_and_now(visit, now.facts, here),
        may_fix=of_support and now.ended_at is None,
        may_correct=here.account is not None,
        waivable=waivable(seen),
        holder=show_holder(visit, seen, problem if step in _OF_HOLDER else ""),
        notes=_notes(visit, now.ticket_id),
        note=visit.form.get("note", "") if of_note else "",
        note_problem=of_note,
    )


def _notes(visit: Visit, ticket_id: str) -> list[NoteRow]:
    """The internal notes of a ticket, for staff, with the name of who wrote each."""
    notes = notes_of(ticket_id)
    name_of = names_behind(visit, (note.by for note in notes))
    return [
        NoteRow(show_by(note.by, name_of(note.by)), show_instant(visit, note.at), note.text) for note in notes
    ]


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
