"""Periods follow one another without a gap, and are told by their names."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplink.core.commission.calendar import By, Calendar, parse_days

BY: tuple[By, ...] = ("month", "half-month", "week")


@given(day=st.dates(min_value=date(1, 1, 8)), by=st.sampled_from(BY))
def test_every_day_is_in_one_period_that_ends_where_the_next_begins(day: date, by: By) -> None:
    calendar = Calendar(by)
    period = calendar.period_of(day)
    assert period is not None
    assert period.first <= day
    assert calendar.named(period.name) == period
    following = calendar.following(period)
    if following is not None:
        assert day < following.first
        assert calendar.period_of(following.first - timedelta(days=1)) == period


def test_names_say_which_period_it_is() -> None:
    day = date(2026, 12, 31)
    names = [period.name for by in BY if (period := Calendar(by).period_of(day))]
    assert names == ["2026-12", "2026-12-H2", "2026-W53"]
    days = Calendar("days", parse_days(["2026-10-05", "2026-10-19", "2026-11-02"]))
    first = days.period_of(date(2026, 10, 18))
    assert first is not None
    assert first.name == "2026-10-05--2026-10-18"
    last = days.following(first)
    assert last is not None
    assert last.name == "2026-10-19--2026-11-01"
    assert days.following(last) is None
    assert (days.period_of(date(2026, 10, 4)), days.period_of(date(2026, 11, 2))) == (None, None)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("month", "2026-13"),
        ("month", "2026-10-H1"),
        ("half-month", "2026-10-H3"),
        ("week", "2025-W53"),
        ("days", "x"),
    ],
)
def test_a_name_of_no_period_says_what_is_allowed(by: By, name: str) -> None:
    with pytest.raises(ValueError, match=f"found '{name}'; allowed: "):
        Calendar(by, parse_days(["2026-10-05", "2026-10-19"])).named(name)


def test_a_list_of_days_is_in_order() -> None:
    for texts in (["2026-10-05"], ["2026-10-05", "2026-10-05"], ["05/10/2026", "2026-11-01"]):
        with pytest.raises(ValueError, match="found"):
            parse_days(texts)
