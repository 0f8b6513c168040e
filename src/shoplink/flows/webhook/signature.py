"""Secrets and signatures as Standard Webhooks has them (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A new secret."""
    return secret_of(secrets.token_bytes(_BYTES))


def secret_of(key: bytes) -> str:
    """The secret in its written form."""
    return PREFIX + base64.b64encode(key).decode()


def signed_headers(message_id: str, at: datetime, body: bytes, signing: Iterable[str]) -> dict[str, str]:
    """The headers of a message that is sent at an instant: its id, the instant, and a signature by each secret."""
    seconds = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(message_id, seconds, body, secret) for secret in signing),
    }


def _signature(message_id: str, seconds: str, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
