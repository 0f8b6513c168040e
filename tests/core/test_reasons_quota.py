"""Link quotas: how many marketing links a shop, or an account, may establish in a rolling window."""

from datetime import datetime, timedelta

import pytest

from shoplink.core import Reason
from shoplink.core.rulebook import Quota, Slots
from tests.core.link_scene import (
    DAY,
    HOUR,
    NOON,
    SELLER_UNIVERSITY,
    TICK,
    Role,
    Scene,
    at_boundary,
    reasons,
    refused_for,
    rulebook,
)
from tests.rule import rule

WINDOW = 180 * DAY
START = NOON - 100 * DAY
SHOP_SPENT = "shop.link_quota_spent"
ACCOUNT_SPENT = "account.link_quota_spent"


def shop_with_history(links: int, role: Role = "marketing") -> Scene:
    """A scene in which `ding` had a number of links: one a day from START, each with another account for an hour."""
    scene = Scene()
    for day, one in enumerate(scene.creators(links)):
        began = START + day * DAY
        assert refused_for(scene.import_link("ding", one, began, began + HOUR, role)) == []
    return scene


@rule("R25")
def test_ten_marketing_links_in_180_days_spend_the_shops_quota() -> None:
    assert refused_for(shop_with_history(9).invite("ding", "lin")) == []
    assert reasons(shop_with_history(10).invite("ding", "lin")) == [
        Reason(SHOP_SPENT, "clock", START + WINDOW, {"limit": 10, "days": 180, "used": 10, "pending": 0})
    ]


@rule("R25")
@at_boundary(before=[SHOP_SPENT], at=[], after=[])
def test_a_link_that_is_exactly_180_days_old_has_left_the_shops_window(
    late: timedelta, expected: list[str]
) -> None:
    scene = shop_with_history(10)
    assert refused_for(scene.at(START + WINDOW + late).invite("ding", "lin")) == expected


@rule("R25")
def test_the_quota_is_the_shops_alone_and_of_marketing_links_alone() -> None:
    scene = shop_with_history(10)
    assert refused_for(scene.invite("wang", "lin")) == []
    assert refused_for(scene.invite("ding", "lin", "official")) == []
    assert refused_for(shop_with_history(10, "official").invite("ding", "lin")) == []


@rule("R25")
def test_invitations_and_links_in_review_count_before_they_are_established() -> None:
    scene = shop_with_history(7)
    scene.invite("ding", "lin")
    scene.held("ding", "mei")
    scene.later(HOUR).invite("ding", "bo")
    scene.creator("ann")
    assert reasons(scene.invite("ding", "ann")) == [
        Reason(SHOP_SPENT, "clock", NOON + 48 * HOUR, {"limit": 10, "days": 180, "used": 10, "pending": 3})
    ]


@rule("R25")
@at_boundary(before=[SHOP_SPENT], at=[], after=[])
def test_a_unit_is_back_from_the_instant_its_invitation_expires(late: timedelta, expected: list[str]) -> None:
    scene = shop_with_history(9)
    scene.invite("ding", "mei")
    assert refused_for(scene.at(NOON + 48 * HOUR + late).invite("ding", "lin")) == expected


@rule("R25")
def test_an_invitation_of_the_same_account_uses_the_quota_as_well() -> None:
    scene = shop_with_history(9)
    scene.invite("ding", "lin")
    assert refused_for(scene.invite("ding", "lin", "official")) == ["link.already_invited"]
    assert reasons(scene.invite("ding", "lin"))[1:] == [
        Reason(SHOP_SPENT, "clock", NOON + 48 * HOUR, {"limit": 10, "days": 180, "used": 10, "pending": 1})
    ]


@rule("R25")
def test_an_official_invitation_is_no_marketing_unit() -> None:
    scene = shop_with_history(9)
    scene.invite("ding", "mei", "official")
    assert refused_for(scene.invite("ding", "lin")) == []


