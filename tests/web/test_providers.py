"""Sign-in with the organisation's own provider, which is a running server here, and the redirect to TikTok."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings

from shoplink.config.sign_in import provider_settings
from shoplink.core.facts import Actor
from shoplink.flows.people import membership
from shoplink.store.database.sql import query
from shoplink.store.models import Person
from tests.mailbox import Mailbox, receiving
from tests.store.commands import execute_accepted, put_shop
from tests.web.provider import Provider, provider
from tests.web.visitor import Browser, person

EMAIL = "lin@example.com"


@pytest.fixture
def sso(database: str) -> Iterator[Provider]:  # noqa: ARG001 (in use)
    execute_accepted(put_shop("S1", name="Tea House"))
    with provider() as server:
        environment = {
            "SHOPLINK_OIDC_ISSUER": server.issuer,
            "SHOPLINK_OIDC_CLIENT_ID": "shoplink",
            "SHOPLINK_OIDC_CLIENT_SECRET": "secret",
            "SHOPLINK_OIDC_NAME": "Example SSO",
            "SHOPLINK_TIKTOK_CLIENT_KEY": "tiktok-key",
            "SHOPLINK_TIKTOK_CLIENT_SECRET": "secret",
        }
        with override_settings(SOCIALACCOUNT_PROVIDERS=provider_settings(environment)):
            yield server


@pytest.fixture(autouse=True)
def mailbox() -> Iterator[Mailbox]:
    with receiving() as mailbox:
        yield mailbox


def come_back(browser: Browser, path: str) -> object:
    """Press the button, and return from the provider with a code."""
    onward = browser.send(path)
    assert onward.status_code == 200
    target = onward.headers["Refresh"].removeprefix("0; url=")
    assert re.search(r'href="([^"]+)"[^>]*rel="noreferrer"', onward.content.decode())
    asked = parse_qs(urlsplit(target).query)
    assert asked["redirect_uri"] == ["http://localhost/sign-in/with/oidc/back/"]
    assert asked["code_challenge_method"] == ["S256"]
    return browser.get("/sign-in/with/oidc/back/", {"code": "a-code", "state": asked["state"][0]})


def invitation() -> str:
    made = membership.invite(Actor("platform", "test"), "shop", "S1", EMAIL)
    assert isinstance(made, membership.Invitation)
    return f"/join/{made.secret}/"


def test_a_person_with_a_verified_address_is_signed_in(sso: Provider) -> None:
    person(EMAIL, ("shop", "S1"))
    sso.claims = {"sub": "7", "email": EMAIL, "email_verified": True, "name": "Lin"}
    browser = Browser()
    assert "Sign in with Example SSO" in browser.look("/sign-in/")
    answer = come_back(browser, "/sign-in/with/oidc/?process=login&next=/seller/S1/members/")
    assert answer.headers["Location"] == "/seller/S1/members/"  # type: ignore[attr-defined]
    assert browser.signed_in
    assert query("SELECT count(*) FROM socialaccount_socialtoken") == [(0,)]


def test_an_address_that_the_provider_has_not_verified_signs_nobody_in(sso: Provider) -> None:
    person(EMAIL)
    sso.claims = {"sub": "7", "email": EMAIL, "email_verified": False}
    browser = Browser()
    answer = come_back(browser, "/sign-in/with/oidc/")
    assert answer.headers["Location"] == "/sign-in/"  # type: ignore[attr-defined]
    assert f"\u2068Example SSO\u2069 does not say that \u2068{EMAIL}\u2069 is your address" in browser.look(
        "/sign-in/"
    )
    assert not browser.signed_in


def test_a_provider_lets_nobody_sign_up(sso: Provider) -> None:
    sso.claims = {"sub": "7", "email": "new@example.com", "email_verified": True}
    browser = Browser()
    answer = come_back(browser, "/sign-in/with/oidc/")
    assert "You cannot sign up without an invitation" in answer.content.decode()  # type: ignore[attr-defined]
    assert Person.objects.count() == 0


def test_with_an_invitation_somebody_new_comes_in_by_the_provider(sso: Provider) -> None:
    join = invitation()
    sso.claims = {"sub": "7", "email": "other@company.example", "email_verified": True, "name": "Lin Lan"}
    browser = Browser()
    answer = come_back(browser, f"/sign-in/with/oidc/?next={join}")
    assert answer.headers["Location"] == join  # type: ignore[attr-defined]
    assert browser.send(join).headers["Location"] == "/seller/S1/"
    lin = Person.objects.get()
    assert (lin.email, lin.name) == (EMAIL, "Lin Lan")
    again = Browser()
    come_back(again, "/sign-in/with/oidc/")
    assert again.signed_in, "by the provider's own id, whatever address it says"


def test_a_provider_that_fails_is_said_to_have_failed(sso: Provider) -> None:
    sso.broken = True
    browser = Browser()
    answer = come_back(browser, "/sign-in/with/oidc/")
    assert "could not sign you in" in answer.content.decode()  # type: ignore[attr-defined]


def test_nobody_comes_back_who_has_not_gone(sso: Provider) -> None:
    person(EMAIL)
    sso.claims = {"sub": "7", "email": EMAIL, "email_verified": True}
    browser = Browser()
    browser.get("/sign-in/with/oidc/back/", {"code": "a-code", "state": "made-up"})
    assert not browser.signed_in


@pytest.mark.usefixtures("sso")
def test_the_way_to_tiktok_carries_our_key() -> None:
    onward = Browser().send("/sign-in/with/tiktok/")
    target = urlsplit(onward.headers["Refresh"].removeprefix("0; url="))
    assert (target.netloc, target.path) == ("www.tiktok.com", "/v2/auth/authorize/")
    assert parse_qs(target.query)["client_key"] == ["tiktok-key"]
    assert parse_qs(target.query)["redirect_uri"] == ["http://localhost/sign-in/with/tiktok/back/"]


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SHOPLINK_OIDC_ISSUER": "https://sso.example.com"}, "SHOPLINK_OIDC_CLIENT_ID"),
        ({"SHOPLINK_TIKTOK_CLIENT_SECRET": "s"}, "SHOPLINK_TIKTOK_CLIENT_KEY"),
        (
            {
                "SHOPLINK_OIDC_ISSUER": "http://sso.example.com",
                "SHOPLINK_OIDC_CLIENT_ID": "i",
                "SHOPLINK_OIDC_CLIENT_SECRET": "s",
            },
            "SHOPLINK_OIDC_ISSUER",
        ),
    ],
)
def test_half_a_configuration_names_what_is_wrong(environment: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}: found"):
        provider_settings(environment)
