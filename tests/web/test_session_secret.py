"""What is stored lets nobody in: a session's key is the digest of its cookie, and the files are the owner's alone."""

import stat
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from shoplink.store.database.owner import acquire_ownership, release_ownership
from shoplink.store.database.sql import query
from tests.store.commands import execute_accepted, put_shop
from tests.web.visitor import Browser, person

pytestmark = pytest.mark.usefixtures("database")
EMAIL = "lin@example.com"


def test_a_stolen_dump_holds_no_usable_session() -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    assert browser.signed_in
    secret = browser.cookies["session"].value
    stored = {row[0] for row in query("SELECT session_key FROM django_session")}
    assert stored == {row[0] for row in query("SELECT session_key FROM usersessions_usersession")}
    assert secret not in str(query("SELECT * FROM django_session"))
    for key in stored:
        thief = Browser()
        thief.cookies["session"] = key
        assert not thief.signed_in
    assert browser.signed_in
    browser.send("/sign-out/")
    again = Browser()
    again.cookies["session"] = secret
    assert not again.signed_in


@pytest.mark.parametrize(
    "cookie", ["", "x", "\x00" * 40, "é" * 300, "made-up-by-a-visitor-to-fix-a-session-1234567"]
)
def test_a_made_up_cookie_is_no_session_and_is_not_taken_over(cookie: str) -> None:
    person(EMAIL)
    browser = Browser()
    browser.cookies["session"] = cookie
    assert not browser.signed_in
    browser.cookies["session"] = cookie
    browser.sign_in(EMAIL)
    assert browser.signed_in
    assert browser.cookies["session"].value != cookie


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_their_owner_reads_the_file_its_wal_and_its_lock() -> None:
    name = connection.settings_dict["NAME"]
    release_ownership()
    Path(name).chmod(0o644)
    acquire_ownership("a test")
    execute_accepted(put_shop("S1"))
    modes = {
        suffix: stat.S_IMODE(Path(f"{name}{suffix}").stat().st_mode)
        for suffix in ("", "-wal", "-shm", ".lock")
    }
    assert modes == dict.fromkeys(modes, 0o600)


@override_settings(SECURE_HSTS_SECONDS=31_536_000)
def test_over_tls_the_browser_is_told_to_stay_there_and_without_a_proxy_nobody_says_that_it_is() -> None:
    over_tls = Browser().get("/help/", secure=True)
    assert over_tls.headers["Strict-Transport-Security"] == "max-age=31536000"
    claimed = Browser().get("/help/", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in claimed.headers
