"""Queries about links: single rows, pages in the order of a key, and the snapshot in which all reads run.

Nothing here writes. A page is one statement that starts after the last row of the previous page, so a deep page costs
as much as the first one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from psycopg import IsolationLevel

from shoplink.core import AnyEvent, Event, Link
from shoplink.core.values.search import fold_search
from shoplink.store.database.columns import LINK
from shoplink.store.database.fields import to_micros
from shoplink.store.database.folded import folded_column
from shoplink.store.database.sql import among, ids, is_postgresql, query
from shoplink.store.read.search import having_words

read_event = msgspec.json.Decoder(AnyEvent).decode
"""Decodes the event in a row of the log."""


@contextmanager
def snapshot() -> Iterator[None]:
    """Run all statements of a read on one snapshot of the database. None of them can write."""
    if connection.in_atomic_block or _reading_already():
        yield
        return
    if is_postgresql():
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        raw: Any = connection.connection
        raw.isolation_level, raw.read_only = IsolationLevel.REPEATABLE_READ, True  # sent with BEGIN
        try:
            with transaction.atomic():
                yield
        finally:
            if not raw.closed:
                raw.isolation_level = raw.read_only = None
        return
    # Django's own transaction would begin as a writer's, which waits for other writers and needs a writable file.
    run_statement("BEGIN DEFERRED")
    try:
        yield
    finally:
        run_statement("COMMIT")


def _reading_already() -> bool:
    """Whether this read is part of one that has begun on SQLite."""
    return not is_postgresql() and connection.connection is not None and connection.connection.in_transaction


def run_statement(statement: str) -> None:
    """Run a statement without a result."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def one_link(link_id: str) -> Link | None:
    """A link, as stored."""
    found = query(f"SELECT {LINK.sql} FROM link WHERE link_id = %s", link_id)
    return LINK.value(found[0]) if found else None


def status_of_link(link_id: str) -> str:
    """The stored status of a link that is known to exist."""
    status: str = query("SELECT status FROM link WHERE link_id = %s", link_id)[0][0]
    return status


def timeline(link_id: str) -> list[Event]:
    """The stored events of a link in order, without those of tickets: a ticket is between one side and support."""
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
    text: str = "",
) -> list[tuple[int, Link]]:
    """One page of links in the order of recording, each with its number, after the number `after`.

    With a status: the links that may have it at the instant. An overdue invitation has certainly expired. For any other
    overdue link the caller has to compute the current status. With a text, of a shop only: the links of that id, or of an
    account that is found by all words of the text.
    """
    wanted: list[tuple[str, tuple[Any, ...]]] = [("number > %s", (after,))]
    if text:
        condition, params = having_words("account", "link.account_id", fold_search(text).split() or [text])
        wanted.append((f"(link_id = %s OR ({condition}))", (text, *params)))
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
    """Links that meet one of two conditions, each found by its own index, so that no other link is read.

    Few links are overdue before the timer handles them. The plus keeps the planner from searching them by number.
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
    """Invitations that expire by an instant, the next one first."""
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
    """One page of the ids of shops, in order, after the id `after`."""
    condition, params = ("", ()) if market is None else (" AND market = %s", (market,))
    found = query(
        f"SELECT shop_id FROM shop WHERE shop_id > %s{condition} ORDER BY shop_id LIMIT %s",
        after,
        *params,
        limit,
    )
    return [row[0] for row in found]


def page_of_accounts(limit: int, after: str, handle: str | None = None) -> list[str]:
    """One page of the ids of accounts, in order, after the id `after`; with `handle`, of those that have it."""
    condition, params = ("", ()) if handle is None else (" AND handle_folded = %s", (folded_column(handle),))
    found = query(
        f"SELECT account_id FROM account WHERE account_id > %s{condition} ORDER BY account_id LIMIT %s",
        after,
        *params,
        limit,
    )
    return [row[0] for row in found]


def timelines(link_ids: Iterable[str]) -> dict[str, list[Event]]:
    """The stored events of some links, each in order, as by `timeline`. One statement."""
    found = query(
        f"SELECT link_id, data FROM event WHERE {among('link_id')} AND type NOT LIKE 'ticket.%%' ORDER BY number",
        ids(link_ids),
    )
    events: dict[str, list[Event]] = {}
    for link_id, data in found:
        events.setdefault(link_id, []).append(read_event(data))
    return events


def newest_links_of_account(account_id: str, limit: int, before: int | None = None) -> list[tuple[int, Link]]:
    """One page of an account's links, live or ended, the newest first, each with its number, before the number `before`."""
    behind, params = ("", ()) if before is None else (" AND number < %s", (before,))
    found = query(
        f"SELECT {LINK.sql}, number FROM link WHERE account_id = %s{behind} ORDER BY number DESC LIMIT %s",
        account_id,
        *params,
        limit,
    )
    return [(row[-1], LINK.value(row)) for row in found]
