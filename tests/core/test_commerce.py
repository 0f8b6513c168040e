"""Commerce at its boundaries: each reason, the effect of each command, and what remains when a link ends."""

from datetime import timedelta
from typing import Any

import pytest

from shoplink.core import MalformedError, Refused, parse_command
from shoplink.core.commerce.events import ItemAdded, PromotionAdded
from shoplink.core.commerce.facts import Product
from shoplink.core.commerce.permissions import permissions
from shoplink.core.commerce.picker import Thresholds, figures
from shoplink.core.commerce.rules import item_there
from tests.core.commerce_scene import CommerceScene, unlink_pair
from tests.core.link_scene import DAY, NOON, TICK, event_lines, reasons, refused_for, rulebook
from tests.rule import rule

STANDING = {
    "shop.status_not_normal": lambda scene: scene.shop("ding", status="abnormal"),
    "account.status_not_normal": lambda scene: scene.creator("lin", status="abnormal"),
    "account.age_unknown": lambda scene: scene.creator("lin", birth_date=None),
    "account.region_mismatch": lambda scene: scene.creator("lin", region="FR"),
}


@rule("R13")
def test_only_the_official_account_of_the_shop_is_synced_and_only_once() -> None:
    scene = CommerceScene()
    assert refused_for(scene.sync("ding", "lin")) == ["link.not_found"]
    scene.linked("ding", "lin", "official")
    scene.linked("ding", "mei", "marketing")
    assert refused_for(scene.sync("ding", "mei")) == ["showcase.not_official"]
    assert event_lines(scene.sync("ding", "lin").own) == ["showcase.synced ding lin"]
    assert scene.link("ding", "lin").synced_since == NOON
    again = scene.later(DAY).sync("ding", "lin")
    assert (refused_for(again), again.own) == ([], ())
    assert scene.link("ding", "lin").synced_since == NOON


@rule("R13", "R18", "R20", "R37")
@pytest.mark.parametrize("code", STANDING)
def test_standing_holds_whatever_a_link_gives(code: str) -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin", "official")
    STANDING[code](scene)
    assert refused_for(scene.sync("ding", "lin")) == [code]
    assert refused_for(scene.add("ding", "lin", "tea")) == [code]
    for action in ("sync_showcase", "add_to_showcase", "add_to_video", "add_to_live", "sell_in_video"):
        assert scene.why_not(action) == [code]


@rule("R14", "R15")
@pytest.mark.parametrize("role", ["official", "marketing"])
def test_add_from_shop_puts_products_into_the_showcase_and_into_contents(role: str) -> None:
    scene = CommerceScene()
    scene.content("live", "lin", "live")
    link = scene.linked("ding", "lin", role)  # type: ignore[arg-type]
    for place in (None, "video", "live"):
        done = scene.add("ding", "lin", "tea", "cup", to=place)
        added = [event for event in done.own if isinstance(event, ItemAdded)]
        assert [(one.product_id, one.content_id, one.came_under) for one in added] == [
            ("tea", place, link.link_id),
            ("cup", place, link.link_id),
        ]


@rule("R14", "R15", "R49")
def test_what_came_under_a_link_is_there_until_the_very_instant_it_ends() -> None:
    scene = CommerceScene("seller-university-2025")
    scene.linked("ding", "lin")
    scene.add("ding", "lin", "tea")
    unlink_pair(scene, NOON + 2 * DAY)
    assert item_there(scene.world, ("lin", None, "tea")) is None
    assert refused_for(scene.remove("lin", "tea")) == ["item.not_there"]
    assert refused_for(scene.add("ding", "lin", "tea")) == ["link.wrong_state"]
    second = scene.linked("ding", "lin")
    assert item_there(scene.world, ("lin", None, "tea")) is None, "a new link starts empty"
    assert refused_for(scene.add("ding", "lin", "tea")) == []
    there = item_there(scene.world, ("lin", None, "tea"))
    assert there is not None
    assert there.came_under == second.link_id


