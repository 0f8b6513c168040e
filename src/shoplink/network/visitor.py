"""The address that a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address that a request comes from, as the operator's own proxies report it; '' if it is unknown.

    Each of the `PROXIES` trusted proxies appends the address of its caller to `X-Forwarded-For`. Anything before these
    entries is not trusted, because the client may have written it.
    """
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    chain = [*forwarded, request.META.get("REMOTE_ADDR", "")]
    address: str = chain[max(len(chain) - 1 - settings.PROXIES, 0)]
    return address
