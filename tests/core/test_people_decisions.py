"""What may be done with people and where they act, decided on a World that holds them."""

from datetime import timedelta
from typing import Any

import pytest

from shoplink.core import Accepted, Command, Event, MalformedError, Reason, Refused, World, step
from shoplink.core.facts import Actor
from shoplink.core.people import commands as c
from shoplink.core.people import events as e
from shoplink.core.people.access_events import AccessBlocked, AccessRestored
from shoplink.core.people.address import parse_address
from shoplink.core.people.facts import (
    INVITATION_TTL,
    OPEN_INVITATIONS_MAX,
    AccessChange,
    InvitationAddress,
    Place,
    place_fields,
)
from shoplink.core.roles import may_issue
from tests.core.link_scene import DAY, NOON, TICK, Scene

SHOP = Actor("shop", "ding", "person_owner")
OPERATOR = Actor("platform", "operator")
CONSOLE = Actor("platform", "person_boss", "person_boss")
HERE: dict[str, Any] = place_fields("shop", "ding")


def digest(number: int) -> str:
    return f"{number:064x}"[::-1]


class PeopleScene:
    """A World with persons, and the commands about them."""

    def __init__(self, *persons: str) -> None:
        self.world: World = Scene().world
        self.at = NOON
        self.made = 0
        for person_id in persons:
            self.world.people.persons[person_id] = f"{person_id}@example.com"

    def do(self, kind: type[Command], by: Actor = SHOP, **fields: Any) -> Accepted | Refused:
        return step(self.world, kind(at=self.at, by=by, **fields)).decision

    def invite(self, email: str, by: Actor = SHOP, **where: Any) -> Accepted | Refused:
        self.made += 1
        return self.do(c.InviteMember, by, **where or HERE, email=email, secret_digest=digest(self.made))

    def invited(self, email: str) -> str:
        return str(accepted(self.invite(email), e.MemberInvited).invitation_id)

    def join(self, person_id: str, invitation_id: str) -> Accepted | Refused:
        by = Actor("shop", "ding", person_id)
        return self.do(c.JoinByInvitation, by, **HERE, person_id=person_id, invitation_id=invitation_id)

    def add(self, person_id: str, place: Place = "shop", subject_id: str = "ding") -> Accepted | Refused:
        return self.do(c.AddMember, OPERATOR, **place_fields(place, subject_id), person_id=person_id)

    def remove(self, person_id: str, by: Actor = SHOP, **where: Any) -> Accepted | Refused:
        return self.do(c.RemoveMember, by, **where or HERE, person_id=person_id)

    def members(self) -> list[str]:
        return [*self.world.people.members(("shop", "ding"))]


def accepted(decision: Accepted | Refused, kind: type[Any]) -> Any:
    """The one event of a kind that a decision led to."""
    assert isinstance(decision, Accepted), decision
    (event,) = [event for event in decision.events if isinstance(event, kind)]
    return event


def reasons(decision: Accepted | Refused) -> list[Reason]:
    assert isinstance(decision, Refused), decision
    return list(decision.reasons)


def codes(decision: Accepted | Refused) -> list[str]:
    return [reason.code for reason in reasons(decision)]


def events(decision: Accepted | Refused) -> tuple[Event, ...]:
    assert isinstance(decision, Accepted), decision
    return decision.events


def test_who_was_handed_off_invites_nobody() -> None:
    scene = PeopleScene("mei", "owner")
    scene.world.people.persons["guest"] = None
    for person_id in ("mei", "guest"):
        scene.add(person_id)
    guest, member = Actor("shop", "ding", "guest"), Actor("shop", "ding", "mei")
    assert reasons(scene.invite("new@example.com", guest)) == [
        Reason("member.inviter_without_address", "shop")
    ]
    assert codes(scene.invite("mei@example.com", guest)) == [
        "member.already",
        "member.inviter_without_address",
    ]
    for by in (member, Actor("shop", "ding"), OPERATOR):
        accepted(scene.invite("new@example.com", by), e.MemberInvited)


