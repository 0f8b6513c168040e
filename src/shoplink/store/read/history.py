"""Queries of the log about the past of shops, accounts and links, each with a fixed number of statements."""

from collections.abc import Iterable
from datetime import datetime

from shoplink.core import Event
from shoplink.core.events import LinkEvent
from shoplink.core.mirror.events import RECORDED_STEPS
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import among, ids, query
from shoplink.store.read.link import read_event

_NUMBER_MAX = 2**63 - 1
_SINCE_MAX = 500
"""How many events are looked at to say what has changed since an instant."""


def facts_of_shop(shop_id: str, at: datetime) -> list[Event]:
    """The events that record the shop up to an instant, in order."""
    return _facts("shop_id", shop_id, ("shop.recorded",), at)


def facts_of_account(account_id: str, at: datetime) -> list[Event]:
    """The events that record and correct the account up to an instant, in order."""
    return _facts("account_id", account_id, ("account.recorded", "account.corrected"), at)


def timelines_of_links_open_at(
    at: datetime, *, shop_id: str | None = None, account_id: str | None = None
) -> list[LinkEvent]:
    """All events, in order, of those links of a shop or an account whose end was not recorded by an instant."""
    column, subject = ("shop_id", shop_id) if shop_id is not None else ("account_id", account_id)
    found = query(
        f"SELECT link_id FROM link WHERE {column} = %s AND (ended_at IS NULL OR touched_at > %s)",
        subject,
        to_micros(at),
    )
    return timelines(row[0] for row in found)


def timelines(link_ids: Iterable[str]) -> list[LinkEvent]:
    """All events of links, in the order in which they happened."""
    found = query(f"SELECT data FROM event WHERE {among('link_id')} ORDER BY number", ids(link_ids))
    return [event for row in found if isinstance(event := read_event(row[0]), LinkEvent)]


def newest_events(
    limit: int,
    before: int | None = None,
    *,
    shop_id: str | None = None,
    account_id: str | None = None,
) -> list[tuple[int, Event]]:
    """Events with their numbers, the newest first, of a shop, an account or all; before the number `before`."""
    wanted = {"shop_id = %s": shop_id, "account_id = %s": account_id, "number < %s": before}
    conditions = {condition: value for condition, value in wanted.items() if value is not None}
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    found = query(
        f"SELECT number, data FROM event{where} ORDER BY number DESC LIMIT %s", *conditions.values(), limit
    )
    return [(number, read_event(data)) for number, data in found]


def recorded_steps(limit: int, before: int | None = None) -> list[tuple[int, Event]]:
    """The newest events, with their numbers, that record links of shops decided elsewhere; before the number `before`.

    The steps are those that a rulebook may have something against (mirror.md section 2).
    """
    # The kinds stand in the text as in the index, the cross join and the pluses keep SQLite's planner to the index.
    kinds = ", ".join(f"'{kind}'" for kind in RECORDED_STEPS)
    found = query(
        "SELECT number, data FROM event WHERE number IN (SELECT event.number FROM shop CROSS JOIN event"
        f" WHERE shop.decided = 'elsewhere' AND event.shop_id = shop.shop_id AND event.type IN ({kinds})"
        " AND event.number < %s ORDER BY +event.number DESC LIMIT %s) ORDER BY number DESC",
        _NUMBER_MAX if before is None else before,
        limit,
    )
    return [(number, read_event(data)) for number, data in found]


def events_since(since: datetime, shop_ids: Iterable[str], account_ids: Iterable[str]) -> list[Event]:
    """The newest events after an instant about any of these shops and accounts, in order."""
    of_shops, of_accounts = (
        f"SELECT number, data FROM event WHERE {among(column)} AND at > %s ORDER BY number DESC LIMIT {_SINCE_MAX}"
        for column in ("shop_id", "account_id")
    )
    found = query(
        f"SELECT data FROM (SELECT * FROM ({of_shops}) AS s UNION SELECT * FROM ({of_accounts}) AS a)"
        " AS found ORDER BY number",
        ids(shop_ids),
        to_micros(since),
        ids(account_ids),
        to_micros(since),
    )
    return [read_event(row[0]) for row in found]


def newest_events_since(since: datetime) -> list[Event]:
    """The newest events of all after an instant, in order."""
    found = query(f"SELECT data, at FROM event ORDER BY number DESC LIMIT {_SINCE_MAX}")
    return [read_event(data) for data, at in reversed(found) if at > (to_micros(since) or 0)]


def _facts(column: str, subject: str, types: tuple[str, ...], at: datetime) -> list[Event]:
    found = query(
        f"SELECT data FROM event WHERE {column} = %s AND {among('type')} AND at <= %s ORDER BY number",
        subject,
        ids(types),
        to_micros(at),
    )
    return [read_event(row[0]) for row in found]
