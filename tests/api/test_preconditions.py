"""Every write of what has an ETag can say from which state it was made; a condition is honoured or refused by name."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shoplink.api.v1 import OPERATIONS
from tests.api.service import Caller, Json
from tests.api.test_showcases import products

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
        ("POST", "/v1/members", {}),
    ]
    if condition != "If-None-Match":
        refused.append(("GET", "/v1/shops", None))
    for method, path, body in refused:
        answer = call(method, path, body, actor=OPS, **{name: '"x"'})
        assert (answer.status, answer.body["field"]) == (422, condition), path
    path = f"/v1/accounts/{call.account()}"
    wrong = call("PATCH", path, {"followers": 1}, actor=OPS, **{name: "x"})
    assert (wrong.status, wrong.body["field"]) == (422, condition)


WRITTEN_THROUGH = {
    "shops": "/shops/{shop_id}",
    "accounts": "/accounts/{account_id}",
    "links": "/links/{link_id}",
    "tickets": "/tickets/{ticket_id}",
    "products": "/products/{product_id}",
    "contents": "/contents/{content_id}",
    "waivers": "/waivers",
    "rulebooks": "/rulebooks/{name}",
}
"""The read that has the ETag of what is written below a path."""
OF_PLACES = ("promotions", "items/remove", "showcase/sync", "links/{link_id}/products")
READS_OF_PLACES = {"/accounts/{account_id}/showcase", "/contents/{content_id}/products"}
NOTHING_BEFORE = {
    "invite",
    "record_invitation",
    "import_link",
    "open_ticket",
    "check",
    "attribute_orders",
    "send_commands",
    "create_sign_in_link",
    "create_webhook_endpoint",
}
BY_ID = {"invite_member", "withdraw_member_invitation", "remove_member"}
"""A member and an invitation only end, and what names them is answered with that."""


ITS_OWN_STATE_IN_THE_BODY = {"mirror_links"}
"""Lists say themselves of what instant they are, and older ones than those compared are refused."""
WITHOUT_TAGS = {
    "advance_clock",
    "change_webhook_endpoint",
    "delete_webhook_endpoint",
    "rotate_webhook_secret",
    "test_webhook_endpoint",
    "resend_webhook_event",
    "replay_webhook_events",
}
"""Whoever operates the platform reads these without a tag: their state moves on by itself, with the clock and each delivery."""


def test_every_write_of_what_can_be_read_with_a_tag_looks_at_conditions() -> None:
    reads = {one.path for one in OPERATIONS if one.method == "GET" and one.conditional}
    assert reads == {*WRITTEN_THROUGH.values(), *READS_OF_PLACES, "/rulebooks"}
    writes = [one for one in OPERATIONS if one.method != "GET"]
    without = NOTHING_BEFORE | BY_ID | ITS_OWN_STATE_IN_THE_BODY | WITHOUT_TAGS
    assert {one.name for one in writes if not one.conditional} == without
    for one in writes:
        if one.conditional and not one.path.endswith(OF_PLACES):
            assert one.path.startswith(WRITTEN_THROUGH[one.path.split("/")[1]]) or one.path.startswith(
                "/waivers"
            )


def test_products_and_contents_are_recorded_anew_only_from_what_was_seen(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    product, content = f"/v1/products/p-{shop_id}", f"/v1/contents/v-{shop_id}"
    terms = {
        "shop_id": shop_id,
        "title": "t",
        "price_minor": 5,
        "currency": "GBP",
        "listed_at": "2024-01-01T00:00:00Z",
    }
    video = {"account_id": account_id, "kind": "video"}
    for path, first, second, third, kind in (
        (product, terms, {**terms, "units_7d": 3}, {**terms, "price_minor": 7}, "product.recorded"),
        (
            content,
            {**video, "title": "a"},
            {**video, "title": "b"},
            {**video, "title": "c"},
            "content.recorded",
        ),
    ):
        assert call("PUT", path, first, actor=OPS, If_Match="*").status == 412
        assert call("PUT", path, first, actor=OPS, If_None_Match="*").status == 200
        assert call("PUT", path, first, actor=OPS, If_None_Match="*").status == 412
        tag = _tag(call, path)
        assert call("GET", path, If_None_Match=tag).status == 304
        assert call("PUT", path, second, actor=OPS, If_Match=tag).status == 200
        late = call("PUT", path, third, actor=OPS, If_Match=tag)
        assert (late.status, late.body["type"]) == FAILED
        assert [change["type"] for change in late.body["changes"]] == [kind]
        assert call("PUT", path, third, actor=OPS, If_Match=_tag(call, path)).status == 200


def test_a_showcase_is_changed_only_from_what_was_seen_in_it(call: Caller) -> None:
    shop_id, other, account_id = call.shop(), call.shop(), call.account(followers=5_000)
    own, others = products(call, shop_id, "a", "b"), products(call, other, "a", "b")
    creator, showcase = f"account:{account_id}", f"/v1/accounts/{account_id}/showcase"
    content = f"/v1/contents/v-{account_id}"
    call("PUT", content, {"account_id": account_id, "kind": "live", "title": "t"}, actor=creator)
    put, take = f"/v1/accounts/{account_id}/promotions", f"/v1/accounts/{account_id}/items/remove"
    empty, of_content = _tag(call, showcase), _tag(call, f"{content}/products")
    first, second = ({"product_id": each, "shop_id": other} for each in others)
    gone = {"product_id": others[0]}
    assert call("POST", put, first, actor=creator, If_Match=empty).status == 200
    for path, body in ((put, second), (take, gone)):
        late = call("POST", path, body, actor=creator, If_Match=empty)
        assert (late.status, late.body["type"]) == FAILED
        assert [change["type"] for change in late.body["changes"]] == ["promotion.added"]
    there = {"content_id": f"v-{account_id}"}
    assert call("POST", put, {**first, **there}, actor=creator, If_Match=of_content).status == 200, (
        "another place"
    )
    assert call("POST", take, {**gone, **there}, actor=creator, If_Match=of_content).status == 412
    one = _tag(call, showcase)
    assert call("POST", take, gone, actor=creator, If_Match=one).status == 200
    assert call("POST", put, first, actor=creator, If_Match=empty).status == 412, (
        "empty again, and not as before"
    )

    unlinked = _tag(call, showcase)
    link = call.linked(shop_id, account_id, "official")
    add, sync = (f"/v1/links/{link['link_id']}/{rest}" for rest in ("products", "showcase/sync"))
    wanted = {"product_ids": own}
    late = call("POST", add, wanted, actor=creator, If_Match=unlinked)
    assert (late.status, [change["type"] for change in late.body["changes"]]) == (412, ["link.imported"])
    linked = _tag(call, showcase)
    assert call("POST", add, wanted, actor=creator, If_Match=linked).status == 200
    assert call("POST", sync, {}, actor=f"shop:{shop_id}", If_Match=linked).status == 412
    added = _tag(call, showcase)
    assert call("POST", sync, {}, actor=f"shop:{shop_id}", If_Match=added).status == 200
    late = call("POST", take, {"product_id": own[0]}, actor=creator, If_Match=added)
    assert (late.status, [change["type"] for change in late.body["changes"]]) == (412, ["showcase.synced"])
    nowhere = f"account:{account_id}-new"
    assert (
        call("POST", put.replace(account_id, f"{account_id}-new"), first, actor=nowhere, If_Match="*").status
        == 412
    )


def test_waivers_are_granted_and_ended_only_from_those_that_were_seen(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    for name, subject_id in (("shop_id", shop_id), ("account_id", account_id)):
        path, of = f"/v1/waivers?{name}={subject_id}", {name: subject_id, "note": "n"}
        code = "shop.link_quota_spent" if name == "shop_id" else "account.link_quota_spent"
        grant = {"code": code, "until": None, **of}
        tag = _tag(call, path)
        assert call("POST", "/v1/waivers", grant, actor="support:mei", If_Match=tag).status == 201
        for below, body in (("", grant), ("/end", {"code": code, **of})):
            late = call("POST", f"/v1/waivers{below}", body, actor="support:mei", If_Match=tag)
            assert (late.status, late.body["type"]) == FAILED
            assert [change["type"] for change in late.body["changes"]] == ["waiver.granted"]
        tag = _tag(call, path)
        assert call("GET", path, If_None_Match=tag).status == 304
        ended = call("POST", "/v1/waivers/end", {"code": code, **of}, actor="support:mei", If_Match=tag)
        assert ended.body == {"ended": 1}
        assert call("POST", "/v1/waivers", grant, actor="support:mei", If_Match=tag).status == 412
    for query in ("", f"?shop_id={shop_id}&account_id={account_id}"):
        assert "etag" not in call("GET", f"/v1/waivers{query}").headers


def test_rulebooks_are_activated_only_from_what_was_seen_to_be_in_force(untouched: Caller) -> None:
    call, book = untouched, "/v1/rulebooks/seller-university-2025"
    for path in (book, "/v1/rulebooks"):
        market = "FR" if path == book else "DE"
        start = {"market": market, "effective_from": "2034-01-01T00:00:00Z"}
        tag = _tag(call, path)
        assert call("POST", f"{book}/activations", start, actor=OPS, If_Match=tag).status == 201
        other = {**start, "market": "GB"}
        late = call("POST", f"{book}/activations", other, actor=OPS, If_Match=tag)
        assert (late.status, late.body["type"]) == FAILED
        assert [change["type"] for change in late.body["changes"]] == ["rulebook.activated"]
        cancel = {**start, "note": "n"}
        assert call("POST", f"{book}/activations/cancel", cancel, actor=OPS, If_Match=tag).status == 412
        tag = _tag(call, path)
        assert call("GET", path, If_None_Match=tag).status == 304
        assert call("POST", f"{book}/activations/cancel", cancel, actor=OPS, If_Match=tag).status == 200
        late = call("POST", f"{book}/activations", other, actor=OPS, If_Match=tag)
        assert [change["type"] for change in late.body["changes"]] == ["rulebook.activation_cancelled"]


def test_of_two_who_saw_the_same_showcase_one_changes_it(call: Caller) -> None:
    """The condition is compared under the locks, so that of several at once only one can be right."""
    account_id, shop_id = call.account(followers=5_000), call.shop()
    offered = products(call, shop_id, *"abcdef")
    tag = _tag(call, f"/v1/accounts/{account_id}/showcase")

    def put(product_id: str) -> int:
        path, body = f"/v1/accounts/{account_id}/promotions", {"product_id": product_id, "shop_id": shop_id}
        return call("POST", path, body, actor=f"account:{account_id}", If_Match=tag).status

    with ThreadPoolExecutor(len(offered)) as pool:
        assert sorted(pool.map(put, offered)) == [200, *[412] * 5]
