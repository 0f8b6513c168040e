"""A seller looks accounts up by their handles: kept with who asked, and so many an hour at most."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from msgspec import Struct

from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.store.database.owner import writing
from shoplink.store.read import lookup

HANDLE_LENGTH_MAX = 200
_HOUR = timedelta(hours=1)
_GOOD_FOR = timedelta(days=1)


class LookUpResult(Struct, frozen=True):
    """The accounts that each handle names, in the order asked; None where this person has asked too often."""

    accounts: list[tuple[str, list[str]]] | None


def look_up(by: Actor, handles: Sequence[str], now: Callable[[], datetime] = clock.now) -> LookUpResult:
    """Look up accounts by their handles, with or without the @, for the shop that asks.

    What this person has looked up for the shop within the hour is the same look-up still. No handle is nobody's.
    """
    asked = list(dict.fromkeys(plain_handle(handle) for handle in handles))
    named = set(filter(None, asked))
    with writing():
        at, person = now(), by.person or by.id
        lately = lookup.look_ups_since(person, at - _HOUR)
        before = {(shop_id, handle) for shop_id, handle, _ in lately}
        anew = {(by.id, handle) for handle in named} - before
        if anew and len(before) + len(anew) > settings.LOOK_UPS_PER_HOUR:
            return LookUpResult(None)
        accounts = lookup.accounts_by_handle(named | {handle.lower() for handle in named})
        found = [(handle, accounts.get(handle) or accounts.get(handle.lower()) or []) for handle in asked]
        rows = [(handle, account_id) for handle, ids in found if handle for account_id in ids or (None,)]
        lookup.record_look_ups(at, person, by.id, [row for row in rows if (by.id, *row) not in lately])
    return LookUpResult(found)


def plain_handle(text: str) -> str:
    """A handle as it is recorded: without the @ that people write, nor spaces around it."""
    return text.replace("\x00", "").strip().removeprefix("@").strip()[:HANDLE_LENGTH_MAX]


def has_looked_up(by: Actor, account_id: str, now: Callable[[], datetime] = clock.now) -> bool:
    """Whether this person has found the account for this shop within a day, so may see what stands in the way."""
    return lookup.was_looked_up(by.person or by.id, by.id, account_id, now() - _GOOD_FOR)
