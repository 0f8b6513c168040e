"""Support's fixes: a correction based on evidence, or a waiver. Each shows a preview before it is applied."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.commands import WaiverCommand
from shoplink.core.instant import format_instant
from shoplink.core.parse import MalformedError
from shoplink.core.values import COUNTRIES
from shoplink.core.wire_format import to_plain
from shoplink.flows.command import read_command_now
from shoplink.flows.look import look
from shoplink.flows.precondition import token_of
from shoplink.flows.ticket.fix_preview import FixEffect, preview_fix
from shoplink.flows.ticket.read import CurrentTicket
from shoplink.store.write.load import LoadKeys
from shoplink.web.page.declare import page
from shoplink.web.request.access import SUPPORT
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.malformed import say_malformed_form
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.support.ticket import ticket_for_support
from shoplink.web.support.waivable import waivable, waivable_in_form
from shoplink.web.ticket.view import SortedReasons, TicketRow, show_row, shown_ticket, sort_reasons
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.waiver import WaiverLook, look_at_waiver
from shoplink.wording import say_event, say_reason
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

_NOTE_TITLES = {"correct_account": N_("Evidence"), "grant_waiver": N_("Why")}
"""What the page of each fix calls its note."""


class FixPreview(Struct, frozen=True):
    """The effects of a fix: reasons removed and left, what happens immediately, and whether the ticket closes."""

    gone: list[str]
    left: SortedReasons
    happens: list[str]
    ends: bool
    refused: list[ReasonRow]


class CorrectPage(Struct, frozen=True):
    """The correction of an account; each choice is a code, a name and whether it is selected."""

    ticket_id: str
    row: TicketRow
    regions: list[tuple[str, str, bool]]
    registrations: list[tuple[str, str, bool]]
    region_now: str
    registered_now: str
    birth_date: str
    note: str
    unblocks: FixPreview | None
    seen: str
    previewed: str
    problem: str


class WaivePage(Struct, frozen=True):
    """A waiver; each choice is a value, its text and whether it is selected."""

    ticket_id: str
    row: TicketRow
    choices: list[tuple[str, str, bool]]
    until: str
    note: str
    unblocks: FixPreview | None
    look: WaiverLook | None
    seen: str
    previewed: str
    problem: str


@page("support/tickets/<str:ticket_id>/correct", SUPPORT, posts=True)
def correct(visit: Visit, ticket_id: str) -> PageResponse:
    """Correct the country, the country of registration or the birth date of the ticket's account (R31, R42)."""
    seen = ticket_for_support(visit, ticket_id)
    account = seen.world.accounts.get(seen.ticket.account_id)
    if account is None:
        return visit.redirect("support.ticket", ticket_id=ticket_id)
    form, facts = visit.form, account.facts
    corrections = {name: form.get(name, "").strip() for name in ("region", "registered_in", "birth_date")}
    fields: dict[str, Any] = {"account_id": facts.account_id, "note": form.get("note", "").strip()}
    fields |= {name: value for name, value in corrections.items() if value}
    fix = _fix(visit, seen, "correct_account", fields, lambda: _missing(corrections, fields["note"]))
    if isinstance(fix, HttpResponse):
        return fix
    view = CorrectPage(
        ticket_id=ticket_id,
        row=show_row(visit, seen, f"/support/tickets/{ticket_id}"),
        regions=_countries(visit, corrections["region"]),
        registrations=_countries(visit, corrections["registered_in"]),
        region_now=visit.language.country(facts.region),
        registered_now=visit.language.country(facts.registered_in),
        birth_date=corrections["birth_date"],
        note=form.get("note", ""),
        unblocks=fix.unblocks,
        seen=token_of(seen.state, shown_ticket(visit, seen.ticket)),
        previewed=fix.previewed,
        problem=fix.problem,
    )
    return PageContent("support/correct.html", view, status=fix.status)


@page("support/tickets/<str:ticket_id>/waive", SUPPORT, posts=True)
def waive(visit: Visit, ticket_id: str) -> PageResponse:
    """Exempt the ticket's shop or account from one reason, with or without an end (R27)."""
    seen = ticket_for_support(visit, ticket_id)
    allowed, form = waivable(seen), visit.form
    what = str(form.get("what", ""))
    if not allowed and visit.submitted and (asked := waivable_in_form(what)) is not None:
        allowed = [asked]  # it was allowed when the form was made; the write path says what has changed since
    if not allowed:
        return visit.redirect("support.ticket", ticket_id=ticket_id)
    values = [f"{each.code} {each.subject}" for each in allowed]
    chosen = allowed[values.index(what) if what in values else 0]
    until, wrong = _end_of(visit, form.get("until", ""))
    ids = {"shop": ("shop_id", seen.ticket.shop_id), "account": ("account_id", seen.ticket.account_id)}
    name, subject_id = ids[chosen.subject]
    fields: dict[str, Any] = {
        "code": chosen.code,
        name: subject_id,
        "note": form.get("note", "").strip(),
        "until": format_instant(until) if until else None,
    }
    fix = _fix(visit, seen, "grant_waiver", fields, lambda: wrong or _missing(None, fields["note"]))
    if isinstance(fix, HttpResponse):
        return fix
    problems = {each.code: say_reason_title(each.code, visit.language) for each in allowed} | {
        reason.code: say_reason(reason, visit.language).problem for reason in seen.standing.reasons
    }
    whom = {"shop": _("for the shop"), "account": _("for the account")}
    view = WaivePage(
        ticket_id=ticket_id,
        row=show_row(visit, seen, f"/support/tickets/{ticket_id}"),
        choices=[
            (
                value,
                _("{problem} ({whom})").format(problem=problems[each.code], whom=whom[each.subject]),
                each == chosen,
            )
            for value, each in zip(values, allowed, strict=True)
        ],
        until=form.get("until", ""),
        note=form.get("note", ""),
        unblocks=fix.unblocks,
        look=_look(visit, fields) if fix.unblocks and not fix.unblocks.refused else None,
        seen=token_of(seen.state, shown_ticket(visit, seen.ticket)),
        previewed=fix.previewed,
        problem=fix.problem,
    )
    return PageContent("support/waive.html", view, status=fix.status)


