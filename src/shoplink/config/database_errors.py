"""The answer while the database is unavailable: 503, with the time to try again."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from shoplink.api.http.problem import ProblemError, problem_response
from shoplink.web.page import errors

_CONNECTION_ERRORS = (OperationalError, InterfaceError)
_RETRY_AFTER_SECONDS = "1"


class DatabaseUnavailable:
    """Middleware: a connection error is not the fault of the request, and the next request may succeed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap the next handler."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 for a connection error; None for any other error."""
        return _unavailable(request) if isinstance(exception, _CONNECTION_ERRORS) else None


def server_error_or_unavailable(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`. A connection can also fail before a view is reached, when the session is read."""
    return (
        _unavailable(request)
        if isinstance(sys.exception(), _CONNECTION_ERRORS)
        else errors.server_error(request)
    )


def _unavailable(request: HttpRequest) -> HttpResponse:
    """A problem document for the API, an error page for the consoles."""
    if request.path.startswith("/v1/"):
        return problem_response(
            request, ProblemError("database.away", headers={"Retry-After": _RETRY_AFTER_SECONDS})
        )
    response = errors.database_unavailable(request)
    response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response
