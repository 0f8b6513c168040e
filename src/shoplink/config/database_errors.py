"""The answer while the database cannot do what a request needs: 503, with the reason and the time to try again."""

import sys
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

from shoplink.api.http.problem import PREFIX, ProblemError, problem_response
from shoplink.flows import health
from shoplink.store.database.trouble import Kind, kind_of
from shoplink.web.page import errors

_RETRY_AFTER_SECONDS: dict[Kind, str] = {
    "away": "1",
    "read_only": "2",
    "full": "30",
    "locked": "1",
    "too_many_connections": "1",
}


class DatabaseUnavailable:
    """Middleware: trouble with the database is not the fault of the request, and the next request may succeed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap the next handler."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 if the database is at fault; None for any other error."""
        kind = kind_of(exception)
        return None if kind is None else _unavailable(request, kind, exception)


def server_error_or_unavailable(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`. The database can also fail before a view is reached, when the session is read."""
    error = sys.exception()
    kind = kind_of(error)
    if error is None or kind is None:
        return errors.server_error(request)
    return _unavailable(request, kind, error)


def _unavailable(request: HttpRequest, kind: Kind, error: BaseException) -> HttpResponse:
    """A problem document for the API, an error page for the consoles."""
    health.note(kind, error)
    if kind == "read_only":
        connection.close()  # the next one may lead to a database that can be written
    if request.path.startswith(PREFIX):
        response = problem_response(request, ProblemError(f"database.{kind}"))
    else:
        response = errors.database_unavailable(request, kind)
    response.headers["Retry-After"] = _RETRY_AFTER_SECONDS[kind]
    return response
