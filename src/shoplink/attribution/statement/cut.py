"""Rows cut into periods: an instant is in the last period that has begun by then, by the clocks of its shop's zone."""

from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, date, datetime, time, tzinfo
from itertools import pairwise

import ibis
import ibis.expr.types as ir
from msgspec import Struct

from shoplink.attribution.instants import from_micros, to_micros
from shoplink.attribution.mapping import MappingError
from shoplink.core.commission.calendar import Calendar, StatementPeriod

_DAY = 86_400_000_000


class Zones(Struct, frozen=True):
    """The zone of every shop: `most`, except for the shops of another zone. `name` says it in a statement."""

    most: tzinfo
    name: str
    others: Mapping[tzinfo, tuple[str, ...]] = {}

    def zone_of(self, shop_id: str) -> tzinfo:
        """The zone of a shop."""
        return next((zone for zone, shops in self.others.items() if shop_id in shops), self.most)


def days_of(judged: ir.Table) -> ir.Table:
    """The first and the last instant of the rows on each day, in microseconds; they tell which periods occur."""
    rows = judged.filter(judged["at"].notnull())
    at = rows["at"]
    return rows.group_by(day=at - at % _DAY).agg(first=at.min(), last=at.max())


def placed(rows: ir.Table, calendar: Calendar, zones: Zones, instants: Iterable[int]) -> ir.Table:
    """Rows with the name of their `period`; null for one without an instant, or that the calendar does not reach.

    `instants` are those of `days_of`. Raises MappingError if their years are out of range.
    """
    instants = list(instants)
    most = _period_in(rows["at"], calendar, zones.most, instants)
    others = [
        (rows.shop_id.isin(shops), _period_in(rows["at"], calendar, zone, instants))
        for zone, shops in zones.others.items()
    ]
    return rows.mutate(period=ibis.cases(*others, else_=most) if others else most)


def _period_in(
    at: ir.IntegerValue, calendar: Calendar, zone: tzinfo, instants: Iterable[int]
) -> ir.StringValue:
    nothing = ibis.null(str)
    periods = _periods(calendar, zone, instants)
    if not periods:
        return nothing
    branches: list[tuple[ir.BooleanValue, ir.Value]] = [(at.isnull(), nothing)]
    if calendar.by == "days":
        branches.append((at < _start(calendar.days[0], zone), nothing))
        branches.append((at >= _start(calendar.days[-1], zone), nothing))
    for period, after in pairwise(periods):
        branches.append((at < _start(after.first, zone), ibis.literal(period.name)))
    return ibis.cases(*branches, else_=ibis.literal(periods[-1].name))


def _periods(calendar: Calendar, zone: tzinfo, instants: Iterable[int]) -> list[StatementPeriod]:
    """The periods of instants and those after them: where clocks go back at midnight, a period's end occurs twice."""
    try:
        days = {from_micros(instant).astimezone(zone).date() for instant in instants}
    except OverflowError:
        raise MappingError(f"found orders outside of the years {MINYEAR} to {MAXYEAR}") from None
    found = {calendar.period_of(day) for day in days}
    return sorted(
        period
        for period in found | {calendar.following(period) for period in found if period is not None}
        if period is not None
    )


def _start(day: date, zone: tzinfo) -> int:
    return to_micros(datetime.combine(day, time(), zone))
