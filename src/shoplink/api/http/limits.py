"""How many requests an address and an API key may send."""

import hashlib
import math
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shoplink.api.http.header import header_of
from shoplink.api.http.problem import PREFIX, ProblemError, problem_response
from shoplink.network import address_of
from shoplink.network.buckets import share_of_process, site_of


class RateLimit:
    """Middleware: below `/v1/`, a request costs a token of its address, and one of its key if it carries one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response
        self._buckets = share_of_process(settings.RATE_PER_SECOND, settings.RATE_BURST)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual, or 429 and when to try again."""
        if not request.path.startswith(PREFIX):
            return self._get_response(request)
        wait = self._buckets.take(*_names(request))
        if wait == 0:
            return self._get_response(request)
        seconds = math.ceil(wait)
        return problem_response(
            request, ProblemError("rate.limited", headers={"Retry-After": str(seconds)}, seconds=seconds)
        )


def _names(request: HttpRequest) -> list[str]:
    """The buckets of a request: one for where it comes from, and one for its key, in force or not."""
    names = [f"address {site_of(address_of(request))}"]
    if authorization := header_of(request, "Authorization"):
        names.append(f"key {hashlib.sha256(authorization.encode()).hexdigest()}")
    return names
