"""Every write of what has an ETag can say from which state it was made; a condition is honoured or refused by name."""

import pytest

from shoplink.api.v1 import OPERATIONS
from tests.api.service import Caller, Json

GB = {"network_region": "GB"}
FAILED = (412, "urn:shoplink:problem:precondition.failed")
OPS = "platform:ops"


def _tag(call: Caller, path: str, actor: str | None = None) -> str:
    answer = call("GET", path, actor=actor)
    assert answer.status == 200, answer
    assert answer.headers["etag"].startswith('"'), "a strong one"
    return answer.headers["etag"]


def test_a_write_from_a_state_that_has_changed_does_nothing_and_says_what_changed(call: Caller) -> None:
    account_id = call.account()
    path, facts = f"/v1/accounts/{account_id}", {"region": "GB", "birth_date": "1990-01-01"}
    tag = _tag(call, path)
    assert call("PUT", path, {**facts, "status": "abnormal"}, actor=OPS, If_Match=tag).status == 200
    for method, below, body in (
        ("PUT", "", {**facts, "followers": 7}),
        ("PATCH", "", {"followers": 7}),
        ("POST", "/corrections", {"region": "IE", "note": "seen"}),
    ):
        late = call(method, path + below, body, actor=OPS, If_Match=tag)
        assert (late.status, late.body["type"]) == FAILED
        assert [change["type"] for change in late.body["changes"]] == ["account.recorded"]
        assert late.body["changes"][0]["by"] == {"kind": "platform", "id": "ops"}
        assert late.body["changes"][0]["status"] == "abnormal"
    assert call.get(path).body["followers"] == 0
    assert call("PATCH", path, {"followers": 7}, actor=OPS, If_Match=f'"x", {_tag(call, path)}').status == 200


