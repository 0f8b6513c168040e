"""The address that a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address that a request comes from, as the operator's own proxies report it; '' if nobody says.

    Each of the `PROXIES` trusted ones adds at the end of `X-Forwarded-For` whom it was called by; what
    stands before that anybody may have written.
    """
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    chain = [*said, request.META.get("REMOTE_ADDR", "")]
    address: str = chain[max(len(chain) - 1 - settings.PROXIES, 0)]
    return address
