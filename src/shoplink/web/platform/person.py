"""A person: where they act, and whether their access is blocked."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.instant import BEGINNING
from shoplink.core.people.commands import BlockAccess, RestoreAccess
from shoplink.core.precondition.subjects import PlacesOfPerson, places_state
from shoplink.flows import clock
from shoplink.flows.people.keys import keys_of, revoke_keys_of
from shoplink.flows.people.second_factor_reset import reset_due_at
from shoplink.flows.precondition import newest_instant, token_of_states
from shoplink.store.people.membership import PersonRecord, memberships, person_of
from shoplink.store.people.second_factors import has_second_factor
from shoplink.store.people.sessions import sessions_of
from shoplink.store.read.names import names
from shoplink.web.page.declare import page
from shoplink.web.people.account_mail import ask_for_reset
from shoplink.web.people.confirm import ask_who_it_is
from shoplink.web.people.outgoing_mail import sending_mail
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.command import execute_for, form_key, result_of_answer
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording.sentences import SUBJECT_NAMES


class PersonPlace(Struct, frozen=True):
    """A place where a person acts."""

    kind: str
    name: str
    url: str


class PersonPage(Struct, frozen=True):
    """A person; `me` means that it is the reader."""

    person_id: str
    name: str
    email: str
    blocked: bool
    me: bool
    sessions: int
    places: list[PersonPlace]
    reasons: list[ReasonRow]
    second_factor: bool
    reset_at: Instant | None
    keys: list[str]
    seen: str
    problem: str


@page("platform/people/<str:person_id>", PLATFORM, posts=True)
def person(visit: Visit, person_id: str) -> PageResponse:
    """The person; the form blocks or restores their access."""
    subject = person_of(person_id)
    result = None
    if subject is None:
        raise Http404
    if visit.submitted and (asked := ask_who_it_is(visit)):
        return asked
    act = _OTHER_ACTS.get(visit.form.get("do", ""))
    if visit.submitted and act is not None:
        return visit.redirect("platform.person", message=act(visit, subject), person_id=person_id)
    if visit.submitted:
        restores = visit.form.get("do") == "restore"
        kind, key = RestoreAccess if restores else BlockAccess, f"{form_key(visit)}/access"
        command = kind(at=BEGINNING, by=visit.by, key=key, person_id=person_id)
        shown = PlacesOfPerson(person_id=person_id)
        result = result_of_answer(visit, execute_for(visit, [command], shown)[0], shown)
        if result.accepted:
            message = (
                _("They can sign in again.")
                if restores
                else _("They are signed out, and their access is blocked.")
            )
            return visit.redirect("platform.person", message=message, person_id=person_id)
    reset_at = reset_due_at(person_id)
    view = PersonPage(
        person_id,
        subject.name or subject.email or person_id,
        subject.email or "",
        not subject.is_active,
        person_id == visit.by.person,
        len(sessions_of(person_id, clock.real_now())),
        _places(visit, person_id),
        show_reasons(visit, result.reasons if result else ()),
        second_factor=has_second_factor(person_id),
        reset_at=show_instant(visit, reset_at) if reset_at else None,
        keys=[f"{key.name} ({key.key_id})" for key in keys_of(person_id)],
        seen=token_of_states(newest_instant(), places_state(memberships(person_id))),
        problem=result.problem if result else "",
    )
    return PageContent("platform/person.html", view, result.status if result else 200)


def _reset(visit: Visit, subject: PersonRecord) -> str:
    with sending_mail() as delivery:
        asked = ask_for_reset(visit.by, subject)
    if asked == "nothing":
        return _("They have no second factor: there is nothing to reset.")
    if asked == "requested":
        return _("A reset was requested before.")
    if delivery.failed or not subject.email or not settings.EMAIL_HOST:
        return _("The reset is requested. No e-mail could be sent to them: tell them yourself.")
    return _("The reset is requested, and they are told by e-mail.")


def _revoke_keys(visit: Visit, subject: PersonRecord) -> str:
    revoke_keys_of(visit.by, subject.person_id)
    return _("Their keys are revoked.")


_OTHER_ACTS: dict[str, Callable[[Visit, PersonRecord], str]] = {
    "reset_second_factor": _reset,
    "revoke_keys": _revoke_keys,
}
"""What else the form does, by its button: each returns what the next page says."""


def _places(visit: Visit, person_id: str) -> list[PersonPlace]:
    places = memberships(person_id)
    shops, accounts = names(
        (subject_id for place, subject_id in places if place == "shop"),
        (subject_id for place, subject_id in places if place == "creator"),
    )
    rows, words = [], visit.language.text
    for place, subject_id in places:
        if place == "shop":
            url = f"/platform/shops/{subject_id}"
            rows.append(PersonPlace(words(SUBJECT_NAMES["shop"]), shops.get(subject_id) or subject_id, url))
        elif place == "creator":
            url = f"/platform/accounts/{subject_id}"
            rows.append(
                PersonPlace(words(SUBJECT_NAMES["account"]), accounts.get(subject_id) or subject_id, url)
            )
        else:
            title = _("Platform") if place == "platform" else _("Support")
            rows.append(PersonPlace(_("Staff"), title, "/platform/staff/"))
    return rows
