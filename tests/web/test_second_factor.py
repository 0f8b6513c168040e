"""The life cycle of a second factor: another secret key, its rotation, and how strong it has to be."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import override_settings

from shoplink.config.secret_key import secret_keys
from shoplink.flows import clock
from shoplink.flows.people import second_factor_reset
from shoplink.flows.people.profile import change_profile
from shoplink.flows.people.second_factor import SecretKeyCheck, check_secrets, say_unreadable
from shoplink.flows.people.second_factor_reset import reset_due_second_factors
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query
from shoplink.store.models import Person
from shoplink.store.people.keys import every_key, find_key
from shoplink.wording import Tag, language_for
from tests.mailbox import Mailbox, receiving, settle_mail
from tests.web.form_client import hidden_fields
from tests.web.test_sign_in import activated, totp
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


def staff(browser: Browser, email: str = "boss@example.com") -> None:
    person(email, ("platform", ""), name="Boss")
    browser.sign_in(email)


def types() -> list[str]:
    return [row[0] for row in query("SELECT type FROM event WHERE type NOT LIKE 'member.%%' ORDER BY number")]


def test_a_lost_second_factor_is_reset_after_a_day_unless_it_stops_that(mailbox: Mailbox) -> None:
    lin = person(EMAIL, ("support", ""))
    owner, boss = Browser(), Browser("zh-CN")
    owner.sign_in(EMAIL)
    activated(owner)
    staff(boss)
    page = f"/platform/people/{lin.person_id}"
    assert "重置第二重验证" in boss.look(page)
    boss.send(page, do="reset_second_factor")
    assert "If you did not ask for this" in mailbox.text(EMAIL)
    boss.send(page, do="reset_second_factor")
    assert reset_due_second_factors(clock.now() + timedelta(hours=23)) == 0
    assert "asked to reset your second factor" in owner.look("/settings/security/")
    owner.send("/settings/security/", stop_reset="1")
    assert reset_due_second_factors(clock.now() + timedelta(hours=25)) == 0
    half = Browser()
    assert half.sign_in(EMAIL).headers["Location"] == "/sign-in/second-step/"

    boss.send(page, do="reset_second_factor")
    assert reset_due_second_factors(clock.now() + timedelta(hours=25)) == 1
    after = Browser()
    after.sign_in(EMAIL)
    assert after.signed_in
    assert types() == [
        "second_factor.reset_requested",
        "second_factor.reset_stopped",
        "second_factor.reset_requested",
        "second_factor.reset",
    ]
    assert "第二重验证已重置" in boss.look("/platform/audit")
    assert [one.say() for one in verify(VerifyCounts())] == []


@pytest.mark.parametrize(
    ("language", "requested", "done"),
    [
        ("en", ["Your second factor is to be reset"], ["Your second factor is reset"]),
        ("zh", ["您的第二重验证即将重置"], ["您的第二重验证已重置"]),
        (
            "",
            ["您的第二重验证即将重置", "Your second factor is to be reset"],
            ["您的第二重验证已重置", "Your second factor is reset"],
        ),
    ],
)
def test_the_person_is_told_of_the_request_and_of_the_reset_in_their_language(
    mailbox: Mailbox, language: str, requested: list[str], done: list[str]
) -> None:
    lin = person(EMAIL)
    owner, boss = Browser(), Browser()
    owner.sign_in(EMAIL)
    activated(owner)
    staff(boss)
    change_profile(lin.person_id, name="Lin", language=language, time_zone="Asia/Shanghai")
    boss.send(f"/platform/people/{lin.person_id}", do="reset_second_factor")
    assert _subjects(mailbox) == requested
    at = second_factor_reset.reset_due_at(lin.person_id)
    assert at is not None
    tags: list[Tag] = ["zh", "en"]
    for tag in tags:
        if language in {"", tag}:
            said = language_for(tag).instant(at, ZoneInfo("Asia/Shanghai"))
            assert said in mailbox.text(EMAIL), "in the person's time zone"
    assert reset_due_second_factors(clock.now() + timedelta(hours=25)) == 1
    settle_mail()
    assert _subjects(mailbox) == done
    assert "/settings/security/" in mailbox.text(EMAIL)
    sent = len(mailbox.letters)
    assert reset_due_second_factors(clock.now() + timedelta(hours=26)) == 0
    settle_mail()
    assert len(mailbox.letters) == sent


def _subjects(mailbox: Mailbox) -> list[str]:
    return [one.strip() for one in mailbox.newest(EMAIL)["Subject"].split("/")]


def test_who_has_no_second_factor_has_none_to_reset(mailbox: Mailbox) -> None:
    lin = person(EMAIL)
    boss = Browser()
    staff(boss)
    page = f"/platform/people/{lin.person_id}"
    boss.send(page, do="reset_second_factor")
    assert "They have no second factor: there is nothing to reset." in boss.look(page)
    assert types() == []
    assert mailbox.letters == []


def test_powerful_acts_ask_again_and_are_on_record() -> None:
    lin = person(EMAIL)
    boss = Browser()
    staff(boss)
    activated(boss)
    page = f"/platform/people/{lin.person_id}"
    acts = [
        ("/platform/keys", {"name": "till", "scope": "read"}),
        ("/platform/keys", {"do": "revoke", "key_id": "key_none"}),
        ("/platform/staff/", {"place": "platform", "email": "new@example.com"}),
        ("/platform/staff/", {"place": "support", "email": "new@example.com"}),
        (page, {"do": "block"}),
        (page, {"do": "restore"}),
        (page, {"do": "reset_second_factor"}),
        (page, {"do": "revoke_keys"}),
    ]
    late = Browser()
    late.cookies = boss.cookies
    with override_settings(CONFIRMED_SECONDS=0):
        for path, fields in acts:
            asked = late.send(path, **fields)
            assert asked.headers["Location"].startswith("/sign-in/again/second-step/?next="), (path, fields)
    assert types() == []
    boss.send("/sign-in/again/second-step/", code=totp(boss.totp_secret))  # type: ignore[attr-defined]
    key = re.search(
        r"shoplink_[\w-]+", boss.send("/platform/keys", name="till", scope="read").content.decode()
    )
    assert key is not None
    (made,) = every_key()
    assert "Boss" in boss.look("/platform/keys")
    for act in ("block", "restore"):
        boss.send(page, do=act, **hidden_fields(boss.look(page), {"do": act}))
    boss.send("/platform/keys", do="revoke", key_id=made.key_id)
    assert find_key(key[0]) is None
    assert types() == ["api_key.created", "access.blocked", "access.restored", "api_key.revoked"]
    audit = boss.look("/platform/audit")
    assert audit.count("Boss") >= 4
    assert f"The API key {made.key_id} was created, with the scopes read." in audit


def test_who_shuts_out_the_maker_of_keys_is_offered_to_end_them() -> None:
    boss, maker = Browser(), Browser()
    staff(boss)
    staff(maker, "maker@example.com")
    maker.send("/platform/keys", name="till", scope="read")
    page = f"/platform/people/{Person.objects.get(email='maker@example.com').person_id}"
    boss.send(page, do="block", **hidden_fields(boss.look(page), {"do": "block"}))
    assert not maker.signed_in
    (made,) = every_key()
    assert made.revoked_at is None
    assert f"till ({made.key_id})" in boss.look(page)
    boss.send(page, do="revoke_keys")
    assert every_key()[0].revoked_at is not None
    assert "till (" not in boss.look(page)
