"""Streams of valid commands: random ones, and stories that are used alone or mixed into random ones.

The given random generator decides everything, so a seed names a stream. A `Naive` world executes the stream to see
what is possible at the moment; most commands are chosen to succeed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .naive import LIVE, MAX, MIN, ORDER, RULEBOOKS, Command, Link, Naive, birthday, instant, plus, wire

Steps = Iterator[None]
Fields = dict[str, Any]

BEGINNING = datetime(2024, 11, 11, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INVITATION = timedelta(hours=48)
MINIMUM = timedelta(hours=24)
WINDOW = timedelta(days=180)
ANSWER = timedelta(days=7)
GUIDE = "guide-2024-11"
UNIVERSITY = "seller-university-2025"
MARKETS = ("GB", "US")

SHOPS: dict[str, Fields] = {
    "gb-open": {"market": "GB", "enrolment": "open", "name": "普招小店"},
    "gb-invited": {"market": "GB", "enrolment": "invited", "name": "定邀小店"},
    "us-open": {"market": "US", "enrolment": "open"},
    "us-invited": {"market": "US", "enrolment": "invited"},
}
ACCOUNTS: dict[str, Fields] = {
    "ann": {"region": "GB", "birth_date": "1995-05-05", "handle": "ann", "followers": 12},
    "ben": {"region": "GB", "birth_date": "1988-02-29"},
    "cai": {"region": "US", "birth_date": "1999-12-31", "followers": 5000},
    "dee": {"region": "US", "birth_date": "2000-02-29"},
    "eve": {"region": "GB", "birth_date": "2006-11-30"},
    "fay": {"region": "US", "birth_date": "2008-02-29"},
    "gus": {"region": "GB", "birth_date": None},
    "hal": {"region": "GB", "birth_date": "1990-01-01", "status": "abnormal"},
    "ivy": {"region": "GB", "birth_date": "1990-01-01", "commerce_permission": "revoked"},
    "jun": {"region": "GB", "registered_in": "US", "birth_date": "1991-06-01"},
}


class Script:
    """A stream under construction, with the world after it."""

    def __init__(self, rng: random.Random) -> None:
        """Start with an empty stream."""
        self.rng = rng
        self.now = BEGINNING
        self.commands: list[Command] = []
        self.world = Naive()
        self.newcomers = 0

    def do(self, command: str, **fields: Any) -> bool:
        """Add a command at the current instant; returns whether it was accepted."""
        line = {"command": command, "at": self.text(self.now), **fields}
        self.commands.append(line)
        return bool(self.world.run(line)["outcome"] == "accepted")

    def text(self, at: datetime) -> str:
        """An instant in one of its allowed forms."""
        if self.rng.random() < 0.05 and MIN + DAY < at < MAX - DAY:
            return at.astimezone(timezone_of(self.rng)).isoformat()
        return wire(at)

    def wait(self, duration: timedelta) -> None:
        """Let time pass."""
        self.now = plus(self.now, duration)

    def until(self, at: datetime) -> None:
        """Let time pass until an instant, unless it is in the past."""
        self.now = max(self.now, at)

    def universe(self) -> None:
        """The shops and accounts that every random stream begins with."""
        self.shops()
        for account_id, facts in ACCOUNTS.items():
            self.do("put_account", account_id=account_id, **facts)

    def shops(self) -> None:
        """The four shops."""
        for shop_id, facts in SHOPS.items():
            self.do("put_shop", shop_id=shop_id, **facts)

    def newcomer(self, market: str, **facts: Any) -> str:
        """Record a new account that, apart from the given facts, meets every requirement of a market."""
        self.newcomers += 1
        account_id = f"new-{self.newcomers}"
        self.account(account_id, market, **facts)
        return account_id

    def account(self, account_id: str, market: str, **facts: Any) -> None:
        """Record an account that, apart from the given facts, meets every requirement."""
        self.do(
            "put_account", account_id=account_id, **{"region": market, "birth_date": "1995-05-05", **facts}
        )

    def invite(self, shop_id: str, account_id: str, role: str = "marketing") -> bool:
        """Invite from the right network."""
        market = SHOPS[shop_id]["market"]
        return self.do("invite", shop_id=shop_id, account_id=account_id, role=role, network_region=market)

    def accept(self, shop_id: str, account_id: str) -> bool:
        """Accept from the right network."""
        market = SHOPS[shop_id]["market"]
        return self.do("accept", shop_id=shop_id, account_id=account_id, network_region=market)

    def link(self, shop_id: str, account_id: str, role: str = "marketing") -> bool:
        """Invite and accept."""
        return self.invite(shop_id, account_id, role) and self.accept(shop_id, account_id)

    def request(self, shop_id: str, account_id: str) -> bool:
        """Request an unlink from the right network."""
        market = SHOPS[shop_id]["market"]
        return self.do("request_unlink", shop_id=shop_id, account_id=account_id, network_region=market)

    def pair(self, command: str, shop_id: str, account_id: str, **fields: Any) -> bool:
        """Any command that only names its link."""
        return self.do(command, shop_id=shop_id, account_id=account_id, **fields)

    def unlink(self, shop_id: str, account_id: str) -> bool:
        """Request and approve."""
        return self.request(shop_id, account_id) and self.pair("approve_unlink", shop_id, account_id)

    def activate(self, name: str, market: str, start: datetime) -> bool:
        """Activate a rulebook."""
        return self.do("activate_rulebook", name=name, market=market, effective_from=self.text(start))

    def put_shop(self, shop_id: str, status: str) -> bool:
        """Record a shop with another status."""
        return self.do("put_shop", shop_id=shop_id, **{**SHOPS[shop_id], "status": status})

    def history(
        self,
        shop_id: str,
        account_id: str,
        start: datetime,
        end: datetime | None = None,
        role: str = "marketing",
    ) -> bool:
        """Import a link."""
        fields: Fields = {"role": role, "linked_at": self.text(start)}
        if end is not None:
            fields["unlinked_at"] = self.text(end)
        return self.pair("import_link", shop_id, account_id, **fields)


def timezone_of(rng: random.Random) -> Any:
    """Some offset from UTC."""
    return datetime.fromisoformat(f"2024-01-01T00:00:00{rng.choice(('+08:00', '-05:00', '+05:30'))}").tzinfo


# -------------------------------------------------------------------- stories


def quota_filled(s: Script) -> Steps:
    """Ten marketing links over months; the eleventh becomes possible when the first leaves the window."""
    first = None
    for _ in range(10):
        account_id = s.newcomer("GB")
        if s.link("gb-invited", account_id):
            first = first or s.now
        yield
        s.wait(DAY)
        s.unlink("gb-invited", account_id)
        yield
        s.wait(10 * DAY)
    late = s.newcomer("GB")
    s.invite("gb-invited", late)
    yield
    for delta in (-TICK, timedelta(0), TICK):
        s.until(plus(first or s.now, WINDOW) + delta)
        s.invite("gb-invited", late)
        yield
    other = s.newcomer("GB")
    s.history("gb-invited", other, s.now - 3 * DAY, s.now - 2 * DAY)  # an import does not enforce quotas
    s.pair("withdraw", "gb-invited", late)
    s.invite("gb-invited", late)


def quota_with_held_reviews(s: Script) -> Steps:
    """Units of the shop's quota that do not return by themselves, and units of invitations."""
    base = s.now - 100 * DAY
    for number in range(7):
        account_id = s.newcomer("US")
        s.history("us-invited", account_id, base + number * DAY, base + number * DAY + HOUR)
    yield
    for _ in range(2):
        account_id = s.newcomer("US", registered_in="GB")
        s.link("us-invited", account_id)
        yield
    s.invite("us-invited", s.newcomer("US"))
    s.wait(HOUR)
    late = s.newcomer("US")
    s.invite("us-invited", late)
    yield
    s.wait(INVITATION)
    s.invite("us-invited", late)
    yield
    s.accept("us-invited", late)


