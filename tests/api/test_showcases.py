"""Products, showcases, videos and lives over the API."""

from typing import Any

import pytest

from shoplink.core.instant import parse_instant
from tests.api.service import Caller, Json
from tests.core.test_permissions import MONEY, STANDING, TABLE, expected
from tests.rule import rule

PLATFORM = "platform:p"


def products(call: Caller, shop_id: str, *names: str, **facts: Any) -> list[str]:
    """Products of a shop that are on sale; their ids."""
    ids = [f"{shop_id}.{name}" for name in names]
    lines: list[Json | str] = [
        {
            "command": "put_product",
            "product_id": product_id,
            "shop_id": shop_id,
            "title": f"Tea {product_id}",
            "price_minor": 990,
            "currency": "GBP",
            "listed_at": "2024-01-01T00:00:00Z",
            **facts,
        }
        for product_id in ids
    ]
    assert {answer["outcome"] for answer in call.stream(lines)} == {"accepted"}
    return ids


def shown(call: Caller, account_id: str, **query: Any) -> list[tuple[str, str]]:
    """What a showcase shows, page by page: product and basis."""
    found, cursor = [], None
    while True:
        answer = call.get(f"/v1/accounts/{account_id}/showcase", limit=2, cursor=cursor, **query)
        assert answer.status == 200, answer
        found += [(one["product"]["product_id"], one["basis"]) for one in answer.body["items"]]
        cursor = answer.body["next"]
        if cursor is None:
            return found


@rule("R13", "R15", "R49")
def test_a_synced_showcase_follows_the_shop_until_the_link_ends_and_its_past_can_be_told(
    call: Caller,
) -> None:
    shop_id, account_id = call.shop(), call.account()
    a, b, c = products(call, shop_id, "a", "b", "c")
    link = call.linked(shop_id, account_id, "official")
    assert shown(call, account_id) == []
    added = call.on(link, "products", {"product_ids": [b]}, by="account")
    assert added.body["products"] == [{"product_id": b, "outcome": "added", "reasons": []}]
    before = call.get(f"/v1/accounts/{account_id}/showcase").body["at"]
    synced = call.on(link, "showcase/sync", by="shop")
    assert synced.status == 200, synced
    assert shown(call, account_id) == [(a, "synced"), (b, "synced"), (c, "synced")]
    assert call.on(link, "showcase/sync", by="shop").body["synced_since"] == synced.body["synced_since"]
    full = call.get(f"/v1/links/{link['link_id']}").body
    assert full["synced_since"] == synced.body["synced_since"]
    assert full["items_leaving"] == {"showcase": 3, "contents": 0}
    call("PUT", f"/v1/products/{c}", _facts(shop_id, status="off"), actor=PLATFORM)
    then = call.get(f"/v1/accounts/{account_id}/showcase").body["at"]
    assert shown(call, account_id) == [(a, "synced"), (b, "synced")]
    call.on(link, "revoke", {"note": "case 7"}, by="platform")
    assert shown(call, account_id) == []
    assert shown(call, account_id, at=before) == [(b, "added")]
    assert shown(call, account_id, at=then) == [(a, "synced"), (b, "synced")]
    assert call.get(f"/v1/links/{link['link_id']}").body["items_leaving"] == {"showcase": 0, "contents": 0}


def _facts(shop_id: str, **more: Any) -> Json:
    facts = {"shop_id": shop_id, "title": "Tea", "price_minor": 990, "currency": "GBP"}
    return {**facts, "listed_at": "2024-01-01T00:00:00Z", **more}


@rule("R4", "R16", "R17")
def test_what_is_promoted_stays_when_a_link_ends_and_needs_followers_or_a_link(call: Caller) -> None:
    shop_id, other, account_id = call.shop(), call.shop(), call.account(followers=999)
    (mine,), (theirs,) = products(call, shop_id, "a"), products(call, other, "b", commission_rate_bp=1500)
    promote = f"/v1/accounts/{account_id}/promotions"
    body = {"shop_id": other, "product_id": theirs}
    refused = call("POST", promote, body, actor=f"account:{account_id}")
    assert [one["code"] for one in refused.body["reasons"]] == ["account.followers_below_minimum"]
    link = call.linked(shop_id, account_id, "marketing")
    promoted = call("POST", promote, body, actor=f"account:{account_id}", key="once")
    assert promoted.body["commission_rate_bp"] == 1500
    assert call("POST", promote, body, actor=f"account:{account_id}", key="once").body == promoted.body
    own = call("POST", promote, {"shop_id": shop_id, "product_id": mine}, actor=f"account:{account_id}")
    assert [one["code"] for one in own.body["reasons"]] == ["product.of_linked_shop"]
    call.on(link, "products", {"product_ids": [mine]}, by="account")
    assert shown(call, account_id) == [(mine, "added"), (theirs, "affiliate")]
    call.on(link, "revoke", {"note": "case 7"}, by="platform")
    assert shown(call, account_id) == [(theirs, "affiliate")]
    places = call.get(f"/v1/products/{theirs}/places").body["items"]
    assert [(one["where"], one["account_id"], one["basis"]) for one in places] == [
        ("showcase", account_id, "affiliate")
    ]


