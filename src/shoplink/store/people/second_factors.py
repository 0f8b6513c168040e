"""The rows of second factors, which belong to allauth, with their encrypted secrets."""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator

from shoplink.store.database.owner import writing

_ENCRYPTED = ("secret", "seed")


def encrypted_secrets() -> Iterator[tuple[int, str, str]]:
    """Every encrypted secret: the number of its row, its name there, and its text."""
    for number, data in Authenticator.objects.order_by("pk").values_list("pk", "data"):
        for name in _ENCRYPTED:
            if name in data:
                yield number, name, data[name]


def has_second_factor(person_id: str) -> bool:
    """Whether a person has an authenticator app or a passkey."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user__person_id=person_id, type__in=kinds).exists())


def replace_secret(number: int, name: str, text: str) -> None:
    """Store an encrypted secret anew."""
    with writing():
        row: Any = Authenticator.objects.select_for_update().filter(pk=number).first()
        if row is not None:
            row.data[name] = text
            row.save(update_fields=["data"])
