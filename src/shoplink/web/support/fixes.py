"""The fixes of support: a correction on evidence, a waiver with an end. Each shows what it unblocks before it is done."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import parse_command
from shoplink.core.instant import BEGINNING, format_instant
from shoplink.core.parse import MalformedError
from shoplink.core.wire_format import to_plain
from shoplink.flows.ticket.fix_preview import Outlook, outlook
from shoplink.flows.ticket.read import Seen
from shoplink.web.page.declare import page
from shoplink.web.request.access import SUPPORT
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.support.ticket import of_support
from shoplink.web.support.waivable import waivable
from shoplink.web.ticket.view import Split, TicketRow, show_row, split
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording import say_event, say_reason
from shoplink.wording.problems import say_malformed


class Unblocks(Struct, frozen=True):
    """What a fix would lead to: reasons gone and left, what happens at once, whether the ticket ends with it."""

    gone: list[str]
    left: Split
    happens: list[str]
    ends: bool
    refused: list[ReasonRow]


class CorrectPage(Struct, frozen=True):
    """The correction of an account; the choices are code, name and whether it is the one typed."""

    ticket_id: str
    row: TicketRow
    regions: list[tuple[str, str, bool]]
    registrations: list[tuple[str, str, bool]]
    region_now: str
    registered_now: str
    birth_date: str
    note: str
    unblocks: Unblocks | None
    seen: str
    problem: str


class WaivePage(Struct, frozen=True):
    """A waiver; the choices are the value, what it is in words, and whether it is the one typed."""

    ticket_id: str
    row: TicketRow
    choices: list[tuple[str, str, bool]]
    until: str
    note: str
    unblocks: Unblocks | None
    seen: str
    problem: str


@page("support/tickets/<str:ticket_id>/correct", SUPPORT, posts=True)
def correct(visit: Visit, ticket_id: str) -> PageResponse:
    """Correct the country, the country of registration or the birth date of the ticket's account (R31, R42)."""
    seen = of_support(visit, ticket_id)
    account = seen.world.accounts.get(seen.ticket.account_id)
    if account is None:
        return visit.redirect("support.ticket", ticket_id=ticket_id)
    typed, facts = visit.form, account.facts
    given = {name: typed.get(name, "").strip() for name in ("region", "registered_in", "birth_date")}
    fields: dict[str, Any] = {"account_id": facts.account_id, "note": typed.get("note", "").strip()}
    fields |= {name: value for name, value in given.items() if value}
    looked = _fix(visit, seen, "correct_account", fields, lambda: _missing(given, fields["note"]))
    if isinstance(looked, HttpResponse):
        return looked
    view = CorrectPage(
        ticket_id=ticket_id,
        row=show_row(visit, seen, f"/support/tickets/{ticket_id}"),
        regions=_countries(visit, given["region"]),
        registrations=_countries(visit, given["registered_in"]),
        region_now=visit.language.country(facts.region),
        registered_now=visit.language.country(facts.registered_in),
        birth_date=given["birth_date"],
        note=typed.get("note", ""),
        unblocks=looked.unblocks,
        seen=looked.seen,
        problem=looked.problem,
    )
    return PageContent("support/correct.html", view, status=looked.status)


@page("support/tickets/<str:ticket_id>/waive", SUPPORT, posts=True)
def waive(visit: Visit, ticket_id: str) -> PageResponse:
    """Except the ticket's shop or account from one reason, for some time or for ever (R27)."""
    seen = of_support(visit, ticket_id)
    allowed, typed = waivable(seen), visit.form
    if not allowed:
        return visit.redirect("support.ticket", ticket_id=ticket_id)
    values = [f"{each.code} {each.subject}" for each in allowed]
    what = str(typed.get("what", ""))
    chosen = allowed[values.index(what) if what in values else 0]
    until, wrong = _end_of(visit, typed.get("until", ""))
    ids = {"shop": ("shop_id", seen.ticket.shop_id), "account": ("account_id", seen.ticket.account_id)}
    name, subject_id = ids[chosen.subject]
    fields: dict[str, Any] = {
        "code": chosen.code,
        name: subject_id,
        "note": typed.get("note", "").strip(),
        "until": format_instant(until) if until else None,
    }
    looked = _fix(visit, seen, "grant_waiver", fields, lambda: wrong or _missing(None, fields["note"]))
    if isinstance(looked, HttpResponse):
        return looked
    problems = {reason.code: say_reason(reason, visit.language).problem for reason in seen.standing.reasons}
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
        until=typed.get("until", ""),
        note=typed.get("note", ""),
        unblocks=looked.unblocks,
        seen=looked.seen,
        problem=looked.problem,
    )
    return PageContent("support/waive.html", view, status=looked.status)


