"""Who may see a page: tiny functions that return who acts, or raise Http404. "Not yours" is "not there"."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import Http404, HttpRequest

from shoplink.core import Actor
from shoplink.core.facts import ShortText
from shoplink.flows.people.membership import Places, places


class SignInError(Exception):
    """The page is for people who have signed in; becomes the way to the sign-in page and back."""


def places_of(request: HttpRequest) -> Places:
    """Where the signed-in person may act; nowhere for a stranger. Asked once per request."""
    found: Places | None = getattr(request, "places", None)
    if found is None:
        person = request.user
        found = places(person.person_id) if person.is_authenticated else Places()
        request.places = found  # type: ignore[attr-defined]
    return found


def person_of(request: HttpRequest) -> ShortText:
    """The id of the signed-in person. Raises SignInError."""
    if not request.user.is_authenticated:
        raise SignInError
    return request.user.person_id


def any_person(request: HttpRequest) -> None:
    """A person who has signed in. Raises SignInError."""
    person_of(request)


def own_of(request: HttpRequest) -> None:
    """A person who signs in by themselves, and not by hand-off links alone. Raises SignInError, Http404."""
    person_of(request)
    if not request.user.email:  # type: ignore[union-attr] # signed in by now
        raise Http404


def seller_of(request: HttpRequest, shop_id: str) -> Actor:
    """The shop, acted for by the person. Raises SignInError, Http404."""
    person = person_of(request)
    if shop_id not in places_of(request).shops:
        raise Http404
    return Actor("shop", shop_id, person)


def creator_of(request: HttpRequest, account_id: str) -> Actor:
    """The account's creator. Raises SignInError, Http404."""
    person = person_of(request)
    if account_id not in places_of(request).accounts:
        raise Http404
    return Actor("creator", account_id, person)


def any_seller(request: HttpRequest) -> None:
    """A person who acts for at least one shop. Raises SignInError, Http404."""
    person_of(request)
    if not places_of(request).shops:
        raise Http404


def any_creator(request: HttpRequest) -> None:
    """A person who owns at least one account. Raises SignInError, Http404."""
    person_of(request)
    if not places_of(request).accounts:
        raise Http404


def support(request: HttpRequest) -> Actor:
    """A support agent. Raises SignInError, Http404."""
    person = person_of(request)
    if not places_of(request).support:
        raise Http404
    return Actor("support", person, person)


def platform(request: HttpRequest) -> Actor:
    """A member of the platform's staff. Raises SignInError, Http404."""
    person = person_of(request)
    if not places_of(request).platform:
        raise Http404
    return Actor("platform", person, person)


class Access(NamedTuple):
    """Who may see a page, as the permission table says it, and what holds them to it.

    `admit` gets the request and what the route names; it returns who acts, None where nobody's name is needed.
    """

    who: str
    admit: Callable[..., Actor | None]


ANYONE = Access("anyone", lambda _request, **_named: None)
PERSON = Access("any person signed in", lambda request, **_named: any_person(request))
OWN = Access("any person who signs in with an address", lambda request, **_named: own_of(request))
SELLER = Access("sellers of the shop", lambda request, shop_id, **_named: seller_of(request, shop_id))
ANY_SELLER = Access("sellers of any shop", lambda request, **_named: any_seller(request))
CREATOR = Access("the creator", lambda request, account_id, **_named: creator_of(request, account_id))
ANY_CREATOR = Access("creators of any account", lambda request, **_named: any_creator(request))
SUPPORT = Access("support", lambda request, **_named: support(request))
PLATFORM = Access("platform", lambda request, **_named: platform(request))
