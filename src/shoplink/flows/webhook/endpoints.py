"""Endpoints, as their owners make, change and use them. A secret is shown once, when it is made."""

import secrets
from datetime import timedelta
from typing import Literal

from msgspec.structs import replace

from shoplink.flows import clock
from shoplink.flows.people.second_factor import encrypt_secret
from shoplink.flows.webhook.signature import new_secret
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
    shop_id: str | None, url: str, types: tuple[str, ...], description: str
) -> tuple[Endpoint, str] | None:
    """A new endpoint, which is told what happens from now on, and its secret; None if there are too many."""
    if store.count_endpoints(shop_id) >= ENDPOINTS_MAX:
        return None
    secret = new_secret()
    endpoint = Endpoint(
        endpoint_id=f"we_{secrets.token_hex(10)}",
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


def rotate_secret(endpoint: Endpoint) -> str:
    """A new secret. For a day every message is signed with the former one as well."""
    secret = new_secret()
    store.store_secrets(
        endpoint.endpoint_id, encrypt_secret(secret), endpoint.secret, clock.now() + BOTH_COUNT_FOR
    )
    return secret


def ask_to_send(endpoint: Endpoint, position: int | None) -> bool:
    """Send the event of a position once more, or without one a test event, even while the endpoint is paused.

    Returns False where too many already wait.
    """
    if queue.count_sends(endpoint.endpoint_id) >= SENDS_MAX:
        return False
    queue.ask_to_send(endpoint.endpoint_id, position, clock.now())
    return True
