"""The gate: a reason that is the whole answer, even if other rules are broken."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shoplink.core import Reason, Transition
from tests.core.link_scene import DAY, HOUR, NOON, Scene, at_boundary, event_lines, reasons, refused_for
from tests.rule import rule

NO_SHOP = Reason("shop.not_found", "nobody")
NO_ACCOUNT = Reason("account.not_found", "nobody")
NO_LINK = Reason("link.not_found", "nobody")


@rule("R1")
def test_a_shop_that_was_never_recorded_cannot_invite() -> None:
    assert reasons(Scene().invite("nowhere", "lin")) == [NO_SHOP]


def test_an_account_that_was_never_recorded_cannot_be_invited() -> None:
    assert reasons(Scene().invite("ding", "nobody")) == [NO_ACCOUNT]


@rule("R1")
def test_both_sides_may_be_missing_and_both_are_named() -> None:
    scene = Scene()
    assert reasons(scene.invite("nowhere", "nobody")) == [NO_SHOP, NO_ACCOUNT]
    assert reasons(scene.import_link("nowhere", "nobody", NOON)) == [NO_SHOP, NO_ACCOUNT]


@rule("R1")
def test_a_link_cannot_be_imported_for_a_side_that_is_not_recorded() -> None:
    scene = Scene()
    assert reasons(scene.import_link("nowhere", "lin", NOON)) == [NO_SHOP]
    assert reasons(scene.import_link("ding", "nobody", NOON)) == [NO_ACCOUNT]


def test_what_is_not_recorded_can_be_neither_corrected_nor_waived() -> None:
    scene = Scene()
    assert reasons(scene.correct("nobody", region="FR")) == [NO_ACCOUNT]
    assert reasons(scene.waive("link.younger_than_minimum", account_id="nobody")) == [NO_ACCOUNT]
    assert reasons(scene.waive("link.younger_than_minimum", shop_id="nowhere")) == [NO_SHOP]
    assert reasons(scene.waive("rulebook.date_in_past", shop_id="nowhere")) == [NO_SHOP]


def test_a_shop_and_an_account_of_one_name_are_two_things() -> None:
    scene = Scene()
    assert reasons(scene.waive("link.younger_than_minimum", shop_id="lin")) == [NO_SHOP]
    assert reasons(scene.waive("link.younger_than_minimum", account_id="ding")) == [NO_ACCOUNT]


def test_not_found_is_the_whole_answer_though_more_is_wrong() -> None:
    scene = Scene()
    scene.shop("ding", status="abnormal")
    assert reasons(scene.invite("ding", "nobody", network="FR")) == [NO_ACCOUNT]
    scene.creator("lin", status="abnormal", region="FR", birth_date=None)
    assert reasons(scene.invite("nowhere", "lin", network="FR")) == [NO_SHOP]
    assert reasons(scene.import_link("nowhere", "lin", NOON + HOUR)) == [NO_SHOP]


ON_A_LINK: list[Callable[[Scene, str, str], Transition]] = [
    Scene.accept,
    Scene.decline,
    Scene.withdraw,
    Scene.request_unlink,
    Scene.withdraw_unlink_request,
    Scene.refuse_unlink,
    Scene.approve_unlink,
    Scene.unlink,
    Scene.revoke,
]


@pytest.mark.parametrize("command", ON_A_LINK)
@pytest.mark.parametrize(
    ("shop_id", "account_id"),
    [("ding", "lin"), ("nowhere", "lin"), ("ding", "nobody"), ("nowhere", "nobody")],
)
def test_a_pair_that_never_had_a_link_has_none_even_if_a_side_is_unknown(
    command: Callable[[Scene, str, str], Transition], shop_id: str, account_id: str
) -> None:
    scene = Scene()
    scene.linked("wang", "lin")
    scene.linked("ding", "mei")
    assert reasons(command(scene.later(DAY), shop_id, account_id)) == [NO_LINK]


def test_no_rulebook_of_that_name_can_be_activated() -> None:
    done = Scene().activate("guide-1999", NOON - DAY)
    assert reasons(done) == [Reason("rulebook.not_found", "nobody", params={"name": "guide-1999"})]


CODE = "link.younger_than_minimum"
NO_WAIVER = Reason("waiver.not_found", "nobody")


@rule("R27")
def test_a_waiver_that_was_never_granted_cannot_end() -> None:
    scene = Scene()
    scene.waive(CODE, shop_id="ding")
    assert reasons(scene.end_waiver(CODE, account_id="lin")) == [NO_WAIVER]
    assert reasons(scene.end_waiver(CODE, shop_id="wang")) == [NO_WAIVER]
    assert reasons(scene.end_waiver("shop.link_quota_spent", shop_id="ding")) == [NO_WAIVER]
    assert reasons(scene.end_waiver(CODE, account_id="nobody")) == [NO_WAIVER]
    assert reasons(scene.end_waiver(CODE, shop_id="nowhere")) == [NO_WAIVER]


@rule("R27")
def test_a_waiver_ends_once() -> None:
    scene = Scene()
    scene.waive(CODE, shop_id="ding")
    assert refused_for(scene.end_waiver(CODE, shop_id="ding")) == []
    assert reasons(scene.end_waiver(CODE, shop_id="ding")) == [NO_WAIVER]


@rule("R27")
@at_boundary(before=[], at=["waiver.not_found"], after=["waiver.not_found"])
def test_a_waiver_can_be_ended_until_it_has_run_out(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    scene.waive(CODE, until=NOON + DAY, account_id="lin")
    assert refused_for(scene.at(NOON + DAY + late).end_waiver(CODE, account_id="lin")) == expected


@rule("R23")
@at_boundary(before=[], at=["link.invitation_expired"], after=["link.invitation_expired"])
def test_an_invitation_can_be_confirmed_for_48_hours(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    assert refused_for(scene.at(NOON + 48 * HOUR + late).accept("ding", "lin")) == expected


@rule("R23")
def test_confirming_too_late_sends_the_creator_back_to_the_shop() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    deadline = NOON + 48 * HOUR
    done = scene.at(deadline + DAY).accept("ding", "lin", network="FR")
    assert event_lines(done.due) == ["link.expired ding lin"]
    assert reasons(done) == [Reason("link.invitation_expired", "shop", params={"expired_at": deadline})]


def test_only_confirming_speaks_of_an_expired_invitation() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    scene.later(48 * HOUR)
    expected = [Reason("link.wrong_state", "nobody", params={"link_status": "expired"})]
    assert reasons(scene.decline("ding", "lin")) == expected
    assert reasons(scene.withdraw("ding", "lin")) == expected


def test_an_expired_invitation_is_spoken_of_only_while_it_is_the_newest() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    scene.later(48 * HOUR).invite("ding", "lin")
    scene.decline("ding", "lin")
    assert reasons(scene.accept("ding", "lin")) == [
        Reason("link.wrong_state", "nobody", params={"link_status": "declined"})
    ]


def test_a_wrong_state_is_the_whole_answer_though_more_is_wrong() -> None:
    scene = Scene()
    scene.invite("ding", "lin", "official")
    scene.shop("ding", status="abnormal")
    assert reasons(scene.request_unlink("ding", "lin", network="FR")) == [
        Reason("link.wrong_state", "nobody", params={"link_status": "invited"})
    ]
