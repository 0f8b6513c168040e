"""The rows of people, and queries about memberships and invitations.

`store.write.save_people` writes memberships, invitations and access, together with their events.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from msgspec import Struct

from shoplink.core.people.facts import Place
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import among, execute, ids, query
from shoplink.store.models.people import mint_person_id


class PersonRecord(Struct, frozen=True):
    """A person, as stored; `email` is None for a person who signs in by sign-in links only."""

    person_id: str
    email: str | None
    name: str
    language: str
    time_zone: str
    is_active: bool


class Member(Struct, frozen=True):
    """A member of a place, and since when; `proved`: a mail or a provider has proved that the address is theirs."""

    person_id: str
    email: str | None
    name: str
    joined_at: datetime
    proved: bool


class InvitationRecord(Struct, frozen=True):
    """An invitation, as stored: open until it is used, withdrawn or past `expires_at`.

    `mailed`: its secret went to the address by e-mail and was shown to nobody.
    """

    invitation_id: str
    email: str
    place: Place
    subject_id: str
    invited_at: datetime
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None
    mailed: bool

    def is_open(self, at: datetime) -> bool:
        """Whether the invitation can be used at an instant."""
        return self.used_at is None and self.withdrawn_at is None and at < self.expires_at


def digest(secret: str) -> str:
    """The digest under which a secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def memberships(person_id: str) -> list[tuple[Place, str]]:
    """Where a person may act, in the order of joining; nowhere if their access is blocked."""
    return [
        (place, subject_id)
        for place, subject_id in query(
            "SELECT place, subject_id FROM membership JOIN person USING (person_id)"
            " WHERE person_id = %s AND is_active ORDER BY membership.number",
            person_id,
        )
    ]


def members(place: Place, subject_id: str) -> list[Member]:
    """The members of a place, in the order of joining."""
    found = query(
        "SELECT person_id, email, name, joined_at, EXISTS (SELECT 1 FROM account_emailaddress"
        " WHERE user_id = person.number AND account_emailaddress.email = person.email AND verified)"
        " FROM membership JOIN person USING (person_id)"
        " WHERE place = %s AND subject_id = %s ORDER BY membership.number",
        place,
        subject_id,
    )
    return [Member(row[0], row[1], row[2], instant_of(row[3]), bool(row[4])) for row in found]


def person_of(person_id: str) -> PersonRecord | None:
    """A person by their id."""
    found = query(f"{_PERSON} WHERE person_id = %s", person_id)
    return PersonRecord(*found[0]) if found else None


def person_by_email(email: str) -> PersonRecord | None:
    """The person with an e-mail address, in any case."""
    found = query(f"{_PERSON} WHERE email = %s", email.lower())
    return PersonRecord(*found[0]) if found else None


def time_zone_at(place: Place, subject_id: str) -> str:
    """The time zone of the first member of a place who has one; '' if it is unknown."""
    found = query(
        "SELECT time_zone FROM membership JOIN person USING (person_id) WHERE place = %s AND subject_id = %s"
        " AND time_zone <> '' AND is_active ORDER BY membership.number LIMIT 1",
        place,
        subject_id,
    )
    return found[0][0] if found else ""


def names_of(person_ids: Iterable[str]) -> dict[str, str]:
    """The names of people by their ids; the address stands for an empty name."""
    found = query(
        f"SELECT person_id, name, email FROM person WHERE {among('person_id')}", ids(set(person_ids))
    )
    return {person_id: name or email or person_id for person_id, name, email in found}


def add_person(
    *, name: str, email: str | None = None, person_id: str | None = None, language: str = ""
) -> str:
    """Add a person without a password, with an address that is verified to be theirs; returns the id.

    Does nothing if a person has this id already. Raises IntegrityError if another person has the address.
    """
    person_id = person_id or mint_person_id()
    address = email and email.lower()
    execute(
        "INSERT INTO person (person_id, email, name, language, time_zone, is_active, password)"
        " VALUES (%s, %s, %s, %s, '', true, %s) ON CONFLICT (person_id) DO NOTHING",
        person_id,
        address,
        name,
        language,
        make_password(None),
    )
    execute(
        'INSERT INTO account_emailaddress (user_id, email, verified, "primary") SELECT number, email, true, true'
        " FROM person WHERE person_id = %s AND email = %s AND number NOT IN (SELECT user_id FROM account_emailaddress)",
        person_id,
        address,
    )
    return person_id


def change_person(person_id: str, *, name: str, language: str, time_zone: str) -> None:
    """Store a person's name, language and time zone."""
    with writing():
        execute(
            "UPDATE person SET name = %s, language = %s, time_zone = %s WHERE person_id = %s",
            name,
            language,
            time_zone,
            person_id,
        )


def change_language(person_id: str, language: str) -> None:
    """Store a person's language."""
    with writing():
        execute("UPDATE person SET language = %s WHERE person_id = %s", language, person_id)


def change_reading(person_id: str, language: str, time_zone: str) -> None:
    """Store a person's language and time zone."""
    with writing():
        execute(
            "UPDATE person SET language = %s, time_zone = %s WHERE person_id = %s",
            language,
            time_zone,
            person_id,
        )


def invitation_of(secret: str) -> InvitationRecord | None:
    """The invitation of a secret, in any state."""
    found = query(f"{_INVITATION} WHERE digest = %s", digest(secret))
    return _invited(*found[0]) if found else None


def mark_mailed(invitation_id: str) -> None:
    """Store that the secret of an invitation went to its address by e-mail, and was shown to nobody."""
    with writing():
        execute("UPDATE member_invitation SET mailed = true WHERE invitation_id = %s", invitation_id)


def open_invitations(place: Place, subject_id: str, at: datetime) -> list[InvitationRecord]:
    """The invitations to a place that can be used at an instant, the oldest first."""
    found = query(
        f"{_INVITATION} WHERE place = %s AND subject_id = %s AND used_at IS NULL AND withdrawn_at IS NULL"
        " AND expires_at > %s ORDER BY number",
        place,
        subject_id,
        to_micros(at),
    )
    return [_invited(*row) for row in found]


def open_invitations_of(email: str, at: datetime) -> list[InvitationRecord]:
    """The invitations of an address, anywhere, that can be used at an instant, the oldest first."""
    found = query(
        f"{_INVITATION} WHERE email = %s AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > %s"
        " ORDER BY number",
        email,
        to_micros(at),
    )
    return [_invited(*row) for row in found]


_PERSON = "SELECT person_id, email, name, language, time_zone, is_active FROM person"
_INVITATION = (
    "SELECT invitation_id, email, place, subject_id, invited_at, expires_at, used_at, withdrawn_at, mailed"
    " FROM member_invitation"
)


def _invited(  # noqa: PLR0913, PLR0917 (the columns of the table)
    invitation_id: str,
    email: str,
    place: Place,
    subject_id: str,
    invited_at: int,
    expires_at: int,
    used_at: int | None,
    withdrawn_at: int | None,
    mailed: bool,  # noqa: FBT001 (a column)
) -> InvitationRecord:
    return InvitationRecord(
        invitation_id,
        email,
        place,
        subject_id,
        instant_of(invited_at),
        instant_of(expires_at),
        from_micros(used_at),
        from_micros(withdrawn_at),
        bool(mailed),
    )


def instant_of(micros: int) -> datetime:
    """The instant in a column that is never null."""
    instant = from_micros(micros)
    assert instant is not None, "this column is never null"
    return instant
