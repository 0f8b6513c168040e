"""Instants as whole microseconds since 1970 UTC, in expressions that give the same result in every engine.

They do not use the time zones of an engine: the offsets of a zone are written into the expression as numbers.
"""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from shoplink.attribution.engine import Micros
from shoplink.attribution.mapping import Dates, RepeatedHour

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The first and the last instant of the years 1 to 9999, in microseconds since 1970 UTC: others are no instants."""

ZONE_FIRST_YEAR, ZONE_LAST_YEAR = 2010, 2039
"""The years for which the offsets of a named time zone are known."""

_DATES: dict[Dates, str] = {
    "ymd": r"([1-9][0-9]{3})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?",
    "dmy": r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([1-9][0-9]{3})",
    "mdy": r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([1-9][0-9]{3})",
}
_GROUPS: dict[Dates, tuple[int, int, int]] = {"ymd": (1, 2, 3), "dmy": (3, 2, 1), "mdy": (3, 1, 2)}
_CLOCK = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_SECONDS = ":[0-5][0-9]"
_TIME = rf"[Tt ] *({_CLOCK}(?:{_SECONDS}(?:\.[0-9]{{1,6}}0{{0,3}})?)?)(?: *[AaPp][Mm])?"
_UTC = "(?:UTC|GMT)"
_OFFSET_DIGITS = rf"{_UTC}?([+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)|{_UTC}([+-][0-9](?::[0-5][0-9])?)"
_OFFSET = rf"(?: *(?:[Zz]|{_UTC}|{_OFFSET_DIGITS}))?"
_AHEAD = r"^[+-]([0-9]{1,2}?)(?::?([0-9]{2}))?\z"
_TIME_GROUP, _OFFSET_GROUPS = 4, (5, 6)
_NAMES_OFFSET = r":.*([Zz]|UTC|GMT|[+-][0-9]{1,2}(:?[0-9]{2})?)\)?\z"
_IN_BRACKETS = r"^[^()]* \((UTC|GMT)[^()]*\)\z"
_IMPOSSIBLE_HALF = r"[Tt ] *(?:0?0|1[3-9]|2[0-3]):[0-9:.]* *[AaPp][Mm]"
_AFTER_NOON = r"[Tt ] *(?:0?[1-9]|1[01]):[0-9:.]* *[Pp][Mm]"
_AFTER_MIDNIGHT = r"[Tt ] *12:[0-9:.]* *[Aa][Mm]"
_DAY = r"(?:[1-9][0-9]{3}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][1-9][0-9]{3})"
_DAY_ALONE = rf"^{_DAY}\z"
_YEAR_FIRST = "^[1-9][0-9]{3}"
_PLAIN_DAY = f"[1-9][0-9]{{3}}-[0-9]{{1,2}}-[0-9]{{1,2}}[T ]{_CLOCK}"
_PLAIN = rf"^{_PLAIN_DAY}(?:{_SECONDS}(?:\.[0-9]{{1,6}})?Z?)?\z"
_PLAIN_WITH_OFFSET = rf"^{_PLAIN_DAY}(?:{_SECONDS}(?:\.[0-9]{{1,6}})?)?[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]\z"

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
    choices = [
        (plain.re_search(_PLAIN), micros(plain.try_cast("timestamp"))),
        (
            plain.re_search(_PLAIN_WITH_OFFSET),
            micros(before.try_cast("timestamp")) + behind.ifelse(ahead, -ahead),
        ),
    ]
    if dates != "ymd":
        choices.append((cell.re_search(_YEAR_FIRST), _in_parts(cell, "ymd", micros)))
    return ibis.cases(*choices, else_=_in_parts(cell, dates, micros)), named


def is_day_alone(cell: ir.StringValue) -> ir.BooleanValue:
    """Whether a cell is a date without a time. It is no instant: which link was in force then, the day does not say."""
    return cell.re_search(_DAY_ALONE)


def _in_parts(cell: ir.StringValue, dates: Dates, micros: Micros) -> ir.IntegerValue:
    """Parse a cell of any allowed form, part by part."""
    pattern = rf"^{_DATES[dates]}{_TIME}{_OFFSET}\z"
    cell = ibis.cases((cell.re_search(_IN_BRACKETS), cell.replace("(", "").replace(")", "")), else_=cell)
    year, month, day = (cell.re_extract(pattern, group) for group in _GROUPS[dates])
    written = year + "-" + month + "-" + day + " " + cell.re_extract(pattern, _TIME_GROUP)
    half_a_day = ibis.cases(
        (~cell.re_search("[0-9] *[AaPp][Mm]"), 0),
        (cell.re_search(_IMPOSSIBLE_HALF), ibis.null("int64")),
        (cell.re_search(_AFTER_NOON), 12 * _HOUR),
        (cell.re_search(_AFTER_MIDNIGHT), -12 * _HOUR),
        else_=0,
    )
    # Of the two ways to write an offset one at most is there, the group of the other is empty.
    written_offset = reduce(add, (cell.re_extract(pattern, group) for group in _OFFSET_GROUPS))
    hours, minutes = written_offset.re_extract(_AHEAD, 1), written_offset.re_extract(_AHEAD, 2)
    ahead = _ahead_by(hours, minutes)
    offset = ibis.cases((ahead.isnull(), 0), (written_offset.left(1) == "-", -ahead), else_=ahead)
    return micros(written.try_cast("timestamp")) + half_a_day - offset


def _ahead_by(hours: ir.StringValue, minutes: ir.StringValue) -> ir.IntegerValue:
    in_minutes = minutes.nullif("").try_cast("int64").fill_null(0) * _MINUTE
    return hours.nullif("").try_cast("int64") * _HOUR + in_minutes


def offset_in(zone: tzinfo, shown: ir.IntegerValue, repeated: RepeatedHour | None = None) -> ir.IntegerValue:
    """The offset of a zone from UTC in microseconds (positive to the east) at a local time.

    Null if the local time never occurs in the zone, occurs twice and `repeated` does not say which one is meant, or is in
    a year whose offsets are unknown.
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
        meant = nothing
        if following < offset and repeated is not None:
            meant = ibis.literal(offset if repeated == "first" else following, "int64")
        branches += [
            (shown < at + min(offset, following), ibis.literal(offset, "int64")),
            (shown < at + max(offset, following), meant),
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
