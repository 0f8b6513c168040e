"""Shops and accounts over the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shoplink.core.instant import format_instant
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
    assert found.pop("updated_at") is not None
    assert found == {
        "account_id": account_id,
        "handle": "ada",
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


def test_a_patch_changes_what_it_gives_and_nothing_else(call: Caller) -> None:
    """A job that knows only an account's followers cannot erase its birth date, nor establish what a fact holds."""
    account_id = call.account(handle="@ada", status="abnormal", commerce_permission="revoked")
    at, platform = f"/v1/accounts/{account_id}", {"actor": "platform:followers"}
    before = call.get(at).body
    changes: tuple[tuple[dict[str, Any], dict[str, str]], ...] = (
        ({"followers": 7}, {"Content_Type": "application/merge-patch+json"}),
        ({"followers": 7, "birth_date": None, "handle": None}, {}),
    )
    for body, headers in changes:
        answer = call("PATCH", at, body, **platform, **headers)
        changed_at = answer.body["updated_at"]
        assert (answer.status, answer.body) == (200, {**before, "followers": 7, "updated_at": changed_at})
    assert call.get(at).body["birth_date"] == "1990-01-01"
    shop_id = call.shop(name="Tea House")
    changed = call("PATCH", f"/v1/shops/{shop_id}", {"status": "abnormal"}, actor="platform:risk").body
    assert (changed["name"], changed["status"]) == ("Tea House", "abnormal")
    assert changed == call.get(f"/v1/shops/{shop_id}").body
    for path, wrong_body, field in (
        (at, {"market": "GB"}, "market"),
        (at, {"facts_as_of": "2024-11-11T12:00:00Z"}, "facts_as_of"),
        (f"/v1/shops/{shop_id}", {"market": "GB"}, "market"),
    ):
        wrong = call("PATCH", path, wrong_body, **platform)
        assert (wrong.status, wrong.body["field"]) == (422, field), wrong
    for path, code in (("/v1/shops/nobody", "shop.not_found"), ("/v1/accounts/nobody", "account.not_found")):
        refused = call("PATCH", path, {"status": "normal"}, **platform)
        assert (refused.status, [one["code"] for one in refused.body["reasons"]]) == (409, [code])


def test_a_nightly_export_leaves_what_support_corrected_since_it_was_read(call: Caller) -> None:
    account_id = call.account(registered_in="IE")
    at, platform = f"/v1/accounts/{account_id}", {"actor": "platform:nightly"}
    read_at = format_instant(datetime.now(UTC) - timedelta(minutes=1))
    correction = {"registered_in": "GB", "note": "papers"}
    assert call("POST", f"{at}/corrections", correction, actor="support:mei").body["registered_in"] == "GB"
    export = {"region": "GB", "registered_in": "IE", "birth_date": "1990-01-01", "followers": 9}
    check = {"command": "put_account", "account_id": account_id, **export, "facts_as_of": read_at}
    warned = call("POST", "/v1/checks", check, **platform).body
    kept = call("PUT", at, {**export, "facts_as_of": read_at}, **platform, Accept_Language="zh-CN").body
    assert (kept["registered_in"], kept["followers"]) == ("GB", 9)
    assert warned["warnings"] == kept["warnings"] == ["account.correction_kept"]
    assert "客服" in kept["warning_details"][0]
    assert call("PUT", at, export, **platform).body["registered_in"] == "IE", (
        "without it, everything is replaced"
    )
    late = {**export, "facts_as_of": format_instant(datetime.now(UTC) + timedelta(minutes=5))}
    for answer in (
        call("PUT", at, late, **platform),
        call("POST", "/v1/checks", {**check, **late}, **platform),
    ):
        assert (answer.status, answer.body["field"]) == (422, "facts_as_of")


def test_accounts_are_found_by_handle(call: Caller) -> None:
    account_id = call.account(handle="@同名.handle&?")
    assert [a["account_id"] for a in call.get("/v1/accounts", handle="@同名.handle&?").body["items"]] == [
        account_id
    ]
    other = call.account(handle="Mei.Lin_1")
    for spelled in ("mei.lin_1", "@MEI.LIN_1", "ＭＥＩ．lin_1", "https://www.tiktok.com/@mei.lin_1"):
        assert [a["account_id"] for a in call.get("/v1/accounts", handle=spelled).body["items"]] == [other]
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