@rule("R16", "R49")
def test_an_affiliate_item_outlives_every_link_with_the_rate_it_came_with() -> None:
    scene = CommerceScene("seller-university-2025")
    scene.linked("ding", "lin")
    (added,) = scene.promote("lin", "book").own
    assert isinstance(added, PromotionAdded)
    assert added.commission_rate_bp == 500
    scene.product("book", "wang", commission_rate_bp=900)
    unlink_pair(scene, NOON + 2 * DAY)
    there = item_there(scene.world, ("lin", None, "book"))
    assert there is not None
    assert (there.commission_rate_bp, there.came_under) == (500, None)
    assert event_lines(scene.remove("lin", "book").own) == ["item.removed wang lin"]


def test_a_product_is_in_a_place_once_and_in_several_places() -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin")
    assert refused_for(scene.add("ding", "lin", "tea")) == []
    assert refused_for(scene.add("ding", "lin", "tea")) == ["item.already_there"]
    assert refused_for(scene.add("ding", "lin", "tea", to="video")) == []
    assert refused_for(scene.remove("lin", "tea")) == []
    assert refused_for(scene.remove("lin", "tea")) == ["item.not_there"]
    assert refused_for(scene.remove("lin", "tea", of="video")) == []
    assert refused_for(scene.add("ding", "lin", "tea")) == []


def test_a_product_that_is_off_is_added_nowhere_until_it_is_on_sale_again() -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin")
    scene.product("tea", "ding", status="off")
    (reason,) = reasons(scene.add("ding", "lin", "tea"))
    assert (reason.code, reason.next_actor, reason.params) == (
        "product.off_sale",
        "shop",
        {"product_id": "tea"},
    )
    scene.product("book", "wang", status="off")
    assert refused_for(scene.promote("lin", "book")) == ["product.off_sale"]
    scene.product("tea", "ding", status="on_sale")
    assert refused_for(scene.add("ding", "lin", "tea")) == []


def test_what_the_sync_shows_is_there_and_cannot_be_removed_by_hand() -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin", "official")
    scene.add("ding", "lin", "cup")
    scene.sync("ding", "lin")
    for product_id in ("tea", "cup"):
        assert refused_for(scene.remove("lin", product_id)) == ["item.synced"]
        assert refused_for(scene.add("ding", "lin", product_id)) == ["item.already_there"]
    assert refused_for(scene.add("ding", "lin", "tea", to="video")) == []
    scene.product("tea", "ding", status="off")
    assert refused_for(scene.remove("lin", "tea")) == ["item.not_there"]
    scene.product("cup", "ding", status="off")
    assert refused_for(scene.remove("lin", "cup")) == [], "it was added before; off sale it can go"


def test_each_product_has_its_own_outcome_and_none_added_is_a_refusal_for_all() -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin")
    scene.product("cup", "ding", status="off")
    done = scene.add("ding", "lin", "book", "cup", "tea", "tea")
    outcomes = [(one.product_id, [reason.code for reason in one.reasons]) for one in done.decision.outcomes]
    assert outcomes == [
        ("book", ["product.not_found"]),
        ("cup", ["product.off_sale"]),
        ("tea", []),
        ("tea", ["item.already_there"]),
    ]
    scene.shop("ding", status="abnormal")
    none = scene.add("ding", "lin", "tea", "book", "cup")
    assert isinstance(none.decision, Refused)
    assert [(one.code, one.params.get("product_id")) for one in none.decision.reasons] == [
        ("shop.status_not_normal", None),
        ("product.not_found", "book"),
        ("product.off_sale", "cup"),
        ("item.already_there", "tea"),
    ]
    assert refused_for(scene.add("ding", "lin", "nothing")) == ["product.not_found"], "the gate is the answer"


