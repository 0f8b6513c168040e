"""Standing, the reasons that hold a link in review, and the network."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shoplink.core import Reason
from shoplink.core.next_actor import expected_review_reasons
from tests.core.link_scene import (
    DAY,
    GUIDE,
    NOON,
    SELLER_UNIVERSITY,
    Scene,
    at_boundary,
    reasons,
    refused_for,
    rulebook,
    warned_of,
)
from tests.rule import rule

SHOP_ABNORMAL = Reason("shop.status_not_normal", "shop")
ACCOUNT_ABNORMAL = Reason("account.status_not_normal", "creator")
AGE_UNKNOWN = Reason("account.age_unknown", "support")


@rule("R22", "R37")
def test_a_shop_whose_status_is_abnormal_cannot_invite() -> None:
    scene = Scene()
    scene.shop("ding", status="abnormal")
    assert reasons(scene.invite("ding", "lin")) == [SHOP_ABNORMAL]
    assert scene.world.link("ding", "lin") is None


@rule("R18", "R22", "R37")
def test_an_account_whose_status_is_abnormal_cannot_be_invited() -> None:
    scene = Scene()
    scene.creator("lin", status="abnormal")
    assert reasons(scene.invite("ding", "lin")) == [ACCOUNT_ABNORMAL]
    assert scene.world.link("ding", "lin") is None


@rule("R37")
def test_the_two_statuses_are_two_causes() -> None:
    scene = Scene()
    scene.shop("ding", status="abnormal")
    scene.creator("lin", status="abnormal")
    assert reasons(scene.invite("ding", "lin")) == [SHOP_ABNORMAL, ACCOUNT_ABNORMAL]


@rule("R19", "R22", "R36")
def test_an_account_of_unknown_age_cannot_be_invited() -> None:
    scene = Scene()
    scene.creator("lin", birth_date=None)
    assert reasons(scene.invite("ding", "lin")) == [AGE_UNKNOWN]


@rule("R18", "R19", "R20", "R37")
def test_standing_is_asked_again_when_the_creator_confirms() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    scene.shop("ding", status="abnormal")
    scene.creator("lin", status="abnormal", birth_date=None, region="FR", registered_in="GB")
    assert reasons(scene.accept("ding", "lin")) == [
        SHOP_ABNORMAL,
        ACCOUNT_ABNORMAL,
        AGE_UNKNOWN,
        Reason("account.region_mismatch", "support", params={"market": "GB", "region": "FR"}),
    ]


EIGHTEENTH_BIRTHDAYS = [
    (date(2006, 11, 20), datetime(2024, 11, 20, tzinfo=UTC)),
    (date(2007, 1, 1), datetime(2025, 1, 1, tzinfo=UTC)),
    (date(2006, 12, 31), datetime(2024, 12, 31, tzinfo=UTC)),
    (date(2008, 2, 28), datetime(2026, 2, 28, tzinfo=UTC)),
    (date(2008, 2, 29), datetime(2026, 3, 1, tzinfo=UTC)),
]


@rule("R19", "R36")
@pytest.mark.parametrize(("birth_date", "adult_at"), EIGHTEENTH_BIRTHDAYS)
@at_boundary(before=["account.under_age"], at=[], after=[])
def test_a_creator_is_of_age_from_midnight_of_the_18th_birthday(
    birth_date: date, adult_at: datetime, late: timedelta, expected: list[str]
) -> None:
    scene = Scene()
    scene.creator("lin", birth_date=birth_date)
    assert refused_for(scene.at(adult_at + late).invite("ding", "lin")) == expected


@rule("R19", "R22", "R36")
@pytest.mark.parametrize(("birth_date", "adult_at"), EIGHTEENTH_BIRTHDAYS)
def test_a_refusal_for_age_says_when_the_creator_will_be_of_age(birth_date: date, adult_at: datetime) -> None:
    scene = Scene()
    scene.creator("lin", birth_date=birth_date)
    assert reasons(scene.invite("ding", "lin")) == [
        Reason("account.under_age", "clock", adult_at, {"age": 18})
    ]


@rule("R19")
def test_29_february_is_a_birthday_of_its_own_where_the_year_has_one() -> None:
    scene = Scene(rulebook(minimum_age_years=20))
    scene.creator("lin", birth_date=date(2008, 2, 29))
    leap_day = datetime(2028, 2, 29, tzinfo=UTC)
    assert reasons(scene.invite("ding", "lin")) == [
        Reason("account.under_age", "clock", leap_day, {"age": 20})
    ]
    assert refused_for(scene.at(leap_day).invite("ding", "lin")) == []


@rule("R20", "R22", "R40")
def test_an_account_in_another_country_waits_for_support() -> None:
    scene = Scene()
    scene.creator("lin", region="FR", registered_in="GB")
    assert reasons(scene.invite("ding", "lin")) == [
        Reason("account.region_mismatch", "support", params={"market": "GB", "region": "FR"})
    ]


@rule("R40")
def test_nobody_can_correct_the_region_of_an_account_registered_in_the_us() -> None:
    scene = Scene()
    scene.creator("lin", region="FR", registered_in="US")
    scene.creator("mei", region="US", registered_in="GB")
    expected = Reason("account.region_mismatch", "nobody", params={"market": "GB", "region": "FR"})
    assert reasons(scene.invite("ding", "lin")) == [expected]
    assert [reason.next_actor for reason in reasons(scene.invite("ding", "mei"))] == ["support"]


@rule("R40")
def test_which_registrations_cannot_be_corrected_is_the_rulebooks_word() -> None:
    scene = Scene(rulebook(uncorrectable_regions=frozenset({"FR"})))
    scene.creator("lin", region="FR")
    scene.creator("mei", region="US")
    assert [reason.next_actor for reason in reasons(scene.invite("ding", "lin"))] == ["nobody"]
    assert [reason.next_actor for reason in reasons(scene.invite("ding", "mei"))] == ["support"]


@rule("R20", "R30", "R35")
def test_everything_is_judged_by_the_market_of_the_asking_shop() -> None:
    scene = Scene()
    scene.shop("sam", market="US")
    assert [(reason.code, reason.params["market"]) for reason in reasons(scene.invite("sam", "lin"))] == [
        ("account.region_mismatch", "US"),
        ("network.region_mismatch", "US"),
    ]
    scene.creator("joe", region="US")
    assert refused_for(scene.invite("sam", "joe", network="US")) == []


@rule("R31", "R40")
@pytest.mark.parametrize(("registered_in", "next_actor"), [("FR", "support"), ("US", "nobody")])
def test_a_foreign_registration_is_a_warning_to_the_shop_and_holds_the_link_in_review(
    registered_in: str, next_actor: str
) -> None:
    scene = Scene()
    scene.creator("lin", registered_in=registered_in)
    assert warned_of(scene.invite("ding", "lin")) == ["account.registration_mismatch"]
    warned = expected_review_reasons(scene.world, "ding", "lin", "marketing")
    assert warned_of(scene.accept("ding", "lin")) == []
    assert scene.link("ding", "lin").status == "in_review"
    held = scene.held_by("ding", "lin")
    assert [*warned] == held
    assert [(reason.code, reason.next_actor, reason.possible_at, reason.params) for reason in held] == [
        (
            "account.registration_mismatch",
            next_actor,
            None,
            {"market": "GB", "registered_in": registered_in},
        )
    ]


@rule("R32")
def test_a_revoked_permission_is_a_warning_to_the_shop_and_holds_the_link_in_review() -> None:
    scene = Scene()
    scene.creator("lin", commerce_permission="revoked")
    assert warned_of(scene.invite("ding", "lin")) == ["account.commerce_permission_revoked"]
    scene.accept("ding", "lin")
    assert scene.link("ding", "lin").status == "in_review"
    assert scene.held_by("ding", "lin") == [Reason("account.commerce_permission_revoked", "creator")]


@rule("R31", "R32")
def test_an_invitation_warns_of_both_holds_and_of_nothing_when_there_is_none() -> None:
    scene = Scene()
    scene.creator("lin", registered_in="FR", commerce_permission="revoked")
    assert warned_of(scene.invite("ding", "lin")) == [
        "account.registration_mismatch",
        "account.commerce_permission_revoked",
    ]
    assert warned_of(scene.invite("ding", "mei")) == []


@rule("R31", "R32")
def test_a_review_names_everything_that_holds_the_link() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    scene.shop("ding", status="abnormal")
    scene.creator(
        "lin",
        region="FR",
        birth_date=date(2010, 1, 1),
        status="abnormal",
        commerce_permission="revoked",
    )
    assert scene.held_by("ding", "lin") == [
        SHOP_ABNORMAL,
        ACCOUNT_ABNORMAL,
        Reason("account.under_age", "clock", datetime(2028, 1, 1, tzinfo=UTC), {"age": 18}),
        Reason("account.region_mismatch", "support", params={"market": "GB", "region": "FR"}),
        Reason("account.registration_mismatch", "support", params={"market": "GB", "registered_in": "FR"}),
        Reason("account.commerce_permission_revoked", "creator"),
    ]


@rule("R35")
@pytest.mark.parametrize("network", ["FR", None])
def test_the_seller_must_invite_from_a_network_in_the_shops_country(network: str | None) -> None:
    assert reasons(Scene().invite("ding", "lin", network=network)) == [
        Reason("network.region_mismatch", "shop", params={"market": "GB", "network_region": network})
    ]


@rule("R35", "R44")
@pytest.mark.parametrize("network", ["FR", None])
def test_the_creator_must_confirm_and_ask_from_a_network_in_the_shops_country(network: str | None) -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    expected = Reason(
        "network.region_mismatch", "creator", params={"market": "GB", "network_region": network}
    )
    assert reasons(scene.accept("ding", "lin", network=network)) == [expected]
    scene.accept("ding", "lin")
    assert reasons(scene.later(DAY).request_unlink("ding", "lin", network=network)) == [expected]


@rule("R35", "R44")
@pytest.mark.parametrize(
    ("asked", "shop_codes", "creator_codes"),
    [
        (("shop",), ["network.region_mismatch"], []),
        (("creator",), [], ["network.region_mismatch"]),
        ((), [], []),
    ],
)
def test_the_network_is_asked_only_of_those_whom_the_rulebook_names(
    asked: tuple[str, ...], shop_codes: list[str], creator_codes: list[str]
) -> None:
    scene = Scene(rulebook(network_asked_of=frozenset(asked)))
    assert refused_for(scene.invite("ding", "mei", network="FR")) == shop_codes
    scene.invite("ding", "lin")
    assert refused_for(scene.accept("ding", "lin", network=None)) == creator_codes


@rule("R44")
def test_an_unlink_request_is_refused_with_the_reason_while_the_account_is_elsewhere() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.creator("lin", region="FR", registered_in="GB")
    scene.at(NOON + DAY)
    assert reasons(scene.request_unlink("ding", "lin")) == [
        Reason("account.region_mismatch", "support", params={"market": "GB", "region": "FR"})
    ]
    scene.correct("lin", region="GB")
    assert refused_for(scene.request_unlink("ding", "lin")) == []


@pytest.mark.parametrize("name", [GUIDE, SELLER_UNIVERSITY])
@rule("R18", "R37")
def test_an_unlink_request_asks_nothing_of_status_age_or_permission(name: str) -> None:
    scene = Scene(name)
    scene.linked("ding", "lin")
    scene.shop("ding", status="abnormal")
    scene.creator(
        "lin", status="abnormal", birth_date=None, commerce_permission="revoked", registered_in="FR"
    )
    assert refused_for(scene.later(DAY).request_unlink("ding", "lin")) == []
    assert refused_for(scene.approve_unlink("ding", "lin")) == []
