"""How instants are stored: as whole microseconds since 1970 UTC, exact and the same in every database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime | None) -> int | None:
    """An instant as whole microseconds since 1970 UTC."""
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int | None) -> datetime | None:
    """The instant of a number of microseconds since 1970 UTC."""
    return None if micros is None else _EPOCH + micros * _MICROSECOND


class InstantField(models.BigIntegerField):  # type: ignore[type-arg]
    """An instant; a datetime with offset in Python, microseconds since 1970 UTC in the database."""

    def from_db_value(self, value: int | None, *_: Any) -> datetime | None:
        """The stored instant as a datetime."""
        return from_micros(value)

    def get_prep_value(self, value: Any) -> Any:
        """The value to store or to compare with, in microseconds."""
        return to_micros(value) if isinstance(value, datetime) else value
