"""Which request is read how, and which threads it may take."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from shoplink.server.answer import Answer, AnswerRoom, Application, FileBody, Send, run
from shoplink.server.body import BodyRefusedError, BodyRoom, ClientGoneError, Receive
from shoplink.server.environ import Environ, Scope, environ_of
from shoplink.server.readers import Readers
from shoplink.server.stream import BrokenOffError, Stream
from shoplink.server.threads import Threads
from shoplink.server.upload import UploadRoom

_BODIES_BYTES_MAX = 128 << 20
_ANSWERS_BYTES_MAX = 128 << 20
_PROBES_AT_A_TIME = 4
_PROBE_SECONDS = 1.0
_HEALTHY = Answer(200, [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")], b"ok\n")
_LATE = Answer(
    503, [(b"content-type", b"text/plain"), (b"retry-after", b"1")], b"no answer within a second\n"
)


class Rules(NamedTuple):
    """What the front door has to know of the application behind it.

    `limit`: the bytes that the body of a request may have. `upload_limit`: the bytes that a request may have which the
    application has permitted to send a file; 0 for any other. `refuse`: the answer to a request that is not let in, by
    its environ, why (body.too_large, body.too_slow or overloaded), and the limit of its body. `idle_seconds`: how long
    a client may send nothing, or read nothing, while it should.
    """

    health: str
    probes: frozenset[str]
    streams: frozenset[str]
    limit: Callable[[Scope], int]
    refuse: Callable[[Environ, str, int], Answer]
    idle_seconds: float
    upload_limit: Callable[[Scope], int]


class Front:
    """An ASGI application in front of a WSGI application."""

    def __init__(self, application: Application, rules: Rules, *, threads: int, waiting_max: int) -> None:
        """`threads` requests run at a time, and a quarter as many streams; `waiting_max` requests wait for a thread."""
        self._application, self._rules = application, rules
        self._requests_max, self._streams_max = threads + waiting_max, max(threads // 4, 1)
        self._requests = Threads("request", threads)
        self._streams = Threads("stream", self._streams_max)
        self._aside = Threads("aside", _PROBES_AT_A_TIME)
        self._inside = 0
        self._open: set[Stream] = set()
        self._stopping = False
        self._room = BodyRoom(_BODIES_BYTES_MAX, rules.idle_seconds)
        self._answers = AnswerRoom(_ANSWERS_BYTES_MAX)
        Readers(rules.idle_seconds).watch()
        self._uploads = UploadRoom(rules.idle_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path == self._rules.health:
            await _HEALTHY.send(send)
        elif path in self._rules.probes:
            await self._probe(scope, send)
        elif path in self._rules.streams and scope["method"] == "POST":
            await self._stream(scope, receive, send)
        else:
            with suppress(ClientGoneError):
                if most := self._rules.upload_limit(scope):
                    await self._upload(scope, receive, send, most)
                else:
                    await self._request(scope, receive, send)

    def is_busy(self) -> bool:
        """Whether a request or a stream is in progress. Called in any thread."""
        return self._inside > 0 or bool(self._open)

    def stop(self) -> None:
        """End the open streams, after what is being decided, and take no more. Called in any thread."""
        self._stopping = True
        for stream in [*self._open]:
            stream.stop()

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._rules.limit(scope)
        try:
            body = await self._room.read(scope, receive, limit)
        except BodyRefusedError as error:
            await self._refuse(scope, send, error.kind, limit)
            return
        await self._answer(scope, environ_of(scope, body), send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        try:
            async with self._uploads.read(scope, receive, limit) as (file, size):
                sent = {"wsgi.input": file, "CONTENT_LENGTH": str(size)}
                await self._answer(scope, {**environ_of(scope), **sent}, send)
        except BodyRefusedError as error:
            await self._refuse(scope, send, error.kind, limit)

    async def _answer(self, scope: Scope, environ: Environ, send: Send) -> None:
        """Answer a request that has arrived as a whole."""
        if self._inside >= self._requests_max:
            await self._refuse(scope, send, "overloaded")
            return
        self._inside += 1
        try:
            environ["wsgi.file_wrapper"] = FileBody
            answer = await self._requests.run(partial(run, self._application, environ))
        finally:
            self._inside -= 1
        await self._answers.send(answer, send)

    async def _probe(self, scope: Scope, send: Send) -> None:
        environ = environ_of(scope)
        answer = _LATE
        with suppress(TimeoutError):
            async with asyncio.timeout(_PROBE_SECONDS):
                answer = await self._aside.run(partial(run, self._application, environ))
        await answer.send(send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._stopping or len(self._open) >= self._streams_max:
            await self._refuse(scope, send, "overloaded")
            return
        stream = Stream(scope, receive, send, self._rules.idle_seconds)
        self._open.add(stream)
        taking_in = asyncio.create_task(stream.take_in())
        try:
            with suppress(BrokenOffError):
                await self._streams.run(partial(stream.run, self._application))
        finally:
            self._open.discard(stream)
            taking_in.cancel()
            stream.close()

    async def _refuse(self, scope: Scope, send: Send, kind: str, limit: int = 0) -> None:
        environ = environ_of(scope)
        answer = await self._aside.run(partial(self._rules.refuse, environ, kind, limit))
        await answer.send(send)
