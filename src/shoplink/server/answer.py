"""Run a WSGI application in a thread, and send what it answers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

from shoplink.server.environ import Environ

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
"""A WSGI application (PEP 3333)."""
Send = Callable[[dict[str, Any]], Awaitable[None]]
"""The `send` of ASGI."""

PIECE_BYTES = 1 << 16
"""An answer of more than this is sent in pieces of this size."""


def headers_of(named: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI has them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named]


class FileBody:
    """What an application answers with to have a file sent (the `wsgi.file_wrapper` of PEP 3333)."""

    def __init__(self, file: BinaryIO, _block_bytes: int = PIECE_BYTES) -> None:
        """The file is closed once it is sent."""
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        """The pieces of the file."""
        while piece := self.file.read(PIECE_BYTES):
            yield piece


class Answer(NamedTuple):
    """A whole answer: its body, or the file that is its body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    file: FileBody | None = None

    async def send(self, send: Send) -> None:
        """Hand it to the server as a whole."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class AnswerRoom:
    """The memory that large answers may take together while their clients read them.

    The server keeps whatever it is given, so it is given a large answer piece by piece, each once the client has read
    most of what came before.
    """

    def __init__(self, size: int) -> None:
        """`size` in bytes."""
        self._free = size
        self._sending: dict[asyncio.Timeout, int] = {}  # the bytes of each, in the order in which they began

    async def send(self, answer: Answer, send: Send) -> None:
        """Send an answer. It is broken off where the room is needed and no other has been on its way for longer."""
        if answer.file is not None:
            await self._file(answer, answer.file, send)
            return
        size = len(answer.body)
        if size <= PIECE_BYTES:
            await answer.send(send)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as until:
                self._sending[until] = size
                self._free -= size
                self._make_room()
                try:
                    await self._pieces(answer, send)
                finally:
                    self._free += self._sending.pop(until, 0)

    async def _file(self, answer: Answer, body: FileBody, send: Send) -> None:
        with body.file:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            for piece in body:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _pieces(self, answer: Answer, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        body = memoryview(answer.body)
        for start in range(0, len(body), PIECE_BYTES):
            piece = bytes(body[start : start + PIECE_BYTES])
            more = start + PIECE_BYTES < len(body)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    def _make_room(self) -> None:
        """Break off those that have been on their way for longest, but not the last one, however large it is."""
        now = asyncio.get_running_loop().time()
        while self._free < 0 and len(self._sending) > 1:
            longest = next(iter(self._sending))
            self._free += self._sending.pop(longest)
            longest.reschedule(now)


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
    if isinstance(pieces, FileBody):
        return Answer(started.status, started.headers, b"", pieces)
    try:
        body = b"".join(pieces)
    finally:
        if close := getattr(pieces, "close", None):
            close()
    return Answer(started.status, started.headers, body)
