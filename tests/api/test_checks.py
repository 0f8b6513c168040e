"""A command decided and not done."""

from tests.api.service import Caller, Json, Service
from tests.api.test_showcases import products, shown
from tests.rule import rule


def test_a_check_answers_as_the_command_would_and_does_nothing(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account(commerce_permission="revoked")
    command = {
        "command": "invite",
        "shop_id": shop_id,
        "account_id": account_id,
        "role": "marketing",
        "network_region": "GB",
    }
    allowed = call("POST", "/v1/checks", command, actor=f"shop:{shop_id}")
    assert allowed.status == 200
    assert (allowed.body["allowed"], allowed.body["reasons"]) == (True, [])
    assert allowed.body["warnings"] == ["account.commerce_permission_revoked"]
    assert call.get("/v1/links", shop_id=shop_id).body["items"] == []
    wrong = {**command, "network_region": "FR"}
    refused = call("POST", "/v1/checks", wrong, actor=f"shop:{shop_id}", Accept_Language="zh")
    assert refused.body["allowed"] is False
    assert [reason["code"] for reason in refused.body["reasons"]] == ["network.region_mismatch"]
    assert "法国" in refused.body["reasons"][0]["detail"]
    assert call.get("/v1/refusals", shop_id=shop_id).body["items"] == []
    done = call.invite(shop_id, account_id)
    again = call("POST", "/v1/checks", command, actor=f"shop:{shop_id}").body
    assert again["reasons"][0]["possible_at"] == done.body["expires_at"]


def test_a_key_that_only_acts_for_a_shop_learns_no_strangers_birth_date_or_record_at_any_door(
    service: Service, call: Caller
) -> None:
    """domain.md section 5: what the shop's console shows, from a check, an invitation, a stream and a ticket."""
    shop_id, by_shop = call.shop(), service.caller_with("shop")
    account_id = call.account(birth_date="2015-06-07", status="abnormal")
    of_shop = {"shop_id": shop_id, "account_id": account_id, "role": "marketing", "network_region": "GB"}
    invite, actor = {"command": "invite", **of_shop}, f"shop:{shop_id}"
    (line,) = by_shop.stream([{**invite, "by": {"kind": "shop", "id": shop_id}}])
    answers = [
        by_shop("POST", "/v1/checks", invite, actor=actor).body,
        by_shop("POST", "/v1/links", of_shop, actor=actor).body,
        line,
        by_shop("POST", "/v1/tickets", {"command": invite}, actor=actor).body,
    ]
    for answer in answers:
        assert [(one["code"], one["possible_at"]) for one in answer["reasons"]] == [
            ("account.under_age", None)
        ]
        assert answer["creator_can_see"] is True
        assert "2033" not in str(answer)
        assert "abnormal" not in str(answer)
    (whole,) = [call("POST", "/v1/checks", invite, actor=actor).body["reasons"]]
    assert [one["possible_at"] for one in whole] == [None, "2033-06-07T00:00:00Z"], (
        "a key that reads accounts"
    )
    revoked = call.account(commerce_permission="revoked")
    warned = by_shop("POST", "/v1/checks", {**invite, "account_id": revoked}, actor=actor).body
    assert (warned["warnings"], warned["creator_can_see"]) == ([], True)
    assert by_shop("POST", "/v1/links", {**of_shop, "account_id": revoked}, actor=actor).status == 201


def test_a_check_is_asked_by_whom_the_command_would_be(call: Caller) -> None:
    shop_id = call.shop()
    command = {"command": "put_shop", "shop_id": shop_id, "market": "FR", "enrolment": "invited"}
    assert call("POST", "/v1/checks", command, actor=f"shop:{shop_id}").status == 403
    answer = call("POST", "/v1/checks", command, actor="platform:p")
    assert [reason["code"] for reason in answer.body["reasons"]] == ["shop.market_fixed"]
    for body, field in (({}, "command"), ({"command": "x"}, "command"), ({**command, "at": "now"}, "at")):
        malformed = call("POST", "/v1/checks", body, actor="platform:p")
        assert (malformed.status, malformed.body["field"]) == (422, field)


def test_every_kind_of_command_can_be_checked(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    pair = {"shop_id": shop_id, "account_id": account_id}
    region, note = {"network_region": "GB"}, {"note": "n"}
    for kind, fields, actor, codes in (
        ("put_account", {"account_id": account_id, "region": "GB"}, "platform:p", []),
        ("correct_account", {"account_id": "none", **note}, "support:s", ["account.not_found"]),
        ("accept", {**pair, **region}, f"account:{account_id}", ["link.not_found"]),
        ("decline", pair, f"account:{account_id}", ["link.not_found"]),
        ("withdraw", pair, f"shop:{shop_id}", ["link.not_found"]),
        ("request_unlink", {**pair, **region}, f"account:{account_id}", ["link.not_found"]),
        ("withdraw_unlink_request", pair, f"account:{account_id}", ["link.not_found"]),
        ("refuse_unlink", pair, f"shop:{shop_id}", ["link.not_found"]),
        ("approve_unlink", pair, f"shop:{shop_id}", ["link.not_found"]),
        ("unlink", pair, f"shop:{shop_id}", ["link.not_found"]),
        ("revoke", {**pair, **note}, "platform:p", ["link.not_found"]),
        (
            "import_link",
            {**pair, "role": "marketing", "linked_at": "2999-01-01T00:00:00Z"},
            "platform:p",
            ["link.date_out_of_order"],
        ),
        (
            "grant_waiver",
            {"code": "shop.slots_full", "shop_id": shop_id, "until": None, **note},
            "support:s",
            ["waiver.not_allowed"],
        ),
        (
            "end_waiver",
            {"code": "shop.slots_full", "shop_id": shop_id, **note},
            "support:s",
            ["waiver.not_found"],
        ),
        (
            "activate_rulebook",
            {"name": "guide-2024-11", "market": "GB", "effective_from": "2020-01-01T00:00:00Z"},
            "platform:p",
            ["rulebook.date_in_past"],
        ),
        (
            "cancel_activation",
            {"name": "guide-2024-11", "market": "GB", "effective_from": "2020-01-01T00:00:00Z", **note},
            "platform:p",
            ["rulebook.activation_not_found"],
        ),
    ):
        answer = call("POST", "/v1/checks", {"command": kind, **fields}, actor=actor)
        assert answer.status == 200, answer
        assert [reason["code"] for reason in answer.body["reasons"]] == codes, kind
        assert answer.body["allowed"] is (not codes)


@rule("R14", "R15")
def test_a_check_says_of_each_product_what_would_come_of_it(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    one, off = *products(call, shop_id, "one"), *products(call, shop_id, "off", status="off")
    call.linked(shop_id, account_id)
    command = {"command": "add_from_shop", "shop_id": shop_id, "account_id": account_id}
    by = f"account:{account_id}"
    some = call("POST", "/v1/checks", {**command, "product_ids": [off, one, one, "none"]}, actor=by).body
    assert (some["allowed"], outcomes(some)) == (
        True,
        [
            (off, "refused", ["product.off_sale"]),
            (one, "added", []),
            (one, "refused", ["item.already_there"]),
            ("none", "refused", ["product.not_found"]),
        ],
    )
    none = call("POST", "/v1/checks", {**command, "product_ids": [off]}, actor=by).body
    assert (none["allowed"], outcomes(none)) == (False, [(off, "refused", ["product.off_sale"])])
    assert shown(call, account_id) == [], "nothing was done"


def outcomes(body: Json) -> list[tuple[str, str, list[str]]]:
    return [
        (one["product_id"], one["outcome"], [reason["code"] for reason in one["reasons"]])
        for one in body["products"]
    ]
