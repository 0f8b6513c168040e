"""Real HTTP servers that take webhooks: well, slowly, never, or with another answer."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Got(NamedTuple):
    """One request."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def position(self) -> int:
        found: int = self.json["data"]["position"]
        return found

    def is_signed_with(self, secret: str) -> bool:
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


Answer = tuple[int, dict[str, str], bytes]


class Receiver:
    """A server and what has come to it. `answer` makes the answer to a request; `hang` answers nothing."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.server = server
        self.port = server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}/hook"
        self.got: list[Got] = []
        self.answer: Callable[[Got], Answer] = lambda _: (200, {}, b"")
        self.hang = threading.Event()
        self.released = threading.Event()

    @property
    def positions(self) -> list[int]:
        return [one.position for one in self.got]

    @property
    def types(self) -> list[str]:
        return [one.json["type"] for one in self.got]

    def answers(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Answer everything like this from now on."""
        self.answer = lambda _: (status, headers or {}, body)

    def wait(self, count: int, seconds: float = 20) -> None:
        """Wait until so many requests have come."""
        deadline = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < deadline, f"{len(self.got)} of {count} came"
            time.sleep(0.01)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # its sender was killed in the middle of it: no request has come
            self.close_connection = True
            return
        got = Got({name.lower(): value for name, value in self.headers.items()}, body, time.monotonic())
        self.receiver.got.append(got)
        if self.receiver.hang.is_set():
            self.receiver.released.wait(60)
            self.close_connection = True
            return
        status, headers, content = self.receiver.answer(got)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        """A redirect that was followed."""
        self.receiver.got.append(Got({}, b"", time.monotonic()))
        self.send_error(404)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (the standard library's name)
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are expected."""


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A server on a free port of 127.0.0.1, until the block ends."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server, "http" if tls is None else "https")
    handler.receiver = receiver  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
