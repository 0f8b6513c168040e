"""A link's life over the API."""

import pytest

from tests.api.service import Caller, Json

BODY = {
    "link_id", "shop_id", "account_id", "role", "status", "invited_at", "expires_at", "accepted_at", "linked_at",
    "ended_at", "unlink_request", "rulebook", "decided", "turn", "held_by", "updated_at",
}  # fmt: skip
GB = {"network_region": "GB"}


@pytest.fixture
def invited(call: Caller) -> Json:
    body: Json = call.invite(call.shop(), call.account()).body
    return body


@pytest.fixture
def linked(call: Caller) -> Json:
    return call.linked(call.shop(), call.account())


def test_an_invitation_is_sent_accepted_and_established(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    invited = call.invite(shop_id, account_id, settlement="own", reference="C-1")
    assert invited.status == 201
    assert invited.body.keys() == BODY | {"warnings", "warning_details"}
    assert (invited.body["status"], invited.body["turn"]) == ("invited", "creator")
    accepted = call.on(invited.body, "accept", GB, by="account")
    assert accepted.status == 200
    assert accepted.body.keys() == BODY
    assert (accepted.body["status"], accepted.body["turn"]) == ("linked", "nobody")
    found = call.get(f"/v1/links/{invited.body['link_id']}").body
    assert found.keys() == BODY | {
        "settlement",
        "reference",
        "message",
        "timeline",
        "synced_since",
        "items_leaving",
    }
    assert {name: found[name] for name in BODY} == accepted.body
    assert (found["settlement"], found["reference"]) == ("own", "C-1")
    assert [event["type"] for event in found["timeline"]] == [
        "link.invited",
        "link.accepted",
        "link.established",
    ]
    assert found["timeline"][0]["by"] == {"kind": "shop", "id": shop_id}
    assert found["timeline"][1]["by"] == {"kind": "creator", "id": account_id}
    assert call.get(f"/v1/accounts/{account_id}").body["link"] == accepted.body


def test_an_invitation_of_an_account_from_elsewhere_warns_and_is_held_until_support_corrects(
    call: Caller,
) -> None:
    account_id = call.account(registered_in="FR")
    invited = call.invite(call.shop(), account_id)
    assert invited.body["warnings"] == ["account.registration_mismatch"]
    assert "registered outside the shop’s market" in invited.body["warning_details"][0]
    held = call.on(invited.body, "accept", GB, by="account").body
    assert (held["status"], held["turn"]) == ("in_review", "support")
    assert [reason["code"] for reason in held["held_by"]] == ["account.registration_mismatch"]
    assert held["held_by"][0]["remedy"].startswith("Open a ticket")
    listed = call.get("/v1/links", account_id=account_id).body["items"]
    assert listed == [held]
    correction = {"registered_in": "GB", "note": "seen"}
    corrected = call("POST", f"/v1/accounts/{account_id}/corrections", correction, actor="support:mei")
    assert corrected.status == 200
    assert corrected.body["link"]["status"] == "linked"


@pytest.mark.parametrize(
    ("path", "by", "status"),
    [
        ("decline", "account", "declined"),
        ("withdraw", "shop", "withdrawn"),
        ("revoke", "platform", "revoked"),
    ],
)
def test_an_invitation_ends(call: Caller, invited: Json, path: str, by: str, status: str) -> None:
    ended = call.on(invited, path, {"note": "found out"} if path == "revoke" else None, by=by)
    assert (ended.status, ended.body["status"], ended.body["turn"]) == (200, status, "nobody")
    assert ended.body["ended_at"] is not None
    again = call.on(invited, path, {"note": "found out"} if path == "revoke" else None, by=by)
    assert again.status == 409
    assert [reason["code"] for reason in again.body["reasons"]] == ["link.wrong_state"]


@pytest.mark.parametrize(
    ("path", "by", "status"),
    [
        ("unlink-request/withdraw", "account", "linked"),
        ("unlink-request/refuse", "shop", "linked"),
        ("unlink-request/approve", "shop", "unlinked"),
        ("unlink", "shop", "unlinked"),
    ],
)
def test_an_unlink_request_is_answered(call: Caller, linked: Json, path: str, by: str, status: str) -> None:
    requested = call.on(linked, "unlink-request", GB, by="account")
    assert requested.status == 200
    assert requested.body["turn"] == "shop"
    assert requested.body["unlink_request"].keys() == {"requested_at"}
    answered = call.on(linked, path, by=by)
    assert (answered.status, answered.body["status"]) == (200, status)
    assert answered.body["unlink_request"] is None


def test_a_link_that_its_pair_has_replaced_is_left_alone(call: Caller, invited: Json) -> None:
    call.on(invited, "withdraw", by="shop", key=(key := f"withdraw {invited['link_id']}"))
    second = call.invite(invited["shop_id"], invited["account_id"]).body
    wrong = call.on(invited, "accept", GB, by="account")
    assert wrong.status == 409
    assert [(r["code"], r["params"]) for r in wrong.body["reasons"]] == [
        ("link.wrong_state", {"link_status": "withdrawn"})
    ]
    assert call.on(invited, "withdraw", by="shop", key=key).body["status"] == "withdrawn"
    other = call.on(second, "withdraw", by="shop", key=key)
    assert (other.status, other.body["type"]) == (422, "urn:shoplink:problem:idempotency.other_body")
    assert call.get(f"/v1/links/{second['link_id']}").body["status"] == "invited"


def test_a_link_that_is_not_there_is_not_found(call: Caller) -> None:
    for answer in (
        call.get("/v1/links/link_0"),
        call("POST", "/v1/links/link_0/accept", GB, actor="account:A1"),
    ):
        assert (answer.status, answer.body["type"]) == (404, "urn:shoplink:problem:not_found")


def test_links_are_listed_by_shop_account_and_status_in_pages(call: Caller) -> None:
    shop_id = call.shop()
    accounts = [call.account() for _ in range(4)]
    links = [call.invite(shop_id, account_id).body for account_id in accounts]
    call.on(links[1], "decline", by="account")
    call.on(links[2], "accept", GB, by="account")
    first = call.get("/v1/links", shop_id=shop_id, limit=3).body
    second = call.get("/v1/links", shop_id=shop_id, limit=3, cursor=first["next"]).body
    assert [link["link_id"] for page in (first, second) for link in page["items"]] == [
        link["link_id"] for link in links
    ]
    assert second["next"] is None
    for status, expected in (
        ("invited", [accounts[0], accounts[3]]),
        ("linked", [accounts[2]]),
        ("expired", []),
    ):
        found = call.get("/v1/links", shop_id=shop_id, status=status).body["items"]
        assert [link["account_id"] for link in found] == expected
    assert len(call.get("/v1/links", account_id=accounts[1]).body["items"]) == 1
    for wrong in ({"cursor": "x"}, {"limit": 201}, {"status": "gone"}, {"shop_id": "a b"}):
        answer = call.get("/v1/links", **wrong)
        assert (answer.status, answer.body["field"]) == (422, next(iter(wrong)))
