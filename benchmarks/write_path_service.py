"""A running `shoplink serve` to measure, and a client with one connection that stays open."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from benchmarks.write_path_world import close_connection
from shoplink.flows import clock
from shoplink.store.people import keys
from tests.databases import use
from tests.server import SHOPLINK, free_port, stop

_UNLIMITED = {"SHOPLINK_RATE_PER_SECOND": "1000000", "SHOPLINK_LOG_LEVEL": "ERROR"}


class Service(NamedTuple):
    """The URL of a service, and an API key with all scopes."""

    url: str
    secret: str


@contextmanager
def serving(database: str, *options: str, program: Sequence[str | Path] = (SHOPLINK,)) -> Iterator[Service]:
    """A service on a database without rate limits, until the block ends."""
    use(database)
    _, secret = keys.create_key("benchmark", set(keys.SCOPES), clock.now())
    close_connection()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="shoplink-benchmark-") as home:
        settings = {"SHOPLINK_DATABASE_URL": database, "SHOPLINK_HOME": home, **_UNLIMITED}
        process = subprocess.Popen(
            [*program, "serve", "--port", str(port), *options],
            env={**os.environ, **settings},
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
            start_new_session=True,
        )
        with running(process, port, "/healthz"):
            yield Service(f"http://127.0.0.1:{port}", secret)


@contextmanager
def running(process: "subprocess.Popen[bytes]", port: int, path: str) -> Iterator[None]:
    """Wait until a started program answers at a path; stop it when the block ends."""
    try:
        _wait(port, path)
        yield
    finally:
        stop(process)


def _wait(port: int, path: str) -> None:
    for _ in range(400):
        probe = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            probe.request("GET", path)
            probe.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            probe.close()
    raise AssertionError("the service did not become ready")


class Caller:
    """One connection to a service."""

    def __init__(self, service: Service) -> None:
        """Connect."""
        self._secret = service.secret
        self._connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=120)

    def __call__(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, float]:
        """The status and body of the response to one request, and the seconds that it took."""
        sent = {"Authorization": f"Bearer {self._secret}"}
        if body is not None:
            sent["Content-Type"] = f"application/{'x-ndjson' if path == '/v1/commands' else 'json'}"
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        started = time.perf_counter()
        self._connection.request(method, path, body, sent)
        response = self._connection.getresponse()
        text = response.read()
        return response.status, text, time.perf_counter() - started

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


class Load(NamedTuple):
    """The result of 64 connections: answered requests per second, counts by status, and how busy the client was."""

    per_second: float
    statuses: dict[str, int]
    busy: float


def load(service: Service, seconds: float, **given: Any) -> Load:
    """Send requests from another process over connections that stay open; see write_path_load for the arguments."""
    asked = {"url": service.url, "secret": service.secret, "seconds": seconds, "connections": 64, **given}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.write_path_load"],
        input=msgspec.json.encode(asked),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Load)