def quota_of_invitations(s: Script) -> Steps:
    """Units of invitations return when these expire, whatever rulebook was in force in between."""
    base = s.now - 2 * DAY
    accounts = [s.newcomer("GB") for _ in range(12)]
    for number, account_id in enumerate(accounts[:9]):
        s.history("gb-open", account_id, base + number * HOUR, base + (number + 1) * HOUR)
    s.activate(UNIVERSITY, "GB", s.now)
    yield
    s.invite("gb-open", accounts[10])
    s.invite("gb-open", accounts[11])
    yield
    s.activate(GUIDE, "GB", s.now)
    s.accept("gb-open", accounts[10])
    s.invite("gb-open", accounts[9])
    yield
    s.activate(UNIVERSITY, "GB", s.now)
    s.accept("gb-open", accounts[10])


def quota_of_account(s: Script) -> Steps:
    """The account's own quota across shops under the other rulebook, at both sides of its boundary."""
    s.activate(UNIVERSITY, "GB", s.now)
    account_id = s.newcomer("GB")
    oldest = s.now - 100 * DAY
    for number in range(10):
        shop_id = ("gb-open", "gb-invited")[number % 2]
        s.history(shop_id, account_id, oldest + number * DAY, oldest + (number + 1) * DAY)
    yield
    s.invite("gb-open", account_id)
    s.invite("gb-open", account_id, "official")
    s.pair("withdraw", "gb-open", account_id)
    yield
    s.until(oldest + WINDOW - TICK)
    s.invite("gb-invited", account_id)
    yield
    s.until(oldest + WINDOW)
    s.link("gb-invited", account_id)
    s.do("grant_waiver", code="account.link_quota_spent", account_id=account_id, note="x", until=None)
    yield
    s.wait(MINIMUM)
    s.pair("unlink", "gb-invited", account_id)
    s.link("gb-open", account_id)


def race(s: Script) -> Steps:
    """Two shops invite one account; it accepts one."""
    account_id = s.newcomer("GB")
    s.invite("gb-open", account_id, "official")
    s.invite("gb-invited", account_id)
    s.invite("gb-invited", account_id, "official")
    yield
    s.wait(HOUR)
    s.accept("gb-invited", account_id)
    s.accept("gb-open", account_id)
    s.invite("gb-open", account_id, "official")
    yield
    s.wait(MINIMUM)
    s.unlink("gb-invited", account_id)
    s.link("gb-open", account_id, "official")


def review_by_correction(s: Script) -> Steps:
    """Held for the registration; support corrects it, first wrongly."""
    account_id = s.newcomer("GB", registered_in="ID")
    s.link("gb-invited", account_id)
    s.invite("gb-open", account_id, "official")
    yield
    s.wait(30 * DAY)
    s.do("correct_account", account_id=account_id, registered_in="FR", note="typing error")
    s.do("correct_account", account_id=account_id, registered_in="FR", note="nothing changes")
    yield
    s.do("correct_account", account_id=account_id, registered_in="GB", region=None, note="seen")
    s.pair("request_unlink", "gb-invited", account_id, network_region="GB")
    yield


def review_by_put(s: Script) -> Steps:
    """Held for the permission; the platform's record changes, and another one changes meanwhile."""
    account_id = s.newcomer("US", commerce_permission="revoked")
    s.link("us-invited", account_id, "official")
    yield
    s.wait(3 * DAY)
    s.account(account_id, "US", status="abnormal")
    yield
    s.account(account_id, "US", region="GB", registered_in="US")
    yield
    s.account(account_id, "US")
    s.accept("us-invited", account_id)
    yield


def next_midnight(at: datetime, days: int) -> datetime:
    """Midnight some days from now."""
    return datetime(at.year, at.month, at.day, tzinfo=UTC) + days * DAY


def review_by_birthday(s: Script) -> Steps:
    """Held; the user turns out to be a minor; established at the birthday and not a microsecond sooner."""
    first = s.newcomer("GB", registered_in="ID")
    second = s.newcomer("GB", commerce_permission="revoked")
    s.link("gb-invited", second)
    s.link("gb-invited", first)
    yield
    day = next_midnight(s.now, 10)
    born = eighteen_years_before(day).isoformat()
    s.do("correct_account", account_id=first, birth_date=born, note="passport")
    s.do("correct_account", account_id=first, registered_in="GB", note="residence permit")
    s.account(second, "GB", birth_date=born)
    yield
    s.until(day - INVITATION)
    third = s.newcomer("GB")
    s.invite("gb-invited", third)  # expires at the very instant of the birthday
    s.activate(UNIVERSITY, "GB", day)  # and a rulebook starts
    yield
    s.until(day - TICK)
    s.do("correct_account", account_id=first, registered_in="GB", note="nothing changes")
    yield
    s.until(day)
    s.accept("gb-invited", third)


def eighteen_years_before(day: datetime) -> date:
    """The birth date of a person who comes of age on a day; for 29 February, on the day after."""
    if (day.month, day.day) == (2, 29):
        day += timedelta(days=1)
    return day.replace(year=day.year - 18).date()


def review_held_by_many(s: Script) -> Steps:
    """A birthday passes while something else still holds the review."""
    account_id = s.newcomer("US", registered_in="GB")
    s.link("us-invited", account_id, "official")
    yield
    day = next_midnight(s.now, 3)
    born = eighteen_years_before(day).isoformat()
    s.do("correct_account", account_id=account_id, birth_date=born, note="passport")
    s.put_shop("us-invited", "abnormal")
    yield
    s.until(day + HOUR)
    s.do("correct_account", account_id=account_id, registered_in="US", note="seen")
    yield
    s.put_shop("us-invited", "normal")
    s.pair("request_unlink", "us-invited", account_id, network_region="US")
    yield


