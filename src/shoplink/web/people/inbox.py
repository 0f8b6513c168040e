"""A person's inbox: what happened in all their places, the newest first; the bell that counts what is not read yet."""

from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from shoplink.flows import clock
from shoplink.flows.message.inbox import in_words, names_in, path_of
from shoplink.store.people.inbox import StoredMessage, mark_read, one_message, page_of_messages, unread_count
from shoplink.web.access import PERSON, person_of
from shoplink.web.page import page
from shoplink.web.view_models import Instant, Look, show_instant
from shoplink.web.visit import Answer, Shown, Visit

PAGE_ROWS = 20

_LOOKS: dict[str, Look] = {
    "link.invited": Look("azure", icon="mail-forward"),
    "link.expiring": Look("orange", icon="clock-exclamation"),
    "link.accepted": Look("green", icon="link"),
    "link.held": Look("yellow", icon="hourglass"),
    "link.established": Look("green", icon="link"),
    "link.declined": Look("secondary", icon="x"),
    "link.expired": Look("secondary", icon="clock-off"),
    "link.withdrawn": Look("secondary", icon="arrow-back-up"),
    "link.superseded": Look("secondary", icon="replace"),
    "link.unlinked": Look("secondary", icon="unlink"),
    "link.revoked": Look("red", icon="ban"),
    "unlink.requested": Look("orange", icon="link-off"),
    "unlink.unanswered": Look("orange", icon="clock-exclamation"),
    "unlink.withdrawn": Look("secondary", icon="arrow-back-up"),
    "unlink.refused": Look("secondary", icon="x"),
    "ticket.replied": Look("azure", icon="headset"),
    "ticket.resolved": Look("green", icon="headset"),
    "ticket.closed": Look("secondary", icon="headset"),
}
"""The colour and the icon of each kind of message."""


class MessageRow(Struct, frozen=True):
    """A message in the reader's words."""

    number: int
    unread: bool
    place: str
    subject: str
    body: str
    reasons: tuple[str, ...]
    at: Instant
    look: Look


class Inbox(Struct, frozen=True):
    """What the page shows; `newest` is up to where "mark all as read" goes."""

    rows: list[MessageRow]
    tabs: list[tuple[str, str, bool]]
    unread: int
    newest: int
    next_url: str
    first_url: str


@page("inbox/", PERSON, posts=True)
def inbox(visit: Visit) -> Answer:
    """My messages; the forms open one, which marks it as read, or mark all of them."""
    person_id = person_of(visit.request)
    if visit.posted:
        return _read(visit, person_id)
    unread_only = visit.asked.get("show") == "unread"
    before = _number(visit.asked.get("before", ""))
    found = page_of_messages(person_id, PAGE_ROWS + 1, before, unread=unread_only)
    rows, more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    here = "/inbox/?show=unread" if unread_only else "/inbox/"
    join = "&" if unread_only else "?"
    view = Inbox(
        rows=_rows(visit, rows),
        tabs=[
            ("/inbox/", _("All"), not unread_only),
            ("/inbox/?show=unread", _("Not read yet"), unread_only),
        ],
        unread=unread_count(person_id),
        newest=rows[0].number if rows else 0,
        next_url=f"{here}{join}before={rows[-1].number}" if more else "",
        first_url=here if before is not None else "",
    )
    return Shown("people/inbox.html", view)


@page("inbox/bell", PERSON)
def bell(visit: Visit) -> Answer:
    """The number on the bell, asked for again and again; 304 as long as it stays the same."""
    unread = unread_count(person_of(visit.request))
    etag = f'"{unread}-{visit.language.tag}"'
    if visit.request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(visit.request, "web/bell.html", {"unread": unread})
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    response["Vary"] = "Cookie, Accept-Language"
    return response


def _read(visit: Visit, person_id: str) -> Answer:
    """Mark one message as read and go where it leads, or mark all up to the newest that was shown."""
    opened = _number(visit.typed.get("open", ""))
    if opened is not None:
        message = one_message(person_id, opened)
        if message is None:
            return visit.go("people.inbox")
        mark_read(person_id, opened, clock.now(), opened)
        return HttpResponseRedirect(path_of(message))
    done = mark_read(person_id, _number(visit.typed.get("up_to", "")) or 0, clock.now())
    said = ngettext("%(count)s message marked as read.", "%(count)s messages marked as read.", done)
    return visit.go("people.inbox", said=said % {"count": done})


def _rows(visit: Visit, messages: list[StoredMessage]) -> list[MessageRow]:
    called = names_in(messages)
    rows = []
    for one in messages:
        told = in_words(one, called, visit.language, visit.zone)
        place = called.shop(one.shop_id) if one.side == "shop" else called.account(one.account_id)
        rows.append(
            MessageRow(
                number=one.number,
                unread=one.read_at is None,
                place=place,
                subject=told.subject,
                body=told.body,
                reasons=told.reasons,
                at=show_instant(visit, one.at),
                look=_LOOKS[one.kind],
            )
        )
    return rows


def _number(text: str) -> int | None:
    """A message's number from a form or an address; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None  # noqa: PLR2004 (fits the column)
