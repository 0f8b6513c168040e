"""One request for a page: who asks, who acts, and how it is answered in their words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone

from shoplink.core import Actor
from shoplink.flows import clock
from shoplink.store.models import Person
from shoplink.web.network import Network, network_of
from shoplink.web.reader import language_now, switched_to
from shoplink.wording import Language

_DIGITS = 19
_MARKET = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Visit:
    """A request, who acts in it (None: nobody in particular), and the reader's language and time zone."""

    request: HttpRequest
    actor: Actor | None
    named: Mapping[str, str]
    now: datetime = field(default_factory=clock.now)
    language: Language = field(default_factory=language_now)
    zone: tzinfo = field(default_factory=timezone.get_current_timezone)

    @property
    def by(self) -> Actor:
        """Who acts, on a page that only somebody in particular may see."""
        assert self.actor is not None, "the page's access says who acts"
        return self.actor

    def as_creator(self, account_id: str) -> "Visit":
        """The same visit by the same person, acting as the creator of an account that is theirs."""
        return replace(self, actor=Actor("creator", account_id, self.by.person))

    @property
    def anybody(self) -> Person | None:
        """Who is signed in, if somebody is."""
        user = self.request.user
        return user if user.is_authenticated else None

    @property
    def person(self) -> Person:
        """Who is signed in, on a page that only somebody who is may see."""
        found = self.anybody
        assert found is not None, "the page's access says that somebody is signed in"
        return found

    @property
    def network(self) -> Network:
        """Where the visitor's network is."""
        return network_of(self.request)

    @property
    def posted(self) -> bool:
        """Whether a form was sent to have something done, and not only to be shown in another language."""
        return self.request.method == "POST" and switched_to(self.request) is None

    @property
    def typed(self) -> QueryDict:
        """What was typed into the form that was sent; nothing on a first look."""
        return self.request.POST

    @property
    def asked(self) -> QueryDict:
        """What stands behind the question mark of the address."""
        return self.request.GET

    @property
    def market(self) -> str:
        """The market that the address asks for; none that is not written as one, so that any database can be asked."""
        text = self.asked.get("market", "")
        return text if _MARKET.fullmatch(text) else ""

    def number(self, name: str) -> int | None:
        """A whole number from the address, as cursors are; None if it is none that a database holds."""
        text = self.asked.get(name, "")
        return int(text) if text.isdecimal() and len(text) < _DIGITS else None

    def go(self, name: str, *, said: str = "", **named: str) -> HttpResponse:
        """The way on to another page, after something was done; `said` is shown there once."""
        if said:
            messages.success(self.request, said)
        return HttpResponseRedirect(reverse(name, kwargs=named))


@dataclass(frozen=True)
class Shown:
    """What a page shows: a template, and the view model that it finds as `view`."""

    template: str
    view: Any = None
    status: int = 200


Answer = Shown | HttpResponse
