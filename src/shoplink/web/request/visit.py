"""A request for a page with its actor and its reader, and what a page returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone

from shoplink.core import Actor
from shoplink.flows import clock
from shoplink.store.models import Person
from shoplink.store.read.names import markets_of
from shoplink.web.request.network import Network, network_of
from shoplink.web.request.reader import language_now, switched_to
from shoplink.wording import Language

_DIGITS = 19


@dataclass(frozen=True)
class Visit:
    """A request for a page, who acts in it (None on a page without an actor), and the reader's language and time zone.

    `route_values` are the values that the route takes from the address, such as `shop_id`.
    """

    request: HttpRequest
    actor: Actor | None
    route_values: Mapping[str, str]
    now: datetime = field(default_factory=clock.now)
    language: Language = field(default_factory=language_now)
    zone: tzinfo = field(default_factory=timezone.get_current_timezone)

    @property
    def by(self) -> Actor:
        """Who acts, on a page whose access names an actor."""
        assert self.actor is not None, "the page's access names an actor"
        return self.actor

    def as_creator(self, account_id: str) -> "Visit":
        """The same visit, with the same person acting as the creator of one of their accounts."""
        return replace(self, actor=Actor("creator", account_id, self.by.person))

    @property
    def signed_in(self) -> Person | None:
        """The person who is signed in, or None."""
        user = self.request.user
        return user if user.is_authenticated else None

    @property
    def person(self) -> Person:
        """The person who is signed in, on a page that requires it."""
        person = self.signed_in
        assert person is not None, "the page's access requires a signed-in person"
        return person

    @property
    def network(self) -> Network:
        """The country of the visitor's network."""
        return network_of(self.request)

    @property
    def submitted(self) -> bool:
        """Whether a form was submitted; False if it was only sent to be shown in another language."""
        return self.request.method == "POST" and switched_to(self.request) is None

    @property
    def form(self) -> QueryDict:
        """The fields of the form that was sent; empty for a GET request."""
        return self.request.POST

    @property
    def query(self) -> QueryDict:
        """The query parameters of the address."""
        return self.request.GET

    @cached_property
    def market_of_subject(self) -> str:
        """The market of the shop or account in the route; '' without one. Reads the database once per visit."""
        shop_id, account_id = self.route_values.get("shop_id"), self.route_values.get("account_id")
        if not (shop_id or account_id):
            return ""
        # A shop's market is the one whose rules decide; an account is linked only in the market it is in.
        markets = markets_of([shop_id] if shop_id else [], [] if shop_id else [account_id or ""])
        return markets[0] if markets else ""

    def number(self, name: str) -> int | None:
        """A query parameter that is a whole number, such as a cursor; None if a database could not hold it."""
        text = self.query.get(name, "")
        return int(text) if text.isdecimal() and len(text) < _DIGITS else None

    def redirect(
        self, name: str, *, message: str = "", problem: str = "", **route_values: str
    ) -> HttpResponse:
        """A redirect to another page, which shows the message, or the problem, once."""
        if message:
            messages.success(self.request, message)
        if problem:
            messages.error(self.request, problem)
        return HttpResponseRedirect(reverse(name, kwargs=route_values))


@dataclass(frozen=True)
class PageContent:
    """What a page shows: a template, the view model that the template reads as `view`, and the HTTP status."""

    template: str
    view: Any = None
    status: int = 200


PageResponse = PageContent | HttpResponse
