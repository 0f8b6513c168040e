"""Attempts are limited by a store that forgets nothing before its time, and pages by address and session."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from shoplink.core.facts import Actor
from shoplink.flows.people import membership
from shoplink.flows.tick import tick
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import query
from shoplink.web.people.hashing import (
    AT_A_TIME,
    Bounded,
    BoundedHasher,
    HashingBusyError,
    hashing_slot,
)
from shoplink.web.people.sign_in import SIGN_IN_PAGES
from tests.mailbox import receiving
from tests.web.conftest import QuickHasher
from tests.web.persona import counted_statements
from tests.web.test_sign_in import code_in
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
EMAIL, NEW = "lin@example.com", "another horse battery staple"


@override_settings(PROXIES=1)
def test_a_lock_on_failed_sign_ins_outlives_any_flood_from_other_addresses() -> None:
    person(EMAIL)
    for _ in range(5):
        Browser().sign_in(EMAIL, "wrong-wrong")
    with writing():
        for number in range(400):  # more than a cache of Django's holds by default
            cache.set(f"allauth:rl:flood:{number}", [1.0], 60)
    with receiving():
        for number in range(4):
            flood = Browser()
            flood.defaults["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{number}"
            flood.send("/sign-in/forgotten/", email=f"made-up-{number}@example.com")
    late = Browser()
    late.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.1"
    assert "Too many attempts failed." in late.sign_in(EMAIL).content.decode()
    assert EMAIL not in str(query("SELECT * FROM attempt"))


def test_what_one_process_counts_another_sees_and_the_timer_forgets() -> None:
    cache.set("counted", [1.5, 2.5], 60)
    cache.set("short", "y", 0.0)
    seen: list[object] = []

    def elsewhere() -> None:
        seen.extend([cache.get("counted"), cache.get("short"), cache.add("counted", 1), cache.add("new", 1)])
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [[1.5, 2.5], None, False, True]
    assert query("SELECT count(*) FROM attempt") == [(3,)]
    tick()
    assert query("SELECT count(*) FROM attempt") == [(2,)]
    assert cache.delete("counted")
    assert cache.get("counted", "nothing") == "nothing"


def test_pages_are_limited_by_address_and_by_session_and_health_checks_are_not() -> None:
    with override_settings(PAGES_PER_SECOND=0.01, PAGES_BURST=3):
        browser = Browser("zh-CN")
        answers = [browser.get("/help/") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        with counted_statements() as statements:
            assert browser.get("/help/").status_code == 429
        assert statements == [], "a flood costs the database nothing"
        assert 90 <= int(answers[-1].headers["Retry-After"]) <= 100
        assert "次数过多" in answers[-1].content.decode()
        assert browser.get("/healthz").status_code == 200
        browser.defaults["REMOTE_ADDR"] = "192.0.2.1"
        assert browser.get("/help/").status_code == 200
        statuses = []
        for number in range(4):
            browser.defaults["REMOTE_ADDR"] = f"198.51.100.{number}"
            browser.cookies["session"] = "somebody"
            statuses.append(browser.get("/help/").status_code)
        assert statuses == [200, 200, 200, 429]


@contextmanager
def many_hashing() -> Iterator[None]:
    """As many threads as may hash passwords do so until the block ends, and nobody waits for a turn."""
    ended, busy = threading.Event(), threading.Barrier(AT_A_TIME + 1)

    def hash_slowly() -> None:
        with hashing_slot() as free:
            assert free
            busy.wait(10)
            ended.wait(60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shoplink.web.people.hashing._WAIT_SECONDS", 0)
        threads = [threading.Thread(target=hash_slowly) for _ in range(AT_A_TIME)]
        for thread in threads:
            thread.start()
        busy.wait(10)
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def test_no_password_is_checked_while_too_many_are() -> None:
    person(EMAIL)
    with many_hashing():
        waiting = Browser()
        assert "Too many attempts" in waiting.sign_in(EMAIL, PASSWORD).content.decode()
        assert not waiting.signed_in
    free = Browser()
    free.sign_in(EMAIL, PASSWORD)
    assert free.signed_in


def test_no_password_is_set_or_changed_while_too_many_are() -> None:
    made = membership.invite(Actor("platform", "test"), "support", "", "new@example.com")
    assert isinstance(made, membership.Invitation)
    join = f"/join/{made.secret}/"
    person(EMAIL)
    browser, forgetful, invited = Browser(), Browser(), Browser()
    browser.sign_in(EMAIL)
    browser.reauthenticate()
    with receiving() as mailbox:
        forgetful.send("/sign-in/forgotten/", email=EMAIL)
        forgetful.send("/sign-in/forgotten/code/", code=code_in(mailbox))
        new = {"password1": NEW, "password2": NEW}
        sent = {
            "account_signup": (
                invited,
                f"/sign-up/?next={join}",
                {"name": "New", "email": made.email, **new, "next": join},
            ),
            "account_complete_password_reset": (forgetful, "/sign-in/forgotten/new/", new),
            "account_change_password": (
                browser,
                "/settings/security/password/",
                {"oldpassword": PASSWORD, **new},
            ),
            "account_set_password": (browser, "/settings/security/password/new/", new),
            "account_reauthenticate": (browser, "/sign-in/again/", {"password": PASSWORD}),
        }
        assert sent.keys() == {page.name for page in SIGN_IN_PAGES if page.hashes}
        before = query("SELECT email, password FROM person ORDER BY email")
        with many_hashing():
            for client, path, fields in sent.values():
                answer = client.send(path, **fields)
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), path
        assert query("SELECT email, password FROM person ORDER BY email") == before
        for name in ("account_signup", "account_complete_password_reset"):
            client, path, fields = sent[name]
            assert client.send(path, **fields).status_code == 302, path
    after = Browser()
    after.sign_in(EMAIL, NEW)
    assert after.signed_in


def test_whatever_hashes_a_password_waits_for_its_turn() -> None:
    with many_hashing():
        for hash_it in (lambda: make_password(NEW), lambda: check_password(NEW, "md5$salt$hash")):
            with pytest.raises(HashingBusyError):
                hash_it()
    assert settings.PASSWORD_HASHERS == ["tests.web.conftest.QuickHasher"]
    assert issubclass(QuickHasher, Bounded)
    assert issubclass(BoundedHasher, Bounded)
