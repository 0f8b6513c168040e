"""Members from invitation to removal, over HTTP, with a real SMTP conversation."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from shoplink.flows.people import membership
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.models import Person
from tests.mailbox import Mailbox, receiving
from tests.store.commands import execute_accepted, put_account, put_shop
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
MEMBERS = "/seller/S1/members/"


@pytest.fixture(autouse=True)
def world(database: str) -> None:  # noqa: ARG001 (in use)
    execute_accepted(put_shop("S1", name="Tea House"), put_shop("S2"), put_account("A1", handle="ada"))


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with receiving() as mailbox:
        yield mailbox


@pytest.fixture
def owner() -> Browser:
    person("owner@example.com", ("shop", "S1"), name="Olivia")
    browser = Browser()
    assert browser.sign_in("owner@example.com").status_code == 302
    return browser


def link_in(mailbox: Mailbox, email: str) -> str:
    found = re.search(r"https://links\.example\.com/join/\S+/", mailbox.text(email))
    assert found is not None
    return found[0]


def test_a_new_person_is_invited_signs_up_joins_acts_and_is_removed(owner: Browser, mailbox: Mailbox) -> None:
    assert owner.send(MEMBERS, place="shop", email="Wei@Example.com").status_code == 302
    assert "\u2068wei@example.com\u2069 is invited." in owner.look(MEMBERS)
    letter = mailbox.newest("wei@example.com")
    assert "Tea House" in letter["Subject"]
    assert "“Olivia” invites you to “Tea House”" in letter.get_content()
    assert "「Olivia」" in letter.get_content()
    link = link_in(mailbox, "wei@example.com")

    guest = Browser()
    page = guest.look(link)
    sign_up = re.search(r'href="(/sign-up/\?next=[^"]+)"', page)
    assert sign_up is not None
    assert "wei@example.com" in guest.look(sign_up[1])
    join = link.removeprefix("https://links.example.com")
    answer = guest.send(sign_up[1], name="Wei", password1=PASSWORD, next=join)
    assert (answer.status_code, answer.headers["Location"]) == (302, join)
    answer = guest.send(join)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/seller/S1/")
    assert "Wei" in guest.look(MEMBERS)

    wei = Person.objects.get(email="wei@example.com")
    remove = f"{MEMBERS}{wei.person_id}/"
    assert "can no longer act for <bdi>Tea House</bdi>" in owner.look(remove)
    assert owner.send(remove).status_code == 302
    assert "\u2068Wei\u2069 can no longer act here." in owner.look(MEMBERS)
    assert guest.get(MEMBERS).status_code == 302
    assert not guest.signed_in, "who is a member nowhere is signed out"
    assert list(verify(VerifyCounts())) == []


def test_a_person_who_can_already_sign_in_joins_after_signing_in(owner: Browser, mailbox: Mailbox) -> None:
    wei = person("wei@example.com")
    owner.send(MEMBERS, place="shop", email="wei@example.com")
    join = link_in(mailbox, "wei@example.com").removeprefix("https://links.example.com")
    guest = Browser()
    assert f"/sign-in/?next={join}" in guest.look(join)
    answer = guest.sign_in("wei@example.com", next=join)
    assert (answer.status_code, answer.headers["Location"]) == (302, join)
    guest.send(join)
    assert membership.places_of_person(wei.person_id).shops == ("S1",)


def test_an_invitation_is_of_no_use_to_somebody_else(owner: Browser, mailbox: Mailbox) -> None:
    mallory = person("mallory@example.com")
    owner.send(MEMBERS, place="shop", email="wei@example.com")
    join = link_in(mailbox, "wei@example.com").removeprefix("https://links.example.com")
    browser = Browser()
    browser.sign_in("mallory@example.com")
    assert "has a different address" in browser.look(join)
    browser.send(join)
    assert membership.places_of_person(mallory.person_id) == membership.Places()


def test_the_address_of_who_signs_up_is_that_of_the_invitation_whatever_is_sent(
    owner: Browser, mailbox: Mailbox
) -> None:
    owner.send(MEMBERS, place="shop", email="wei@example.com")
    join = link_in(mailbox, "wei@example.com").removeprefix("https://links.example.com")
    fields = {"name": "Wei", "email": "boss@example.com", "password1": PASSWORD, "next": join}
    Browser().send(f"/sign-up/?next={join}", **fields)
    assert [*Person.objects.filter(name="Wei").values_list("email", flat=True)] == ["wei@example.com"]


@pytest.mark.parametrize("query", ["", "?next=/", "?next=/join/nothing-of-this-kind-at-all/"])
def test_nobody_signs_up_without_an_invitation(query: str) -> None:
    browser = Browser()
    assert "You cannot sign up without an invitation" in browser.look(f"/sign-up/{query}")
    before = Person.objects.count()
    browser.send("/sign-up/", name="X", email="x@example.com", password1=PASSWORD, next="/")
    assert Person.objects.count() == before


def test_a_withdrawn_invitation_leads_nowhere(owner: Browser, mailbox: Mailbox) -> None:
    owner.send(MEMBERS, place="shop", email="wei@example.com")
    join = link_in(mailbox, "wei@example.com").removeprefix("https://links.example.com")
    waiting = membership.open_invitations("shop", "S1")[0]
    assert owner.send(MEMBERS, place="shop", withdraw=waiting.invitation_id).status_code == 302
    guest = Browser()
    assert "is no longer valid" in guest.look(join, status=404)
    assert "You cannot sign up without an invitation" in guest.look(f"/sign-up/?next={join}")


def test_looking_at_an_invitation_uses_nothing_up(owner: Browser, mailbox: Mailbox) -> None:
    owner.send(MEMBERS, place="shop", email="wei@example.com")
    join = link_in(mailbox, "wei@example.com").removeprefix("https://links.example.com")
    for _ in range(3):
        Browser().look(join)
    assert len(membership.open_invitations("shop", "S1")) == 1


def test_a_person_whose_language_is_known_is_invited_in_it_and_anybody_else_in_both(
    owner: Browser, mailbox: Mailbox
) -> None:
    wei = person("wei@example.com")
    wei.language = "zh"
    wei.save()
    owner.send(MEMBERS, place="shop", email="wei@example.com")
    owner.send(MEMBERS, place="shop", email="new@example.com")
    assert "invites you" not in mailbox.text("wei@example.com")
    assert "邀请您加入" in mailbox.text("wei@example.com")
    assert mailbox.text("new@example.com").index("invites you") < mailbox.text("new@example.com").index(
        "邀请您"
    )


def test_where_no_e_mail_can_be_sent_the_link_is_shown_once(owner: Browser, mailbox: Mailbox) -> None:
    mailbox.refusing = True
    page = owner.send(MEMBERS, place="shop", email="wei@example.com")
    found = re.search(r"https://links\.example\.com(/join/[^/\s]+/)", page.content.decode())
    assert page.status_code == 200
    assert found is not None
    assert "/join/" not in owner.look(MEMBERS)
    assert "wei@example.com" in Browser().look(found[1])


@pytest.mark.parametrize(("email", "status"), [("nobody", 422), ("owner@example.com", 409)])
def test_what_is_wrong_with_an_invitation_is_said_and_what_was_typed_is_kept(
    owner: Browser, email: str, status: int
) -> None:
    page = owner.send(MEMBERS, place="shop", email=email)
    assert page.status_code == status
    assert f'value="{email}"' in page.content.decode()


def test_the_last_member_is_asked_to_invite_somebody_first(owner: Browser) -> None:
    me = Person.objects.get(email="owner@example.com")
    page = owner.send(f"{MEMBERS}{me.person_id}/")
    assert (page.status_code, membership.places_of_person(me.person_id).shops) == (409, ("S1",))


def test_the_platform_invites_and_removes_members_of_any_shop_and_account(mailbox: Mailbox) -> None:
    person("ops@example.com", ("platform", ""), name="Olga")
    staff = Browser()
    staff.sign_in("ops@example.com")
    for place, subject, page in (
        ("shop", "S2", "/platform/shops/S2"),
        ("creator", "A1", "/platform/accounts/A1"),
    ):
        members = f"{page}/members/"
        assert members in staff.look(page)
        email = f"{place}@example.com"
        assert staff.send(members, place=place, email=email).status_code == 302
        assert link_in(mailbox, email)
        assert email in staff.look(members)
        her = person(
            f"her.{email}", ("shop", subject) if place == "shop" else ("creator", subject), name="Hera"
        )
        removal = f"{members}{her.person_id}/"
        assert removal in staff.look(members)
        assert staff.send(removal).status_code == 302
        assert removal not in staff.look(members)


@pytest.mark.usefixtures("mailbox")
def test_the_platform_has_no_limit_on_invitations_of_members_an_hour() -> None:
    person("ops@example.com", ("platform", ""))
    staff = Browser()
    staff.sign_in("ops@example.com")
    for number in range(40):
        members = "/platform/shops/S1/members/"
        assert staff.send(members, place="shop", email=f"{number}@example.com").status_code == 302
    assert len(membership.open_invitations("shop", "S1")) == 40


def test_members_of_what_is_not_on_record_are_no_page(owner: Browser) -> None:
    person("ops@example.com", ("platform", ""))
    staff = Browser()
    staff.sign_in("ops@example.com")
    for path in ("/platform/shops/S9/members/", "/platform/accounts/A9/members/"):
        assert staff.get(path).status_code == 404
    assert owner.get("/platform/shops/S1/members/").status_code == 404


def test_the_members_of_another_shop_cannot_be_told_from_those_of_none(owner: Browser) -> None:
    stranger = person("stranger@example.com", ("shop", "S2"))
    foreign, missing = owner.get("/seller/S2/members/"), owner.get("/seller/nothing/members/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    for path in (f"/seller/S2/members/{stranger.person_id}/", f"/seller/S1/members/{stranger.person_id}/"):
        assert owner.get(path).content == missing.content
    assert owner.get("/platform/staff/").content == missing.content
    assert owner.get("/creator/A1/members/").content == missing.content


def test_an_account_and_the_staff_have_members_too(mailbox: Mailbox) -> None:
    person("ada@example.com", ("creator", "A1"))
    boss = person("boss@example.com", ("platform", ""))
    creator, platform = Browser(), Browser("zh-CN")
    creator.sign_in("ada@example.com")
    platform.sign_in("boss@example.com")
    assert creator.send("/creator/A1/members/", email="friend@example.com").status_code == 302
    assert "ada" in mailbox.newest("friend@example.com")["Subject"]
    assert platform.send("/platform/staff/", place="support", email="agent@example.com").status_code == 302
    assert [one.email for one in membership.open_invitations("support", "")] == ["agent@example.com"]
    assert platform.send(f"/platform/staff/platform/{boss.person_id}/").status_code == 409


def test_the_statements_of_the_members_page_do_not_grow_with_members(owner: Browser) -> None:
    from django.db import connection  # noqa: PLC0415 (only here)
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 (only here)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.look(MEMBERS)
        return len(captured)

    owner.look(MEMBERS)
    before = statements()
    for number in range(5):
        person(f"more{number}@example.com", ("shop", "S1"))
    assert statements() == before


def test_what_people_call_themselves_is_no_address_in_an_invitation_and_costs_none(mailbox: Mailbox) -> None:
    """A name with a line break, as one stored before names had a grammar, once lost the invitation that was stored."""
    lure = "TikTok Security: verify at https://evil.example/login ."
    execute_accepted(replace(put_shop("S1"), name=f"{'Tea ' * 20}\r\nBcc: victim@example.com"))
    execute_accepted(replace(put_shop("S2"), name="ＷＷＷ.evil.example"))
    person("lure@example.com", ("shop", "S1"), ("shop", "S2"), name=lure)
    browser = Browser()
    assert browser.sign_in("lure@example.com").status_code == 302
    assert browser.send(MEMBERS, place="shop", email="a@example.com").status_code == 302
    letter = mailbox.newest("a@example.com")
    assert letter["Bcc"] is None
    assert letter["Subject"].strip().startswith(f"You are invited to “{('Tea ' * 20)[:39].rstrip()}…” / ")
    assert "lure@example.com invites you to “Tea Tea" in letter.get_content()
    assert "evil" not in letter.as_string()
    assert browser.send(MEMBERS.replace("S1", "S2"), place="shop", email="b@example.com").status_code == 302
    assert mailbox.newest("b@example.com")["Subject"].strip().startswith("You are invited to S2 / ")