def coming_of_age(s: Script) -> Steps:
    """Invited too young; a leap day counts as 1 March."""
    for born in ("2007-01-15", "2007-03-01", "2008-02-29"):
        account_id = s.newcomer("GB", birth_date=born)
        for delta in (-TICK, timedelta(0)):
            s.until(birthday(date.fromisoformat(born), 18) + delta)
            s.link("gb-invited", account_id)
            yield
        s.pair("revoke", "gb-invited", account_id, note="room for the next")


def switch_to_university(s: Script) -> Steps:
    """A switch in the future and the marketing slots that it brings, at both sides of its start."""
    start = s.now + 5 * DAY
    account_id = s.newcomer("GB")
    s.activate(UNIVERSITY, "GB", start)
    s.invite("gb-open", account_id)
    yield
    s.until(start - TICK)
    s.invite("gb-open", account_id)
    yield
    s.until(start)
    s.link("gb-open", account_id)
    yield
    s.wait(MINIMUM)
    s.pair("unlink", "gb-open", account_id)


def switch_back(s: Script) -> Steps:
    """Slots shrink under live links; an invitation that no longer fits cannot be accepted."""
    s.activate(UNIVERSITY, "US", s.now)
    accounts = [s.newcomer("US") for _ in range(5)]
    for account_id in accounts[:3]:
        s.invite("us-open", account_id)
    s.accept("us-open", accounts[0])
    yield
    s.activate(GUIDE, "US", s.now + HOUR)
    s.wait(HOUR)
    s.accept("us-open", accounts[1])
    s.invite("us-open", accounts[3])
    s.pair("unlink", "us-open", accounts[0])
    yield
    s.activate(UNIVERSITY, "US", s.now)
    s.accept("us-open", accounts[1])
    s.invite("us-open", accounts[3])
    s.invite("us-open", accounts[4])
    yield


def two_with_one_start(s: Script) -> Steps:
    """Of two rulebooks with the same start the one recorded later counts, before and after the start."""
    start = s.now + 2 * DAY
    account_id = s.newcomer("US")
    s.activate(UNIVERSITY, "US", start)
    s.activate(GUIDE, "US", start)
    yield
    s.until(start)
    s.invite("us-open", account_id)
    s.activate(UNIVERSITY, "US", start)
    s.invite("us-open", account_id)
    yield
    s.activate(GUIDE, "US", s.now)
    s.accept("us-open", account_id)
    s.activate(UNIVERSITY, "US", s.now)
    s.activate(GUIDE, "US", s.now - TICK)
    s.activate("nonsense", "US", s.now)
    s.accept("us-open", account_id)
    yield


def unanswered(s: Script) -> Steps:
    """Unanswered for seven days where that approves; withdrawn and refused a microsecond before."""
    s.activate(UNIVERSITY, "GB", s.now)
    accounts = [s.newcomer("GB") for _ in range(3)]
    for account_id in accounts:
        s.link("gb-invited", account_id)
    s.wait(MINIMUM)
    yield
    for account_id in accounts:
        s.request("gb-invited", account_id)
    asked = s.now
    yield
    s.until(asked + ANSWER - TICK)
    s.pair("refuse_unlink", "gb-invited", accounts[1], note="stay")
    s.pair("withdraw_unlink_request", "gb-invited", accounts[2])
    s.request("gb-invited", accounts[2])
    yield
    s.until(asked + ANSWER)
    for account_id in accounts:
        s.pair("approve_unlink", "gb-invited", account_id)
    yield
    s.until(asked + 2 * ANSWER)
    s.pair("approve_unlink", "gb-invited", accounts[2])


def overdue_at_start(s: Script) -> Steps:
    """Requests are open when the rulebook changes: overdue ones at its start, at once and in the future."""
    for market, shop_id in (("GB", "gb-invited"), ("US", "us-invited")):
        s.activate(GUIDE, market, s.now)
        accounts = [s.newcomer(market) for _ in range(3)]
        for account_id, role in zip(accounts, ("official", "marketing", "marketing"), strict=True):
            s.link(shop_id, account_id, role)
        s.wait(MINIMUM)
        s.request(shop_id, accounts[1])
        s.request(shop_id, accounts[0])
        yield
        s.wait(5 * DAY)
        s.request(shop_id, accounts[2])
        yield
        s.wait(3 * DAY)
        if market == "GB":
            s.activate(UNIVERSITY, market, s.now)
        else:
            s.activate(UNIVERSITY, market, s.now + DAY)
            s.activate(GUIDE, market, s.now + 2 * DAY)
            s.wait(3 * DAY)
        s.pair("approve_unlink", shop_id, accounts[1])
        yield
        s.wait(4 * DAY)
        s.pair("refuse_unlink", shop_id, accounts[2])
        yield


def due_as_another_starts(s: Script) -> Steps:
    """The seventh day ends when a rulebook starts under which requests stay open: the start comes first."""
    s.activate(UNIVERSITY, "GB", s.now)
    accounts = [s.newcomer("GB") for _ in range(2)]
    for account_id in accounts:
        s.link("gb-invited", account_id)
    s.wait(MINIMUM)
    s.request("gb-invited", accounts[0])
    s.activate(GUIDE, "GB", s.now + ANSWER)
    yield
    s.wait(TICK)
    s.request("gb-invited", accounts[1])
    s.activate(UNIVERSITY, "GB", s.now + 2 * ANSWER)
    yield
    s.wait(ANSWER)
    s.request("gb-invited", accounts[0])
    yield
    s.wait(ANSWER)
    s.pair("refuse_unlink", "gb-invited", accounts[1])


def imported(s: Script) -> Steps:
    """History: ended, touching, overlapping, out of order, from the future, and current."""
    account_id = s.newcomer("GB")
    day = [s.now - (40 - number) * DAY for number in range(40)]
    s.history("gb-invited", account_id, day[10], day[20])
    s.history("gb-open", account_id, day[20], day[30])  # touches
    s.history("gb-open", account_id, day[0], day[10], "official")  # touches, recorded later
    yield
    s.history("gb-open", account_id, day[15], day[16])
    s.history("gb-open", account_id, day[29], day[31])
    s.history("gb-open", account_id, day[9] + 23 * HOUR, day[10] + TICK)
    s.history("gb-open", account_id, day[12], day[12])  # has no duration, within another
    s.history("gb-open", account_id, day[20], day[20])  # has no duration, between two
    yield
    s.history("gb-open", account_id, day[35], day[34])
    s.history("gb-open", account_id, day[35], s.now + TICK)
    s.history("gb-open", account_id, s.now + TICK)
    s.history("gb-open", account_id, day[5])
    yield
    s.history("gb-invited", account_id, day[30], s.now)
    s.history("gb-invited", account_id, s.now)
    s.history("gb-invited", account_id, day[30])
    s.request("gb-invited", account_id)
    s.pair("accept", "gb-invited", account_id, network_region="GB")
    yield


