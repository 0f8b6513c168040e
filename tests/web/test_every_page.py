"""Rules for every page: an unchanged page is answered 304, and what belongs to others is answered 404."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.urls import resolve, reverse

from shoplink.flows import clock
from shoplink.store.read.commerce import one_content, one_product
from shoplink.web import routes
from shoplink.web.page.declare import PAGES, DeclaredPage
from tests.browser.tour import STOPS, Stop
from tests.web.persona import browser_of

__all__ = ["routes"]

pytestmark = pytest.mark.usefixtures("demo_world")

REFRESHED = {
    "seller.link",
    "platform.order_run",
    "seller.order_run",
    "support.queue",
    "platform.tickets",
    "seller.tickets",
    "creator.tickets",
    "people.inbox",
    "people.bell",
}
"""Pages with a part that refreshes itself."""

MISSING = {
    "link_id": "link_0000",
    "ticket_id": "ticket_0000",
    "product_id": "no-such",
    "content_id": "no-such",
    "person_id": "person_0000",
}
OTHERS = {
    "link_id": "{link northbank-books leo.hart}",
    "ticket_id": "{ticket hh-snacks-us mei.lin}",
    "product_id": "northbank-books.01",
    "content_id": "olivia-gaiwan",
    "person_id": "person_leo",
}


def test_an_unchanged_page_is_not_sent_again() -> None:
    polled = set()
    for stop in STOPS:
        client = browser_of(stop.persona, network=stop.network)
        if stop.before is not None:
            path, typed = stop.before
            client.post(path, dict(parse_qsl(typed)))
        name = str(resolve(stop.address().partition("?")[0]).url_name)
        for headers in ({}, {"HX-Request": "true"}):
            first, again = _twice_within_a_minute(client, stop.address(), headers)
            if "ETag" not in first.headers:
                assert first.headers["Cache-Control"] == "private, no-store", stop
                continue
            assert (again.status_code, again.content) == (304, b""), stop
            if b'hx-trigger="every' in first.content.partition(b"<main")[2]:
                polled.add(name)
    assert polled == REFRESHED - {"people.bell"}


def _twice_within_a_minute(client: Client, path: str, headers: dict[str, str]) -> tuple[Any, Any]:
    """The page, and the answer to the same request again in the same minute, so that its times left do not change."""
    while True:
        minute = clock.now().replace(second=0, microsecond=0)
        first = client.get(path, headers=headers)
        again = client.get(path, headers={**headers, "If-None-Match": first.headers.get("ETag", '"none"')})
        if clock.now().replace(second=0, microsecond=0) == minute:
            return first, again


def _below(place: str) -> Iterator[DeclaredPage]:
    """The pages of a place whose routes name more than the shop or account."""
    for page in PAGES.values():
        if page.route.startswith(f"{place}/<") and _others_in(page):
            yield page


def _others_in(page: DeclaredPage) -> list[str]:
    return [name for name in re.findall(r"<(?:\w+:)?(\w+)>", page.route) if name in MISSING]


def _asked(
    client: Client, page: DeclaredPage, method: str, own: dict[str, str], ids: dict[str, str]
) -> object:
    named = {name: Stop(ids[name]).address() for name in _others_in(page)}
    response = client.generic(method, reverse(page.name, kwargs={**own, **named}))
    return response.status_code, response.content, dict(response.headers)


@pytest.mark.parametrize(
    ("place", "persona", "own"),
    [
        ("seller", "mei", {"shop_id": "hh-home-gb"}),
        ("creator", "zhou", {"account_id": "zhou.zhou"}),
    ],
)
def test_what_is_anothers_below_ones_own_place_cannot_be_told_from_what_is_not_there(
    place: str, persona: str, own: dict[str, str]
) -> None:
    client = browser_of(persona)
    pages = list(_below(place))
    assert pages
    assert one_product(OTHERS["product_id"])
    assert one_content(OTHERS["content_id"])
    for page in pages:
        for method in page.methods:
            foreign = _asked(client, page, method, own, OTHERS)
            missing = _asked(client, page, method, own, MISSING)
            assert foreign == missing, (page.name, method)
            assert foreign[0] == 404, (page.name, method)  # type: ignore[index]


def test_what_was_never_there_is_not_there_for_staff_either() -> None:
    for place, persona in (("support", "wei"), ("platform", "alex")):
        client = browser_of(persona)
        for page in PAGES.values():
            names = re.findall(r"<(?:\w+:)?(\w+)>", page.route)
            if page.route.startswith(f"{place}/") and names:
                for method in page.methods:
                    path = reverse(page.name, kwargs=dict.fromkeys(names, "no-such"))
                    assert client.generic(method, path).status_code == 404, (page.name, method)
