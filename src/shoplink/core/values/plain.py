"""Ids, instants, birth dates and whole numbers."""

import re
from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from shoplink.core.instant import parse_instant
from shoplink.core.values.wrong import WITHOUT, WrongValueError, character

ID = "1–64 of A–Z a–z 0–9 _ . : -"
INSTANT = "an RFC 3339 instant with offset, at most microseconds"
DATE = "a date, YYYY-MM-DD"
NOT_BEFORE = "a day from 1900-01-01 on"
NOT_IN_FUTURE = "a day that is not in the future"
COUNT = "a whole number from 0 to 2^53 - 1"

FIRST_BIRTH_DATE = date(1900, 1, 1)

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_.:-]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _ID.fullmatch(text) is not None


def read_id(value: str) -> str:
    """An id (domain.md section 2). Raises WrongValueError."""
    if _ID.fullmatch(value):
        return value
    if wrong := _NOT_IN_ID.search(value):
        raise WrongValueError(value, ID + WITHOUT, character=character(wrong[0]))
    raise WrongValueError(value, ID)


def read_instant(value: str | datetime) -> datetime:
    """An instant, in UTC. Raises WrongValueError."""
    if isinstance(value, datetime):
        return value
    try:
        return parse_instant(value)
    except ValueError:
        raise WrongValueError(value, INSTANT) from None


def read_birth_date(value: str | date, today: date = date.max) -> date:
    """A day from 1900-01-01 to `today`. Raises WrongValueError."""
    day = value if isinstance(value, date) else _day(value)
    if day < FIRST_BIRTH_DATE:
        raise WrongValueError(day.isoformat(), NOT_BEFORE)
    if day > today:
        raise WrongValueError(day.isoformat(), NOT_IN_FUTURE)
    return day


def _day(value: str) -> date:
    if _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise WrongValueError(value, DATE)


def read_whole_number(value: float) -> float:
    """A number; one that is whole is an integer, however JSON writes it: 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.:-]{1,64}\Z"), read_id]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1), read_whole_number]
BirthDate = Annotated[
    date, Meta(description="A day from 1900-01-01 that is not in the future."), read_birth_date
]