def test_up_to_a_hundred_products_are_added_by_one_command() -> None:
    ids = {"shop_id": "ding", "account_id": "lin"}
    fields = {"command": "add_from_shop", "at": NOON, **ids}
    assert parse_command({**fields, "product_ids": ["tea"] * 100}).at == NOON
    for number in (0, 101):
        with pytest.raises(MalformedError, match=r"^product_ids: found .*; allowed: 1 to 100 ids"):
            parse_command({**fields, "product_ids": ["tea"] * number})


@rule("R4")
@pytest.mark.parametrize(("followers", "expected"), [(999, ["account.followers_below_minimum"]), (1_000, [])])
def test_an_account_without_a_link_needs_a_thousand_followers(followers: int, expected: list[str]) -> None:
    scene = CommerceScene()
    scene.creator("lin", followers=followers)
    assert scene.why_not("sell_in_live") == expected
    done = scene.promote("lin", "book")
    assert refused_for(done) == expected
    if expected:
        assert reasons(done)[0].params == {"minimum": 1_000, "followers": followers}


@rule("R4")
def test_a_linked_account_needs_no_followers() -> None:
    scene = CommerceScene()
    scene.creator("lin", followers=0)
    scene.linked("ding", "lin")
    for action in ("sell_in_video", "sell_in_live", "promote_other_shops"):
        assert scene.why_not(action) == []
    assert refused_for(scene.promote("lin", "book")) == []


@rule("R17")
@pytest.mark.parametrize(
    ("role", "parameter"),
    [("official", "official_may_promote_other_shops"), ("marketing", "marketing_may_promote_other_shops")],
)
@pytest.mark.parametrize("allowed", [True, False])
def test_whether_a_linked_account_promotes_other_shops_is_policy(
    role: str, parameter: str, *, allowed: bool
) -> None:
    changed: dict[str, Any] = {parameter: allowed}
    scene = CommerceScene(rulebook(**changed))
    scene.linked("ding", "lin", role)  # type: ignore[arg-type]
    expected = [] if allowed else ["role.other_shops_not_allowed"]
    assert refused_for(scene.promote("lin", "book")) == expected
    assert scene.why_not("promote_other_shops") == expected
    assert scene.why_not("promote_other_shops", "wang") == expected


@rule("R17")
def test_the_products_of_the_linked_shop_are_added_from_the_shop() -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin", "official")
    (reason,) = reasons(scene.promote("lin", "tea", "ding"))
    assert (reason.code, reason.next_actor) == ("product.of_linked_shop", "creator")


@rule("R32")
def test_a_revoked_permission_ends_selling_and_promoting() -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin")
    scene.creator("lin", followers=1_000, commerce_permission="revoked")
    revoked = ["account.commerce_permission_revoked"]
    assert refused_for(scene.promote("lin", "book")) == revoked
    assert scene.why_not("sell_in_video") == scene.why_not("promote_other_shops") == revoked
    assert scene.why_not("add_to_video") == []


def test_a_promotion_says_everything_that_is_missing_and_everything_that_holds() -> None:
    scene = CommerceScene()
    assert refused_for(scene.promote("nobody", "book", "nowhere")) == ["shop.not_found", "account.not_found"]
    assert refused_for(scene.promote("lin", "tea", "wang", to="no")) == [
        "product.not_found",
        "content.not_found",
    ]
    scene.promote("lin", "book")
    scene.creator("lin", followers=0, status="abnormal", commerce_permission="revoked")
    scene.product("book", "wang", status="off")
    assert refused_for(scene.promote("lin", "book")) == [
        "account.status_not_normal",
        "account.commerce_permission_revoked",
        "account.followers_below_minimum",
        "product.off_sale",
        "item.already_there",
    ]


