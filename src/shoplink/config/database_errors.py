"""What a request is answered while the database is away: 503, and when to try again."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from shoplink.api.http.problem import ProblemError, problem_response
from shoplink.web.page import errors

_AWAY = (OperationalError, InterfaceError)
_RETRY_AFTER_SECONDS = "1"


class DatabaseAway:
    """Middleware: an error of the connection is no fault of the request, and the next one may succeed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 for an error of the connection; None for any other."""
        return _away(request) if isinstance(exception, _AWAY) else None


def broken(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: what fails before a view is reached, such as who has signed in, may be the connection too."""
    return _away(request) if isinstance(sys.exception(), _AWAY) else errors.broken(request)


def _away(request: HttpRequest) -> HttpResponse:
    """A problem document for programs, a page for people."""
    if request.path.startswith("/v1/"):
        return problem_response(
            request, ProblemError("database.away", headers={"Retry-After": _RETRY_AFTER_SECONDS})
        )
    response = errors.away(request)
    response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response
