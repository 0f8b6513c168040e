"""What never changes, what may be waived, and when a rulebook may come into force."""

from datetime import datetime, timedelta

import pytest

from shoplink.core import Reason
from tests.core.link_scene import (
    DAY,
    GUIDE,
    HOUR,
    NOON,
    SELLER_UNIVERSITY,
    TICK,
    Scene,
    at_boundary,
    event_lines,
    reasons,
    refused_for,
    rulebook,
)
from tests.rule import rule

MARKET_FIXED = Reason("shop.market_fixed", "nobody", params={"market": "GB"})
ENROLMENT_FIXED = Reason("shop.enrolment_fixed", "nobody", params={"enrolment": "invited"})


@rule("R5", "R6", "R30")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"market": "US"}, [MARKET_FIXED]),
        ({"enrolment": "open"}, [ENROLMENT_FIXED]),
        ({"market": "US", "enrolment": "open"}, [MARKET_FIXED, ENROLMENT_FIXED]),
        ({}, []),
    ],
)
def test_a_shops_market_and_enrolment_are_for_ever(facts: dict[str, str], expected: list[Reason]) -> None:
    scene = Scene()
    done = scene.shop("ding", name="Ding's", status="abnormal", **facts)
    assert reasons(done) == expected
    recorded = scene.world.shops["ding"].facts
    assert (recorded.market, recorded.enrolment) == ("GB", "invited")
    assert (recorded.name, recorded.status) == (("", "normal") if expected else ("Ding's", "abnormal"))


FOR_A_SHOP = {"shop.link_quota_spent", "shop.unlink_quota_spent", "link.younger_than_minimum"}
FOR_AN_ACCOUNT = {"account.link_quota_spent", "link.younger_than_minimum"}


@rule("R27")
@pytest.mark.parametrize("name", [GUIDE, SELLER_UNIVERSITY])
@pytest.mark.parametrize(
    "code",
    [
        *sorted(FOR_A_SHOP | FOR_AN_ACCOUNT),
        "account.under_age",
        "account.region_mismatch",
        "shop.slots_full",
        "link.not_found",
        "waiver.not_allowed",
    ],
)
def test_only_the_named_reasons_may_be_waived_each_for_its_own_kind_of_subject(name: str, code: str) -> None:
    scene = Scene(name)
    shop = reasons(scene.waive(code, shop_id="ding"))
    account = reasons(scene.waive(code, account_id="lin"))
    refusals = [
        Reason("waiver.not_allowed", "nobody", params={"code": code, "subject": subject})
        for subject in ("shop", "account")
    ]
    assert shop == ([] if code in FOR_A_SHOP else [refusals[0]])
    assert account == ([] if code in FOR_AN_ACCOUNT else [refusals[1]])


@rule("R27")
def test_what_may_be_waived_is_the_word_of_the_rulebook_in_the_subjects_market() -> None:
    strict = rulebook(name="strict", waivable_for_shop=frozenset(), waivable_for_account=frozenset())
    scene = Scene(others=[strict])
    scene.shop("sam", market="US")
    scene.creator("joe", region="US", registered_in="GB")
    scene.activate("strict", NOON + HOUR, "US")
    code = "link.younger_than_minimum"
    assert refused_for(scene.waive(code, shop_id="sam")) == []
    scene.later(HOUR)
    assert refused_for(scene.waive(code, shop_id="sam")) == ["waiver.not_allowed"]
    assert refused_for(scene.waive(code, account_id="joe")) == ["waiver.not_allowed"]
    assert refused_for(scene.waive(code, shop_id="ding")) == []
    assert refused_for(scene.waive(code, account_id="lin")) == []


@rule("R27")
def test_a_waiver_that_was_granted_stands_though_a_later_rulebook_would_not_allow_it() -> None:
    strict = rulebook(name="strict", waivable_for_account=frozenset())
    scene = Scene(others=[strict])
    scene.linked("ding", "lin")
    scene.waive("link.younger_than_minimum", account_id="lin")
    scene.activate("strict", NOON)
    assert refused_for(scene.request_unlink("ding", "lin")) == []


@rule("R27")
@pytest.mark.parametrize("until", [None, NOON, NOON - DAY, NOON + DAY])
def test_the_instant_until_which_a_waiver_stands_may_be_any(until: datetime | None) -> None:
    scene = Scene()
    assert refused_for(scene.waive("link.younger_than_minimum", until, account_id="lin")) == []
    scene.linked("ding", "lin")
    stands = until is None or until > NOON
    assert refused_for(scene.request_unlink("ding", "lin")) == (
        [] if stands else ["link.younger_than_minimum"]
    )


@rule("R27")
def test_a_waiver_works_until_it_is_ended_and_of_several_all_end() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    code = "link.younger_than_minimum"
    scene.waive(code, account_id="lin")
    scene.waive(code, NOON + DAY, account_id="lin")
    assert refused_for(scene.request_unlink("ding", "lin")) == []
    scene.end_waiver(code, account_id="lin")
    assert refused_for(scene.approve_unlink("ding", "lin")) == [code]


