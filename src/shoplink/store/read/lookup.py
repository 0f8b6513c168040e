"""Look-ups of accounts, and the record of who made them. Call what writes here within `owner.writing()`."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.folded import folded_column
from shoplink.store.database.sql import among, ids, insert, query


class LookUpRecord(Struct, frozen=True):
    """A look-up, as stored; `person_id` is a person or a key, and the `handle` of a key's is the id that it asked for."""

    at: datetime
    person_id: str
    shop_id: str
    handle: str
    account_id: str | None


def accounts_by_handle(handles: Iterable[str]) -> dict[str, list[str]]:
    """The ids of the accounts of each handle, in order. A handle can pass from one account to another."""
    asked = {handle: folded_column(handle) for handle in handles}
    found = query(
        f"SELECT handle_folded, account_id FROM account WHERE {among('handle_folded')} ORDER BY 1, 2",
        ids(filter(None, asked.values())),
    )
    accounts: dict[str, list[str]] = {}
    for folded, account_id in found:
        accounts.setdefault(folded, []).append(account_id)
    return {handle: accounts.get(folded, []) for handle, folded in asked.items()}


def record_look_ups(
    at: datetime, person_id: str, shop_id: str, look_ups: Sequence[tuple[str, str | None]]
) -> None:
    """Store which handles a person looked up for a shop, or which ids a key did, and the account of each, if any."""
    given = [(to_micros(at), person_id, shop_id, handle, account_id) for handle, account_id in look_ups]
    insert("look_up", given, at="bigint", person_id="text", shop_id="text", handle="text", account_id="text")


def look_ups_since(person_id: str, since: datetime) -> set[tuple[str, str, str | None]]:
    """The look-ups of a person since an instant: shop, handle, and the account that was found, if any."""
    found = query(
        "SELECT shop_id, handle, account_id FROM look_up WHERE person_id = %s AND at > %s",
        person_id,
        to_micros(since),
    )
    return {(shop_id, handle, account_id) for shop_id, handle, account_id in found}


def asked_since(person_id: str, shop_id: str, since: datetime) -> dict[str, datetime]:
    """What somebody has looked up for a shop since an instant, as it was asked for, each with when."""
    found = query(
        "SELECT handle, min(at) FROM look_up WHERE person_id = %s AND shop_id = %s AND at > %s GROUP BY handle",
        person_id,
        shop_id,
        to_micros(since),
    )
    return {asked: at for asked, micros in found if (at := from_micros(micros))}


def is_account(account_id: str) -> bool:
    """Whether there is an account with an id."""
    return bool(query("SELECT 1 FROM account WHERE account_id = %s", account_id))


def was_looked_up(person_id: str, shop_id: str, account_id: str, since: datetime) -> bool:
    """Whether a person has looked up this account for this shop since an instant."""
    found = query(
        "SELECT 1 FROM look_up WHERE shop_id = %s AND account_id = %s AND at > %s AND person_id = %s LIMIT 1",
        shop_id,
        account_id,
        to_micros(since),
        person_id,
    )
    return bool(found)


def page_of_look_ups(limit: int, account_id: str) -> list[LookUpRecord]:
    """The look-ups of an account, the newest first."""
    found = query(
        "SELECT at, person_id, shop_id, handle, account_id FROM look_up WHERE account_id = %s"
        " ORDER BY at DESC LIMIT %s",
        account_id,
        limit,
    )
    return [LookUpRecord(at, *rest) for micros, *rest in found if (at := from_micros(micros))]
