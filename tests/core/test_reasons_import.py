"""Importing history: dates in order, no overlapping periods, and room for current links."""

from datetime import datetime, timedelta

import pytest

from shoplink.core import Reason
from tests.core.link_scene import (
    DAY,
    HOUR,
    NOON,
    TICK,
    Role,
    Scene,
    at_boundary,
    reasons,
    refused_for,
    warned_of,
)
from tests.rule import rule

OUT_OF_ORDER = "link.date_out_of_order"
OVERLAP = "account.links_overlap"
BEGAN = NOON - 20 * DAY
ENDED = NOON - 10 * DAY


@at_boundary(before=[], at=[], after=[OUT_OF_ORDER])
def test_an_imported_link_starts_now_at_the_latest(late: timedelta, expected: list[str]) -> None:
    assert refused_for(Scene().import_link("ding", "lin", NOON + late)) == expected


@at_boundary(before=[], at=[], after=[OUT_OF_ORDER])
def test_an_imported_link_has_ended_now_at_the_latest(late: timedelta, expected: list[str]) -> None:
    assert refused_for(Scene().import_link("ding", "lin", BEGAN, NOON + late)) == expected


@at_boundary(before=[OUT_OF_ORDER], at=[], after=[])
def test_an_imported_link_ends_no_sooner_than_it_starts(late: timedelta, expected: list[str]) -> None:
    assert refused_for(Scene().import_link("ding", "lin", BEGAN, BEGAN + late)) == expected


@pytest.mark.parametrize(
    ("linked_at", "unlinked_at"),
    [(NOON + TICK, None), (BEGAN, NOON + TICK), (BEGAN, BEGAN - TICK), (NOON + DAY, NOON + 2 * DAY)],
)
def test_dates_out_of_order_are_named_and_nobody_can_mend_them(
    linked_at: datetime, unlinked_at: datetime | None
) -> None:
    done = Scene().import_link("ding", "lin", linked_at, unlinked_at)
    assert reasons(done) == [
        Reason(OUT_OF_ORDER, "nobody", params={"linked_at": linked_at, "unlinked_at": unlinked_at})
    ]


def with_period() -> Scene:
    """A scene in which `lin` was linked to `ding` from BEGAN to ENDED."""
    scene = Scene()
    assert refused_for(scene.import_link("ding", "lin", BEGAN, ENDED)) == []
    return scene


PERIOD = Reason(OVERLAP, "nobody", params={"linked_at": BEGAN, "ended_at": ENDED})


@rule("R8")
@at_boundary(before=[OVERLAP], at=[], after=[])
def test_a_period_may_touch_the_end_of_another_and_not_more(late: timedelta, expected: list[str]) -> None:
    assert refused_for(with_period().import_link("wang", "lin", ENDED + late, NOON)) == expected


@rule("R8")
@at_boundary(before=[OVERLAP], at=[], after=[])
def test_a_link_that_still_stands_may_start_when_another_ended(late: timedelta, expected: list[str]) -> None:
    assert refused_for(with_period().import_link("wang", "lin", ENDED + late)) == expected


@rule("R8")
@at_boundary(before=[], at=[], after=[OVERLAP])
def test_a_period_may_touch_the_start_of_another_and_not_more(late: timedelta, expected: list[str]) -> None:
    assert refused_for(with_period().import_link("wang", "lin", BEGAN - DAY, BEGAN + late)) == expected


@rule("R8")
@pytest.mark.parametrize(
    ("linked_at", "unlinked_at"),
    [
        (BEGAN, ENDED),
        (BEGAN - DAY, ENDED + DAY),
        (BEGAN + DAY, ENDED - DAY),
        (BEGAN - DAY, None),
        (BEGAN + DAY, BEGAN + DAY),
    ],
)
@pytest.mark.parametrize("shop_id", ["ding", "wang"])
def test_overlapping_periods_are_refused_and_the_other_one_is_named(
    shop_id: str, linked_at: datetime, unlinked_at: datetime | None
) -> None:
    assert reasons(with_period().import_link(shop_id, "lin", linked_at, unlinked_at)) == [PERIOD]


@rule("R8")
@pytest.mark.parametrize("instant", [BEGAN, ENDED])
def test_a_period_of_no_length_overlaps_nothing_at_the_edges_of_another(instant: datetime) -> None:
    assert refused_for(with_period().import_link("wang", "lin", instant, instant)) == []


