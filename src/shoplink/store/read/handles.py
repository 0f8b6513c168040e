"""Which accounts had which handle when, and which shops and accounts are recorded."""

from collections.abc import Iterable, Iterator

from shoplink.core.commission.handles import HandleUse
from shoplink.store.database.fields import from_micros
from shoplink.store.database.sql import among, ids, query

_PAGE_HANDLES = 5_000
_NUL = "\x00"

_LASTED = (
    "SELECT account_id, handle_folded, since, LEAD(since) OVER changes AS until, ROW_NUMBER() OVER changes AS place"
    " FROM handle WHERE account_id IN (SELECT account_id FROM handle WHERE {among})"
    " WINDOW changes AS (PARTITION BY account_id ORDER BY number)"
)


def uses_of_handles(folded: Iterable[str]) -> dict[str, list[HandleUse]]:
    """Every use of these handles, which are folded, by handle. One statement."""
    asked = ids(one for one in folded if _NUL not in one)
    is_asked = among("handle_folded")
    found = query(
        "SELECT handle_folded, account_id, since, until, place"
        f" FROM ({_LASTED.format(among=is_asked)}) AS lasted WHERE {is_asked}",
        asked,
        asked,
    )
    uses: dict[str, list[HandleUse]] = {}
    for handle, account_id, since, until, place in found:
        use = HandleUse(account_id, from_micros(since), from_micros(until), is_first=place == 1)
        uses.setdefault(handle, []).append(use)
    return uses


def uses_of_all_handles() -> Iterator[tuple[str, list[HandleUse]]]:
    """Every handle that an account ever had, folded and in order, with its uses; in bounded memory, within one snapshot."""
    last = ""
    while page := query(
        "SELECT DISTINCT handle_folded FROM handle WHERE handle_folded > %s"
        f" ORDER BY handle_folded LIMIT {_PAGE_HANDLES}",
        last,
    ):
        last = page[-1][0]
        uses = uses_of_handles(handle for (handle,) in page)
        yield from ((handle, uses[handle]) for (handle,) in page)


def recorded(shops: Iterable[str], accounts: Iterable[str]) -> tuple[set[str], set[str]]:
    """Those of these ids that are recorded. One statement."""
    found = query(
        f"SELECT 0, shop_id FROM shop WHERE {among('shop_id')}"
        f" UNION ALL SELECT 1, account_id FROM account WHERE {among('account_id')}",
        *(ids(one for one in asked if _NUL not in one) for asked in (shops, accounts)),
    )
    return {key for kind, key in found if kind == 0}, {key for kind, key in found if kind == 1}
