"""The secrets of second factors and of webhooks: encrypted with keys that are derived from SHOPLINK_SECRET_KEY and its fallbacks."""

import base64
from collections.abc import Callable
from functools import cache, partial

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from msgspec import Struct

from shoplink.store.people.second_factors import encrypted_secrets, replace_secret
from shoplink.store.webhook import endpoints


class SecretKeyCheck(Struct, frozen=True):
    """How many stored secrets were encrypted anew with the present key, and how many no key opens."""

    renewed: int
    unreadable: int


def encrypt_secret(text: str) -> str:
    """The stored form of a secret."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt_secret(text: str) -> str | None:
    """The secret of a stored form; None if neither the present key nor a fallback opens it."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken:
        return None


def check_secrets(*, renew: bool) -> SecretKeyCheck:
    """Look at every stored secret. With `renew`, those that a fallback opens are encrypted with the present key."""
    renewed = unreadable = 0
    stored: list[tuple[str, Callable[[str], None]]] = [
        (text, partial(replace_secret, number, name)) for number, name, text in encrypted_secrets()
    ]
    stored += [
        (text, partial(endpoints.replace_secret, endpoint_id, column, text))
        for endpoint_id, column, text in endpoints.encrypted_secrets()
    ]
    for text, store in stored:
        secret = decrypt_secret(text)
        if secret is None:
            unreadable += 1
        elif renew and not _opens(_fernet(settings.SECRET_KEY), text):
            store(encrypt_secret(secret))
            renewed += 1
    return SecretKeyCheck(renewed, unreadable)


def say_unreadable(count: int) -> str:
    """What it means that no key opens some secrets, in words for the operator."""
    return (
        f"SHOPLINK_SECRET_KEY does not open {count} stored secrets of second factors and webhooks: set the key that was in"
        " use before (or name it in SHOPLINK_SECRET_KEY_FALLBACKS), or reset the second factors with"
        " `shoplink people reset-second-factor EMAIL` and rotate the secrets of the webhook endpoints"
    )


def _cipher() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _opens(cipher: Fernet, text: str) -> bool:
    try:
        cipher.decrypt(text.encode())
    except InvalidToken:
        return False
    return True


@cache
def _fernet(secret_key: str) -> Fernet:
    key = salted_hmac("shoplink.second_step", "", secret=secret_key, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
