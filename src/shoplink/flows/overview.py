"""The overview of the platform: the tallies with the instant they are as of, and the invitations that expire next."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from shoplink.core import CATALOGUE, Link
from shoplink.core.instant import shift
from shoplink.flows import clock
from shoplink.store.read import tally
from shoplink.store.read.link import invitations_expiring, snapshot

_STEPS = ("link.invited", "link.accepted", "link.established")
_SOON = timedelta(hours=24)
_FEW = 20


class LinkCounts(Struct, frozen=True):
    """The live links of a market, by status; linked ones by role."""

    market: str
    invited: int
    in_review: int
    official: int
    marketing: int


class Funnel(Struct, frozen=True):
    """The invitations of a period: how many were sent, how many were confirmed, how many became links."""

    invited: int
    accepted: int
    established: int


class RefusalCounts(Struct, frozen=True):
    """How often a reason refused a command, in total and by day."""

    code: str
    total: int
    by_day: list[int]


class Overview(Struct, frozen=True):
    """The data of the charts. `days` are the days (UTC) of the period; the last one is today.

    `as_of` is when the tallies were counted, None if they never were. `confirmed` counts by upper bound in hours.
    """

    as_of: datetime | None
    days: list[datetime]
    markets: list[str]
    standing: list[LinkCounts]
    funnel: Funnel
    refused: list[RefusalCounts]
    confirmed: list[tuple[str, int]]
    expiring: list[Link]


def overview(market: str | None = None, days: int = 30) -> Overview:
    """The overview of one market or of all, over a number of days, by a fixed number of statements."""
    now = clock.now()
    since = tally.day_of(now) - days + 1
    with snapshot():
        live = tally.counts("live", 0, by_day=False)
        cohort = tally.counts("cohort", since, market=market, by_day=False)
        refusals = tally.counts("refusal", since, market=market, by_day=True)
        confirmed = tally.counts("confirm_hours", since, market=market, by_day=False)
        as_of, expiring = tally.as_of(), invitations_expiring(now, shift(now, _SOON), _FEW, market)
    standing = _standing(live)
    hours: dict[str, int] = {}
    for count in confirmed:
        hours[count.name] = hours.get(count.name, 0) + count.count
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Overview(
        as_of=as_of,
        days=[today - timedelta(days=days - 1 - index) for index in range(days)],
        markets=[each.market for each in standing],
        standing=[each for each in standing if market in {None, each.market}],
        funnel=Funnel(*(sum(each.count for each in cohort if each.name == step) for step in _STEPS)),
        refused=_refused(refusals, since, days),
        confirmed=[(name, hours.get(name, 0)) for name in (*map(str, tally.CONFIRM_HOURS), "more")],
        expiring=expiring,
    )


def _standing(live: list[tally.Count]) -> list[LinkCounts]:
    """The live links by market. A link with the status `linked` counts under its role."""
    found: dict[str, dict[str, int]] = {}
    for each in live:
        status, role = each.name.split(".")
        column = role if status == "linked" else status
        market = found.setdefault(each.market, {})
        market[column] = market.get(column, 0) + each.count
    return [
        LinkCounts(
            market, *(columns.get(name, 0) for name in ("invited", "in_review", "official", "marketing"))
        )
        for market, columns in sorted(found.items())
    ]


def _refused(counts: list[tally.Count], since: int, days: int) -> list[RefusalCounts]:
    """The reasons of refusals, the most frequent first; equally frequent ones in the catalogue's order."""
    by_code: dict[str, list[int]] = {}
    for each in counts:
        assert each.day is not None, "asked for by day"
        by_code.setdefault(each.name, [0] * days)[each.day - since] += each.count
    order = {code: place for place, code in enumerate(CATALOGUE)}
    refused = [RefusalCounts(code, sum(by_day), by_day) for code, by_day in by_code.items()]
    return sorted(refused, key=lambda each: (-each.total, order.get(each.code, len(order))))
