"""The events of the clock: their order, and that each carries the instant at which it was due."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from shoplink.core import Event, Transition
from shoplink.core.facts import CLOCK
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
    refused_for,
    rulebook,
)
from tests.rule import rule

BIRTHDAY = datetime(2024, 11, 20, tzinfo=UTC)
BORN = date(2006, 11, 20)
WEEK = 7 * DAY


def stamped(events: list[Event]) -> list[tuple[str, datetime]]:
    return [(text, event.at) for text, event in zip(event_lines(events), events, strict=True)]


def waiting_for_birthday(scene: Scene, shop_id: str, account_id: str) -> None:
    """A pair in review, held only by the creator's age."""
    scene.held(shop_id, account_id)
    scene.creator(account_id, birth_date=BORN)
    assert [reason.code for reason in scene.held_by(shop_id, account_id)] == ["account.under_age"]


@rule("R23")
@at_boundary(before=[], at=["link.expired ding lin"], after=["link.expired ding lin"])
def test_an_invitation_expires_48_hours_after_it_was_sent(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    due = scene.at(NOON + 48 * HOUR + late).time_passes()
    assert stamped(due) == [(text, NOON + 48 * HOUR) for text in expected]


@rule("R19", "R36")
@at_boundary(before=[], at=["link.established ding lin"], after=["link.established ding lin"])
def test_a_held_link_establishes_itself_on_the_18th_birthday(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    waiting_for_birthday(scene, "ding", "lin")
    due = scene.at(BIRTHDAY + late).time_passes()
    assert stamped(due) == [(text, BIRTHDAY) for text in expected]
    assert scene.link("ding", "lin").linked_at == (BIRTHDAY if expected else None)


@rule("R19", "R31")
def test_a_birthday_establishes_nothing_while_something_else_is_in_the_way() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    scene.creator("lin", birth_date=BORN, registered_in="FR")
    assert scene.at(BIRTHDAY).time_passes() == []
    done = scene.later(DAY).correct("lin", registered_in="GB")
    assert event_lines(done.own) == ["account.corrected lin", "link.established ding lin"]


def test_a_corrected_birth_date_moves_the_review() -> None:
    scene = Scene()
    waiting_for_birthday(scene, "ding", "lin")
    scene.correct("lin", birth_date=date(2006, 12, 1))
    due = scene.at(datetime(2025, 1, 1, tzinfo=UTC)).time_passes()
    assert stamped(due) == [("link.established ding lin", datetime(2024, 12, 1, tzinfo=UTC))]


def requested(name: str) -> Scene:
    """A link established the day before NOON, with an unlink request at NOON."""
    scene = Scene(name)
    scene.import_link("ding", "lin", NOON - DAY, role="official")
    assert refused_for(scene.request_unlink("ding", "lin")) == []
    return scene


@rule("R46")
@at_boundary(before=[], at=["link.unlinked ding lin"], after=["link.unlinked ding lin"])
def test_an_unlink_request_that_is_left_unanswered_for_7_days_is_approved_by_the_clock(
    late: timedelta, expected: list[str]
) -> None:
    scene = requested(SELLER_UNIVERSITY)
    due = scene.at(NOON + WEEK + late).time_passes()
    assert stamped(due) == [(text, NOON + WEEK) for text in expected]
    assert {event.by for event in due} == ({CLOCK} if expected else set())


@rule("R46")
def test_under_the_guide_an_unanswered_unlink_request_stays_open() -> None:
    scene = requested(GUIDE)
    assert scene.at(NOON + 1000 * DAY).time_passes() == []
    assert scene.link("ding", "lin").unlink_requested_at == NOON


@rule("R46")
@pytest.mark.parametrize("closing", [Scene.refuse_unlink, Scene.withdraw_unlink_request])
def test_a_request_that_was_closed_is_not_approved_and_a_new_one_has_its_own_7_days(
    closing: Callable[[Scene, str, str], Transition],
) -> None:
    scene = requested(SELLER_UNIVERSITY)
    closing(scene, "ding", "lin")
    scene.at(NOON + WEEK - HOUR).request_unlink("ding", "lin")
    due = scene.at(NOON + 3 * WEEK).time_passes()
    assert stamped(due) == [("link.unlinked ding lin", NOON + 2 * WEEK - HOUR)]


@rule("R24", "R46")
def test_the_clock_asks_nothing_again_and_what_it_unlinks_counts() -> None:
    scene = requested(SELLER_UNIVERSITY)
    for one in scene.creators(3):
        scene.import_link("ding", one, NOON - 3 * DAY, NOON - 2 * DAY, "official")
    assert refused_for(scene.approve_unlink("ding", "lin")) == ["shop.unlink_quota_spent"]
    assert event_lines(scene.at(NOON + WEEK).time_passes()) == ["link.unlinked ding lin"]
    assert scene.world.shops["ding"].official_unlinks == 4


@rule("R46")
@pytest.mark.parametrize(
    ("starts_after", "unlinked_after"), [(DAY, WEEK), (WEEK - TICK, WEEK), (WEEK, WEEK), (30 * DAY, 30 * DAY)]
)
def test_a_new_rulebook_answers_an_old_request_in_7_days_and_what_is_overdue_at_its_start(
    starts_after: timedelta, unlinked_after: timedelta
) -> None:
    scene = requested(GUIDE)
    scene.activate(SELLER_UNIVERSITY, NOON + starts_after)
    due = scene.at(NOON + 60 * DAY).time_passes()
    assert stamped(due) == [("link.unlinked ding lin", NOON + unlinked_after)]


@rule("R46")
@at_boundary(before=[], at=[], after=["link.unlinked ding lin"])
def test_a_request_stays_open_if_the_guide_comes_into_force_by_its_7_days(
    late: timedelta, expected: list[str]
) -> None:
    scene = requested(SELLER_UNIVERSITY)
    scene.activate(GUIDE, NOON + WEEK + late)
    assert event_lines(scene.at(NOON + 60 * DAY).time_passes()) == expected


def test_a_rulebook_that_starts_at_once_answers_what_it_makes_overdue_in_its_own_step() -> None:
    scene = requested(GUIDE)
    done = scene.at(NOON + 30 * DAY).activate(SELLER_UNIVERSITY, NOON + 30 * DAY)
    assert stamped([*done.own]) == [
        ("rulebook.activated", NOON + 30 * DAY),
        ("link.unlinked ding lin", NOON + 30 * DAY),
    ]


@rule("R19")
@at_boundary(before=[], at=["link.established ding lin"], after=["link.established ding lin"])
def test_the_start_of_a_rulebook_reviews_the_links_that_are_held(
    late: timedelta, expected: list[str]
) -> None:
    lenient = rulebook(minimum_age_years=16)
    scene = Scene(others=[lenient])
    waiting_for_birthday(scene, "ding", "lin")
    scene.activate(lenient.name, NOON + DAY)
    due = scene.at(NOON + DAY + late).time_passes()
    assert stamped(due) == [(text, NOON + DAY) for text in expected]


@rule("R19")
def test_a_stricter_rulebook_moves_the_birthday_that_a_link_waits_for() -> None:
    strict = rulebook(minimum_age_years=21)
    scene = Scene(others=[strict])
    waiting_for_birthday(scene, "ding", "lin")
    scene.activate(strict.name, NOON + DAY)
    due = scene.at(datetime(2030, 1, 1, tzinfo=UTC)).time_passes()
    assert stamped(due) == [("link.established ding lin", datetime(2027, 11, 20, tzinfo=UTC))]


def test_the_start_of_a_rulebook_touches_no_link_of_another_market() -> None:
    lenient = rulebook(minimum_age_years=16)
    scene = Scene(others=[lenient])
    waiting_for_birthday(scene, "ding", "lin")
    scene.activate(lenient.name, NOON + DAY, "US")
    assert stamped(scene.at(BIRTHDAY).time_passes()) == [("link.established ding lin", BIRTHDAY)]


def test_what_is_due_in_one_market_is_not_lost_when_a_rulebook_starts_in_another_at_that_instant() -> None:
    scene = Scene()
    waiting_for_birthday(scene, "ding", "lin")
    scene.at(BIRTHDAY - 48 * HOUR).invite("wang", "bo")
    scene.activate(SELLER_UNIVERSITY, BIRTHDAY, "US")
    assert stamped(scene.at(BIRTHDAY + DAY).time_passes()) == [
        ("link.established ding lin", BIRTHDAY),
        ("link.expired wang bo", BIRTHDAY),
    ]


@pytest.mark.parametrize("order", [("ding", "wang"), ("wang", "ding")])
def test_at_one_instant_the_link_recorded_first_comes_first(order: tuple[str, str]) -> None:
    scene = Scene()
    for shop_id, account_id in zip(order, ("mei", "lin"), strict=True):
        waiting_for_birthday(scene, shop_id, account_id)
    scene.at(BIRTHDAY - 48 * HOUR).invite("ding", "bo")
    due = scene.at(BIRTHDAY + DAY).time_passes()
    assert stamped(due) == [
        (f"link.established {order[0]} mei", BIRTHDAY),
        (f"link.established {order[1]} lin", BIRTHDAY),
        ("link.expired ding bo", BIRTHDAY),
    ]


def test_at_one_instant_the_start_of_a_rulebook_comes_before_links_that_were_recorded_first() -> None:
    lenient = rulebook(minimum_age_years=16)
    scene = Scene(others=[lenient])
    scene.at(BIRTHDAY - 48 * HOUR).invite("wang", "bo")
    scene.invite("ding", "mei")
    scene.held("ding", "lin")
    scene.creator("lin", birth_date=date(2008, 1, 1))
    scene.activate(lenient.name, BIRTHDAY)
    assert stamped(scene.at(BIRTHDAY).time_passes()) == [
        ("link.established ding lin", BIRTHDAY),
        ("link.expired wang bo", BIRTHDAY),
        ("link.expired ding mei", BIRTHDAY),
    ]


def test_the_start_of_a_rulebook_reviews_in_the_order_recorded() -> None:
    lenient = rulebook(minimum_age_years=16)
    scene = Scene(others=[lenient])
    for shop_id, account_id in (("wang", "mei"), ("ding", "lin"), ("ding", "bo")):
        waiting_for_birthday(scene, shop_id, account_id)
    scene.activate(lenient.name, NOON + DAY)
    assert event_lines(scene.at(NOON + DAY).time_passes()) == [
        "link.established wang mei",
        "link.established ding lin",
        "link.established ding bo",
    ]


def test_what_is_due_sooner_comes_sooner_whatever_was_recorded_first() -> None:
    scene = Scene()
    waiting_for_birthday(scene, "ding", "lin")
    scene.invite("ding", "bo")
    due = scene.at(BIRTHDAY).time_passes()
    assert stamped(due) == [
        ("link.expired ding bo", NOON + 48 * HOUR),
        ("link.established ding lin", BIRTHDAY),
    ]


def test_what_was_due_happens_before_the_command_and_its_stamp_is_its_own() -> None:
    scene = Scene()
    scene.invite("pu", "lin", "official")
    done = scene.at(NOON + 5 * DAY).invite("pu", "mei", "official")
    assert stamped(done.due) == [("link.expired pu lin", NOON + 48 * HOUR)]
    assert stamped([*done.own]) == [("link.invited pu mei", NOON + 5 * DAY)]


def test_no_outcome_depends_on_when_a_timer_ran() -> None:
    def told_with(pauses: int) -> tuple[list[Event], list[str]]:
        scene = requested(GUIDE)
        waiting_for_birthday(scene, "wang", "mei")
        scene.invite("wang", "bo")
        scene.activate(SELLER_UNIVERSITY, NOON + 3 * DAY)
        end = NOON + 40 * DAY
        due: list[Event] = []
        for pause in range(1, pauses + 1):
            due += scene.at(NOON + pause * (end - NOON) / pauses).time_passes()
        pairs = (("ding", "lin"), ("wang", "mei"), ("wang", "bo"))
        return due, [scene.link(*pair).status for pair in pairs]

    at_once = told_with(1)
    assert [text.split()[0] for text in event_lines(at_once[0])] == [
        "link.expired",
        "link.unlinked",
        "link.established",
    ]
    assert told_with(7) == at_once
    assert told_with(400) == at_once
