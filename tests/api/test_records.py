"""Waivers, rulebooks, the feed, refusals, permissions and network addresses over the API."""

import time
from datetime import datetime, timedelta
from typing import Any

from tests.api.service import Caller, Json

GB = {"network_region": "GB"}


def _whole_feed(call: Caller, limit: int = 7) -> list[Json]:
    """All events, once nothing more comes."""
    after, found = 0, []
    while True:
        page = call.get("/v1/events", after=after, limit=limit)
        assert page.status == 200
        found += page.body["items"]
        assert ("retry-after" in page.headers) is (not page.body["items"])
        if not page.body["items"]:
            assert page.headers["retry-after"] == "1"
            assert page.body["next"] == after
            return found
        assert page.body["next"] == page.body["items"][-1]["position"]
        after = page.body["next"]


def test_a_place_that_the_feed_has_not_reached_is_refused_with_its_newest_position(call: Caller) -> None:
    beyond = call.get("/v1/events", after=1_000_000)
    assert (beyond.status, beyond.body["type"]) == (409, "urn:shoplink:problem:feed.beyond_end")
    newest = beyond.body["newest"]
    assert str(newest) in beyond.body["detail"]
    assert call.get("/v1/events", after=newest).status == 200


def test_the_feed_gives_every_event_once_by_position(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    link = call.invite(shop_id, account_id).body
    call.on(link, "accept", GB, by="account")
    deadline = time.monotonic() + 5
    while True:
        events = _whole_feed(call)
        mine = [
            event
            for event in events
            if shop_id == event.get("shop_id") or account_id == event.get("account_id")
        ]
        if len(mine) == 5 or time.monotonic() > deadline:
            break
    assert [event["type"] for event in mine] == [
        "shop.recorded",
        "account.recorded",
        "link.invited",
        "link.accepted",
        "link.established",
    ]
    positions = [event["position"] for event in events]
    assert positions == list(range(1, len(events) + 1))
    assert mine[2]["by"] == {"kind": "shop", "id": shop_id}
    assert call.get(f"/v1/links/{link['link_id']}").body["timeline"] == [
        {name: value for name, value in event.items() if name != "position"} for event in mine[2:]
    ]


def test_the_feed_of_some_types_a_shop_or_an_account_moves_past_the_others(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    call.invite(shop_id, account_id)
    deadline = time.monotonic() + 5
    while len(call.get("/v1/events", shop_id=shop_id).body["items"]) < 2:
        assert time.monotonic() < deadline, "the events are not numbered"
    newest = _whole_feed(call, 1000)[-1]["position"]

    def types(query: str, after: int = 0) -> tuple[list[str], int]:
        page = call("GET", f"/v1/events?{query}&after={after}&limit=1000")
        assert page.status == 200, page
        return [event["type"] for event in page.body["items"]], page.body["next"]

    assert types(f"shop_id={shop_id}") == (["shop.recorded", "link.invited"], newest)
    assert types(f"account_id={account_id}") == (["account.recorded", "link.invited"], newest)
    assert types(f"shop_id={shop_id}&type=shop.recorded") == (["shop.recorded"], newest)
    assert types(f"account_id={account_id}&shop_id={shop_id}") == (["link.invited"], newest)
    assert types(f"account_id={account_id}&type=link.unlinked&type=link.invited")[0] == ["link.invited"]
    assert types("shop_id=nobodys") == ([], newest)
    assert {*types("type=link.invited&type=shop.recorded")[0]} == {"link.invited", "shop.recorded"}
    first = call("GET", f"/v1/events?shop_id={shop_id}&limit=1").body
    assert first["next"] == first["items"][0]["position"]
    assert types(f"shop_id={shop_id}", first["next"]) == (["link.invited"], newest)
    beyond = call("GET", f"/v1/events?shop_id={shop_id}&after=1000000")
    assert (beyond.status, beyond.body["type"]) == (409, "urn:shoplink:problem:feed.beyond_end")


def test_a_type_that_no_event_has_is_refused_with_those_that_there_are(call: Caller) -> None:
    wrong = call("GET", "/v1/events?type=link.invited&type=link.gone")
    assert wrong.status == 422
    (error,) = wrong.body["errors"]
    assert (error["field"], error["found"]) == ("type", "'link.gone'")
    assert "link.invited | link.accepted" in error["allowed"]


def test_a_waiver_is_granted_listed_and_ended(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    wanted: Json = {"code": "shop.unlink_quota_spent", "shop_id": shop_id, "until": None, "note": "why not"}
    granted = call("POST", "/v1/waivers", wanted, actor="support:mei")
    assert granted.status == 201
    assert granted.body == {
        **wanted,
        "account_id": None,
        "granted_at": granted.body["granted_at"],
        "ended_at": None,
        "in_force": True,
        "by": {"kind": "support", "id": "mei"},
    }
    assert call.get(f"/v1/shops/{shop_id}").body["unlink_quota"]["waived"] is True
    other = {
        "code": "account.link_quota_spent",
        "account_id": account_id,
        "until": "2099-01-01T00:00:00+01:00",
        "note": "n",
    }
    assert call("POST", "/v1/waivers", other, actor="platform:p").body["until"] == "2098-12-31T23:00:00Z"
    assert call.get("/v1/waivers", shop_id=shop_id).body == {"items": [granted.body], "next": None}
    assert len(call.get("/v1/waivers", account_id=account_id).body["items"]) == 1
    end = {"code": "shop.unlink_quota_spent", "shop_id": shop_id, "note": "over"}
    assert call("POST", "/v1/waivers/end", end, actor="support:mei").body == {"ended": 1}
    (listed,) = call.get("/v1/waivers", shop_id=shop_id).body["items"]
    assert (listed["in_force"], listed["ended_at"] is None) == (False, False)
    again = call("POST", "/v1/waivers/end", end, actor="support:mei")
    assert [reason["code"] for reason in again.body["reasons"]] == ["waiver.not_found"]
    assert call("POST", "/v1/waivers", wanted, actor=f"shop:{shop_id}").status == 403
    both: Json = {**wanted, "account_id": account_id}
    assert call("POST", "/v1/waivers", both, actor="support:mei").status == 422


def test_a_rulebook_is_activated_and_shown_where_it_is_and_will_be_in_force(call: Caller) -> None:
    name = "seller-university-2025"
    before = {book["name"]: book for book in call.get("/v1/rulebooks").body["items"]}
    assert {book["name"]: book["default"] for book in before.values()} == {"guide-2024-11": True, name: False}
    soon = (datetime.fromisoformat("2096-01-01T00:00:00+00:00")).isoformat()
    answer = call(
        "POST",
        f"/v1/rulebooks/{name}/activations",
        {"market": "SE", "effective_from": soon},
        actor="platform:p",
    )
    assert (answer.status, answer.body["effective_from"]) == (201, "2096-01-01T00:00:00Z")
    found = call.get(f"/v1/rulebooks/{name}").body
    assert {"market": "SE", "effective_from": "2096-01-01T00:00:00Z"} in found["starts"]
    assert found["digest"] == answer.body["digest"]
    assert found["parameters"]["slots_open"]["value"] == {"official": 1, "marketing": 4}
    assert found["parameters"]["network_asked_of"]["value"] == ["creator", "shop"]
    assert all(parameter["source"] for parameter in found["parameters"].values())
    start = datetime.fromisoformat(call.get("/v1/events", limit=1).body["items"][0]["at"]) + timedelta(days=1)
    assert call.get("/v1/shops/nobody").status == 404
    past = {"market": "SE", "effective_from": (start - timedelta(days=2)).isoformat()}
    refused = call(
        "POST", f"/v1/rulebooks/{name}/activations", past, actor="platform:p", Accept_Language="zh"
    )
    assert [reason["code"] for reason in refused.body["reasons"]] == ["rulebook.date_in_past"]
    assert "年" in refused.body["reasons"][0]["detail"]
    unknown = call("POST", "/v1/rulebooks/none/activations", past, actor="platform:p")
    assert [reason["code"] for reason in unknown.body["reasons"]] == ["rulebook.not_found"]
    assert call.get("/v1/rulebooks/none").status == 404
    effects = f"/v1/rulebooks/{name}/effects"
    assert call.get(effects, market="SE").body["shops"] == 0
    answer = call.get(effects, market="SE", effective_from=past["effective_from"])
    assert (answer.status, answer.body["reasons"][0]["code"]) == (409, "rulebook.date_in_past")
    for wrong in ({}, {"market": "Sweden"}, {"market": "SE", "effective_from": "soon"}):
        assert call.get(effects, **wrong).status == 422


def test_a_refusal_can_be_looked_up_by_shop_account_and_person(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account(region="FR")
    for reference in ("one", "two"):
        call.invite(shop_id, account_id, reference=reference)
    for query in ({"shop_id": shop_id}, {"account_id": account_id}, {"by": f"shop:{shop_id}"}):
        found = call.get("/v1/refusals", language="zh", **query).body["items"]
        assert [refusal["command"]["reference"] for refusal in found] == ["two", "one"]
    refusal = found[0]
    assert refusal["command"] == {
        "command": "invite",
        "shop_id": shop_id,
        "account_id": account_id,
        "role": "marketing",
        "network_region": "GB",
        "reference": "two",
    }
    assert refusal["by"] == {"kind": "shop", "id": shop_id}
    assert [reason["code"] for reason in refusal["reasons"]] == ["account.region_mismatch"]
    assert "法国" in refusal["reasons"][0]["detail"]
    first = call.get("/v1/refusals", shop_id=shop_id, limit=1).body
    second = call.get("/v1/refusals", shop_id=shop_id, limit=1, cursor=first["next"]).body
    assert [p["items"][0]["command"]["reference"] for p in (first, second)] == ["two", "one"]
    assert second["next"] is None
    assert call.get("/v1/refusals", by="support:nobody").body["items"] == []


def test_permissions_follow_the_link_and_the_standing_of_both_sides(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()

    def permissions() -> Any:
        return call.get("/v1/permissions", shop_id=shop_id, account_id=account_id).body

    none = permissions()
    assert [reason["code"] for reason in none["reasons"]] == ["link.not_found"]
    assert (none["role"], none["followers_minimum"], none["commission"]) == (None, 1000, "due")
    link = call.invite(shop_id, account_id, role="official").body
    assert [reason["code"] for reason in permissions()["reasons"]] == ["link.wrong_state"]
    call.on(link, "accept", GB, by="account")
    linked = permissions()
    allowed = {"allowed": True, "reasons": []}
    others = linked["permissions"].pop("promote_other_shops")
    assert (others["allowed"], [reason["code"] for reason in others["reasons"]]) == (
        False,
        ["role.other_shops_not_allowed"],
    )
    assert linked == {
        "shop_id": shop_id,
        "account_id": account_id,
        "link_id": link["link_id"],
        "role": "official",
        "permissions": {
            "sync_showcase": allowed,
            "add_from_shop": {"showcase": allowed, "video": allowed, "live": allowed},
            "sell_in_video": allowed,
            "sell_in_live": allowed,
        },
        "sync_showcase": True,
        "add_from_shop": True,
        "followers_minimum": 0,
        "commission": "none",
        "promote_other_shops": False,
        "reasons": [],
    }
    call(
        "PUT",
        f"/v1/shops/{shop_id}",
        {"market": "GB", "enrolment": "invited", "status": "abnormal"},
        actor="platform:p",
    )
    broken = permissions()
    assert (broken["sync_showcase"], broken["add_from_shop"], broken["commission"]) == (False, False, "none")
    assert [reason["code"] for reason in broken["reasons"]] == ["shop.status_not_normal"]
    assert call.get("/v1/permissions", shop_id=shop_id, account_id="nobody").status == 404


def test_a_network_region_is_looked_up_from_an_address_which_is_not_kept(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    body = {"shop_id": shop_id, "account_id": account_id, "role": "marketing"}
    actor = f"shop:{shop_id}"
    unknown = call("POST", "/v1/links", {**body, "client_ip": "10.0.0.1"}, actor=actor)
    assert unknown.body["reasons"][0]["params"] == {"market": "GB", "network_region": None}
    for wrong in ({"client_ip": "somewhere"}, {"client_ip": 1}, {"client_ip": "81.2.69.142", **GB}):
        answer = call("POST", "/v1/links", {**body, **wrong}, actor=actor)
        assert (answer.status, answer.body["field"]) == (422, "client_ip")
    invited = call("POST", "/v1/links", {**body, "client_ip": "81.2.69.142"}, actor=actor)
    assert invited.status == 201
    assert call.on(invited.body, "decline", {"client_ip": "81.2.69.142"}, by="account").status == 422
    line = {"command": "accept", "shop_id": shop_id, "account_id": account_id, "client_ip": "81.2.69.142"}
    assert [a["outcome"] for a in call.stream([line], actor=f"account:{account_id}")] == ["accepted"]
    for refusal in call.get("/v1/refusals", shop_id=shop_id).body["items"]:
        assert "client_ip" not in refusal["command"]
