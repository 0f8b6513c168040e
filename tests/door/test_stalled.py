"""Clients that stall in the middle of any kind of request, four times as many as there are threads: others are served."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api.service import Caller, Service, running

THREADS = 2
IDLE_SECONDS = 3
MULTIPART = "Content-Type: multipart/form-data; boundary=x\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
LINE = (
    json.dumps({"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "open"}).encode() + b"\n"
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home: Path = tmp_path_factory.mktemp("stalled")
    options = ("--threads", str(THREADS))
    with running(request.param, home, options, SHOPLINK_BODY_IDLE_SECONDS=str(IDLE_SECONDS)) as service:
        yield service


def requests(service: Service) -> dict[str, bytes]:
    """The beginning of a request of every kind; what is missing never comes."""
    key = f"Authorization: Bearer {service.secrets['all']}\r\nShoplink-Actor: platform:p\r\n"
    stream = "Content-Type: application/x-ndjson\r\n"
    chunked = f"{stream}Transfer-Encoding: chunked\r\n"
    chunk = f"{len(LINE):x}\r\n".encode() + LINE + b"\r\n"

    def head(line: str, more: str) -> bytes:
        return f"{line} HTTP/1.1\r\nHost: {urlsplit(service.url).netloc}\r\n{more}".encode()

    return {
        "form": head("POST /sign-in/", "Content-Length: 500\r\n\r\n") + b"login=",
        "form at no page": head("POST /nothing", "Content-Length: 500\r\n\r\n") + b"a=",
        "upload": head("POST /seller/S/many", f"{MULTIPART}Content-Length: 9000\r\n\r\n") + PART,
        "upload in chunks": head("POST /choices", f"{MULTIPART}{chunked}\r\n") + b"2000\r\n" + PART,
        "body": head("PUT /v1/shops/S", f"{key}Content-Length: 500\r\n\r\n") + b'{"market"',
        "body without a key": head("PUT /v1/shops/S", "Content-Length: 500\r\n\r\n") + b'{"market"',
        "body of a probe": head("POST /readyz", "Content-Length: 500\r\n\r\n") + b"x",
        "stream": head("POST /v1/commands", f"{key}{chunked}\r\n") + chunk,
        "stream without a line": head("POST /v1/commands", f"{key}{stream}Content-Length: 500\r\n\r\n"),
        "stream without a key": head("POST /v1/commands", f"{chunked}\r\n") + chunk,
        "headers": head("GET /v1/shops", key),
        "answer": head("GET /v1/openapi.json", f"{key}\r\n"),
        "answer of a stream": head("POST /v1/commands", f"{key}{stream}Content-Length: {200_000 * 3}\r\n\r\n")
        + b"{}\n" * 200_000,
    }


@contextmanager
def stalled(service: Service, request: bytes, number: int) -> Iterator[list[socket.socket]]:
    """Sockets that have sent something and do nothing more."""
    address = urlsplit(service.url)
    with ExitStack() as sockets:
        opened = []
        for _ in range(number):
            one = sockets.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            one.connect((address.hostname, address.port))
            one.settimeout(0.5)
            with suppress(TimeoutError):  # the service takes no more of it
                one.sendall(request)
            one.settimeout(4 * IDLE_SECONDS)
            opened.append(one)
        yield opened


def served(caller: Caller, number: int) -> None:
    """Require that others are served: probes within a second, then a command, a read and a page."""
    for path in ("/healthz", "/readyz", "/metrics"):
        began = time.monotonic()
        assert caller.get(path).status == 200, path
        assert time.monotonic() - began < 1, path
    body = {"market": "GB", "enrolment": "open"}
    assert caller("PUT", f"/v1/shops/other-{number}", body, actor="platform:p").status == 200
    assert caller.get(f"/v1/shops/other-{number}").status == 200
    assert caller.get("/help/").status == 200


def test_whatever_stalls_others_are_served(service: Service) -> None:
    with ExitStack() as all_at_once:
        for number, request in enumerate(requests(service).values()):
            all_at_once.enter_context(stalled(service, request, 4 * THREADS))
            served(service.caller, number)


def test_a_body_that_does_not_come_is_answered_and_its_connection_closed(service: Service) -> None:
    kinds = requests(service)
    began = time.monotonic()
    with stalled(service, kinds["form"], 1) as forms, stalled(service, kinds["body"], 1) as bodies:
        form, body = _answer(forms[0]), _answer(bodies[0])
    assert IDLE_SECONDS <= time.monotonic() - began < 2 * IDLE_SECONDS
    assert form.startswith(b"HTTP/1.1 408 ")
    assert b"The form did not arrive in time" in form
    assert body.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body.partition(b"\r\n\r\n")[2])["type"] == "urn:shoplink:problem:body.too_slow"


def test_a_body_that_drips_is_cut_off_too(service: Service) -> None:
    began = time.monotonic()
    with stalled(service, requests(service)["form"], 1) as (form,):
        form.settimeout(0.2)
        answer = b""
        while not answer and time.monotonic() - began < 4 * IDLE_SECONDS:
            form.sendall(b"x")
            try:
                answer = form.recv(1_000)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 2 * IDLE_SECONDS


def test_a_stream_is_answered_within_a_second_of_silence_and_broken_off_after_a_while(
    service: Service,
) -> None:
    with stalled(service, requests(service)["stream"], 1) as (stream,):
        began = time.monotonic()
        first = stream.recv(100_000)
        while b"\n" not in first.partition(b"\r\n\r\n")[2]:
            first += stream.recv(100_000)
        assert time.monotonic() - began < 1
        assert b'{"line":1,"outcome":"accepted"' in first
        rest = _answer(stream)
    assert b'{"line":2,"outcome":"rejected"' in rest
    assert b'"error":"body.too_slow"' in rest
    assert IDLE_SECONDS <= time.monotonic() - began < 2 * IDLE_SECONDS


def test_no_more_streams_are_taken_than_leave_threads_for_others(service: Service) -> None:
    with stalled(service, requests(service)["stream"], 3) as streams:
        answers = sorted(stream.recv(1_000)[:12] for stream in streams)
    assert answers == [b"HTTP/1.1 200", b"HTTP/1.1 503", b"HTTP/1.1 503"]


def _answer(one: socket.socket) -> bytes:
    """Everything that comes until the service closes the connection or, for a stream, its answer ends."""
    text = b""
    while piece := one.recv(100_000):
        text += piece
        if text.endswith(b"0\r\n\r\n"):
            break
    return text


def test_another_host_is_refused_everywhere_and_probes_come_by_any(service: Service) -> None:
    kinds = requests(service)
    own = urlsplit(service.url).netloc.encode()
    key = f"Authorization: Bearer {service.secrets['all']}\r\n".encode()
    paths = (
        b"/",
        b"/help/",
        b"/sign-in/",
        b"/nothing",
        b"/static/built/none",
        b"/v1/shops",
        b"/v1/docs",
        b"/v1/none",
    )
    for path in paths:
        for host in (b"Host: evil.example\r\n", b"", b"Host: " + own + b"\r\nHost: evil.example\r\n"):
            with stalled(service, b"GET " + path + b" HTTP/1.0\r\n" + host + key + b"\r\n", 1) as (one,):
                assert one.recv(1_000)[9:12] == b"400", (path, host)
    with stalled(service, kinds["stream"].replace(own, b"evil.example"), 1) as (one,):
        assert one.recv(1_000)[9:12] == b"400"
    for path in (b"/healthz", b"/readyz", b"/metrics"):
        with stalled(service, b"GET " + path + b" HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n", 1) as (one,):
            assert one.recv(1_000)[9:12] == b"200", path


def test_what_is_too_large_is_refused_before_it_is_taken_in(service: Service) -> None:
    """By what is stated and by what comes, pages and API; a file is never written to disk."""
    own = urlsplit(service.url).netloc
    key = f"Authorization: Bearer {service.secrets['all']}\r\nShoplink-Actor: platform:p\r\n"
    for line, more, limit in (
        ("POST /choices", MULTIPART, 256 << 10),
        ("POST /seller/S/many", MULTIPART, 512 << 10),
        ("PUT /v1/shops/S", key, 1 << 20),
        ("POST /v1/attributions", key, 4 << 20),
    ):
        head = f"{line} HTTP/1.1\r\nHost: {own}\r\n{more}"
        stated = f"{head}Content-Length: {limit + 1}\r\nExpect: 100-continue\r\n\r\n".encode()
        come = f"{head}Transfer-Encoding: chunked\r\n\r\n{limit + 1:x}\r\n".encode() + b"x" * (limit + 1)
        for request in (stated, come + b"\r\n0\r\n\r\n"):
            with stalled(service, request, 1) as (one,):
                assert one.recv(1_000)[9:12] == b"413", line