def test_each_product_of_a_command_has_its_own_outcome(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    a, b = products(call, shop_id, "a", "b")
    (off,) = products(call, shop_id, "off", status="off")
    link = call.linked(shop_id, account_id)
    call("PUT", f"/v1/contents/{account_id}.live", _live(account_id), actor=f"account:{account_id}")
    body = {"product_ids": [a, off, b, a, "nothing"], "content_id": f"{account_id}.live"}
    answer = call.on(link, "products", body, by="account", key="first")
    assert answer.status == 200
    assert [[one["code"] for one in each["reasons"]] for each in answer.body["products"]] == [
        [],
        ["product.off_sale"],
        [],
        ["item.already_there"],
        ["product.not_found"],
    ]
    assert call.on(link, "products", body, by="account", key="first").body == answer.body
    again = call.on(link, "products", body, by="account")
    assert (again.status, again.body["type"]) == (409, "urn:shoplink:problem:refused")
    assert {one["params"]["product_id"] for one in again.body["reasons"]} == {a, off, b, "nothing"}
    counted = call.get("/v1/contents", account_id=account_id).body["items"]
    assert [(one["content_id"], one["products"]) for one in counted] == [(f"{account_id}.live", 2)]
    removed = call(
        "POST",
        f"/v1/accounts/{account_id}/items/remove",
        {"product_id": a, "content_id": f"{account_id}.live"},
        actor=f"account:{account_id}",
    )
    assert removed.body["came_under"] == link["link_id"]
    left = call.get(f"/v1/contents/{account_id}.live/products").body["items"]
    assert [one["product"]["product_id"] for one in left] == [b]


def _live(account_id: str) -> Json:
    return {"account_id": account_id, "kind": "live", "title": "双十一"}


@pytest.mark.parametrize(
    ("figures", "passes"),
    [
        ({"units_7d": 150, "units_prev_7d": 100, "rank_page": 6}, True),
        ({"units_7d": 149, "units_prev_7d": 100, "rank_page": 6}, False),
        ({"units_7d": 1, "units_prev_7d": 0, "rank_page": 6}, True),
        ({"units_7d": 150, "units_prev_7d": 100, "rank_page": 5}, False),
        ({"units_7d": 150, "units_prev_7d": 100}, False),
        ({"units_prev_7d": 100, "rank_page": 6}, False),
    ],
)
def test_the_picker_lists_what_passes_all_three_thresholds(
    call: Caller, figures: Json, *, passes: bool
) -> None:
    shop_id = call.shop()
    now = call.get("/v1/accounts/" + call.account() + "/showcase").body["at"]
    (product_id,) = products(call, shop_id, "a", listed_at=now, **figures)
    listed = call.get("/v1/products", shop_id=shop_id).body["items"]
    assert [(one["product_id"], one["potential"]) for one in listed] == [(product_id, passes)]
    picked = call.get("/v1/products", shop_id=shop_id, potential="true").body["items"]
    assert [one["product_id"] for one in picked] == ([product_id] if passes else [])


def test_the_thresholds_are_parameters(call: Caller) -> None:
    shop_id = call.shop()
    figures = {"units_7d": 110, "units_prev_7d": 100, "rank_page": 3}
    products(call, shop_id, "a", **figures)
    ask: Json = {"shop_id": shop_id, "potential": "true", "growth": 10, "listed_days": 36500, "page": 2}
    assert len(call.get("/v1/products", **ask).body["items"]) == 1
    assert call.get("/v1/products", **{**ask, "growth": 11}).body["items"] == []
    assert call.get("/v1/products", **{**ask, "page": 3}).body["items"] == []
    assert call.get("/v1/products", **{**ask, "listed_days": 14}).body["items"] == []


MOST = 2**53 - 1


@pytest.mark.parametrize(
    ("now", "before", "growth", "passes"),
    [
        (MOST, MOST, 0, True),
        (MOST - 1, MOST, 0, False),
        (MOST, MOST, 1_000_000, False),
        (MOST, MOST * 100 // 1_000_100, 1_000_000, True),
        (MOST, MOST * 100 // 1_000_100 + 1, 1_000_000, False),
        (2, 3, -34, True),
        (2, 3, -33, False),
        (0, MOST, -100, True),
        (0, 1, -99, False),
    ],
)
def test_growth_is_exact_for_any_figures(
    call: Caller, now: int, before: int, growth: int, *, passes: bool
) -> None:
    shop_id = call.shop()
    products(call, shop_id, "a", units_7d=now, units_prev_7d=before, rank_page=6)
    ask: Json = {"shop_id": shop_id, "growth": growth, "listed_days": 36500}
    (listed,) = call.get("/v1/products", **ask).body["items"]
    picked = call.get("/v1/products", **ask, potential="true")
    assert (listed["potential"], picked.status) == (passes, 200)
    assert picked.body["items"] == ([listed] if passes else [])


@pytest.mark.parametrize("at", ["yesterday", "2024-01-01T00:00:00", "2024-02-30T00:00:00Z"])
def test_a_showcase_is_asked_for_at_an_instant_that_there_is(call: Caller, at: str) -> None:
    answer = call.get(f"/v1/accounts/{call.account()}/showcase", at=at)
    assert (answer.status, answer.body["field"]) == (422, "at")


def test_a_showcase_is_never_told_at_an_instant_to_come(call: Caller) -> None:
    showcase = f"/v1/accounts/{call.account()}/showcase"
    before, ahead = call.get(showcase).body["at"], call.get(showcase, at="2199-01-01T00:00:00Z")
    assert ahead.status == 200
    assert parse_instant(before) <= parse_instant(ahead.body["at"]) < parse_instant("2199-01-01T00:00:00Z")


def test_products_and_contents_say_when_they_were_recorded_last(call: Caller) -> None:
    product: Json = {"shop_id": call.shop(), "title": "Tea", "price_minor": 990, "currency": "GBP"}
    product["listed_at"] = "2024-01-01T00:00:00Z"
    content: Json = {"account_id": call.account(), "kind": "video", "title": "Tea"}
    for path, subject, body in (
        ("products", {"shop_id": product["shop_id"]}, product),
        ("contents", {"account_id": content["account_id"]}, content),
    ):
        at = f"/v1/{path}/{subject.popitem()[1]}.1"
        first, again, changed = (
            call("PUT", at, {**body, "title": title}, actor=PLATFORM).body["updated_at"]
            for title in ("Tea", "Tea", "Oolong")
        )
        assert first == again
        assert parse_instant(first) < parse_instant(changed)
        owner = {name: body[name] for name in ("shop_id", "account_id") if name in body}
        (listed,) = call.get(f"/v1/{path}", **owner).body["items"]
        assert call.get(at).body["updated_at"] == listed["updated_at"] == changed


def test_titles_are_found_by_a_part_of_them_and_unknown_things_are_not_found(call: Caller) -> None:
    shop_id = call.shop()
    (a,) = products(call, shop_id, "a", title="50% Oolong_Tea 乌龙")
    for part in ("oolong", "50% o", "g_t", "乌龙"):
        found = call.get("/v1/products", shop_id=shop_id, title=part).body["items"]
        assert [one["product_id"] for one in found] == [a], part
    for part in ("5%O", "g%t", "红茶"):
        assert call.get("/v1/products", shop_id=shop_id, title=part).body["items"] == []
    for path in (
        "products/none",
        "products/none/places",
        "contents/none",
        "contents/none/products",
        "accounts/none/showcase",
    ):
        assert call.get(f"/v1/{path}").status == 404


@rule("R3", "R4", "R13", "R14", "R15", "R16", "R17")
@pytest.mark.parametrize("role", ["official", "marketing", None])
def test_every_cell_of_the_permissions_is_answered_with_every_reason_in_both_languages(
    call: Caller, role: str | None
) -> None:
    shop_id, account_id = call.shop(), call.account(followers=1_000)
    if role is not None:
        call.linked(shop_id, account_id, role)
    in_order = {"region": "GB", "birth_date": "1990-01-01", "followers": 1_000}
    for broken in (None, *STANDING):
        side, facts = STANDING[broken] if broken else ("lin", {})
        told = {
            name: str(value) if name == "birth_date" and value else value for name, value in facts.items()
        }
        if side == "ding":
            shop = {"market": "GB", "enrolment": "invited"}
            call("PUT", f"/v1/shops/{shop_id}", {**shop, **told}, actor=PLATFORM)
        else:
            call("PUT", f"/v1/shops/{shop_id}", {"market": "GB", "enrolment": "invited"}, actor=PLATFORM)
            call("PUT", f"/v1/accounts/{account_id}", {**in_order, **told}, actor=PLATFORM)
        for language in ("en", "zh"):
            body = call.get("/v1/permissions", shop_id=shop_id, account_id=account_id, language=language).body
            assert (body["followers_minimum"], body["commission"]) == MONEY[role]
            table = body["permissions"]
            added = {f"add_to_{place}": verdict for place, verdict in table.pop("add_from_shop").items()}
            cells = {**table, **added}
            assert cells.keys() == TABLE[role].keys()
            for action, verdict in cells.items():
                codes = [reason["code"] for reason in verdict["reasons"]]
                assert codes == expected(role, action, broken), (broken, action)
                assert verdict["allowed"] is (not codes)
                details = "".join(reason["detail"] + reason["remedy"] for reason in verdict["reasons"])
                assert any("\u4e00" <= sign <= "\u9fff" for sign in details) is (
                    language == "zh" and bool(codes)
                )
