"""The permission table names every route, and the routes follow it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from shoplink.config.permissions import undeclared
from shoplink.web import routes
from shoplink.web.page.declare import PAGES, DeclaredPage
from shoplink.web.request.access import ANYONE
from tests.browser.tour import NOT_IN_TOUR, STOPS
from tests.web.golden import PERMISSIONS, permissions
from tests.web.persona import browser_of, seen

__all__ = ["routes"]

SHOP, ACCOUNT = "northbank-books", "leo.hart"


def test_the_table_is_what_its_file_says() -> None:
    assert PERMISSIONS.read_text(encoding="utf-8") == permissions(), "run `python -m tests.web.golden`"


def test_no_route_is_left_out_of_the_table() -> None:
    assert undeclared() == []


def _protected() -> list[DeclaredPage]:
    return [page for page in PAGES.values() if page.access is not ANYONE]


def _address(page: DeclaredPage, shop_id: str, account_id: str) -> str:
    """An address of the page; apart from shop and account, it names things that do not exist."""
    named = re.findall(r"<(?:(\w+):)?(\w+)>", page.route)
    values = {
        name: {"shop_id": shop_id, "account_id": account_id}.get(name, "1" if kind == "int" else "nothing")
        for kind, name in named
    }
    return reverse(page.name, kwargs=values)


@pytest.mark.usefixtures("demo_world")
def test_who_has_not_signed_in_is_shown_the_way_in_and_back() -> None:
    client = Client()
    assert _protected()
    for page in _protected():
        path = _address(page, SHOP, ACCOUNT)
        response = client.get(path)
        assert response.status_code == 302, page.name
        assert response.headers["Location"].startswith(f"{reverse('account_login')}?next=%2F"), page.name


@pytest.mark.usefixtures("demo_world")
def test_what_is_anothers_cannot_be_told_from_what_is_not_there() -> None:
    client = browser_of("mei")
    pages = [page for page in _protected() if "shop_id" in page.route or "account_id" in page.route]
    assert pages
    for page in pages:
        foreign = client.get(_address(page, SHOP, ACCOUNT))
        missing = client.get(_address(page, "no-such-shop", "no-such-account"))
        assert (foreign.status_code, missing.status_code) == (404, 404), page.name
        assert foreign.content == missing.content, page.name
        assert dict(foreign.headers) == dict(missing.headers), page.name


@pytest.mark.usefixtures("demo_world")
@pytest.mark.parametrize("place", ["support", "platform"])
def test_staff_pages_are_not_there_for_anybody_else(place: str) -> None:
    client = browser_of("mei")
    pages = [page for page in PAGES.values() if page.route.startswith(f"{place}/")]
    assert pages
    for page in pages:
        assert client.get(_address(page, SHOP, ACCOUNT)).status_code == 404, page.name


@pytest.mark.usefixtures("demo_world")
def test_every_form_that_comes_from_another_site_is_refused() -> None:
    pages = [page for page in PAGES.values() if "POST" in page.methods]
    assert pages
    for persona in (None, "mei", "leo", "wei", "alex"):
        client = browser_of(persona, csrf=True)
        for page in pages:
            response = client.post(_address(page, SHOP, ACCOUNT), {"key": "forged"})
            assert response.status_code == 403, (persona, page.name)


@pytest.mark.usefixtures("demo_world")
def test_the_tour_stops_at_every_page_in_both_languages() -> None:
    visited = set()
    for stop in STOPS:
        for language in ("zh-CN", "en"):
            assert "</html>" in seen(stop, language)
        visited.add(_name_of(stop.address()))
    assert {name for name, page in PAGES.items() if "GET" in page.methods} - visited - NOT_IN_TOUR == set()


def _name_of(path: str) -> str:
    from django.urls import resolve  # noqa: PLC0415 (the routes are there by now)

    return str(resolve(path.partition("?")[0]).url_name)


@pytest.mark.usefixtures("demo_world")
@pytest.mark.parametrize(
    ("persona", "path"),
    [
        ("mei", "/creator/"),
        ("callum", "/seller/"),
        ("wei", "/seller/"),
        ("wei", "/creator/"),
        ("wei", "/platform/"),
        ("alex", "/support/"),
        ("mei", "/support/"),
    ],
)
def test_the_home_of_another_kind_of_place_is_not_there(persona: str, path: str) -> None:
    assert browser_of(persona).get(path).status_code == 404
