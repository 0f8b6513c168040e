"""Queries for foresight: what a rulebook's start would touch besides the Worlds that are compared."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.sql import among, ids, query

_LEAP_DAYS = timedelta(days=2)


class IdleWaiver(Struct, frozen=True):
    """A waiver in force that no longer does anything."""

    code: str
    shop_id: str | None
    account_id: str | None
    until: datetime | None


class Between(Struct, frozen=True):
    """The limits of two rulebooks, the lower first: how many followers, and about until when somebody must be born."""

    followers: list[int]
    born: list[date]


class EndingShowcases(Struct, frozen=True):
    """What leaves when links end: the synced showcases of how many accounts, and how many added items."""

    accounts: int
    items: int


def touched_since(position: int, at: datetime, market: str) -> tuple[set[str], set[str]]:
    """The shops and accounts of a market that an event after a position of the feed, or a change due at an instant, concerns.

    A shop is concerned by what happens to an account that it has a live link with.
    """
    found = query(
        "SELECT shop_id, account_id FROM event WHERE position > %s"
        " UNION SELECT shop_id, account_id FROM event WHERE position IS NULL"
        " UNION SELECT shop_id, account_id FROM link WHERE due_at <= %s",
        position,
        to_micros(at),
    )
    accounts = {account_id for _, account_id in found if account_id is not None}
    linked = query(
        f"SELECT DISTINCT shop_id FROM link WHERE {among('account_id')} AND status IN ('invited', 'in_review', 'linked')",
        ids(accounts),
    )
    shops = {shop_id for shop_id, _ in found if shop_id is not None}.union(row[0] for row in linked)
    return (
        {
            row[0]
            for row in query(
                f"SELECT shop_id FROM shop WHERE {among('shop_id')} AND market = %s", ids(shops), market
            )
        },
        {
            row[0]
            for row in query(
                f"SELECT account_id FROM account WHERE {among('account_id')} AND region = %s",
                ids(accounts),
                market,
            )
        },
    )


def markets_of_shops() -> list[str]:
    """The markets that there are shops in, in order."""
    return [row[0] for row in query("SELECT DISTINCT market FROM shop ORDER BY market")]


def accounts_linked_to(shop_ids: Iterable[str]) -> set[str]:
    """The accounts that have a live link with one of these shops."""
    found = query(
        "SELECT DISTINCT account_id FROM link"
        f" WHERE {among('shop_id')} AND status IN ('invited', 'in_review', 'linked')",
        ids(shop_ids),
    )
    return {row[0] for row in found}


def affiliates(market: str, between: Between, after: str, limit: int) -> list[str]:
    """One page of a market's accounts without an established link that are between two limits, by id."""
    found = query(
        "SELECT account_id FROM account WHERE account_id > %s AND region = %s"
        " AND (followers >= %s AND followers < %s OR birth_date >= %s AND birth_date <= %s)"
        " AND NOT EXISTS (SELECT 1 FROM link WHERE link.account_id = account.account_id AND status = 'linked')"
        " ORDER BY account_id LIMIT %s",
        after,
        market,
        *between.followers,
        (between.born[0] - _LEAP_DAYS).isoformat(),
        (between.born[1] + _LEAP_DAYS).isoformat() if between.born[0] < between.born[1] else "",
        limit,
    )
    return [row[0] for row in found]


def accounts_with_links(market: str, since: datetime, number: int) -> list[str]:
    """The accounts of a market with at least so many marketing links established since an instant, by id."""
    found = query(
        "SELECT account_id FROM link JOIN account USING (account_id) WHERE region = %s AND role = 'marketing'"
        " AND linked_at > %s GROUP BY account_id HAVING count(*) >= %s ORDER BY account_id",
        market,
        to_micros(since),
        number,
    )
    return [row[0] for row in found]


def ending_showcases(link_ids: Sequence[str]) -> EndingShowcases:
    """What leaves when these links end."""
    if not link_ids:
        return EndingShowcases(0, 0)
    synced = query(
        f"SELECT count(*) FROM link WHERE {among('link_id')} AND synced_since IS NOT NULL", ids(link_ids)
    )
    added = query(
        f"SELECT count(*) FROM item WHERE {among('came_under')} AND removed_at IS NULL", ids(link_ids)
    )
    return EndingShowcases(synced[0][0], added[0][0])


def idle_waivers(market: str, codes: Sequence[str], at: datetime, limit: int) -> tuple[int, list[IdleWaiver]]:
    """How many waivers from these reasons a market's shops and accounts have in force at an instant, and the first."""
    if not codes:
        return 0, []
    found = query(
        "SELECT code, shop_id, account_id, until, count(*) OVER () FROM waiver"
        f" WHERE ended_at IS NULL AND {among('code')} AND (until IS NULL OR until > %s)"
        " AND (shop_id IN (SELECT shop_id FROM shop WHERE market = %s)"
        " OR account_id IN (SELECT account_id FROM account WHERE region = %s)) ORDER BY id LIMIT %s",
        ids(codes),
        to_micros(at),
        market,
        market,
        limit,
    )
    listed = [
        IdleWaiver(code, shop_id, account_id, from_micros(until))
        for code, shop_id, account_id, until, _ in found
    ]
    return (found[0][4] if found else 0), listed
