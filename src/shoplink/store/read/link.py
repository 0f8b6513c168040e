"""What pages read: single rows, pages in the order of a key, and the moment at which all of it is seen.

Nothing here writes. A page is one statement that starts behind the last row of the page before, so a deep page
costs what the first one does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from psycopg import IsolationLevel

from shoplink.core import AnyEvent, Event, Link
from shoplink.store.database.columns import LINK
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import is_postgresql, query

read_event = msgspec.json.Decoder(AnyEvent).decode
"""The event that a row of the log holds."""


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all statements of a read see one moment; none of them can write."""
    if connection.in_atomic_block or _reading_already():
        yield
        return
    if is_postgresql():
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        raw: Any = connection.connection
        raw.isolation_level, raw.read_only = IsolationLevel.REPEATABLE_READ, True  # said when it begins
        try:
            with transaction.atomic():
                yield
        finally:
            if not raw.closed:
                raw.isolation_level = raw.read_only = None
        return
    # Not Django's transaction: that begins as a writer's, which waits for the others and needs a writable file.
    run_statement("BEGIN DEFERRED")
    try:
        yield
    finally:
        run_statement("COMMIT")


def _reading_already() -> bool:
    """Whether a read that this one is part of has begun on SQLite."""
    return not is_postgresql() and connection.connection is not None and connection.connection.in_transaction


def run_statement(statement: str) -> None:
    """Run a statement that answers nothing."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def one_link(link_id: str) -> Link | None:
    """A link as it is stored."""
    found = query(f"SELECT {LINK.sql} FROM link WHERE link_id = %s", link_id)
    return LINK.value(found[0]) if found else None


def status_of_link(link_id: str) -> str:
    """The stored status of a link that is known to be there."""
    status: str = query("SELECT status FROM link WHERE link_id = %s", link_id)[0][0]
    return status


def timeline(link_id: str) -> list[Event]:
    """The stored events of a link, in the order they happened; a ticket is between one of its sides and support."""
    found = query(
        "SELECT data FROM event WHERE link_id = %s AND type NOT LIKE 'ticket.%%' ORDER BY number", link_id
    )
    return [read_event(row[0]) for row in found]


def page_of_links(  # noqa: PLR0913 (what links may be asked for by)
    at: datetime,
    limit: int,
    after: int,
    *,
    shop_id: str | None = None,
    account_id: str | None = None,
    status: str | None = None,
) -> list[tuple[int, Link]]:
    """Links in the order recorded, each with its number, behind the number `after`.

    With a status: those that may have it at the instant. An overdue invitation has expired, that is sure; of any
    other link that is due the caller has to work out what time makes of it.
    """
    wanted: list[tuple[str, tuple[Any, ...]]] = [("number > %s", (after,))]
    if shop_id is not None:
        wanted.append(("shop_id = %s", (shop_id,)))
    if account_id is not None:
        wanted.append(("account_id = %s", (account_id,)))
    if status is not None:
        now = to_micros(at)
        has_it = ("status = %s AND (status <> 'invited' OR due_at IS NULL OR due_at > %s)", (status, now))
        is_due = (
            "due_at IS NOT NULL AND due_at <= %s AND (status <> 'invited' OR %s = 'expired')",
            (now, status),
        )
        if shop_id is None and account_id is None:
            return _page_of_status(limit, after, has_it, is_due)
        wanted.append((f"(({has_it[0]}) OR ({is_due[0]}))", (*has_it[1], *is_due[1])))
    found = query(
        f"SELECT {LINK.sql}, number FROM link WHERE {' AND '.join(condition for condition, _ in wanted)}"
        " ORDER BY number LIMIT %s",
        *(param for _, params in wanted for param in params),
        limit,
    )
    return [(row[-1], LINK.value(row)) for row in found]


def _page_of_status(
    limit: int, after: int, has_it: tuple[str, tuple[Any, ...]], is_due: tuple[str, tuple[Any, ...]]
) -> list[tuple[int, Link]]:
    """Links that fulfil one of two conditions, each found by its own index: no other link is walked past.

    Few are due that the timer has not come to yet; the plus keeps them from being looked for by number.
    """
    halves = [
        f"SELECT * FROM (SELECT {LINK.sql}, number FROM link WHERE {number} > %s AND {condition}"
        f" ORDER BY {number} LIMIT %s) AS half"
        for number, condition in (("number", has_it[0]), ("+number", is_due[0]))
    ]
    params = (after, *has_it[1], limit, after, *is_due[1], limit, limit)
    found = query(f"{' UNION '.join(halves)} ORDER BY number LIMIT %s", *params)
    return [(row[-1], LINK.value(row)) for row in found]


def invitations_expiring(now: datetime, until: datetime, limit: int, market: str | None = None) -> list[Link]:
    """Invitations whose deadline comes by an instant, the next one first."""
    condition, params = ("", ()) if market is None else (" AND market = %s", (market,))
    found = query(
        f"SELECT {LINK.sql} FROM link WHERE due_at IS NOT NULL AND due_at > %s AND due_at <= %s"
        f" AND status = 'invited'{condition} ORDER BY due_at LIMIT %s",
        to_micros(now),
        to_micros(until),
        *params,
        limit,
    )
    return [LINK.value(row) for row in found]


def page_of_shops(limit: int, after: str, market: str | None = None) -> list[str]:
    """Ids of shops in their order, behind the id `after`."""
    condition, params = ("", ()) if market is None else (" AND market = %s", (market,))
    found = query(
        f"SELECT shop_id FROM shop WHERE shop_id > %s{condition} ORDER BY shop_id LIMIT %s",
        after,
        *params,
        limit,
    )
    return [row[0] for row in found]


def page_of_accounts(limit: int, after: str, handle: str | None = None) -> list[str]:
    """Ids of accounts in their order, behind the id `after`."""
    condition, params = ("", ()) if handle is None else (" AND handle = %s", (handle,))
    found = query(
        f"SELECT account_id FROM account WHERE account_id > %s{condition} ORDER BY account_id LIMIT %s",
        after,
        *params,
        limit,
    )
    return [row[0] for row in found]
