"""Shops and accounts over the API."""

from datetime import datetime, timedelta

from tests.api.service import Caller

GB = {"network_region": "GB"}


def test_a_shop_shows_its_slots_and_what_it_has_used_of_its_quotas(call: Caller) -> None:
    shop_id = call.shop(name="Tea House")
    fresh = call.get(f"/v1/shops/{shop_id}").body
    assert fresh["slots"] == {"official": {"total": 1, "used": 0}, "marketing": {"total": 4, "used": 0}}
    assert fresh["link_quota"] == {"limit": 10, "days": 180, "used": 0, "waived": False, "units": []}
    assert fresh["unlink_quota"] == {"limit": 3, "used": 0, "waived": False}
    assert (fresh["name"], fresh["rulebook"]) == ("Tea House", "guide-2024-11")
    invited = call.invite(shop_id, call.account()).body
    linked = call.on(call.invite(shop_id, call.account()).body, "accept", GB, by="account").body
    held = call.on(
        call.invite(shop_id, call.account(registered_in="FR")).body, "accept", GB, by="account"
    ).body
    call.invite(shop_id, call.account(), role="official")
    used = call.get(f"/v1/shops/{shop_id}").body
    assert used["slots"] == {"official": {"total": 1, "used": 1}, "marketing": {"total": 4, "used": 3}}
    units = used["link_quota"]["units"]
    assert used["link_quota"]["used"] == 3
    assert [unit["held_by"] for unit in units] == ["invited", "established", "in_review"]
    assert units[0]["returns_at"] == invited["expires_at"]
    returns_at = datetime.fromisoformat(units[1]["returns_at"])
    assert returns_at - datetime.fromisoformat(linked["linked_at"]) == timedelta(days=180)
    assert (units[2]["returns_at"], held["turn"]) == (None, "support")
    assert call.get("/v1/shops", limit=200, market="GB").body["items"][-1].keys() == used.keys()


def test_a_unit_returns_when_the_refusal_says_so(call: Caller) -> None:
    shop_id = call.shop()
    for _ in range(10):
        link = call.on(call.invite(shop_id, call.account()).body, "accept", GB, by="account").body
        call.on(link, "revoke", {"note": "room"}, by="platform")
    quota = call.get(f"/v1/shops/{shop_id}").body["link_quota"]
    refused = call.invite(shop_id, call.account())
    assert refused.status == 409
    assert (quota["used"], len(quota["units"])) == (10, 10)
    assert refused.body["reasons"][0]["possible_at"] == quota["units"][0]["returns_at"]
    waiver = {"code": "shop.link_quota_spent", "shop_id": shop_id, "until": None, "note": "launch"}
    assert call("POST", "/v1/waivers", waiver, actor="support:mei").status == 201
    assert call.get(f"/v1/shops/{shop_id}").body["link_quota"]["waived"] is True
    assert call.invite(shop_id, call.account()).status == 201


def test_what_is_omitted_takes_its_default_and_what_is_fixed_stays(call: Caller) -> None:
    account_id = call.account(handle="@ada", followers=5200)
    found = call.get(f"/v1/accounts/{account_id}").body
    assert found == {
        "account_id": account_id,
        "handle": "@ada",
        "region": "GB",
        "registered_in": "GB",
        "birth_date": "1990-01-01",
        "status": "normal",
        "commerce_permission": "granted",
        "followers": 5200,
        "link": None,
    }
    replaced = call("PUT", f"/v1/accounts/{account_id}", {"region": "FR"}, actor="platform:p").body
    assert (replaced["registered_in"], replaced["birth_date"], replaced["followers"]) == ("FR", None, 0)
    shop_id = call.shop()
    wrong = call(
        "PUT",
        f"/v1/shops/{shop_id}",
        {"market": "FR", "enrolment": "open"},
        actor="platform:p",
        Accept_Language="zh-CN",
    )
    assert wrong.status == 409
    assert [reason["code"] for reason in wrong.body["reasons"]] == [
        "shop.market_fixed",
        "shop.enrolment_fixed",
    ]
    assert "从不改变" in wrong.body["reasons"][0]["detail"] or "不" in wrong.body["reasons"][0]["detail"]
    assert wrong.body["title"] == "被拒绝"


def test_accounts_are_found_by_handle(call: Caller) -> None:
    account_id = call.account(handle="@同名 handle&?")
    assert [a["account_id"] for a in call.get("/v1/accounts", handle="@同名 handle&?").body["items"]] == [
        account_id
    ]
    assert call.get("/v1/accounts", handle="@nobody").body == {"items": [], "next": None}


def test_pages_of_shops_and_accounts_hold_each_once(call: Caller) -> None:
    wanted = {call.shop(market="IT") for _ in range(5)}
    found: list[str] = []
    cursor = None
    while True:
        answer = call.get("/v1/shops", market="IT", limit=2, cursor=cursor).body
        found += [shop["shop_id"] for shop in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert found == sorted(wanted)


def test_a_shop_or_account_that_is_not_there_is_not_found(call: Caller) -> None:
    assert call.get("/v1/shops/nobody").status == 404
    assert call.get("/v1/accounts/nobody").status == 404
    correction = {"region": "GB", "note": "n"}
    refused = call("POST", "/v1/accounts/nobody/corrections", correction, actor="support:s")
    assert [reason["code"] for reason in refused.body["reasons"]] == ["account.not_found"]