def test_an_invitation_lasts_seven_days_and_its_address_stands_beside_the_event() -> None:
    scene = PeopleScene()
    decision = scene.invite("lin@example.com")
    event = accepted(decision, e.MemberInvited)
    assert (event.shop_id, event.place, event.expires_at) == ("ding", "shop", NOON + INVITATION_TTL)
    assert "example.com" not in repr(event)
    assert isinstance(decision, Accepted)
    assert decision.records == (
        InvitationAddress(
            ("shop", "ding"), event.invitation_id, "lin@example.com", digest(1), NOON + INVITATION_TTL
        ),
    )


def test_an_address_that_is_invited_again_has_one_open_invitation() -> None:
    scene = PeopleScene()
    first = scene.invited("lin@example.com")
    again = scene.invite("lin@example.com")
    assert accepted(again, e.MemberInvitationWithdrawn).invitation_id == first
    assert [*scene.world.people.open_invitations(("shop", "ding"), NOON)] == [
        accepted(again, e.MemberInvited).invitation_id
    ]


def test_a_member_is_not_invited_again() -> None:
    scene = PeopleScene("lin")
    scene.add("lin")
    assert codes(scene.invite("lin@example.com")) == ["member.already"]


def test_too_many_open_invitations_are_refused_until_one_expires_to_the_microsecond() -> None:
    scene = PeopleScene()
    for number in range(OPEN_INVITATIONS_MAX):
        scene.at = NOON + number * TICK
        scene.invited(f"lin{number}@example.com")
    (reason,) = reasons(scene.invite("more@example.com"))
    assert reason == Reason(
        "member.too_many_invited", "shop", NOON + INVITATION_TTL, {"limit": OPEN_INVITATIONS_MAX}
    )
    assert events(scene.invite("lin3@example.com")), "an address that is invited already replaces its own"
    assert reason.possible_at is not None
    scene.at = reason.possible_at - TICK
    assert codes(scene.invite("more@example.com")) == ["member.too_many_invited"]
    scene.at = reason.possible_at
    assert events(scene.invite("more@example.com"))


def test_all_reasons_against_an_invitation_are_given_together() -> None:
    scene = PeopleScene("lin")
    scene.add("lin")
    for number in range(OPEN_INVITATIONS_MAX):
        scene.invited(f"lin{number}@example.com")
    assert codes(scene.invite("lin@example.com")) == ["member.already", "member.too_many_invited"]


@pytest.mark.parametrize(
    ("by", "place", "subject_id", "inviter"),
    [
        (SHOP, "shop", "ding", "shop"),
        (Actor("creator", "ada"), "creator", "ada", "creator"),
        (OPERATOR, "support", "", "platform"),
        (OPERATOR, "platform", "", "platform"),
    ],
)
def test_who_must_act_next_is_who_invites_there(
    by: Actor, place: Place, subject_id: str, inviter: str
) -> None:
    scene = PeopleScene()
    where = place_fields(place, subject_id)
    for number in range(OPEN_INVITATIONS_MAX):
        scene.invite(f"lin{number}@example.com", by, **where)
    assert [reason.next_actor for reason in reasons(scene.invite("more@example.com", by, **where))] == [
        inviter
    ]
    missing = scene.do(c.WithdrawMemberInvitation, by, **where, invitation_id="none")
    assert [reason.next_actor for reason in reasons(missing)] == [inviter]


def test_the_invited_person_joins_once() -> None:
    scene = PeopleScene("lin")
    invitation_id = scene.invited("lin@example.com")
    event = accepted(scene.join("lin", invitation_id), e.MemberJoined)
    assert (event.person_id, event.invitation_id, event.by) == (
        "lin",
        invitation_id,
        Actor("shop", "ding", "lin"),
    )
    assert scene.members() == ["lin"]
    assert codes(scene.join("lin", invitation_id)) == ["member.invitation_not_found"]


def test_an_invitation_is_for_the_person_with_its_address() -> None:
    scene = PeopleScene("lin", "mei")
    scene.world.people.persons["nobody"] = None
    invitation_id = scene.invited("lin@example.com")
    assert reasons(scene.join("mei", invitation_id)) == [Reason("member.other_address", "shop")]
    assert codes(scene.join("nobody", invitation_id)) == ["member.other_address"]
    scene.add("mei")
    assert codes(scene.join("mei", invitation_id)) == ["member.already", "member.other_address"]


