"""Idempotency: a key is claimed before the command is decided and stored with its answer, in one transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.store.fields import to_micros
from shoplink.store.sql import among, ids, insert, is_postgresql, query, rows, rows_as


class StoredAnswer(Struct):
    """What a key was answered with, and the digest of the command it came with."""

    body_digest: str
    answer: dict[str, Any]


def claim(scope: str, keys: Iterable[str]) -> tuple[dict[str, StoredAnswer], set[str]]:
    """The answers that keys already have, and the keys that another transaction is working on now."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}, set()
    running = set()
    if is_postgresql():
        locked = query(
            "SELECT given.key, pg_try_advisory_xact_lock(hashtextextended(%s || given.key, 7310003))"
            f" FROM {rows_as(key='text')}",
            f"{scope} ",
            rows([(key,) for key in wanted]),
        )
        running = {key for key, got in locked if not got}
    found = query(
        f"SELECT key, body_digest, answer FROM stored_answer WHERE scope = %s AND {among('key')}",
        scope,
        ids(wanted),
    )
    return {key: StoredAnswer(digest, msgspec.json.decode(answer)) for key, digest, answer in found}, running


def store(scope: str, at: datetime, answers: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """Keep the answers (key, body digest, answer) of this transaction's commands."""
    given = [
        (scope, key, digest, msgspec.json.encode(answer).decode(), to_micros(at))
        for key, digest, answer in answers
    ]
    insert("stored_answer", given, scope="text", key="text", body_digest="text", answer="text", at="bigint")
