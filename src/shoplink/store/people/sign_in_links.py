"""The rows of sign-in links; only the digest of a link's secret is stored."""

from datetime import datetime

from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, insert, is_postgresql, query
from shoplink.store.people.membership import digest, instant_of


class SignInLinkRecord(Struct, frozen=True):
    """A sign-in link, as stored: whom it signs in, and the path that it leads to."""

    person_id: str
    path: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def add_sign_in_link(secret: str, person_id: str, path: str, at: datetime, expires_at: datetime) -> None:
    """Store a sign-in link by the digest of its secret."""
    given = (digest(secret), person_id, path, to_micros(at), to_micros(expires_at))
    instants = {"created_at": "bigint", "expires_at": "bigint"}
    insert("sign_in_link", [given], digest="text", person_id="text", path="text", **instants)


def lock_sign_in_link(secret: str) -> None:
    """Lock the link of a secret until this transaction ends; waits for another transaction that holds it."""
    if is_postgresql():
        query("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7310007))", digest(secret))


def find_sign_in_link(secret: str) -> SignInLinkRecord | None:
    """The sign-in link of a secret, in any state."""
    found = query(
        "SELECT person_id, path, created_at, expires_at, used_at FROM sign_in_link WHERE digest = %s",
        digest(secret),
    )
    if not found:
        return None
    person_id, path, created_at, expires_at, used_at = found[0]
    return SignInLinkRecord(
        person_id, path, instant_of(created_at), instant_of(expires_at), from_micros(used_at)
    )


def use_sign_in_link(secret: str, at: datetime) -> bool:
    """Mark a sign-in link as used; returns whether it could still be used."""
    return (
        execute(
            "UPDATE sign_in_link SET used_at = %s WHERE digest = %s AND used_at IS NULL AND expires_at > %s",
            to_micros(at),
            digest(secret),
            to_micros(at),
        )
        == 1
    )


def forget_sign_in_links(expired_before: datetime) -> int:
    """Delete links that expired before an instant, after which no request is repeated; returns how many."""
    before = to_micros(expired_before)
    if not query("SELECT 1 FROM sign_in_link WHERE expires_at < %s LIMIT 1", before):
        return 0
    with writing():
        return execute("DELETE FROM sign_in_link WHERE expires_at < %s", before)
