"""Whether the secret key is the one that the database was used with: another one ends every session and opens no stored secret."""

from django.conf import settings
from django.utils.crypto import salted_hmac

from shoplink.flows import clock
from shoplink.flows.people.second_factor import check_secrets, say_unreadable
from shoplink.store.database.marker import keep_key_digest, key_digest

_DIGITS = 40
_ANOTHER_KEY = (
    "SHOPLINK_SECRET_KEY is another than the service was started with last: everybody is signed out, and links that were sent"
    " to people may have ended; all machines of a service need the same key, and SHOPLINK_SECRET_KEY_FALLBACKS names earlier ones"
)


def secret_key_problems(*, renew: bool) -> list[str]:
    """A sentence for each thing that the present key and its fallbacks do not open.

    With `renew`, as at every start, secrets are encrypted with the present key, and that key is remembered. A key that opens
    all there is is then taken for the new one.
    """
    unreadable = check_secrets(renew=renew).unreadable
    known, own = key_digest(), _digest(settings.SECRET_KEY)
    is_another = known is not None and known not in {own, *map(_digest, settings.SECRET_KEY_FALLBACKS)}
    if renew and known != own and not unreadable:
        keep_key_digest(own, clock.now())
    found = [_ANOTHER_KEY] if is_another else []
    return [*found, say_unreadable(unreadable)] if unreadable else found


def _digest(key: str) -> str:
    """What says which key it is and nothing else of it: it has too many bits to be found by trying."""
    return salted_hmac("shoplink.secret_key", "", secret=key, algorithm="sha256").hexdigest()[:_DIGITS]
