"""The rows of second factors that are to be reset. Call what writes here within `owner.writing()`."""

from datetime import datetime

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.sql import execute, query


def add_reset(person_id: str, due_at: datetime) -> bool:
    """Store when a person's second factors are to be reset; returns False if that is stored already."""
    return (
        execute(
            "INSERT INTO second_factor_reset (person_id, due_at) VALUES (%s, %s) ON CONFLICT (person_id) DO NOTHING",
            person_id,
            to_micros(due_at),
        )
        > 0
    )


def reset_due_at(person_id: str) -> datetime | None:
    """When a person's second factors are to be reset; None if they are not."""
    found = query("SELECT due_at FROM second_factor_reset WHERE person_id = %s", person_id)
    return from_micros(found[0][0]) if found else None


def delete_reset(person_id: str) -> bool:
    """Delete the row of a person; returns whether there was one."""
    return execute("DELETE FROM second_factor_reset WHERE person_id = %s", person_id) > 0


def resets_due(at: datetime) -> list[str]:
    """The people whose second factors are to be reset at or before an instant."""
    found = query(
        "SELECT person_id FROM second_factor_reset WHERE due_at <= %s ORDER BY due_at", to_micros(at)
    )
    return [person_id for (person_id,) in found]


def remove_second_factors(person_id: str) -> None:
    """Remove a person's authenticator app, passkeys and recovery codes."""
    execute(
        "DELETE FROM mfa_authenticator WHERE user_id = (SELECT number FROM person WHERE person_id = %s)",
        person_id,
    )