@at_boundary(before=["rulebook.date_in_past"], at=[], after=[])
def test_a_rulebook_comes_into_force_now_at_the_earliest(late: timedelta, expected: list[str]) -> None:
    assert refused_for(Scene().activate(SELLER_UNIVERSITY, NOON + late)) == expected


def test_a_date_in_the_past_is_named_and_nobody_can_mend_it() -> None:
    then = NOON - DAY
    assert reasons(Scene().activate(SELLER_UNIVERSITY, then)) == [
        Reason("rulebook.date_in_past", "nobody", params={"effective_from": then})
    ]


@rule("R5")
@at_boundary(before=["shop.role_not_available"], at=[], after=[])
def test_a_rulebook_is_in_force_from_its_start(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    scene.activate(SELLER_UNIVERSITY, NOON + DAY)
    assert refused_for(scene.at(NOON + DAY + late).invite("pu", "lin")) == expected


def test_a_rulebook_that_starts_at_once_is_in_force_for_the_next_command_of_that_instant() -> None:
    scene = Scene()
    assert refused_for(scene.invite("pu", "lin")) == ["shop.role_not_available"]
    scene.activate(SELLER_UNIVERSITY, NOON)
    assert refused_for(scene.invite("pu", "lin")) == []


def test_a_rulebook_is_in_force_in_its_own_market_only() -> None:
    scene = Scene()
    scene.activate(SELLER_UNIVERSITY, NOON, "US")
    assert refused_for(scene.invite("pu", "lin")) == ["shop.role_not_available"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [((GUIDE, SELLER_UNIVERSITY), []), ((SELLER_UNIVERSITY, GUIDE), ["shop.role_not_available"])],
)
def test_of_two_rulebooks_with_one_start_the_later_recorded_counts(
    names: tuple[str, str], expected: list[str]
) -> None:
    scene = Scene()
    for name in names:
        scene.activate(name, NOON + DAY)
    assert refused_for(scene.later(DAY).invite("pu", "lin")) == expected


def test_rulebooks_start_in_order_of_their_starts_whatever_was_recorded_first() -> None:
    scene = Scene()
    scene.activate(GUIDE, NOON + 2 * DAY)
    scene.activate(SELLER_UNIVERSITY, NOON + DAY)
    answers = [refused_for(scene.at(NOON + day * DAY).invite("pu", "lin")) for day in range(3)]
    assert answers[0] == ["shop.role_not_available"]
    assert answers[1] == []
    assert answers[2] == ["link.already_invited", "shop.role_not_available"]


@at_boundary(before=[], at=["rulebook.activation_not_found"], after=["rulebook.activation_not_found"])
def test_a_start_can_be_cancelled_until_it_has_come(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    scene.activate(SELLER_UNIVERSITY, NOON + DAY)
    assert refused_for(scene.at(NOON + DAY + late).cancel(SELLER_UNIVERSITY, NOON + DAY)) == expected


@rule("R5")
def test_what_is_cancelled_never_starts_and_what_else_is_ahead_does() -> None:
    scene = Scene()
    for start in (DAY, DAY, 2 * DAY):
        scene.activate(SELLER_UNIVERSITY, NOON + start)
    done = scene.cancel(SELLER_UNIVERSITY, NOON + DAY)
    assert event_lines(done.own) == ["rulebook.activation_cancelled"], "recorded twice alike, cancelled once"
    assert refused_for(scene.at(NOON + DAY).invite("pu", "lin")) == ["shop.role_not_available"]
    assert refused_for(scene.at(NOON + 2 * DAY).invite("pu", "lin")) == []


def test_only_the_start_that_is_named_is_cancelled() -> None:
    scene, start = Scene(), NOON + DAY
    scene.activate(SELLER_UNIVERSITY, start)
    scene.activate(GUIDE, start)
    for name, at, market in (("guide-1999", start, "GB"), (GUIDE, start + TICK, "GB"), (GUIDE, start, "US")):
        params = {"name": name, "market": market, "effective_from": at}
        assert reasons(scene.cancel(name, at, market)) == [
            Reason("rulebook.activation_not_found", "nobody", params=params)
        ]
    scene.cancel(GUIDE, start)
    assert refused_for(scene.at(start).invite("pu", "lin")) == [], "the one recorded before it counts again"


@rule("R46")
def test_a_request_that_a_cancelled_start_would_have_made_overdue_stays_open() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.at(NOON + DAY).request_unlink("ding", "lin")
    scene.activate(SELLER_UNIVERSITY, NOON + 10 * DAY)
    scene.later(DAY).cancel(SELLER_UNIVERSITY, NOON + 10 * DAY)
    assert scene.at(NOON + 20 * DAY).time_passes() == []
    assert scene.link("ding", "lin").unlink_requested_at == NOON + DAY
