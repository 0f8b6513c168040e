"""Endpoints over the API: made, changed, tried, and seen by nobody but their owner; events arrive from a running service."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.api.service import Answer, Caller, Service, running
from tests.databases import KINDS
from tests.webhooks.receiver import Receiver

PATH = "/v1/webhook-endpoints"
PLATFORM = "platform:importer"
ALLOW = "127.0.0.0/8"


@pytest.fixture(scope="module", params=KINDS)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(
        request.param,
        tmp_path_factory.mktemp("webhooks"),
        SHOPLINK_WEBHOOK_ALLOW=ALLOW,
        SHOPLINK_WEBHOOK_HTTP="1",
    ) as one:
        yield one


@pytest.fixture
def call(service: Service) -> Caller:
    return service.caller


def make(call: Caller, url: str, actor: str = PLATFORM, **more: Any) -> tuple[str, str]:
    answer = call("POST", PATH, {"url": url, **more}, actor=actor)
    assert answer.status == 201, answer
    assert answer.headers["location"] == f"{PATH}/{answer.body['endpoint_id']}"
    return answer.body["endpoint_id"], answer.body["secret"]


def attempts(call: Caller, endpoint_id: str, count: int) -> list[Any]:
    """The attempts, the newest first, once there are so many."""
    deadline = time.monotonic() + 10
    while True:
        items: list[Any] = call("GET", f"{PATH}/{endpoint_id}/attempts", actor=PLATFORM).body["items"]
        if len(items) >= count or time.monotonic() > deadline:
            return items
        time.sleep(0.05)


def allowed(answer: Answer, field: str) -> str:
    assert answer.status == 422, answer
    (error,) = answer.body["errors"]
    assert error["field"] == field
    found: str = error["allowed"]
    return found


def test_an_endpoint_is_told_at_once_what_the_service_does(call: Caller, receiver: Receiver) -> None:
    shop_id, account_id = call.shop(), call.account()
    endpoint_id, secret = make(call, receiver.url, types=["link.invited"], description="the back office")
    began = time.monotonic()
    call.invite(shop_id, account_id)
    receiver.wait(1, 10)
    assert time.monotonic() - began < 3
    (got,) = receiver.got
    assert got.is_signed_with(secret)
    (event,) = call.get("/v1/events", shop_id=shop_id, type="link.invited").body["items"]
    assert got.json == {"type": "link.invited", "timestamp": event["at"], "data": event}
    (attempt,) = attempts(call, endpoint_id, 1)
    assert (attempt["status"], attempt["error"], attempt["position"]) == (200, None, event["position"])
    shown = call("GET", f"{PATH}/{endpoint_id}", actor=PLATFORM).body
    assert (shown["description"], shown["attempts"]) == ("the back office", 0)
    assert secret not in str(shown)
    assert call("DELETE", f"{PATH}/{endpoint_id}", actor=PLATFORM).status == 200
    assert call("GET", f"{PATH}/{endpoint_id}", actor=PLATFORM).status == 404


def test_a_test_a_repetition_and_a_replay_are_asked_for(call: Caller, receiver: Receiver) -> None:
    shop_id, account_id = call.shop(), call.account()
    endpoint_id, former = make(call, receiver.url, f"shop:{shop_id}")
    call.invite(shop_id, account_id)
    receiver.wait(1, 10)
    position = receiver.got[0].position
    on = f"{PATH}/{endpoint_id}"
    assert call("POST", f"{on}/test", actor=f"shop:{shop_id}").status == 202
    receiver.wait(2, 10)
    assert receiver.got[1].json["type"] == "webhook.test"
    assert call("POST", f"{on}/resend", {"position": position}, actor=f"shop:{shop_id}").status == 202
    receiver.wait(3, 10)
    assert receiver.got[2].id == receiver.got[0].id
    rotated = call("POST", f"{on}/rotate-secret", actor=f"shop:{shop_id}").body["secret"]
    assert call("POST", f"{on}/replay", {"after": position - 1}, actor=f"shop:{shop_id}").status == 200
    receiver.wait(4, 40)
    again = receiver.got[3]
    assert again.position == position
    assert again.is_signed_with(former)
    assert again.is_signed_with(rotated)
    # An event of another shop, and one of this shop that is none of a link, are not for this endpoint.
    other = call.shop()
    (event,) = call.get("/v1/events", shop_id=other).body["items"] or [{"position": 1}]
    for wrong in (event["position"], 10**9):
        assert call("POST", f"{on}/resend", {"position": wrong}, actor=f"shop:{shop_id}").status == 404
    beyond = call("POST", f"{on}/replay", {"after": 10**9}, actor=f"shop:{shop_id}")
    assert "a position of the feed, from 0 to" in allowed(beyond, "after")


def test_a_repeated_request_makes_one_endpoint_and_one_secret(call: Caller, receiver: Receiver) -> None:
    actor = f"shop:{call.shop()}"
    body = {"url": receiver.url, "description": "the ERP"}

    def ask(path: str, body: Any, key: str) -> Answer:
        return call("POST", path, body, actor=actor, key=key)

    with ThreadPoolExecutor(8) as pool:
        made = [*pool.map(lambda _: ask(PATH, body, "make-1"), range(8))]
    assert {answer.status for answer in made} == {201}, made
    assert len({(answer.body["endpoint_id"], answer.body["secret"]) for answer in made}) == 1
    assert len(call("GET", PATH, actor=actor).body["items"]) == 1
    other = ask(PATH, {**body, "description": "another"}, "make-1")
    assert (other.status, other.body["type"]) == (422, "urn:shoplink:problem:idempotency.other_body")
    rotate = f"{PATH}/{made[0].body['endpoint_id']}/rotate-secret"
    first = ask(rotate, None, "rotate-1")
    again = ask(rotate, None, "rotate-1")
    assert first.body == again.body
    assert first.body["secret"] not in {made[0].body["secret"], ask(rotate, None, "rotate-2").body["secret"]}


def test_everything_wrong_with_a_body_is_named_at_once(call: Caller, receiver: Receiver) -> None:
    endpoint_id, _ = make(call, receiver.url)
    bad = {"url": 5, "types": "x", "description": "a\nb", "nope": 1, "more": 2}
    for method, path, body in (
        ("POST", PATH, {**bad, "shop_id": "?"}),
        ("PATCH", f"{PATH}/{endpoint_id}", {**bad, "status": "asleep"}),
        ("POST", f"{PATH}/{endpoint_id}/replay", {"after": "first", "nope": 1}),
        ("POST", f"{PATH}/{endpoint_id}/test", {"nope": 1, "more": 2}),
    ):
        answer = call(method, path, body, actor=PLATFORM)
        assert answer.status == 422, answer
        assert {error["field"] for error in answer.body["errors"]} == set(body), path


def test_a_shop_sees_and_changes_its_own_endpoints_only(call: Caller, receiver: Receiver) -> None:
    mine, stranger = call.shop(), call.shop()
    endpoint_id, _ = make(call, receiver.url, f"shop:{mine}")
    platforms, _ = make(call, receiver.url)
    for one in (endpoint_id, platforms):
        on = f"{PATH}/{one}"
        for method, path, body in (
            ("GET", on, None),
            ("PATCH", on, {"status": "paused"}),
            ("DELETE", on, None),
            ("GET", f"{on}/attempts", None),
            ("POST", f"{on}/rotate-secret", None),
            ("POST", f"{on}/test", None),
            ("POST", f"{on}/resend", {"position": 1}),
            ("POST", f"{on}/replay", {"after": 0}),
        ):
            answer = call(method, path, body, actor=f"shop:{stranger}")
            assert answer.status == 404, (method, path, answer)
    listed = call("GET", PATH, actor=f"shop:{mine}").body["items"]
    assert [one["endpoint_id"] for one in listed] == [endpoint_id]
    assert call("GET", PATH, actor=f"shop:{stranger}").body["items"] == []
    assert call("GET", f"{PATH}?shop_id={mine}", actor=f"shop:{stranger}").status == 404
    assert call("POST", PATH, {"url": receiver.url, "shop_id": mine}, actor=f"shop:{stranger}").status == 404
    assert call("POST", PATH, {"url": receiver.url}, actor="shop:not-there").status == 404
    everything = call("GET", PATH, actor=PLATFORM).body["items"]
    assert {endpoint_id, platforms} <= {one["endpoint_id"] for one in everything}
    of_shop = call("GET", f"{PATH}?shop_id={mine}", actor=PLATFORM).body["items"]
    assert [one["endpoint_id"] for one in of_shop] == [endpoint_id]
    for actor in ("support:mei", "account:A"):
        assert call("GET", PATH, actor=actor).body["type"] == "urn:shoplink:problem:actor.not_allowed"


def test_a_key_for_shops_alone_makes_no_endpoint_of_the_platform(
    service: Service, receiver: Receiver
) -> None:
    shop_id, shops = service.caller.shop(), service.caller_with("shop")
    assert shops("POST", PATH, {"url": receiver.url}, actor=f"shop:{shop_id}").status == 201
    for path, body in ((PATH, {"url": receiver.url}),):
        answer = shops("POST", path, body, actor=PLATFORM)
        assert (answer.status, answer.body["type"]) == (403, "urn:shoplink:problem:scope.missing")


def test_what_is_wrong_is_said_by_name(call: Caller, receiver: Receiver) -> None:
    shop_id = call.shop()
    local = call("POST", PATH, {"url": "https://169.254.169.254/latest"}, actor=PLATFORM)
    assert "no private, local or reserved one" in allowed(local, "url")
    assert "https://example.com/hooks" in allowed(call("POST", PATH, {}, actor=PLATFORM), "url")
    of_others = {"url": receiver.url, "types": ["link.invited", "product.recorded"]}
    assert call("POST", PATH, of_others, actor=PLATFORM).status == 201
    types = allowed(call("POST", PATH, of_others, actor=f"shop:{shop_id}"), "types")
    assert "link.established" in types
    assert "product.recorded" not in types
    both = call("POST", PATH, {"url": 1, "types": "x", "description": "\n"}, actor=PLATFORM)
    assert [one["field"] for one in both.body["errors"]] == ["url", "types", "description"]
    unknown = call("POST", PATH, {"url": receiver.url, "secret": "mine"}, actor=PLATFORM)
    assert (unknown.status, unknown.body["field"]) == (422, "secret")
    endpoint_id, _ = make(call, receiver.url, f"shop:{shop_id}")
    on = f"{PATH}/{endpoint_id}"
    assert allowed(call("PATCH", on, {"status": "ended"}, actor=PLATFORM), "status") == "active or paused"
    changed = call("PATCH", on, {"types": ["link.declined"], "status": "paused"}, actor=PLATFORM).body
    assert (changed["types"], changed["status"], changed["cause"]) == (["link.declined"], "paused", "asked")
    for _ in range(19):
        make(call, receiver.url, f"shop:{shop_id}")
    full = call("POST", PATH, {"url": receiver.url}, actor=f"shop:{shop_id}", Accept_Language="zh")
    assert full.status == 422
    assert "20" in full.body["detail"]


def test_a_service_that_does_not_deliver_sends_nothing(tmp_path: Path, receiver: Receiver) -> None:
    with running(
        "sqlite", tmp_path, ("--no-deliver",), SHOPLINK_WEBHOOK_ALLOW=ALLOW, SHOPLINK_WEBHOOK_HTTP="1"
    ) as one:
        make(one.caller, receiver.url, types=["shop.recorded"])
        one.caller.shop()
        time.sleep(1)
        assert receiver.got == []
