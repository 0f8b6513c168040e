"""Lists of what stands at a platform: what differs is found, and what is taken over is what stood there."""

from datetime import datetime, timedelta

import pytest

from shoplink.core.mirror.compare import Difference
from shoplink.core.mirror.settle import certain
from tests.core.imagined_platform import SHOPS, START, Imagined, our_standing, standing

SEEDS = range(60)
STEPS = 120
SHARES = (0.0, 0.4, 0.9)


def lived(seed: int) -> Imagined:
    """A platform after a random life, mirrored by single records and lists at random instants; every list is checked."""
    platform = Imagined(seed, SHARES[seed % len(SHARES)])
    for _ in range(STEPS):
        platform.wait()
        for _ in range(3):
            platform.happen()
        if platform.rng.random() < 0.2:
            differing_pairs_are_found(platform)
            left = platform.take_over().left()
            assert not left, f"seed {seed}: {left}"
            assert our_standing(platform.world) == standing(platform), f"seed {seed}"
            assert not platform.compare()[1], "the same list again differs in nothing"
    return platform


def differing_pairs_are_found(platform: Imagined) -> None:
    """The naive model of comparing: a pair differs if it stands in one way there and in another with us."""
    _, found = platform.compare()
    naive = our_standing(platform.world) ^ standing(platform)
    assert {(one.shop_id, one.account_id) for one in found} == {(pair[0], pair[1]) for pair in naive}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_we_say_stands_is_what_stood_there_at_the_last_list(seed: int) -> None:
    platform = lived(seed)
    periods_differ_by_no_more_than_the_gaps(platform)


def periods_differ_by_no_more_than_the_gaps(platform: Imagined) -> None:
    """Established periods begin at the same instant, and end within the gap of lists in which they ended there."""
    lists = platform.lists[SHOPS[0]]
    if not lists:
        return
    theirs = {
        (one.shop_id, one.account_id, one.steps["linked"]): end
        for one, end in [*platform.ended, *((one, None) for one in platform.live.values())]
        if "linked" in one.steps
    }
    accounts = platform.world.accounts.values()
    ours = {
        (one.shop_id, one.account_id, one.linked_at): one.ended_at
        for account in accounts
        for one in account.established
        if one.linked_at
    }
    assert set(ours) <= set(theirs)
    for period, ended_at in ours.items():
        there = theirs[period]
        if ended_at is None:
            assert there is None or there > lists[-1]
        else:
            assert there is not None
            before, after = gap(lists, there)
            assert before <= ended_at <= after or ended_at == period[2]
    for period in set(theirs) - set(ours):  # nobody saw it: it began and ended between two lists
        end = theirs[period]
        assert period[2] > lists[-1] or (end is not None and gap(lists, period[2]) == gap(lists, end))


def gap(lists: list[datetime], at: datetime) -> tuple[datetime, datetime]:
    """The lists around an instant: the last one before it, and the first one at or after it."""
    before = max((one for one in lists if one < at), default=START)
    return before, min((one for one in lists if one >= at), default=at)


@pytest.mark.parametrize("seed", range(12))
def test_what_needs_no_question_is_taken_and_the_rest_stays_a_question_with_its_first_bounds(
    seed: int,
) -> None:
    """A link that is gone asks for the instant between the list that showed it last and the one that first did not."""
    platform = Imagined(seed, 0.0)
    bounds: dict[object, tuple[datetime | None, datetime]] = {}
    for _ in range(STEPS):
        platform.wait()
        platform.happen()
        if platform.rng.random() < 0.3:
            left = platform.take_over(certain).left()
            assert not any(one.difference.is_certain for one in left if not one.reasons)
            for each in left:
                asked, stood = each.difference.asked, (each.difference.link_id, each.difference.ours)
                if each.difference.kind == "gone" and asked:
                    earlier, later = bounds.setdefault(stood, (asked.earlier, asked.later))
                    assert asked.earlier == earlier
                    assert asked.later <= later


def test_an_account_that_went_to_another_shop_had_left_before() -> None:
    """Its later bound is not the list but the start of the other link."""
    platform = Imagined(0, 0.0)
    link(platform, "S")
    platform.take_over()
    platform.now += timedelta(days=3)
    end(platform, "S")
    platform.now += timedelta(days=1)
    link(platform, "T")
    began = platform.now
    platform.now += timedelta(days=5)
    gone = next(one for one in platform.compare()[1] if one.kind == "gone")
    assert gone.asked is not None
    assert (gone.asked.earlier, gone.asked.later) == (platform.lists["S"][0], began)
    assert not platform.take_over().left()


def test_a_list_contradicts_in_role_date_or_state() -> None:
    """What no recording puts right is said, changes nothing, and needs a person."""
    platform = Imagined(0, 0.0)
    link(platform, "S")
    platform.take_over()
    stood = our_standing(platform.world)
    there = platform.live["S", "A"]
    for changed, kind in (
        (there._replace(role="official"), "role"),
        (there._replace(steps={**there.steps, "linked": START - timedelta(days=9)}), "since"),
        (there._replace(state="in_review"), "back"),
    ):
        platform.live["S", "A"] = changed
        left = platform.take_over().left()
        assert [one.difference.kind for one in left] == [kind]
        assert not left[0].difference.can_be_recorded
        assert our_standing(platform.world) == stood


def test_a_record_that_is_newer_than_the_list_is_not_undone_by_it() -> None:
    """The list shows what stood at its instant; what was recorded of later instants stays."""
    platform = Imagined(0, 1.0)
    as_of = platform.now
    platform.now += timedelta(hours=2)
    link(platform, "S")
    stood = our_standing(platform.world)
    settling = platform_compared_as_of(platform, as_of)
    assert settling == []
    assert our_standing(platform.world) == stood


def platform_compared_as_of(platform: Imagined, as_of: datetime) -> list[Difference]:
    from shoplink.core.mirror.compare import ShopList, differences  # noqa: PLC0415 (used here alone)

    return list(differences(platform.world, ShopList("S", as_of, {})))


def link(platform: Imagined, shop_id: str) -> None:
    """Account A is invited, in review and linked at a shop, minute by minute."""
    from tests.core.imagined_platform import Life  # noqa: PLC0415 (used here alone)

    life = Life(shop_id, "A", "marketing", "invited", {"invited": platform.now})
    platform.live[shop_id, "A"] = life
    for state in ("in_review", "linked"):
        platform.now += timedelta(minutes=1)
        platform.go_on(platform.live[shop_id, "A"], state)


def end(platform: Imagined, shop_id: str) -> None:
    platform.end(platform.live[shop_id, "A"], "unlinked")
