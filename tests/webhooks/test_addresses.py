"""No request goes where it should not: every trick is tried against servers that are really there."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import override_settings

from shoplink.core.values import WrongValueError
from shoplink.flows.webhook import request
from shoplink.flows.webhook.address import is_allowed, read_url
from shoplink.flows.webhook.request import ANSWER_BYTES_MAX, Connection, Reply
from tests.server import free_port
from tests.webhooks.receiver import Receiver, receiving

ONLY_ONE = (ipaddress.ip_network("127.0.0.1/32"),)
NOWHERE_ELSE = {"WEBHOOK_ALLOW": (), "WEBHOOK_HTTP": True}
REFUSED_AT_ONCE = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "0.0.0.0",  # noqa: S104 (which connects to this machine)
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "localhost.",
    "user@127.0.0.1",
    "example.com@127.0.0.1",
    "１２７.０.０.１",
    "ⓛocalhost",
    "127。0。0。1",
    "exa mple.com",
    "",
)


def posted(url: str) -> Reply:
    with Connection(url) as connection:
        return connection.send(b"{}", {})


@contextmanager
def resolving(answer: Callable[[str, int], list[str]], asked: list[str]) -> Iterator[None]:
    """A resolver that answers for names as it is told, the n-th time with what `answer` says then."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *more: Any, **how: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        try:
            ipaddress.ip_address(name)
        except ValueError:
            asked.append(name)
            found = [real(one, port, *more, **how) for one in answer(name, len(asked))]
            return [one for each in found for one in each]
        return real(host, port, *more, **how)

    socket.getaddrinfo = getaddrinfo
    try:
        yield
    finally:
        socket.getaddrinfo = real


@pytest.mark.parametrize("host", REFUSED_AT_ONCE)
def test_an_address_that_is_private_or_written_in_a_strange_way_is_refused_and_never_connected_to(
    host: str, receiver: Receiver
) -> None:
    url = f"http://{host}:{receiver.port}/hook"
    with override_settings(**NOWHERE_ELSE):
        with pytest.raises(WrongValueError):
            read_url(url)
        assert posted(url).error == "address_refused"
    assert receiver.got == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",  # noqa: S104 (as above)
        "10.1.2.3",
        "169.254.169.254",
        "64:ff9b::7f00:1",
    ],
)
def test_a_name_that_leads_to_such_an_address_is_refused_when_something_is_sent(
    address: str, receiver: Receiver
) -> None:
    url = f"http://hooks.example.com:{receiver.port}/hook"
    with override_settings(**NOWHERE_ELSE), resolving(lambda *_: [address], []):
        assert read_url(url) == url
        assert posted(url).error == "address_refused"
    with override_settings(**NOWHERE_ELSE):
        assert posted(f"http://localhost:{receiver.port}/hook").error == "address_refused"
    assert receiver.got == []


@pytest.mark.usefixtures("reachable")
def test_a_name_that_leads_to_a_good_and_to_a_bad_address_is_refused(receiver: Receiver) -> None:
    url = f"http://hooks.example.com:{receiver.port}/hook"
    with resolving(lambda *_: ["127.0.0.1", "10.0.0.1"], []):
        assert posted(url).error == "address_refused"
    assert receiver.got == []


