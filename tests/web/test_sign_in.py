"""Sign-in: who gets in, who does not, what pages do not disclose, and what ends a session."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.test import override_settings

from shoplink.core import PutShop
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.demo.links import DEMO_ACTOR
from shoplink.demo.personas import is_demo
from shoplink.flows import clock
from shoplink.flows.people import membership, sign_in_link
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query
from shoplink.store.models import Person
from shoplink.store.people.sessions import sessions_of
from shoplink.web.people.device import device_name
from tests.mailbox import Mailbox, receiving, settle_mail
from tests.store.commands import execute_accepted, put_account, put_shop
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
EMAIL = "lin@example.com"
PLATFORM = Actor("platform", "back-office")


@pytest.fixture(autouse=True)
def mailbox(database: str) -> Iterator[Mailbox]:  # noqa: ARG001 (in use)
    execute_accepted(put_shop("S1", name="Tea House"), put_account("A1"))
    with receiving() as mailbox:
        yield mailbox


def in_place(browser: Browser) -> int:
    return browser.get("/seller/S1/members/").status_code


def code_in(mailbox: Mailbox, email: str = EMAIL) -> str:
    settle_mail()
    found = re.search(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\s*$", mailbox.text(email), re.MULTILINE)
    assert found is not None, mailbox.text(email)
    return found[1]


def test_an_address_in_any_case_and_its_password_sign_in() -> None:
    person(EMAIL, ("shop", "S1"))
    browser = Browser()
    assert in_place(browser) == 302
    answer = browser.sign_in("LIN@Example.com")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert in_place(browser) == 200


def test_a_wrong_password_and_an_unknown_address_are_answered_alike() -> None:
    person(EMAIL)
    pages = [Browser().sign_in(*who) for who in ((EMAIL, "wrong-wrong"), ("who@example.com", "wrong-wrong"))]
    texts = [re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages]
    assert [page.status_code for page in pages] == [200, 200]
    assert texts[0] == texts[1]
    assert "The address or the password is wrong." in texts[0]


def test_guessing_a_password_is_stopped() -> None:
    person(EMAIL)
    browser = Browser()
    for _ in range(5):
        browser.sign_in(EMAIL, "wrong-wrong")
    page = browser.sign_in(EMAIL)
    assert not browser.signed_in
    assert "Too many attempts failed." in page.content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(target: str) -> None:
    person(EMAIL)
    assert Browser().sign_in(EMAIL, next=target).headers["Location"] == "/"
    signed_in = Browser()
    signed_in.sign_in(EMAIL)
    again = signed_in.get("/sign-in/", {"next": target})
    assert again.headers["Location"] == "/"


def test_a_visitor_returns_to_the_page_after_signing_in() -> None:
    person(EMAIL, ("shop", "S1"))
    browser = Browser()
    sent = browser.get("/seller/S1/members/").headers["Location"]
    assert sent == "/sign-in/?next=%2Fseller%2FS1%2Fmembers%2F"
    assert browser.sign_in(EMAIL, next="/seller/S1/members/").headers["Location"] == "/seller/S1/members/"


def test_a_forged_form_signs_nobody_in() -> None:
    person(EMAIL)
    browser = Browser()
    assert browser.post("/sign-in/", {"login": EMAIL, "password": PASSWORD}).status_code == 403
    assert not browser.signed_in


def test_a_blocked_person_is_signed_out_at_the_next_request_and_cannot_sign_in() -> None:
    person(EMAIL, ("shop", "S1"))
    browser = Browser()
    browser.sign_in(EMAIL)
    assert in_place(browser) == 200
    with writing():
        execute("UPDATE person SET is_active = false")
    assert in_place(browser) == 302
    Browser().sign_in(EMAIL)
    assert not browser.signed_in


def test_a_page_that_is_looked_at_writes_nothing() -> None:
    person(EMAIL, ("shop", "S1"))
    browser = Browser()
    browser.sign_in(EMAIL)

    def everything() -> list[object]:
        sessions = [*Session.objects.order_by("pk").values_list()]
        return [sessions, query("SELECT * FROM person"), query("SELECT * FROM usersessions_usersession")]

    before = everything()
    for path in (
        "/seller/S1/members/",
        "/settings/",
        "/settings/security/",
        "/settings/security/sessions/",
        "/",
    ):
        browser.get(path)
    assert everything() == before


def test_sessions_are_listed_and_each_can_be_ended_from_another() -> None:
    lin = person(EMAIL)
    phone, desk, forgotten = Browser(), Browser(), Browser()
    for browser, agent in ((phone, "Phone/1"), (desk, "Desk/2"), (forgotten, "Cafe/3")):
        browser.defaults["HTTP_USER_AGENT"] = agent
        browser.sign_in(EMAIL)
    page = phone.look("/settings/security/sessions/")
    assert all(agent in page for agent in ("Phone/1", "Desk/2", "Cafe/3"))
    cafe = next(one for one in sessions_of(lin.person_id, clock.now()) if one.browser == "Cafe/3")
    phone.send("/settings/security/sessions/", session=str(cafe.number))
    assert (phone.signed_in, desk.signed_in, forgotten.signed_in) == (True, True, False)
    phone.send("/settings/security/sessions/", session="others")
    assert (phone.signed_in, desk.signed_in) == (True, False)
    assert len(sessions_of(lin.person_id, clock.now())) == 1


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "Chrome · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54",
            "WeChat Browser · iOS",
        ),
        ("shop-script", "shop-script"),
        ("", ""),
    ],
)
def test_a_device_is_called_what_people_call_it(header: str, name: str) -> None:
    assert device_name(header) == name


def test_nobody_ends_somebody_elses_session() -> None:
    lin = person(EMAIL)
    person("mallory@example.com")
    victim, mallory = Browser(), Browser()
    victim.sign_in(EMAIL)
    mallory.sign_in("mallory@example.com")
    theirs = sessions_of(lin.person_id, clock.now())[0]
    mallory.send("/settings/security/sessions/", session=str(theirs.number))
    assert victim.signed_in


def test_a_new_password_signs_every_other_device_out(mailbox: Mailbox) -> None:
    person(EMAIL)
    here, there = Browser(), Browser()
    here.sign_in(EMAIL)
    there.sign_in(EMAIL)
    new = "another horse battery staple"
    answer = here.send("/settings/security/password/", oldpassword=PASSWORD, password1=new, password2=new)
    assert answer.status_code == 302
    assert (here.signed_in, there.signed_in) == (True, False)
    assert "password was changed" in mailbox.newest(EMAIL)["Subject"]
    assert "network address 127.0.0.1" in mailbox.text(EMAIL)


def test_a_forgotten_password_is_set_anew_with_a_code_by_e_mail(mailbox: Mailbox) -> None:
    person(EMAIL)
    browser = Browser()
    assert browser.send("/sign-in/forgotten/", email=EMAIL).status_code == 302
    answer = browser.send("/sign-in/forgotten/code/", code=code_in(mailbox))
    assert answer.headers["Location"] == "/sign-in/forgotten/new/"
    new = "another horse battery staple"
    browser.send("/sign-in/forgotten/new/", password1=new, password2=new)
    after = Browser()
    after.sign_in(EMAIL, new)
    assert after.signed_in


def test_a_forgotten_password_tells_nobody_who_has_an_account(mailbox: Mailbox) -> None:
    person(EMAIL)
    answers = [Browser().send("/sign-in/forgotten/", email=email) for email in (EMAIL, "who@example.com")]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, "/sign-in/forgotten/code/")
    }
    settle_mail()
    assert [letter["X-Envelope-To"] for letter in mailbox.letters] == [EMAIL]


def test_an_address_is_changed_once_its_code_is_entered(mailbox: Mailbox) -> None:
    lin = person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    browser.reauthenticate()
    browser.send("/settings/address/", email="new@example.com", action_add="")
    assert Person.objects.get(pk=lin.pk).email == EMAIL
    browser.send("/sign-in/code/", code=code_in(mailbox, "new@example.com"))
    assert Person.objects.get(pk=lin.pk).email == "new@example.com"


def totp(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    code: str = format_hotp_value(hotp_value(secret, counter))
    return code


def activated(browser: Browser) -> list[str]:
    """Add an authenticator app, and return the recovery codes."""
    browser.reauthenticate()
    secret = re.search(r'id="totp-key"[^>]*>([A-Z2-7]+)<', browser.look("/settings/security/app/"))
    assert secret is not None
    answer = browser.send("/settings/security/app/", code=totp(secret[1]))
    assert answer.headers["Location"] == "/settings/security/codes/"
    browser.totp_secret = secret[1]  # type: ignore[attr-defined]
    return re.findall(r"<li><code[^>]*>([^<]+)</code>", browser.look("/settings/security/codes/"))


def test_with_an_authenticator_app_a_password_alone_lets_nobody_in(mailbox: Mailbox) -> None:
    person(EMAIL, ("shop", "S1"))
    browser = Browser()
    browser.sign_in(EMAIL)
    codes = activated(browser)
    assert len(codes) == 10
    assert "Sign-in now requires a code" in [letter["Subject"] for letter in mailbox.letters]
    stored = str(query("SELECT data FROM mfa_authenticator"))
    assert browser.totp_secret not in stored  # type: ignore[attr-defined]

    other = Browser()
    assert other.sign_in(EMAIL, next="/seller/S1/members/").headers["Location"] == "/sign-in/second-step/"
    assert in_place(other) == 302
    assert "This code is wrong" in other.send("/sign-in/second-step/", code="000000").content.decode()
    assert in_place(other) == 302
    answer = other.send("/sign-in/second-step/", code=codes[0])
    assert answer.status_code == 302
    assert in_place(other) == 200

    third = Browser()
    third.sign_in(EMAIL)
    third.send("/sign-in/second-step/", code=codes[0])
    assert not third.signed_in, "a recovery code works once"


def test_the_app_can_be_removed_again(mailbox: Mailbox) -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    activated(browser)
    assert browser.send("/settings/security/app/remove/").status_code == 302
    other = Browser()
    other.sign_in(EMAIL)
    assert other.signed_in
    assert "no longer requires a code" in mailbox.newest(EMAIL)["Subject"]


def test_security_settings_require_reauthentication() -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    paths = [f"/settings/security/{path}" for path in ("app/", "passkeys/add/", "codes/new/")]
    assert browser.get(paths[0]).status_code == 200, "who has just signed in is not asked again"
    with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=0):
        for path in paths:
            assert browser.get(path).headers["Location"].startswith("/sign-in/again/"), path


@pytest.mark.parametrize(
    ("language", "foreign"),
    [("en", r"Forgot your|Your name"), ("zh-CN", r"This password|must contain|[>\s]你")],
)
def test_a_form_keeps_its_words_after_an_error(language: str, foreign: str) -> None:
    person(EMAIL)
    made = membership.invite(PLATFORM, "shop", "S1", "new@example.com")
    assert isinstance(made, membership.Invitation)
    join = f"/join/{made.secret}/"
    forms = {
        "/sign-in/": {"login": EMAIL, "password": "wrong-wrong"},
        f"/sign-up/?next={join}": {"name": "", "password1": "1234567", "next": join},
        "/sign-in/forgotten/": {"email": "no address"},
    }
    browser = Browser(language)
    for path, fields in forms.items():
        first = browser.look(path)
        page = browser.send(path, **fields).content.decode()
        said = re.compile(r"<label[^>]*>\s*([^<]+?)\s*<")
        assert said.findall(page) == said.findall(first), path
        assert not re.search(foreign, page), path
    for wrong in ("short-one", "password1234", "1234567890123", "new@example"):
        page = browser.send(f"/sign-up/?next={join}", name="New", password1=wrong, next=join).content.decode()
        assert "field-error" in page, wrong
        assert not re.search(foreign, page), wrong


def test_a_passkey_is_asked_for_with_options_of_this_service() -> None:
    person(EMAIL)
    browser = Browser()
    options = browser.get("/sign-in/passkey/", headers={"X-Requested-With": "XMLHttpRequest"}).json()
    assert options["request_options"]["publicKey"]["rpId"] == "localhost"
    browser.sign_in(EMAIL)
    browser.reauthenticate()
    page = browser.look("/settings/security/passkeys/add/")
    assert '"creation_options"' in page
    assert "You have no passkey." in browser.look("/settings/security/passkeys/")
    refused = browser.send("/settings/security/passkeys/add/", name="Laptop", credential="{}")
    assert refused.status_code == 200
    assert query("SELECT count(*) FROM mfa_authenticator") == [(0,)]


def test_a_person_changes_their_name_language_and_time_zone() -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    browser.send("/settings/", name="林岚", language="zh", time_zone="Asia/Shanghai")
    page = browser.look("/settings/")
    assert "林岚" in page
    assert 'lang="zh-hans"' in page
    wrong = browser.send("/settings/", name="", language="fr", time_zone="Mars/Olympus")
    assert wrong.status_code == 422
    assert Person.objects.get().name == "林岚"


def test_who_never_said_how_they_read_reads_as_the_browser_that_they_sign_in_with() -> None:
    """E-mails and calendars need a stored language and time zone."""
    person(EMAIL)
    browser = Browser("zh-CN")
    browser.cookies["zone"] = "Asia%2FShanghai"
    browser.sign_in(EMAIL)
    assert [*Person.objects.values_list("language", "time_zone")] == [("zh", "Asia/Shanghai")]
    elsewhere = Browser("en")
    elsewhere.cookies["zone"] = "Europe%2FLondon"
    elsewhere.sign_in(EMAIL)
    assert [*Person.objects.values_list("language", "time_zone")] == [("zh", "Asia/Shanghai")], "that stays"


def test_a_browser_that_says_no_time_zone_leaves_it_open() -> None:
    person(EMAIL)
    browser = Browser()
    browser.cookies["zone"] = "Mars/Olympus"
    browser.sign_in(EMAIL)
    assert [*Person.objects.values_list("language", "time_zone")] == [("en", "")]


def test_the_switch_of_the_page_changes_the_language_that_was_chosen() -> None:
    lin = person(EMAIL)
    lin.language = "zh"
    lin.save()
    browser = Browser()
    browser.sign_in(EMAIL)
    assert 'lang="zh-hans"' in browser.look("/settings/")
    page = browser.send("/settings/", switch_language="en", name="typed", language="", time_zone="")
    assert 'value="typed"' in page.content.decode()
    assert 'lang="en"' in browser.look("/settings/")
    assert Person.objects.get().name == "Lin"


def new_sign_in_link(place: sign_in_link.Subject = "shop", subject_id: str = "S1", **how: str) -> str:
    made = sign_in_link.issue_sign_in_link(PLATFORM, place, subject_id, **{"subject": "u1", **how})  # type: ignore[arg-type]
    assert isinstance(made, sign_in_link.NewSignInLink)
    return f"/sign-in/link/{made.secret}/"


def test_a_hand_off_link_signs_in_once_and_leads_where_it_says() -> None:
    link = new_sign_in_link(path="/seller/S1/members/")
    browser = Browser()
    for _ in range(2):
        assert "Continue as <bdi>Tea House · u1" in browser.look(link)
    answer = browser.send(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/seller/S1/members/")
    assert in_place(browser) == 200
    assert "signs in through the platform" in browser.look("/seller/S1/members/")
    other = Browser()
    assert "is no longer valid" in other.look(link, status=404)
    assert other.send(link).status_code == 404
    assert in_place(other) == 302


def test_a_sign_in_link_signs_out_the_person_before() -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    link = new_sign_in_link()
    assert "You are signed in as <bdi>Lin</bdi>. Continuing signs you out there first." in browser.look(link)
    browser.send(link)
    assert "You sign in only with links from the platform" in browser.look("/settings/")


def test_a_hand_off_person_stays_for_hours_invites_nobody_and_is_renamed_by_nobody() -> None:
    browser = Browser()
    browser.send(new_sign_in_link())
    assert browser.cookies["session"]["max-age"] == 8 * 3600
    one = Person.objects.get()
    (session,) = sessions_of(one.person_id, clock.now())
    assert session.until - clock.now() < timedelta(hours=8, minutes=1)
    page = browser.send("/seller/S1/members/", email="friend@example.com")
    assert "such people invite nobody" in page.content.decode()
    assert membership.open_invitations("shop", "S1") == []
    browser.send("/settings/", name="TikTok Support", language="en", time_zone="")
    assert [*Person.objects.values_list("name", "language")] == [("Tea House · u1", "en")]


def test_a_hand_off_person_has_no_other_way_in() -> None:
    browser = Browser()
    browser.send(new_sign_in_link())
    one = Person.objects.get()
    assert (one.email, one.has_usable_password()) == (None, False)
    for path in ("", "password/new/", "passkeys/add/", "app/", "providers/"):
        assert browser.get(f"/settings/security/{path}").status_code == 404, path
    assert membership.places_of_person(one.person_id).shops == ("S1",)


def test_a_person_without_places_is_told_so_and_not_asked_to_sign_in_again() -> None:
    person(EMAIL)
    browser = Browser()
    browser.sign_in(EMAIL)
    page = browser.look("/").partition('id="content"')[2]
    assert "You do not act for anybody yet" in page
    assert "can invite you" in page
    for way in ('href="/inbox/"', 'href="/settings/"', 'action="/sign-out/"'):
        assert way in page
    assert 'href="/sign-in/"' not in page
    assert 'href="/sign-in/"' in Browser().look("/").partition('id="content"')[2]


def test_no_crumb_leads_a_hand_off_person_to_a_page_that_they_have_not() -> None:
    crumb = re.compile(r'breadcrumb-item"><a href="([^"]+)"')
    person(EMAIL)
    own, handed = Browser(), Browser()
    own.sign_in(EMAIL)
    handed.send(new_sign_in_link())
    assert crumb.findall(own.look("/settings/security/sessions/")) == ["/settings/", "/settings/security/"]
    assert crumb.findall(handed.look("/settings/security/sessions/")) == ["/settings/"]


@pytest.mark.parametrize(("place", "subject_id"), [("shop", "S2"), ("creator", "A1")])
def test_who_is_handed_off_for_what_has_no_name_goes_by_its_id(
    place: sign_in_link.Subject, subject_id: str
) -> None:
    execute_accepted(put_shop("S2"))
    browser, link = Browser(), new_sign_in_link(place, subject_id)
    assert f"Continue as <bdi>{subject_id} · u1" in browser.look(link)
    browser.send(link)
    assert f'<span class="person-name">{subject_id} · u1</span>' in browser.look("/settings/")


def test_who_is_signed_in_without_a_name_finds_the_settings_and_the_way_out() -> None:
    browser = Browser()
    browser.send(new_sign_in_link())
    Person.objects.update(name="")
    page = browser.look("/seller/S1/")
    assert 'href="/settings/"' in page
    assert "Sign out" in page
    assert 'href="/sign-in/"' not in page


@pytest.mark.parametrize("provider", ["oidc", "tiktok", "nothing"])
def test_a_provider_that_is_not_configured_is_not_there(provider: str) -> None:
    browser = Browser()
    assert "/sign-in/with/" not in browser.look("/sign-in/")
    assert browser.get(f"/sign-in/with/{provider}/").status_code == 404
    assert browser.get(f"/sign-in/with/{provider}/back/").status_code == 404


def test_no_caller_turns_a_database_into_a_demo() -> None:
    """The first event by the demo's actor, and its personas, were once enough."""
    execute_accepted(
        PutShop(at=BEGINNING, by=DEMO_ACTOR, shop_id="S9", market="GB", enrolment="open", name="Nine")
    )
    person("mei@demo.example", ("shop", "S1"))
    assert not is_demo()
    browser = Browser()
    assert browser.get("/demo").status_code == 404
    browser.sign_in("mei@demo.example")
    browser.cookies["network"] = "ID"
    assert "chosen here" not in browser.look("/seller/S1/")


def test_outside_the_demo_nobody_signs_in_with_a_click() -> None:
    person("mei@example.com", ("shop", "S1"))
    with writing():
        execute("UPDATE person SET person_id = 'person_mei'")
    browser = Browser()
    assert browser.get("/demo").status_code == 404
    assert browser.send("/demo", persona="mei").status_code == 404
    assert not browser.signed_in
