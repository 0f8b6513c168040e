"""How long others wait while clients stall: the probe of liveness and a page of the feed, with and without stalled clients.

Run with `python -m benchmarks door`.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import quantiles
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.report import Table
from benchmarks.write_path_service import Caller, Service, serving
from benchmarks.write_path_world import build, drop

AIM_MS = 1_000
_THREADS = 4
_STALLED = (0, 4 * _THREADS, 50 * _THREADS)

METHOD = f"""
A service with {_THREADS} threads answers one caller over one connection, while other connections have sent the beginning of a
request and send nothing more: a form, a body with a key, a stream with a key, a head that does not end, in equal parts. The aim is that
`/healthz` answers within {AIM_MS / 1000:.0f} s beside four times as many of them as there are threads.
"""


def measure(*, quick: bool) -> list[Table]:
    """A table for both databases."""
    asked, rows = (50 if quick else 500), []
    for kind in ("sqlite", "postgresql"):
        world = build(kind, shops=200, links_each=4, live=2, free=1_000)
        with serving(world.url, "--threads", str(_THREADS)) as service:
            caller = Caller(service)
            for number in _STALLED:
                with _stalled(service, number):
                    health = _times(caller, "/healthz", asked)
                    feed = _times(caller, "/v1/events?after=7&limit=10", asked)
                verdict = "met" if health[1] <= AIM_MS else "missed"
                rows.append((kind, f"{number}", *_ms(health), *_ms(feed), verdict))
            caller.close()
        drop(world.url)
    header = (
        "database",
        "stalled clients",
        "health, p50",
        "p99",
        "feed, p50",
        "p99",
        f"health ≤ {AIM_MS} ms",
    )
    return [Table("Stalled clients", header, rows, "")]


@contextmanager
def _stalled(service: Service, number: int) -> Iterator[None]:
    address = urlsplit(service.url)
    key = (
        f"Authorization: Bearer {service.secret}\r\nShoplink-Actor: platform:p\r\nContent-Length: 900\r\n\r\n"
    )
    beginnings = [
        f"{line}Host: {address.netloc}\r\n{more}".encode()
        for line, more in (
            ("POST /sign-in/ HTTP/1.1\r\n", "Content-Length: 900\r\n\r\nlogin="),
            ("PUT /v1/shops/S HTTP/1.1\r\n", f"{key}{{"),
            ("POST /v1/commands HTTP/1.1\r\nContent-Type: application/x-ndjson\r\n", f"{key}{{"),
            ("GET /v1/events HTTP/1.1\r\n", ""),
        )
    ]
    with ExitStack() as opened:
        for each in range(number):
            one = opened.enter_context(socket.create_connection((address.hostname, address.port)))
            one.sendall(beginnings[each % len(beginnings)])
        yield


def _times(caller: Caller, path: str, asked: int) -> tuple[float, float]:
    """The median and the 99th percentile of answers, in milliseconds."""
    times = []
    for _ in range(asked):
        began = perf_counter()
        status, _, _ = caller("GET", path)
        assert status == 200, path
        times.append((perf_counter() - began) * 1000)
    cuts = quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _ms(times: tuple[float, float]) -> tuple[str, str]:
    return f"{times[0]:.1f} ms", f"{times[1]:.1f} ms"