def imported_over_invitations(s: Script) -> Steps:
    """A current link is imported while invitations of this account are open, its own included."""
    for role in ("official", "marketing"):
        account_id = s.newcomer("GB")
        s.invite("gb-open", account_id, "official")
        s.invite("gb-invited", account_id, "official")
        yield
        s.history("gb-invited", account_id, s.now - 9 * DAY, s.now - 8 * DAY, role)
        s.history("gb-invited", account_id, s.now - 2 * DAY, None, role)
        s.pair("decline", "gb-invited", account_id)
        yield
        other = s.newcomer("GB")
        s.history("gb-invited", other, s.now - 2 * DAY, None, role)
        s.wait(HOUR)
        s.pair("revoke", "gb-invited", account_id, note="fraud")
        yield


def imported_behind_live(s: Script) -> Steps:
    """Ended history is recorded after a live invitation: commands are about the live link until it ends."""
    account_id = s.newcomer("US")
    s.invite("us-invited", account_id)
    s.history("us-invited", account_id, s.now - 3 * DAY, s.now - DAY)
    s.history("us-invited", account_id, s.now - 5 * DAY, s.now - 4 * DAY)
    yield
    s.wait(INVITATION)
    s.accept("us-invited", account_id)  # the newest is the history, not the expired invitation
    s.invite("us-invited", account_id)
    yield
    s.wait(INVITATION)
    s.accept("us-invited", account_id)
    s.pair("decline", "us-invited", account_id)
    s.link("us-invited", account_id)
    s.history("us-invited", account_id, s.now - 7 * DAY, s.now - 6 * DAY)
    s.pair("revoke", "us-invited", account_id, note="fraud")


def deadlines(s: Script) -> Steps:
    """Accepted a microsecond before, exactly at and after the deadline; declined and withdrawn likewise."""
    for delta in (-TICK, timedelta(0), TICK):
        accounts = [s.newcomer("GB") for _ in range(3)]
        for account_id in accounts:
            s.invite("gb-invited", account_id)
        sent = s.now
        yield
        s.until(sent + INVITATION + delta)
        s.accept("gb-invited", accounts[0])
        s.pair("decline", "gb-invited", accounts[1])
        s.pair("withdraw", "gb-invited", accounts[2])
        s.invite("gb-invited", accounts[0])
        yield
        s.pair("revoke", "gb-invited", accounts[0], note="room for the next")


def deadline_outlives_rulebook(s: Script) -> Steps:
    """An invitation keeps its deadline, role and place though the rulebook changes under it."""
    s.activate(UNIVERSITY, "GB", s.now)
    account_id = s.newcomer("GB")
    s.invite("gb-open", account_id)
    sent = s.now
    s.activate(GUIDE, "GB", sent + HOUR)
    s.activate(UNIVERSITY, "GB", sent + INVITATION)
    yield
    s.until(sent + INVITATION - TICK)
    s.accept("gb-open", account_id)
    yield
    s.until(sent + INVITATION)
    s.accept("gb-open", account_id)
    s.link("gb-open", account_id)


def first_day(s: Script) -> Steps:
    """Unlinking around the minimum age of 24 hours."""
    for delta in (-TICK, timedelta(0), TICK):
        account_id = s.newcomer("US")
        s.link("us-invited", account_id)
        linked = s.now
        yield
        s.until(linked + MINIMUM + delta)
        s.pair("unlink", "us-invited", account_id)
        s.request("us-invited", account_id)
        s.pair("unlink", "us-invited", account_id)
        s.pair("withdraw_unlink_request", "us-invited", account_id)
        s.pair("revoke", "us-invited", account_id, note="next")
        yield


def window_edge(s: Script) -> Steps:
    """The end of the window of 180 days, with imported links."""
    start = s.now
    for number in range(10):
        s.history(
            "us-invited", s.newcomer("US"), start - (10 - number) * HOUR, start - (10 - number) * HOUR + TICK
        )
    yield
    late = [s.newcomer("US") for _ in range(3)]
    for delta, account_id in zip((-TICK, timedelta(0), TICK), late, strict=True):
        s.until(start - 10 * HOUR + WINDOW + delta)
        s.invite("us-invited", account_id)
        yield
    s.do(
        "grant_waiver", code="shop.link_quota_spent", shop_id="us-invited", note="x", until=wire(s.now + HOUR)
    )
    s.invite("us-invited", late[2])
    yield
    s.until(start - 9 * HOUR + WINDOW)
    s.accept("us-invited", late[2])


def waivers(s: Script) -> Steps:
    """A waiver is granted, used, expires at an instant, is ended, and is granted twice."""
    account_id = s.newcomer("GB")
    s.link("gb-invited", account_id)
    until = s.now + 2 * HOUR
    young = {"code": "link.younger_than_minimum", "note": "ticket 7"}
    s.request("gb-invited", account_id)
    s.do("grant_waiver", **young, account_id=account_id, until=wire(until))
    s.request("gb-invited", account_id)
    yield
    s.until(until - TICK)
    s.pair("withdraw_unlink_request", "gb-invited", account_id)
    s.request("gb-invited", account_id)
    yield
    s.until(until)
    s.pair("approve_unlink", "gb-invited", account_id)
    s.do("end_waiver", **young, account_id=account_id)
    s.do("grant_waiver", **young, shop_id="gb-invited", until=None, account_id=None)
    s.do("grant_waiver", **young, shop_id="gb-invited", until=wire(s.now + DAY))
    s.do("grant_waiver", **young, shop_id="gb-invited", until=wire(s.now))
    yield
    s.pair("approve_unlink", "gb-invited", account_id)
    s.do("end_waiver", **young, shop_id="gb-invited")
    s.do("end_waiver", **young, shop_id="gb-invited")
    yield
    for code in ("account.under_age", "account.link_quota_spent", "shop.slots_full"):
        s.do("grant_waiver", code=code, shop_id="gb-invited", note="no", until=None)
    s.do("grant_waiver", code="shop.link_quota_spent", account_id=account_id, note="no", until=None)
    s.do("grant_waiver", **young, shop_id="nowhere", until=None)
    s.do("grant_waiver", **young, account_id="nobody", until=None)
    s.do("end_waiver", **young, account_id="nobody")


