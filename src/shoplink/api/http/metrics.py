"""How long requests take, by route: what `/metrics` says of them. Never a path, which may hold an id."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

_SECONDS = Histogram(
    "shoplink_request_seconds",
    "How long requests took until their answer began.",
    ["method", "route", "status"],
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestMetrics:
    """Middleware: measures every request; unknown addresses count as one route."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual."""
        started = time.perf_counter()
        response = self._get_response(request)
        route = f"/{request.resolver_match.route}" if request.resolver_match else "unknown"
        method = request.method if request.method in _METHODS else "other"
        _SECONDS.labels(method, route, response.status_code).observe(time.perf_counter() - started)
        return response
