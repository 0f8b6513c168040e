"""A person's messages, and which kinds of messages they want by e-mail."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query

UNREAD_SHOWN_MAX = 100
"""Unread messages are counted up to this number."""


class StoredMessage(Struct, frozen=True):
    """A message, as stored: ids and numbers, no sentences."""

    number: int
    kind: str
    side: Literal["shop", "creator"]
    shop_id: str | None
    account_id: str | None
    link_id: str | None
    data: dict[str, Any]
    at: datetime
    read_at: datetime | None


def page_of_messages(
    person_id: str, limit: int, before: int | None = None, *, unread: bool = False
) -> list[StoredMessage]:
    """One page of a person's messages, or of the unread ones, the newest first, before the number `before`."""
    behind, params = ("", ()) if before is None else (" AND number < %s", (before,))
    found = query(
        f"{_SELECT} WHERE person_id = %s{behind}{' AND read_at IS NULL' if unread else ''} ORDER BY number DESC LIMIT %s",
        person_id,
        *params,
        limit,
    )
    return [_message(*row) for row in found]


def one_message(person_id: str, number: int) -> StoredMessage | None:
    """A person's message by its number, if it exists."""
    found = query(f"{_SELECT} WHERE person_id = %s AND number = %s", person_id, number)
    return _message(*found[0]) if found else None


def unread_count(person_id: str) -> int:
    """How many messages a person has not read, up to 100."""
    found = query(
        "SELECT count(*) FROM (SELECT 1 FROM message WHERE person_id = %s AND read_at IS NULL LIMIT %s) AS unread",
        person_id,
        UNREAD_SHOWN_MAX,
    )
    count: int = found[0][0]
    return count


def mark_read(person_id: str, up_to: int, at: datetime, number: int | None = None) -> int:
    """Mark a person's messages as read, up to a number or the one with a number; returns how many were unread."""
    with writing():
        return execute(
            "UPDATE message SET read_at = %s WHERE person_id = %s AND read_at IS NULL AND number <= %s"
            " AND number >= %s",
            to_micros(at),
            person_id,
            up_to if number is None else number,
            0 if number is None else number,
        )


def mark_old_read(before: datetime, at: datetime) -> None:
    """Mark all messages about events before an instant as read."""
    with writing():
        execute(
            "UPDATE message SET read_at = %s WHERE read_at IS NULL AND at < %s",
            to_micros(at),
            to_micros(before),
        )


def mail_choices(person_id: str) -> dict[str, bool]:
    """Whether a kind of message comes by e-mail, for each kind that a person has chosen about."""
    found = query("SELECT kind, by_mail FROM mail_choice WHERE person_id = %s", person_id)
    return {kind: bool(by_mail) for kind, by_mail in found}


def save_mail_choices(person_id: str, choices: dict[str, bool]) -> None:
    """Store for each kind of message whether it comes by e-mail."""
    with writing():
        execute("DELETE FROM mail_choice WHERE person_id = %s", person_id)
        for kind, by_mail in choices.items():
            execute(
                "INSERT INTO mail_choice (person_id, kind, by_mail) VALUES (%s, %s, %s)",
                person_id,
                kind,
                by_mail,
            )


_SELECT = "SELECT number, kind, side, shop_id, account_id, link_id, data, at, read_at FROM message"


def _message(*row: Any) -> StoredMessage:
    columns = list(row)
    columns[6:] = msgspec.json.decode(columns[6]), _instant(columns[7]), from_micros(columns[8])
    return StoredMessage(*columns)


def _instant(micros: int) -> datetime:
    instant = from_micros(micros)
    assert instant is not None, "this column is never null"
    return instant
