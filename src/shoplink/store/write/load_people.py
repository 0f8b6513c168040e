"""Load the people, members and open invitations that a batch names into its World, under their own locks.

The named persons are locked first, by id, then the named places, in one order. Everything about a person or a place is
written under its lock. A batch that names none runs no statement here.
"""

from datetime import datetime

from msgspec import Struct

from shoplink.core import World
from shoplink.core.command_base import Command
from shoplink.core.instant import BEGINNING
from shoplink.core.people.commands import (
    AddMember,
    BlockAccess,
    JoinByInvitation,
    PlaceCommand,
    RestoreAccess,
)
from shoplink.core.people.facts import OpenInvitation, PlaceKey
from shoplink.core.ticket.commands import AssignTicket
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.sql import among, ids, is_postgresql, query, rows, rows_as


class PeopleKeys(Struct):
    """The persons and the places that a batch names, such as the team of whom a ticket is given to. Of the persons in `with_places`, every place is loaded too."""

    persons: set[str] = set()
    with_places: set[str] = set()
    places: set[PlaceKey] = set()

    def add(self, command: Command) -> bool:
        """Add what a command names; returns whether the command is about people, and so names no shop or account."""
        match command:
            case BlockAccess():
                self.with_places.add(command.person_id)
                self.persons.add(command.person_id)
            case JoinByInvitation() | AddMember() | RestoreAccess():
                self.persons.add(command.person_id)
            case AssignTicket(assignee=str(), team=team):
                self.places.add((team, ""))
        if isinstance(command, PlaceCommand):
            self.places.add(command.place_key())
        return isinstance(command, PlaceCommand | BlockAccess | RestoreAccess)


def load_people(world: World, named: PeopleKeys, not_before: datetime) -> datetime:
    """Load what is named into a World; returns the newest instant in the rows.

    `not_before`: no command of the batch is decided earlier than this instant.
    """
    lock = " FOR UPDATE" if is_postgresql() else ""
    if named.persons:
        statement = f"SELECT person_id, email FROM person WHERE {among('person_id')} ORDER BY person_id{lock}"
        world.people.persons.update(query(statement, ids(named.persons)))
    places = sorted(named.places | _places_of(named.with_places))
    if not places:
        return BEGINNING
    if is_postgresql():
        query(
            "SELECT pg_advisory_xact_lock(hashtextextended(place || ' ' || subject_id, 7310008))"
            f" FROM {rows_as(place='text', subject_id='text')}",
            rows(places),
        )
    given = f"{rows_as(place='text', subject_id='text')} JOIN"
    here = "USING (place, subject_id)"
    newest = None
    for place, subject_id, person_id, email, joined_at in query(
        f"SELECT place, subject_id, person_id, email, joined_at FROM {given} membership {here}"
        " LEFT JOIN person USING (person_id) ORDER BY membership.number",
        rows(places),
    ):
        world.people.members((place, subject_id))[person_id] = email
        newest = max(newest or joined_at, joined_at)
    for place, subject_id, invitation_id, email, invited_at, expires_at in query(
        f"SELECT place, subject_id, invitation_id, email, invited_at, expires_at FROM {given} member_invitation {here}"
        " WHERE used_at IS NULL AND withdrawn_at IS NULL AND expires_at > %s ORDER BY member_invitation.number",
        rows(places),
        to_micros(not_before),
    ):
        invitation = OpenInvitation(invitation_id, email, from_micros(expires_at) or BEGINNING)
        world.people.invite((place, subject_id), invitation)
        newest = max(newest or invited_at, invited_at)
    return from_micros(newest) or BEGINNING


def _places_of(person_ids: set[str]) -> set[PlaceKey]:
    if not person_ids:
        return set()
    found = query(f"SELECT place, subject_id FROM membership WHERE {among('person_id')}", ids(person_ids))
    return {(place, subject_id) for place, subject_id in found}
