"""Which lines of a file have answers, so that importing the file again executes nothing twice."""

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
    """How often the import of a file with this content was finished."""
    ended = 0
    while answers_of(scope, [_end_of(digest, ended)]):
        ended += 1
    return ended


def note_end(scope: str, digest: str, ended: int, at: datetime) -> None:
    """Store that the import of a file was finished; `ended` is how often it was finished before."""
    with writing():
        answers.store_answers(at, [(scope, _end_of(digest, ended), digest, {"outcome": "ended"})])


def _end_of(digest: str, ended: int) -> str:
    return f"{digest}:end/{ended}"