def official_unlinks(s: Script) -> Steps:
    """Three unlinks in a shop's history; revoked links do not count, imported ones do; a waiver helps."""
    s.history("gb-open", s.newcomer("GB"), s.now - 9 * DAY, s.now - 8 * DAY, "official")
    yield
    for number in range(4):
        account_id = s.newcomer("GB")
        s.link("gb-open", account_id, "official")
        if number == 1:
            s.pair("revoke", "gb-open", account_id, note="fraud")
        yield
        s.wait(MINIMUM)
        s.unlink("gb-open", account_id)
        yield
    code = "shop.unlink_quota_spent"
    s.do("grant_waiver", code=code, shop_id="gb-open", note="ticket", until=None)
    s.request("gb-open", account_id)
    s.do("end_waiver", code=code, shop_id="gb-open", note="too soon")
    s.pair("approve_unlink", "gb-open", account_id)
    s.pair("unlink", "gb-open", account_id)
    yield
    s.activate(UNIVERSITY, "GB", s.now + ANSWER)  # by the clock, with no rule checked again
    s.wait(ANSWER)
    s.link("gb-open", s.newcomer("GB"), "official")


def flapping(s: Script) -> Steps:
    """A shop's status changes back and forth while links are invited, in review and linked."""
    held, asked = s.newcomer("US", registered_in="GB"), s.newcomer("US")
    s.link("us-invited", held)
    s.invite("us-invited", asked)
    s.put_shop("us-invited", "abnormal")
    yield
    s.accept("us-invited", asked)
    s.invite("us-invited", s.newcomer("US"))
    s.do("correct_account", account_id=held, registered_in="US", note="seen")
    yield
    s.put_shop("us-invited", "normal")
    s.accept("us-invited", asked)
    s.put_shop("us-invited", "abnormal")
    s.put_shop("us-invited", "abnormal")
    yield
    s.wait(MINIMUM)
    s.request("us-invited", asked)
    s.pair("approve_unlink", "us-invited", asked)
    s.do("put_shop", shop_id="us-invited", market="US", enrolment="invited", name=None, status=None)


def slots(s: Script) -> Steps:
    """Reserved slots and when they are free again; too few invitations to make room."""
    accounts = [s.newcomer("GB") for _ in range(6)]
    for account_id in accounts[:4]:
        s.invite("gb-invited", account_id)
        s.wait(HOUR)
        yield
    s.invite("gb-invited", accounts[4])
    for account_id in accounts[:4]:
        s.accept("gb-invited", account_id)
    s.invite("gb-invited", accounts[4])
    yield
    s.invite("gb-open", accounts[4], "official")
    s.invite("gb-open", accounts[5], "official")
    s.invite("gb-open", accounts[5])
    s.accept("gb-open", accounts[4])
    yield


def everything_wrong(s: Script) -> Steps:
    """Every reason for an invitation at once, from every side; nothing found."""
    account_id = s.newcomer("GB")
    s.link("gb-invited", account_id)
    s.account(
        account_id,
        "US",
        registered_in="US",
        birth_date="2010-12-31",
        status="abnormal",
        commerce_permission="revoked",
    )
    s.put_shop("gb-open", "abnormal")
    yield
    for network_region in (None, "US", "GB"):
        s.do(
            "invite",
            shop_id="gb-open",
            account_id=account_id,
            role="marketing",
            network_region=network_region,
        )
    s.pair("request_unlink", "gb-invited", account_id, network_region=None)
    s.account(account_id, "US", birth_date=None, registered_in="GB")
    s.invite("gb-open", account_id, "official")
    s.put_shop("gb-open", "normal")
    yield
    s.do("invite", shop_id="nowhere", account_id="nobody", role="official", network_region=None)
    s.do("invite", shop_id="nowhere", account_id=account_id, role="official", network_region="GB")
    s.do("import_link", shop_id="gb-open", account_id="nobody", role="official", linked_at=wire(s.now))
    s.do("correct_account", account_id="nobody", note="who", region="GB")
    s.do("put_shop", shop_id="gb-open", market="US", enrolment="invited")


def wrong_states(s: Script) -> Steps:
    """Every command on a link of every status."""
    plain = ("decline", "withdraw", "withdraw_unlink_request", "refuse_unlink", "approve_unlink", "unlink")
    endings: tuple[tuple[str, Fields], ...] = (
        ("accept", {"network_region": "US"}),
        ("request_unlink", {"network_region": "US"}),
        *((name, {}) for name in plain),
        ("revoke", {"note": "why"}),
    )
    for name, fields in endings:
        account_id = s.newcomer("US")
        s.pair(name, "us-invited", account_id, **fields)
        s.invite("us-invited", account_id)
        s.pair(name, "us-invited", account_id, **fields)
        s.link("us-invited", account_id)
        yield
        s.wait(MINIMUM)
        s.pair(name, "us-invited", account_id, **fields)
        s.unlink("us-invited", account_id)
        s.pair("revoke", "us-invited", account_id, note="next")
        s.pair(name, "us-invited", account_id, **fields)
        yield


def put_replaces(s: Script) -> Steps:
    """An omitted optional field takes its default; an explicit default changes nothing."""
    account_id = s.newcomer("GB", handle="h", followers=5, registered_in="ID", status="abnormal")
    s.do("put_account", account_id=account_id, region="GB")
    s.do("put_account", account_id=account_id, region="GB", registered_in="GB", birth_date=None, followers=0)
    s.do("put_account", account_id=account_id, region="GB", status=None, handle=None, followers=None)
    s.do("put_account", account_id=account_id, region="GB", commerce_permission="granted")
    yield
    s.do("put_account", account_id=account_id, region="US")
    s.do("correct_account", account_id=account_id, region="GB", note="moved")
    s.do("correct_account", account_id=account_id, birth_date="2001-02-03", note="passport")
    s.do("correct_account", account_id=account_id, birth_date=None, note="null is omitted")
    s.do("correct_account", account_id=account_id, note="nothing given")
    yield
    s.do("put_shop", shop_id="gb-open", market="GB", enrolment="open", status="normal")
    s.do("put_shop", shop_id="gb-open", market="GB", enrolment="open", name=None)


def cancelled_starts(s: Script) -> Steps:
    """A start that is cancelled never comes: what waited for it waits on, or for the one behind it."""
    account_id, child = (
        s.newcomer("GB"),
        s.newcomer("GB", birth_date=eighteen_years_before(next_midnight(s.now, 30)).isoformat()),
    )
    s.link("gb-invited", account_id)
    s.wait(MINIMUM)
    s.request("gb-invited", account_id)
    yield
    start = s.now + 10 * DAY
    cancel: Fields = {"name": UNIVERSITY, "market": "GB", "note": "not yet"}
    for _ in range(2):
        s.activate(UNIVERSITY, "GB", start)
    s.activate(GUIDE, "GB", start)
    s.do("cancel_activation", **cancel, effective_from=s.text(start + TICK))
    s.do("cancel_activation", **{**cancel, "market": "US"}, effective_from=s.text(start))
    s.do("cancel_activation", **{**cancel, "name": GUIDE}, effective_from=s.text(start))
    yield
    s.activate(UNIVERSITY, "GB", start + 5 * DAY)
    s.do("cancel_activation", **cancel, effective_from=s.text(start))
    s.do("cancel_activation", **cancel, effective_from=s.text(start))
    yield
    s.until(start)
    s.link("gb-invited", child)
    yield
    s.until(start + 5 * DAY)
    s.do("cancel_activation", **cancel, effective_from=s.text(start + 5 * DAY))


