"""A person: where they act, and whether they may come in at all."""

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows.people.block_access import let_in, shut_out
from shoplink.store.people.membership import memberships, person_of
from shoplink.store.people.sessions import sessions_of
from shoplink.store.read.names import names
from shoplink.web.page.declare import page
from shoplink.web.people.wording import say_refusal
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.wording.sentences import SUBJECT_NAMES


class PlaceRow(Struct, frozen=True):
    """Somewhere a person acts."""

    kind: str
    name: str
    url: str


class PersonView(Struct, frozen=True):
    """What the page shows."""

    person_id: str
    name: str
    email: str
    shut_out: bool
    me: bool
    sessions: int
    places: list[PlaceRow]
    problem: str


@page("platform/people/<str:person_id>", PLATFORM, posts=True)
def person(visit: Visit, person_id: str) -> PageResponse:
    """The person; its form shuts them out, or lets them in again."""
    found, problem = person_of(person_id), ""
    if found is None:
        raise Http404
    if visit.submitted:
        letting = visit.form.get("do") == "let_in"
        refused = let_in(visit.by, person_id) if letting else shut_out(visit.by, person_id)
        if refused is None:
            message = _("They can sign in again.") if letting else _("They are signed out and shut out.")
            return visit.redirect("platform.person", message=message, person_id=person_id)
        problem = say_refusal(refused)
    view = PersonView(
        person_id,
        found.name or found.email or person_id,
        found.email or "",
        not found.is_active,
        person_id == visit.by.person,
        len(sessions_of(person_id, visit.now)),
        _places(visit, person_id),
        problem,
    )
    return PageContent("platform/person.html", view, 409 if problem else 200)


def _places(visit: Visit, person_id: str) -> list[PlaceRow]:
    found = memberships(person_id)
    shops, accounts = names(
        (subject_id for place, subject_id in found if place == "shop"),
        (subject_id for place, subject_id in found if place == "creator"),
    )
    rows, words = [], visit.language.text
    for place, subject_id in found:
        if place == "shop":
            url = f"/platform/shops/{subject_id}"
            rows.append(PlaceRow(words(SUBJECT_NAMES["shop"]), shops.get(subject_id) or subject_id, url))
        elif place == "creator":
            url = f"/platform/accounts/{subject_id}"
            rows.append(
                PlaceRow(words(SUBJECT_NAMES["account"]), accounts.get(subject_id) or subject_id, url)
            )
        else:
            title = _("Platform") if place == "platform" else _("Support")
            rows.append(PlaceRow(_("Staff"), title, "/platform/staff/"))
    return rows
