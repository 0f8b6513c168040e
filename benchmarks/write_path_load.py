"""A program that keeps many connections to a service busy, each with one request at a time.

It reads what to send as JSON from standard input and writes a `Load`. It does not import shoplink, so it costs little
compared with what it measures: one process, one thread, one selector.
"""

import json
import selectors
import socket
import sys
from collections import Counter
from collections.abc import Generator
from itertools import count
from random import Random
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlsplit

Conversation = Generator[bytes, tuple[int, bytes], None]
"""One caller: yields requests, is sent the status and body of the answer to each."""


def request(
    given: dict[str, Any], path: str, actor: str, body: dict[str, Any], method: str = "POST"
) -> bytes:
    """The bytes of a request with a body."""
    text = json.dumps(body).encode()
    about = f"Shoplink-Actor: {actor}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
    return _head(given, method, path, about) + text


def _head(given: dict[str, Any], method: str, path: str, more: str = "") -> bytes:
    host = urlsplit(given["url"]).netloc
    key = f"Authorization: Bearer {given['secret']}\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{key}{more}\r\n".encode()


def invite(given: dict[str, Any], shop: int, account: int) -> bytes:
    """The request by which a shop invites a free account."""
    body = {"shop_id": f"S{shop}", "account_id": f"B{account}", "role": "marketing", "network_region": "GB"}
    return request(given, "/v1/links", f"shop:S{shop}", body)


def invite_repeatedly(given: dict[str, Any], number: int) -> Conversation:
    """An endless series of invitations of any account by any shop."""
    random = Random(given["seed"] * 1000 + number)
    while True:
        yield invite(given, random.randrange(given["shops"]), random.randrange(given["free"]))


def invite_and_withdraw(given: dict[str, Any], number: int) -> Conversation:
    """An endless series of invitations by one of the first `shops`, each withdrawn as soon as it is accepted."""
    random = Random(given["seed"] * 1000 + number)
    while True:
        # Each connection has accounts of its own, so that all that they meet in is the shop.
        shop = number % given["shops"]
        account = random.randrange(given["free"] // 64) * 64 + number
        status, body = yield invite(given, shop, account)
        if status == 201:
            path = f"/v1/links/{json.loads(body)['link_id']}/withdraw"
            yield request(given, path, f"shop:S{shop}", {})


def read_feed(given: dict[str, Any], number: int) -> Conversation:
    """An endless series of pages of the feed, from random positions."""
    random = Random(given["seed"] * 1000 + number)
    while True:
        after = random.randrange(given["events"] - given["limit"])
        yield _head(given, "GET", f"/v1/events?after={after}&limit={given['limit']}")


def record_accounts(given: dict[str, Any], number: int) -> Conversation:
    """An endless series of new accounts."""
    facts = {"region": "GB", "registered_in": "GB", "birth_date": "1990-01-01", "status": "normal"}
    facts |= {"commerce_permission": "granted"}
    for each in count():
        name = f"R{given['seed']}-{number}-{each}"
        body = {**facts, "handle": name, "followers": each}
        yield request(given, f"/v1/accounts/{name}", "platform:p", body, "PUT")


def read_page(given: dict[str, Any], number: int) -> Conversation:
    """The same page again and again, as somebody who is signed in."""
    del number
    host = urlsplit(given["url"]).netloc
    while True:
        yield f"GET {given['path']} HTTP/1.1\r\nHost: {host}\r\nCookie: {given['cookie']}\r\n\r\n".encode()


CONVERSATIONS = {
    "invite_repeatedly": invite_repeatedly,
    "invite_and_withdraw": invite_and_withdraw,
    "read_feed": read_feed,
    "record_accounts": record_accounts,
    "read_page": read_page,
}


class Connection:
    """A connection and its conversation."""

    def __init__(self, address: tuple[str, int], conversation: Conversation) -> None:
        """Connect and send the first request."""
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._conversation = conversation
        self._buffer = b""
        self.socket.sendall(next(conversation))

    def receive(self) -> int | None:
        """Read what has arrived. If a response is complete, send the next request and return its status."""
        piece = self.socket.recv(1 << 16)
        assert piece, "the service hung up"
        self._buffer += piece
        answer = _answer(self._buffer)
        if answer is None:
            return None
        self._buffer = b""
        status, body = answer
        self.socket.sendall(self._conversation.send((status, body)))
        return status


def _answer(text: bytes) -> tuple[int, bytes] | None:
    """The status and body of a complete response; a chunked body is joined."""
    head, found, rest = text.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    if not found or (len(rest) < int(length) if length else not rest.endswith(b"0\r\n\r\n")):
        return None
    body = rest
    if not length:
        body = b""
        while size := int(rest.partition(b"\r\n")[0], 16):
            rest = rest.partition(b"\r\n")[2]
            body, rest = body + rest[:size], rest[size + 2 :]
    return int(head[9:12]), body


def run(given: dict[str, Any]) -> tuple[float, Counter[int], float]:
    """Answered requests per second, the counts by status, and the share of time in which this program was busy."""
    address = urlsplit(given["url"])
    assert address.hostname
    assert address.port
    talk, selector = CONVERSATIONS[given["conversation"]], selectors.DefaultSelector()
    for number in range(given["connections"]):
        connection = Connection((address.hostname, address.port), talk(given, number))
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    statuses: Counter[int] = Counter()
    started = end = perf_counter()
    busy = process_time()
    while (end := perf_counter()) - started < given["seconds"]:
        for key, _ in selector.select(timeout=1):
            status = key.data.receive()
            if status is not None:
                statuses[status] += 1
    seconds = end - started
    return statuses.total() / seconds, statuses, (process_time() - busy) / seconds


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
