"""The secret addresses of people's calendars: shown once, stored as digests, revocable. A new one replaces the old."""

import hashlib
import secrets
from datetime import datetime

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query


def make_address(person_id: str, at: datetime) -> str:
    """Create a person's calendar address; returns its secret, which cannot be shown again."""
    secret = secrets.token_urlsafe(32)
    with writing():
        execute(
            "INSERT INTO calendar_address (person_id, digest, made_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (person_id) DO UPDATE SET digest = excluded.digest, made_at = excluded.made_at",
            person_id,
            _digest(secret),
            to_micros(at),
        )
    return secret


def revoke_address(person_id: str) -> bool:
    """Revoke a person's calendar address; returns whether there was one."""
    with writing():
        return execute("DELETE FROM calendar_address WHERE person_id = %s", person_id) > 0


def address_made_at(person_id: str) -> datetime | None:
    """When a person's calendar address was created; None if there is none."""
    found = query("SELECT made_at FROM calendar_address WHERE person_id = %s", person_id)
    return from_micros(found[0][0]) if found else None


def person_of_address(secret: str) -> str | None:
    """The id of the person whose calendar a secret belongs to, if any."""
    found = query("SELECT person_id FROM calendar_address WHERE digest = %s", _digest(secret))
    return found[0][0] if found else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