def _look(visit: Visit, fields: dict[str, Any]) -> WaiverLook:
    """What the waiver would let through now, beyond this ticket."""
    command = read_command_now(fields, {"command": "grant_waiver", "by": to_plain(visit.by)})
    assert isinstance(command, WaiverCommand)
    return look_at_waiver(visit, look(LoadKeys.of([command])).world, command)


class _FixForm(Struct, frozen=True):
    """The state of a fix's form: its preview, the digest of the previewed fields, and a problem."""

    unblocks: FixPreview | None = None
    previewed: str = ""
    problem: str = ""
    status: int = 200


def _fix(
    visit: Visit, seen: CurrentTicket, command: str, fields: dict[str, Any], wrong: Callable[[], str]
) -> _FixForm | HttpResponse:
    """Preview a fix; apply it if the form says that exactly this fix was previewed, for the ticket as it still is."""
    digest = hashlib.sha256(repr(sorted(fields.items(), key=str)).encode()).hexdigest()
    applies = visit.form.get("do") == "fix" and visit.form.get("previewed") == digest
    if visit.submitted and applies and not wrong():
        return _apply(visit, seen, command, fields)
    if seen.ticket.ended_at is not None:
        problem = _("This ticket has ended: it takes no more fixes.")
        return visit.redirect("support.ticket", problem=problem, ticket_id=seen.ticket.ticket_id)
    if not visit.submitted:
        return _FixForm()
    if problem := wrong():
        return _FixForm(problem=problem, status=422)
    try:
        fix = read_command_now(fields, {"command": command, "by": to_plain(visit.by)})
    except MalformedError as error:
        return _FixForm(problem=say_malformed_form(visit, error, note=_(_NOTE_TITLES[command])), status=422)
    return _FixForm(_unblocks(visit, seen, preview_fix(seen.ticket, fix)), digest)


def _apply(
    visit: Visit, seen: CurrentTicket, command: str, fields: dict[str, Any]
) -> _FixForm | HttpResponse:
    ticket_id = seen.ticket.ticket_id
    result = send(visit, command, seen=shown_ticket(visit, seen.ticket), **fields)
    if result.accepted:
        return visit.redirect("support.ticket", message=_success_message(result), ticket_id=ticket_id)
    problem = result.problem or _first_problem(visit, result)
    if seen.ticket.ended_at is not None:
        return visit.redirect("support.ticket", problem=problem, ticket_id=ticket_id)
    return _FixForm(problem=problem, status=result.status)


def _success_message(result: CommandResult) -> str:
    if any(event["type"] == "link.established" for event in result.events):
        return _("Done. The link is now established.")
    return _("Done.")


def _first_problem(visit: Visit, result: CommandResult) -> str:
    return say_reason(result.reasons[0], visit.language, visit.zone).problem


def _unblocks(visit: Visit, seen: CurrentTicket, preview: FixEffect) -> FixPreview:
    return FixPreview(
        gone=[say_reason(reason, visit.language, visit.zone).problem for reason in preview.gone],
        left=sort_reasons(visit, seen, preview.after.reasons),
        happens=[
            say_event(event, visit.language, visit.zone)
            for event in preview.events
            if str(event.__struct_config__.tag).startswith("link.")
        ],
        ends=preview.ends,
        refused=show_reasons(visit, preview.refused),
    )


def _missing(corrections: dict[str, str] | None, note: str) -> str:
    if corrections is not None and not any(corrections.values()):
        return _("Choose at least one fact to correct.")
    return "" if note else _("Note the evidence, so that others can see later what this is based on.")


def _end_of(visit: Visit, text: str) -> tuple[datetime | None, str]:
    """The end of the day in the form, in the reader's time zone (None for no end), and a problem with it ('' if none)."""
    if not text:
        return None, ""
    try:
        day: date | None = parse_date(text)
    except ValueError:
        day = None
    if day is None or day.year > visit.now.year + 100:
        return None, _("This is not a date.")
    until = datetime.combine(day + timedelta(days=1), datetime.min.time(), visit.zone)
    return (until, "") if until > visit.now else (None, _("The waiver would already have ended."))


def _countries(visit: Visit, chosen: str) -> list[tuple[str, str, bool]]:
    names = {code: visit.language.country(code) for code in COUNTRIES}
    return [(code, name, code == chosen) for code, name in sorted(names.items(), key=lambda item: item[1])]
