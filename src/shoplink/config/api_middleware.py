"""Programs that call the API with a key pass only the middleware that they need: no session, no cookies, no CSP.

Django knows one chain of middleware for all requests, so there are two of its handlers.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from shoplink.api.http.problem import PREFIX
from shoplink.config.request_stream import Application


class _ProgramHandler(WSGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 (Django's)
        everybody = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.PROGRAM_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = everybody


def with_programs(everybody: Application) -> Application:
    """A WSGI application that answers requests with a key by the short way, and `everybody` else by the whole."""
    programs = _ProgramHandler()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        by_program = "HTTP_AUTHORIZATION" in environ and environ["PATH_INFO"].startswith(PREFIX)
        return (programs if by_program else everybody)(environ, start_response)

    return answer
