"""Send one message: to the address that was checked, without following anything, and within ten seconds in all."""

import ssl
import threading
from contextlib import suppress
from functools import cache
from socket import SHUT_RDWR, socket
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

import urllib3
from msgspec import Struct
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError, SSLError

from shoplink.flows.webhook.address import RefusedAddressError, Target, resolve

SECONDS_MAX = 10.0
ANSWER_BYTES_MAX = 64 << 10
SHOWN_BYTES = 500

_CONNECT_SECONDS = 4.0
_PIECE_BYTES = 4 << 10
_HEADERS = {"Content-Type": "application/json", "User-Agent": "shoplink"}

C = TypeVar("C", bound=HTTPConnection)


class Reply(Struct, frozen=True):
    """How a request ended: a status and the first bytes of the answer, or why there was none (`error`)."""

    status: int | None
    error: str
    duration_ms: int
    answer: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint has taken the message: any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 (the statuses of success)


class Connection:
    """A connection to one endpoint, for messages that are sent one after the other; its host is resolved once."""

    def __init__(self, url: str) -> None:
        """Connects when the first message is sent."""
        self._url = url
        self._target: Target | None = None
        self._pool: urllib3.HTTPConnectionPool | None = None
        self._opened: list[HTTPConnection] = []
        self._is_late = False

    def __enter__(self) -> Self:
        """Nothing is open yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        if self._pool is not None:
            self._pool.close()

    def send(self, body: bytes, headers: dict[str, str]) -> Reply:
        """Send one message."""
        began = monotonic()
        try:
            status, answer = self._send(body, headers, began + SECONDS_MAX)
        except RefusedAddressError as error:
            return Reply(None, error.kind, _since(began))
        except (HTTPError, OSError, ssl.SSLError) as error:
            return Reply(None, "timeout" if self._is_late else _word(error), _since(began))
        return Reply(status, "", _since(began), answer)

    def _send(self, body: bytes, headers: dict[str, str], until: float) -> tuple[int, str]:
        """The status and the beginning of the answer. Raises RefusedAddressError and what urllib3 raises."""
        if self._target is None:
            self._target = resolve(self._url)
        if self._pool is None:
            self._pool = self._new_pool(self._target)
        left = until - monotonic()
        if left <= 0:
            raise TimeoutError
        # A limit on each read is none on the whole: an answer of a byte per second would be read for hours.
        watch = threading.Timer(left, self._break_off)
        watch.daemon = True
        watch.start()
        try:
            response = self._pool.urlopen(
                "POST",
                self._target.path,
                body,
                {**_HEADERS, **headers, "Host": self._target.authority},
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=min(_CONNECT_SECONDS, left), read=left),
                preload_content=False,
                decode_content=False,
                assert_same_host=False,
            )
            answer, ended = _beginning(response)
            if ended:
                response.release_conn()
            else:  # what is left of it is not listened to
                response.close()
        finally:
            watch.cancel()
        if self._is_late:  # what was broken off can look like an end
            raise TimeoutError
        return response.status, answer

    def _new_pool(self, target: Target) -> urllib3.HTTPConnectionPool:
        """What connects to the address that was checked, and to no other."""
        pool: urllib3.HTTPConnectionPool
        if target.tls:
            pool = urllib3.HTTPSConnectionPool(
                target.address, target.port, maxsize=1, ssl_context=_tls(), server_hostname=target.host
            )
            pool.ConnectionCls = _watched(HTTPSConnection, self._opened)
        else:
            pool = urllib3.HTTPConnectionPool(target.address, target.port, maxsize=1)
            pool.ConnectionCls = _watched(HTTPConnection, self._opened)
        return pool

    def _break_off(self) -> None:
        """End the request in progress; what waits for it fails at once."""
        self._is_late = True
        for one in self._opened:
            with suppress(OSError, AttributeError):  # closed meanwhile
                socket.shutdown(one.sock, SHUT_RDWR)  # below TLS, which would wait


def _watched(kind: type[C], opened: list[HTTPConnection]) -> type[C]:
    """A kind of connection that is in the list once it is open."""

    class Watched(kind):  # type: ignore[misc, valid-type] # one of two kinds
        def connect(self) -> None:
            super().connect()
            opened[:] = [self]

    return Watched


@cache
def _tls() -> ssl.SSLContext:
    """TLS with the certificates that this machine trusts."""
    return ssl.create_default_context()


def _beginning(response: urllib3.BaseHTTPResponse) -> tuple[str, bool]:
    """The first bytes of an answer as text, and whether it has ended; at most 64 KiB of it are read."""
    taken, piece = b"", b" "
    while piece and len(taken) < ANSWER_BYTES_MAX:
        piece = response.read(_PIECE_BYTES)
        taken += piece
    return taken[:SHOWN_BYTES].decode(errors="replace").replace("\x00", "\ufffd"), not piece


def _word(error: Exception) -> str:
    """Why there was no answer, in a word."""
    match error:
        case SSLError() | ssl.SSLError():
            return "tls"
        case NewConnectionError():  # which urllib3 takes for a kind of the next
            return "unreachable"
        case ConnectTimeoutError() | ReadTimeoutError() | TimeoutError():
            return "timeout"
        case _:
            return "broken_off"


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)
