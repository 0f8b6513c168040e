"""Count by day and market what the charts show: the timer adds what is new, pages read the sums.

What events say is added once, by their position in the feed. What stands (live links) and what may be forgotten
(refusals) is counted anew for the days that can still change.
"""

from datetime import datetime

from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, is_postgresql, query

DAY = 86_400_000_000
CONFIRM_HOURS = (1, 6, 12, 24, 48)
"""Within how many hours an invitation was confirmed: the upper bounds that the chart shows; beyond is `more`."""

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
    """A sum of tallies; `day` is None where days were added up."""

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
    """Count some of what is new by an instant; how many positions of the feed were passed.

    What is left is for the next time: `as_of` moves on only once nothing is, so that nobody waits long for this.
    """
    with writing():
        if is_postgresql():
            query("SELECT pg_advisory_xact_lock(%s)", _LOCK)
        counted = query("SELECT position, at FROM tallied")
        start, as_of_before = counted[0] if counted else (0, 0)
        last: int = query("SELECT COALESCE(max(position), 0) FROM event")[0][0]
        if last == 0:
            return 0  # nothing has ever happened, so nothing is complete either
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
    """As of when the tallies are complete; None if they never were."""
    found = query("SELECT at FROM tallied WHERE at > 0")
    return from_micros(found[0][0]) if found else None


def counts(measure: str, since: int, *, market: str | None = None, by_day: bool) -> list[Count]:
    """The sums of a measure from a day on, by market and name, and by day if asked."""
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


def _add_events(start: int, end: int) -> None:
    """What happened by day; what became of the invitations of a day; how long creators took to confirm."""
    if start == end:
        return
    happened = f"SELECT event.at / {DAY}, link.market, 'event', event.type, count(*){_NEW} GROUP BY 1, 2, 4"
    cohort = (
        f"SELECT link.invited_at / {DAY}, link.market, 'cohort', event.type, count(*){_NEW}"
        " AND link.invited_at IS NOT NULL AND event.type IN ('link.invited', 'link.accepted', 'link.established')"
        " GROUP BY 1, 2, 4"
    )
    bounds = " ".join(
        f"WHEN event.at - link.invited_at <= {hours} * 3600000000 THEN '{hours}'" for hours in CONFIRM_HOURS
    )
    confirmed = (
        f"SELECT event.at / {DAY}, link.market, 'confirm_hours', CASE {bounds} ELSE 'more' END, count(*){_NEW}"
        " AND event.type = 'link.accepted' AND link.invited_at IS NOT NULL GROUP BY 1, 2, 4"
    )
    for rows in (happened, cohort, confirmed):
        execute(_ADD.format(rows=rows), start, end)


def _count_live(day: int) -> None:
    """The live links as they stand now, by status and role."""
    execute("DELETE FROM tally WHERE measure = 'live'")
    execute(
        "INSERT INTO tally (day, market, measure, name, count)"
        " SELECT %s, market, 'live', status || '.' || role, count(*) FROM link"
        " WHERE status IN ('invited', 'in_review', 'linked') GROUP BY market, status, role",
        day,
    )


def _count_refusals(since: int) -> None:
    """The refusals by reason from a day on; older days cannot change any more, and their refusals may be forgotten."""
    execute("DELETE FROM tally WHERE measure = 'refusal' AND day >= %s", since)
    reasons = (
        # jsonb holds no NUL. With a space for it, which is as long, the text stays JSON whatever stands before it.
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
