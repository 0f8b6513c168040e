"""People are invited, join, act and are removed; each step is an event, and the log agrees with the rows."""

import threading
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection

from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.parse import MalformedError
from shoplink.core.people.commands import AddMember, JoinByInvitation, RemoveMember
from shoplink.core.people.facts import OPEN_INVITATIONS_MAX, place_fields
from shoplink.flows import clock
from shoplink.flows.execute import execute, execute_batch
from shoplink.flows.people import membership
from shoplink.flows.people.membership import Invitation, Reasons
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute as execute_sql
from shoplink.store.database.sql import query
from shoplink.store.people import membership as store
from tests.databases import use
from tests.membership_rows import add_member

PLATFORM = Actor("platform", "operator")
SHOP = Actor("shop", "S1", "person_owner")

pytestmark = pytest.mark.usefixtures("database")


def person(email: str | None, name: str = "Lin") -> str:
    return store.add_person(name=name, email=email)


def codes(refused: Invitation | Reasons) -> list[str]:
    assert not isinstance(refused, Invitation)
    return [reason.code for reason in refused]


def invited(email: str = "lin@example.com") -> Invitation:
    found = membership.invite(SHOP, "shop", "S1", email)
    assert isinstance(found, Invitation)
    return found


def join(person_id: str, invitation: Invitation) -> list[str]:
    """Show the secret and join; the codes of why not."""
    found = store.invitation_of(invitation.secret)
    assert found is not None
    return codes(membership.join(person_id, found))


def member(email: str) -> str:
    person_id = person(email)
    assert join(person_id, invited(email)) == []
    return person_id


def happened() -> list[dict[str, Any]]:
    return [msgspec.json.decode(row[0]) for row in query("SELECT data FROM event ORDER BY number")]


def consistent() -> bool:
    return [one.say() for one in verify(VerifyCounts())] == []


def test_an_invited_person_joins_and_may_act_there() -> None:
    invitation, person_id = invited("Lin@Example.com "), person("lin@example.com")
    assert join(person_id, invitation) == []
    assert membership.places_of_person(person_id) == membership.Places(shops=("S1",))
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
    assert join(person_id, invitation) == []
    assert join(person_id, invitation) == ["member.invitation_not_found"]
    membership.remove(PLATFORM, person_id, "shop", "S1")
    assert join(person_id, invitation) == ["member.invitation_not_found"]
    assert consistent()


def test_an_invitation_is_for_the_person_with_its_address() -> None:
    assert join(person("other@example.com"), invited()) == ["member.other_address"]
    assert join(person(None), invited()) == ["member.other_address"]


def test_an_invitation_ends_after_seven_days_to_the_microsecond() -> None:
    invitation, person_id = invited(), person("lin@example.com")
    end, just_before = invitation.expires_at, invitation.expires_at - timedelta(microseconds=1)
    assert membership.usable_invitation(invitation.secret, lambda: end) is None
    assert membership.usable_invitation(invitation.secret, lambda: just_before) is not None
    command = JoinByInvitation(
        at=end,
        by=membership.actor_at(person_id, "shop", "S1"),
        **place_fields("shop", "S1"),
        person_id=person_id,
        invitation_id=invitation.invitation_id,
    )
    assert [execute_batch([command], now=lambda: at)[0]["outcome"] for at in (end, just_before)] == [  # noqa: B023 (called at once)
        "refused",
        "accepted",
    ]


def test_a_withdrawn_invitation_opens_nothing() -> None:
    invitation = invited()
    assert membership.withdraw(SHOP, "shop", "S1", invitation.invitation_id) == ()
    assert codes(membership.withdraw(SHOP, "shop", "S1", invitation.invitation_id)) == [
        "member.invitation_not_found"
    ]
    assert join(person("lin@example.com"), invitation) == ["member.invitation_not_found"]
    assert consistent()


def test_an_invitation_of_another_place_cannot_be_withdrawn_here() -> None:
    other = membership.invite(PLATFORM, "shop", "S2", "lin@example.com")
    assert isinstance(other, Invitation)
    assert codes(membership.withdraw(SHOP, "shop", "S1", other.invitation_id)) == [
        "member.invitation_not_found"
    ]
    assert membership.usable_invitation(other.secret) is not None


def test_inviting_an_address_again_replaces_its_invitation() -> None:
    first, second = invited(), invited()
    assert membership.usable_invitation(first.secret) is None
    assert membership.usable_invitation(second.secret) is not None
    assert [event["type"] for event in happened()] == [
        "member.invited",
        "member.invitation_withdrawn",
        "member.invited",
    ]
    assert consistent()


@pytest.mark.parametrize("email", ["", "lin", "lin@", "@example.com", "a b@example.com", "a@b", "a@b..c"])
def test_what_is_no_address_is_not_invited(email: str) -> None:
    with pytest.raises(MalformedError):
        membership.invite(SHOP, "shop", "S1", email)


def test_a_place_has_a_limit_of_open_invitations() -> None:
    for number in range(OPEN_INVITATIONS_MAX):
        invited(f"lin{number}@example.com")
    assert codes(membership.invite(SHOP, "shop", "S1", "more@example.com")) == ["member.too_many_invited"]
    assert isinstance(membership.invite(SHOP, "shop", "S1", "lin3@example.com"), Invitation)


