"""People are invited, join, act and are removed; each step is an event, and the log agrees with the rows."""

import threading
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection

from shoplink.core.facts import Actor
from shoplink.core.people.facts import OPEN_INVITATIONS_MAX
from shoplink.flows import clock
from shoplink.flows.people import membership
from shoplink.flows.people.membership import Invitation
from shoplink.flows.verify.run import VerifyCounts, verify
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query
from shoplink.store.people import membership as store
from tests.databases import use

PLATFORM = Actor("platform", "operator")
SHOP = Actor("shop", "S1", "person_owner")

pytestmark = pytest.mark.usefixtures("database")


def person(email: str | None, name: str = "Lin") -> str:
    return store.add_person(name=name, email=email)


def invited(email: str = "lin@example.com", **more: Any) -> Invitation:
    found = membership.invite(SHOP, "shop", "S1", email, **more)
    assert isinstance(found, Invitation)
    return found


def member(email: str) -> str:
    person_id = person(email)
    assert not isinstance(membership.join(person_id, invited(email).secret), str)
    return person_id


def happened() -> list[dict[str, Any]]:
    return [msgspec.json.decode(row[0]) for row in query("SELECT data FROM event ORDER BY number")]


def consistent() -> bool:
    return [one.say() for one in verify(VerifyCounts())] == []


def test_an_invited_person_joins_and_may_act_there() -> None:
    invitation, person_id = invited("Lin@Example.com "), person("lin@example.com")
    joined = membership.join(person_id, invitation.secret)
    assert not isinstance(joined, str)
    assert membership.places(person_id) == membership.Places(shops=("S1",))
    assert [one.email for one in membership.members("shop", "S1")] == ["lin@example.com"]
    assert membership.open_invitations("shop", "S1") == []
    first, second = happened()
    assert (first["type"], second["type"]) == ("member.invited", "member.joined")
    assert first["by"] == {"kind": "shop", "id": "S1", "person": "person_owner"}
    assert second["by"] == {"kind": "shop", "id": "S1", "person": person_id}
    assert "example.com" not in str(happened())
    assert consistent()


def test_an_invitation_is_used_once() -> None:
    invitation, person_id = invited(), person("lin@example.com")
    membership.join(person_id, invitation.secret)
    assert membership.join(person_id, invitation.secret) == "already_a_member"
    membership.remove(PLATFORM, person_id, "shop", "S1")
    assert membership.join(person_id, invitation.secret) == "invitation_gone"
    assert consistent()


def test_an_invitation_is_for_the_person_with_its_address() -> None:
    assert membership.join(person("other@example.com"), invited().secret) == "other_address"
    assert membership.join(person(None), invited().secret) == "other_address"


def test_an_invitation_ends_after_seven_days_to_the_microsecond() -> None:
    sent = clock.now() - timedelta(days=7)
    invitation, person_id = invited(now=lambda: sent), person("lin@example.com")
    end = sent + timedelta(days=7)
    assert membership.standing_invitation(invitation.secret, lambda: end) is None
    assert membership.join(person_id, invitation.secret, lambda: end) == "invitation_gone"
    just_before = end - timedelta(microseconds=1)
    assert membership.standing_invitation(invitation.secret, lambda: just_before) is not None
    assert not isinstance(membership.join(person_id, invitation.secret, lambda: just_before), str)


def test_a_withdrawn_invitation_opens_nothing() -> None:
    invitation = invited()
    assert membership.withdraw(SHOP, "shop", "S1", invitation.invitation_id) is None
    assert membership.withdraw(SHOP, "shop", "S1", invitation.invitation_id) == "invitation_gone"
    assert membership.join(person("lin@example.com"), invitation.secret) == "invitation_gone"
    assert consistent()


def test_an_invitation_of_another_place_cannot_be_withdrawn_here() -> None:
    other = membership.invite(PLATFORM, "shop", "S2", "lin@example.com")
    assert isinstance(other, Invitation)
    assert membership.withdraw(SHOP, "shop", "S1", other.invitation_id) == "invitation_gone"
    assert membership.standing_invitation(other.secret) is not None


def test_inviting_an_address_again_replaces_its_invitation() -> None:
    first, second = invited(), invited()
    assert membership.standing_invitation(first.secret) is None
    assert membership.standing_invitation(second.secret) is not None
    assert [event["type"] for event in happened()] == [
        "member.invited",
        "member.invitation_withdrawn",
        "member.invited",
    ]
    assert consistent()