def test_a_name_is_resolved_once_and_that_address_is_connected_to() -> None:
    """A name whose address changes between the check and the connection gains nothing by it."""
    asked: list[str] = []
    with receiving() as good:
        bad = socket.create_server(("127.0.0.2", good.port))
        try:
            url = f"http://hooks.example.com:{good.port}/hook?a=1"
            with (
                override_settings(WEBHOOK_ALLOW=ONLY_ONE, WEBHOOK_HTTP=True),
                resolving(lambda _, time: ["127.0.0.1"] if time == 1 else ["127.0.0.2"], asked),
                Connection(url) as connection,
            ):
                for _ in range(3):
                    assert connection.send(b"{}", {}).succeeded
                assert posted(url).error == "address_refused"
            assert asked == ["hooks.example.com", "hooks.example.com"]
            assert len(good.got) == 3
            assert good.got[0].headers["host"] == f"hooks.example.com:{good.port}"
            bad.settimeout(0.1)
            with pytest.raises(TimeoutError):
                bad.accept()
        finally:
            bad.close()


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(status: int, receiver: Receiver) -> None:
    with receiving() as other:
        receiver.answers(status, {"Location": other.url})
        reply = posted(receiver.url)
        assert (reply.status, reply.succeeded) == (status, False)
        assert other.got == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com/",
        "https://example.com/#part",
        "https://example.com\\@127.0.0.1/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exa\nmple.com/",
        f"https://example.com/{'a' * 2_000}",
        "https://",
    ],
)
def test_only_https_and_well_formed_addresses_are_taken(url: str) -> None:
    with pytest.raises(WrongValueError):
        read_url(url)
    assert posted(url).error == "address_refused"


@pytest.mark.parametrize(
    "url", ["https://example.com/hooks", "https://example.com:8443/a?b=c", "https://8.8.8.8/"]
)
def test_a_public_address_is_taken(url: str) -> None:
    assert read_url(url) == url


def test_a_network_that_the_setting_names_is_reached_in_each_form() -> None:
    with override_settings(WEBHOOK_ALLOW=(ipaddress.ip_network("10.0.0.0/8"),)):
        assert is_allowed(ipaddress.ip_address("10.1.1.1"))
        assert is_allowed(ipaddress.ip_address("::ffff:10.1.1.1"))
        assert not is_allowed(ipaddress.ip_address("192.168.1.1"))


@contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that answers one connection as `serve` does, byte by byte if it likes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                serve(connection)
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.close()
        thread.join(10)


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"]
)
def test_an_answer_that_comes_byte_by_byte_is_broken_off_in_time(
    beginning: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "SECONDS_MAX", 1.0)

    def drip(connection: socket.socket) -> None:
        connection.sendall(beginning)
        for _ in range(100):
            connection.sendall(b"a")
            time.sleep(0.1)

    with raw_server(drip) as url:
        began = time.monotonic()
        reply = posted(url)
        assert time.monotonic() - began < 2
    assert (reply.status, reply.error) == (None, "timeout")


@pytest.mark.usefixtures("reachable")
def test_of_an_endless_answer_64_kib_are_read() -> None:
    sent = []

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sent.append(connection.send(b"x" * 65_536))

    with raw_server(flood) as url:
        reply = posted(url)
    assert reply.succeeded
    assert reply.answer == "x" * 500
    assert sum(sent) < ANSWER_BYTES_MAX + (16 << 20), "no more than what the kernel takes in advance"


@pytest.mark.usefixtures("reachable")
def test_nobody_there_is_said_so() -> None:
    assert posted(f"http://127.0.0.1:{free_port()}/").error == "unreachable"
    with resolving(lambda *_: [], []):
        assert posted("http://gone.example.com/").error == "address_refused"
    assert posted("http://name.invalid/").error == "unresolved"


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for a name, and the file of what to trust for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / f"{name}.pem", folder / f"{name}.key"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted


@pytest.mark.usefixtures("reachable")
def test_a_certificate_must_be_trusted_and_be_that_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path, "hooks.example.com")
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with receiving(context) as server, resolving(lambda *_: ["127.0.0.1"], []):
        right = f"https://hooks.example.com:{server.port}/"
        request._tls.cache_clear()
        assert posted(right).error == "tls", "a certificate that nobody trusts"
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        request._tls.cache_clear()
        try:
            assert posted(right).succeeded
            assert names[-1] == "hooks.example.com"
            assert posted(f"https://other.example.com:{server.port}/").error == "tls"
            assert posted(f"https://127.0.0.1:{server.port}/").error == "tls"
        finally:
            request._tls.cache_clear()
        assert len(server.got) == 1