def test_a_member_who_was_added_meanwhile_does_not_join_twice() -> None:
    scene = PeopleScene("lin")
    invitation_id = scene.invited("lin@example.com")
    scene.add("lin")
    assert codes(scene.join("lin", invitation_id)) == ["member.already"]


def test_an_invitation_expires_to_the_microsecond() -> None:
    scene = PeopleScene("lin")
    invitation_id = scene.invited("lin@example.com")
    scene.at = NOON + INVITATION_TTL
    assert codes(scene.join("lin", invitation_id)) == ["member.invitation_not_found"]
    scene.at -= TICK
    assert events(scene.join("lin", invitation_id))


def test_a_withdrawn_invitation_lets_nobody_in_and_is_not_withdrawn_twice() -> None:
    scene = PeopleScene("lin")
    invitation_id = scene.invited("lin@example.com")
    fields = {**HERE, "invitation_id": invitation_id}
    assert events(scene.do(c.WithdrawMemberInvitation, **fields))
    assert codes(scene.do(c.WithdrawMemberInvitation, **fields)) == ["member.invitation_not_found"]
    assert codes(scene.join("lin", invitation_id)) == ["member.invitation_not_found"]


def test_an_invitation_is_withdrawn_and_used_at_its_own_place_only() -> None:
    scene = PeopleScene("lin")
    invitation_id = scene.invited("lin@example.com")
    other: dict[str, Any] = {**place_fields("shop", "wang"), "invitation_id": invitation_id}
    assert codes(scene.do(c.WithdrawMemberInvitation, OPERATOR, **other)) == ["member.invitation_not_found"]
    assert codes(scene.do(c.JoinByInvitation, OPERATOR, **other, person_id="lin")) == [
        "member.invitation_not_found"
    ]


def test_a_person_who_is_not_recorded_joins_nowhere_and_is_told_everything_at_once() -> None:
    scene = PeopleScene()
    assert codes(scene.join("lin", scene.invited("lin@example.com"))) == ["person.not_found"]
    assert codes(scene.join("lin", "none")) == ["member.invitation_not_found", "person.not_found"]
    assert codes(scene.add("lin")) == ["person.not_found"]


def test_adding_a_member_has_no_effect() -> None:
    scene = PeopleScene("lin")
    assert accepted(scene.add("lin"), e.MemberJoined).invitation_id is None
    assert events(scene.add("lin")) == ()


def test_a_member_is_removed_once_and_the_last_one_by_the_platform() -> None:
    scene = PeopleScene("lin", "mei")
    scene.add("lin")
    scene.add("mei")
    assert accepted(scene.remove("lin"), e.MemberRemoved).person_id == "lin"
    assert codes(scene.remove("lin")) == ["member.not_found"]
    assert reasons(scene.remove("mei")) == [Reason("member.last", "platform", params={"place": "shop"})]
    assert events(scene.remove("mei", CONSOLE))
    assert scene.members() == []


def test_the_last_of_the_platforms_staff_is_removed_by_no_person() -> None:
    scene, staff = PeopleScene("boss"), place_fields("platform", "")
    scene.add("boss", "platform", "")
    assert codes(scene.remove("boss", CONSOLE, **staff)) == ["member.last"]
    assert events(scene.remove("boss", OPERATOR, **staff))


def test_a_blocked_person_leaves_every_place_the_platforms_staff_first() -> None:
    scene = PeopleScene("lin", "boss")
    scene.add("lin")
    scene.add("lin", "creator", "ada")
    scene.add("lin", "platform", "")
    scene.add("boss", "platform", "")
    decision = scene.do(c.BlockAccess, CONSOLE, person_id="lin")
    *left, blocked = events(decision)
    assert isinstance(blocked, AccessBlocked)
    assert [(event.place, event.shop_id, event.account_id) for event in left] == [  # type: ignore[attr-defined]
        ("platform", None, None),
        ("shop", "ding", None),
        ("creator", None, "ada"),
    ]
    assert isinstance(decision, Accepted)
    assert decision.records == (AccessChange("lin", allowed=False, at=blocked.at),)


