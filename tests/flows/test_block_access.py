"""Who is shut out acts nowhere, is signed in nowhere and signs in no more; each place they left is an event."""

import pytest
from django.test import Client

from shoplink.core.facts import Actor
from shoplink.core.people.facts import PlaceKey
from shoplink.core.reasons import Reason
from shoplink.flows import clock
from shoplink.flows.people import membership
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import query
from shoplink.store.models import Person
from shoplink.store.people import calendar
from shoplink.store.people import membership as store
from tests.web.desk import signed_in

pytestmark = pytest.mark.usefixtures("database")

OPERATOR = Actor("platform", "operator")


def somebody(*places: PlaceKey, email: str = "lin@example.com") -> str:
    person_id = store.add_person(name="Lin", email=email)
    for place, subject_id in places:
        membership.add(OPERATOR, person_id, place, subject_id)
    return person_id


def browser(person_id: str) -> Client:
    client = signed_in(Person.objects.get(person_id=person_id))
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def test_who_is_shut_out_is_out_at_once_and_everywhere() -> None:
    person_id = somebody(("shop", "S1"), ("creator", "A1"), ("support", ""))
    with writing():
        secret = calendar.make_address(person_id, clock.now())
    client = browser(person_id)
    assert client.get("/settings/").status_code == 200
    assert membership.block(OPERATOR, person_id) == ()
    assert client.get("/settings/").status_code == 302
    assert membership.places_of_person(person_id) == membership.Places()
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    left = query("SELECT type, shop_id, account_id FROM event WHERE type = 'member.removed' ORDER BY number")
    assert {row[1:] for row in left} == {("S1", None), (None, "A1"), (None, None)}
    assert [one.say() for one in verify(VerifyCounts())] == []


def test_a_password_lets_nobody_in_who_is_shut_out_and_again_once_they_are_let_in() -> None:
    person_id = somebody(("shop", "S1"))
    person = Person.objects.get(person_id=person_id)
    person.set_password("a good long password")
    with writing():
        person.save()
    client = Client(SERVER_NAME="localhost")
    typed = {"login": "lin@example.com", "password": "a good long password"}
    membership.block(OPERATOR, person_id)
    client.post("/sign-in/", typed)
    assert client.get("/settings/").status_code == 302
    assert membership.restore(OPERATOR, person_id) == ()
    client.post("/sign-in/", typed)
    assert client.get("/settings/").status_code == 200
    assert membership.places_of_person(person_id) == membership.Places(), "need new invitations to act"


def test_the_last_of_the_platforms_staff_is_shut_out_only_on_the_machine_itself() -> None:
    person_id = somebody(("platform", ""), ("shop", "S1"))
    assert membership.block(Actor("platform", person_id, person_id), person_id) == (
        Reason("member.last", "platform", params={"place": "platform"}),
    )
    assert membership.places_of_person(person_id) == membership.Places(shops=("S1",), platform=True)
    assert membership.block(OPERATOR, person_id) == ()


def test_the_last_of_a_shop_is_shut_out_and_whoever_is_unknown_is_not() -> None:
    person_id = somebody(("shop", "S1"))
    assert membership.block(Actor("platform", "person_x", "person_x"), person_id) == ()
    assert membership.members("shop", "S1") == []
    assert (
        membership.block(OPERATOR, "person_nobody")
        == membership.restore(OPERATOR, "person_nobody")
        == (Reason("person.not_found", "nobody"),)
    )
    assert membership.block(OPERATOR, person_id) == (), "shut out already, and so it stays"


def test_nobody_else_shuts_anybody_out() -> None:
    person_id = somebody(("shop", "S1"))
    for by in (Actor("shop", "S1", person_id), Actor("support", "wei", "wei")):
        with pytest.raises(AssertionError):
            membership.block(by, person_id)
        with pytest.raises(AssertionError):
            membership.restore(by, person_id)


def test_the_platforms_page_says_what_it_does_before_and_does_it() -> None:
    alex = browser(somebody(("platform", ""), email="alex@example.com"))
    person_id = somebody(("shop", "S1"))
    lin = browser(person_id)
    assert person_id in alex.get("/platform/search?q=LIN@").content.decode()
    path = f"/platform/people/{person_id}"
    page = alex.get(path).content.decode()
    assert "signed out of 0 sessions" in page or "signed out of 1 session" in page
    assert "no longer act at 1 place" in page
    assert alex.post(path, {"do": "block"}).status_code == 302
    assert lin.get("/settings/").status_code == 302
    assert "Restore access" in alex.get(path).content.decode()
    assert alex.post(path, {"do": "restore"}).status_code == 302
    assert "Block access" in alex.get(path).content.decode()
    own = alex.get("/platform/search?q=alex@").content.decode()
    me = next(word for word in own.split('"') if word.startswith("/platform/people/"))
    assert alex.post(me, {"do": "block"}).status_code == 409
