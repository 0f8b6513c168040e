"""Instants and deadlines, in the reader's language and time zone."""

from datetime import datetime

from babel.dates import format_timedelta
from babel.units import format_unit
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.instant import format_instant
from shoplink.web.request.visit import Visit

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


class Instant(Struct, frozen=True):
    """An instant: for machines, and in the reader's language and time zone."""

    iso: str
    text: str


class Deadline(Struct, frozen=True):
    """A future instant and the time left until then; `over` is the text that replaces `left` once it has passed."""

    iso: str
    text: str
    left: str
    over: str
    soon: bool


def show_instant(visit: Visit, at: datetime) -> Instant:
    """An instant in the reader's language and time zone."""
    return Instant(format_instant(at), visit.language.instant(at, visit.zone))


def show_deadline(visit: Visit, at: datetime) -> Deadline:
    """A deadline with the time left until then; `soon` within a day."""
    seconds = max(int((at - visit.now).total_seconds()), 0)
    over = _("now")
    left = _left(visit, seconds) if seconds else over
    text = visit.language.instant(at, visit.zone)
    return Deadline(format_instant(at), text, left, over, soon=seconds <= 86_400)  # noqa: PLR2004 (a day)


def show_age(visit: Visit, at: datetime) -> str:
    """How long ago an instant was, such as `3 days ago`."""
    return format_timedelta(at - visit.now, add_direction=True, locale=visit.language.locale)


def _left(visit: Visit, seconds: int) -> str:
    """A duration in its two largest units, such as `1 day 4 hr`."""
    written: list[str] = []
    for unit, length in _UNITS:
        count, seconds = divmod(seconds, length)
        if count or (unit == "minute" and not written):
            written.append(format_unit(count, f"duration-{unit}", "short", locale=visit.language.locale))
    return " ".join(written[:2])
