"""The outbox: notifications, stored once per person, and due e-mails, each claimed by one sender at a time.

Only the delivery loop (`flows/message/loop.py`) writes here; no command does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from shoplink.core import Link
from shoplink.core.facts import LinkStatus
from shoplink.store.database.columns import LINK
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import Row, among, execute, ids, is_postgresql, query, rows, rows_as

Windows = Sequence[tuple[datetime, datetime]]
Outcome = Literal["sent", "moot", "failed", "none"]


class Notification(Struct, frozen=True):
    """One notification for all people of one side. `cause` identifies it, so that it is stored once."""

    kind: str
    side: Literal["shop", "creator"]
    cause: str
    at: datetime
    shop_id: str | None
    account_id: str | None
    link_id: str | None
    data: dict[str, Any]
    not_to: str | None = None

    @property
    def subject_id(self) -> str | None:
        """The shop or the account whose people are notified."""
        return self.shop_id if self.side == "shop" else self.account_id


class Progress(Struct, frozen=True):
    """Up to which position of the feed people are notified, and up to which instant they are reminded."""

    position: int
    reminded_until: datetime


class DueMail(Struct, frozen=True):
    """A message that is due by e-mail, with its reader's preferences.

    `wanted`: the reader is still a member there, is active, has an address and wants this kind by e-mail.
    """

    number: int
    kind: str
    side: Literal["shop", "creator"]
    shop_id: str | None
    account_id: str | None
    link_id: str | None
    data: dict[str, Any]
    attempts: int
    email: str
    language: str
    time_zone: str
    wanted: bool


def progress() -> Progress | None:
    """The stored progress; None before the first notification."""
    found = query("SELECT position, reminded_until FROM told")
    return _progress(*found[0]) if found else None


def lock_progress(start: datetime) -> Progress:
    """The progress, locked until the write transaction ends. It starts at `start` if there is none."""
    if is_postgresql():
        query("SELECT pg_advisory_xact_lock(7310006)")
    stored = progress()
    if stored is None:
        execute("INSERT INTO told (position, reminded_until) VALUES (0, %s)", to_micros(start))
    return stored or Progress(0, start)


def store_progress(reached: Progress) -> None:
    """Store the progress, in the transaction that stored the notifications."""
    execute(
        "UPDATE told SET position = %s, reminded_until = %s",
        reached.position,
        to_micros(reached.reminded_until),
    )


def store_notifications(notifications: Sequence[Notification], mail_from: datetime | None) -> int:
    """Store a message for every active person of each side, unless they have it already; returns how many are new.

    An e-mail is due at once for those who have an address and want it, if the event happened at or after `mail_from`.
    None means that no e-mail is due.
    """
    given: list[Row] = [
        (
            one.kind,
            one.side,
            one.cause,
            one.subject_id,
            one.shop_id,
            one.account_id,
            one.link_id,
            msgspec.json.encode(one.data).decode(),
            to_micros(one.at),
            one.not_to,
            int(mail_from is not None and one.at >= mail_from),
            place,
        )
        for place, one in enumerate(notifications)
    ]
    if not given:
        return 0
    names = ("kind", "side", "cause", "subject_id", "shop_id", "account_id", "link_id", "data")
    source = rows_as(
        **dict.fromkeys(names, "text"), at="bigint", not_to="text", by_mail="integer", place="integer"
    )
    due = "given.by_mail = 1 AND person.email IS NOT NULL AND COALESCE(mail_choice.by_mail, true)"
    return execute(
        "INSERT INTO message (person_id, kind, side, cause, shop_id, account_id, link_id, data, at, attempts, mail,"
        " not_before) SELECT person.person_id, given.kind, given.side, given.cause, given.shop_id, given.account_id,"
        f" given.link_id, given.data, given.at, 0, CASE WHEN {due} THEN 'due' ELSE 'none' END,"
        f" CASE WHEN {due} THEN given.at END FROM {source}"
        " JOIN membership ON membership.place = given.side AND membership.subject_id = given.subject_id"
        " JOIN person ON person.person_id = membership.person_id AND person.is_active"
        " LEFT JOIN mail_choice ON mail_choice.person_id = person.person_id AND mail_choice.kind = given.kind"
        " WHERE given.not_to IS NULL OR given.not_to <> person.person_id"
        " ORDER BY given.place, person.person_id ON CONFLICT (person_id, cause) DO NOTHING",
        rows(given),
    )


def with_members(shop_ids: set[str], account_ids: set[str]) -> set[tuple[str, str]]:
    """The shops and accounts among these that have members, as (side, id)."""
    found = query(
        f"SELECT DISTINCT place, subject_id FROM membership WHERE (place = 'shop' AND {among('subject_id')})"
        f" OR (place = 'creator' AND {among('subject_id')})",
        ids(shop_ids),
        ids(account_ids),
    )
    return {(place, subject_id) for place, subject_id in found}


def links_by_id(link_ids: set[str]) -> dict[str, Link]:
    """Links by their ids, as stored."""
    found = query(f"SELECT {LINK.sql} FROM link WHERE {among('link_id')}", ids(link_ids))
    return {link.link_id: link for link in map(LINK.value, found)}


def invitations_expiring_within(windows: Windows) -> list[Link]:
    """Open invitations, as stored, that expire after the start and up to the end of one of the windows."""
    return _links_in("due_at", "invited", windows)


def unlink_requests_made(windows: Windows) -> list[Link]:
    """Links, as stored, with an open unlink request that was made within one of the windows."""
    return _links_in("unlink_requested_at", "linked", windows)


def _links_in(column: str, status: LinkStatus, windows: Windows) -> list[Link]:
    # The statement leaves the status out: SQLite would use the index of statuses and read all links that have it.
    within = " OR ".join([f"({column} > %s AND {column} <= %s)"] * len(windows))
    bounds = [to_micros(bound) for window in windows for bound in window]
    found = query(f"SELECT {LINK.sql} FROM link WHERE {column} IS NOT NULL AND ({within})", *bounds)
    return [link for row in found if (link := LINK.value(row)).status == status]


def claim_mail(at: datetime, lease_until: datetime, limit: int) -> list[DueMail]:
    """Claim due e-mails, the longest due first; no other sender gets them before the lease ends.

    One statement claims them. If the sender is killed, they are due again when its lease has ended.
    """
    if not query("SELECT 1 FROM message WHERE mail = 'due' AND not_before <= %s LIMIT 1", to_micros(at)):
        return []
    skip = " FOR UPDATE SKIP LOCKED" if is_postgresql() else ""
    with writing():
        taken = query(
            "UPDATE message SET not_before = %s, attempts = attempts + 1 WHERE number IN (SELECT number FROM message"
            f" WHERE mail = 'due' AND not_before <= %s ORDER BY not_before, number LIMIT %s{skip}) RETURNING number",
            to_micros(lease_until),
            to_micros(at),
            limit,
        )
        return _due_mail({row[0] for row in taken})


def _due_mail(numbers: set[int]) -> list[DueMail]:
    found = query(
        "SELECT message.number, message.kind, side, shop_id, account_id, link_id, data, attempts, COALESCE(email, ''),"
        " COALESCE(language, ''), COALESCE(time_zone, ''), membership.number IS NOT NULL AND is_active"
        " AND email IS NOT NULL AND COALESCE(mail_choice.by_mail, true) FROM message"
        " LEFT JOIN person ON person.person_id = message.person_id"
        " LEFT JOIN membership ON membership.person_id = message.person_id AND membership.place = message.side"
        " AND membership.subject_id = CASE WHEN side = 'shop' THEN shop_id ELSE account_id END"
        " LEFT JOIN mail_choice ON mail_choice.person_id = message.person_id AND mail_choice.kind = message.kind"
        f" WHERE {_numbered()} ORDER BY message.number",
        _numbers(numbers),
    )
    return [_due_mail_of(*row) for row in found]


def _due_mail_of(*row: Any) -> DueMail:
    columns = list(row)
    columns[6], columns[-1] = msgspec.json.decode(columns[6]), bool(columns[-1])
    return DueMail(*columns)


def store_outcome(number: int, outcome: Outcome, at: datetime) -> None:
    """Store the outcome of an e-mail, which is then no longer due."""
    with writing():
        execute(
            "UPDATE message SET mail = %s, not_before = NULL, sent_at = %s WHERE number = %s AND mail = 'due'",
            outcome,
            to_micros(at) if outcome == "sent" else None,
            number,
        )


def postpone(numbers: set[int], not_before: datetime) -> None:
    """Make claimed e-mails due again from an instant on."""
    if numbers:
        with writing():
            execute(
                f"UPDATE message SET not_before = %s WHERE mail = 'due' AND {_numbered()}",
                to_micros(not_before),
                _numbers(numbers),
            )


def unnotified_events() -> int:
    """How many events of the feed were not notified yet."""
    found = query(
        "SELECT COALESCE((SELECT max(position) FROM event), 0) - COALESCE((SELECT max(position) FROM told), 0)"
    )
    count: int = found[0][0]
    return count


def mail_due_since() -> datetime | None:
    """When the next e-mail is or becomes due; None if there is none."""
    return from_micros(query("SELECT min(not_before) FROM message WHERE mail = 'due'")[0][0])


def forget_messages(before: datetime) -> int:
    """Delete messages about events before an instant; returns how many."""
    if not query("SELECT 1 FROM message WHERE at < %s LIMIT 1", to_micros(before)):
        return 0
    with writing():
        return execute("DELETE FROM message WHERE at < %s", to_micros(before))


def _numbered() -> str:
    return f"message.number IN (SELECT given.number FROM {rows_as(number='bigint')})"


def _numbers(numbers: set[int]) -> str:
    return rows([(number,) for number in sorted(numbers)])


def _progress(position: int, reminded_until: int) -> Progress:
    instant = from_micros(reminded_until)
    assert instant is not None, "this column is never null"
    return Progress(position, instant)
