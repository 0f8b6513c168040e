"""API keys: created and revoked, each with its event, by somebody who is on record."""

from collections.abc import Callable
from datetime import datetime

from shoplink.core.facts import Actor
from shoplink.core.people.access_events import KeyCreated, KeyRevoked
from shoplink.flows import clock
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.people import keys as store
from shoplink.store.write.load import LoadKeys


def create_key(
    by: Actor, name: str, scopes: set[str], now: Callable[[], datetime] = clock.now
) -> tuple[str, str]:
    """Create a key; returns its id and its secret, which cannot be shown again. Raises ValueError for a wrong scope."""

    def work(transaction: Transaction) -> tuple[str, str]:
        world, _ = transaction.load(LoadKeys.of([]))
        key_id, secret = store.create_key(name, scopes, world.now, created_by=by.person or by.id)
        transaction.record([KeyCreated(at=world.now, by=by, key_id=key_id, scopes=tuple(sorted(scopes)))])
        return key_id, secret

    return transact(work, now)


def revoke_key(by: Actor, key_id: str, now: Callable[[], datetime] = clock.now) -> bool:
    """Revoke a key; returns whether there was such a key in force."""

    def work(transaction: Transaction) -> bool:
        world, _ = transaction.load(LoadKeys.of([]))
        revoked = store.revoke_key(key_id, world.now)
        if revoked:
            transaction.record([KeyRevoked(at=world.now, by=by, key_id=key_id)])
        return revoked

    try:
        return transact(work, now)
    finally:
        store.forget_found()


def revoke_keys_of(by: Actor, person_id: str) -> int:
    """Revoke every key in force that a person has created; returns how many."""
    return sum(revoke_key(by, key.key_id) for key in keys_of(person_id))


def keys_of(person_id: str) -> list[store.Key]:
    """The keys in force that a person has created, the oldest first."""
    return [key for key in store.every_key() if key.created_by == person_id and key.revoked_at is None]
