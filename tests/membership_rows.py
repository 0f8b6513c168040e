"""Rows of memberships without their events, for tests that need members and no history."""

from datetime import datetime

from shoplink.core.people.facts import Place
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import execute, insert


def add_member(person_id: str, place: Place, subject_id: str, at: datetime) -> None:
    """Let a person act at a place; raises IntegrityError if they may already."""
    given = (person_id, place, subject_id, to_micros(at))
    insert("membership", [given], person_id="text", place="text", subject_id="text", joined_at="bigint")


def remove_member(person_id: str, place: Place, subject_id: str) -> None:
    """Let a person act at a place no more."""
    statement = "DELETE FROM membership WHERE person_id = %s AND place = %s AND subject_id = %s"
    execute(statement, person_id, place, subject_id)
