"""Real proxies with the files that ship, in front of a real service: what it sees of its clients, and what they get of it."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api.service import Service, running
from tests.deploy.proxy import HOST, Proxy, proxying

OPERATOR, STRANGER = "127.0.0.9", "127.0.0.8"
STALLED = 60
HELD_UP_SECONDS = 5  # a body that does not come is given up after 15
LINE = b'{"command": "put_shop", "shop_id": "streamed-%d", "market": "GB", "enrolment": "open"}\n'


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One proxy is trusted, and one address is an operator's."""
    home: Path = tmp_path_factory.mktemp("proxied")
    with running(
        "sqlite",
        home,
        SHOPLINK_PROXIES="1",
        SHOPLINK_PUBLIC_URL=f"https://{HOST}",
        SHOPLINK_ALLOWED_HOSTS=f"{HOST},127.0.0.1",
        SHOPLINK_METRICS_NETWORKS=f"{OPERATOR}/32",
    ) as service:
        yield service


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, service: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    with proxying(
        request.param, urlsplit(service.url).netloc, tmp_path_factory.mktemp(request.param)
    ) as proxy:
        yield proxy


def asked(
    proxy: Proxy,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    come_from: str = STRANGER,
    **headers: str,
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """The status, headers and body of what the service answers through the proxy."""
    connection = http.client.HTTPConnection(HOST)
    connection.sock = proxy.connected(come_from)
    sent = {
        "Host": HOST,
        "Accept-Language": "en",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_the_service_knows_the_address_of_a_client_and_believes_no_forged_one(proxy: Proxy) -> None:
    assert asked(proxy, "GET", "/metrics", come_from=OPERATOR)[0] == 200
    assert asked(proxy, "GET", "/metrics")[0] == 404
    for forged in (OPERATOR, f"{OPERATOR}, {OPERATOR}", f"{STRANGER}, {OPERATOR}"):
        assert asked(proxy, "GET", "/metrics", X_Forwarded_For=forged)[0] == 404
    assert asked(proxy, "GET", "/metrics", come_from=OPERATOR, X_Forwarded_For=STRANGER)[0] == 200


@pytest.mark.parametrize("forged", ["", "http"])
def test_the_service_knows_that_there_is_tls(proxy: Proxy, forged: str) -> None:
    headers = {"X_Forwarded_Proto": forged} if forged else {}
    status, answered, _ = asked(proxy, "GET", "/sign-in/", None, **headers)
    assert status == 200
    assert answered["Strict-Transport-Security"] == "max-age=31536000"
    cookies = answered.get_all("Set-Cookie", [])
    assert any(cookie.startswith("__Host-csrftoken=") and "Secure" in cookie for cookie in cookies)


def test_without_tls_one_is_sent_on_whatever_is_forged(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=20)
    connection.request("GET", "/sign-in/?a=b", headers={"Host": HOST, "X-Forwarded-Proto": "https"})
    answer = connection.getresponse()
    assert answer.status == 308
    where = urlsplit(answer.headers["Location"])
    assert (where.scheme, where.hostname, where.path, where.query) == ("https", HOST, "/sign-in/", "a=b")
    connection.close()


def test_a_form_comes_through_and_one_of_another_site_does_not(proxy: Proxy) -> None:
    """What browsers send of the site's own pages is compared with the host and the scheme that the proxy passes on."""
    _, answered, page = asked(proxy, "GET", "/sign-in/")
    cookie = answered.get_all("Set-Cookie", [])[0].partition(";")[0]
    token = page.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = f"csrfmiddlewaretoken={token}&login=nobody@example.com&password=a-wrong-password".encode()
    sent = {"Cookie": cookie, "Content_Type": "application/x-www-form-urlencoded"}
    assert asked(proxy, "POST", "/sign-in/", form, Origin=f"https://{HOST}", **sent)[0] == 200
    assert asked(proxy, "POST", "/sign-in/", form, Origin="https://evil.example", **sent)[0] == 403


def key(service: Service) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {service.secrets['all']}",
        "Shoplink_Actor": "platform:importer",
        "Content_Type": "application/x-ndjson",
    }


def test_a_stream_answers_every_line(proxy: Proxy, service: Service) -> None:
    lines = b"".join(LINE % number for number in range(500))
    status, _, answer = asked(proxy, "POST", "/v1/commands", lines, **key(service))
    assert status == 200
    outcomes = [json.loads(line)["outcome"] for line in answer.splitlines()]
    assert outcomes == ["accepted"] * 500


def test_slow_bodies_hold_nothing_up(proxy: Proxy, service: Service) -> None:
    begun = f"POST /sign-in/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 50000\r\n\r\nlogin=".encode()
    with ExitStack() as open_ones:
        for _ in range(STALLED):
            open_ones.enter_context(proxy.connected()).sendall(begun)
        began = time.monotonic()
        assert asked(proxy, "GET", "/healthz")[0] == 200
        assert time.monotonic() - began < HELD_UP_SECONDS
        assert asked(proxy, "GET", "/sign-in/")[0] == 200
        body = b'{"market": "GB", "enrolment": "open"}'
        sent = {**key(service), "Content_Type": "application/json"}
        assert asked(proxy, "PUT", "/v1/shops/not-held-up", body, **sent)[0] == 200


def test_what_is_too_large_gets_the_answer_of_the_service(proxy: Proxy, service: Service) -> None:
    large = b"x" * (3 << 20)
    status, answered, body = asked(proxy, "PUT", "/v1/shops/S", large, **key(service))
    assert (status, answered.get_content_type()) == (413, "application/problem+json")
    assert json.loads(body)["type"] == "urn:shoplink:problem:body.too_large"
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    status, answered, body = asked(proxy, "POST", "/sign-in/", large, **form)
    assert (status, answered.get_content_type()) == (413, "text/html")
    assert "256" in body.decode()