@rule("R8")
def test_of_several_overlapping_periods_the_one_recorded_first_is_named() -> None:
    scene = with_period()
    scene.import_link("wang", "lin", BEGAN - 2 * DAY, BEGAN - DAY)
    assert reasons(scene.import_link("pu", "lin", BEGAN - 5 * DAY, ENDED + DAY)) == [PERIOD]


@rule("R8")
@at_boundary(before=[], at=[], after=[OVERLAP])
def test_a_period_may_touch_a_link_that_still_stands(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.later(DAY)
    assert refused_for(scene.import_link("wang", "lin", BEGAN, NOON + late)) == expected


@rule("R8")
def test_a_link_that_still_stands_overlaps_everything_after_its_start() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    standing = Reason(OVERLAP, "nobody", params={"linked_at": NOON, "ended_at": None})
    scene.later(DAY)
    assert reasons(scene.import_link("wang", "lin", NOON + HOUR, NOON + HOUR)) == [standing]
    assert reasons(scene.import_link("wang", "lin", NOON + HOUR)) == [
        standing,
        Reason("account.already_linked", "creator"),
    ]


@rule("R8")
def test_a_revoked_period_counts_and_one_never_established_does_not() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.later(2 * HOUR).revoke("ding", "lin")
    scene.held("ding", "mei")
    scene.later(2 * HOUR).decline("ding", "mei")
    during = (NOON + HOUR, NOON + 3 * HOUR)
    assert refused_for(scene.import_link("wang", "lin", *during)) == [OVERLAP]
    assert refused_for(scene.import_link("wang", "mei", *during)) == []


@rule("R8")
def test_periods_of_other_accounts_do_not_matter() -> None:
    assert refused_for(with_period().import_link("ding", "mei", BEGAN, ENDED)) == []


@rule("R8", "R38")
@pytest.mark.parametrize(("shop_id", "params"), [("wang", {}), ("ding", {"shop_id": "ding"})])
def test_a_link_that_still_stands_cannot_be_imported_for_an_account_in_review(
    shop_id: str, params: dict[str, str]
) -> None:
    scene = Scene()
    scene.held("ding", "lin")
    assert reasons(scene.import_link(shop_id, "lin", BEGAN)) == [
        Reason("account.already_linked", "creator", params=params)
    ]
    assert refused_for(scene.import_link(shop_id, "lin", BEGAN, ENDED)) == []


@rule("R5", "R6")
@pytest.mark.parametrize(
    ("shop_id", "role", "slots"), [("pu", "official", 1), ("pu", "marketing", 0), ("ding", "marketing", 4)]
)
def test_what_still_stands_needs_a_slot_and_what_has_ended_does_not(
    shop_id: str, role: Role, slots: int
) -> None:
    scene = Scene()
    for one in scene.creators(slots):
        assert refused_for(scene.import_link(shop_id, one, BEGAN, role=role)) == []
    code = "shop.slots_full" if slots else "shop.role_not_available"
    assert refused_for(scene.import_link(shop_id, "lin", BEGAN, role=role)) == [code]
    assert refused_for(scene.import_link(shop_id, "lin", BEGAN, ENDED, role)) == []


@rule("R7")
def test_an_import_names_when_the_slot_that_it_lacks_comes_back() -> None:
    scene = Scene()
    scene.invite("pu", "mei", "official")
    assert reasons(scene.import_link("pu", "lin", BEGAN, role="official")) == [
        Reason("shop.slots_full", "shop", NOON + 48 * HOUR, {"role": "official", "slots": 1, "taken": 1})
    ]


@rule("R7")
def test_an_import_does_not_count_the_pairs_own_invitation() -> None:
    scene = Scene()
    scene.invite("pu", "lin", "official")
    assert refused_for(scene.import_link("pu", "lin", BEGAN, role="official")) == []
    assert scene.link("pu", "lin").status == "linked"


@rule("R24", "R25")
def test_quotas_are_not_enforced_on_import() -> None:
    scene = Scene()
    for day in range(12):
        began = BEGAN + day * HOUR
        assert refused_for(scene.import_link("ding", "lin", began, began + HOUR)) == []
        began -= 100 * DAY
        assert refused_for(scene.import_link("ding", "lin", began, began + HOUR, "official")) == []
    assert refused_for(scene.import_link("ding", "lin", NOON)) == []


def test_an_import_asks_nothing_of_standing_and_warns_of_nothing() -> None:
    scene = Scene()
    scene.shop("ding", status="abnormal")
    scene.creator("lin", status="abnormal", birth_date=None, region="US", commerce_permission="revoked")
    assert warned_of(scene.import_link("ding", "lin", BEGAN)) == []
    assert scene.link("ding", "lin").status == "linked"
