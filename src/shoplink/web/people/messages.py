"""What comes by e-mail, and the calendar of deadlines: each person's own choice."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows import clock
from shoplink.flows.message.calendar import calendar_with
from shoplink.flows.message.inbox import KINDS_OF
from shoplink.store.people.calendar import address_made_at, make_address, revoke_address
from shoplink.store.people.inbox import choices, choose
from shoplink.web.page.declare import page
from shoplink.web.request.access import ANYONE, PERSON, person_of, places_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.wording.messages import KIND_NAMES


class Choice(Struct, frozen=True):
    """A kind of message, and whether it comes by e-mail."""

    kind: str
    title: str
    by_mail: bool


class Choices(Struct, frozen=True):
    """The kinds that the person may be told; `email` is where they go ('' if nowhere), `sends` whether any goes out."""

    kinds: list[Choice]
    email: str
    sends: bool
    crumbs: list[tuple[str, str]]


class CalendarView(Struct, frozen=True):
    """Whether there is a calendar address and since when; `address` is that of the one just made, shown once."""

    made_at: Instant | None
    address: str
    crumbs: list[tuple[str, str]]


@page("settings/messages", PERSON, posts=True)
def messages(visit: Visit) -> PageResponse:
    """Which kinds of messages come by e-mail; all of them are in the inbox."""
    person_id = person_of(visit.request)
    may = places_of(visit.request)
    sides = [side for side, subjects in (("shop", may.shops), ("creator", may.accounts)) if subjects]
    told = [kind for kind in KIND_NAMES if any(kind in KINDS_OF[side] for side in sides)]
    chosen = choices(person_id)
    if visit.form:
        typed = visit.form.getlist("kind")
        chosen |= {kind: kind in typed for kind in told}
    if visit.submitted:
        choose(person_id, chosen)
        return visit.redirect("people.messages", message=_("Saved."))
    kinds = [Choice(kind, _(KIND_NAMES[kind]), chosen.get(kind, True)) for kind in told]
    email = getattr(visit.request.user, "email", None) or ""
    view = Choices(kinds, email, bool(settings.EMAIL_HOST), _crumbs())
    return PageContent("people/messages.html", view)


@page("settings/calendar", PERSON, posts=True)
def calendar(visit: Visit) -> PageResponse:
    """The secret address of my calendar of deadlines: made and shown once, replaced, revoked."""
    person_id, address = person_of(visit.request), ""
    if visit.submitted and visit.form.get("do") == "revoke":
        revoke_address(person_id)
        return visit.redirect("people.calendar", message=_("The address shows nothing any more."))
    if visit.submitted:
        secret = make_address(person_id, clock.now())
        address = f"{settings.PUBLIC_URL}{reverse('people.feed', kwargs={'secret': secret})}"
    made_at = address_made_at(person_id)
    view = CalendarView(show_instant(visit, made_at) if made_at else None, address, _crumbs())
    return PageContent("people/calendar.html", view)


@page("calendar/<str:secret>.ics", ANYONE)
def feed(visit: Visit, secret: str) -> PageResponse:
    """The deadlines of whoever made this address, for calendar programs; 304 as long as they stay the same."""
    written = calendar_with(secret)
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
