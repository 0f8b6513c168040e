"""The life cycle of a second factor: another secret key, its rotation, and how strong it has to be."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import override_settings

from shoplink.config.secret_key import secret_keys
from shoplink.flows.people.second_factor import SecretKeyCheck, check_secrets, say_unreadable
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute
from tests.mailbox import Mailbox, receiving
from tests.web.test_sign_in import activated
from tests.web.visitor import Browser, person

EMAIL = "lin@example.com"
OTHER_KEY = "9b1c0d2e3f4a5b6c7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e"


@pytest.fixture(autouse=True)
def mailbox(database: str) -> Iterator[Mailbox]:  # noqa: ARG001 (in use)
    with receiving() as mailbox:
        yield mailbox


@contextmanager
def key(secret_key: str, *fallbacks: str) -> Iterator[None]:
    with override_settings(SECRET_KEY=secret_key, SECRET_KEY_FALLBACKS=[*fallbacks]):
        yield


def signs_in(code: str) -> bool:
    browser = Browser()
    browser.sign_in(EMAIL)
    answer = browser.send("/sign-in/second-step/", code=code)
    assert answer.status_code == 302 or "This code is wrong" in answer.content.decode()
    return browser.signed_in


def test_a_secret_key_is_lost_kept_as_a_fallback_and_rotated() -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    codes = activated(browser)
    first_key = settings.SECRET_KEY
    assert check_secrets(renew=True) == SecretKeyCheck(0, 0)
    with key(OTHER_KEY):
        assert not signs_in(codes[0]), "no 500: it is a wrong code"
        assert check_secrets(renew=True) == SecretKeyCheck(0, 2)
        assert "SHOPLINK_SECRET_KEY does not open 2" in say_unreadable(2)
    with key(OTHER_KEY, first_key):
        assert "Recovery codes" in browser.look("/settings/security/codes/"), "sessions outlive the rotation"
        assert signs_in(codes[1])
        assert check_secrets(renew=False) == SecretKeyCheck(0, 0)
        assert check_secrets(renew=True) == SecretKeyCheck(2, 0)
        assert check_secrets(renew=True) == SecretKeyCheck(0, 0)
    with key(OTHER_KEY):
        assert signs_in(codes[2])
    again = Browser()
    again.sign_in(EMAIL)
    assert not signs_in(codes[3]), "the first key opens nothing any more"


def test_a_page_that_shows_secrets_which_no_key_opens_says_so() -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    activated(browser)
    with writing():
        execute(
            "UPDATE mfa_authenticator SET data = %s WHERE type = 'recovery_codes'",
            '{"seed": "x", "used_mask": 0}',
        )
    assert browser.get("/settings/security/codes/").headers["Location"] == "/settings/security/"
    assert "This code is wrong" in browser.look("/settings/security/")


@pytest.mark.parametrize("weak", ["s", "a" * 64, "0123456789abcdef" * 3, "Tr0ub4dor&3-Tr0ub4dor&3"])
def test_a_weak_secret_key_is_refused_and_not_repeated(weak: str) -> None:
    for name in ("SHOPLINK_SECRET_KEY", "SHOPLINK_SECRET_KEY_FALLBACKS"):
        with pytest.raises(ValueError, match=f"^{name}: found {len(weak)} characters; allowed: ") as error:
            secret_keys({name: weak})
        assert weak not in str(error.value).partition(":")[2] or len(weak) == 1


def test_keys_of_32_random_bytes_in_any_writing_are_taken() -> None:
    base64 = "V2bQmJ5k0m1rN8xH3tYpLzS6aDfGhJkQwErTyUiOpA4="
    assert secret_keys({"SHOPLINK_SECRET_KEY": base64, "SHOPLINK_SECRET_KEY_FALLBACKS": OTHER_KEY}) == (
        base64,
        [OTHER_KEY],
    )
    assert secret_keys({}) == ("", [])
