"""The pages of invitations and of sign-in links. Opening either does not use it up."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows.people import membership, sign_in_link
from shoplink.store.people.membership import person_by_email, person_of
from shoplink.web.page.declare import page
from shoplink.web.people.sign_in_session import sign_in_without_password
from shoplink.web.people.wording import say_reasons, where
from shoplink.web.request.access import ANYONE
from shoplink.web.request.visit import PageContent, PageResponse, Visit


class InvitationPage(Struct):
    """An invitation for the visitor; `fits` means that they are signed in with its address."""

    where: str
    email: str
    known: bool
    fits: bool
    signed_in_as: str
    here: str


class SignInLinkPage(Struct):
    """The person that a sign-in link signs in, and the one who is signed in now."""

    name: str
    instead_of: str


@page("join/<secret>/", ANYONE, posts=True)
def join(visit: Visit, secret: str) -> PageResponse:
    """An invitation: the visitor signs in or signs up, then joins with one click."""
    person, invited = visit.signed_in, membership.usable_invitation(secret)
    if invited is None:
        return PageContent("people/gone.html", None, 404)
    if visit.submitted and person is not None:
        refused = membership.join(person.person_id, invited)
        if not refused:
            messages.success(visit.request, _("Welcome! You can act here now."))
            return HttpResponseRedirect(sign_in_link.home_of(invited.place, invited.subject_id))
        messages.error(visit.request, say_reasons(visit, refused))
    view = InvitationPage(
        where=where(invited.place, invited.subject_id),
        email=invited.email,
        known=person_by_email(invited.email) is not None,
        fits=person is not None and person.email == invited.email,
        signed_in_as=(person.name or person.email or "") if person else "",
        here=reverse("people.join", args=[secret]),
    )
    return PageContent("people/join.html", view)


@page("sign-in/link/<secret>/", ANYONE, posts=True)
def by_link(visit: Visit, secret: str) -> PageResponse:
    """A sign-in link: one click signs in and redirects to the link's target."""
    if visit.submitted:
        used = sign_in_link.redeem(secret)
        if used is not None and sign_in_without_password(visit.request, used[0], "hand_off"):
            return HttpResponseRedirect(used[1])
        return PageContent("people/link_gone.html", None, 404)
    waiting = sign_in_link.link_target(secret)
    person = person_of(waiting[0]) if waiting else None
    if waiting is None or person is None or not person.is_active:
        return PageContent("people/link_gone.html", None, 404)
    now = visit.signed_in
    other = now if now is not None and now.person_id != person.person_id else None
    instead_of = (other.name or other.email or "") if other else ""
    return PageContent("people/link.html", SignInLinkPage(person.name, instead_of))
