"""Instants as whole microseconds since 1970 UTC, in expressions that give the same result in every engine.

They do not use the time zones of an engine: the offsets of a zone are written into the expression as numbers.
"""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import ibis
import ibis.expr.types as ir

from shoplink.attribution.engine import Micros
from shoplink.attribution.mapping import Dates

ZONE_FIRST_YEAR, ZONE_LAST_YEAR = 2010, 2039
"""The years for which the offsets of a named time zone are known."""

_DATES: dict[Dates, str] = {
    "ymd": r"([1-9][0-9]{3})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?",
    "dmy": r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([1-9][0-9]{3})",
    "mdy": r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([1-9][0-9]{3})",
}
_GROUPS: dict[Dates, tuple[int, int, int]] = {"ymd": (1, 2, 3), "dmy": (3, 2, 1), "mdy": (3, 1, 2)}
_TIME = r"[Tt ] *((?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)(?: *[AaPp][Mm])?"
_OFFSET = r"(?: *(?:[Zz]|(?:UTC|GMT)?([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?))?"
_TIME_GROUP, _SIGN_GROUP, _HOURS_GROUP, _MINUTES_GROUP = 4, 5, 6, 7
_NAMES_OFFSET = r":.*([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"
_IMPOSSIBLE_HALF = r"[Tt ] *(?:0?0|1[3-9]|2[0-3]):[0-9:.]* *[AaPp][Mm]"
_AFTER_NOON = r"[Tt ] *(?:0?[1-9]|1[01]):[0-9:.]* *[Pp][Mm]"
_AFTER_MIDNIGHT = r"[Tt ] *12:[0-9:.]* *[Aa][Mm]"
_PLAIN = r"[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}[T ]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_PLAIN_OFFSET = "[+-]([01][0-9]|2[0-3]):[0-5][0-9]"

_HOUR = 3_600_000_000
_MINUTE = 60_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(instant: datetime) -> int:
    """An instant as microseconds since 1970 UTC."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """Convert microseconds since 1970 UTC to an instant."""
    return _EPOCH + timedelta(microseconds=micros)


def parse_cell(cell: ir.StringValue, dates: Dates, micros: Micros) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """Parse a cell: microseconds since 1970, and whether the cell names an offset (`Z`, `+08:00`, `UTC-0500`).

    With an offset the microseconds are in UTC, without one in local time. They are null if the cell is no date and time.
    """
    named = cell.re_search(_NAMES_OFFSET)
    # Engines parse the most common forms fastest themselves, but they disagree about offsets.
    plain = cell.replace("/", "-")
    before = plain.left(plain.length() - len("+08:00"))
    ahead = _ahead_by(plain.right(5).left(2), plain.right(2))
    behind = plain.right(6).left(1) == "-"
    at = ibis.cases(
        (plain.re_search(f"^{_PLAIN}Z?$"), micros(plain.try_cast("timestamp"))),
        (
            plain.re_search(f"^{_PLAIN}{_PLAIN_OFFSET}$"),
            micros(before.try_cast("timestamp")) + behind.ifelse(ahead, -ahead),
        ),
        else_=_in_parts(cell, dates, micros),
    )
    return at, named


def _in_parts(cell: ir.StringValue, dates: Dates, micros: Micros) -> ir.IntegerValue:
    """Parse a cell of any allowed form, part by part."""
    pattern = f"^{_DATES[dates]}{_TIME}{_OFFSET}$"
    year, month, day = (cell.re_extract(pattern, group) for group in _GROUPS[dates])
    written = year + "-" + month + "-" + day + " " + cell.re_extract(pattern, _TIME_GROUP)
    half_a_day = ibis.cases(
        (~cell.upper().contains("M"), 0),
        (cell.re_search(_IMPOSSIBLE_HALF), ibis.null("int64")),
        (cell.re_search(_AFTER_NOON), 12 * _HOUR),
        (cell.re_search(_AFTER_MIDNIGHT), -12 * _HOUR),
        else_=0,
    )
    ahead = _ahead_by(cell.re_extract(pattern, _HOURS_GROUP), cell.re_extract(pattern, _MINUTES_GROUP))
    offset = ibis.cases(
        (ahead.isnull(), 0), (cell.re_extract(pattern, _SIGN_GROUP) == "-", -ahead), else_=ahead
    )
    return micros(written.try_cast("timestamp")) + half_a_day - offset


def _ahead_by(hours: ir.StringValue, minutes: ir.StringValue) -> ir.IntegerValue:
    in_minutes = minutes.nullif("").try_cast("int64").fill_null(0) * _MINUTE
    return hours.nullif("").try_cast("int64") * _HOUR + in_minutes


def offset_in(zone: tzinfo, shown: ir.IntegerValue) -> ir.IntegerValue:
    """The offset of a zone from UTC in microseconds (positive to the east) at a local time.

    Null if the local time occurs twice or never in the zone, or is in a year whose offsets are unknown.
    """
    if isinstance(zone, timezone):
        return ibis.literal(_ahead(zone, _EPOCH), "int64")
    first = datetime(ZONE_FIRST_YEAR, 1, 1, tzinfo=UTC)
    offset = _ahead(zone, first)
    nothing = ibis.null("int64")
    branches: list[tuple[ir.BooleanValue, ir.Value]] = [(shown < to_micros(first) + offset, nothing)]
    for changed_at in _changes(zone, first):
        following = _ahead(zone, changed_at)
        at = to_micros(changed_at)
        branches += [
            (shown < at + min(offset, following), ibis.literal(offset, "int64")),
            (shown < at + max(offset, following), nothing),
        ]
        offset = following
    end = to_micros(datetime(ZONE_LAST_YEAR + 1, 1, 1, tzinfo=UTC)) + offset
    return ibis.cases(*branches, (shown < end, ibis.literal(offset, "int64")), else_=nothing)


def _ahead(zone: tzinfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "an instant has an offset in every zone"
    return offset // timedelta(microseconds=1)


def _changes(zone: tzinfo, first: datetime) -> list[datetime]:
    """The instants at which a zone's offset changes, to the second."""
    changes = []
    day = first
    while day.year <= ZONE_LAST_YEAR:
        following = day + timedelta(days=1)
        if (offset := _ahead(zone, day)) != _ahead(zone, following):
            before, after = day, following
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                before, after = (middle, after) if _ahead(zone, middle) == offset else (before, middle)
            changes.append(after)
        day = following
    return changes
