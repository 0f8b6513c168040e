"""Request bodies as streams with a working `readline`: granian's own loses the data after the line."""

import io
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_BUFFER_BYTES = 1 << 16


class _Body(io.RawIOBase):
    """A raw stream over the `read` method of a WSGI input."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def with_buffered_input(application: Application) -> Application:
    """A WSGI application whose `wsgi.input` is a buffered binary stream."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = io.BufferedReader(_Body(environ["wsgi.input"]), _BUFFER_BYTES)
        return application(environ, start_response)

    return answer
