"""A caller of the API that keeps its connection, as a platform's program does; many of them can ask at one moment."""

import http.client
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Json = dict[str, Any]
PLATFORM = "platform:operator"
_WITHIN_SECONDS = 60
_KEPT_SECONDS = 10
"""A server ends connections that nobody uses for a while; longer than this none is relied on."""


class Ask(NamedTuple):
    """One request; `actor` and `key` are its Shoplink-Actor and Idempotency-Key."""

    method: str
    path: str
    body: Json | None = None
    actor: str | None = None
    key: str | None = None


class Told(NamedTuple):
    """What came back; the body is JSON."""

    status: int
    body: Any

    @property
    def problem(self) -> str:
        """What a problem document says is wrong, or the codes of a refusal's reasons; empty for success."""
        if self.status < http.client.BAD_REQUEST:
            return ""
        kind = str(self.body["type"]).rpartition(":")[2]
        return " ".join(reason["code"] for reason in self.body["reasons"]) if kind == "refused" else kind


class Client:
    """One connection to one process of a service, with an API key of every scope."""

    def __init__(self, url: str, secret: str) -> None:
        """Connect at the first request."""
        self._secret = secret
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_WITHIN_SECONDS)
        self._used_at = time.monotonic()

    def send(self, ask: Ask) -> None:
        """Send a request without waiting for what comes of it."""
        headers = {"Authorization": f"Bearer {self._secret}", "Accept-Language": "en"}
        headers |= {"Shoplink-Actor": ask.actor} if ask.actor else {}
        headers |= {"Idempotency-Key": ask.key} if ask.key else {}
        body = None if ask.body is None else json.dumps(ask.body).encode()
        self._request(ask.method, ask.path, body, headers)

    def receive(self) -> Told:
        """What came of the request that was sent last."""
        response = self._connection.getresponse()
        return Told(response.status, json.loads(response.read()))

    def ask(self, method: str, path: str, body: Json | None = None, **more: str) -> Told:
        """Send a request and wait for what comes of it."""
        self.send(Ask(method, path, body, **more))
        return self.receive()

    def get(self, path: str) -> Any:
        """The body of something that is there."""
        told = self.ask("GET", path)
        assert told.status == http.client.OK, told
        return told.body

    def ask_stream(self, lines: Iterable[Json], key: str | None = None) -> Told:
        """Send commands of the platform to /v1/commands; what came back, its body the list of their answers."""
        text = "".join(json.dumps(line) + "\n" for line in lines)
        headers = {"Authorization": f"Bearer {self._secret}", "Shoplink-Actor": PLATFORM}
        headers |= {"Idempotency-Key": key} if key else {}
        self._request("POST", "/v1/commands", text.encode(), headers)
        response = self._connection.getresponse()
        read = response.read()
        if response.status != http.client.OK:
            return Told(response.status, json.loads(read))
        return Told(response.status, [json.loads(line) for line in read.splitlines()])

    def stream(self, lines: Iterable[Json]) -> list[Json]:
        """The answers to the lines of a stream that must be read."""
        told = self.ask_stream(lines)
        assert told.status == http.client.OK, told
        answers: list[Json] = told.body
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
        self._connection.request(method, path, body, headers)

    def close(self) -> None:
        """End the connection; the next request makes a new one."""
        self._connection.close()


def at_once(clients: Sequence[Client], asks: Sequence[Ask]) -> list[Told]:
    """What each client is told; all have sent their requests before the first answer is read.

    One thread sends them all, within a few milliseconds: threads of Python would only take turns.
    """
    for client, ask in zip(clients, asks, strict=True):
        client.send(ask)
    return [client.receive() for client in clients]
