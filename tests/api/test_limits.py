"""Who sends too much is told when to come back: per API key and per address, whatever the caller says of itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from shoplink.api.http.limits import RateLimit
from shoplink.network import address_of
from shoplink.network.buckets import Buckets
from tests.api.service import running

ANSWERED = HttpResponse("answered")


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_at_once_and_then_as_many_as_come_back() -> None:
    clock = Seconds()
    buckets = Buckets(per_second=2, burst=5, clock=clock)
    assert [buckets.take("a") for _ in range(6)] == [0, 0, 0, 0, 0, 0.5]
    clock.now += 0.5
    assert [buckets.take("a") for _ in range(2)] == [0, 0.5]
    clock.now += 100
    assert [buckets.take("a") for _ in range(6)] == [0, 0, 0, 0, 0, 0.5]


def test_who_is_refused_pays_nothing_for_it() -> None:
    clock = Seconds()
    buckets = Buckets(per_second=1, burst=1, clock=clock)
    assert [buckets.take("a") for _ in range(50)] == [0, *[1.0] * 49]
    clock.now += 1
    assert buckets.take("a") == 0


def test_each_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(per_second=1, burst=1, clock=Seconds())
    assert [buckets.take(name) for name in ("a", "b", "a", "b")] == [0, 0, 1, 1]


def test_memory_stays_bounded_however_many_there_are() -> None:
    clock = Seconds()
    buckets = Buckets(per_second=1, burst=1, clock=clock)
    for number in range(250_000):
        buckets.take(str(number))
    assert len(buckets) == 100_000
    assert [buckets.take(name) for name in ("0", "99999", "249999", "somebody new")] == [1] * 4, (
        "none is forgotten"
    )
    clock.now += 1
    assert [buckets.take(name) for name in ("0", "somebody new")] == [0, 0]
    assert len(buckets) <= 2


def test_who_has_no_token_takes_none_of_the_names_behind() -> None:
    clock = Seconds()
    buckets = Buckets(per_second=1, burst=1, clock=clock)
    assert [buckets.take("address", f"made up {number}") for number in range(5)] == [0, 1, 1, 1, 1]
    assert len(buckets) == 2


def test_processes_give_together_what_one_would() -> None:
    clock = Seconds()
    of_each = [Buckets(per_second=8, burst=12, clock=clock, processes=4) for _ in range(4)]
    assert sum(each.take("a") == 0 for each in of_each for _ in range(20)) == 12
    clock.now += 1
    assert sum(each.take("a") == 0 for each in of_each for _ in range(20)) == 8


def request(
    address: str = "203.0.113.7", key: str | None = None, path: str = "/v1/shops", **headers: str
) -> Any:
    if key is not None:
        headers["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return RequestFactory().get(path, REMOTE_ADDR=address, **headers)  # type: ignore[arg-type]


def limits(burst: int) -> RateLimit:
    with override_settings(RATE_PER_SECOND=1, RATE_BURST=burst):
        return RateLimit(lambda _request: ANSWERED)


def statuses(middleware: RateLimit, *requests: Any) -> list[int]:
    return [middleware(one).status_code for one in requests]


def test_an_address_is_limited_whatever_keys_it_sends() -> None:
    sent = [request(key=f"guess {number}") for number in range(4)]
    assert statuses(limits(3), *sent) == [200, 200, 200, 429]


def test_a_key_is_limited_from_wherever_it_is_sent() -> None:
    sent = [request(address=f"203.0.113.{number}", key="one") for number in range(4)]
    assert statuses(limits(3), *sent) == [200, 200, 200, 429]
    assert statuses(limits(3), *sent[:2], request(address="198.51.100.1", key="two")) == [200, 200, 200]


def test_a_subscriber_of_ipv6_is_one_address() -> None:
    sent = [request(address=f"2001:db8:0:1::{number}") for number in range(4)]
    assert statuses(limits(3), *sent) == [200, 200, 200, 429]
    assert statuses(limits(1), request(address="2001:db8:0:1::1"), request(address="2001:db8:0:2::1")) == [
        200,
        200,
    ]


def test_what_is_not_the_api_is_not_limited() -> None:
    sent = [request(path=path) for path in ("/healthz", "/readyz", "/metrics")]
    assert statuses(limits(1), *sent) == [200, 200, 200]


def test_the_answer_says_when_to_come_back_in_the_callers_language() -> None:
    middleware = limits(1)
    middleware(request())
    answer = middleware(request(HTTP_ACCEPT_LANGUAGE="zh"))
    body = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert answer["Retry-After"] == "1"
    assert body["type"] == "urn:shoplink:problem:rate.limited"
    assert "请在 1 秒后重试" in body["detail"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "203.0.113.7"),
        (0, "198.51.100.9", "203.0.113.7"),
        (1, "", "203.0.113.7"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "1.2.3.4, 198.51.100.9", "198.51.100.9"),
        (2, "1.2.3.4, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "198.51.100.9"),
    ],
)
def test_only_what_trusted_proxies_add_is_believed(proxies: int, forwarded: str, address: str) -> None:
    with override_settings(PROXIES=proxies):
        assert address_of(request(HTTP_X_FORWARDED_FOR=forwarded)) == address


def test_a_caller_cannot_get_another_bucket_by_saying_who_it_is() -> None:
    sent = [request(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}") for number in range(3)]
    assert statuses(limits(2), *sent) == [200, 200, 429]


def test_a_running_service_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPLINK_RATE_PER_SECOND", "1")
    monkeypatch.setenv("SHOPLINK_RATE_BURST", "5")
    with running("sqlite", tmp_path) as service:
        answers = [service.caller("GET", "/v1/shops") for _ in range(12)]
    assert {one.status for one in answers} == {200, 429}
    assert answers[0].status == 200
    refused = next(one for one in answers if one.status == 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.body["type"] == "urn:shoplink:problem:rate.limited"
