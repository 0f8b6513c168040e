"""Whose address it is: what proves it, what a link that was shown does not prove, and what ends with the proof."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import override_settings

from shoplink.config.sign_in import provider_settings
from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.people import membership
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import query
from shoplink.store.models import Person
from shoplink.store.people import calendar
from shoplink.store.people.membership import mark_mailed
from tests.mailbox import Mailbox, receiving
from tests.store.commands import execute_accepted, put_shop
from tests.web.provider import Provider, provider
from tests.web.test_providers import come_back
from tests.web.test_sign_in import activated, code_in
from tests.web.visitor import PASSWORD, Browser, person

CFO = "cfo@corp.example"
SELLER = "seller@example.com"
NEW = "another horse battery staple"
OPERATOR = Actor("platform", "shoplink staff")


@pytest.fixture(autouse=True)
def mailbox(database: str) -> Iterator[Mailbox]:  # noqa: ARG001 (in use)
    execute_accepted(put_shop("S1", name="Tea House"))
    with receiving() as mailbox:
        yield mailbox


@pytest.fixture
def sso() -> Iterator[Provider]:
    with provider() as server:
        environment = {
            "SHOPLINK_OIDC_ISSUER": server.issuer,
            "SHOPLINK_OIDC_CLIENT_ID": "shoplink",
            "SHOPLINK_OIDC_CLIENT_SECRET": "secret",
        }
        with override_settings(SOCIALACCOUNT_PROVIDERS=provider_settings(environment)):
            yield server


def shown_link(email: str = CFO, place: Any = "shop", subject_id: str = "S1") -> str:
    """The link of an invitation as the API answers it and as `shoplink staff add` prints it."""
    made = membership.invite(OPERATOR, place, subject_id, email)
    assert isinstance(made, membership.Invitation)
    return f"/join/{made.secret}/"


def squatted(mailbox: Mailbox) -> Browser:
    """A seller invites the address of somebody else, no e-mail leaves, and she opens the link herself."""
    person(SELLER, ("shop", "S1"))
    seller, squatter = Browser(), Browser()
    seller.sign_in(SELLER)
    mailbox.refusing = True
    page = seller.send("/seller/S1/members/", place="shop", email=CFO).content.decode()
    mailbox.refusing = False
    shown = re.search(r"https://links\.example\.com(/join/[^/\s]+/)", page)
    assert shown is not None
    squatter.send(f"/sign-up/?next={shown[1]}", name="Mallory", password1=PASSWORD, next=shown[1])
    assert squatter.send(shown[1]).headers["Location"] == "/seller/S1/"
    assert "cfo@corp.example (address not confirmed)" in seller.look("/seller/S1/members/")
    assert not EmailAddress.objects.get(email=CFO).verified
    activated(squatter)
    return squatter


def nothing_of_the_squatter_is_left(squatter: Browser) -> None:
    assert not squatter.signed_in
    again = Browser()
    again.sign_in(CFO)
    assert not again.signed_in
    assert squatter.get("/platform/").status_code == 302
    assert query("SELECT count(*) FROM mfa_authenticator") == [(0,)]


def test_who_squats_an_address_is_out_once_a_provider_proves_whose_it_is(
    sso: Provider, mailbox: Mailbox
) -> None:
    squatter = squatted(mailbox)
    begun = Browser()
    assert begun.sign_in(CFO).headers["Location"] == "/sign-in/second-step/", "a sign-in that waits half-way"
    join = shown_link(place="platform", subject_id="")
    sso.claims = {"sub": "7", "email": CFO, "email_verified": True, "name": "The CFO"}
    cfo = Browser()
    assert come_back(cfo, f"/sign-in/with/oidc/?next={join}").headers["Location"] == join  # type: ignore[attr-defined]
    assert cfo.send(join).headers["Location"] == "/platform/"
    assert cfo.get("/platform/").status_code == 200
    nothing_of_the_squatter_is_left(squatter)
    assert begun.get("/sign-in/second-step/").headers["Location"] == "/sign-in/"
    assert "confirmed as your address for the first time" in " ".join(
        letter.get_content() for letter in mailbox.letters if letter["X-Envelope-To"] == CFO
    )
    assert cfo.get("/platform/").status_code == 200


def test_who_squats_an_address_is_out_once_a_code_by_mail_proves_whose_it_is(mailbox: Mailbox) -> None:
    squatter = squatted(mailbox)
    squat = Person.objects.get(email=CFO)
    secret = calendar.make_address(squat.person_id, clock.now())
    cfo = Browser()
    cfo.send("/sign-in/forgotten/", email=CFO)
    cfo.send("/sign-in/forgotten/code/", code=code_in(mailbox, CFO))
    assert "confirmed as your address for the first time" in mailbox.text(CFO)
    answer = cfo.send("/sign-in/forgotten/new/", password1=NEW, password2=NEW)
    assert answer.headers["Location"] == "/sign-in/forgotten/done/"
    nothing_of_the_squatter_is_left(squatter)
    assert Browser().get(f"/calendar/{secret}.ics").status_code == 404
    after = Browser()
    after.sign_in(CFO, NEW)
    assert after.signed_in
    join = shown_link(place="platform", subject_id="")
    after.send(join)
    assert after.get("/platform/").status_code == 200
    assert squatter.get("/platform/").status_code == 302


def test_without_mail_and_provider_blocking_who_squats_an_address_frees_it(mailbox: Mailbox) -> None:
    squatter = squatted(mailbox)
    squat = Person.objects.get(email=CFO)
    assert membership.block(OPERATOR, squat.person_id) == ()
    assert not squatter.signed_in
    join = shown_link(place="platform", subject_id="")
    cfo = Browser()
    cfo.send(f"/sign-up/?next={join}", name="The CFO", password1=NEW, next=join)
    cfo.send(join)
    assert cfo.get("/platform/").status_code == 200
    assert Person.objects.get(email=CFO).person_id != squat.person_id


def test_only_a_secret_that_went_by_mail_alone_proves_an_address(mailbox: Mailbox) -> None:
    join = shown_link("shown@example.com")
    Browser().send(f"/sign-up/?next={join}", name="A", password1=PASSWORD, next=join)
    made = membership.invite(OPERATOR, "shop", "S1", "mailed@example.com")
    assert isinstance(made, membership.Invitation)
    mark_mailed(made.invitation_id)
    join = f"/join/{made.secret}/"
    Browser().send(f"/sign-up/?next={join}", name="B", password1=PASSWORD, next=join)
    proved = dict(EmailAddress.objects.values_list("email", "verified"))
    assert proved == {"shown@example.com": False, "mailed@example.com": True}
    assert mailbox.letters == []


def test_who_confirms_their_own_address_sets_a_new_password(mailbox: Mailbox) -> None:
    join = shown_link()
    browser, other = Browser(), Browser()
    browser.send(f"/sign-up/?next={join}", name="The CFO", password1=PASSWORD, next=join)
    other.sign_in(CFO)
    assert "Nobody has confirmed yet" in browser.look("/settings/address/")
    browser.send("/settings/address/", email=CFO, action_send="")
    assert browser.send("/sign-in/code/", code=code_in(mailbox, CFO)).status_code == 302
    assert EmailAddress.objects.get(email=CFO).verified
    assert (browser.signed_in, other.signed_in) == (False, False)
    assert "Set a new password" in mailbox.text(CFO)


@pytest.mark.parametrize(
    ("claim", "text_claims", "signs_in"),
    [
        (True, False, True),
        ("true", True, True),
        ("true", False, False),
        ("false", False, False),
        ("false", True, False),
        (1, True, False),
        (None, True, False),
    ],
)
def test_a_provider_vouches_for_an_address_only_with_a_plain_yes(
    sso: Provider,
    claim: object,
    text_claims: bool,  # noqa: FBT001 (a parameter)
    signs_in: bool,  # noqa: FBT001 (as above)
) -> None:
    person(SELLER)
    sso.claims = {"sub": "7", "email": SELLER.upper(), "email_verified": claim}
    environment = {
        "SHOPLINK_OIDC_ISSUER": sso.issuer,
        "SHOPLINK_OIDC_CLIENT_ID": "shoplink",
        "SHOPLINK_OIDC_CLIENT_SECRET": "secret",
        "SHOPLINK_OIDC_TEXT_CLAIMS": sso.issuer if text_claims else "https://other.example",
    }
    browser = Browser()
    with override_settings(SOCIALACCOUNT_PROVIDERS=provider_settings(environment)):
        come_back(browser, "/sign-in/with/oidc/")
    assert browser.signed_in is signs_in


def test_codes_and_links_die_when_the_address_that_they_were_sent_to_is_changed(mailbox: Mailbox) -> None:
    person(SELLER)
    lost, owner = Browser(), Browser()
    invited = membership.invite(OPERATOR, "platform", "", SELLER)
    assert isinstance(invited, membership.Invitation)
    lost.send("/sign-in/forgotten/", email=SELLER)
    old_code = code_in(mailbox, SELLER)
    owner.sign_in(SELLER)
    owner.reauthenticate()
    owner.send("/settings/address/", email="new@example.com", action_add="")
    owner.send("/sign-in/code/", code=code_in(mailbox, "new@example.com"))
    assert Person.objects.get().email == "new@example.com"
    assert membership.usable_invitation(invited.secret) is None
    assert [one.say() for one in verify(VerifyCounts())] == []
    assert owner.signed_in, "an address that was proved before is changed without ending anything else"
    lost.send("/sign-in/forgotten/code/", code=old_code)
    lost.send("/sign-in/forgotten/new/", password1=NEW, password2=NEW)
    after = Browser()
    after.sign_in("new@example.com", NEW)
    assert not after.signed_in