@rule("R25")
def test_a_link_counts_once_whether_it_is_pending_established_or_ended() -> None:
    scene = shop_with_history(8)
    scene.linked("ding", "mei")
    assert refused_for(scene.invite("ding", "bo")) == []
    scene.withdraw("ding", "bo")
    scene.later(DAY).request_unlink("ding", "mei")
    scene.approve_unlink("ding", "mei")
    assert refused_for(scene.invite("ding", "bo")) == []
    assert [reason.params["used"] for reason in reasons(scene.invite("ding", "lin"))] == [10]


@rule("R25")
def test_a_revoked_link_still_counts_and_one_that_was_never_established_does_not() -> None:
    scene = shop_with_history(9)
    scene.invite("ding", "mei")
    scene.decline("ding", "mei")
    scene.held("ding", "bo")
    scene.revoke("ding", "bo")
    scene.linked("ding", "lin")
    scene.revoke("ding", "lin")
    assert refused_for(scene.invite("ding", "mei")) == [SHOP_SPENT]


@rule("R25")
def test_confirming_does_not_count_the_invitation_itself() -> None:
    scene = shop_with_history(9)
    scene.linked("ding", "lin")
    assert refused_for(scene.invite("ding", "mei")) == [SHOP_SPENT]


@rule("R25")
def test_confirming_is_refused_when_the_quota_was_spent_in_the_meantime() -> None:
    scene = shop_with_history(9)
    scene.invite("ding", "lin")
    scene.import_link("ding", "mei", NOON - DAY, NOON)
    assert reasons(scene.accept("ding", "lin")) == [
        Reason(SHOP_SPENT, "clock", START + WINDOW, {"limit": 10, "days": 180, "used": 10, "pending": 0})
    ]


def of_two(slots: int = 4) -> Scene:
    """A scene with a rulebook of two marketing links in 180 days and enough slots."""
    book = rulebook(
        slots_invited=Slots(official=1, marketing=slots), marketing_links_per_shop=Quota(limit=2, days=180)
    )
    return Scene(book)


@rule("R25")
def test_a_quota_held_by_links_in_review_alone_comes_back_only_through_the_shop() -> None:
    scene = of_two()
    scene.held("ding", "mei")
    scene.held("ding", "bo")
    assert reasons(scene.invite("ding", "lin")) == [
        Reason(SHOP_SPENT, "shop", None, {"limit": 2, "days": 180, "used": 2, "pending": 2})
    ]


@rule("R25")
def test_a_quota_held_in_part_by_links_in_review_comes_back_by_the_clock() -> None:
    scene = of_two()
    scene.held("ding", "mei")
    scene.linked("ding", "bo")
    assert reasons(scene.invite("ding", "lin")) == [
        Reason(SHOP_SPENT, "clock", NOON + WINDOW, {"limit": 2, "days": 180, "used": 2, "pending": 1})
    ]


@rule("R25")
@pytest.mark.parametrize(
    ("limit", "possible_at"),
    [
        (1, None),
        (2, NOON + WINDOW),
        (3, NOON - DAY + WINDOW),
        (4, NOON + 48 * HOUR),
    ],
)
def test_where_several_units_must_come_back_the_last_one_needed_counts(
    limit: int, possible_at: datetime | None
) -> None:
    tight = rulebook(marketing_links_per_shop=Quota(limit=limit, days=180))
    scene = Scene(others=[tight])
    scene.creator("ann")
    scene.linked("ding", "bo")
    scene.import_link("ding", "ann", NOON - DAY, NOON)
    scene.invite("ding", "mei")
    scene.held("ding", "lin")
    scene.activate(tight.name, NOON)
    scene.creator("tom")
    assert reasons(scene.invite("ding", "tom")) == [
        Reason(
            SHOP_SPENT,
            "clock" if possible_at else "shop",
            possible_at,
            {"limit": limit, "days": 180, "used": 4, "pending": 2},
        )
    ]


@rule("R25", "R27")
@at_boundary(before=[], at=[SHOP_SPENT], after=[SHOP_SPENT])
def test_a_waiver_lets_the_shop_invite_until_its_instant(late: timedelta, expected: list[str]) -> None:
    scene = shop_with_history(10)
    scene.waive(SHOP_SPENT, until=NOON + DAY, shop_id="ding")
    assert refused_for(scene.at(NOON + DAY + late).invite("ding", "lin")) == expected


