"""The body of a request as a stream that can be read by lines: granian's own `readline` loses what follows."""

import io
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_BUFFER_BYTES = 1 << 16


class _Body(io.RawIOBase):
    """What `read` of a WSGI input gives."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def with_lines(application: Application) -> Application:
    """A WSGI application whose `wsgi.input` is a whole binary stream."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = io.BufferedReader(_Body(environ["wsgi.input"]), _BUFFER_BYTES)
        return application(environ, start_response)

    return answer
