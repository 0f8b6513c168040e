"""Sign-in over a running service: real cookies, the real password hash, and a sign-in link from the API."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import Cookie, CookieJar
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections

from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.people import membership
from shoplink.store.database.owner import release_ownership
from shoplink.store.models import Person
from shoplink.store.people import keys
from tests.api.service import Caller
from tests.databases import fresh, use
from tests.server import serving
from tests.store.commands import execute_accepted, put_shop

PASSWORD = "correct horse battery staple"  # noqa: S105 (a test's own)


class Page(NamedTuple):
    """The response after all redirects."""

    status: int
    path: str
    text: str


class Visitor:
    """A minimal browser with cookies, redirects and forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies)).open

    def look(self, path: str, fields: dict[str, str] | None = None) -> Page:
        """Get a page, or send a form to it."""
        data = None if fields is None else urlencode(fields).encode()
        request = urllib.request.Request(self.url + path, data, {"Accept-Language": "en"})  # noqa: S310 (our own service)
        try:
            with self._open(request, timeout=30) as answer:
                return Page(answer.status, urlsplit(answer.url).path, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Page(error.code, path, error.read().decode())

    def send(self, path: str, **fields: str) -> Page:
        """Fill in and send the form of a page."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.look(path).text)
        assert token is not None, path
        return self.look(path, {"csrfmiddlewaretoken": token[1], **fields})

    def cookie(self, name: str) -> Cookie:
        """A cookie that the service set."""
        return next(cookie for cookie in self.cookies if cookie.name == name)


class Here(NamedTuple):
    """A service with a seller of shop S1, and a key of the platform's."""

    url: str
    secret: str


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Here]:
    database = fresh(request.param)
    use(database)
    execute_accepted(put_shop("S1", name="Tea House"))
    lin = Person(email="lin@example.com", name="Lin")
    lin.password = PBKDF2PasswordHasher().encode(PASSWORD, "a salt of this test's own")
    lin.save()
    EmailAddress.objects.create(user=lin, email="lin@example.com", verified=True, primary=True)
    membership.add(Actor("platform", "test"), lin.person_id, "shop", "S1")
    _, secret = keys.create_key("back office", {"platform"}, clock.now())
    release_ownership()
    connections["default"].close()
    with serving(database, tmp_path) as url:
        yield Here(url, secret)


def test_a_seller_signs_in_and_out(here: Here) -> None:
    visitor = Visitor(here.url)
    assert visitor.look("/seller/S1/members/").path == "/sign-in/"
    fields = {"login": "lin@example.com", "password": PASSWORD, "next": "/seller/S1/members/"}
    page = visitor.send("/sign-in/", **fields)
    assert (page.status, page.path) == (200, "/seller/S1/members/")
    assert "Tea House" in page.text
    session = visitor.cookie("session")
    assert session.has_nonstandard_attr("HttpOnly")
    assert session.get_nonstandard_attr("SameSite") == "Lax"
    visitor.send("/settings/", name="Lin Lan", language="", time_zone="Asia/Shanghai")
    assert "Lin Lan" in visitor.look("/seller/S1/members/").text
    visitor.send("/sign-out/")
    assert visitor.look("/seller/S1/members/").path == "/sign-in/"


def test_the_platforms_back_office_hands_a_user_off(here: Here) -> None:
    caller = Caller(here.url, here.secret)
    body = {"shop_id": "S1", "subject": "u1", "path": "/seller/S1/members/"}
    made = caller("POST", "/v1/sign-in-links", body, actor="platform:back-office")
    path = urlsplit(made.body["url"]).path
    visitor = Visitor(here.url)
    page = visitor.send(path)
    assert (page.status, page.path) == (200, "/seller/S1/members/")
    assert Visitor(here.url).look(path).status == 404
    assert visitor.look("/seller/S2/members/").status == 404
