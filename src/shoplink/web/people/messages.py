"""A person's choice of e-mail notifications, and their calendar of deadlines."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows import clock
from shoplink.flows.message.calendar import calendar_of_secret
from shoplink.flows.message.inbox import KINDS_OF
from shoplink.store.people.calendar import address_made_at, make_address, revoke_address
from shoplink.store.people.inbox import mail_choices, save_mail_choices
from shoplink.web.page.declare import page
from shoplink.web.request.access import ANYONE, PERSON, person_id_of, places_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.wording.messages import KIND_NAMES


class KindChoice(Struct, frozen=True):
    """A kind of message, and whether it is sent by e-mail."""

    kind: str
    title: str
    by_mail: bool


class NotificationsPage(Struct, frozen=True):
    """The kinds of messages that the person receives; `email` is their address or '', `sends` whether the service sends mail."""

    kinds: list[KindChoice]
    email: str
    sends: bool
    crumbs: list[tuple[str, str]]


class CalendarPage(Struct, frozen=True):
    """The time when the calendar address was created, if there is one; `address` is shown once, when it is created."""

    made_at: Instant | None
    address: str
    crumbs: list[tuple[str, str]]


@page("settings/messages", PERSON, posts=True)
def messages(visit: Visit) -> PageResponse:
    """The kinds of messages that are sent by e-mail; the inbox has all of them."""
    person_id = person_id_of(visit.request)
    may = places_of(visit.request)
    sides = [side for side, subjects in (("shop", may.shops), ("creator", may.accounts)) if subjects]
    kinds = [kind for kind in KIND_NAMES if any(kind in KINDS_OF[side] for side in sides)]
    chosen = mail_choices(person_id)
    if visit.form:
        selected = visit.form.getlist("kind")
        chosen |= {kind: kind in selected for kind in kinds}
    if visit.submitted:
        save_mail_choices(person_id, chosen)
        return visit.redirect("people.messages", message=_("Saved."))
    rows = [KindChoice(kind, _(KIND_NAMES[kind]), chosen.get(kind, True)) for kind in kinds]
    email = getattr(visit.request.user, "email", None) or ""
    view = NotificationsPage(rows, email, bool(settings.EMAIL_HOST), _crumbs())
    return PageContent("people/messages.html", view)


@page("settings/calendar", PERSON, posts=True)
def calendar(visit: Visit) -> PageResponse:
    """The secret address of the person's calendar; the form creates, replaces or revokes it."""
    person_id, address = person_id_of(visit.request), ""
    if visit.submitted and visit.form.get("do") == "revoke":
        revoke_address(person_id)
        return visit.redirect("people.calendar", message=_("The address is revoked."))
    if visit.submitted:
        secret = make_address(person_id, clock.now())
        address = f"{settings.PUBLIC_URL}{reverse('people.feed', kwargs={'secret': secret})}"
    made_at = address_made_at(person_id)
    view = CalendarPage(show_instant(visit, made_at) if made_at else None, address, _crumbs())
    return PageContent("people/calendar.html", view)


@page("calendar/<str:secret>.ics", ANYONE)
def feed(visit: Visit, secret: str) -> PageResponse:
    """The deadlines of the address's owner, for calendar apps; 304 while they are unchanged."""
    written = calendar_of_secret(secret)
    if written is None:
        raise Http404
    etag = f'"{hashlib.blake2b(written, digest_size=16).hexdigest()}"'
    if etag in visit.request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="shoplink.ics"'
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def _crumbs() -> list[tuple[str, str]]:
    return [("/settings/", _("Settings"))]
