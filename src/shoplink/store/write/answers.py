"""Idempotency: a key is claimed before the command is decided and stored with its answer, in one transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import insert, is_postgresql, query, rows, rows_as


class StoredAnswer(Struct):
    """What a key was answered with, and the digest of the command it came with."""

    body_digest: str
    answer: dict[str, Any]


Key = tuple[str, str]
"""What a key is kept under, and the key."""


def claim_keys(keys: Iterable[Key]) -> tuple[dict[Key, StoredAnswer], set[Key]]:
    """The answers that keys already have, and the keys that another transaction is working on now."""
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
    """Keep the answers (scope, key, body digest, answer) of this transaction's commands."""
    given = [
        (scope, key, digest, msgspec.json.encode(answer).decode(), to_micros(at))
        for scope, key, digest, answer in answers
    ]
    insert("stored_answer", given, scope="text", key="text", body_digest="text", answer="text", at="bigint")
