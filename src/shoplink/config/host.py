"""Which host names a request may call the service by."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from shoplink.api.http.problem import PREFIX, ProblemError, problem_response
from shoplink.web.page import errors

PROBES = frozenset({"/readyz", "/metrics"})
"""Asked by the address of the machine, as probes of container platforms do. `/healthz` never comes here."""


class KnownHost:
    """Middleware: a request by any other name than those in ALLOWED_HOSTS is refused, except for probes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap the next handler."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or answer 400."""
        if request.path not in PROBES:
            try:
                request.get_host()
            except DisallowedHost:
                if request.path.startswith(PREFIX):
                    return problem_response(request, ProblemError("host.unknown"))
                return errors.bad_request(request)
        return self._get_response(request)
