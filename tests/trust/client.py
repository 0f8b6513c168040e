"""A client of the API that keeps its connection, as a platform's program does. Many of them can send at the same moment."""

import http.client
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.server import content_type

Json = dict[str, Any]
PLATFORM = "platform:operator"
_WITHIN_SECONDS = 60
_KEPT_SECONDS = 10
"""A server closes connections that are idle for a while. A client opens a new one after this time."""


class Request(NamedTuple):
    """One request; `actor` and `key` are its Shoplink-Actor and Idempotency-Key."""

    method: str
    path: str
    body: Json | None = None
    actor: str | None = None
    key: str | None = None


class Response(NamedTuple):
    """One response; the body is JSON."""

    status: int
    body: Any

    @property
    def problem(self) -> str:
        """The type of the problem, or the codes of a refusal's reasons; empty for success."""
        if self.status < http.client.BAD_REQUEST:
            return ""
        kind = str(self.body["type"]).rpartition(":")[2]
        return " ".join(reason["code"] for reason in self.body["reasons"]) if kind == "refused" else kind


class Client:
    """One connection to one process of a service, with an API key of every scope."""

    def __init__(self, url: str, secret: str) -> None:
        """The connection is opened by the first request."""
        self._secret = secret
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_WITHIN_SECONDS)
        self._used_at = time.monotonic()

    def send(self, ask: Request) -> None:
        """Send a request without waiting for the response."""
        headers = {"Authorization": f"Bearer {self._secret}", "Accept-Language": "en"}
        headers |= {"Shoplink-Actor": ask.actor} if ask.actor else {}
        headers |= {"Idempotency-Key": ask.key} if ask.key else {}
        body = None if ask.body is None else json.dumps(ask.body).encode()
        self._request(ask.method, ask.path, body, headers)

    def receive(self) -> Response:
        """The response to the request that was sent last."""
        response = self._connection.getresponse()
        return Response(response.status, json.loads(response.read()))

    def ask(self, method: str, path: str, body: Json | None = None, **more: str) -> Response:
        """Send a request and wait for the response."""
        self.send(Request(method, path, body, **more))
        return self.receive()

    def get(self, path: str) -> Any:
        """The body of a resource, which must exist."""
        response = self.ask("GET", path)
        assert response.status == http.client.OK, response
        return response.body

    def ask_stream(self, lines: Iterable[Json], key: str | None = None) -> Response:
        """Send commands of the platform to /v1/commands; the response's body is the list of their answers."""
        text = "".join(json.dumps(line) + "\n" for line in lines)
        headers = {"Authorization": f"Bearer {self._secret}", "Shoplink-Actor": PLATFORM}
        headers |= {"Idempotency-Key": key} if key else {}
        self._request("POST", "/v1/commands", text.encode(), headers)
        response = self._connection.getresponse()
        read = response.read()
        if response.status != http.client.OK:
            return Response(response.status, json.loads(read))
        return Response(response.status, [json.loads(line) for line in read.splitlines()])

    def stream(self, lines: Iterable[Json]) -> list[Json]:
        """The answers to the lines of a stream, which must succeed."""
        response = self.ask_stream(lines)
        assert response.status == http.client.OK, response
        answers: list[Json] = response.body
        return answers

    def prepare(self, lines: Iterable[Json]) -> list[Json]:
        """The same with commands that must all be accepted."""
        answers = self.stream(lines)
        refused = [answer for answer in answers if answer["outcome"] != "accepted"]
        assert not refused, refused[:3]
        return answers

    def _request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> None:
        now = time.monotonic()
        if now - self._used_at > _KEPT_SECONDS:
            self._connection.close()
        self._used_at = now
        typed = {} if body is None else {"Content-Type": content_type(path)}
        self._connection.request(method, path, body, headers | typed)

    def close(self) -> None:
        """End the connection; the next request makes a new one."""
        self._connection.close()


def send_at_once(clients: Sequence[Client], asks: Sequence[Request]) -> list[Response]:
    """The responses to the clients' requests, all of which are sent before the first response is read.

    One thread sends them all, within a few milliseconds: Python's threads would only run in turn.
    """
    for client, ask in zip(clients, asks, strict=True):
        client.send(ask)
    return [client.receive() for client in clients]