def changes(s: Script) -> Steps:
    """Single facts change, and nothing else; a change of what holds a link establishes it."""
    account_id = s.newcomer("GB", registered_in="ID", handle="h", followers=5, commerce_permission="revoked")
    s.link("gb-invited", account_id)
    s.do("change_account", account_id=account_id, followers=7)
    s.do("change_account", account_id=account_id, followers=7, birth_date=None)
    s.do("change_account", account_id=account_id, region=None, handle=None, status=None)
    s.do("change_account", account_id="nobody", followers=1)
    yield
    s.do("change_account", account_id=account_id, commerce_permission="granted")
    s.do("change_shop", shop_id="gb-invited", status="abnormal")
    s.do("change_account", account_id=account_id, registered_in="GB")
    yield
    s.do("change_shop", shop_id="gb-invited", name="n", status=None)
    s.do("change_shop", shop_id="gb-invited", status="normal")
    s.do("change_shop", shop_id="gb-invited")
    s.do("change_shop", shop_id="nowhere", status="normal")


def corrections_kept(s: Script) -> Steps:
    """An export that was read before a correction leaves it as it is; one that was read at it or later does not."""
    account_id = s.newcomer("GB", registered_in="IE", birth_date="2001-02-03")
    s.link("gb-invited", account_id)
    s.wait(HOUR)
    s.do("correct_account", account_id=account_id, registered_in="GB", note="papers")
    corrected_at = s.now
    yield
    s.wait(HOUR)
    old: Fields = {"registered_in": "IE", "birth_date": None, "followers": 3}
    for delta in (-TICK, timedelta(0), TICK):
        s.account(account_id, "GB", **old, facts_as_of=s.text(corrected_at + delta))
        yield
    s.account(account_id, "GB", **old)
    s.do("correct_account", account_id=account_id, birth_date="2001-02-04", note="passport")
    s.account(account_id, "US", birth_date="1999-01-01", facts_as_of=s.text(corrected_at - TICK))
    s.account("late", "US", facts_as_of=s.text(s.now))


def end_of_time(s: Script) -> Steps:
    """The last representable date, at which durations are clamped."""
    s.until(MAX - 30 * HOUR)
    accounts = [s.newcomer("GB") for _ in range(3)]
    child = s.newcomer("GB", birth_date="9990-02-28")
    s.invite("gb-invited", child)
    s.activate(UNIVERSITY, "GB", s.now)
    s.activate(GUIDE, "GB", MAX)
    for account_id in accounts:
        s.invite("gb-invited", account_id)
    s.accept("gb-invited", accounts[0])
    yield
    s.wait(HOUR)
    s.invite("gb-invited", child)
    s.invite("gb-invited", accounts[1])
    s.until(MAX - 5 * HOUR)
    s.request("gb-invited", accounts[0])
    s.accept("gb-invited", accounts[1])
    s.request("gb-invited", accounts[1])
    yield
    s.until(MAX)
    s.accept("gb-invited", accounts[2])
    s.pair("approve_unlink", "gb-invited", accounts[0])
    s.link("gb-invited", child)


def beginning_of_time(s: Script) -> Steps:
    """Links at the first representable date."""
    account_id = s.newcomer("US")
    s.history("us-invited", account_id, MIN + TICK, MIN + DAY)
    s.history("us-invited", account_id, MIN, MIN + TICK)
    s.history("us-invited", account_id, MIN, MIN + DAY)
    yield
    s.history("us-invited", account_id, MIN + DAY)
    s.pair("request_unlink", "us-invited", account_id, network_region="US")


STORIES: tuple[Callable[[Script], Steps], ...] = (
    quota_filled,
    quota_with_held_reviews,
    quota_of_invitations,
    quota_of_account,
    race,
    review_by_correction,
    review_by_put,
    review_by_birthday,
    review_held_by_many,
    coming_of_age,
    switch_to_university,
    switch_back,
    two_with_one_start,
    unanswered,
    overdue_at_start,
    due_as_another_starts,
    imported,
    imported_over_invitations,
    imported_behind_live,
    deadlines,
    deadline_outlives_rulebook,
    first_day,
    window_edge,
    waivers,
    official_unlinks,
    flapping,
    slots,
    everything_wrong,
    wrong_states,
    put_replaces,
    cancelled_starts,
    changes,
    corrections_kept,
    end_of_time,
    beginning_of_time,
)
NOT_WOVEN = (end_of_time,)  # nothing can follow it


def stories() -> dict[str, list[Command]]:
    """Each story alone, on fresh shops; always the same."""
    streams = {}
    for story in STORIES:
        script = Script(random.Random(story.__name__))
        script.shops()
        for _ in story(script):
            pass
        streams[story.__name__] = script.commands
    return streams


# -------------------------------------------------------------------- single random commands


def known_accounts(s: Script) -> list[str]:
    """A recorded account; sometimes one that is not recorded."""
    return list(s.world.accounts) if s.rng.random() < 0.97 else ["nobody"]


def some_shop(s: Script) -> str:
    """A recorded shop; sometimes one that is not recorded."""
    return s.rng.choice(list(SHOPS)) if s.rng.random() < 0.97 else "nowhere"


def market_of(shop_id: str) -> str:
    """The market of a shop; any for one that does not exist."""
    return str(SHOPS[shop_id]["market"]) if shop_id in SHOPS else "GB"


def network(s: Script, shop_id: str) -> str | None:
    """Usually the right network."""
    if s.rng.random() < 0.9:
        return market_of(shop_id)
    return s.rng.choice((None, "GB", "US", "ID"))


def free_accounts(s: Script, market: str) -> list[str]:
    """Accounts that a shop of this market can probably invite."""
    taken = {link["account_id"] for link in s.world.links if link["status"] in ("in_review", "linked")}
    return [
        account_id
        for account_id, account in s.world.accounts.items()
        if account_id not in taken and account["region"] == market and account["status"] == "normal"
    ]


def some_link(s: Script, *statuses: str, requested: bool | None = None) -> tuple[str, str]:
    """The pair of a link for which a command makes sense; sometimes any pair."""
    fitting: list[Link] = [
        link
        for link in s.world.links
        if link["status"] in statuses
        and (requested is None or (link["requested_at"] is not None) == requested)
    ]
    if fitting and s.rng.random() < 0.9:
        link = s.rng.choice(fitting)
        return link["shop_id"], link["account_id"]
    if s.world.links and s.rng.random() < 0.7:
        link = s.rng.choice(s.world.links)
        return link["shop_id"], link["account_id"]
    return some_shop(s), s.rng.choice(known_accounts(s))


