"""Who may see a page: small functions that return who acts, or raise. "Not yours" is answered like "not there"."""

from collections.abc import Callable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.http import Http404, HttpRequest

from shoplink.core import Actor, Link
from shoplink.core.facts import ShortText
from shoplink.core.parse import is_id
from shoplink.flows.people.membership import Places, places_of_person
from shoplink.store.read.link import one_link


class SignInError(Exception):
    """The page is for people who are signed in; the visitor is sent to the sign-in page, and back afterwards."""


_places: WeakKeyDictionary[HttpRequest, Places] = WeakKeyDictionary()
"""The places of the person of each request in progress, so that they are read once."""


def places_of(request: HttpRequest) -> Places:
    """Where the signed-in person may act; nowhere for an anonymous visitor. Reads the database once per request."""
    known = _places.get(request)
    if known is None:
        person = request.user
        known = places_of_person(person.person_id) if person.is_authenticated else Places()
        _places[request] = known
    return known


def person_id_of(request: HttpRequest) -> ShortText:
    """The id of the signed-in person. Raises SignInError."""
    if not request.user.is_authenticated:
        raise SignInError
    return request.user.person_id


def any_person(request: HttpRequest) -> None:
    """Anybody who is signed in. Raises SignInError."""
    person_id_of(request)


def person_with_address(request: HttpRequest) -> None:
    """A person with an e-mail address, who does not depend on sign-in links. Raises SignInError, Http404."""
    if not request.user.is_authenticated:
        raise SignInError
    if not request.user.email:
        raise Http404


def seller_of(request: HttpRequest, shop_id: str) -> Actor:
    """The shop, with the person who acts for it. Raises SignInError, Http404."""
    person = person_id_of(request)
    if shop_id not in places_of(request).shops:
        raise Http404
    return Actor("shop", shop_id, person)


def creator_of(request: HttpRequest, account_id: str) -> Actor:
    """The creator of the account. Raises SignInError, Http404."""
    person = person_id_of(request)
    if account_id not in places_of(request).accounts:
        raise Http404
    return Actor("creator", account_id, person)


def any_seller(request: HttpRequest) -> None:
    """A person who acts for at least one shop. Raises SignInError, Http404."""
    person_id_of(request)
    if not places_of(request).shops:
        raise Http404


def any_creator(request: HttpRequest) -> None:
    """A person who acts for at least one account. Raises SignInError, Http404."""
    person_id_of(request)
    if not places_of(request).accounts:
        raise Http404


def support(request: HttpRequest) -> Actor:
    """A support agent. Raises SignInError, Http404."""
    person = person_id_of(request)
    if not places_of(request).support:
        raise Http404
    return Actor("support", person, person)


def platform(request: HttpRequest) -> Actor:
    """A member of the platform's staff. Raises SignInError, Http404."""
    person = person_id_of(request)
    if not places_of(request).platform:
        raise Http404
    return Actor("platform", person, person)


def visible_link(by: Actor, link_id: str) -> Link:
    """The stored link with this id, if the actor may see its pages. Raises Http404.

    A shop and a creator see their own links, live or ended; support and the platform see every link.
    """
    link = one_link(link_id) if is_id(link_id) else None
    if link is None:
        raise Http404
    side = {"shop": link.shop_id, "creator": link.account_id}.get(by.kind, by.id)
    if side != by.id:
        raise Http404
    return link


class Access(NamedTuple):
    """Who may see a page: in the words of the permission table, and as the function that enforces it.

    `admit` takes the request and the values from the route. It returns who acts, or None on a page without an actor.
    """

    who: str
    admit: Callable[..., Actor | None]


ANYONE = Access("anyone", lambda _request, **_values: None)
PERSON = Access("any person signed in", lambda request, **_values: any_person(request))
PERSON_WITH_ADDRESS = Access(
    "any person who signs in with an address", lambda request, **_values: person_with_address(request)
)
SELLER = Access("sellers of the shop", lambda request, shop_id, **_values: seller_of(request, shop_id))
ANY_SELLER = Access("sellers of any shop", lambda request, **_values: any_seller(request))
CREATOR = Access("the creator", lambda request, account_id, **_values: creator_of(request, account_id))
ANY_CREATOR = Access("creators of any account", lambda request, **_values: any_creator(request))
SUPPORT = Access("support", lambda request, **_values: support(request))
PLATFORM = Access("platform", lambda request, **_values: platform(request))
