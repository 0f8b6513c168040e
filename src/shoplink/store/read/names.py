"""Names and markets of shops and accounts."""

from collections.abc import Iterable

from shoplink.store.database.sql import among, ids, query


def names(shops: Iterable[str], accounts: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The names of shops and the handles of accounts by their ids, empty if none is recorded. One statement."""
    found = query(
        f"SELECT 'shop', shop_id, name FROM shop WHERE {among('shop_id')}"
        f" UNION ALL SELECT 'account', account_id, handle FROM account WHERE {among('account_id')}",
        ids(shops),
        ids(accounts),
    )
    named: dict[str, dict[str, str]] = {"shop": {}, "account": {}}
    for kind, subject_id, name in found:
        named[kind][subject_id] = name
    return named["shop"], named["account"]


def markets_of(shops: Iterable[str], accounts: Iterable[str]) -> list[str]:
    """The markets of these shops and accounts, each once, in order. One statement."""
    found = query(
        f"SELECT market FROM shop WHERE {among('shop_id')} UNION SELECT region FROM account WHERE {among('account_id')}"
        " ORDER BY 1",
        ids(shops),
        ids(accounts),
    )
    return [market for (market,) in found]


def markets_by_shop(shops: Iterable[str]) -> dict[str, str]:
    """The market of each of these shops that is recorded. One statement."""
    found = query(f"SELECT shop_id, market FROM shop WHERE {among('shop_id')}", ids(shops))
    return dict(found)
