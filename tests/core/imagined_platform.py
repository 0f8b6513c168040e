"""An imagined platform that decides about links by other rules than ours, and a World that mirrors it.

It has no quotas, no slots and no minimum age, and its invitations live for a day. What happens at it is recorded singly
now and then, and by lists at random instants.
"""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from shoplink.core import Account, Actor, Refused, World, parse_command, step
from shoplink.core.commands import Command
from shoplink.core.facts import LIVE
from shoplink.core.instant import format_instant
from shoplink.core.mirror.compare import Comparison, Difference, ListedLink, Reply, ShopList
from shoplink.core.mirror.settle import Answers, Settling
from shoplink.rulebooks import packaged

START = datetime(2025, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INVITATION = timedelta(days=1)
REVIEW = timedelta(hours=20)
SHOPS = ("S", "T")
ACCOUNTS = ("A", "B", "C", "D", "E")
BY = Actor("platform", "mirror")
GUIDE = "guide-2024-11"


class Life(NamedTuple):
    """A link at the platform: its state, and the instant of each step."""

    shop_id: str
    account_id: str
    role: str
    state: str
    steps: dict[str, datetime]

    @property
    def since(self) -> datetime:
        return self.steps[self.state]


class Imagined:
    """The platform, and how much of it is recorded singly (a share from 0 to 1)."""

    def __init__(self, seed: int, share: float) -> None:
        self.rng, self.share, self.now = random.Random(seed), share, START
        self.live: dict[tuple[str, str], Life] = {}
        self.ended: list[tuple[Life, datetime]] = []
        self.lists: dict[str, list[datetime]] = {shop_id: [] for shop_id in SHOPS}
        self.kept: dict[str, Comparison] = {}
        rulebooks = packaged()
        self.world = World(rulebooks, rulebooks[GUIDE])
        for shop_id in SHOPS:
            facts = {"market": "GB", "enrolment": "invited", "decided": "elsewhere"}
            self.ours("put_shop", shop_id=shop_id, **facts)
        for account_id in ACCOUNTS:
            self.ours("put_account", account_id=account_id, region="GB", birth_date="1990-01-01")

    def ours(self, kind: str, **fields: Any) -> bool:
        """Send our World a command now; whether it was accepted."""
        command = parse_command({"command": kind, "at": format_instant(self.now), **fields})
        return not isinstance(step(self.world, command).decision, Refused)

    def wait(self) -> None:
        """Time passes at the platform: minutes or days."""
        until = self.now + MINUTE * self.rng.choice((1, 7, 60, 600, 1_440, 9_000))
        while True:
            over = [one for one in self.live.values() if (end := _over(one)) is not None and end <= until]
            if not over:
                break
            first = min(over, key=lambda one: _over(one) or until)
            self.now = max(self.now, _over(first) or until)
            if first.state == "in_review":
                self.go_on(first, "linked")
            else:
                self.end(first, "expired")
        self.now = until

    def happen(self) -> None:
        """Something happens at the platform, if it can."""
        shop_id, account_id = self.rng.choice(SHOPS), self.rng.choice(ACCOUNTS)
        link = self.live.get((shop_id, account_id))
        busy = any(one.state != "invited" for one in self.live.values() if one.account_id == account_id)
        if link is None:
            if not busy:
                role = self.rng.choice(("official", "marketing"))
                self.live[shop_id, account_id] = Life(
                    shop_id, account_id, role, "invited", {"invited": self.now}
                )
                self.record(
                    "record_invitation", shop_id, account_id, role=role, invited_at=format_instant(self.now)
                )
        elif link.state == "invited" and self.rng.random() < 0.6:
            self.go_on(link, "in_review")
        elif link.state == "linked" and self.rng.random() < 0.4:
            self.end(link, "unlinked")
        elif link.state != "linked" and self.rng.random() < 0.4:
            self.end(link, "declined")

    def go_on(self, link: Life, state: str) -> None:
        pair = (link.shop_id, link.account_id)
        self.live[pair] = link._replace(state=state, steps={**link.steps, state: self.now})
        if state == "linked":
            at = format_instant(self.now)
            self.record("import_link", *pair, role=link.role, linked_at=at)
        else:
            if self.is_ours(link):
                self.record("record_acceptance", *pair, accepted_at=format_instant(self.now))
            for other in [one for one in self.live.values() if one.account_id == link.account_id]:
                if other.state == "invited":
                    self.end(other, "withdrawn")

    def end(self, link: Life, how: str) -> None:
        pair = (link.shop_id, link.account_id)
        self.ended.append((self.live.pop(pair), self.now))
        if self.is_ours(link):
            self.record("record_end", *pair, ended_at=format_instant(self.now), how=how)

    def is_ours(self, link: Life) -> bool:
        """Whether it is this link of the pair that we know, and not one before it."""
        known = self.world.link(link.shop_id, link.account_id)
        return known is not None and known.invited_at in (None, link.steps["invited"])

    def record(self, kind: str, shop_id: str, account_id: str, **fields: Any) -> None:
        """Somebody records a step singly, now and then; it is refused where we do not know what was before it."""
        if self.rng.random() < self.share:
            self.ours(kind, shop_id=shop_id, account_id=account_id, **fields)

    def rows(self, shop_id: str) -> dict[str, ListedLink]:
        """What the platform's page shows."""
        return {
            one.account_id: ListedLink(one.account_id, one.role, one.state, one.since)  # type: ignore[arg-type]
            for one in self.live.values()
            if one.shop_id == shop_id
        }

    def compare(self) -> tuple[Settling, list[Difference]]:
        """Lists of all shops now, compared; what differs before anything is taken over."""
        linked = {
            one.account_id: (one.shop_id, one.since) for one in self.live.values() if one.state == "linked"
        }
        step(self.world, _nothing(self.now))
        lists = [
            ShopList(shop_id, self.now, self.rows(shop_id), (), self.kept.get(shop_id), linked)
            for shop_id in SHOPS
        ]
        settling = Settling(self.world, lists, BY, "the seller centre")
        return settling, settling.open

    def take_over(self, answers: Answers | None = None) -> Settling:
        """The same, taken over with these answers; by default the likeliest, and "withdrawn" where it is asked how."""
        settling, _ = self.compare()
        settling.take(answers or likely)
        for shop_id in SHOPS:
            left = tuple(one.difference for one in settling.left() if one.difference.shop_id == shop_id)
            self.kept[shop_id] = Comparison(shop_id, self.now, self.now, left)
            self.lists[shop_id].append(self.now)
        return settling


def likely(difference: Difference) -> Reply:
    return Reply(how="withdrawn") if len(difference.ways) > 1 else Reply()


def standing(platform: Imagined) -> set[tuple[str, str, str, str, datetime]]:
    """What stands at the platform, pair by pair: role, state, and since when."""
    return {(*pair, one.role, one.state, one.since) for pair, one in platform.live.items()}


def our_standing(world: World) -> set[tuple[str, str, str, str, datetime | None]]:
    """The same of what we say."""
    since = {"invited": "invited_at", "in_review": "accepted_at", "linked": "linked_at"}
    return {
        (one.shop_id, one.account_id, one.role, one.status, getattr(one, since[one.status]))
        for one in world.live.values()
        if one.status in LIVE
    }


def _over(link: Life) -> datetime | None:
    """When time alone changes a link at the platform."""
    wait = {"invited": INVITATION, "in_review": REVIEW}.get(link.state)
    return link.since + wait if wait else None


def _nothing(at: datetime) -> Command:
    """A command that does nothing but let time pass in a World."""
    facts = Account("Z", "", "GB", "GB", date(1990, 1, 1), "normal", "granted", 0)
    return parse_command(
        {"command": "put_account", "at": format_instant(at), "account_id": facts.account_id, "region": "GB"}
    )
