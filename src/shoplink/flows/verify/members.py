"""Memberships and invitations by the log, and the rows compared with them."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from shoplink.core.people import events as e
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import EXTRA, LOG, MISSING, Difference, column_differences
from shoplink.store.database.fields import to_micros
from shoplink.store.write.log import Row, member_invitation_rows, membership_rows

_SUBJECT = {"shop": "shop_id", "creator": "account_id"}


Key = tuple[str, str, str]


class _Invitation(Struct):
    """An invitation by the log."""

    place: str
    subject_id: str
    invited_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None
    used_at: datetime | None = None


class Memberships:
    """Applies the events of memberships one by one, and holds who may act where."""

    def __init__(self) -> None:
        """Nobody may act anywhere."""
        self._members: dict[Key, datetime] = {}
        self._invitations: dict[str, _Invitation] = {}

    def apply(self, event: e.MemberEvent) -> Iterator[str]:
        """Apply an event; yields in words why it cannot have happened."""
        subject_id = getattr(event, _SUBJECT.get(event.place, ""), "") or ""
        match event:
            case e.MemberInvited():
                if event.invitation_id in self._invitations:
                    yield f"invitation {event.invitation_id} was recorded before"
                invitation = _Invitation(event.place, subject_id, event.at, event.expires_at)
                self._invitations[event.invitation_id] = invitation
            case e.MemberInvitationWithdrawn():
                yield from self._end(event.invitation_id, "withdrawn_at", event.at)
            case e.MemberJoined():
                if event.invitation_id is not None:
                    yield from self._end(event.invitation_id, "used_at", event.at)
                key = (event.person_id, event.place, subject_id)
                if key in self._members:
                    yield f"{event.person_id} was a member there already"
                self._members[key] = event.at
            case e.MemberRemoved():
                if self._members.pop((event.person_id, event.place, subject_id), None) is None:
                    yield f"{event.person_id} was no member there"

    def _end(self, invitation_id: str, how: str, at: datetime) -> Iterator[str]:
        invitation = self._invitations.get(invitation_id)
        if invitation is None:
            yield f"invitation {invitation_id} was never recorded"
            return
        if invitation.withdrawn_at or invitation.used_at or at >= invitation.expires_at:
            yield f"invitation {invitation_id} was not open any more"
        setattr(invitation, how, at)

    def compare(self, counts: VerifyCounts) -> Iterator[Difference]:
        """Every difference in the rows of members and of their invitations."""
        for row in membership_rows():
            counts.members += 1
            key = (row["person_id"], row["place"], row["subject_id"])
            yield from _row("membership", " ".join(key), _joined(self._members.pop(key, None)), row)
        yield from (Difference("membership", " ".join(key), MISSING) for key in self._members)
        for row in member_invitation_rows():
            known = self._invitations.pop(row["invitation_id"], None)
            yield from _row("invitation", row["invitation_id"], _invited(known), row)
        yield from (Difference("invitation", key, MISSING) for key in self._invitations)


def _joined(at: datetime | None) -> Row | None:
    return None if at is None else {"joined_at": to_micros(at)}


def _invited(known: _Invitation | None) -> Row | None:
    if known is None:
        return None
    instants = ("invited_at", "expires_at", "withdrawn_at", "used_at")
    return {
        "place": known.place,
        "subject_id": known.subject_id,
        **{name: to_micros(getattr(known, name)) for name in instants},
    }


def _row(of: str, key: str, expected: Row | None, row: Row) -> Iterator[Difference]:
    if expected is None:
        yield Difference(of, key, EXTRA)
    else:
        yield from column_differences(of, key, expected, row, LOG)
