"""When shops were last compared with the platform that decides about their links, and what that left open."""

from collections.abc import Iterable

import msgspec

from shoplink.core.mirror.compare import Comparison, Difference
from shoplink.store.database.sql import among, ids, query
from shoplink.store.people.membership import instant_of

_decode = msgspec.json.Decoder(tuple[Difference, ...]).decode


def comparisons(shop_ids: Iterable[str]) -> dict[str, Comparison]:
    """The newest list of each of these shops with the questions that it left. One statement."""
    found = query(
        f"SELECT shop_id, as_of, compared_at, data FROM mirror WHERE {among('shop_id')}", ids(shop_ids)
    )
    return {
        shop_id: Comparison(shop_id, instant_of(as_of), instant_of(compared_at), _decode(data))
        for shop_id, as_of, compared_at, data in found
    }
