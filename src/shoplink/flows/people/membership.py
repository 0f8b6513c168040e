"""People and where they may act: reads for the consoles and the command line, and the commands about people as functions.

A place is a shop, an account (`creator`), or one of the two kinds of staff, which have no subject. A function that
executes a command returns the reasons of its refusal; there are none if it was accepted. Nothing here sends an e-mail:
the secret of an invitation is returned once, and the caller sends it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from shoplink.core import Command, Reason
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING, parse_instant
from shoplink.core.people.address import parse_address
from shoplink.core.people.commands import (
    AddMember,
    BlockAccess,
    InviteMember,
    JoinByInvitation,
    RemoveMember,
    RestoreAccess,
    WithdrawMemberInvitation,
)
from shoplink.core.people.facts import Place, place_fields
from shoplink.core.roles import may_issue
from shoplink.core.wire_format import read_reason
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute
from shoplink.store.people import membership as store
from shoplink.store.people.membership import InvitationRecord as InvitationRecord  # noqa: PLC0414 (read from here)
from shoplink.store.people.membership import Member

Reasons = tuple[Reason, ...]

_SERVICE = Actor("platform", "shoplink")


class Places(Struct, frozen=True):
    """Where a person may act: for these shops and accounts, in the order of joining, and as staff."""

    shops: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    support: bool = False
    platform: bool = False


class Invitation(Struct, frozen=True):
    """A new invitation, with its secret, which cannot be shown again."""

    invitation_id: str
    secret: str
    email: str
    expires_at: datetime


def places_of_person(person_id: str) -> Places:
    """Where a person may act now, by one statement."""
    found = store.memberships(person_id)
    return Places(
        shops=tuple(subject_id for place, subject_id in found if place == "shop"),
        accounts=tuple(subject_id for place, subject_id in found if place == "creator"),
        support=any(place == "support" for place, _ in found),
        platform=any(place == "platform" for place, _ in found),
    )


def actor_at(person_id: str, place: Place, subject_id: str = "") -> Actor:
    """The actor when a person acts at a place: a shop or an account by this person, or a member of staff."""
    return Actor(place, subject_id or person_id, person_id)


def members(place: Place, subject_id: str) -> list[Member]:
    """The members of a place, in the order of joining."""
    return store.members(place, subject_id)


def open_invitations(place: Place, subject_id: str) -> list[InvitationRecord]:
    """The invitations to a place that can still be used, the oldest first."""
    return store.open_invitations(place, subject_id, clock.now())


def usable_invitation(secret: str, now: Callable[[], datetime] = clock.now) -> InvitationRecord | None:
    """The invitation of a secret, if it can still be used."""
    invited = store.invitation_of(secret)
    return invited if invited is not None and invited.is_open(now()) else None


def invite_command(  # noqa: PLR0913 (who is invited whereto, and how)
    by: Actor, place: Place, subject_id: str, email: object, secret: str, *, key: str | None = None
) -> InviteMember:
    """The command that invites an e-mail address to a place. Raises MalformedError if it is not an address."""
    return InviteMember(
        at=BEGINNING,
        by=by,
        key=key,
        **place_fields(place, subject_id),
        email=parse_address(email),
        secret_digest=store.digest(secret),
    )


def new_invitation(command: InviteMember, secret: str, answer: Answer) -> Invitation:
    """The invitation that an accepted command has made."""
    invited = next(event for event in answer["events"] if event["type"] == "member.invited")
    return Invitation(invited["invitation_id"], secret, command.email, parse_instant(invited["expires_at"]))


def invite(by: Actor, place: Place, subject_id: str, email: str) -> Invitation | Reasons:
    """Invite an e-mail address to a place. Raises MalformedError if it is not an address."""
    secret = secrets.token_urlsafe(32)
    command = invite_command(by, place, subject_id, email, secret)
    answer = _execute(command)
    return _reasons(answer) or new_invitation(command, secret, answer)


def withdraw(by: Actor, place: Place, subject_id: str, invitation_id: str) -> Reasons:
    """Withdraw an open invitation to a place."""
    fields = place_fields(place, subject_id)
    return _reasons(
        _execute(WithdrawMemberInvitation(at=BEGINNING, by=by, **fields, invitation_id=invitation_id))
    )


def withdraw_all_of(email: str) -> None:
    """Withdraw every open invitation of an address that its person has given up: their mailbox is somebody else's."""
    for invited in store.open_invitations_of(email, clock.now()):
        withdraw(_SERVICE, invited.place, invited.subject_id, invited.invitation_id)


def join(person_id: str, invited: InvitationRecord) -> Reasons:
    """Let a person join by an invitation whose secret they have presented."""
    place, subject_id, invitation_id = invited.place, invited.subject_id, invited.invitation_id
    by, fields = actor_at(person_id, place, subject_id), place_fields(place, subject_id)
    return _reasons(
        _execute(
            JoinByInvitation(at=BEGINNING, by=by, **fields, person_id=person_id, invitation_id=invitation_id)
        )
    )


def add(by: Actor, person_id: str, place: Place, subject_id: str) -> Reasons:
    """Make a person a member of a place without an invitation; has no effect if they are one already."""
    return _reasons(
        _execute(AddMember(at=BEGINNING, by=by, **place_fields(place, subject_id), person_id=person_id))
    )


def remove(by: Actor, person_id: str, place: Place, subject_id: str) -> Reasons:
    """Remove a member from a place, from the next request on."""
    return _reasons(
        _execute(RemoveMember(at=BEGINNING, by=by, **place_fields(place, subject_id), person_id=person_id))
    )


def block(by: Actor, person_id: str) -> Reasons:
    """Block a person's access: remove them from every place, end their sessions, and prevent sign-in."""
    return _reasons(_execute(BlockAccess(at=BEGINNING, by=by, person_id=person_id)))


def restore(by: Actor, person_id: str) -> Reasons:
    """Restore a person's access: they can sign in again. To act somewhere they need a new invitation."""
    return _reasons(_execute(RestoreAccess(at=BEGINNING, by=by, person_id=person_id)))


def _execute(command: Command) -> Answer:
    assert command.by is not None, "a person or a program of ours acts"
    assert may_issue(command.by, command), f"{command.by.kind}:{command.by.id} may not issue {command!r}"
    return execute(command)


def _reasons(answer: Answer) -> Reasons:
    return tuple(read_reason(reason) for reason in answer["reasons"])
