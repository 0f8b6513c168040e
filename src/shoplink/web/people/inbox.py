"""A person's inbox: the messages from all their places, newest first, and the bell with the number of unread ones."""

from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from shoplink.flows import clock
from shoplink.flows.message.inbox import message_text, names_for, path_of
from shoplink.store.people.inbox import StoredMessage, mark_read, one_message, page_of_messages, unread_count
from shoplink.web.page.declare import page
from shoplink.web.request.access import PERSON, person_id_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.timeline import EventStyle

PAGE_ROWS = 20

_STYLES: dict[str, EventStyle] = {
    "link.invited": EventStyle("azure", icon="mail-forward"),
    "link.expiring": EventStyle("orange", icon="clock-exclamation"),
    "link.accepted": EventStyle("green", icon="link"),
    "link.held": EventStyle("yellow", icon="hourglass"),
    "link.established": EventStyle("green", icon="link"),
    "link.declined": EventStyle("secondary", icon="x"),
    "link.expired": EventStyle("secondary", icon="clock-off"),
    "link.withdrawn": EventStyle("secondary", icon="arrow-back-up"),
    "link.superseded": EventStyle("secondary", icon="replace"),
    "link.unlinked": EventStyle("secondary", icon="unlink"),
    "link.revoked": EventStyle("red", icon="ban"),
    "unlink.requested": EventStyle("orange", icon="link-off"),
    "unlink.unanswered": EventStyle("orange", icon="clock-exclamation"),
    "unlink.withdrawn": EventStyle("secondary", icon="arrow-back-up"),
    "unlink.refused": EventStyle("secondary", icon="x"),
    "ticket.replied": EventStyle("azure", icon="headset"),
    "ticket.resolved": EventStyle("green", icon="headset"),
    "ticket.reopened": EventStyle("orange", icon="headset"),
    "ticket.closed": EventStyle("secondary", icon="headset"),
}
"""The colour and the icon of each kind of message."""


class MessageRow(Struct, frozen=True):
    """A message in the reader's language."""

    number: int
    unread: bool
    place: str
    subject: str
    body: str
    written: tuple[str, ...]
    reasons: tuple[str, ...]
    at: Instant
    style: EventStyle


class InboxPage(Struct, frozen=True):
    """The page; `newest` is the number of the last message that "mark all as read" covers."""

    rows: list[MessageRow]
    tabs: list[tuple[str, str, bool]]
    unread: int
    newest: int
    next_url: str
    first_url: str


@page("inbox/", PERSON, posts=True)
def inbox(visit: Visit) -> PageResponse:
    """The person's messages; the forms open one and mark it as read, or mark all as read."""
    person_id = person_id_of(visit.request)
    if visit.submitted:
        return _mark_read(visit, person_id)
    unread_only = visit.query.get("show") == "unread"
    before = _number(visit.query.get("before", ""))
    messages = page_of_messages(person_id, PAGE_ROWS + 1, before, unread=unread_only)
    rows, more = messages[:PAGE_ROWS], len(messages) > PAGE_ROWS
    here = "/inbox/?show=unread" if unread_only else "/inbox/"
    join = "&" if unread_only else "?"
    view = InboxPage(
        rows=_rows(visit, rows),
        tabs=[
            ("/inbox/", _("All"), not unread_only),
            ("/inbox/?show=unread", _("Unread"), unread_only),
        ],
        unread=unread_count(person_id),
        newest=rows[0].number if rows else 0,
        next_url=f"{here}{join}before={rows[-1].number}" if more else "",
        first_url=here if before is not None else "",
    )
    return PageContent("people/inbox.html", view)


@page("inbox/bell", PERSON)
def bell(visit: Visit) -> PageResponse:
    """The bell, which the browser polls; 304 while the number is unchanged."""
    unread = unread_count(person_id_of(visit.request))
    etag = f'"{unread}-{visit.language.tag}"'
    if visit.request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(visit.request, "web/bell.html", {"unread": unread})
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    response["Vary"] = "Cookie, Accept-Language"
    return response


def _mark_read(visit: Visit, person_id: str) -> PageResponse:
    """Mark one message as read and redirect to its page, or mark all up to the newest one shown."""
    opened = _number(visit.form.get("open", ""))
    if opened is not None:
        message = one_message(person_id, opened)
        if message is None:
            return visit.redirect("people.inbox")
        mark_read(person_id, opened, clock.now(), opened)
        return HttpResponseRedirect(path_of(message))
    count = mark_read(person_id, _number(visit.form.get("up_to", "")) or 0, clock.now())
    text = ngettext("%(count)s message marked as read.", "%(count)s messages marked as read.", count)
    return visit.redirect("people.inbox", message=text % {"count": count})


def _rows(visit: Visit, messages: list[StoredMessage]) -> list[MessageRow]:
    subject_names = names_for(messages)
    rows = []
    for one in messages:
        text = message_text(one, subject_names, visit.language, visit.zone)
        place = (
            subject_names.shops.get(one.shop_id or "") or one.shop_id or ""
            if one.side == "shop"
            else subject_names.accounts.get(one.account_id or "") or one.account_id or ""
        )
        rows.append(
            MessageRow(
                number=one.number,
                unread=one.read_at is None,
                place=place,
                subject=text.subject,
                body=text.body,
                written=text.written,
                reasons=text.reasons,
                at=show_instant(visit, one.at),
                style=_STYLES[one.kind],
            )
        )
    return rows


def _number(text: str) -> int | None:
    """A message's number from a form or an address; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None  # noqa: PLR2004 (fits the column)
