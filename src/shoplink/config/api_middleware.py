"""API requests with a key pass only the middleware that they need: no sessions, no cookies, no CSP.

Django has one chain of middleware for all requests, so this module runs two of its handlers.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from shoplink.api.http.problem import PREFIX
from shoplink.server.answer import Application


class _ApiKeyHandler(WSGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 (Django's)
        full_chain = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.API_KEY_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = full_chain


def with_api_key_handler(full: Application) -> Application:
    """A WSGI application that sends API requests with a key through the short chain, and others to `full`."""
    api_key_handler = _ApiKeyHandler()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        has_key = "HTTP_AUTHORIZATION" in environ and environ["PATH_INFO"].startswith(PREFIX)
        return (api_key_handler if has_key else full)(environ, start_response)

    return answer
