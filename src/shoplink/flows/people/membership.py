"""People and where they may act: invited by e-mail, joined, removed; each is an event, stored with what it changes.

A place is a shop, an account (`creator`), or one of the two kinds of staff, which have no subject. Nothing here sends
an e-mail: the secret of an invitation is handed back once, to be sent by whoever asked.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from shoplink.core.facts import Actor
from shoplink.core.people.events import (
    MemberEvent,
    MemberInvitationWithdrawn,
    MemberInvited,
    MemberJoined,
    MemberRemoved,
)
from shoplink.core.people.facts import EMAIL_LENGTH_MAX, INVITATION_TTL, OPEN_INVITATIONS_MAX, Place
from shoplink.flows import clock
from shoplink.flows.transaction import transact
from shoplink.store.database.owner import writing
from shoplink.store.people import membership as store
from shoplink.store.people.membership import Invited as Invited  # noqa: PLC0414 (read from here)
from shoplink.store.people.membership import Member

Refusal = Literal[
    "not_an_address",
    "already_a_member",
    "too_many_open",
    "invitation_gone",
    "other_address",
    "not_a_member",
    "last_member",
]
"""Why a step with people is not taken; the consoles and the command line say it in words."""

_ADDRESS = re.compile(r"[^@\s<>\x00]+@[^@\s<>.\x00]+(\.[^@\s<>.\x00]+)+")


class Places(Struct, frozen=True):
    """Where a person may act: for these shops and accounts, in the order joined, and as staff."""

    shops: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    support: bool = False
    platform: bool = False


class Invitation(Struct, frozen=True):
    """A new invitation, with the secret that nobody can be shown again."""

    invitation_id: str
    secret: str
    email: str
    expires_at: datetime


def places(person_id: str) -> Places:
    """Where a person may act now; one statement however many places."""
    found = store.memberships(person_id)
    return Places(
        shops=tuple(subject_id for place, subject_id in found if place == "shop"),
        accounts=tuple(subject_id for place, subject_id in found if place == "creator"),
        support=any(place == "support" for place, _ in found),
        platform=any(place == "platform" for place, _ in found),
    )


def actor(person_id: str, place: Place, subject_id: str = "") -> Actor:
    """Who acts when a person acts at a place: a shop or an account by this person, or a member of staff."""
    return Actor(place, subject_id or person_id, person_id)


def invite(  # noqa: PLR0913 (who is invited whereto, and how)
    by: Actor,
    place: Place,
    subject_id: str,
    email: str,
    now: Callable[[], datetime] = clock.now,
    *,
    secret: str | None = None,
) -> Invitation | Refusal:
    """Invite an address to act somewhere, for seven days; an open invitation of the same address is replaced.

    `secret` is for callers that can tell it again; else it is new. Refused as `not_an_address`, `already_a_member` and `too_many_open`.
    """
    _require_management(by, place, subject_id)
    email = email.strip().lower()
    if len(email) > EMAIL_LENGTH_MAX or not _ADDRESS.fullmatch(email):
        return "not_an_address"
    with writing():
        at = now()
        if any(member.email == email for member in store.members(place, subject_id)):
            return "already_a_member"
        standing = store.open_invitations(place, subject_id, at)
        replaced = [each for each in standing if each.email == email]
        if len(standing) - len(replaced) >= OPEN_INVITATIONS_MAX:
            return "too_many_open"
        events = [event for each in replaced for event in _withdraw(by, each, at)]
        secret, invitation_id = secret or secrets.token_urlsafe(32), f"invitation_{secrets.token_hex(10)}"
        expires_at = at + INVITATION_TTL
        invited = Invited(invitation_id, email, place, subject_id, at, expires_at, None, None)
        store.add_invitation(invited, secret)
        about = _about(place, subject_id)
        events.append(
            MemberInvited(at=at, by=by, **about, invitation_id=invitation_id, expires_at=expires_at)
        )
        _record(events)
    return Invitation(invitation_id, secret, email, expires_at)


def withdraw(
    by: Actor, place: Place, subject_id: str, invitation_id: str, now: Callable[[], datetime] = clock.now
) -> Refusal | None:
    """Take an open invitation of a place back; refused as `invitation_gone` if there is none by this id."""
    _require_management(by, place, subject_id)
    with writing():
        at = now()
        for each in store.open_invitations(place, subject_id, at):
            if each.invitation_id == invitation_id and (events := _withdraw(by, each, at)):
                _record(events)
                return None
    return "invitation_gone"


def standing_invitation(secret: str, now: Callable[[], datetime] = clock.now) -> Invited | None:
    """The invitation that a secret opens, if it can still be used."""
    invited = store.invitation_of(secret)
    return invited if invited is not None and invited.is_open(now()) else None


def join(person_id: str, secret: str, now: Callable[[], datetime] = clock.now) -> Invited | Refusal:
    """Let the person whom an invitation was sent to act there; the invitation, now used.

    Refused as `invitation_gone` (unknown, used, withdrawn or expired), `other_address` (an invitation is for the
    person who has its address) and `already_a_member`.
    """
    with writing():
        at = now()
        invited, person = store.invitation_of(secret), store.person_of(person_id)
        if invited is None or person is None:
            return "invitation_gone"
        if person.email != invited.email:
            return "other_address"
        place, subject_id = invited.place, invited.subject_id
        if person_id in store.member_ids_locked(place, subject_id):
            return "already_a_member"
        if not store.end_invitation(invited.invitation_id, "used", at):
            return "invitation_gone"
        by, invitation_id = actor(person_id, place, subject_id), invited.invitation_id
        _add(
            MemberJoined(
                at=at, by=by, **_about(place, subject_id), person_id=person_id, invitation_id=invitation_id
            )
        )
    return invited


def admit(by: Actor, person_id: str, place: Place, subject_id: str, at: datetime) -> None:
    """Let a person act somewhere with no invitation, within a transaction of the caller's; nothing if they may."""
    if person_id not in store.member_ids_locked(place, subject_id):
        _add(MemberJoined(at=at, by=by, **_about(place, subject_id), person_id=person_id))


