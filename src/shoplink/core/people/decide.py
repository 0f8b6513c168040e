"""Decisions about people and where they may act. Deciding changes nothing."""

from shoplink.core.decisions.outcome import Accepted, Decision, Refused
from shoplink.core.facts import Actor
from shoplink.core.people import commands as c
from shoplink.core.people import events as e
from shoplink.core.people.access_events import AccessBlocked, AccessRestored
from shoplink.core.people.facts import (
    INVITATION_TTL,
    OPEN_INVITATIONS_MAX,
    AccessChange,
    InvitationAddress,
    OpenInvitation,
    Place,
    PlaceKey,
    place_fields,
)
from shoplink.core.people.people import People
from shoplink.core.reasons import NextActor, Reason
from shoplink.core.world import World

_INVITERS: dict[Place, NextActor] = {"shop": "shop", "creator": "creator"}

MEMBER_ALREADY = Reason("member.already", "nobody")
MEMBER_NOT_FOUND = Reason("member.not_found", "nobody")
PERSON_NOT_FOUND = Reason("person.not_found", "nobody")


def invite_member(world: World, command: c.InviteMember) -> Decision:
    """Invite an address; refused if it is a member's, or if too many other invitations are open.

    Who was handed off by the back office invites nobody: they are here on its word alone, for hours.
    """
    place, people = command.place_key(), world.people
    standing = people.open_invitations(place, command.at).values()
    replaced = [each for each in standing if each.email == command.email]
    others = [each for each in standing if each.email != command.email]
    reasons = []
    if command.email in people.members(place).values():
        reasons.append(MEMBER_ALREADY)
    if len(others) >= OPEN_INVITATIONS_MAX:
        reasons.append(_too_many_invited(command.place, others))
    if command.by is not None and _is_handed_off(people, place, command.by):
        reasons.append(Reason("member.inviter_without_address", _inviter(command.place)))
    if reasons:
        return Refused(tuple(reasons))
    fields = place_fields(*place)
    withdrawn = (
        e.MemberInvitationWithdrawn(at=command.at, by=command.by, **fields, invitation_id=each.invitation_id)
        for each in replaced
    )
    invitation_id, expires_at = f"invitation_{command.secret_digest[:20]}", command.at + INVITATION_TTL
    invited = e.MemberInvited(
        at=command.at, by=command.by, **fields, invitation_id=invitation_id, expires_at=expires_at
    )
    address = InvitationAddress(place, invitation_id, command.email, command.secret_digest, expires_at)
    return Accepted((*withdrawn, invited), records=(address,))


def withdraw_member_invitation(world: World, command: c.WithdrawMemberInvitation) -> Decision:
    """Withdraw an invitation that can still be used."""
    place = command.place_key()
    if command.invitation_id not in world.people.open_invitations(place, command.at):
        return Refused((_invitation_not_found(command.place),))
    withdrawn = e.MemberInvitationWithdrawn(
        at=command.at, by=command.by, **place_fields(*place), invitation_id=command.invitation_id
    )
    return Accepted((withdrawn,))


def join_by_invitation(world: World, command: c.JoinByInvitation) -> Decision:
    """Let the invited person act here; an invitation is for the person who has its address, and works once."""
    place, people = command.place_key(), world.people
    invitation = people.open_invitations(place, command.at).get(command.invitation_id)
    gate = []
    if invitation is None:
        gate.append(_invitation_not_found(command.place))
    if command.person_id not in people.persons:
        gate.append(PERSON_NOT_FOUND)
    if invitation is None or gate:
        return Refused(tuple(gate))
    reasons = []
    if command.person_id in people.members(place):
        reasons.append(MEMBER_ALREADY)
    if people.persons[command.person_id] != invitation.email:
        reasons.append(Reason("member.other_address", _inviter(command.place)))
    if reasons:
        return Refused(tuple(reasons))
    return Accepted((_joined(command, command.invitation_id),))


