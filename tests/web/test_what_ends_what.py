"""The table of docs/explanation/sign-in.md, cell by cell: what ends with what, and what stays."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.people import keys, membership, second_factor_reset, sign_in_link
from shoplink.store.models import Person
from shoplink.store.people import calendar
from shoplink.store.people.keys import find_key
from tests.mailbox import Mailbox, receiving
from tests.store.commands import execute_accepted, put_shop
from tests.traceability import ROOT
from tests.web.test_sign_in import activated, code_in
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
OPERATOR = Actor("platform", "operator")
EMAIL, NEW = "lin@example.com", "another horse battery staple"


class Lin:
    """A person of two shops who has everything that lets somebody in."""

    def __init__(self, mailbox: Mailbox, *, proved: bool = True) -> None:
        self.mailbox = mailbox
        self.row = person(EMAIL, ("shop", "S1"), ("shop", "S2"))
        self.id = self.row.person_id
        self.here, self.there, self.forgetful = Browser(), Browser(), Browser()
        for browser in (self.here, self.there):
            browser.sign_in(EMAIL)
        activated(self.here)
        self.calendar = calendar.make_address(self.id, clock.now())
        self.key_id, self.key = keys.create_key(Actor("platform", self.id, self.id), "till", {"read"})
        if not proved:
            EmailAddress.objects.update(verified=False)
        self.forgetful.send("/sign-in/forgotten/", email=EMAIL)
        self.code = code_in(mailbox)

    def alive(self) -> dict[str, bool]:
        """What still works, by the columns of the table."""
        row = Person.objects.get(person_id=self.id)
        self.forgetful.send("/sign-in/forgotten/code/", code=self.code)
        new = self.forgetful.get("/sign-in/forgotten/new/")
        return {
            "other sessions": self.there.signed_in,
            "calendar address": Browser().get(f"/calendar/{self.calendar}.ics").status_code == 200,
            "password": row.is_active and row.check_password(PASSWORD),
            "second factor": Authenticator.objects.filter(user=row).exists(),
            "codes by e-mail": row.is_active and new.status_code == 200,
            "API keys made": find_key(self.key) is not None,
        }


def removed(lin: Lin) -> None:
    membership.remove(OPERATOR, lin.id, "shop", "S1")


def removed_from_the_last(lin: Lin) -> None:
    removed(lin)
    membership.remove(OPERATOR, lin.id, "shop", "S2")


def blocked(lin: Lin) -> None:
    membership.block(OPERATOR, lin.id)


def blocked_with_keys(lin: Lin) -> None:
    blocked(lin)
    keys.revoke_keys_of(OPERATOR, lin.id)


def new_password(lin: Lin) -> None:
    lin.here.send("/settings/security/password/", oldpassword=PASSWORD, password1=NEW, password2=NEW)


def new_address(lin: Lin) -> None:
    lin.here.send("/settings/address/", email="new@example.com", action_add="")
    lin.here.send("/sign-in/code/", code=code_in(lin.mailbox, "new@example.com"))


def proved(lin: Lin) -> None:
    lin.here.send("/settings/address/", email=EMAIL, action_send="")
    lin.here.send("/sign-in/code/", code=code_in(lin.mailbox))


def second_factor_reset_done(lin: Lin) -> None:
    second_factor_reset.request_reset(OPERATOR, lin.id)
    second_factor_reset.reset_due_second_factors(clock.now() + timedelta(hours=25))


EVENTS: dict[str, Callable[[Lin], None]] = {
    "removed from a place, acts elsewhere": removed,
    "removed from the last place": removed_from_the_last,
    "access blocked": blocked,
    "access blocked, keys revoked on the page": blocked_with_keys,
    "password changed": new_password,
    "address changed": new_address,
    "address proved for the first time": proved,
    "second factor reset": second_factor_reset_done,
}


def table() -> dict[str, dict[str, bool]]:
    """The table of the page: by event and column, whether it stays."""
    page = (ROOT / "docs" / "explanation" / "sign-in.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\|.*\|$", page.partition("**What ends what.**")[2], re.MULTILINE)
    ]
    columns = rows[0][1:]
    return {
        row[0]: {column: cell == "stays" for column, cell in zip(columns, row[1:], strict=True)}
        for row in rows[2:]
    }


def test_the_table_has_these_events() -> None:
    assert list(table()) == list(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_each_cell_of_the_table_is_so(event: str) -> None:
    execute_accepted(put_shop("S1"), put_shop("S2"))
    with receiving() as mailbox:
        lin = Lin(mailbox, proved="proved" not in event)
        EVENTS[event](lin)
        assert lin.alive() == table()[event]


def test_a_link_person_who_is_removed_keeps_nothing() -> None:
    execute_accepted(put_shop("S1"))
    secrets = []
    for _ in range(2):
        made = sign_in_link.issue_sign_in_link(OPERATOR, "shop", "S1", subject="u1")
        assert isinstance(made, sign_in_link.NewSignInLink)
        secrets.append(made.secret)
    browser = Browser()
    browser.send(f"/sign-in/link/{secrets[0]}/")
    one = Person.objects.get()
    address = calendar.make_address(one.person_id, clock.now())
    membership.remove(OPERATOR, one.person_id, "shop", "S1")
    assert not browser.signed_in
    assert Browser().get(f"/calendar/{address}.ics").status_code == 404
    assert sign_in_link.link_target(secrets[1]) is None