def test_content_belongs_to_its_account_for_ever() -> None:
    scene = CommerceScene()
    scene.linked("ding", "lin")
    assert refused_for(scene.content("video", "mei")) == ["content.fixed"]
    assert refused_for(scene.content("video", "lin", "live")) == ["content.fixed"]
    assert refused_for(scene.content("clip", "nobody")) == ["account.not_found"]
    assert event_lines(scene.content("video", "lin", title="new").own) == ["content.recorded lin"]
    assert scene.content("video", "lin", title="new").own == ()
    scene.content("clip", "mei")
    assert refused_for(scene.add("ding", "lin", "tea", to="clip")) == ["content.not_found"]
    assert refused_for(scene.remove("lin", "tea", of="clip")) == ["content.not_found"]


def test_a_product_belongs_to_its_shop_for_ever_and_is_recorded_only_if_something_changed() -> None:
    scene = CommerceScene()
    assert refused_for(scene.product("tea", "wang")) == ["product.shop_fixed"]
    assert refused_for(scene.product("tea", "nowhere")) == ["shop.not_found"]
    assert scene.product("tea", "ding").own == ()
    assert event_lines(scene.product("tea", "ding", units_7d=3).own) == ["product.recorded ding"]


@rule("R3", "R4")
def test_what_a_link_waives_is_told_with_the_permissions() -> None:
    scene = CommerceScene()
    none = permissions(scene.world, "ding", "lin")
    assert (none.link, none.followers_minimum, none.commission) == (None, 1_000, "due")
    assert [reason.code for reason in none.held] == ["link.not_found"]
    link = scene.linked("ding", "lin")
    own, other = permissions(scene.world, "ding", "lin"), permissions(scene.world, "wang", "lin")
    assert (own.link, own.followers_minimum, own.commission, own.held) == (link, 0, "none", ())
    assert (other.link, other.followers_minimum, other.commission) == (None, 0, "due")


PICK = Thresholds()


@pytest.mark.parametrize(
    ("now", "before", "growth", "passes"),
    [
        (150, 100, 50, True),
        (149, 100, 49, False),
        (3, 2, 50, True),
        (1, 0, None, True),
        (0, 0, None, False),
        (50, 100, -50, False),
        (None, 100, None, False),
        (150, None, None, False),
    ],
)
def test_growth_passes_from_half_as_much_again(
    now: int | None, before: int | None, growth: int | None, *, passes: bool
) -> None:
    found = figures(product(units_7d=now, units_prev_7d=before), NOON, PICK)
    assert (found.growth_percent, found.growth_passes) == (growth, passes)


@pytest.mark.parametrize(
    ("age", "days", "passes"),
    [
        (14 * DAY, 14, True),
        (14 * DAY + TICK, 14, False),
        (14 * DAY - TICK, 13, True),
        (timedelta(0), 0, True),
    ],
)
def test_a_product_is_new_for_fourteen_days(age: timedelta, days: int, *, passes: bool) -> None:
    found = figures(product(), NOON + age, PICK)
    assert (found.listed_days, found.listed_passes) == (days, passes)


@pytest.mark.parametrize(("page", "passes"), [(5, False), (6, True), (None, False)])
def test_a_product_on_the_first_five_result_pages_is_saturated(page: int | None, *, passes: bool) -> None:
    assert figures(product(rank_page=page), NOON, PICK).rank_passes is passes


def product(units_7d: int | None = 3, units_prev_7d: int | None = 2, rank_page: int | None = 6) -> Product:
    return Product("tea", "ding", "Tea", 990, "GBP", "on_sale", NOON, 0, units_7d, units_prev_7d, rank_page)


@pytest.mark.parametrize(
    ("lacking", "age"), [({"units_7d": 1}, DAY), ({}, 15 * DAY), ({"rank_page": 5}, DAY), (None, DAY)]
)
def test_a_product_has_potential_if_all_three_figures_pass(
    lacking: dict[str, int] | None, age: timedelta
) -> None:
    facts = {"units_7d": 9, "units_prev_7d": 2, "rank_page": 6, **(lacking or {})}
    assert figures(product(**facts), NOON + age, PICK).potential is (lacking is None)
