"""Every answer of a sandbox says that it is one."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from shoplink.flows.sandbox.clock import is_sandbox

HEADER = "Shoplink-Sandbox"


class SandboxHeader:
    """Middleware: `Shoplink-Sandbox: true` on every answer of a sandbox."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual. While the database cannot be asked for the first time, nobody knows what it is."""
        response = self._get_response(request)
        try:
            if is_sandbox():
                response.headers[HEADER] = "true"
        except DatabaseError:
            pass  # the answer itself says what is wrong with it
        return response
