"""The sign-in pages that other pages lead to: each can be reached in both languages and has its heading."""

import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import pytest

from shoplink.core.facts import Actor
from shoplink.flows.people import membership, sign_in_link
from shoplink.web.people.account_mail import ACCOUNT_MAILS
from tests.mailbox import Mailbox, receiving
from tests.store.commands import execute_accepted, put_shop
from tests.web.test_sign_in import activated, code_in
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
EMAIL = "lin@example.com"
PLATFORM = Actor("platform", "test")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def mailbox(database: str) -> Iterator[Mailbox]:  # noqa: ARG001 (in use)
    execute_accepted(put_shop("S1", name="Tea House"))
    with receiving() as mailbox:
        yield mailbox


def check(browser: Browser, path: str, status: int = 200) -> None:
    """Check that a page has a heading in the reader's language."""
    page = browser.look(path, status)
    heading = re.search(r'<h1 class="page-title">(.*?)</h1>', page, re.DOTALL)
    assert heading is not None, path
    chinese = browser.defaults["HTTP_ACCEPT_LANGUAGE"].startswith("zh")
    assert bool(CHINESE.search(heading[1])) is chinese, (path, heading[1])
    assert heading[1].strip(), path


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_secures_a_sign_in(language: str) -> None:
    person(EMAIL)
    browser = Browser(language)
    browser.sign_in(EMAIL)
    check(browser, "/sign-in/again/?next=/settings/")
    check(browser, "/settings/security/password/")
    codes = activated(browser)
    for path in (
        "app/remove/",
        "codes/",
        "codes/new/",
        "passkeys/",
        "passkeys/add/",
        "sessions/",
        "providers/",
    ):
        check(browser, f"/settings/security/{path}")
    check(browser, "/sign-in/again/second-step/?next=/settings/")
    assert browser.get("/settings/security/codes/file/").content.decode().split() == codes
    other = Browser(language)
    other.sign_in(EMAIL)
    check(other, "/sign-in/second-step/")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_new_password(language: str, mailbox: Mailbox) -> None:
    person(EMAIL)
    browser = Browser(language)
    browser.send("/sign-in/forgotten/", email=EMAIL)
    check(browser, "/sign-in/forgotten/code/")
    browser.send("/sign-in/forgotten/code/", code=code_in(mailbox))
    check(browser, "/sign-in/forgotten/new/")
    refused = browser.send("/sign-in/forgotten/new/", password1="1234567890", password2="1234567890")
    assert refused.status_code == 200
    browser.send("/sign-in/forgotten/new/", password1=PASSWORD + "!", password2=PASSWORD + "!")
    check(browser, "/sign-in/forgotten/done/")
    assert bool(CHINESE.search(mailbox.text(EMAIL))) is (language == "zh-CN")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_another_address(language: str) -> None:
    person(EMAIL)
    browser = Browser(language)
    browser.sign_in(EMAIL)
    browser.reauthenticate()
    browser.send("/settings/address/", email="new@example.com", action_add="")
    check(browser, "/sign-in/code/")
    check(browser, "/settings/address/")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_ways_to_arrive(language: str) -> None:
    made = membership.invite(PLATFORM, "shop", "S1", EMAIL)
    assert isinstance(made, membership.Invitation)
    join = f"/join/{made.secret}/"
    browser = Browser(language)
    check(browser, join)
    check(browser, f"/sign-up/?next={join}")
    check(browser, "/sign-up/")
    check(browser, "/join/nothing-of-this-kind-is-here/", 404)
    link = sign_in_link.issue_sign_in_link(PLATFORM, "shop", "S1", subject="u1")
    assert isinstance(link, sign_in_link.NewSignInLink)
    check(browser, f"/sign-in/link/{link.secret}/")
    check(browser, "/sign-in/link/nothing-of-this-kind-is-here/", 404)
    check(browser, "/sign-in/failed/", 401)
    person(EMAIL)
    browser.sign_in(EMAIL)
    check(browser, join)
    browser.send(join)
    check(browser, "/seller/S1/members/")


def test_every_e_mail_of_allauth_has_its_words() -> None:
    templates = Path(allauth.__file__).parent / "templates"
    theirs = {
        str(path.relative_to(templates)).removesuffix("_subject.txt")
        for path in templates.glob("*/email/*_subject.txt")
    }
    never_sent = {
        "account/email/password_reset_key",
        "account/email/login_code",
        "account/email/unknown_account",
    }
    assert theirs - never_sent == ACCOUNT_MAILS.keys()