@rule("R27")
def test_a_waiver_for_one_shop_is_none_for_another_nor_from_another_reason() -> None:
    scene = shop_with_history(10)
    scene.waive(SHOP_SPENT, shop_id="wang")
    scene.waive("link.younger_than_minimum", shop_id="ding")
    assert refused_for(scene.invite("ding", "lin")) == [SHOP_SPENT]


def account_with_history(links: int) -> Scene:
    """A scene in which `lin` was linked a number of times: once a day from START, to two shops in turn, for an hour each."""
    scene = Scene(SELLER_UNIVERSITY)
    for day in range(links):
        began = START + day * DAY
        shop_id = ("ding", "wang")[day % 2]
        assert refused_for(scene.import_link(shop_id, "lin", began, began + HOUR)) == []
    return scene


def test_ten_marketing_links_in_180_days_spend_the_accounts_quota_across_shops() -> None:
    assert refused_for(account_with_history(9).invite("pu", "lin")) == []
    assert reasons(account_with_history(10).invite("pu", "lin")) == [
        Reason(ACCOUNT_SPENT, "clock", START + WINDOW, {"limit": 10, "days": 180, "used": 10, "pending": 0})
    ]


@at_boundary(before=[ACCOUNT_SPENT], at=[], after=[])
def test_a_link_that_is_exactly_180_days_old_has_left_the_accounts_window(
    late: timedelta, expected: list[str]
) -> None:
    scene = account_with_history(10)
    assert refused_for(scene.at(START + WINDOW + late).invite("pu", "lin")) == expected


def test_the_accounts_quota_counts_neither_official_links_nor_open_invitations() -> None:
    scene = account_with_history(9)
    scene.import_link("pu", "lin", NOON - DAY, NOON, "official")
    assert refused_for(scene.invite("ding", "lin")) == []
    assert refused_for(scene.invite("wang", "lin")) == []


def test_an_official_invitation_asks_for_no_link_quota() -> None:
    scene = account_with_history(10)
    assert refused_for(scene.invite("pu", "lin", "official")) == []


def test_the_accounts_quota_is_asked_again_when_the_creator_confirms() -> None:
    scene = account_with_history(9)
    scene.invite("pu", "lin")
    scene.import_link("ding", "lin", NOON - DAY, NOON)
    assert refused_for(scene.accept("pu", "lin")) == [ACCOUNT_SPENT]


def test_of_several_links_over_the_accounts_limit_the_last_one_needed_counts() -> None:
    tight = rulebook(SELLER_UNIVERSITY, marketing_links_per_account=Quota(limit=2, days=10))
    scene = Scene(tight)
    for hours in (4, 3, 2, 1):
        began = NOON - hours * HOUR
        scene.import_link("ding", "lin", began, began + TICK)
    assert reasons(scene.invite("ding", "lin")) == [
        Reason(
            ACCOUNT_SPENT,
            "clock",
            NOON - 2 * HOUR + 10 * DAY,
            {"limit": 2, "days": 10, "used": 4, "pending": 0},
        )
    ]


@rule("R27")
@at_boundary(before=[], at=[ACCOUNT_SPENT], after=[ACCOUNT_SPENT])
def test_a_waiver_lets_the_account_be_invited_until_its_instant(late: timedelta, expected: list[str]) -> None:
    scene = account_with_history(10)
    scene.waive(ACCOUNT_SPENT, until=NOON + DAY, account_id="lin")
    assert refused_for(scene.at(NOON + DAY + late).invite("pu", "lin")) == expected


@rule("R25")
def test_each_rulebook_knows_only_its_own_quota() -> None:
    by_shop = shop_with_history(10)
    by_shop.activate(SELLER_UNIVERSITY, NOON)
    assert refused_for(by_shop.invite("ding", "lin")) == []
    by_account = account_with_history(10)
    by_account.activate("guide-2024-11", NOON)
    assert refused_for(by_account.invite("ding", "lin")) == []
