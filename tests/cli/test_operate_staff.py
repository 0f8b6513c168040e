"""`shoplink staff` as processes: the first person is let in from this machine, and the last one can be removed."""

from pathlib import Path

import msgspec
import pytest
from allauth.mfa.models import Authenticator

from shoplink.flows.people import membership
from shoplink.store.database.owner import release_ownership, writing
from shoplink.store.models import Person
from shoplink.store.people import membership as store
from tests.cli.test_operate_serve import shoplink


def secret_of(link: str) -> str:
    assert link.startswith("http://localhost:8000/join/")
    return link.strip().removesuffix("/").rpartition("/")[2]


def test_the_link_of_the_first_person_lets_them_in(database: str, tmp_path: Path) -> None:
    done = shoplink(database, tmp_path, "staff", "add", "Mei@Example.com")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1, "piped, it is the link alone"
    person_id = store.add_person(name="Mei", email="mei@example.com")
    invited = membership.usable_invitation(secret_of(done.stdout))
    assert invited is not None
    assert membership.join(person_id, invited) == ()
    assert membership.places_of_person(person_id) == membership.Places(platform=True)
    listed = shoplink(database, tmp_path, "staff", "list").stdout
    assert listed.split("\t")[:3] == ["platform", "mei@example.com", "Mei"]
    release_ownership()
    done = shoplink(database, tmp_path, "staff", "remove", "MEI@example.com")
    assert (done.returncode, membership.places_of_person(person_id)) == (0, membership.Places())


def test_staff_of_support_is_listed_as_invited(database: str, tmp_path: Path) -> None:
    done = shoplink(database, tmp_path, "staff", "add", "wei@example.com", "--place", "support", "--json")
    assert msgspec.json.decode(done.stdout).keys() == {"link", "expires_at"}
    listed = msgspec.json.decode(shoplink(database, tmp_path, "staff", "list", "--json").stdout)
    assert (listed["place"], listed["email"]) == ("support", "wei@example.com")
    assert listed["invited_until"].endswith("Z")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("add", "mei"), "'mei' is not an e-mail address"),
        (("remove", "nobody@example.com"), "'nobody@example.com' is not a member"),
    ],
)
def test_what_is_not_done_says_why(
    database: str, tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    done = shoplink(database, tmp_path, "staff", *arguments)
    assert (done.returncode, done.stderr) == (1, f"{why}\n")


def test_the_operator_blocks_and_restores_access(database: str, tmp_path: Path) -> None:
    person_id = store.add_person(name="Mei", email="mei@example.com")
    release_ownership()
    for command, allowed in (("block", False), ("restore", True)):
        done = shoplink(database, tmp_path, "people", command, "Mei@Example.com")
        assert (done.returncode, done.stderr) == (0, "")
        found = store.person_of(person_id)
        assert found is not None
        assert found.is_active is allowed
    done = shoplink(database, tmp_path, "people", "reset-second-factor", "Mei@Example.com")
    assert (done.returncode, done.stderr) == (
        1,
        "mei@example.com has no second factor: there is nothing to reset\n",
    )
    with writing():
        Authenticator.objects.create(
            user=Person.objects.get(person_id=person_id), type=Authenticator.Type.TOTP, data={"secret": "x"}
        )
    release_ownership()
    done = shoplink(database, tmp_path, "people", "reset-second-factor", "Mei@Example.com")
    assert done.stdout.startswith("mei@example.com: the second factor is reset at 20")
    assert done.stderr == "no e-mail could be sent to them: tell them yourself\n"
    done = shoplink(database, tmp_path, "people", "reset-second-factor", "Mei@Example.com")
    assert (done.returncode, done.stdout) == (0, "mei@example.com: a reset was requested before\n")
    done = shoplink(database, tmp_path, "people", "block", "nobody@example.com")
    assert (done.returncode, done.stderr) == (1, "nobody has the address 'nobody@example.com'\n")
