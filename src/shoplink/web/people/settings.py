"""A person's settings: name, language and time zone; the security of their sign-in; their sessions."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter as providers
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.people.profile import change_profile
from shoplink.flows.people.second_factor_reset import reset_due_at, stop_reset
from shoplink.store.people.sessions import end_sessions, sessions_of
from shoplink.web.page.declare import page
from shoplink.web.people.device import device_name
from shoplink.web.people.form_style import style_form
from shoplink.web.people.forms import ProfileForm
from shoplink.web.request.access import PERSON, PERSON_WITH_ADDRESS
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant


class SettingsPage(Struct):
    """The settings form, and the person's address."""

    form: Any
    email: str


class SecurityPage(Struct):
    """The security of a sign-in: password, authenticator app, passkeys, recovery codes, providers and sessions."""

    password: bool
    app: bool
    passkeys: int
    codes: bool
    providers: bool
    sessions: int
    crumbs: list[tuple[str, str]]
    reset_at: Instant | None


class SessionRow(Struct):
    """A session of the person."""

    number: int
    current: bool
    since: Instant
    until: Instant
    address: str
    browser: str


class SessionsPage(Struct):
    """The person's sessions."""

    sessions: list[SessionRow]
    crumbs: list[tuple[str, str]]


def crumbs() -> list[tuple[str, str]]:
    """The breadcrumb of pages below the security page."""
    return [(reverse("people.settings"), _("Settings")), (reverse("mfa_index"), _("Security"))]


@page("settings/", PERSON, posts=True, name="people.settings")
def own(visit: Visit) -> PageResponse:
    """The person's name, language and time zone."""
    person = visit.person
    now = {"name": person.name, "language": person.language, "time_zone": person.time_zone}
    form = ProfileForm(visit.form) if visit.submitted else ProfileForm(initial=visit.form.dict() or now)
    if not person.email:
        # The name of somebody who was handed off comes from the back office.
        form.fields["name"].disabled = True
        form.initial["name"] = person.name
    if visit.submitted and form.is_valid():
        change_profile(person.person_id, **form.cleaned_data)
        return visit.redirect("people.settings", message=_("Saved."))
    style_form(form)
    view = SettingsPage(form, person.email or "")
    return PageContent("people/settings.html", view, 422 if visit.submitted else 200)


@page("settings/security/", PERSON_WITH_ADDRESS, posts=True, name="mfa_index")
def security(visit: Visit) -> PageResponse:
    """The security of the person's sign-in, with links to change it. The form stops a reset of the second factor."""
    person = visit.person
    if visit.submitted:
        stopped = stop_reset(Actor("platform", person.person_id, person.person_id), person.person_id)
        return visit.redirect("mfa_index", message=_("The reset is stopped.") if stopped else "")
    reset_at = reset_due_at(person.person_id)
    kinds = [*Authenticator.objects.filter(user=person).values_list("type", flat=True)]
    view = SecurityPage(
        password=person.has_usable_password(),
        app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        codes=Authenticator.Type.RECOVERY_CODES in kinds,
        providers=bool(providers().list_providers(visit.request)),
        sessions=len(sessions_of(person.person_id, clock.real_now())),
        crumbs=crumbs()[:1],
        reset_at=show_instant(visit, reset_at) if reset_at else None,
    )
    return PageContent("people/security.html", view)


@page("settings/security/sessions/", PERSON, posts=True)
def sessions(visit: Visit) -> PageResponse:
    """The person's sessions; the form ends others."""
    all_sessions = sessions_of(visit.person.person_id, clock.real_now())
    here = visit.request.session.session_key
    if visit.submitted:
        chosen = visit.form.get("session", "")
        ending = [
            one.number
            for one in all_sessions
            if one.session_key != here and chosen in {str(one.number), "others"}
        ]
        end_sessions(visit.person.person_id, ending)
        return visit.redirect("people.sessions", message=_("Signed out.") if ending else "")
    items = [
        SessionRow(
            one.number,
            one.session_key == here,
            show_instant(visit, one.since),
            show_instant(visit, one.until),
            one.address,
            device_name(one.browser),
        )
        for one in all_sessions
    ]
    # A person who signs in only with sign-in links has no security page.
    above = crumbs() if visit.person.email else crumbs()[:1]
    return PageContent("people/sessions.html", SessionsPage(items, above))
