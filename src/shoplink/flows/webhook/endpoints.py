"""Endpoints, as their owners make, change and use them. A secret is shown once, when it is made."""

import secrets
from datetime import timedelta
from typing import Literal

from django.utils.crypto import salted_hmac
from msgspec.structs import replace

from shoplink.flows import clock
from shoplink.flows.people.second_factor import decrypt_secret, encrypt_secret
from shoplink.flows.webhook.signature import new_secret, secret_of
from shoplink.store.database.owner import writing
from shoplink.store.webhook import endpoints as store
from shoplink.store.webhook import queue
from shoplink.store.webhook.endpoints import Endpoint
from shoplink.store.write.feed import newest_position

ENDPOINTS_MAX = 20
"""How many endpoints the platform has at most, and each shop."""

SENDS_MAX = 100
"""How many single messages may wait to be sent to an endpoint."""

BOTH_COUNT_FOR = timedelta(hours=24)
"""How long messages are signed with the former secret too, after a new one was made."""


def make_endpoint(
    shop_id: str | None, url: str, types: tuple[str, ...], description: str, key: str | None = None
) -> tuple[Endpoint, str] | Literal["too_many", "other_body"]:
    """A new endpoint, which is told what happens from now on, and its secret.

    With `key` a repeated request gets the same endpoint and secret (both are derived from it), or `other_body` if the
    endpoint is another one by now. `too_many`: there are as many as there may be.
    """
    secret = new_secret() if key is None else secret_of(_derived("secret", key))
    endpoint_id = f"we_{secrets.token_hex(10) if key is None else _derived('endpoint', key).hex()[:20]}"
    with writing():
        if key is not None:
            # Two equal requests may run at the same time; the second one finds the endpoint of the first.
            store.lock_endpoint(endpoint_id)
            made = store.one_endpoint(endpoint_id)
            if made is not None:
                same = (made.shop_id, made.url, made.types, made.description)
                return (made, secret) if same == (shop_id, url, types, description) else "other_body"
        if store.count_endpoints(shop_id) >= ENDPOINTS_MAX:
            return "too_many"
        endpoint = Endpoint(
            endpoint_id=endpoint_id,
            shop_id=shop_id,
            url=url,
            types=types,
            description=description,
            secret=encrypt_secret(secret),
            former_secret=None,
            former_until=None,
            status="active",
            cause="",
            position=newest_position(),
            attempts=0,
            failing_since=None,
            not_before=None,
            created_at=clock.now(),
        )
        store.add_endpoint(endpoint)
    return endpoint, secret


def _derived(use: str, key: str) -> bytes:
    """Bytes that only this installation can derive from an idempotency key."""
    return salted_hmac(f"webhook {use}", key, algorithm="sha256").digest()


def change_endpoint(
    endpoint: Endpoint,
    *,
    url: str,
    types: tuple[str, ...],
    description: str,
    status: Literal["active", "paused"] | None,
) -> None:
    """Change an endpoint. Without a status it stays as it is; what waits in a paused one is sent once it is active."""
    changed = replace(endpoint, url=url, types=types, description=description)
    if status is not None and status != endpoint.status:
        changed = replace(changed, status=status, cause="asked" if status == "paused" else "")
    store.change_endpoint(changed)


def rotate_secret(endpoint: Endpoint, key: str | None = None) -> str:
    """A new secret. For a day every message is signed with the former one as well.

    With `key` a repeated request gets the same secret, and the former one stays what it was.
    """
    secret = new_secret() if key is None else secret_of(_derived("secret", f"{endpoint.endpoint_id} {key}"))
    with writing():
        store.lock_endpoint(endpoint.endpoint_id)
        present = store.one_endpoint(endpoint.endpoint_id)
        if present is not None and not (key is not None and decrypt_secret(present.secret) == secret):
            until = clock.now() + BOTH_COUNT_FOR
            store.store_secrets(endpoint.endpoint_id, encrypt_secret(secret), present.secret, until)
    return secret


def ask_to_send(endpoint: Endpoint, position: int | None) -> bool:
    """Send the event of a position once more, or without one a test event, even while the endpoint is paused.

    Returns False where too many already wait.
    """
    if queue.count_sends(endpoint.endpoint_id) >= SENDS_MAX:
        return False
    queue.ask_to_send(endpoint.endpoint_id, position, clock.now())
    return True
