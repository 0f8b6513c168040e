"""What a request is answered while the database is away: 503, and when to try again."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from shoplink.api.problem import ProblemError, problem

_RETRY_AFTER_SECONDS = 1


class DatabaseAway:
    """Middleware: an error of the connection is no fault of the request, and the next one may succeed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A problem document for an error of the connection; None for any other."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        headers = {"Retry-After": str(_RETRY_AFTER_SECONDS)}
        return problem(request, ProblemError("database.away", headers=headers))
