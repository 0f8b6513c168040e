"""A request that is answered while it is on its way: its body is spooled, its answer sent piece by piece.

Most clients read nothing before they have sent everything. So the body is taken in as fast as it comes, into a file
without a name, and the answers wait for the client.
"""

import asyncio
import os
import tempfile
import threading
from time import monotonic

from shoplink.server.answer import Application, Send, Started
from shoplink.server.body import Receive
from shoplink.server.environ import Scope, environ_of

_AHEAD_BYTES_MAX = 1 << 30
_PIECE_BYTES = 1 << 16

SPOOL = "shoplink.spool"
"""The variable of the WSGI environ that holds the body of a stream; `wsgi.input` is empty."""


class BrokenOffError(Exception):
    """A stream that does not come to its end: `body.too_slow`, `client.gone` or `service.stopping`."""

    def __init__(self, kind: str) -> None:
        """`kind` says why."""
        super().__init__(kind)
        self.kind = kind


class Spool:
    """The body of a stream: an event loop writes what has come, a thread reads it."""

    def __init__(self) -> None:
        """Empty, and not ended."""
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed by `close`)
        self._read = self._written = 0
        self._ended = False
        self._broken = ""
        self._changed = threading.Condition()

    def read(self, seconds: float) -> bytes | None:
        """A piece of what has come, waiting for it: b"" at the end, None if nothing comes for some seconds.

        Raises BrokenOffError where the body breaks off.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._read < self._written or self._ended, seconds):
                return None
            if self._read == self._written and self._broken:
                raise BrokenOffError(self._broken)
            piece = os.pread(self._file.fileno(), min(_PIECE_BYTES, self._written - self._read), self._read)
            self._read += len(piece)
            if self._read == self._written:
                self._read = self._written = 0
            return piece

    def add(self, piece: bytes) -> None:
        """Add a piece; the body breaks off if more than 1 GiB of it has not been read."""
        with self._changed:
            if self._written - self._read > _AHEAD_BYTES_MAX:
                self._ended, self._broken = True, "body.too_slow"
            elif not self._ended:
                os.pwrite(self._file.fileno(), piece, self._written)
                self._written += len(piece)
            self._changed.notify_all()

    def end(self) -> None:
        """The body has come as a whole."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def break_off(self, kind: str, *, now: bool) -> None:
        """Nothing comes any more; with `now`, what has come and was not read is dropped."""
        with self._changed:
            self._ended, self._broken = True, kind
            if now:
                self._read = self._written = 0
            self._changed.notify_all()

    def close(self) -> None:
        """Give the disk its space back. No thread uses the spool any more."""
        self._file.close()


class Stream:
    """One such request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, idle_seconds: float) -> None:
        """Take the request's channels. A client may neither send nor read for `idle_seconds`."""
        self._idle = idle_seconds
        self._scope, self._receive, self._send = scope, receive, send
        self._loop = asyncio.get_running_loop()
        self._spool = Spool()
        self._moved = monotonic()  # when the client last sent or read something

    async def take_in(self) -> None:
        """Write the body into the spool until it ends, stalls, or the client is gone."""
        while True:
            try:
                async with asyncio.timeout(max(self._moved + self._idle - monotonic(), 0.01)):
                    message = await self._receive()
            except TimeoutError:
                if monotonic() - self._moved < self._idle:
                    continue  # the client has read an answer meanwhile
                self._spool.break_off("body.too_slow", now=False)
                return
            self._moved = monotonic()
            if message["type"] == "http.disconnect":
                break
            self._spool.add(message.get("body", b""))
            if not message.get("more_body"):
                self._spool.end()
                await self._receive()  # returns when the client is gone
                break
        self._spool.break_off("client.gone", now=True)

    def stop(self) -> None:
        """Answer what is being decided, and no more: the service stops."""
        self._spool.break_off("service.stopping", now=True)

    def run(self, application: Application) -> None:
        """Answer the request, in a thread. Raises BrokenOffError if the client does not read its answer."""
        started = Started()
        environ = environ_of(self._scope)
        environ[SPOOL] = self._spool
        pieces = application(environ, started)
        try:
            self._wait({"type": "http.response.start", "status": started.status, "headers": started.headers})
            for piece in pieces:
                self._wait({"type": "http.response.body", "body": piece, "more_body": True})
            self._wait({"type": "http.response.body", "body": b""})
        finally:
            if close := getattr(pieces, "close", None):
                close()

    def close(self) -> None:
        """Free what the request held."""
        self._spool.close()

    def _wait(self, message: dict[str, object]) -> None:
        """Send a message, and wait for the client as long as it reads or still sends."""
        sending = asyncio.run_coroutine_threadsafe(self._sending(message), self._loop)
        while True:
            try:
                sending.result(self._idle / 3)
            except TimeoutError:
                if sending.done() or monotonic() - self._moved >= self._idle:
                    sending.cancel()
                    raise BrokenOffError("body.too_slow") from None
            else:
                self._moved = monotonic()
                return

    async def _sending(self, message: dict[str, object]) -> None:
        await self._send(message)