@pytest.mark.parametrize("email", ["", "lin", "lin@", "@example.com", "a b@example.com", "a@b", "a@b..c"])
def test_what_is_no_address_is_not_invited(email: str) -> None:
    assert membership.invite(SHOP, "shop", "S1", email) == "not_an_address"


def test_a_place_has_a_limit_of_open_invitations() -> None:
    for number in range(OPEN_INVITATIONS_MAX):
        invited(f"lin{number}@example.com")
    assert membership.invite(SHOP, "shop", "S1", "more@example.com") == "too_many_open"
    assert isinstance(membership.invite(SHOP, "shop", "S1", "lin3@example.com"), Invitation)


def test_a_member_is_not_invited_again() -> None:
    member("lin@example.com")
    assert membership.invite(SHOP, "shop", "S1", "lin@example.com") == "already_a_member"


def test_a_removed_member_may_act_nowhere_and_may_come_back() -> None:
    member("mei@example.com")
    person_id = member("lin@example.com")
    assert membership.remove(SHOP, person_id, "shop", "S1") is None
    assert membership.places(person_id) == membership.Places()
    assert membership.remove(SHOP, person_id, "shop", "S1") == "not_a_member"
    assert not isinstance(membership.join(person_id, invited().secret), str)
    assert consistent()


def test_the_last_member_is_removed_by_the_platform_only() -> None:
    person_id = member("lin@example.com")
    assert membership.remove(SHOP, person_id, "shop", "S1") == "last_member"
    assert membership.remove(PLATFORM, person_id, "shop", "S1") is None


def test_the_last_of_the_platforms_staff_is_removed_on_the_machine_only() -> None:
    person_id = person("ops@example.com")
    invitation = membership.invite(PLATFORM, "platform", "", "ops@example.com")
    assert isinstance(invitation, Invitation)
    membership.join(person_id, invitation.secret)
    assert membership.places(person_id) == membership.Places(platform=True)
    console = membership.actor(person_id, "platform")
    assert membership.remove(console, person_id, "platform", "") == "last_member"
    assert membership.remove(PLATFORM, person_id, "platform", "") is None


def test_a_deactivated_person_may_act_nowhere() -> None:
    person_id = member("lin@example.com")
    with writing():
        execute("UPDATE person SET is_active = false WHERE person_id = %s", person_id)
    assert membership.places(person_id) == membership.Places()


def test_only_members_and_the_platform_manage_a_place() -> None:
    for by in (Actor("shop", "S2"), Actor("creator", "S1"), Actor("support", "agent")):
        with pytest.raises(AssertionError):
            membership.invite(by, "shop", "S1", "lin@example.com")


def test_an_address_is_unique_whatever_its_case() -> None:
    person("lin@example.com")
    with pytest.raises(Exception, match=r"(?i)unique"):
        person("LIN@example.com")


def test_one_invitation_joined_many_times_at_once_lets_in_once(database: str) -> None:
    invitation, person_id = invited(), person("lin@example.com")
    answers: list[Any] = []

    def run() -> None:
        use(database)
        try:
            answers.append(membership.join(person_id, invitation.secret))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(not isinstance(answer, str) for answer in answers) == 1, answers
    assert sum(event["type"] == "member.joined" for event in happened()) == 1
    assert consistent()


def test_two_members_who_remove_each_other_at_once_leave_one(database: str) -> None:
    both = [member("lin@example.com"), member("mei@example.com")]
    answers: list[Any] = []

    def run(person_id: str) -> None:
        use(database)
        try:
            answers.append(membership.remove(SHOP, person_id, "shop", "S1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(person_id,)) for person_id in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(answer) for answer in answers) == ["None", "last_member"]
    assert len(membership.members("shop", "S1")) == 1


def test_verify_names_members_and_invitations_that_were_changed_by_hand() -> None:
    lin, mei = member("lin@example.com"), member("mei@example.com")
    waiting = invited("wei@example.com")
    with writing():
        execute("DELETE FROM membership WHERE person_id = %s", lin)
        execute("UPDATE membership SET joined_at = 1 WHERE person_id = %s", mei)
        execute("UPDATE member_invitation SET used_at = 1 WHERE invitation_id = %s", waiting.invitation_id)
        store.add_member("person_nobody", "platform", "", clock.now())
    found = {(one.of, one.id, one.column) for one in verify(VerifyCounts())}
    assert found == {
        ("membership", f"{lin} shop S1", None),
        ("membership", f"{mei} shop S1", "joined_at"),
        ("membership", "person_nobody platform ", None),
        ("invitation", waiting.invitation_id, "used_at"),
    }
