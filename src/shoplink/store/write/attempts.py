"""Which lines of a file were answered before: what lets a file be taken in again without doing a thing twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from shoplink.store.database.owner import writing
from shoplink.store.database.sql import among, ids, query
from shoplink.store.write import answers


def answers_of(scope: str, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The stored answers of idempotency keys, by key; read without a lock."""
    found = query(
        f"SELECT key, answer FROM stored_answer WHERE scope = %s AND {among('key')}", scope, ids(set(keys))
    )
    return {key: msgspec.json.decode(answer) for key, answer in found}


def times_ended(scope: str, digest: str) -> int:
    """How often a file of this content was taken in to its end."""
    ended = 0
    while answers_of(scope, [_end_of(digest, ended)]):
        ended += 1
    return ended


def note_end(scope: str, digest: str, ended: int, at: datetime) -> None:
    """Store that a file was taken in to its end, for the first time if `ended` is 0."""
    with writing():
        answers.store_answers(at, [(scope, _end_of(digest, ended), digest, {"outcome": "ended"})])


def _end_of(digest: str, ended: int) -> str:
    return f"{digest}:end/{ended}"