def remove(
    by: Actor, person_id: str, place: Place, subject_id: str, now: Callable[[], datetime] = clock.now
) -> Refusal | None:
    """Let a person act at a place no more, from the next request on.

    Refused as `not_a_member`; and as `last_member`: the last one of a shop or an account is removed only by the
    platform, the last of the platform's staff only on the machine itself, so that nobody locks everybody out.
    """
    _require_management(by, place, subject_id)
    with writing():
        standing = store.member_ids_locked(place, subject_id)
        if person_id not in standing:
            return "not_a_member"
        if len(standing) == 1 and not _may_remove_the_last(by, place):
            return "last_member"
        at = now()
        store.remove_member(person_id, place, subject_id)
        _record([MemberRemoved(at=at, by=by, **_about(place, subject_id), person_id=person_id)])
    return None


def members(place: Place, subject_id: str) -> list[Member]:
    """Who may act at a place, in the order joined."""
    return store.members(place, subject_id)


def open_invitations(place: Place, subject_id: str, now: Callable[[], datetime] = clock.now) -> list[Invited]:
    """The invitations to a place that can still be used, the oldest first."""
    return store.open_invitations(place, subject_id, now())


def _may_remove_the_last(by: Actor, place: Place) -> bool:
    return by.kind == "platform" and (place != "platform" or by.person is None)


def _require_management(by: Actor, place: Place, subject_id: str) -> None:
    """Members of a shop or an account manage each other; the platform everybody."""
    own = by.kind == place and place in {"shop", "creator"} and by.id == subject_id
    assert own or by.kind == "platform", f"{by.kind}:{by.id} does not manage {place} {subject_id}"


def _withdraw(by: Actor, invited: Invited, at: datetime) -> list[MemberEvent]:
    """Take one invitation back; what happened, which is nothing if it was used in this very moment."""
    if not store.end_invitation(invited.invitation_id, "withdrawn", at):
        return []
    about = _about(invited.place, invited.subject_id)
    return [MemberInvitationWithdrawn(at=at, by=by, **about, invitation_id=invited.invitation_id)]


def _add(joined: MemberJoined) -> None:
    subject_id = joined.shop_id or joined.account_id or ""
    store.add_member(joined.person_id, joined.place, subject_id, joined.at)
    _record([joined])


def _about(place: Place, subject_id: str) -> dict[str, Any]:
    subject = {"shop": "shop_id", "creator": "account_id"}.get(place)
    return {"place": place, subject: subject_id} if subject else {"place": place}


def _record(events: Sequence[MemberEvent]) -> None:
    """Add to the log, within the transaction that stores what they change."""
    transact(lambda transaction: transaction.record(events))
