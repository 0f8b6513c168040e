"""Waivers: every waiver, and the form that grants or ends one."""

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import CATALOGUE
from shoplink.core.instant import format_instant
from shoplink.store.read.refusal import page_of_waivers
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
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


class WaiversPage(Struct, frozen=True):
    """A page of waivers, and the input of the form."""

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
    """The waivers; the form grants a waiver, or ends those of a code and subject."""
    result, problem = None, ""
    if visit.submitted:
        result, problem = _send(visit)
        if result is not None and result.accepted:
            ended = visit.form.get("do") == "end"
            return visit.redirect(
                "platform.waivers",
                message=_("The waiver is ended.") if ended else _("The waiver is granted."),
            )
    status = 422 if problem else result.status if result else 200
    return PageContent("platform/waivers.html", _view(visit, result, problem), status)


def _send(visit: Visit) -> tuple[CommandResult | None, str]:
    form = visit.form
    subject = {"account_id" if form.get("kind") == "account" else "shop_id": form.get("subject", "").strip()}
    fields = {"code": form.get("code", ""), "note": form.get("note", "").strip(), **subject}
    if form.get("do") == "end":
        return send(visit, "end_waiver", **fields), ""
    text = form.get("until", "").strip()
    until = None
    if text:
        try:
            instant = parse_datetime(text)
        except ValueError:
            instant = None
        if instant is None:
            return None, _("This is not a date and time.")
        until = format_instant(instant if instant.tzinfo else timezone.make_aware(instant))
    return send(visit, "grant_waiver", until=until, **fields), ""


def _view(visit: Visit, result: CommandResult | None, problem: str) -> WaiversPage:
    after = visit.number("after") or 0
    waivers = page_of_waivers(_PAGE + 1, after)
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
            by=f"{each.by.kind}:{each.by.id}" if each.by else "",
        )
        for each in waivers[:_PAGE]
    ]
    form = visit.form
    return WaiversPage(
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
