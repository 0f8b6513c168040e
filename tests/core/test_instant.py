"""Instants, durations and birthdays, at their boundaries."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplink.core.instant import BEGINNING, END, birthday, format_instant, parse_instant, shift
from tests.rule import rule

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
INSTANTS = st.datetimes(timezones=st.just(UTC))
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-11-11T12:00:00Z", datetime(2024, 11, 11, 12, tzinfo=UTC)),
        ("2024-11-11t12:00:00z", datetime(2024, 11, 11, 12, tzinfo=UTC)),
        ("2024-11-11T12:00:00+00:00", datetime(2024, 11, 11, 12, tzinfo=UTC)),
        ("2024-11-11T12:00:00-00:00", datetime(2024, 11, 11, 12, tzinfo=UTC)),
        ("2024-11-11T20:00:00+08:00", datetime(2024, 11, 11, 12, tzinfo=UTC)),
        ("2024-11-10T22:30:00-13:30", datetime(2024, 11, 11, 12, tzinfo=UTC)),
        ("2024-11-11T12:00:00.1Z", datetime(2024, 11, 11, 12, 0, 0, 100_000, tzinfo=UTC)),
        ("2024-11-11T12:00:00.12Z", datetime(2024, 11, 11, 12, 0, 0, 120_000, tzinfo=UTC)),
        ("2024-11-11T12:00:00.1234Z", datetime(2024, 11, 11, 12, 0, 0, 123_400, tzinfo=UTC)),
        ("2024-11-11T12:00:00.12345Z", datetime(2024, 11, 11, 12, 0, 0, 123_450, tzinfo=UTC)),
        ("2024-11-11T12:00:00.000001Z", datetime(2024, 11, 11, 12, 0, 0, 1, tzinfo=UTC)),
        ("2024-02-29T23:59:59.999999Z", datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", BEGINNING),
        ("0001-01-01T23:59:00+23:59", BEGINNING),
        ("9999-12-31T23:59:59.999999Z", END),
        ("9999-12-31T00:00:59.999999-23:59", END),
    ],
)
def test_an_instant_with_an_offset_is_read_in_utc(text: str, instant: datetime) -> None:
    read = parse_instant(text)
    assert read == instant
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2024-11-11",
        "2024-11-11T12:00:00",
        "2024-11-11T12:00Z",
        "2024-11-11T12Z",
        "2024-11-11 12:00:00Z",
        "2024-11-11T12:00:00 Z",
        "2024-11-11T12:00:00Z ",
        " 2024-11-11T12:00:00Z",
        "2024-11-11T12:00:00Z\n",
        "2024-11-11T12:00:00.Z",
        "2024-11-11T12:00:00,5Z",
        "2024-11-11T12:00:00.1234567Z",
        "2024-11-11T12:00:00+01",
        "2024-11-11T12:00:00+0100",
        "2024-11-11T12:00:00+01:00:00",
        "2024-11-11T12:00:00+1:00",
        "2024-11-11T12:00:00+24:00",
        "2024-11-11T12:00:00-24:00",
        "2024-11-11T24:00:00Z",
        "2024-11-11T25:00:00Z",
        "2024-11-11T12:60:00Z",
        "2024-11-11T12:00:60Z",
        "2024-11-11T12:00:61Z",
        "2024-11-00T12:00:00Z",
        "2024-11-31T12:00:00Z",
        "2023-02-29T12:00:00Z",
        "2024-00-11T12:00:00Z",
        "2024-13-11T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "24-11-11T12:00:00Z",
        "-2024-11-11T12:00:00Z",
        "2024-W46-1T12:00:00Z",
        "2024-316T12:00:00Z",
        "20241111T120000Z",
        "２０２４-11-11T12:00:00Z",
        "2024-11-11T12:00:00−01:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59.999999-00:01",
    ],
)
def test_what_is_no_instant_in_utc_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whoever calls knows the words)
        parse_instant(text)


@pytest.mark.parametrize("offset", ["+00:60", "-00:60", "+01:75", "-12:99", "+00:99"])
def test_an_offset_has_fewer_than_sixty_minutes(offset: str) -> None:
    """RFC 3339, section 5.6: time-minute is 00 to 59, in a time-numoffset as well."""
    with pytest.raises(ValueError):  # noqa: PT011 (whoever calls knows the words)
        parse_instant(f"2024-11-11T12:00:00{offset}")


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2024, 11, 11, 12, tzinfo=UTC), "2024-11-11T12:00:00Z"),
        (datetime(2024, 11, 11, 12, 30, 10, tzinfo=UTC), "2024-11-11T12:30:10Z"),
        (datetime(2024, 11, 11, 12, 0, 0, 500_000, tzinfo=UTC), "2024-11-11T12:00:00.5Z"),
        (datetime(2024, 11, 11, 12, 0, 0, 120_300, tzinfo=UTC), "2024-11-11T12:00:00.1203Z"),
        (datetime(2024, 11, 11, 12, 0, 0, 10, tzinfo=UTC), "2024-11-11T12:00:00.00001Z"),
        (datetime(2024, 11, 11, 12, 0, 0, 1, tzinfo=UTC), "2024-11-11T12:00:00.000001Z"),
        (BEGINNING, "0001-01-01T00:00:00Z"),
        (END, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_written_with_z_and_as_short_as_possible(instant: datetime, text: str) -> None:
    assert format_instant(instant) == text


@settings(deadline=None)
@given(INSTANTS)
def test_what_is_written_is_read_back(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


@settings(deadline=None)
@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS))  # noqa: DTZ001
def test_one_instant_in_two_offsets_is_written_alike(instant: datetime) -> None:
    assert parse_instant(instant.isoformat()) == instant
    assert format_instant(parse_instant(instant.isoformat())) == format_instant(instant.astimezone(UTC))


def test_a_shift_stops_at_the_ends_of_time() -> None:
    assert shift(END - DAY, DAY) == END
    assert shift(END - DAY, DAY + TICK) == END
    assert shift(END, timedelta.max) == END
    assert shift(BEGINNING + DAY, -DAY) == BEGINNING
    assert shift(BEGINNING + DAY, -DAY - TICK) == BEGINNING
    assert shift(BEGINNING, timedelta.min) == BEGINNING
    assert shift(END, timedelta(0)) == END
    assert shift(BEGINNING, timedelta(0)) == BEGINNING


@settings(deadline=None)
@given(INSTANTS, st.timedeltas(timedelta(days=-3000), timedelta(days=3000)))
def test_a_shift_within_time_is_undone_by_the_opposite_shift(instant: datetime, duration: timedelta) -> None:
    moved = shift(instant, duration)
    assert moved in {BEGINNING, END} or shift(moved, -duration) == instant


@rule("R19")
@pytest.mark.parametrize(
    ("birth_date", "age", "instant"),
    [
        (date(2007, 1, 15), 18, datetime(2025, 1, 15, tzinfo=UTC)),
        (date(2008, 2, 29), 18, datetime(2026, 3, 1, tzinfo=UTC)),
        (date(2008, 2, 29), 20, datetime(2028, 2, 29, tzinfo=UTC)),
        (date(2008, 2, 28), 18, datetime(2026, 2, 28, tzinfo=UTC)),
        (date(2008, 3, 1), 18, datetime(2026, 3, 1, tzinfo=UTC)),
        (date(1884, 2, 29), 16, datetime(1900, 3, 1, tzinfo=UTC)),
        (date(2006, 12, 31), 18, datetime(2024, 12, 31, tzinfo=UTC)),
        (date(2007, 1, 1), 18, datetime(2025, 1, 1, tzinfo=UTC)),
        (date(2007, 1, 15), 0, datetime(2007, 1, 15, tzinfo=UTC)),
        (date.min, 18, datetime(19, 1, 1, tzinfo=UTC)),
        (date(9981, 12, 31), 18, datetime(9999, 12, 31, tzinfo=UTC)),
        (date(9982, 1, 1), 18, END),
        (date(9984, 2, 29), 15, datetime(9999, 3, 1, tzinfo=UTC)),
        (date.max, 150, END),
    ],
)
def test_a_birthday_begins_at_midnight_in_utc(birth_date: date, age: int, instant: datetime) -> None:
    assert birthday(birth_date, age) == instant
