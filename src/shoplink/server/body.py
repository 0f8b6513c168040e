"""Request bodies, read on the event loop: within a size, and within a time that slow clients cannot stretch."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic
from typing import Any

from shoplink.server.environ import Scope

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_IDLE_TIMES_MAX = 4  # a whole body comes within so many times the time in which nothing may come
_BYTES_PER_SECOND_MIN = 1_000  # of a body that has been on its way for longer than nothing may come
_READ_BEYOND_THE_LIMIT = 16  # times the limit


class BodyRefusedError(Exception):
    """A body that is not read to its end: `body.too_large` or `body.too_slow`."""

    def __init__(self, kind: str) -> None:
        """`kind` says why."""
        super().__init__(kind)
        self.kind = kind


class ClientGoneError(Exception):
    """The client closed the connection before it had sent the whole body."""


class BodyRoom:
    """The memory that the bodies of all requests may take together while they are on their way."""

    def __init__(self, size: int, idle_seconds: float) -> None:
        """`size` in bytes.

        A client may send nothing for `idle_seconds`, and has four times as long for the whole body.
        """
        self._free, self._idle_seconds = size, idle_seconds

    async def read(self, scope: Scope, receive: Receive, limit: int) -> bytes:
        """The body of a request, of at most `limit` bytes.

        Raises BodyRefusedError if it is larger or too slow, or if there is no room (`overloaded`), and ClientGoneError.
        """
        stated = stated_length(scope)
        if stated == 0:
            return b""
        reader = BodyReader(receive, self._idle_seconds, _IDLE_TIMES_MAX * self._idle_seconds)
        if stated is not None and stated > limit:
            await reader.drop(scope, limit)
        body = bytearray()
        try:
            while len(body) != stated and (piece := await reader.piece()) is not None:
                if len(body) + len(piece) > limit:
                    await reader.drop(scope, limit)
                if len(piece) > self._free:
                    raise BodyRefusedError("overloaded")
                self._free -= len(piece)
                body += piece
        finally:
            self._free += len(body)
        return bytes(body)


class BodyReader:
    """Reads pieces of one body, within its time."""

    def __init__(self, receive: Receive, idle_seconds: float, whole_seconds: float) -> None:
        """A client may send nothing for `idle_seconds`, and has `whole_seconds` for the whole body."""
        self._receive, self._idle, self._whole = receive, idle_seconds, whole_seconds
        self._began = monotonic()
        self._bytes = 0

    async def piece(self) -> bytes | None:
        """The next piece, None at the end. Raises BodyRefusedError (too slow) and ClientGoneError."""
        passed = monotonic() - self._began
        if passed > self._idle and self._bytes < _BYTES_PER_SECOND_MIN * (passed - self._idle):
            raise BodyRefusedError("body.too_slow")
        try:
            async with asyncio.timeout(min(self._idle, self._whole - passed)):
                message = await self._receive()
        except TimeoutError:
            raise BodyRefusedError("body.too_slow") from None
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        piece: bytes = message.get("body", b"")
        self._bytes += len(piece)
        return piece if piece or message.get("more_body") else None

    async def drop(self, scope: Scope, limit: int) -> None:
        """Raises BodyRefusedError (too large), after having read and dropped what is a little too much.

        Most clients read the answer only once they have sent everything. One that waits for permission to send does
        not.
        """
        if not any(name == b"expect" for name, _ in scope["headers"]):
            while self._bytes < _READ_BEYOND_THE_LIMIT * limit and await self.piece() is not None:
                pass
        raise BodyRefusedError("body.too_large")


def stated_length(scope: Scope) -> int | None:
    """The length of a request's body as its headers state it; None if they do not, as with a body in chunks."""
    stated = None
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            stated = int(value)
    return None if stated is None and scope["http_version"] == "2" else stated or 0
