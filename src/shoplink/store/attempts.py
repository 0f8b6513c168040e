"""Which lines of a file were answered before: what lets a file be taken in again without doing a thing twice."""

from collections.abc import Iterable
from typing import Any

import msgspec

from shoplink.store.sql import among, ids, query


def answers_of(scope: str, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The stored answers of idempotency keys, by key; read without a lock."""
    found = query(
        f"SELECT key, answer FROM stored_answer WHERE scope = %s AND {among('key')}", scope, ids(set(keys))
    )
    return {key: msgspec.json.decode(answer) for key, answer in found}