class _Looked(Struct, frozen=True):
    """What came of a form that was sent to be looked at."""

    unblocks: Unblocks | None = None
    seen: str = ""
    problem: str = ""
    status: int = 200


def _fix(
    visit: Visit, seen: Seen, command: str, fields: dict[str, Any], wrong: Callable[[], str]
) -> _Looked | HttpResponse:
    """What a fix unblocks; or, where just this was shown before, its being done."""
    if not visit.submitted:
        return _Looked()
    if problem := wrong():
        return _Looked(problem=problem, status=422)
    try:
        fix = parse_command({**fields, "command": command, "at": BEGINNING, "by": to_plain(visit.by)})
    except MalformedError as error:
        return _Looked(problem=say_malformed(error, visit.language), status=422)
    mark = hashlib.sha256(repr(sorted(fields.items(), key=str)).encode()).hexdigest()
    if visit.form.get("do") == "fix" and visit.form.get("seen") == mark:
        result = send(visit, command, **fields)
        if result.accepted:
            return visit.redirect("support.ticket", message=_said(result), ticket_id=seen.ticket.ticket_id)
        return _Looked(problem=result.problem or _first(visit, result), status=result.status)
    return _Looked(_unblocks(visit, seen, outlook(seen.ticket, fix)), mark)


def _said(result: CommandResult) -> str:
    if any(event["type"] == "link.established" for event in result.events):
        return _("Done. The link that was stuck is established.")
    return _("Done.")


def _first(visit: Visit, result: CommandResult) -> str:
    return say_reason(result.reasons[0], visit.language, visit.zone).problem


def _unblocks(visit: Visit, seen: Seen, found: Outlook) -> Unblocks:
    codes = frozenset(reason["code"] for reason in seen.ticket.reasons)
    return Unblocks(
        gone=[say_reason(reason, visit.language, visit.zone).problem for reason in found.gone],
        left=split(visit, seen, found.after.reasons),
        happens=[
            say_event(event, visit.language, visit.zone)
            for event in found.events
            if str(event.__struct_config__.tag).startswith("link.")
        ],
        ends=found.after.ends(codes) is not None and seen.ticket.ended_at is None,
        refused=show_reasons(visit, found.refused),
    )


def _missing(given: dict[str, str] | None, note: str) -> str:
    if given is not None and not any(given.values()):
        return _("Choose what to correct.")
    return "" if note else _("Note the evidence: who looks later must see what this rests on.")


def _end_of(visit: Visit, text: str) -> tuple[datetime | None, str]:
    """The end of the day that was typed, on the visitor's clock; None for ever; and what is wrong with it."""
    if not text:
        return None, ""
    try:
        day: date | None = parse_date(text)
    except ValueError:
        day = None
    if day is None or day.year > visit.now.year + 100:
        return None, _("This is no date.")
    until = datetime.combine(day + timedelta(days=1), datetime.min.time(), visit.zone)
    return (until, "") if until > visit.now else (None, _("The waiver would have ended already."))


def _countries(visit: Visit, chosen: str) -> list[tuple[str, str, bool]]:
    names = {
        code: name
        for code, name in visit.language.locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY  # noqa: PLR2004 (ISO 3166-1 alpha-2)
    }
    return [(code, name, code == chosen) for code, name in sorted(names.items(), key=lambda item: item[1])]


_NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
