"""The part of the World that holds people: those whom the commands name, and the members of the places they name."""

from datetime import datetime

from shoplink.core.people.events import (
    MemberEvent,
    MemberInvitationWithdrawn,
    MemberInvited,
    MemberJoined,
    MemberRemoved,
)
from shoplink.core.people.facts import InvitationAddress, OpenInvitation, PlaceKey


class People:
    """Persons by id with their addresses; by place its members in the order joined, and its open invitations."""

    def __init__(self) -> None:
        """Start without people."""
        self.persons: dict[str, str | None] = {}
        self._members: dict[PlaceKey, dict[str, str | None]] = {}
        self._invitations: dict[PlaceKey, dict[str, OpenInvitation]] = {}

    def members(self, place: PlaceKey) -> dict[str, str | None]:
        """The members of a place, in the order joined, with their addresses."""
        return self._members.setdefault(place, {})

    def open_invitations(self, place: PlaceKey, at: datetime) -> dict[str, OpenInvitation]:
        """The invitations to a place that can be used at an instant, the oldest first."""
        found = self._invitations.get(place, {})
        return {key: invitation for key, invitation in found.items() if at < invitation.expires_at}

    def places_of(self, person_id: str) -> list[PlaceKey]:
        """The places of a person who is to be blocked, in the order joined."""
        return [place for place, members in self._members.items() if person_id in members]

    def invite(self, place: PlaceKey, invitation: OpenInvitation) -> None:
        """Add an open invitation to a place."""
        self._invitations.setdefault(place, {})[invitation.invitation_id] = invitation

    def apply(self, event: MemberEvent) -> None:
        """Apply an event about members."""
        place = event.key()
        match event:
            case MemberJoined():
                self.members(place)[event.person_id] = self.persons.get(event.person_id)
                self._end(place, event.invitation_id)
            case MemberRemoved():
                self.members(place).pop(event.person_id, None)
            case MemberInvitationWithdrawn():
                self._end(place, event.invitation_id)
            case MemberInvited():
                pass  # its address is in the record beside it
            case _:
                raise AssertionError(f"no event about members: {event!r}")

    def keep(self, record: InvitationAddress) -> None:
        """Add the open invitation that a record is about."""
        self.invite(record.place, OpenInvitation(record.invitation_id, record.email, record.expires_at))

    def _end(self, place: PlaceKey, invitation_id: str | None) -> None:
        self._invitations.get(place, {}).pop(invitation_id or "", None)