def random_put_shop(s: Script) -> None:
    """Mostly back to normal, sometimes abnormal, rarely what may not change."""
    shop_id = s.rng.choice(list(SHOPS))
    normal = s.world.shops[shop_id]["status"] == "normal"
    status = s.rng.choice(
        ("normal", "abnormal", None) if normal else ("normal", "normal", "normal", "abnormal")
    )
    facts = {**SHOPS[shop_id], "status": status}
    if s.rng.random() < 0.15:
        facts["market"] = s.rng.choice(MARKETS)
        facts["enrolment"] = s.rng.choice(("open", "invited"))
    s.do("put_shop", shop_id=shop_id, **facts)


def birth_date_near(s: Script) -> str:
    """The birth date of a person who comes of age soon."""
    day = next_midnight(s.now, s.rng.randint(0, 20))
    return eighteen_years_before(day).isoformat()


def random_facts(s: Script, market: str) -> Fields:
    """One or two facts that prevent a link."""
    odd: tuple[Fields, ...] = (
        {"registered_in": s.rng.choice(("ID", "GB", "US"))},
        {"commerce_permission": "revoked"},
        {"status": "abnormal"},
        {"birth_date": None},
        {"birth_date": birth_date_near(s)},
        {"region": s.rng.choice(("GB", "US", "ID")), "registered_in": market},
        {"followers": s.rng.randint(0, 2000), "handle": "h"},
    )
    return {**s.rng.choice(odd), **(s.rng.choice(odd) if s.rng.random() < 0.2 else {})}


def random_put_account(s: Script) -> None:
    """Mostly restore an account to meet its market's requirements; otherwise change something about it."""
    account_id = s.rng.choice(list(s.world.accounts))
    market = s.rng.choice(MARKETS) if s.rng.random() < 0.2 else s.world.accounts[account_id]["region"]
    if market not in MARKETS:
        market = "GB"
    odd = {} if s.rng.random() < 0.55 else random_facts(s, market)
    if s.rng.random() < 0.4:
        edges = [at for at, of, _ in s.world.corrections if of == account_id] or [s.now]
        odd["facts_as_of"] = s.text(
            min(s.now, plus(s.rng.choice(edges), s.rng.choice((-TICK, timedelta(0), TICK))))
        )
    s.account(account_id, market, **odd)


def random_change_account(s: Script) -> None:
    """Change single facts, mostly what holds a link in review; null leaves a fact as it is."""
    _, account_id = some_link(s, "in_review")
    market = s.world.accounts.get(account_id, {"region": "GB"})["region"]
    facts = s.rng.choice(
        ({}, {"commerce_permission": "granted"}, {"registered_in": market}, {"status": "normal"})
    )
    s.do(
        "change_account",
        account_id=account_id,
        **(facts if s.rng.random() < 0.6 else random_facts(s, market)),
    )


def random_change_shop(s: Script) -> None:
    """Mostly back to normal."""
    status = s.rng.choice(("normal", "normal", "abnormal", None))
    s.do(
        "change_shop",
        shop_id=some_shop(s),
        **s.rng.choice(({"status": status}, {"name": "n", "status": status})),
    )


def random_correct_account(s: Script) -> None:
    """Mostly correct what holds a link in review."""
    _, account_id = some_link(s, "in_review")
    account = s.world.accounts.get(account_id, {"region": "GB"})
    choices: tuple[Fields, ...] = (
        {"registered_in": account["region"]},
        {"registered_in": account["region"]},
        {"registered_in": s.rng.choice(("ID", "US"))},
        {"birth_date": "1990-02-28"},
        {"birth_date": birth_date_near(s)},
        {"region": s.rng.choice(MARKETS)},
        {},
    )
    s.do("correct_account", account_id=account_id, note="seen", **s.rng.choice(choices))


def some_role(s: Script, shop_id: str) -> str:
    """Mostly a role for which this shop has a slot left."""
    shop = s.world.shops.get(shop_id)
    roles = ["official", "marketing", "marketing"]
    if shop is not None and s.rng.random() < 0.8:
        roles = [role for role in roles if not s.world.slots(shop, role, None)] or roles
    return s.rng.choice(roles)


def random_invite(s: Script) -> None:
    """Mostly a free account of this market."""
    shop_id = some_shop(s)
    free = free_accounts(s, market_of(shop_id))
    courted = [link["account_id"] for link in s.world.links if link["status"] == "invited"]
    courted = [account_id for account_id in free if account_id in courted]
    if courted and s.rng.random() < 0.4:
        account_id = s.rng.choice(courted)  # invited by some shop already
    else:
        account_id = s.rng.choice(free if free and s.rng.random() < 0.85 else known_accounts(s))
    role = some_role(s, shop_id)
    fields: Fields = {"settlement": s.rng.choice((None, "own", "offline"))} if s.rng.random() < 0.2 else {}
    region = network(s, shop_id)
    s.do("invite", shop_id=shop_id, account_id=account_id, role=role, network_region=region, **fields)


def random_accept(s: Script) -> None:
    """Accept an open invitation."""
    shop_id, account_id = some_link(s, "invited")
    s.do("accept", shop_id=shop_id, account_id=account_id, network_region=network(s, shop_id))


def random_decline(s: Script) -> None:
    """Decline, or withdraw."""
    shop_id, account_id = some_link(s, "invited", "in_review")
    s.pair(s.rng.choice(("decline", "withdraw")), shop_id, account_id)


def random_request(s: Script) -> None:
    """Request an unlink."""
    shop_id, account_id = some_link(s, "linked", requested=False)
    s.do("request_unlink", shop_id=shop_id, account_id=account_id, network_region=network(s, shop_id))


def random_answer(s: Script) -> None:
    """Answer an unlink request, or take it back."""
    shop_id, account_id = some_link(s, "linked", requested=True)
    answers = ("withdraw_unlink_request", "refuse_unlink", "approve_unlink", "approve_unlink", "unlink")
    s.pair(s.rng.choice(answers), shop_id, account_id)


def random_unlink(s: Script) -> None:
    """A shop unlinks."""
    s.pair("unlink", *some_link(s, "linked"))


def random_revoke(s: Script) -> None:
    """The platform revokes."""
    s.pair("revoke", *some_link(s, *LIVE), note="fraud")


def random_import(s: Script) -> None:
    """Import a link whose ends are near the ends of others of this account."""
    account_id = s.rng.choice(known_accounts(s))
    own = [link for link in s.world.links if link["account_id"] == account_id and link["linked_at"]]
    edges = [edge for link in own for edge in (link["linked_at"], link["ended_at"]) if edge]
    edges += [s.now, s.now - s.rng.randint(1, 400) * DAY, s.now - s.rng.randint(1, 400) * HOUR]
    start = plus(s.rng.choice(edges), s.rng.choice((timedelta(0), timedelta(0), TICK, -DAY)))
    end: datetime | None = plus(start, s.rng.choice((DAY, 10 * DAY, timedelta(0), HOUR, -TICK)))
    later = [edge for edge in edges if edge > start]
    if later and s.rng.random() < 0.5:
        end = min(later)
    if s.rng.random() < 0.35:
        end = None
    s.history(some_shop(s), account_id, start, end, s.rng.choice(("official", "marketing")))


