"""Instants, durations and birthdays: all of the core's arithmetic with time."""

import re
from datetime import UTC, date, datetime, timedelta

import msgspec

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)

RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.(\d{1,9}))?(?:[Zz]|[+-]\d\d:[0-5]\d)", re.ASCII
)


def parse_instant(text: str) -> datetime:
    """Parse an RFC 3339 instant with an offset and at most microseconds; the result is in UTC.

    Nanoseconds are read if they are whole microseconds. Raises ValueError for anything else: no offset, a finer
    precision, a day that does not exist, or an instant that is not representable in UTC.
    """
    found = RFC_3339.fullmatch(text)
    if found is None:
        raise ValueError(text)
    if (finer := (found[1] or "")[6:]) != "":
        if finer.strip("0"):
            raise ValueError(text)
        text = text.replace(found[1], found[1][:6])
    try:
        instant = datetime.fromisoformat(text.upper())
        return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def format_instant(instant: datetime) -> str:
    """Format an instant in RFC 3339 with `Z`, as short as possible (`…:00Z`, not `…:00.000000Z`)."""
    text: str = msgspec.to_builtins(instant)
    return f"{text[:-1].rstrip('0')}Z" if instant.microsecond else text


def shift(instant: datetime, duration: timedelta) -> datetime:
    """`instant + duration`, clamped to the first or last representable instant."""
    try:
        return instant + duration
    except OverflowError:
        return END if duration > timedelta(0) else BEGINNING


def birthday(birth_date: date, age: int) -> datetime:
    """The start (00:00 UTC) of the `age`th birthday; 29 February counts as 1 March in a common year (R19)."""
    year = birth_date.year + age
    if year > END.year:
        return END
    try:
        return datetime(year, birth_date.month, birth_date.day, tzinfo=UTC)
    except ValueError:
        return datetime(year, 3, 1, tzinfo=UTC)
