"""API keys: shown once, stored as digests, revocable. Their last use is noted in memory and stored by the timer."""

import hashlib
import secrets
import threading
import time
from datetime import datetime, timedelta

from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import among, execute, ids, insert, query

SCOPES = ("read", "personal", "shop", "creator", "support", "platform")
"""The scopes of a key: to read, to be told the fields of persons, and to act on behalf of each kind of actor."""

_EVERY = timedelta(minutes=1)
_TRUSTED_SECONDS = 1.0


class Key(Struct, frozen=True):
    """A key, as stored, without its secret; `created_by` is a person's id, or what they used on the machine itself."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


_found: dict[str, tuple[Key, float]] = {}
_revocations = 0
_used: set[str] = set()
_stored: dict[str, datetime] = {}
_lock = threading.Lock()


def create_key(name: str, scopes: set[str], at: datetime, *, created_by: str = "") -> tuple[str, str]:
    """Create a key; returns its id and its secret, which cannot be shown again.

    Raises ValueError for an unknown scope, or if there is no scope.
    """
    if not scopes or not scopes <= set(SCOPES):
        raise ValueError(
            f"scopes: found {', '.join(sorted(scopes)) or 'nothing'}; allowed: {', '.join(SCOPES)}"
        )
    key_id, secret = f"key_{secrets.token_hex(6)}", f"shoplink_{secrets.token_urlsafe(32)}"
    given = (key_id, name, _digest(secret), " ".join(sorted(scopes)), created_by, to_micros(at))
    texts = dict.fromkeys(("key_id", "name", "digest", "scopes", "created_by"), "text")
    with writing():
        insert("api_key", [given], **texts, created_at="bigint")
    return key_id, secret


def find_key(secret: str) -> Key | None:
    """The key of a secret, unless it was revoked.

    The result is cached for one second, so a key that another process revokes may stay valid that long. A key that this
    process revokes is invalid at once.
    """
    digest = _digest(secret)
    key, found_at = _found.get(digest, (None, 0.0))
    now, revocations = time.monotonic(), _revocations
    if key is not None and now - found_at < _TRUSTED_SECONDS:
        return key
    found = query(f"{_SELECT} WHERE digest = %s AND revoked_at IS NULL", digest)
    key = _key(found[0]) if found else None
    with _lock:
        _found.pop(digest, None)
        if key is not None and revocations == _revocations:  # else the result may be stale
            _found[digest] = (key, now)
    return key


def every_key() -> list[Key]:
    """All keys, revoked ones included, the oldest first."""
    return [_key(row) for row in query(f"{_SELECT} ORDER BY created_at, key_id")]


def revoke_key(key_id: str, at: datetime) -> bool:
    """Revoke a key; returns whether there was such a key in force."""
    try:
        with writing():
            return (
                execute(
                    "UPDATE api_key SET revoked_at = %s WHERE key_id = %s AND revoked_at IS NULL",
                    to_micros(at),
                    key_id,
                )
                > 0
            )
    finally:
        forget_found()


def forget_found() -> None:
    """Forget the keys that were found, since one was revoked; call it once that is committed."""
    global _revocations  # noqa: PLW0603 (guarded by the lock)
    with _lock:
        _revocations += 1
        _found.clear()


def note_use(key_id: str) -> None:
    """Note in memory that a key was used. A read must not write, so `store_use` stores it later."""
    with _lock:
        _used.add(key_id)


def store_use(at: datetime) -> int:
    """Store the noted uses of keys, each key at most once a minute; returns how many were stored."""
    with _lock:
        due = {key_id for key_id in _used if key_id not in _stored or at - _stored[key_id] >= _EVERY}
    if not due:
        return 0
    with writing():
        execute(
            f"UPDATE api_key SET last_used_at = %s WHERE {among('key_id')}"
            " AND (last_used_at IS NULL OR last_used_at < %s)",
            to_micros(at),
            ids(due),
            to_micros(at),
        )
    with _lock:
        _stored.update(dict.fromkeys(due, at))
        _used.difference_update(due)
    return len(due)


_SELECT = "SELECT key_id, name, scopes, created_by, created_at, last_used_at, revoked_at FROM api_key"


def _key(row: tuple[str, str, str, str, int, int | None, int | None]) -> Key:
    key_id, name, scopes, created_by, created, used, revoked = row
    created_at = from_micros(created)
    assert created_at is not None, "this column is never null"
    return Key(
        key_id, name, tuple(scopes.split()), created_by, created_at, from_micros(used), from_micros(revoked)
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