def random_grant(s: Script) -> None:
    """Mostly a reason that may be waived for the subject."""
    until = s.rng.choice((None, wire(s.now + s.rng.randint(0, 90) * DAY), wire(s.now + TICK)))
    codes = RULEBOOKS[GUIDE]["waivable"]
    code = s.rng.choice(codes["shop"] + codes["account"]) if s.rng.random() < 0.85 else s.rng.choice(ORDER)
    if code in codes["account"] and s.rng.random() < 0.7:
        subject = {"account_id": s.rng.choice(known_accounts(s))}
    else:
        subject = {"shop_id": some_shop(s)}
    s.do("grant_waiver", code=code, note="ticket", until=until, **subject)


def random_end(s: Script) -> None:
    """Mostly a waiver that is in force."""
    in_force = [waiver for waiver in s.world.waivers if s.world.waiver_in_force(waiver)]
    if in_force and s.rng.random() < 0.9:
        waiver = s.rng.choice(in_force)
        s.do("end_waiver", code=waiver["code"], note="used", **waiver["subject"])
    else:
        s.do("end_waiver", code=s.rng.choice(ORDER), note="none", shop_id=some_shop(s))


def random_activate(s: Script) -> None:
    """Now, soon, at the start of another, or (refused) in the past."""
    name = s.rng.choice((GUIDE, UNIVERSITY)) if s.rng.random() < 0.93 else "nonsense"
    starts = [s.now, s.now + s.rng.randint(1, 300) * HOUR, next_midnight(s.now, s.rng.randint(1, 30))]
    starts += [one["effective_from"] for one in s.world.activations if one["effective_from"] >= s.now]
    starts += [link["expires_at"] for link in s.world.links if link["status"] == "invited"]
    start = s.rng.choice(starts) if s.rng.random() < 0.93 else s.now - TICK
    s.activate(name, s.rng.choice(MARKETS), start)


def random_cancel(s: Script) -> None:
    """Mostly a start that is ahead; sometimes one that has come, or none."""
    ahead = [one for one in s.world.activations if one["effective_from"] > s.now]
    some = ahead if ahead and s.rng.random() < 0.9 else s.world.activations
    if some:
        one = s.rng.choice(some)
        start, name = s.text(one["effective_from"]), one["name"]
        s.do("cancel_activation", name=name, market=one["market"], effective_from=start, note="not yet")
    else:
        s.do("cancel_activation", name=GUIDE, market="GB", effective_from=s.text(s.now), note="none")


# weight, command, and the status of the link that it needs
RANDOM: tuple[tuple[int, Callable[[Script], None], tuple[str, ...]], ...] = (
    (3, random_put_shop, ()),
    (8, random_put_account, ()),
    (4, random_change_account, ()),
    (2, random_change_shop, ()),
    (4, random_correct_account, ()),
    (20, random_invite, ()),
    (18, random_accept, ("invited",)),
    (4, random_decline, ("invited", "in_review")),
    (9, random_request, ("linked",)),
    (10, random_answer, ("linked",)),
    (4, random_unlink, ("linked",)),
    (3, random_revoke, LIVE),
    (6, random_import, ()),
    (3, random_grant, ()),
    (3, random_end, ()),
    (4, random_activate, ()),
    (2, random_cancel, ()),
)


# -------------------------------------------------------------------- random streams


def edges_of_links(s: Script) -> list[datetime]:
    """The instants at which a link's age or deadline changes an answer."""
    edges = []
    for link in s.world.links:
        if link["status"] == "invited":
            edges.append(link["expires_at"])
        if link["linked_at"] is not None:
            edges += [plus(link["linked_at"], MINIMUM), plus(link["linked_at"], WINDOW)]
        if link["requested_at"] is not None:
            edges.append(plus(link["requested_at"], ANSWER))
    return edges


def edges_ahead(s: Script) -> list[datetime]:
    """Every coming instant at which an answer changes, the nearest first."""
    edges = edges_of_links(s)
    edges += [waiver["until"] for waiver in s.world.waivers if waiver["until"] and not waiver["ended"]]
    edges += [one["effective_from"] for one in s.world.activations]
    born = [account["birth_date"] for account in s.world.accounts.values()]
    edges += [birthday(one, 18) for one in born if one is not None]
    return sorted({edge for edge in edges if edge > s.now})


def random_wait(s: Script) -> None:
    """Let time pass: often not at all, often exactly to an edge or a microsecond beside it, sometimes for months."""
    dice = s.rng.random()
    if dice < 0.45:
        return
    if dice < 0.65:
        s.wait(s.rng.randint(1, 300) * timedelta(minutes=1))
    elif dice < 0.90:
        edges = edges_ahead(s)[:6]
        if edges:
            s.until(s.rng.choice(edges) + s.rng.choice((-TICK, timedelta(0), timedelta(0), TICK)))
    elif dice < 0.98:
        s.wait(s.rng.randint(1, 8) * DAY)
    else:
        s.wait(s.rng.randint(20, 120) * DAY)


def random_step(s: Script) -> None:
    """One random command of some kind; usually an invitation where there is no link for that kind."""
    _, make, statuses = s.rng.choices(RANDOM, [weight for weight, _, _ in RANDOM])[0]
    there_is_one = any(link["status"] in statuses for link in s.world.links)
    if statuses and not there_is_one and s.rng.random() < 0.8:
        random_invite(s)
    else:
        make(s)


def begin_story(s: Script, story: Callable[[Script], Steps]) -> Steps:
    """Begin a story, mostly with shops in good standing."""
    for shop_id in SHOPS:
        if s.world.shops[shop_id]["status"] != "normal" and s.rng.random() < 0.8:
            s.put_shop(shop_id, "normal")
    return story(s)


def random_stream(rng: random.Random, length: int) -> list[Command]:
    """A stream of this many commands: random ones, with stories woven in between."""
    s = Script(rng)
    s.universe()
    woven = [story for story in STORIES if story not in NOT_WOVEN]
    running: list[Steps] = []
    while len(s.commands) < length:
        if len(running) < 2 and rng.random() < 0.08:
            running.append(begin_story(s, rng.choice(woven)))
        if running and rng.random() < 0.5:
            story = rng.choice(running)
            if next(story, StopIteration) is StopIteration:
                running.remove(story)
        else:
            random_wait(s)
            random_step(s)
    return s.commands[:length]


def reading(command: Command) -> datetime:
    """The instant of a command, to check the order of a stream."""
    return instant(command["at"])
