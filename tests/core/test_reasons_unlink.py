"""Unlinking: who must ask, the minimum age of a link, and how often a shop may unlink an official account."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shoplink.core import Reason, Transition
from tests.core.link_scene import (
    DAY,
    GUIDE,
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

TOO_YOUNG = "link.younger_than_minimum"
UNLINKS_SPENT = "shop.unlink_quota_spent"
NOT_REQUESTED = Reason("unlink.not_requested", "creator")


@rule("R43", "R46")
def test_a_creator_asks_once_and_then_waits_for_the_shop() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    asked_at = NOON + DAY + HOUR
    scene.at(asked_at).request_unlink("ding", "lin")
    done = scene.later(DAY).request_unlink("ding", "lin")
    assert reasons(done) == [Reason("unlink.already_requested", "shop", params={"requested_at": asked_at})]


@rule("R43", "R46")
@pytest.mark.parametrize("answer", [Scene.withdraw_unlink_request, Scene.refuse_unlink, Scene.approve_unlink])
def test_without_an_open_request_there_is_nothing_to_answer_or_withdraw(
    answer: Callable[[Scene, str, str], Transition],
) -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    assert reasons(answer(scene.later(DAY), "ding", "lin")) == [NOT_REQUESTED]


@rule("R46")
@pytest.mark.parametrize("closing", [Scene.withdraw_unlink_request, Scene.refuse_unlink])
def test_once_a_request_is_withdrawn_or_refused_the_creator_may_ask_again(
    closing: Callable[[Scene, str, str], Transition],
) -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.later(DAY).request_unlink("ding", "lin")
    closing(scene, "ding", "lin")
    assert reasons(scene.approve_unlink("ding", "lin")) == [NOT_REQUESTED]
    assert refused_for(scene.request_unlink("ding", "lin")) == []
    assert refused_for(scene.approve_unlink("ding", "lin")) == []


@rule("R43", "R47")
def test_under_the_guide_a_shop_cannot_unlink_alone() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    done = scene.later(DAY).unlink("ding", "lin")
    assert reasons(done) == [Reason("unlink.needs_creator_request", "creator")]
    assert scene.link("ding", "lin").status == "linked"


@rule("R46", "R47")
def test_with_a_request_open_unlinking_is_agreeing() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.later(DAY).request_unlink("ding", "lin")
    assert refused_for(scene.unlink("ding", "lin")) == []
    assert scene.link("ding", "lin").status == "unlinked"


@rule("R47")
def test_under_the_seller_university_a_shop_unlinks_alone() -> None:
    scene = Scene(SELLER_UNIVERSITY)
    scene.linked("ding", "lin")
    assert refused_for(scene.later(DAY).unlink("ding", "lin")) == []
    assert scene.link("ding", "lin").status == "unlinked"


@rule("R26")
@at_boundary(before=[TOO_YOUNG], at=[], after=[])
def test_a_creator_may_ask_to_be_unlinked_24_hours_after_linking(
    late: timedelta, expected: list[str]
) -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    assert refused_for(scene.at(NOON + 24 * HOUR + late).request_unlink("ding", "lin")) == expected


@rule("R26")
@at_boundary(before=[TOO_YOUNG], at=[], after=[])
def test_a_shop_that_may_unlink_alone_may_do_so_24_hours_after_linking(
    late: timedelta, expected: list[str]
) -> None:
    scene = Scene(SELLER_UNIVERSITY)
    scene.linked("ding", "lin")
    assert refused_for(scene.at(NOON + 24 * HOUR + late).unlink("ding", "lin")) == expected


def asked_while_waived(until: datetime) -> Scene:
    """A link established at NOON, with an unlink request an hour later and a waiver until `until`."""
    scene = Scene()
    scene.linked("ding", "lin")
    scene.later(HOUR).waive(TOO_YOUNG, until=until, account_id="lin")
    assert refused_for(scene.request_unlink("ding", "lin")) == []
    return scene


@rule("R26", "R27")
@pytest.mark.parametrize("agreeing", [Scene.approve_unlink, Scene.unlink])
@at_boundary(before=[TOO_YOUNG], at=[], after=[])
def test_a_shop_may_agree_24_hours_after_linking(
    agreeing: Callable[[Scene, str, str], Transition], late: timedelta, expected: list[str]
) -> None:
    scene = asked_while_waived(NOON + 2 * HOUR)
    assert refused_for(agreeing(scene.at(NOON + 24 * HOUR + late), "ding", "lin")) == expected


@rule("R26", "R27")
@pytest.mark.parametrize("agreeing", [Scene.approve_unlink, Scene.unlink])
@at_boundary(before=[], at=[TOO_YOUNG], after=[TOO_YOUNG])
def test_a_waived_age_is_waived_until_the_waivers_instant(
    agreeing: Callable[[Scene, str, str], Transition], late: timedelta, expected: list[str]
) -> None:
    until = NOON + 2 * HOUR
    scene = asked_while_waived(until)
    assert refused_for(agreeing(scene.at(until + late), "ding", "lin")) == expected


@rule("R26")
def test_a_refusal_of_a_young_link_says_from_when_on_it_may_end() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    expected = Reason(TOO_YOUNG, "clock", NOON + 24 * HOUR, {"hours": 24, "linked_at": NOON})
    assert reasons(scene.later(HOUR).request_unlink("ding", "lin")) == [expected]


@rule("R26", "R31")
def test_the_24_hours_run_from_establishment_and_not_from_confirmation() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    established_at = NOON + 10 * DAY
    scene.at(established_at).correct("lin", registered_in="GB")
    early = scene.at(established_at + 24 * HOUR - TICK).request_unlink("ding", "lin")
    assert refused_for(early) == [TOO_YOUNG]
    assert refused_for(scene.later(TICK).request_unlink("ding", "lin")) == []


@rule("R26", "R27")
@pytest.mark.parametrize("subject", [{"shop_id": "ding"}, {"account_id": "lin"}])
def test_the_minimum_age_can_be_waived_for_either_side(subject: dict[str, str]) -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.waive(TOO_YOUNG, None, **subject)
    assert refused_for(scene.request_unlink("ding", "lin")) == []
    assert refused_for(scene.approve_unlink("ding", "lin")) == []


@rule("R27")
@pytest.mark.parametrize("subject", [{"shop_id": "wang"}, {"account_id": "mei"}])
def test_a_waiver_is_for_its_own_subject_alone(subject: dict[str, str]) -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.waive(TOO_YOUNG, None, **subject)
    assert refused_for(scene.request_unlink("ding", "lin")) == [TOO_YOUNG]


@rule("R26")
def test_no_minimum_age_lets_a_link_end_at_the_instant_it_began() -> None:
    scene = Scene(rulebook(minimum_link_age_hours=0))
    scene.linked("ding", "lin")
    assert refused_for(scene.request_unlink("ding", "lin")) == []


def unlinked_before(times: int, rulebook_name: str = GUIDE) -> Scene:
    """A scene in which `pu` unlinked official accounts a number of times, and was linked to `lin` a day ago."""
    scene = Scene(rulebook_name)
    for one in scene.creators(times):
        scene.linked("pu", one, "official")
        scene.later(DAY).request_unlink("pu", one)
        assert refused_for(scene.approve_unlink("pu", one)) == []
    scene.linked("pu", "lin", "official")
    scene.later(DAY)
    return scene


NO_UNLINKS_LEFT = Reason(UNLINKS_SPENT, "platform", params={"limit": 3, "used": 3})


@rule("R24")
def test_a_shop_may_let_an_official_account_go_three_times_in_all_its_history() -> None:
    scene = unlinked_before(2)
    assert refused_for(scene.request_unlink("pu", "lin")) == []
    assert refused_for(scene.approve_unlink("pu", "lin")) == []
    scene = unlinked_before(3)
    assert reasons(scene.request_unlink("pu", "lin")) == [NO_UNLINKS_LEFT]
    assert refused_for(scene.later(10_000 * DAY).request_unlink("pu", "lin")) == [UNLINKS_SPENT]


@rule("R24", "R47")
def test_the_shops_own_unlinking_is_counted_and_refused_the_same() -> None:
    assert reasons(unlinked_before(3, SELLER_UNIVERSITY).unlink("pu", "lin")) == [NO_UNLINKS_LEFT]
    scene = unlinked_before(2, SELLER_UNIVERSITY)
    assert refused_for(scene.unlink("pu", "lin")) == []
    scene.linked("pu", "mei", "official")
    assert refused_for(scene.later(DAY).unlink("pu", "mei")) == [UNLINKS_SPENT]


@rule("R24")
def test_a_request_made_in_time_can_find_the_quota_spent_when_it_is_answered() -> None:
    scene = unlinked_before(2)
    scene.request_unlink("pu", "lin")
    scene.import_link("pu", "mei", NOON - DAY, NOON, "official")
    assert reasons(scene.approve_unlink("pu", "lin")) == [NO_UNLINKS_LEFT]
    assert reasons(scene.unlink("pu", "lin")) == [NO_UNLINKS_LEFT]


@rule("R24")
@pytest.mark.parametrize(("role", "expected"), [("official", [UNLINKS_SPENT]), ("marketing", [])])
def test_only_official_unlinks_count_imported_ones_included(role: Role, expected: list[str]) -> None:
    scene = Scene()
    for one in scene.creators(3):
        scene.import_link("ding", one, NOON - DAY, NOON, role)
    scene.linked("ding", "lin", "official")
    assert refused_for(scene.later(DAY).request_unlink("ding", "lin")) == expected


@rule("R24")
def test_a_marketing_link_ends_whatever_the_official_unlinks() -> None:
    scene = Scene()
    for one in scene.creators(3):
        scene.import_link("ding", one, NOON - DAY, NOON, "official")
    scene.linked("ding", "lin", "marketing")
    assert refused_for(scene.later(DAY).request_unlink("ding", "lin")) == []
    assert refused_for(scene.approve_unlink("ding", "lin")) == []


@rule("R24")
def test_revoked_links_do_not_count_as_unlinks() -> None:
    scene = Scene()
    for one in scene.creators(4):
        scene.linked("pu", one, "official")
        scene.revoke("pu", one)
    scene.linked("pu", "lin", "official")
    assert refused_for(scene.later(DAY).request_unlink("pu", "lin")) == []


@rule("R24")
def test_one_shops_unlinks_are_not_anothers() -> None:
    scene = unlinked_before(3)
    scene.linked("ding", "mei", "official")
    assert refused_for(scene.later(DAY).request_unlink("ding", "mei")) == []


@rule("R24", "R27")
@at_boundary(before=[], at=[UNLINKS_SPENT], after=[UNLINKS_SPENT])
def test_a_waiver_lets_a_fourth_official_account_go_until_its_instant(
    late: timedelta, expected: list[str]
) -> None:
    scene = unlinked_before(3)
    until = scene.now + DAY
    scene.waive(UNLINKS_SPENT, until=until, shop_id="pu")
    assert refused_for(scene.at(until + late).request_unlink("pu", "lin")) == expected