def test_a_member_is_not_invited_again() -> None:
    member("lin@example.com")
    assert codes(membership.invite(SHOP, "shop", "S1", "lin@example.com")) == ["member.already"]


def test_a_removed_member_may_act_nowhere_and_may_come_back() -> None:
    member("mei@example.com")
    person_id = member("lin@example.com")
    assert membership.remove(SHOP, person_id, "shop", "S1") == ()
    assert membership.places_of_person(person_id) == membership.Places()
    assert codes(membership.remove(SHOP, person_id, "shop", "S1")) == ["member.not_found"]
    assert join(person_id, invited()) == []
    assert consistent()


def test_the_last_member_is_removed_by_the_platform_only() -> None:
    person_id = member("lin@example.com")
    assert codes(membership.remove(SHOP, person_id, "shop", "S1")) == ["member.last"]
    assert membership.remove(PLATFORM, person_id, "shop", "S1") == ()


def test_the_last_of_the_platforms_staff_is_removed_on_the_machine_only() -> None:
    person_id = person("ops@example.com")
    invitation = membership.invite(PLATFORM, "platform", "", "ops@example.com")
    assert isinstance(invitation, Invitation)
    assert join(person_id, invitation) == []
    assert membership.places_of_person(person_id) == membership.Places(platform=True)
    console = membership.actor_at(person_id, "platform")
    assert codes(membership.remove(console, person_id, "platform", "")) == ["member.last"]
    assert membership.remove(PLATFORM, person_id, "platform", "") == ()


def test_a_deactivated_person_may_act_nowhere() -> None:
    person_id = member("lin@example.com")
    with writing():
        execute_sql("UPDATE person SET is_active = false WHERE person_id = %s", person_id)
    assert membership.places_of_person(person_id) == membership.Places()


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
            answers.append(join(person_id, invitation))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count([]) == 1, answers
    assert sum(event["type"] == "member.joined" for event in happened()) == 1
    assert consistent()


def test_two_members_who_remove_each_other_at_once_leave_one(database: str) -> None:
    both = [member("lin@example.com"), member("mei@example.com")]
    answers: list[Any] = []

    def run(person_id: str) -> None:
        use(database)
        try:
            answers.append(codes(membership.remove(SHOP, person_id, "shop", "S1")))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(person_id,)) for person_id in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [[], ["member.last"]]
    assert len(membership.members("shop", "S1")) == 1


def test_verify_names_members_and_invitations_that_were_changed_by_hand() -> None:
    lin, mei = member("lin@example.com"), member("mei@example.com")
    waiting = invited("wei@example.com")
    with writing():
        execute_sql("DELETE FROM membership WHERE person_id = %s", lin)
        execute_sql("UPDATE membership SET joined_at = 1 WHERE person_id = %s", mei)
        execute_sql(
            "UPDATE member_invitation SET used_at = 1 WHERE invitation_id = %s", waiting.invitation_id
        )
        add_member("person_nobody", "platform", "", clock.now())
    found = {(one.of, one.id, one.column) for one in verify(VerifyCounts())}
    assert found == {
        ("membership", f"{lin} shop S1", None),
        ("membership", f"{mei} shop S1", "joined_at"),
        ("membership", "person_nobody platform ", None),
        ("invitation", waiting.invitation_id, "used_at"),
    }


def test_an_address_is_kept_beside_the_log_and_in_no_refusal_and_no_stored_answer() -> None:
    member("lin@example.com")
    command = membership.invite_command(SHOP, "shop", "S1", "lin@example.com", "a secret", key="k 1")
    again = membership.invite_command(SHOP, "shop", "S1", "mei@example.com", "another secret", key="k 2")
    assert [execute(one, scope="test")["outcome"] for one in (command, again)] == ["refused", "accepted"]
    (refusal,) = query("SELECT data FROM refusal")
    assert msgspec.json.decode(refusal[0])["command"].keys() == {
        "command",
        "at",
        "by",
        "key",
        "about",
        "place",
        "shop_id",
        "account_id",
    }
    kept = [*refusal, *query("SELECT answer FROM stored_answer"), *happened()]
    assert len(kept) > len(happened()) + 2, "both answers are kept"
    for private in ("example.com", command.secret_digest, again.secret_digest):
        assert private not in str(kept)


def test_people_are_decided_and_saved_in_one_batch_as_one_by_one() -> None:
    lin, staff = person("lin@example.com"), place_fields("platform", "")
    add, remove = (
        kind(at=BEGINNING, by=PLATFORM, **staff, person_id=lin) for kind in (AddMember, RemoveMember)
    )
    first, second = (
        membership.invite_command(PLATFORM, "platform", "", "mei@example.com", secret) for secret in "ab"
    )
    answers = execute_batch([add, remove, add, first, second, add, remove, add])
    assert [answer["outcome"] for answer in answers] == ["accepted"] * 8
    assert membership.places_of_person(lin) == membership.Places(platform=True)
    (standing,) = membership.open_invitations("platform", "")
    assert standing.email == "mei@example.com"
    assert store.invitation_of("b") == standing
    assert consistent()