def test_the_last_of_a_shop_is_blocked_and_the_last_of_the_platforms_staff_by_no_person() -> None:
    scene = PeopleScene("lin")
    scene.add("lin")
    scene.add("lin", "platform", "")
    assert reasons(scene.do(c.BlockAccess, CONSOLE, person_id="lin")) == [
        Reason("member.last", "platform", params={"place": "platform"})
    ]
    assert scene.members() == ["lin"]
    assert len(events(scene.do(c.BlockAccess, OPERATOR, person_id="lin"))) == 3


def test_blocking_a_person_and_restoring_their_access_are_on_record() -> None:
    scene = PeopleScene("lin")
    assert accepted(scene.do(c.BlockAccess, OPERATOR, person_id="lin"), AccessBlocked).by == OPERATOR
    restored = scene.do(c.RestoreAccess, OPERATOR, person_id="lin")
    assert isinstance(restored, Accepted)
    assert accepted(restored, AccessRestored).person_id == "lin"
    assert restored.records == (AccessChange("lin", allowed=True, at=restored.events[0].at),)


@pytest.mark.parametrize("kind", [c.BlockAccess, c.RestoreAccess])
def test_a_person_who_is_not_recorded_is_neither_blocked_nor_let_in(kind: type[Command]) -> None:
    assert codes(PeopleScene().do(kind, OPERATOR, person_id="lin")) == ["person.not_found"]


@pytest.mark.parametrize(
    "fields",
    [
        {"place": "shop"},
        {"place": "shop", "account_id": "ada"},
        {"place": "shop", "shop_id": "ding", "account_id": "ada"},
        {"place": "creator", "shop_id": "ding"},
        {"place": "support", "shop_id": "ding"},
        {"place": "platform", "account_id": "ada"},
    ],
)
def test_a_command_names_its_place_and_nothing_else(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a shop is named by shop_id"):
        c.AddMember(at=NOON, person_id="lin", **fields)


@pytest.mark.parametrize(
    ("by", "allowed"),
    [
        (SHOP, True),
        (OPERATOR, True),
        (Actor("shop", "wang"), False),
        (Actor("creator", "ding"), False),
        (Actor("support", "wei"), False),
    ],
)
def test_only_members_and_the_platform_manage_a_place(by: Actor, *, allowed: bool) -> None:
    for command in (
        c.InviteMember(at=NOON, by=by, **HERE, email="lin@example.com", secret_digest=digest(1)),
        c.WithdrawMemberInvitation(at=NOON, by=by, **HERE, invitation_id="one"),
        c.RemoveMember(at=NOON, by=by, **HERE, person_id="lin"),
    ):
        assert may_issue(by, command) is allowed


@pytest.mark.parametrize("by", [SHOP, Actor("creator", "ada"), Actor("support", "wei")])
def test_the_platform_alone_manages_the_staff_and_the_access_of_people(by: Actor) -> None:
    staff = place_fields("support", "")
    for command in (
        c.RemoveMember(at=NOON, by=by, **staff, person_id="lin"),
        c.AddMember(at=NOON, by=by, **HERE, person_id="lin"),
        c.BlockAccess(at=NOON, by=by, person_id="lin"),
        c.RestoreAccess(at=NOON, by=by, person_id="lin"),
    ):
        assert not may_issue(by, command)


@pytest.mark.parametrize(
    "given",
    [None, 7, "", "lin", "lin@", "@example.com", "a b@example.com", "a@b", "a@b..c", f"{'l' * 250}@a.com"],
)
def test_what_is_no_address_is_malformed(given: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_address(given)
    assert caught.value.field == "email"


def test_an_address_is_kept_in_lower_case_without_spaces_around_it() -> None:
    assert parse_address(" Lin@Example.com\n") == "lin@example.com"
    longest = f"{'l' * (254 - len('@example.com'))}@example.com"
    assert parse_address(longest) == longest


def test_an_old_invitation_does_not_count_among_the_open_ones() -> None:
    scene = PeopleScene()
    for number in range(OPEN_INVITATIONS_MAX):
        scene.invited(f"lin{number}@example.com")
    scene.at += INVITATION_TTL
    for number in range(OPEN_INVITATIONS_MAX):
        scene.invited(f"mei{number}@example.com")
    scene.at += DAY
    (reason,) = reasons(scene.invite("more@example.com"))
    assert reason.possible_at == NOON + timedelta(days=14)