def add_member(world: World, command: c.AddMember) -> Decision:
    """Let a person act here; nothing happens if they may already."""
    if command.person_id not in world.people.persons:
        return Refused((PERSON_NOT_FOUND,))
    if command.person_id in world.people.members(command.place_key()):
        return Accepted(())
    return Accepted((_joined(command, None),))


def remove_member(world: World, command: c.RemoveMember) -> Decision:
    """Let a person act here no longer; refused for the last member, unless the platform removes them.

    The last of the platform's staff is removed only on the machine itself, by an actor who is no person, so that
    nobody locks everybody out.
    """
    place = command.place_key()
    if command.person_id not in world.people.members(place):
        return Refused((MEMBER_NOT_FOUND,))
    if _is_protected(world, place, command.by):
        return Refused((_last(command.place),))
    return Accepted((_removed(command, place),))


def block_access(world: World, command: c.BlockAccess) -> Decision:
    """Remove a person from every place and let them sign in no longer."""
    if command.person_id not in world.people.persons:
        return Refused((PERSON_NOT_FOUND,))
    places = world.people.places_of(command.person_id)
    protected = [place for place in places if _is_protected(world, place, command.by)]
    if protected:
        return Refused(tuple(_last(place) for place, _ in protected))
    platform_first = sorted(places, key=lambda place: place[0] != "platform")
    removed = tuple(_removed(command, place) for place in platform_first)
    blocked = AccessBlocked(at=command.at, by=command.by, person_id=command.person_id)
    return Accepted(
        (*removed, blocked), records=(AccessChange(command.person_id, allowed=False, at=command.at),)
    )


def restore_access(world: World, command: c.RestoreAccess) -> Decision:
    """Let a person sign in again."""
    if command.person_id not in world.people.persons:
        return Refused((PERSON_NOT_FOUND,))
    restored = AccessRestored(at=command.at, by=command.by, person_id=command.person_id)
    return Accepted((restored,), records=(AccessChange(command.person_id, allowed=True, at=command.at),))


def _is_handed_off(people: People, place: PlaceKey, by: Actor) -> bool:
    """Whether the person who acts at a place has no address, and so is here on the word of the back office."""
    return by.person is not None and people.members(place).get(by.person, "") is None


def _too_many_invited(place: Place, standing: list[OpenInvitation]) -> Reason:
    """The limit is reached until enough of the open invitations have expired."""
    expiring = sorted(each.expires_at for each in standing)
    return Reason(
        "member.too_many_invited",
        _inviter(place),
        expiring[len(standing) - OPEN_INVITATIONS_MAX],
        {"limit": OPEN_INVITATIONS_MAX},
    )


def _invitation_not_found(place: Place) -> Reason:
    return Reason("member.invitation_not_found", _inviter(place))


def _last(place: Place) -> Reason:
    return Reason("member.last", "platform", params={"place": place})


def _inviter(place: Place) -> NextActor:
    """Who invites people to a place, beside the platform."""
    return _INVITERS.get(place, "platform")


def _is_protected(world: World, place: PlaceKey, by: Actor | None) -> bool:
    """Whether nobody but the platform may remove a member of this place now, because there is no other member."""
    if len(world.people.members(place)) > 1:
        return False
    return by is None or by.kind != "platform" or (place[0] == "platform" and by.person is not None)


def _joined(command: c.JoinByInvitation | c.AddMember, invitation_id: str | None) -> e.MemberJoined:
    return e.MemberJoined(
        at=command.at,
        by=command.by,
        **place_fields(*command.place_key()),
        person_id=command.person_id,
        invitation_id=invitation_id,
    )


def _removed(command: c.RemoveMember | c.BlockAccess, place: PlaceKey) -> e.MemberRemoved:
    return e.MemberRemoved(at=command.at, by=command.by, **place_fields(*place), person_id=command.person_id)
