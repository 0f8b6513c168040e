"""/v1/members: who acts for a shop or an account is listed, invited and removed, by itself or by the platform."""

import re
from typing import Any

import pytest

from tests.api.service import Answer, Caller, Service

PLATFORM = "platform:back-office"


def problem(answer: Answer) -> tuple[Any, ...]:
    """The status, the type, and of a refusal the codes of its reasons."""
    kind = answer.body["type"].removeprefix("urn:shoplink:problem:")
    codes = [reason["code"] for reason in answer.body.get("reasons", ())]
    return (answer.status, kind, codes) if codes else (answer.status, kind)


def handed_off(call: Caller, **subject: str) -> None:
    """The shop or account has one member now: the person who comes by a sign-in link."""
    assert call("POST", "/v1/sign-in-links", {**subject, "subject": "u1"}, actor=PLATFORM).status == 201


def test_a_shop_invites_somebody_and_takes_it_back(call: Caller) -> None:
    shop_id = call.shop()
    body, actor = {"shop_id": shop_id, "email": "Lin@Example.com"}, f"shop:{shop_id}"
    made = call("POST", "/v1/members", body, actor=actor)
    assert made.status == 201
    assert made.body["email"] == "lin@example.com"
    assert re.fullmatch(r"http://localhost:8000/join/[A-Za-z0-9_-]{20,}/", made.body["url"])
    (invited,) = call.get("/v1/members", shop_id=shop_id).body["invitations"]
    assert invited["invitation_id"] == made.body["invitation_id"]
    path = f"/v1/members/invitations/{invited['invitation_id']}/withdraw"
    withdrawn = call("POST", path, {"shop_id": shop_id}, actor=actor)
    assert (withdrawn.status, withdrawn.body) == (200, {"members": [], "invitations": []})
    assert problem(call("POST", path, {"shop_id": shop_id}, actor=actor)) == (
        409,
        "refused",
        ["member.invitation_not_found"],
    )


def test_a_repeated_request_is_answered_alike_and_done_once(call: Caller) -> None:
    account_id = call.account()
    body = {"account_id": account_id, "email": "lin@example.com"}
    more = {"actor": f"account:{account_id}", "key": f"k-{account_id}"}
    first, again = (call("POST", "/v1/members", body, **more) for _ in range(2))
    assert (again.status, again.body) == (first.status, first.body)
    assert len(call.get("/v1/members", account_id=account_id).body["invitations"]) == 1
    other = call("POST", "/v1/members", {**body, "email": "mei@example.com"}, **more)
    assert problem(other) == (422, "idempotency.other_body")


def test_the_last_member_is_removed_by_the_platform_alone(call: Caller) -> None:
    shop_id = call.shop(name="Tea House")
    handed_off(call, shop_id=shop_id)
    (member,) = call.get("/v1/members", shop_id=shop_id).body["members"]
    assert (member["name"], member["email"]) == ("Tea House · u1", None)
    path = f"/v1/members/{member['person_id']}/remove"
    body = {"shop_id": shop_id}
    assert problem(call("POST", path, body, actor=f"shop:{shop_id}")) == (409, "refused", ["member.last"])
    removed = call("POST", path, body, actor=PLATFORM)
    assert (removed.status, removed.body["members"]) == (200, [])
    assert problem(call("POST", path, body, actor=PLATFORM)) == (409, "refused", ["member.not_found"])


def test_nobody_else_manages_them(call: Caller, service: Service) -> None:
    shop_id, other = call.shop(), call.shop()
    body = {"shop_id": shop_id, "email": "lin@example.com"}
    for actor in (f"shop:{other}", "account:A1", "support:mei"):
        assert problem(call("POST", "/v1/members", body, actor=actor)) == (403, "actor.not_allowed")
        path = "/v1/members/person_x/remove"
        assert problem(call("POST", path, {"shop_id": shop_id}, actor=actor)) == (403, "actor.not_allowed")
    weak = service.caller_with("read")
    assert problem(weak("POST", "/v1/members", body, actor=f"shop:{shop_id}")) == (403, "scope.missing")


@pytest.mark.parametrize("name", ["shop_id", "account_id"])
def test_what_is_not_there_has_no_members(call: Caller, name: str) -> None:
    assert problem(call.get("/v1/members", **{name: "nothing-here"})) == (404, "not_found")
    body = {name: "nothing-here", "email": "lin@example.com"}
    assert problem(call("POST", "/v1/members", body, actor=PLATFORM)) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "account_id"),
        ({"email": "lin@example.com"}, "account_id"),
        ({"shop_id": "S1", "account_id": "A1", "email": "lin@example.com"}, "account_id"),
        ({"shop_id": "S 1", "email": "lin@example.com"}, "shop_id"),
        ({"shop_id": None, "person": "x"}, "person"),
    ],
)
def test_a_body_names_exactly_one_place(call: Caller, body: Any, field: str) -> None:
    answer = call("POST", "/v1/members", body, actor=PLATFORM)
    assert (answer.status, answer.body["field"]) == (422, field)


@pytest.mark.parametrize("email", [None, 7, "lin", "lin@example", f"{'l' * 250}@example.com"])
def test_an_invitation_needs_an_address(call: Caller, email: Any) -> None:
    answer = call("POST", "/v1/members", {"shop_id": call.shop(), "email": email}, actor=PLATFORM)
    assert (answer.status, answer.body["field"]) == (422, "email")
