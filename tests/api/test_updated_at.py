"""`updated_at` is the instant of the newest event that changed a thing, wherever it is shown."""

from typing import Any

from tests.api.service import Caller, Json

GB = {"network_region": "GB"}
OPS = "platform:ops"


def test_a_shop_and_an_account_say_when_their_facts_were_recorded_or_corrected_last(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    for path, facts, change in (
        (f"/v1/shops/{shop_id}", {"market": "GB", "enrolment": "invited"}, {"name": "n"}),
        (f"/v1/accounts/{account_id}", {"region": "GB", "birth_date": "1990-01-01"}, {"followers": 3}),
    ):
        first = call.get(path).body["updated_at"]
        assert call("PUT", path, facts, actor=OPS).body["updated_at"] == first, "nothing has changed"
        second = call("PATCH", path, change, actor=OPS, key=path).body["updated_at"]
        assert second > first
        assert call("PATCH", path, change, actor=OPS, key=path).body["updated_at"] == second
        assert call.get(path).body["updated_at"] == second
    corrected = call(
        "POST", f"/v1/accounts/{account_id}/corrections", {"region": "IE", "note": "n"}, actor="support:mei"
    ).body["updated_at"]
    assert corrected > second
    assert call.get(f"/v1/accounts/{account_id}").body["updated_at"] == corrected
    before = call.get(f"/v1/shops/{shop_id}").body["updated_at"]
    call.linked(shop_id, account_id)
    assert call.get(f"/v1/shops/{shop_id}").body["updated_at"] == before, "a link is a thing of its own"
    assert call.get(f"/v1/accounts/{account_id}").body["updated_at"] == corrected
    listed = call.get("/v1/accounts", cursor=account_id[:-1], limit=200).body["items"]
    assert [one["updated_at"] for one in listed if one["account_id"] == account_id] == [corrected]


def test_a_link_says_when_its_newest_event_happened(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    link = call.invite(shop_id, account_id).body
    _same_everywhere(call, link)
    link = _led_on(call, link, ("accept", GB, "account"), ("revoke", {"note": "n"}, "platform"))
    imported = call.linked(shop_id, call.account(), "official", "2020-01-01")
    assert imported["updated_at"] > link["updated_at"] > imported["linked_at"], "when it was recorded"
    _led_on(
        call,
        imported,
        ("showcase/sync", {}, "shop"),
        ("unlink-request", GB, "account"),
        ("unlink-request/refuse", {}, "shop"),
        ("revoke", {"note": "n"}, "platform"),
    )


def _led_on(call: Caller, link: Json, *steps: tuple[str, Json, str]) -> Json:
    """The link after commands on it, each of which has changed it later."""
    for path, body, by in steps:
        answer = call.on(link, path, body, by=by)
        assert answer.status == 200, answer
        assert answer.body["updated_at"] > link["updated_at"], path
        link = answer.body
        _same_everywhere(call, link)
    return link


def _same_everywhere(call: Caller, link: Json) -> None:
    """The answer to a command, the link, and lists say the same, which is the instant of the newest event."""
    whole = call.get(f"/v1/links/{link['link_id']}").body
    lists: list[dict[str, Any]] = call.get("/v1/links", account_id=link["account_id"]).body["items"]
    listed = next(one for one in lists if one["link_id"] == link["link_id"])
    found = {link["updated_at"], whole["updated_at"], listed["updated_at"], whole["timeline"][-1]["at"]}
    if link["status"] == "linked":
        found.add(call.get(f"/v1/accounts/{link['account_id']}").body["link"]["updated_at"])
    assert len(found) == 1, found
