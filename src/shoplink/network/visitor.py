"""The address that a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address that a request comes from, as the operator's own proxies report it; '' if it is unknown.

    Each of the `PROXIES` trusted proxies appends the address of its caller to `X-Forwarded-For`. Anything before these
    entries is not trusted, because the client may have written it.
    """
    chain: list[str] = [request.META.get("REMOTE_ADDR", "")]
    if settings.PROXIES:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        chain[:0] = filter(None, forwarded)
    return chain[max(len(chain) - 1 - settings.PROXIES, 0)]
