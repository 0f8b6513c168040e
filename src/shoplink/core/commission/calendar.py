"""The periods that statements are made for: months, half-months, weeks, or those that a list of days divides."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import MAXYEAR, date, timedelta
from typing import Literal

from msgspec import Struct

By = Literal["month", "half-month", "week", "days"]

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_HALF = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])-H([12])")
_WEEK = re.compile(r"([0-9]{4})-W(0[1-9]|[1-4][0-9]|5[0-3])")
_SECOND_HALF = 16
_DECEMBER = 12

PERIOD_NAMES: dict[By, str] = {
    "month": "a month, such as 2026-10",
    "half-month": "a half of a month, such as 2026-10-H1 (until the 15th) or 2026-10-H2",
    "week": "a week of ISO 8601, such as 2026-W41",
    "days": "the first and the last day of a period, such as 2026-10-05--2026-10-18",
}
"""What names a period, in English."""


class StatementPeriod(Struct, frozen=True, order=True):
    """A period: its first day, and its name, which is that of a file or folder too."""

    first: date
    name: str


class Calendar(Struct, frozen=True):
    """How time is divided. With `by="days"` each of `days` begins a period, except the last, which ends the last one."""

    by: By = "month"
    days: tuple[date, ...] = ()

    def period_of(self, day: date) -> StatementPeriod | None:
        """The period of a day; None if the list of days does not reach it."""
        if self.by == "month":
            return StatementPeriod(day.replace(day=1), f"{day.year:04}-{day.month:02}")
        if self.by == "half-month":
            half = 1 if day.day < _SECOND_HALF else 2
            first = day.replace(day=1 if half == 1 else _SECOND_HALF)
            return StatementPeriod(first, f"{day.year:04}-{day.month:02}-H{half}")
        if self.by == "week":
            year, week, weekday = day.isocalendar()
            if day.toordinal() < weekday:  # the first week of the year 1 began before it
                return StatementPeriod(date.min, f"{year:04}-W{week:02}")
            return StatementPeriod(day - timedelta(days=weekday - 1), f"{year:04}-W{week:02}")
        place = bisect_right(self.days, day)
        if place in (0, len(self.days)):
            return None
        first, end = self.days[place - 1 : place + 1]
        return StatementPeriod(first, f"{first}--{end - timedelta(days=1)}")

    def following(self, period: StatementPeriod) -> StatementPeriod | None:
        """The period after another; None after the last one."""
        first = period.first
        if self.by == "days":
            place = bisect_right(self.days, first)
            return self.period_of(self.days[place]) if place < len(self.days) else None
        try:
            if self.by == "week":
                return self.period_of(first + timedelta(days=7 - first.weekday()))
            if self.by == "half-month" and first.day == 1:
                return self.period_of(first.replace(day=_SECOND_HALF))
        except OverflowError:
            return None
        if (first.year, first.month) == (MAXYEAR, _DECEMBER):
            return None
        month = first.month % _DECEMBER + 1
        return self.period_of(date(first.year + (month == 1), month, 1))

    def named(self, name: str) -> StatementPeriod:
        """The period of this name. Raises ValueError, whose text says what is allowed."""
        first = self._first_day(name)
        period = None if first is None else self.period_of(first)
        if period is None or period.name != name:
            raise ValueError(f"found {name!r}; allowed: {PERIOD_NAMES[self.by]}")
        return period

    def _first_day(self, name: str) -> date | None:
        try:
            if self.by == "days":
                return date.fromisoformat(name.partition("--")[0])
            if self.by == "week":
                found = _WEEK.fullmatch(name)
                return found and date.fromisocalendar(int(found[1]), int(found[2]), 1)
            if self.by == "month":
                found = _MONTH.fullmatch(name)
                return found and date(int(found[1]), int(found[2]), 1)
            found = _HALF.fullmatch(name)
            return found and date(int(found[1]), int(found[2]), 1 if found[3] == "1" else _SECOND_HALF)
        except ValueError:
            return None


def parse_days(texts: Sequence[str]) -> tuple[date, ...]:
    """The days of a list, which must be in order. Raises ValueError, whose text says what was found."""
    days: list[date] = []
    for text in texts:
        try:
            day = date.fromisoformat(text.strip())
        except ValueError:
            raise ValueError(f"found {text.strip()!r}; allowed: a day, such as 2026-10-05") from None
        if days and day <= days[-1]:
            raise ValueError(
                f"found {day} after {days[-1]}; expected each day to be later than the one before"
            )
        days.append(day)
    if len(days) < 2:  # noqa: PLR2004 (a beginning and an end)
        raise ValueError(
            "found fewer than two days; expected the first day of each period, and the day after the last one"
        )
    return tuple(days)
