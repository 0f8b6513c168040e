"""Look-ups of accounts: each is recorded with the person or the key, and their number per hour is limited.

People look accounts up by their handles. A program that asks about an account by its id looks it up by that.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from msgspec import Struct

from shoplink.core.facts import Actor
from shoplink.core.values import fold_handle
from shoplink.flows import clock
from shoplink.store.database.owner import writing
from shoplink.store.read import lookup
from shoplink.table.cell import plain_handle

HANDLE_LENGTH_MAX = 200
_HOUR = timedelta(hours=1)
_GOOD_FOR = timedelta(days=1)


class LookUpResult(Struct, frozen=True):
    """The accounts of each handle, in the order of the request; None if the person has exceeded the limit."""

    accounts: list[tuple[str, list[str]]] | None


def look_up(by: Actor, handles: Sequence[str], now: Callable[[], datetime] = clock.real_now) -> LookUpResult:
    """Look up accounts by their handles, with or without the @, for a shop.

    Handles are compared as `fold_handle` folds them; of those that are the same, the first stands for all. If the
    person has looked up a handle for the shop within the last hour, it does not count again. An empty handle matches
    no account.
    """
    asked: dict[str, str] = {}
    for handle in map(_plain, handles):
        asked.setdefault(fold_handle(handle), handle)
    named = set(filter(None, asked))
    with writing():
        at, person = now(), by.person or by.id
        lately = {
            (shop_id, fold_handle(handle), account_id)
            for shop_id, handle, account_id in lookup.look_ups_since(person, at - _HOUR)
        }
        before = {(shop_id, handle) for shop_id, handle, _ in lately}
        anew = {(by.id, handle) for handle in named} - before
        if anew and len(before) + len(anew) > settings.LOOK_UPS_PER_HOUR:
            return LookUpResult(None)
        accounts = lookup.accounts_by_handle(named)
        found = [(asked[folded], accounts.get(folded, [])) for folded in asked]
        rows = [(handle, account_id) for handle, ids in found if handle for account_id in ids or (None,)]
        new = [
            (handle, account_id)
            for handle, account_id in rows
            if (by.id, fold_handle(handle), account_id) not in lately
        ]
        lookup.record_look_ups(at, person, by.id, new)
    return LookUpResult(found)


def look_up_by_key(
    by: Actor, key_id: str, account_id: str, now: Callable[[], datetime] = clock.real_now
) -> timedelta:
    """Record that a key looks up an account for a shop; returns for how long it must wait because it asks too much.

    Nothing is recorded then. Each key may look up as many accounts for each shop as a person, and the same one again
    within an hour, as people may.
    """
    with writing():
        at = now()
        lately = lookup.asked_since(key_id, by.id, at - _HOUR)
        if account_id in lately:
            return timedelta()
        if len(lately) >= settings.LOOK_UPS_PER_HOUR:
            return min(lately.values()) + _HOUR - at
        found = account_id if lookup.is_account(account_id) else None
        lookup.record_look_ups(at, key_id, by.id, [(account_id, found)])
    return timedelta()


def _plain(text: str) -> str:
    """A handle as somebody has typed or pasted it, without what does not belong to it."""
    return plain_handle(text.replace("\x00", ""))[:HANDLE_LENGTH_MAX]


def has_looked_up(by: Actor, account_id: str, now: Callable[[], datetime] = clock.real_now) -> bool:
    """Whether the person has looked up the account for this shop within a day, and so may see reasons about it."""
    return lookup.was_looked_up(by.person or by.id, by.id, account_id, now() - _GOOD_FOR)


def may_ask_about(by: Actor, account_id: str, *, has_link: bool) -> bool:
    """Whether somebody may learn what a decision says about an account.

    A shop that has no link with the account must have looked it up, which is limited and recorded.
    """
    return by.kind != "shop" or has_link or has_looked_up(by, account_id)
