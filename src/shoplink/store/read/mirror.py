"""When shops were last compared with the platform that decides about their links, and what that left open."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from shoplink.core.mirror.compare import Comparison, Difference
from shoplink.store.database.sql import among, ids, query
from shoplink.store.people.membership import instant_of

_decode = msgspec.json.Decoder(tuple[Difference, ...]).decode


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


def comparisons(shop_ids: Iterable[str]) -> dict[str, Comparison]:
    """The newest list of each of these shops with the questions that it left. One statement."""
    found = query(
        f"SELECT shop_id, as_of, compared_at, data FROM mirror WHERE {among('shop_id')}", ids(shop_ids)
    )
    return {
        shop_id: Comparison(shop_id, instant_of(as_of), instant_of(compared_at), _decode(data))
        for shop_id, as_of, compared_at, data in found
    }
