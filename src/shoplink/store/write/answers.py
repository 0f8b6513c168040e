"""Idempotency: a key is claimed before its command is decided, and stored with its answer in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import insert, is_postgresql, query, rows, rows_as


class StoredAnswer(Struct):
    """The answer stored under a key, and the digest of the command that the key belongs to."""

    body_digest: str
    answer: dict[str, Any]


Key = tuple[str, str]
"""A key with its scope: (scope, key)."""


def claim_keys(keys: Iterable[Key]) -> tuple[dict[Key, StoredAnswer], set[Key]]:
    """Claim keys: returns the stored answers of keys, and the keys that another transaction holds now."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}, set()
    running = set()
    given = rows_as(scope="text", key="text")
    if is_postgresql():
        locked = query(
            "SELECT given.scope, given.key,"
            " pg_try_advisory_xact_lock(hashtextextended(given.scope || ' ' || given.key, 7310003))"
            f" FROM {given}",
            rows(wanted),
        )
        running = {(scope, key) for scope, key, got in locked if not got}
    found = query(
        f"SELECT stored.scope, stored.key, body_digest, answer FROM {given} JOIN stored_answer AS stored"
        " ON stored.scope = given.scope AND stored.key = given.key",
        rows(wanted),
    )
    stored = {
        (scope, key): StoredAnswer(digest, msgspec.json.decode(answer))
        for scope, key, digest, answer in found
    }
    return stored, running


def store_answers(at: datetime, answers: Iterable[tuple[str, str, str, dict[str, Any]]]) -> None:
    """Store the answers (scope, key, body digest, answer) of this transaction's commands."""
    given = [
        (scope, key, digest, msgspec.json.encode(answer).decode(), to_micros(at))
        for scope, key, digest, answer in answers
    ]
    insert("stored_answer", given, scope="text", key="text", body_digest="text", answer="text", at="bigint")
