"""Run a WSGI application in a thread, and send what it answers."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

from shoplink.server.environ import Environ

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
"""A WSGI application (PEP 3333)."""
Send = Callable[[dict[str, Any]], Awaitable[None]]
"""The `send` of ASGI."""


def headers_of(named: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI has them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named]


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    async def send(self, send: Send) -> None:
        """Send it. The server waits for a slow client without us."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class Started:
    """The `start_response` of one request: it keeps the status and the headers of the answer."""

    def __init__(self) -> None:
        """Nothing has been answered yet."""
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        """Keep what the application says; a later call replaces an earlier one."""
        del exc_info
        self.status = int(status[:3])
        self.headers = headers_of(headers)


def run(application: Application, environ: Environ) -> Answer:
    """The whole answer of an application to a request."""
    started = Started()
    pieces = application(environ, started)
    try:
        body = b"".join(pieces)
    finally:
        if close := getattr(pieces, "close", None):
            close()
    return Answer(started.status, started.headers, body)
