"""Save a batch's changes to memberships, invitations and access, with a fixed number of statements."""

from collections.abc import Iterable, Sequence

from shoplink.core.event_base import Record
from shoplink.core.instant import shift
from shoplink.core.people import events as e
from shoplink.core.people.facts import AccessChange, InvitationAddress, PlaceKey
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sandbox import moved_by
from shoplink.store.database.sql import Row, execute, insert, rows, rows_as, update
from shoplink.store.people.credentials import (
    end_open_access,
    end_open_access_of_nonmembers,
    free_unproved_addresses,
)

_MEMBERSHIP = {"person_id": "text", "place": "text", "subject_id": "text"}
_INVITATION = {
    "invitation_id": "text",
    "place": "text",
    "subject_id": "text",
    "invited_at": "bigint",
    "expires_at": "bigint",
    "used_at": "bigint",
    "withdrawn_at": "bigint",
    "email": "text",
    "digest": "text",
}
_ENDS = {"invitation_id": "text", "used_at": "bigint", "withdrawn_at": "bigint"}


def save_people(events: Sequence[e.MemberEvent], records: Iterable[Record]) -> None:
    """Save what these events, in order, and their records have changed."""
    records = list(records)
    _save_memberships(events)
    _save_invitations(events, [record for record in records if isinstance(record, InvitationAddress)])
    _save_access([record for record in records if isinstance(record, AccessChange)])


def _save_memberships(events: Sequence[e.MemberEvent]) -> None:
    """Delete removed members, then insert those who joined and are still members at the end of the batch."""
    removed: set[tuple[str, PlaceKey]] = set()
    joined: dict[tuple[str, PlaceKey], int | None] = {}
    for event in events:
        if isinstance(event, e.MemberJoined):
            joined[event.person_id, event.key()] = to_micros(event.at)
        elif isinstance(event, e.MemberRemoved):
            removed.add((event.person_id, event.key()))
            joined.pop((event.person_id, event.key()), None)
    if removed:
        execute(
            "DELETE FROM membership WHERE (person_id, place, subject_id) IN"
            f" (SELECT person_id, place, subject_id FROM {rows_as(**_MEMBERSHIP)})",
            rows((person_id, *place) for person_id, place in sorted(removed)),
        )
    given = [(person_id, *place, at) for (person_id, place), at in joined.items()]
    insert("membership", given, **_MEMBERSHIP, joined_at="bigint")
    if removed:
        # Codes are sent by the real clock, which no sandbox moves.
        newest = shift(max(event.at for event in events), -moved_by())
        end_open_access_of_nonmembers({person_id for person_id, _ in removed}, newest)


def _save_invitations(events: Sequence[e.MemberEvent], addresses: Iterable[InvitationAddress]) -> None:
    """End the invitations that were there before, then insert the new ones, ended or not."""
    used = {
        event.invitation_id: to_micros(event.at)
        for event in events
        if isinstance(event, e.MemberJoined) and event.invitation_id is not None
    }
    withdrawn = {
        event.invitation_id: to_micros(event.at)
        for event in events
        if isinstance(event, e.MemberInvitationWithdrawn)
    }
    address_of = {address.invitation_id: address for address in addresses}
    new: list[Row] = [
        (
            event.invitation_id,
            *event.key(),
            to_micros(event.at),
            to_micros(event.expires_at),
            used.get(event.invitation_id),
            withdrawn.get(event.invitation_id),
            address_of[event.invitation_id].email,
            address_of[event.invitation_id].secret_digest,
        )
        for event in events
        if isinstance(event, e.MemberInvited)
    ]
    ended = [(key, used.get(key), withdrawn.get(key)) for key in sorted({*used, *withdrawn} - {*address_of})]
    update("member_invitation", "invitation_id", ended, **_ENDS)
    insert("member_invitation", new, **_INVITATION)


def _save_access(changes: Sequence[AccessChange]) -> None:
    """Store who can sign in. What lets a blocked person in ends, and an address that they have not proved is free."""
    allowed = {change.person_id: change.allowed for change in changes}
    update("person", "person_id", sorted(allowed.items()), person_id="text", is_active="boolean")
    blocked = {change.person_id for change in changes if not change.allowed}
    if blocked:
        end_open_access(blocked, shift(max(change.at for change in changes), -moved_by()))
        free_unproved_addresses(blocked)
