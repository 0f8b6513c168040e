"""A deliberately naive implementation of domain.md: flat lists, full scans, one due event at a time.

The core is compared with it, so nothing here is clever and speed does not matter. "s2" … "s9" in the
comments are the sections of domain.md that a line comes from.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

Command = dict[str, Any]
Event = dict[str, Any]
Reason = dict[str, Any]
Shop = dict[str, Any]
Account = dict[str, Any]
Link = dict[str, Any]
Waiver = dict[str, Any]
Activation = dict[str, Any]
Rulebook = dict[str, Any]
Due = tuple[datetime, int, int]

MIN = datetime.min.replace(tzinfo=UTC)
MAX = datetime.max.replace(tzinfo=UTC)

LIVE = ("invited", "in_review", "linked")  # s3

# s4, first column of values. None is "no limit", or "stays open".
GUIDE: Rulebook = {
    "slots": {
        "open": {"official": 1, "marketing": 0},
        "invited": {"official": 1, "marketing": 4},
    },
    "invitation_lifetime": timedelta(hours=48),
    "minimum_link_age": timedelta(hours=24),
    "official_unlinks_per_shop": 3,
    "window": timedelta(days=180),
    "marketing_links_per_shop": 10,
    "marketing_links_per_account": None,
    "shop_may_unlink_alone": False,
    "minimum_age": 18,
    "unanswered_request_approves_after": None,
    "network_asked_of": ("shop", "creator"),
    "registrations_not_correctable": ("US",),
    "waivable": {
        "shop": ("shop.link_quota_spent", "shop.unlink_quota_spent", "link.younger_than_minimum"),
        "account": ("account.link_quota_spent", "link.younger_than_minimum"),
    },
}

# s4, second column of values.
SELLER_UNIVERSITY: Rulebook = {
    "slots": {
        "open": {"official": 1, "marketing": 4},
        "invited": {"official": 1, "marketing": 4},
    },
    "invitation_lifetime": timedelta(hours=48),
    "minimum_link_age": timedelta(hours=24),
    "official_unlinks_per_shop": 3,
    "window": timedelta(days=180),
    "marketing_links_per_shop": None,
    "marketing_links_per_account": 10,
    "shop_may_unlink_alone": True,
    "minimum_age": 18,
    "unanswered_request_approves_after": timedelta(days=7),
    "network_asked_of": ("shop", "creator"),
    "registrations_not_correctable": ("US",),
    "waivable": {
        "shop": ("shop.link_quota_spent", "shop.unlink_quota_spent", "link.younger_than_minimum"),
        "account": ("account.link_quota_spent", "link.younger_than_minimum"),
    },
}

RULEBOOKS: dict[str, Rulebook] = {"guide-2024-11": GUIDE, "seller-university-2025": SELLER_UNIVERSITY}

# s5: every code, in the only order, with its next_actor where the code alone decides it.
REASONS: dict[str, str | None] = {
    "shop.not_found": "nobody",
    "account.not_found": "nobody",
    "link.not_found": "nobody",
    "rulebook.not_found": "nobody",
    "waiver.not_found": "nobody",
    "rulebook.activation_not_found": "nobody",
    "shop.decided_elsewhere": "shop",
    "shop.decided_here": "nobody",
    "link.invitation_expired": "shop",
    "link.wrong_state": "nobody",
    "shop.market_fixed": "nobody",
    "shop.enrolment_fixed": "nobody",
    "link.date_out_of_order": "nobody",
    "account.links_overlap": "nobody",
    "waiver.not_allowed": "nobody",
    "rulebook.date_in_past": "nobody",
    "unlink.already_requested": "shop",
    "unlink.not_requested": "creator",
    "unlink.needs_creator_request": "creator",
    "link.younger_than_minimum": "clock",
    "shop.status_not_normal": "shop",
    "account.status_not_normal": "creator",
    "account.age_unknown": "support",
    "account.under_age": "clock",
    "account.region_mismatch": None,
    "account.registration_mismatch": None,
    "account.commerce_permission_revoked": "creator",
    "network.region_mismatch": None,
    "account.already_linked": "creator",
    "link.already_invited": "creator",
    "shop.role_not_available": "nobody",
    "shop.slots_full": "shop",
    "shop.link_quota_spent": None,
    "account.link_quota_spent": "clock",
    "shop.unlink_quota_spent": "platform",
}
ORDER = list(REASONS)

EVENTS = (
    "shop.recorded",
    "account.recorded",
    "account.corrected",
    "link.invited",
    "link.accepted",
    "link.superseded",
    "link.established",
    "link.expired",
    "link.declined",
    "link.withdrawn",
    "link.unlinked",
    "link.revoked",
    "link.imported",
    "link.invitation_recorded",
    "link.acceptance_recorded",
    "link.end_recorded",
    "unlink.requested",
    "unlink.request_recorded",
    "unlink.withdrawn",
    "unlink.refused",
    "waiver.granted",
    "waiver.ended",
    "rulebook.activated",
    "rulebook.activation_cancelled",
)


def instant(text: str) -> datetime:
    """Read an RFC 3339 instant as UTC."""
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def wire(at: datetime) -> str:
    """Format an instant with Z and as short as possible."""
    text = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def to_wire(result: dict[str, Any]) -> dict[str, Any]:
    """The same value with every instant as text."""
    events = [{**event, "at": wire(event["at"])} for event in result["events"]]
    reasons = [
        {**reason, "possible_at": None if reason["possible_at"] is None else wire(reason["possible_at"])}
        for reason in result["reasons"]
    ]
    return {**result, "events": events, "reasons": reasons}


def plus(at: datetime, duration: timedelta) -> datetime:
    """Add, clamped to the representable instants."""
    try:
        return at + duration
    except OverflowError:
        return MAX if duration > timedelta(0) else MIN


def birthday(birth_date: date, age: int) -> datetime:
    """The instant at which a person reaches an age: 00:00 UTC, 29 February counts as 1 March (s5)."""
    year = birth_date.year + age
    if year > 9999:
        return MAX
    if (birth_date.month, birth_date.day) == (2, 29):
        return datetime(year, 3, 1, tzinfo=UTC)
    return datetime(year, birth_date.month, birth_date.day, tzinfo=UTC)


def reason(code: str, next_actor: str | None = None, possible_at: datetime | None = None) -> Reason:
    """A reason of s5; the next actor is that of the table unless the caller names one."""
    actor = next_actor or REASONS[code]
    assert actor is not None, code
    return {"code": code, "next_actor": actor, "possible_at": possible_at}


def when_enough_are_back(returns: list[datetime], needed: int) -> datetime | None:
    """The instant at which `needed` of these units have returned; None if there are fewer (s5)."""
    return sorted(returns)[needed - 1] if len(returns) >= needed else None


def both(link: Link) -> dict[str, str]:
    """The ids of a link that its events carry."""
    return {"shop_id": link["shop_id"], "account_id": link["account_id"]}


class Naive:
    """The whole world in memory, which executes one command after another."""

    def __init__(self, rulebook: str = "guide-2024-11") -> None:
        """An empty world with one rulebook in force in every market."""
        self.first_rulebook = rulebook
        self.now = MIN
        self.shops: dict[str, Shop] = {}
        self.accounts: dict[str, Account] = {}
        self.links: list[Link] = []  # in order recorded
        self.waivers: list[Waiver] = []  # in order recorded
        self.activations: list[Activation] = []  # in order recorded
        self.corrections: list[tuple[datetime, str, list[str]]] = []  # when, of whom, which facts
        self.mirrored: set[str] = set()  # shops that were ever decided elsewhere: slots are not asked there
        self.events: list[Event] = []
        self.warnings: list[str] = []

    def run(self, command: Command) -> dict[str, Any]:
        """Apply what is due at or before the command's instant (s3), then decide and execute the command."""
        at = instant(command["at"])
        assert at >= self.now, "time does not run backwards"
        self.events, self.warnings = [], []
        self.let_time_pass(at)
        reasons = getattr(self, "do_" + command["command"])(command)
        reasons.sort(key=lambda one: ORDER.index(one["code"]))  # s5: "the order of this table"
        if not reasons:
            self.let_time_pass(at)  # what the command made due at this same instant
        return {
            "outcome": "refused" if reasons else "accepted",
            "events": self.events,
            "warnings": self.warnings,
            "reasons": reasons,
        }

    def check(self) -> None:
        """Assert the properties 1 to 3 of s9 as of now."""
        for account_id in self.accounts:
            own = [link for link in self.links if link["account_id"] == account_id]
            # 1: now, at most one is in review or linked; at any past instant at most one was linked
            assert len([link for link in own if link["status"] in ("in_review", "linked")]) <= 1, account_id
            periods = [(one["linked_at"], one["ended_at"]) for one in own if one["linked_at"] is not None]
            for number, (start, end) in enumerate(periods):
                for other_start, other_end in periods[:number]:
                    latest_start = max(start, other_start)
                    first_end = min(end or MAX, other_end or MAX)
                    assert latest_start >= first_end, (account_id, start, other_start)
            # 3: a pair has at most one live link
            live_with = [link["shop_id"] for link in own if link["status"] in LIVE]
            assert len(live_with) == len(set(live_with)), account_id
        for shop in self.shops.values():
            for role in ("official", "marketing"):
                if shop["shop_id"] not in self.mirrored:
                    self._check_slots(shop, role)

    def _check_slots(self, shop: Shop, role: str) -> None:
        # s9, 2: no more live links than slots, unless a rulebook reduced the slots later. What was
        # recorded before a live link and is live now was live then too, so it fitted the rulebook in force then.
        live = [
            link
            for link in self.links
            if link["shop_id"] == shop["shop_id"] and link["role"] == role and link["status"] in LIVE
        ]
        for number, link in enumerate(live, start=1):
            slots = RULEBOOKS[link["rulebook"]]["slots"][shop["enrolment"]][role]
            assert number <= slots, (shop["shop_id"], role)

    def let_time_pass(self, until: datetime) -> None:
        """Apply the earliest due event, repeatedly, until nothing is due."""
        while True:
            due = [one for one in self.everything_due() if one[0] <= until]
            if not due:
                break
            # s3: in order of the due instant; ties: the start of a rulebook, then the link recorded first
            at, kind, number = min(due)
            self.now = at  # with the due instant
            if kind == 0:
                self.start_rulebook(self.activations[number])
            else:
                self.do_due(self.links[number])
        self.now = until

    def everything_due(self) -> list[Due]:
        """Everything that the clock will do: (instant, 0 for a rulebook or 1 for a link, its number)."""
        due: list[Due] = []
        for number, activation in enumerate(self.activations):
            if not activation["started"]:
                due.append((activation["effective_from"], 0, number))
        for number, link in enumerate(self.links):
            at = self.due_of_link(link)
            if at is not None:
                due.append((at, 1, number))
        return due

    def due_of_link(self, link: Link) -> datetime | None:
        """The instant at which the clock changes this link, as far as is known now."""
        if link["status"] == "invited":  # an expiry; an invitation keeps its original deadline (s4)
            expires_at: datetime = link["expires_at"]
            return expires_at
        if self.shops[link["shop_id"]]["decided"] == "elsewhere":
            return None  # mirror.md 2: there, time ends nothing but invitations
        if link["status"] == "in_review":
            return self.birthday_that_releases(link)
        if link["status"] == "linked" and link["requested_at"] is not None:
            return self.end_of_unanswered_request(link)
        return None

    def do_due(self, link: Link) -> None:
        """Apply what is due for this link now."""
        if link["status"] == "invited":
            self.end(link, "expired")
        elif link["status"] == "in_review":
            self.review(link)
        else:
            self.end(link, "unlinked")  # approved by the clock, with no rule checked again (s4)

    def birthday_that_releases(self, link: Link) -> datetime | None:
        """The next birthday at which the review of this link passes (s6, *Review*)."""
        born = self.accounts[link["account_id"]]["birth_date"]
        if born is None:
            return None
        for start, end, rulebook in self.timeline(self.shops[link["shop_id"]]["market"]):
            at = birthday(born, rulebook["minimum_age"])
            in_force = start <= at and (end is None or at < end)
            if in_force and at >= self.now and not self.held_by(link, at):
                return at
        return None

    def end_of_unanswered_request(self, link: Link) -> datetime | None:
        """The instant at which the clock approves an open unlink request (s4); if a start makes it overdue, that start (s3)."""
        for start, end, rulebook in self.timeline(self.shops[link["shop_id"]]["market"]):
            period = rulebook["unanswered_request_approves_after"]
            if period is not None:
                at = max(start, plus(link["requested_at"], period))
                if end is None or at < end:
                    return at
        return None

    def timeline(self, market: str) -> list[tuple[datetime, datetime | None, Rulebook]]:
        """The periods [start, end) of this market with the rulebook that is in force in each."""
        names = {MIN: self.first_rulebook}
        for activation in self.activations:
            if activation["market"] == market:
                names[activation["effective_from"]] = activation["name"]
        starts = sorted(names)
        ends: list[datetime | None] = [*starts[1:], None]
        return [(start, end, RULEBOOKS[names[start]]) for start, end in zip(starts, ends, strict=True)]

    def rulebook(self, market: str, at: datetime) -> Rulebook:
        """The rulebook in force in a market at an instant."""
        return [rulebook for start, _, rulebook in self.timeline(market) if start <= at][-1]

    def rulebook_name(self, market: str) -> str:
        """The name of the rulebook in force in a market now."""
        in_force = self.rulebook(market, self.now)
        return next(name for name, rulebook in RULEBOOKS.items() if rulebook is in_force)

    def start_rulebook(self, activation: Activation) -> None:
        """A rulebook's start: held links of its market are reviewed (s6, `activate_rulebook`)."""
        activation["started"] = True
        for link in self.links:
            if self.shops[link["shop_id"]]["market"] == activation["market"]:
                self.review(link)

    def event(self, kind: str, **ids: Any) -> None:
        """Record an event of this instant."""
        self.events.append({"type": kind, "at": self.now, **ids})

    def end(self, link: Link, status: str) -> None:
        """A link reaches a terminal status (s3)."""
        link["status"] = status
        link["ended_at"] = self.now
        link["requested_at"] = None
        self.event("link." + status, **both(link))

    def review(self, link: Link) -> None:
        """s6, *Review*: establish a link in review at this instant if nothing holds it any more."""
        decided_here = (
            self.shops[link["shop_id"]]["decided"] == "here"
        )  # mirror.md 2: a review there is not ours
        if decided_here and link["status"] == "in_review" and not self.held_by(link, self.now):
            link["status"] = "linked"
            link["linked_at"] = self.now
            self.event("link.established", **both(link))

    def review_of_shop(self, shop_id: str) -> None:
        """Review this shop's links, in the order recorded."""
        for link in self.links:
            if link["shop_id"] == shop_id:
                self.review(link)

    def review_of_account(self, account_id: str) -> None:
        """Review this account's link."""
        for link in self.links:
            if link["account_id"] == account_id:
                self.review(link)

    def supersede_invitations(self, account_id: str, except_for: Link | None = None) -> None:
        """Supersede every `invited` link of this account, in the order recorded (s6)."""
        for link in self.links:
            if link["account_id"] == account_id and link["status"] == "invited" and link is not except_for:
                self.end(link, "superseded")

    def record_link(self, shop: Shop, account: Account, role: str, status: str) -> Link:
        """Add a link (s2) to the end of the list."""
        link = {
            "shop_id": shop["shop_id"],
            "account_id": account["account_id"],
            "role": role,
            "status": status,
            "invited_at": None,
            "expires_at": None,
            "accepted_at": None,
            "linked_at": None,
            "ended_at": None,
            "requested_at": None,
            "rulebook": self.rulebook_name(shop["market"]),
        }
        self.links.append(link)
        return link

    def link_of(self, command: Command) -> Link | None:
        """s6, last line: the live link of the pair, or else its newest (the one recorded last)."""
        pair = [
            link
            for link in self.links
            if link["shop_id"] == command["shop_id"] and link["account_id"] == command["account_id"]
        ]
        live = [link for link in pair if link["status"] in LIVE]
        if live:
            return live[-1]  # s9, 3: there is only one
        return pair[-1] if pair else None

    def gate(self, command: Command, *statuses: str) -> tuple[Link, list[Reason]]:
        """The link of the command, and the reasons why the command does not apply to it."""
        link = self.link_of(command)
        if link is None:
            return {}, [reason("link.not_found")]
        decided = self.shops[link["shop_id"]]["decided"]
        if decided == "elsewhere" and not command["command"].startswith("record_"):
            return link, [reason("shop.decided_elsewhere")]
        if decided == "here" and command["command"].startswith("record_"):
            return link, [reason("shop.decided_here")]
        if link["status"] in statuses:
            return link, []
        if command["command"] == "accept" and link["status"] == "expired":
            return link, [reason("link.invitation_expired")]
        return link, [reason("link.wrong_state")]

    def not_found(self, shop_id: str | None, account_id: str | None) -> list[Reason]:
        """s5, first gate: both reasons may hold. A side that the command does not name is None."""
        found = []
        if shop_id is not None and shop_id not in self.shops:
            found.append(reason("shop.not_found"))
        if account_id is not None and account_id not in self.accounts:
            found.append(reason("account.not_found"))
        return found

    def standing(self, shop: Shop, account: Account, at: datetime) -> list[Reason]:
        """s6, *Standing*."""
        found = []
        if shop["status"] != "normal":
            found.append(reason("shop.status_not_normal"))
        if account["status"] != "normal":
            found.append(reason("account.status_not_normal"))
        if account["birth_date"] is None:
            found.append(reason("account.age_unknown"))
        else:
            of_age_at = birthday(account["birth_date"], self.rulebook(shop["market"], at)["minimum_age"])
            if at < of_age_at:
                found.append(reason("account.under_age", possible_at=of_age_at))
        return found + self.region(shop, account, at)

    def who_corrects(self, shop: Shop, account: Account, at: datetime) -> str:
        """s5: support; nobody if support cannot correct the country `registered_in`."""
        fixed = self.rulebook(shop["market"], at)["registrations_not_correctable"]
        return "nobody" if account["registered_in"] in fixed else "support"

    def region(self, shop: Shop, account: Account, at: datetime) -> list[Reason]:
        """s5, `account.region_mismatch`."""
        if account["region"] == shop["market"]:
            return []
        return [reason("account.region_mismatch", self.who_corrects(shop, account, at))]

    def only_in_review(self, shop: Shop, account: Account, at: datetime) -> list[Reason]:
        """s5: what holds a link in review but does not block an invitation."""
        found = []
        if account["registered_in"] != shop["market"]:
            found.append(reason("account.registration_mismatch", self.who_corrects(shop, account, at)))
        if account["commerce_permission"] == "revoked":
            found.append(reason("account.commerce_permission_revoked"))
        return found

    def held_by(self, link: Link, at: datetime) -> list[Reason]:
        """s6, *Review*: what holds this link in review at an instant; network, slots and quotas are not checked."""
        shop, account = self.shops[link["shop_id"]], self.accounts[link["account_id"]]
        return self.standing(shop, account, at) + self.only_in_review(shop, account, at)

    def network(self, shop: Shop, command: Command, acting: str) -> list[Reason]:
        """s5, `network.region_mismatch`: elsewhere or unknown, if the rulebook asks for the acting side's network."""
        asked = acting in self.rulebook(shop["market"], self.now)["network_asked_of"]
        if (
            asked and command["network_region"] != shop["market"]
        ):  # null means unknown and never matches the market
            return [reason("network.region_mismatch", acting)]
        return []

    def already_linked(self, account: Account, except_for: Link | None = None) -> list[Reason]:
        """s5, `account.already_linked`: in review or linked, with any shop."""
        for link in self.links:
            if (
                link is not except_for
                and link["account_id"] == account["account_id"]
                and link["status"] in ("in_review", "linked")
            ):
                return [reason("account.already_linked")]
        return []

    def already_invited(self, shop: Shop, account: Account) -> list[Reason]:
        """s5, `link.already_invited`: by this shop, in either role."""
        for link in self.links:
            pair = link["shop_id"] == shop["shop_id"] and link["account_id"] == account["account_id"]
            if pair and link["status"] == "invited":
                return [reason("link.already_invited", possible_at=link["expires_at"])]
        return []

    def slots(self, shop: Shop, role: str, except_for: Link | None) -> list[Reason]:
        """s5, `shop.role_not_available`, else `shop.slots_full`; one link may be left out of the count."""
        slots = self.rulebook(shop["market"], self.now)["slots"][shop["enrolment"]][role]
        if slots == 0:
            return [reason("shop.role_not_available")]
        live = [
            link
            for link in self.links
            if link is not except_for
            and link["shop_id"] == shop["shop_id"]
            and link["role"] == role
            and link["status"] in LIVE
        ]
        if len(live) < slots:
            return []
        expiries = [link["expires_at"] for link in live if link["status"] == "invited"]
        needed = len(live) - slots + 1
        return [reason("shop.slots_full", possible_at=when_enough_are_back(expiries, needed))]

    def leaves_window(self, link: Link, rulebook: Rulebook) -> datetime | None:
        """When an established link leaves the rolling window; None if it is not (or no longer) in it (s5)."""
        if link["linked_at"] is None or not link["linked_at"] > plus(self.now, -rulebook["window"]):
            return None
        return plus(link["linked_at"], rulebook["window"])

    def shop_quota(self, shop: Shop, role: str, except_for: Link | None) -> list[Reason]:
        """s5, `shop.link_quota_spent`."""
        rulebook = self.rulebook(shop["market"], self.now)
        limit = rulebook["marketing_links_per_shop"]
        if role != "marketing" or limit is None:
            return []
        units = 0
        returns = []
        for link in self.links:
            if link is except_for or link["shop_id"] != shop["shop_id"] or link["role"] != role:
                continue
            leaves = self.leaves_window(link, rulebook)
            if leaves is not None:  # established in the window, ended or not
                units += 1
                returns.append(leaves)
            elif link["status"] == "invited":  # its unit returns when it expires
                units += 1
                returns.append(link["expires_at"])
            elif link["status"] == "in_review":  # its unit does not return by itself
                units += 1
        if units < limit:
            return []
        possible_at = when_enough_are_back(returns, units - limit + 1)
        return [reason("shop.link_quota_spent", "shop" if possible_at is None else "clock", possible_at)]

    def account_quota(self, shop: Shop, account: Account, role: str) -> list[Reason]:
        """s5, `account.link_quota_spent`: across shops, established ones only."""
        rulebook = self.rulebook(shop["market"], self.now)
        limit = rulebook["marketing_links_per_account"]
        if role != "marketing" or limit is None:
            return []
        returns = []
        for link in self.links:
            if link["account_id"] == account["account_id"] and link["role"] == role:
                leaves = self.leaves_window(link, rulebook)
                if leaves is not None:
                    returns.append(leaves)
        if len(returns) < limit:
            return []
        possible_at = when_enough_are_back(returns, len(returns) - limit + 1)
        return [reason("account.link_quota_spent", possible_at=possible_at)]

    def room(self, shop: Shop, account: Account, role: str, except_for: Link | None) -> list[Reason]:
        """s6, *Room*."""
        return (
            self.slots(shop, role, except_for)
            + self.shop_quota(shop, role, except_for)
            + self.account_quota(shop, account, role)
        )

    def too_young(self, link: Link) -> list[Reason]:
        """s5, `link.younger_than_minimum`."""
        rulebook = self.rulebook(self.shops[link["shop_id"]]["market"], self.now)
        possible_at = plus(link["linked_at"], rulebook["minimum_link_age"])
        if self.now < possible_at:
            return [reason("link.younger_than_minimum", possible_at=possible_at)]
        return []

    def unlink_quota(self, link: Link) -> list[Reason]:
        """s5, `shop.unlink_quota_spent`: all official links that were ever `unlinked`, without revoked ones."""
        if link["role"] != "official":
            return []
        spent = [
            one
            for one in self.links
            if one["shop_id"] == link["shop_id"] and one["role"] == "official" and one["status"] == "unlinked"
        ]
        limit = self.rulebook(self.shops[link["shop_id"]]["market"], self.now)["official_unlinks_per_shop"]
        return [reason("shop.unlink_quota_spent")] if len(spent) >= limit else []

    def waiver_in_force(self, waiver: Waiver) -> bool:
        """s6, `grant_waiver`: while now < `until`, and not ended."""
        return not waiver["ended"] and (waiver["until"] is None or self.now < waiver["until"])

    def not_waived(self, reasons: list[Reason], shop_id: str, account_id: str) -> list[Reason]:
        """Leave out the reasons that are waived for this shop or for this account, and no others."""
        waived = [
            waiver["code"]
            for waiver in self.waivers
            if self.waiver_in_force(waiver)
            and waiver["subject"] in ({"shop_id": shop_id}, {"account_id": account_id})
        ]
        return [one for one in reasons if one["code"] not in waived]

    # Each command returns the reasons against it; without reasons it has been executed.

    def do_put_shop(self, command: Command) -> list[Reason]:
        """`put_shop` replaces: an omitted optional field takes its default."""
        shop = {
            "shop_id": command["shop_id"],
            "market": command["market"],
            "enrolment": command["enrolment"],
            "name": command.get("name") or "",
            "status": command.get("status") or "normal",
            "decided": command.get("decided")
            or self.shops.get(command["shop_id"], {"decided": "here"})["decided"],
        }
        recorded = self.shops.get(shop["shop_id"])
        reasons = []
        if recorded is not None and recorded["market"] != shop["market"]:
            reasons.append(reason("shop.market_fixed"))
        if recorded is not None and recorded["enrolment"] != shop["enrolment"]:
            reasons.append(reason("shop.enrolment_fixed"))
        if reasons:
            return reasons
        self.record_shop(shop)
        return []

    def record_shop(self, shop: Shop) -> None:
        """Record facts (s6: only if something changed), then review."""
        before = self.shops.get(shop["shop_id"], shop)
        if shop != self.shops.get(shop["shop_id"]):
            self.shops[shop["shop_id"]] = shop
            self.event("shop.recorded", shop_id=shop["shop_id"])
            if shop["decided"] == "elsewhere":
                self.mirrored.add(shop["shop_id"])
        self.review_of_shop(shop["shop_id"])
        if before["decided"] != shop["decided"]:
            # mirror.md 1: what time would have decided meanwhile is due now, not before
            for link in self.links:
                at = self.due_of_link(link) if link["shop_id"] == shop["shop_id"] else None
                if link["status"] == "linked" and at is not None and at <= self.now:
                    self.end(link, "unlinked")

    def do_change_shop(self, command: Command) -> list[Reason]:
        """`change_shop` changes only the fields given; null means omitted."""
        reasons = self.not_found(command["shop_id"], None)
        if reasons:
            return reasons
        given = {
            name: command[name] for name in ("name", "status", "decided") if command.get(name) is not None
        }
        self.record_shop({**self.shops[command["shop_id"]], **given})
        return []

    def do_put_account(self, command: Command) -> list[Reason]:
        """`put_account` replaces: an omitted optional field takes its default (s2, s6)."""
        born = command.get("birth_date")
        account = {
            "account_id": command["account_id"],
            "handle": command.get("handle") or "",
            "region": command["region"],
            "registered_in": command.get("registered_in") or command["region"],
            "birth_date": None if born is None else date.fromisoformat(born),
            "status": command.get("status") or "normal",
            "commerce_permission": command.get("commerce_permission") or "granted",
            "followers": command.get("followers") or 0,
        }
        if command.get("facts_as_of") is not None and account["account_id"] in self.accounts:
            # s6: what a `correct_account` changed after that instant keeps its value, with one warning
            since = instant(command["facts_as_of"])
            for at, account_id, changed in self.corrections:
                if account_id == account["account_id"] and at > since:
                    for name in changed:
                        account[name] = self.accounts[account_id][name]
                    self.warnings = ["account.correction_kept"]
        self.record_account(account)
        return []

    def record_account(self, account: Account) -> None:
        """Record facts (s6: only if something changed), then review."""
        if account != self.accounts.get(account["account_id"]):
            self.accounts[account["account_id"]] = account
            self.event("account.recorded", account_id=account["account_id"])
        self.review_of_account(account["account_id"])

    def do_change_account(self, command: Command) -> list[Reason]:
        """`change_account` changes only the fields given; null means omitted."""
        reasons = self.not_found(None, command["account_id"])
        if reasons:
            return reasons
        account = dict(self.accounts[command["account_id"]])
        for name in account:
            if name != "account_id" and command.get(name) is not None:
                account[name] = command[name]
        if command.get("birth_date") is not None:
            account["birth_date"] = date.fromisoformat(command["birth_date"])
        self.record_account(account)
        return []

    def do_correct_account(self, command: Command) -> list[Reason]:
        """`correct_account` changes only the given fields; null is omitted (interfaces.md section 1)."""
        reasons = self.not_found(None, command["account_id"])
        if reasons:
            return reasons
        account = dict(self.accounts[command["account_id"]])
        if command.get("region") is not None:
            account["region"] = command["region"]
        if command.get("registered_in") is not None:
            account["registered_in"] = command["registered_in"]
        if command.get("birth_date") is not None:
            account["birth_date"] = date.fromisoformat(command["birth_date"])
        recorded = self.accounts[account["account_id"]]
        if account != recorded:
            changed = [name for name in account if account[name] != recorded[name]]
            self.corrections.append((self.now, account["account_id"], changed))
            self.accounts[account["account_id"]] = account
            self.event("account.corrected", account_id=account["account_id"])
        self.review_of_account(account["account_id"])
        return []

    def do_invite(self, command: Command) -> list[Reason]:
        """`invite`, by the shop."""
        reasons = self.not_found(command["shop_id"], command["account_id"])
        if reasons:
            return reasons
        shop, account = self.shops[command["shop_id"]], self.accounts[command["account_id"]]
        if shop["decided"] == "elsewhere":
            return [reason("shop.decided_elsewhere")]
        reasons = self.not_waived(
            self.standing(shop, account, self.now)
            + self.network(shop, command, "shop")
            + self.already_linked(account)
            + self.already_invited(shop, account)
            + self.room(shop, account, command["role"], None),
            command["shop_id"],
            command["account_id"],
        )
        if reasons:
            return reasons
        link = self.record_link(shop, account, command["role"], "invited")
        link["invited_at"] = self.now
        link["expires_at"] = plus(self.now, self.rulebook(shop["market"], self.now)["invitation_lifetime"])
        self.event("link.invited", **both(link))
        self.warnings = [one["code"] for one in self.only_in_review(shop, account, self.now)]
        return []

    def do_accept(self, command: Command) -> list[Reason]:
        """`accept`, by the creator: accepted, the other invitations superseded, then review."""
        link, reasons = self.gate(command, "invited")
        if reasons:
            return reasons
        shop, account = self.shops[command["shop_id"]], self.accounts[command["account_id"]]
        reasons = self.not_waived(
            self.standing(shop, account, self.now)
            + self.network(shop, command, "creator")
            + self.already_linked(account)
            + self.room(shop, account, link["role"], link),
            command["shop_id"],
            command["account_id"],
        )
        if reasons:
            return reasons
        link["status"] = "in_review"
        link["accepted_at"] = self.now
        self.event("link.accepted", **both(link))
        self.supersede_invitations(account["account_id"])
        self.review(link)
        return []

    def do_decline(self, command: Command) -> list[Reason]:
        """`decline`, by the creator."""
        link, reasons = self.gate(command, "invited", "in_review")
        if not reasons:
            self.end(link, "declined")
        return reasons

    def do_withdraw(self, command: Command) -> list[Reason]:
        """`withdraw`, by the shop."""
        link, reasons = self.gate(command, "invited", "in_review")
        if not reasons:
            self.end(link, "withdrawn")
        return reasons

    def do_request_unlink(self, command: Command) -> list[Reason]:
        """`request_unlink`, by the creator."""
        link, reasons = self.gate(command, "linked")
        if reasons:
            return reasons
        shop, account = self.shops[command["shop_id"]], self.accounts[command["account_id"]]
        if link["requested_at"] is not None:
            reasons = [reason("unlink.already_requested")]
        reasons = self.not_waived(
            reasons
            + self.too_young(link)
            + self.region(shop, account, self.now)
            + self.network(shop, command, "creator")
            + self.unlink_quota(link),
            command["shop_id"],
            command["account_id"],
        )
        if not reasons:
            link["requested_at"] = self.now
            self.event("unlink.requested", **both(link))
        return reasons

    def not_requested(self, link: Link) -> list[Reason]:
        """s5, `unlink.not_requested`."""
        return [reason("unlink.not_requested")] if link["requested_at"] is None else []

    def do_withdraw_unlink_request(self, command: Command) -> list[Reason]:
        """`withdraw_unlink_request`, by the creator."""
        link, reasons = self.gate(command, "linked")
        if reasons or self.not_requested(link):
            return reasons or self.not_requested(link)
        link["requested_at"] = None
        self.event("unlink.withdrawn", **both(link))
        return []

    def do_refuse_unlink(self, command: Command) -> list[Reason]:
        """`refuse_unlink`, by the shop; the creator may ask again."""
        link, reasons = self.gate(command, "linked")
        if reasons or self.not_requested(link):
            return reasons or self.not_requested(link)
        link["requested_at"] = None
        self.event("unlink.refused", **both(link))
        return []

    def do_approve_unlink(self, command: Command) -> list[Reason]:
        """`approve_unlink`, by the shop."""
        link, reasons = self.gate(command, "linked")
        if reasons:
            return reasons
        reasons = self.not_requested(link) + self.too_young(link) + self.unlink_quota(link)
        reasons = self.not_waived(reasons, command["shop_id"], command["account_id"])
        if not reasons:
            self.end(link, "unlinked")
        return reasons

    def do_unlink(self, command: Command) -> list[Reason]:
        """`unlink`, by the shop: alone where the rulebook allows it, else by approving a request."""
        link, reasons = self.gate(command, "linked")
        if reasons:
            return reasons
        alone = self.rulebook(self.shops[command["shop_id"]]["market"], self.now)["shop_may_unlink_alone"]
        if not alone and link["requested_at"] is None:
            reasons = [reason("unlink.needs_creator_request")]
        reasons = reasons + self.too_young(link) + self.unlink_quota(link)
        reasons = self.not_waived(reasons, command["shop_id"], command["account_id"])
        if not reasons:
            self.end(link, "unlinked")
        return reasons

    def do_revoke(self, command: Command) -> list[Reason]:
        """`revoke`, by the platform, from any live status."""
        link, reasons = self.gate(command, *LIVE)
        if not reasons:
            self.end(link, "revoked")
        return reasons

    def overlaps(self, account: Account, start: datetime, end: datetime | None) -> list[Reason]:
        """s5, `account.links_overlap`: each starts before the other ends; touching is allowed."""
        for link in self.links:
            if link["account_id"] != account["account_id"] or link["linked_at"] is None:
                continue
            starts_before_other_ends = link["ended_at"] is None or start < link["ended_at"]
            other_starts_before_end = end is None or link["linked_at"] < end
            if starts_before_other_ends and other_starts_before_end:
                return [reason("account.links_overlap")]
        return []

    def do_import_link(self, command: Command) -> list[Reason]:
        """`import_link`, by the platform. Quotas are not enforced, but what is imported counts."""
        reasons = self.not_found(command["shop_id"], command["account_id"])
        if reasons:
            return reasons
        shop, account = self.shops[command["shop_id"]], self.accounts[command["account_id"]]
        if shop["decided"] == "elsewhere":
            return self.import_from_elsewhere(command, shop, account)
        start = instant(command["linked_at"])
        end = None if command.get("unlinked_at") is None else instant(command["unlinked_at"])
        if start > self.now or (end is not None and (end > self.now or end < start)):
            reasons.append(reason("link.date_out_of_order"))
        reasons += self.overlaps(account, start, end)
        if end is None:
            named = self.link_of(command)
            own_invitation = named if named is not None and named["status"] == "invited" else None
            reasons += self.already_linked(account) + self.slots(shop, command["role"], own_invitation)
        if reasons:
            return reasons
        link = self.record_link(shop, account, command["role"], "linked" if end is None else "unlinked")
        link["linked_at"], link["ended_at"] = start, end
        self.event("link.imported", **both(link))
        if end is None:
            self.supersede_invitations(account["account_id"])
        return []

    # mirror.md 2: what happened at a platform that decides. It is recorded unless it cannot be true.

    def import_from_elsewhere(self, command: Command, shop: Shop, account: Account) -> list[Reason]:
        """`import_link` of a shop decided elsewhere: slots and role are not asked."""
        start = instant(command["linked_at"])
        end = None if command.get("unlinked_at") is None else instant(command["unlinked_at"])
        own = self.link_of(command)
        if own is not None and own["status"] not in ("invited", "in_review"):
            own = None
        reasons = []
        in_order = start <= self.now and (end is None or start <= end <= self.now)
        if not in_order or (own is not None and start < self.last_step(own)):
            reasons.append(reason("link.date_out_of_order"))
        reasons += self.overlaps(account, start, end)
        if end is None:
            reasons += self.already_linked(account, own)
        if reasons:
            return reasons
        against = self.against_a_link(shop, account, command["role"], start, own)
        link = own or self.record_link(shop, account, command["role"], "linked")
        link["role"], link["status"] = command["role"], "linked" if end is None else "unlinked"
        link["linked_at"], link["ended_at"] = start, end
        self.event("link.imported", **both(link), against=against)
        if end is None:
            self.supersede_invitations(account["account_id"], link)
        return []

    def do_record_invitation(self, command: Command) -> list[Reason]:
        """`record_invitation`: the 48 hours run from `invited_at`, by the rulebook in force then."""
        reasons = self.not_found(command["shop_id"], command["account_id"])
        if reasons:
            return reasons
        shop, account = self.shops[command["shop_id"]], self.accounts[command["account_id"]]
        if shop["decided"] == "here":
            return [reason("shop.decided_here")]
        invited_at = instant(command["invited_at"])
        rulebook = self.rulebook(shop["market"], invited_at)
        expires_at = plus(invited_at, rulebook["invitation_lifetime"])
        if expires_at <= self.now:
            return [reason("link.invitation_expired")]
        reasons = [] if invited_at <= self.now else [reason("link.date_out_of_order")]
        reasons += self.already_linked(account) + self.already_invited(shop, account)
        if reasons:
            return reasons
        against = self.against_a_link(shop, account, command["role"], invited_at, None)
        link = self.record_link(shop, account, command["role"], "invited")
        link["invited_at"], link["expires_at"] = invited_at, expires_at
        link["rulebook"] = next(name for name, one in RULEBOOKS.items() if one is rulebook)
        self.event("link.invitation_recorded", **both(link), against=against)
        return []

    def do_record_acceptance(self, command: Command) -> list[Reason]:
        """`record_acceptance`: in review, and the account's other invitations are superseded."""
        link, reasons = self.gate(command, "invited")
        if reasons:
            return reasons
        at = instant(command["accepted_at"])
        reasons = self.out_of_order(link, at) + self.already_linked(self.accounts[command["account_id"]])
        if reasons:
            return reasons
        link["status"], link["accepted_at"] = "in_review", at
        self.event("link.acceptance_recorded", **both(link))
        self.supersede_invitations(command["account_id"], link)
        return []

    def do_record_unlink_request(self, command: Command) -> list[Reason]:
        """`record_unlink_request`, from `linked`."""
        link, reasons = self.gate(command, "linked")
        if reasons:
            return reasons
        at = instant(command["requested_at"])
        if not link["linked_at"] <= at <= self.now:
            reasons.append(reason("link.date_out_of_order"))
        if link["requested_at"] is not None:
            reasons.append(reason("unlink.already_requested"))
        if reasons:
            return reasons
        against = self.against_an_end(link, at)
        link["requested_at"] = at
        self.event("unlink.request_recorded", **both(link), against=against)
        return []

    def do_record_end(self, command: Command) -> list[Reason]:
        """`record_end`: how it ended must fit the state that it was in."""
        how = command["how"]
        statuses = {"unlinked": ["linked"], "revoked": LIVE}.get(how, ["invited", "in_review"])
        link, reasons = self.gate(command, *statuses)
        if reasons:
            return reasons
        at = instant(command["ended_at"])
        reasons = self.out_of_order(link, at)
        if reasons:
            return reasons
        against = self.against_an_end(link, at) if how == "unlinked" else []
        link["status"], link["ended_at"], link["requested_at"] = how, at, None
        self.event("link.end_recorded", **both(link), against=against)
        return []

    def last_step(self, link: Link) -> datetime:
        """The true instant of the newest step of this link."""
        names = ("invited_at", "accepted_at", "linked_at", "requested_at", "ended_at")
        steps: list[datetime] = [link[name] for name in names if link[name] is not None]
        return max(steps)

    def out_of_order(self, link: Link, at: datetime) -> list[Reason]:
        """The steps of one link stay in the order of their true instants, none later than now."""
        return [] if self.last_step(link) <= at <= self.now else [reason("link.date_out_of_order")]

    def against_a_link(
        self, shop: Shop, account: Account, role: str, at: datetime, own: Link | None
    ) -> list[str]:
        """What the rulebook in force at a true instant has against a link, this one left out."""
        rulebook = self.rulebook(shop["market"], at)
        codes = []
        others = [link for link in self.links if link is not own]
        of_shop = [one for one in others if one["shop_id"] == shop["shop_id"] and one["role"] == role]
        live = [
            one
            for one in of_shop
            if (one["invited_at"] or one["linked_at"]) <= at
            and (one["ended_at"] is None or one["ended_at"] > at)
        ]
        slots = rulebook["slots"][shop["enrolment"]][role]
        if slots == 0:
            codes.append("shop.role_not_available")
        elif len(live) >= slots:
            codes.append("shop.slots_full")

        def in_window(links: list[Link]) -> list[Link]:
            since = plus(at, -rulebook["window"])
            return [one for one in links if one["linked_at"] is not None and since < one["linked_at"] <= at]

        limit = rulebook["marketing_links_per_shop"]
        pending = [one for one in live if one["linked_at"] is None or one["linked_at"] > at]
        if role == "marketing" and limit is not None and len(in_window(of_shop)) + len(pending) >= limit:
            codes.append("shop.link_quota_spent")
        limit = rulebook["marketing_links_per_account"]
        of_account = [
            one for one in others if one["account_id"] == account["account_id"] and one["role"] == role
        ]
        if role == "marketing" and limit is not None and len(in_window(of_account)) >= limit:
            codes.append("account.link_quota_spent")
        return codes

    def against_an_end(self, link: Link, at: datetime) -> list[str]:
        """What the rulebook in force at a true instant has against unlinking, this link left out."""
        rulebook = self.rulebook(self.shops[link["shop_id"]]["market"], at)
        codes = []
        if at < plus(link["linked_at"], rulebook["minimum_link_age"]):
            codes.append("link.younger_than_minimum")
        unlinked = [
            one
            for one in self.links
            if one is not link
            and one["shop_id"] == link["shop_id"]
            and (one["role"], one["status"]) == ("official", "unlinked")
            and one["ended_at"] <= at
        ]
        if link["role"] == "official" and len(unlinked) >= rulebook["official_unlinks_per_shop"]:
            codes.append("shop.unlink_quota_spent")
        return codes

    def subject(self, command: Command) -> dict[str, str]:
        """The one subject of a waiver command, as an event names it."""
        named = {key: command[key] for key in ("shop_id", "account_id") if command.get(key) is not None}
        assert len(named) == 1, "exactly one subject"
        return named

    def do_grant_waiver(self, command: Command) -> list[Reason]:
        """`grant_waiver`: judged in the shop's market, or in the market that is the account's region."""
        subject = self.subject(command)
        reasons = self.not_found(subject.get("shop_id"), subject.get("account_id"))
        if reasons:
            return reasons
        if "shop_id" in subject:
            kind, market = "shop", self.shops[subject["shop_id"]]["market"]
        else:
            kind, market = "account", self.accounts[subject["account_id"]]["region"]
        if command["code"] not in self.rulebook(market, self.now)["waivable"][kind]:
            return [reason("waiver.not_allowed")]
        until = None if command.get("until") is None else instant(command["until"])
        self.waivers.append({"code": command["code"], "subject": subject, "until": until, "ended": False})
        self.event("waiver.granted", **subject)
        return []

    def do_end_waiver(self, command: Command) -> list[Reason]:
        """`end_waiver`: one `waiver.ended` for every waiver of that code and subject in force."""
        subject = self.subject(command)
        in_force = [
            waiver
            for waiver in self.waivers
            if waiver["code"] == command["code"]
            and waiver["subject"] == subject
            and self.waiver_in_force(waiver)
        ]
        if not in_force:
            return [reason("waiver.not_found")]
        for waiver in in_force:
            waiver["ended"] = True
            self.event("waiver.ended", **subject)
        return []

    def do_activate_rulebook(self, command: Command) -> list[Reason]:
        """`activate_rulebook`; a start at `at` itself follows on the same line."""
        if command["name"] not in RULEBOOKS:
            return [reason("rulebook.not_found")]
        start = instant(command["effective_from"])
        if start < self.now:
            return [reason("rulebook.date_in_past")]
        activation = {
            "name": command["name"],
            "market": command["market"],
            "effective_from": start,
            "started": False,
        }
        self.activations.append(activation)  # of two with one start the later recorded counts (`timeline`)
        self.event("rulebook.activated", name=command["name"], market=command["market"])
        return []

    def do_cancel_activation(self, command: Command) -> list[Reason]:
        """`cancel_activation`: only before its start; it never starts."""
        start = instant(command["effective_from"])
        meant = [
            one
            for one in self.activations
            if one["name"] == command["name"]
            and one["market"] == command["market"]
            and one["effective_from"] == start
            and start > self.now
        ]
        if not meant:
            return [reason("rulebook.activation_not_found")]
        self.activations = [one for one in self.activations if one not in meant]
        self.event("rulebook.activation_cancelled", name=command["name"], market=command["market"])
        return []
