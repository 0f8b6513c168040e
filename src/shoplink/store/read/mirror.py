"""When shops were last compared with the platform that decides about their links, and what that left open."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from shoplink.store.database.sql import among, ids, query
from shoplink.store.people.membership import instant_of


class LastCompared(Struct, frozen=True):
    """The newest list of a shop: as of when it stood at the platform, when it was compared, and how many questions it left."""

    as_of: datetime
    compared_at: datetime
    questions: int


def last_compared(shop_ids: Iterable[str]) -> dict[str, LastCompared]:
    """The newest list of each of these shops that was ever compared. One statement."""
    found = query(
        f"SELECT shop_id, as_of, compared_at, questions FROM mirror WHERE {among('shop_id')}", ids(shop_ids)
    )
    return {
        shop_id: LastCompared(instant_of(as_of), instant_of(compared_at), questions)
        for shop_id, as_of, compared_at, questions in found
    }
