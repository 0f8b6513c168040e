"""The front door before an application that answers 8 MiB, served as `shoplink serve` serves: `… PORT IDLE_SECONDS`."""

import sys
import time
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from shoplink.server.answer import Answer
from shoplink.server.environ import Environ
from shoplink.server.front import Front, Rules

BYTES = 8 << 20


def application(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
    """A WSGI application whose every answer is a body of its own."""
    time.sleep(0.02)  # no answer of this size is made in less
    start_response("200 OK", [("Content-Length", str(BYTES))])
    return [environ["PATH_INFO"][1:2].encode() * BYTES]


_REFUSED = Answer(503, [], b"")


def front() -> Front:
    """The application, made in the process that serves it."""
    rules = Rules(
        "/healthz",
        frozenset(),
        frozenset(),
        lambda _: 0,
        lambda *_: _REFUSED,
        float(sys.argv[2]),
        lambda _: 0,
    )
    return Front(application, rules, threads=4, waiting_max=1_000)


if __name__ == "__main__":
    Server(
        "tests.door.large_answers:front",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        factory=True,
    ).serve()
