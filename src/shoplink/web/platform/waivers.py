"""Waivers: every waiver, and the form that grants or ends one."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import CATALOGUE, World
from shoplink.core.commands import WaiverCommand
from shoplink.core.instant import format_instant
from shoplink.core.precondition.subjects import WaiversAndUse
from shoplink.core.wire_format import to_plain
from shoplink.flows.command import read_command_now
from shoplink.flows.look import look_at
from shoplink.flows.precondition import token_of
from shoplink.store.read.refusal import StoredWaiver, page_of_waivers
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.command import CommandResult, send, try_command
from shoplink.web.request.instant import read_typed_instant
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import names_behind, show_by
from shoplink.web.view_model.waiver import WaiverLook, look_at_waiver
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

_PAGE = 100
CODES = [code for code, entry in CATALOGUE.items() if entry.waivable_for]


class WaiverRow(Struct, frozen=True):
    """A waiver as it was granted, and whether it is in force."""

    code: str
    reason: str
    kind: str
    subject: str
    note: str
    granted_at: Instant
    until: Instant | None
    in_force: bool
    by: str
    end_url: str


class WaiversPage(Struct, frozen=True):
    """A page of waivers, and the input of the form.

    Once the form is filled in, `asked` is what it asks for, `look` what that would do now, `in_force` are the waivers of
    its subject, and `seen` is their token.
    """

    asked: str
    look: WaiverLook | None
    seen: str
    ends: bool
    in_force: list[str]
    rows: list[WaiverRow]
    codes: list[tuple[str, str, bool]]
    kind: str
    subject: str
    note: str
    until: str
    problem: str
    reasons: list[ReasonRow]
    next_url: str
    first_url: str


@page("platform/waivers", PLATFORM, posts=True, menu=Menu(icon="certificate", title=N_("Waivers")))
def waivers(visit: Visit) -> PageResponse:
    """The waivers; the form grants a waiver, or ends those of a code and subject, after a look at those in force."""
    result, problem = None, ""
    if visit.submitted:
        result, problem = _send(visit)
        if result is not None and result.accepted and _is_previewed(visit):
            ended = visit.form.get("do") == "end"
            return visit.redirect(
                "platform.waivers",
                message=_("The waiver is ended.") if ended else _("The waiver is granted."),
            )
    status = 422 if problem else result.status if result else 200
    return PageContent("platform/waivers.html", _view(visit, result, problem), status)


def _is_previewed(visit: Visit) -> bool:
    """Whether the form's sender has been shown what exactly this would do."""
    return visit.form.get("previewed", "") == _asked(visit)


def _asked(visit: Visit) -> str:
    """What the form asks for, but for the note."""
    return " ".join(visit.form.get(name, "").strip() for name in ("do", "code", "kind", "subject", "until"))


def _subject(visit: Visit) -> WaiversAndUse:
    subject_id = visit.form.get("subject", "").strip()
    account = visit.form.get("kind") == "account"
    return WaiversAndUse(account_id=subject_id) if account else WaiversAndUse(shop_id=subject_id)


def _fields(visit: Visit) -> tuple[dict[str, Any], str]:
    """The fields of the form's command, and a problem, '' if there is none."""
    form, subject = visit.form, _subject(visit)
    fields: dict[str, Any] = {"code": form.get("code", ""), "note": form.get("note", "").strip()}
    if subject.shop_id is not None:
        fields["shop_id"] = subject.shop_id
    else:
        fields["account_id"] = subject.account_id
    if form.get("do") == "end":
        return {**fields, "command": "end_waiver"}, ""
    until, problem = read_typed_instant(form.get("until", "").strip())
    if problem:
        return {}, problem
    return {**fields, "command": "grant_waiver", "until": format_instant(until) if until else None}, ""


def _send(visit: Visit) -> tuple[CommandResult | None, str]:
    """Execute the form, or try it where its sender has not been shown yet what it would do."""
    fields, problem = _fields(visit)
    if problem:
        return None, problem
    act = partial(send, seen=_subject(visit)) if _is_previewed(visit) else try_command
    return act(visit, **fields), ""


def _look(visit: Visit, world: World) -> WaiverLook | None:
    """What the form would do now; None if it would be refused now. The World is used up."""
    fields, problem = _fields(visit)
    if problem or not try_command(visit, **fields).accepted:
        return None
    command = read_command_now(fields, {"by": to_plain(visit.by)})
    assert isinstance(command, WaiverCommand)
    return look_at_waiver(visit, world, command)


def _preview(visit: Visit, world: World) -> list[str]:
    """The waivers in force of the form's subject, in words."""
    subject = _subject(visit)
    found = [each for each in world.waivers(subject.shop_id, subject.account_id) if each.in_force(world.now)]
    return [
        _("{reason}: “{note}”, {until}").format(
            reason=say_reason_title(each.code, visit.language),
            note=each.note,
            until=visit.language.instant(each.until, visit.zone) if each.until else _("no end"),
        )
        for each in found
    ]


def _view(visit: Visit, result: CommandResult | None, problem: str) -> WaiversPage:
    after = visit.number("after") or 0
    waivers = page_of_waivers(_PAGE + 1, after)
    name_of = names_behind(visit, (each.by for each in waivers))
    rows = [
        WaiverRow(
            code=each.code,
            reason=say_reason_title(each.code, visit.language),
            kind=_("shop") if each.shop_id else _("account"),
            subject=each.shop_id or each.account_id or "",
            note=each.note,
            granted_at=show_instant(visit, each.granted_at),
            until=show_instant(visit, end) if (end := each.ended_at or each.until) else None,
            in_force=each.ended_at is None and (each.until is None or visit.now < each.until),
            by=show_by(each.by, name_of(each.by)),
            end_url=_end_url(each),
        )
        for each in waivers[:_PAGE]
    ]
    form, seen = visit.form or visit.query, None
    if visit.submitted and result is not None and (result.accepted or result.stale):
        subject = _subject(visit)
        seen = look_at(filter(None, [subject.shop_id]), filter(None, [subject.account_id]))
    return WaiversPage(
        asked=_asked(visit) if seen else "",
        in_force=_preview(visit, seen.world) if seen else [],
        seen=token_of(seen, _subject(visit)) if seen else "",
        look=_look(visit, seen.world) if seen else None,
        ends=form.get("do") == "end",
        rows=rows,
        codes=[(code, say_reason_title(code, visit.language), code == form.get("code")) for code in CODES],
        kind=form.get("kind", "shop"),
        subject=form.get("subject", ""),
        note=form.get("note", ""),
        until=form.get("until", ""),
        problem=problem or (result.problem if result else ""),
        reasons=show_reasons(visit, result.reasons if result else ()),
        next_url=f"/platform/waivers?after={waivers[_PAGE - 1].number}" if len(waivers) > _PAGE else "",
        first_url="/platform/waivers" if after else "",
    )


def _end_url(waiver: StoredWaiver) -> str:
    """The address of the form that ends the waivers of this reason and subject."""
    kind = "shop" if waiver.shop_id else "account"
    fields = {"do": "end", "code": waiver.code, "kind": kind, "subject": waiver.shop_id or waiver.account_id}
    return f"?{urlencode(fields)}#grant"
