"""Links by pair of shop and account: those that were ever established, or may be by now."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from shoplink.core import Link
from shoplink.store.database.columns import LINK
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query, rows, rows_as

_PAIR = "link.account_id = given.account_id AND link.shop_id = given.shop_id"
_NUL = "\x00"


class StoredLink(Struct, frozen=True, gc=False):
    """A link, as stored, and whether it has a due change that is not stored yet."""

    link: Link
    is_due: bool


def links_of_pairs(pairs: Iterable[tuple[str, str]], at: datetime) -> list[StoredLink]:
    """The links of pairs of shop and account, by one statement."""
    now = to_micros(at)
    asked = rows(
        pair for pair in pairs if _NUL not in "".join(pair)
    )  # no id holds one, and no database takes it
    found = query(
        f"SELECT {LINK.sql_of('link')}, link.due_at FROM {rows_as(shop_id='text', account_id='text')}"
        f" JOIN link ON {_PAIR} AND (link.linked_at IS NOT NULL OR link.due_at <= %s)",
        asked,
        now,
    )
    return [StoredLink(LINK.value(row), row[-1] is not None and row[-1] <= (now or 0)) for row in found]
