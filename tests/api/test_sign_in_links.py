"""POST /v1/sign-in-links: only for the platform, only for what is there, only to paths of this service."""

from typing import Any

import pytest

from tests.api.service import Caller, Service

PLATFORM = "platform:back-office"


def ask(call: Caller, body: Any, **more: Any) -> Any:
    named = {"subject": "user-7", **body} if isinstance(body, dict) else body
    return call("POST", "/v1/sign-in-links", named, **{"actor": PLATFORM, **more})


def test_a_link_leads_to_this_service_and_is_new_each_time(call: Caller) -> None:
    shop_id = call.shop()
    first, second = ask(call, {"shop_id": shop_id}), ask(call, {"shop_id": shop_id})
    assert first.status == second.status == 201
    assert first.body["url"].startswith("http://localhost:8000/sign-in/link/")
    assert first.body["url"] != second.body["url"]


def test_a_repeated_request_gets_the_same_link(call: Caller) -> None:
    account_id = call.account()
    first = ask(call, {"account_id": account_id}, key=f"k-{account_id}")
    assert ask(call, {"account_id": account_id}, key=f"k-{account_id}").body == first.body
    other = ask(call, {"account_id": account_id, "minutes": 5}, key=f"k-{account_id}")
    assert (other.status, other.body["type"]) == (422, "urn:shoplink:problem:idempotency.other_body")


@pytest.mark.parametrize("body", [{"shop_id": "nothing-here"}, {"account_id": "nothing-here"}])
def test_what_is_not_there_is_not_found(call: Caller, body: Any) -> None:
    assert ask(call, body).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "account_id"),
        ({"shop_id": "S1", "account_id": "A1"}, "account_id"),
        ({"shop_id": "S1", "path": "https://evil.example/"}, "path"),
        ({"shop_id": "S1", "path": "//evil.example/"}, "path"),
        ({"shop_id": "S1", "path": 7}, "path"),
        ({"shop_id": "S1", "minutes": 0}, "minutes"),
        ({"shop_id": "S1", "minutes": 61}, "minutes"),
        ({"shop_id": "S1", "minutes": True}, "minutes"),
        ({"shop_id": "S 1"}, "shop_id"),
        ({"shop_id": "S1", "subject": None}, "subject"),
        ({"shop_id": "S1", "subject": "a b"}, "subject"),
        ({"shop_id": "S1", "subject": "x" * 65}, "subject"),
        ({"shop_id": "S1", "subject": 7}, "subject"),
        ({"shop_id": "S1", "person": "person_x"}, "person"),
    ],
)
def test_what_is_malformed_names_its_field(call: Caller, body: Any, field: str) -> None:
    answer = ask(call, body)
    assert (answer.status, answer.body["field"]) == (422, field)


@pytest.mark.parametrize("actor", ["shop:S1", "account:A1", "support:mei"])
def test_only_the_platform_hands_off(call: Caller, actor: str) -> None:
    answer = ask(call, {"shop_id": "S1"}, actor=actor)
    assert (answer.status, answer.body["type"]) == (403, "urn:shoplink:problem:actor.not_allowed")


def test_a_key_needs_the_scope_of_the_platform(service: Service) -> None:
    answer = ask(service.caller_with("shop"), {"shop_id": "S1"})
    assert (answer.status, answer.body["type"]) == (403, "urn:shoplink:problem:scope.missing")


def test_a_program_does_not_say_which_person_acts(call: Caller) -> None:
    line = {"command": "put_shop", "shop_id": "S9", "market": "GB", "enrolment": "open"}
    (answer,) = call.stream([{**line, "by": {"kind": "platform", "id": "p", "person": "person_x"}}])
    assert answer["outcome"] == "invalid"
    assert "by.person" in answer["error"]
