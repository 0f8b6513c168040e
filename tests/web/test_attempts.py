"""Attempts are limited by a store that forgets nothing before its time, and pages by address and session."""

import threading
from contextlib import ExitStack

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from shoplink.flows.tick import tick
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import query
from shoplink.web.people.hashing import hashing_slot
from tests.mailbox import receiving
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
EMAIL = "lin@example.com"


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


def test_no_password_is_checked_while_too_many_are() -> None:
    person(EMAIL)
    with ExitStack() as busy, pytest.MonkeyPatch.context() as patch:
        patch.setattr("shoplink.web.people.hashing._WAIT_SECONDS", 0)
        while busy.enter_context(hashing_slot()):
            pass
        waiting = Browser()
        assert "Too many attempts" in waiting.sign_in(EMAIL, PASSWORD).content.decode()
        assert not waiting.signed_in
    free = Browser()
    free.sign_in(EMAIL, PASSWORD)
    assert free.signed_in
