"""Clients that do not read what they asked for: they hold neither a thread nor memory nor a connection for long."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api.service import Service, running
from tests.door.large_answers import BYTES
from tests.server import free_port, stop

IDLE_SECONDS = 3
CLOSED_WITHIN_SECONDS = 15  # granian itself would close a connection on which nothing is asked for 30 s
ROOM_BYTES = 128 << 20


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home: Path = tmp_path_factory.mktemp("readers")
    with running("sqlite", home, SHOPLINK_BODY_IDLE_SECONDS=str(IDLE_SECONDS)) as service:
        yield service


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a front door whose application answers 8 MiB."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.door.large_answers", str(port), str(IDLE_SECONDS)],
        # What is given back to the allocator is given back to the system.
        env={**os.environ, "LARGE_ANSWERS": str(port), "MALLOC_MMAP_THRESHOLD_": "1000000"},
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield port
    finally:
        stop(process)


def asked(port: int, path: str, more: str = "") -> socket.socket:
    """A connection with little room for what comes, over which something was asked."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    one.connect(("127.0.0.1", port))
    one.settimeout(10)
    one.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}\r\n".encode())
    return one


def drain(one: socket.socket) -> int:
    """How many bytes still come until the connection is reset or closed."""
    size = 0
    try:
        while piece := one.recv(1 << 16):
            size += len(piece)
    except ConnectionResetError:
        pass
    return size


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/help/"])
def test_who_reads_nothing_loses_the_connection_and_what_was_kept_for_it(service: Service, path: str) -> None:
    port = urlsplit(service.url).port
    assert port is not None
    with ExitStack() as sockets:
        opened = [sockets.enter_context(asked(port, path)) for _ in range(40)]
        _require_closed(port)
        assert all(drain(one) < 20_000 for one in opened)


def test_who_reads_slowly_gets_everything(service: Service) -> None:
    port = urlsplit(service.url).port
    assert port is not None
    size = 0
    with asked(port, "/v1/openapi.json", "Connection: close\r\n") as one:
        began = time.monotonic()
        while piece := one.recv(8_000):
            size += len(piece)
            time.sleep(0.1)
        assert time.monotonic() - began > IDLE_SECONDS
    assert size > 300_000


def test_who_drips_is_held_to_a_rate(service: Service) -> None:
    port = urlsplit(service.url).port
    assert port is not None
    with asked(port, "/v1/openapi.json") as one:
        began = time.monotonic()
        with pytest.raises(ConnectionResetError):
            _drip(one, until=began + 10 * IDLE_SECONDS)
    assert time.monotonic() - began > IDLE_SECONDS


def test_large_answers_that_nobody_reads_take_bounded_memory(port: int) -> None:
    """Together they would be 1.6 GiB; the one that is read arrives as a whole beside them."""
    with ExitStack() as sockets:
        before = _memory(port)
        stalled = [sockets.enter_context(asked(port, f"/{number % 10}")) for number in range(200)]
        largest = 0
        for _ in range(30):
            time.sleep(0.1)
            largest = max(largest, _memory(port) - before)
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as reading:
            reading.request("GET", "/x")
            assert reading.getresponse().read() == b"x" * BYTES
        assert 0 < largest < 3 * ROOM_BYTES, largest >> 20
        _require_closed(port)
        assert all(drain(one) < BYTES for one in stalled)


def _drip(one: socket.socket, until: float) -> None:
    """Read 500 bytes a second."""
    while time.monotonic() < until:
        one.recv(100)
        time.sleep(0.2)


def _require_closed(port: int) -> None:
    deadline = time.monotonic() + CLOSED_WITHIN_SECONDS
    while _kept(port):
        assert time.monotonic() < deadline, f"{_kept(port)} connections are left"
        time.sleep(0.2)


def _kept(port: int) -> int:
    """How many connections to a port a process still has."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    established = "01"
    return sum(row[1].endswith(f":{port:04X}") and row[3] == established for row in rows)


def _memory(port: int) -> int:
    """The bytes of the largest process that serves a port."""
    sizes = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"LARGE_ANSWERS={port}\0" in (folder / "environ").read_text(
                encoding="utf-8", errors="replace"
            ):
                sizes.append(int((folder / "statm").read_text(encoding="ascii").split()[1]))
        except OSError:
            continue
    return max(sizes) * os.sysconf("SC_PAGE_SIZE")
