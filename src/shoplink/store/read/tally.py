"""Tallies by day and market for the charts: the timer adds new events, pages read the sums.

Each event is added once, by its position in the feed. Live links, and refusals (which are deleted in time), are counted
again for the days that can still change.
"""

from datetime import datetime

from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, is_postgresql, query

DAY = 86_400_000_000
CONFIRM_HOURS = (1, 6, 12, 24, 48)
"""The chart's upper bounds, in hours, for the time until an invitation was confirmed; longer times count as `more`."""

_LOCK = 7_310_005
_AT_ONCE = 20_000
_ADD = (
    "INSERT INTO tally (day, market, measure, name, count) {rows}"
    " ON CONFLICT (measure, day, market, name) DO UPDATE SET count = tally.count + excluded.count"
)
_NEW = (
    " FROM event JOIN link ON link.link_id = event.link_id WHERE event.position > %s AND event.position <= %s"
)


class Count(Struct, frozen=True):
    """A sum of tallies; `day` is None if it is over all days."""

    day: int | None
    market: str
    name: str
    count: int


def day_of(at: datetime) -> int:
    """The number of an instant's day, UTC."""
    micros = to_micros(at)
    assert micros is not None, "an instant was given"
    return micros // DAY


def bring_up_to_date(at: datetime) -> int:
    """Add a limited number of new events to the tallies; returns how many positions of the feed were processed.

    The rest is left for the next call, so that no call takes long. `as_of` moves on only when nothing is left.
    """
    with writing():
        if is_postgresql():
            query("SELECT pg_advisory_xact_lock(%s)", _LOCK)
        counted = query("SELECT position, at FROM tallied")
        start, as_of_before = counted[0] if counted else (0, 0)
        last: int = query("SELECT COALESCE(max(position), 0) FROM event")[0][0]
        if last == 0:
            return 0  # without events there is nothing to count
        end = min(last, start + _AT_ONCE)
        _add_events(start, end)
        now = as_of_before
        if end == last:
            now = to_micros(at)
            _count_live(day_of(at))
            _count_refusals(max(0, as_of_before // DAY - 1))
        execute("DELETE FROM tallied")
        execute("INSERT INTO tallied (position, at) VALUES (%s, %s)", end, now)
        return int(end - start)


def as_of() -> datetime | None:
    """The instant that the tallies are as of; None if they were never complete."""
    found = query("SELECT at FROM tallied WHERE at > 0")
    return from_micros(found[0][0]) if found else None


def counts(measure: str, since: int, *, market: str | None = None, by_day: bool) -> list[Count]:
    """The sums of a measure from a day on, by market and name, with `by_day` also by day."""
    day = "day" if by_day else "NULL"
    condition, params = ("", ()) if market is None else (" AND market = %s", (market,))
    found = query(
        f"SELECT {day}, market, name, sum(count) FROM tally WHERE measure = %s AND day >= %s{condition}"
        f" GROUP BY {'day, ' if by_day else ''}market, name ORDER BY 1, 2, 3",
        measure,
        since,
        *params,
    )
    return [Count(row[0], row[1], row[2], int(row[3])) for row in found]


_STEPS: dict[str, tuple[str, ...]] = {
    "link.invited": ("link.invited", "link.invitation_recorded"),
    "link.accepted": ("link.accepted", "link.acceptance_recorded"),
    "link.established": ("link.established", "link.imported"),
}
"""The steps of an invitation, and the events that tell of each: it happened here, or at a platform and was recorded."""


def _add_events(start: int, end: int) -> None:
    """Count events by day, the outcomes of the invitations of a day, and how long creators took to confirm."""
    if start == end:
        return
    happened = f"SELECT event.at / {DAY}, link.market, 'event', event.type, count(*){_NEW} GROUP BY 1, 2, 4"
    steps = " ".join(f"WHEN event.type IN {kinds} THEN '{name}'" for name, kinds in _STEPS.items())
    cohort = (
        f"SELECT link.invited_at / {DAY}, link.market, 'cohort', CASE {steps} END, count(*){_NEW}"
        f" AND link.invited_at IS NOT NULL AND event.type IN {sum(_STEPS.values(), ())} GROUP BY 1, 2, 4"
    )
    bounds = " ".join(
        f"WHEN link.accepted_at - link.invited_at <= {hours} * 3600000000 THEN '{hours}'"
        for hours in CONFIRM_HOURS
    )
    confirmed = (
        f"SELECT link.accepted_at / {DAY}, link.market, 'confirm_hours', CASE {bounds} ELSE 'more' END, count(*){_NEW}"
        f" AND event.type IN {_STEPS['link.accepted']} AND link.invited_at IS NOT NULL GROUP BY 1, 2, 4"
    )
    for rows in (happened, cohort, confirmed):
        execute(_ADD.format(rows=rows), start, end)


def _count_live(day: int) -> None:
    """Count the current live links by status and role."""
    execute("DELETE FROM tally WHERE measure = 'live'")
    execute(
        "INSERT INTO tally (day, market, measure, name, count)"
        " SELECT %s, market, 'live', status || '.' || role, count(*) FROM link"
        " WHERE status IN ('invited', 'in_review', 'linked') GROUP BY market, status, role",
        day,
    )


def _count_refusals(since: int) -> None:
    """Count the refusals by reason from a day on. Older days cannot change, and their refusals may be deleted."""
    execute("DELETE FROM tally WHERE measure = 'refusal' AND day >= %s", since)
    reasons = (
        # jsonb cannot hold NUL. A space, which is as long, replaces it, so that the text stays valid JSON.
        r"jsonb_array_elements(replace(refusal.data, '\u0000', '\u0020')::jsonb->'reasons') AS reason(value)"
        if is_postgresql()
        else "json_each(refusal.data, '$.reasons') AS reason"
    )
    execute(
        "INSERT INTO tally (day, market, measure, name, count)"
        f" SELECT refusal.at / {DAY}, COALESCE(shop.market, ''), 'refusal', reason.value->>'code', count(*)"
        f" FROM refusal CROSS JOIN {reasons} LEFT JOIN shop ON shop.shop_id = refusal.shop_id"
        " WHERE refusal.at >= %s GROUP BY 1, 2, 4",
        since * DAY,
    )
