"""What of the first steps of an installation is done, by the rows that each of them leaves."""

from msgspec import Struct

from shoplink.store.database.sql import query


class FirstSteps(Struct, frozen=True):
    """Which first steps have been taken. `rulebooks`: every market that shops have has a rulebook of its own choice."""

    shops: bool
    accounts: bool
    support: bool
    seller: bool
    creator: bool
    rulebooks: bool
    api_key: bool


def first_steps() -> FirstSteps:
    """The steps that have been taken. One statement, which ends at the first row of each."""
    tables = (
        "shop",
        "account",
        "membership WHERE place = 'support'",
        "membership WHERE place = 'shop'",
        "membership WHERE place = 'creator'",
        "api_key WHERE revoked_at IS NULL",
    )
    taken = ", ".join(f"EXISTS (SELECT 1 FROM {table})" for table in tables)
    open_market = (
        "EXISTS (SELECT 1 FROM (SELECT DISTINCT market FROM shop) AS used WHERE NOT EXISTS"
        " (SELECT 1 FROM activation WHERE activation.market = used.market AND cancelled_at IS NULL))"
    )
    shops, accounts, support, seller, creator, key, is_open = map(
        bool, query(f"SELECT {taken}, {open_market}")[0]
    )
    return FirstSteps(
        shops=shops,
        accounts=accounts,
        support=support,
        seller=seller,
        creator=creator,
        rulebooks=shops and not is_open,
        api_key=key,
    )