def test_shops_links_and_tickets_have_tags_too(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    shop, seller, creator = f"/v1/shops/{shop_id}", f"shop:{shop_id}", f"account:{account_id}"
    tag = _tag(call, shop)
    assert call("PATCH", shop, {"name": "one"}, actor=OPS, If_Match=tag).status == 200
    assert call("PATCH", shop, {"name": "two"}, actor=OPS, If_Match=tag).status == 412
    assert call("PUT", shop, {"market": "GB", "enrolment": "invited"}, actor=OPS, If_Match=tag).status == 412

    invite = {"shop_id": shop_id, "account_id": account_id, "role": "marketing", **GB}
    link = f"/v1/links/{call('POST', '/v1/links', invite, actor=seller).body['link_id']}"
    tag = _tag(call, link)
    assert call("POST", f"{link}/accept", GB, actor=creator, If_Match=tag).status == 200
    late = call("POST", f"{link}/revoke", {"note": "fraud"}, actor=OPS, If_Match=tag)
    assert (late.status, late.body["type"]) == FAILED
    assert [change["type"] for change in late.body["changes"]] == ["link.accepted", "link.established"]
    assert "The creator confirmed the invitation." in late.body["changes"][0]["detail"]
    assert (
        call("POST", f"{link}/revoke", {"note": "fraud"}, actor=OPS, If_Match=_tag(call, link)).status == 200
    )

    call("PUT", f"/v1/accounts/{account_id}", {"region": "IE", "birth_date": "1990-01-01"}, actor=OPS)
    opened = call("POST", "/v1/tickets", {"command": {"command": "invite", **invite}}, actor=seller)
    ticket = f"/v1/tickets/{opened.body['ticket_id']}"
    for actor in (seller, "support:mei"):
        tag = _tag(call, ticket, actor)
        assert call("POST", f"{ticket}/replies", {"text": "one"}, actor=actor, If_Match=tag).status == 201
        late = call("POST", f"{ticket}/replies", {"text": "two"}, actor=actor, If_Match=tag)
        assert (late.status, [change["type"] for change in late.body["changes"]]) == (412, ["ticket.replied"])
    tag = _tag(call, ticket, "support:mei")
    call("PATCH", f"/v1/accounts/{account_id}", {"followers": 9}, actor=OPS)
    assert (
        call("POST", f"{ticket}/resolution", {"text": "so"}, actor="support:mei", If_Match=tag).status == 412
    )
    assert len(call("GET", ticket, actor=seller).body["messages"]) == 2
    silent = call("POST", f"{ticket}/resolution", {}, actor="support:mei")
    assert (silent.status, silent.body["field"]) == (422, "text")
    assert "account.region_mismatch" in silent.body["detail"]


def test_a_repeated_request_gets_its_answer_though_the_state_has_moved_on(call: Caller) -> None:
    account_id = call.account()
    path = f"/v1/accounts/{account_id}"
    tag, key = _tag(call, path), f"once {account_id}"
    first = call("PATCH", path, {"followers": 7}, actor=OPS, key=key, If_Match=tag)
    again = call("PATCH", path, {"followers": 7}, actor=OPS, key=key, If_Match=tag)
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    late, other = {"followers": 8}, f"other {account_id}"
    assert call("PATCH", path, late, actor=OPS, key=other, If_Match=tag).status == 412
    fresh = call("PATCH", path, late, actor=OPS, key=other, If_Match=_tag(call, path))
    assert fresh.status == 200, "what was not decided does not use its key up"


def test_a_reader_who_has_it_already_gets_no_body(call: Caller) -> None:
    shop_id = call.shop()
    path = f"/v1/shops/{shop_id}"
    tag = _tag(call, path)
    for known in (tag, f'"x", W/{tag}', "*"):
        same = call("GET", path, If_None_Match=known)
        assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
    assert call("GET", path, If_None_Match='"x"').status == 200
    call("PATCH", path, {"name": "other"}, actor=OPS)
    changed = call("GET", path, If_None_Match=tag)
    assert (changed.status, changed.body["name"]) == (200, "other")


def test_any_state_and_none_can_be_asked_for(call: Caller) -> None:
    known, unknown = call.account(), f"{call.account()}-new"
    facts = {"region": "GB", "birth_date": "1990-01-01"}
    assert call("PUT", f"/v1/accounts/{unknown}", facts, actor=OPS, If_Match="*").status == 412
    assert call("PUT", f"/v1/accounts/{known}", facts, actor=OPS, If_None_Match="*").status == 412
    assert call("PUT", f"/v1/accounts/{unknown}", facts, actor=OPS, If_None_Match="*").status == 200
    assert call("PUT", f"/v1/accounts/{unknown}", facts, actor=OPS, If_Match="*").status == 200


@pytest.mark.parametrize("condition", ["If-Match", "If-None-Match", "If-Unmodified-Since"])
def test_a_condition_that_is_not_honoured_is_refused_by_name(call: Caller, condition: str) -> None:
    name = condition.replace("-", "_")
    refused: list[tuple[str, str, Json | None]] = [
        ("POST", "/v1/commands", {}),
        ("POST", "/v1/checks", {}),
        ("POST", "/v1/links", {}),
        ("POST", "/v1/waivers", {}),
    ]
    if condition != "If-None-Match":
        refused.append(("GET", "/v1/shops", None))
    for method, path, body in refused:
        answer = call(method, path, body, actor=OPS, **{name: '"x"'})
        assert (answer.status, answer.body["field"]) == (422, condition), path
    path = f"/v1/accounts/{call.account()}"
    wrong = call("PATCH", path, {"followers": 1}, actor=OPS, **{name: "x"})
    assert (wrong.status, wrong.body["field"]) == (422, condition)


def test_the_operations_that_write_what_has_a_tag_are_all_conditional() -> None:
    tagged = {one.path for one in OPERATIONS if one.method == "GET" and one.conditional}
    assert tagged == {f"/{kind}s/{{{kind}_id}}" for kind in ("shop", "account", "link", "ticket")}
    of_showcases = {"products", "showcase/sync", "promotions", "items/remove", "showcase"}
    writes = [
        one
        for one in OPERATIONS
        if one.method != "GET"
        and (base := next((path for path in tagged if one.path.startswith(path)), None))
        and one.path.removeprefix(base).strip("/") not in of_showcases
    ]
    assert len(writes) > 14
    assert all(one.conditional for one in writes), [one.path for one in writes if not one.conditional]
