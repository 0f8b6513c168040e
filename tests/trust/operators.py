"""The platform and support of a simulated world: they record facts and history, grant waivers and activate rulebooks."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from shoplink.core import Command, World
from shoplink.core import commands as c
from shoplink.core.facts import Actor, Enrolment, Role

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PLATFORM = Actor(kind="platform", id="operator")
SUPPORT = Actor(kind="support", id="desk")

_MARKETS = ("GB", "US", "ID")


class Operators:
    """Know every shop and account with its home market. Their commands are mostly right, but not always."""

    def __init__(self, random: Random, world: World, rulebooks: list[str]) -> None:
        """`world` is the model that they look at; `rulebooks` has the names that they activate."""
        self.random, self.world, self.rulebooks = random, world, rulebooks
        self.markets = random.sample(_MARKETS, random.choice((1, 1, 2)))
        shops = [f"shop-{number}" for number in range(random.randint(2, 7))]
        accounts = [f"account-{number}" for number in range(random.randint(6, 24))]
        enrolments: tuple[Enrolment, ...] = ("open", "invited", "invited")
        self.shops = {shop_id: random.choice(self.markets) for shop_id in shops}
        self.enrolment = {shop_id: random.choice(enrolments) for shop_id in shops}
        self.accounts = {account_id: random.choice(self.markets) for account_id in accounts}

    def initial_commands(self, at: datetime) -> Iterator[Command]:
        """The first commands: record every shop and account, and activate rulebooks in some markets."""
        for market in self.markets:
            if self.random.random() < 0.7:
                name = self.random.choice(self.rulebooks)
                yield c.ActivateRulebook(at=at, by=PLATFORM, name=name, market=market, effective_from=at)
        for shop_id in self.shops:
            yield self.put_shop(at, shop_id)
        for account_id in self.accounts:
            yield self.put_account(at, account_id)

    def one_of(self, ids: dict[str, str]) -> str:
        """One of these ids; sometimes an unknown one."""
        if self.random.random() < 0.01:
            return "no-shop" if ids is self.shops else "no-account"
        return self.random.choice(list(ids))

    def role(self) -> Role:
        """A role, marketing more often."""
        return "marketing" if self.random.random() < 0.65 else "official"

    def put_shop(self, at: datetime, shop_id: str) -> Command:
        """The facts of a shop; sometimes with a change that is not allowed."""
        roll, enrolment = self.random.random(), self.enrolment.get(shop_id, "open")
        return c.PutShop(
            at=at,
            by=PLATFORM,
            shop_id=shop_id,
            market="TH" if roll < 0.03 else self.shops.get(shop_id, "GB"),
            enrolment="invited" if roll < 0.05 else enrolment,
            status="abnormal" if 0.05 < roll < 0.15 else None,
            name=self.random.choice((None, "小店")),
            decided=self.random.choice((*[None] * 6, "elsewhere", "here")),
        )

    def change(self, at: datetime) -> Command:
        """A change of single facts, mostly to what is right."""
        if self.random.random() < 0.2:
            name = self.random.choice((None, "茶铺"))
            return c.ChangeShop(
                at=at, by=PLATFORM, shop_id=self.one_of(self.shops), name=name, status="normal"
            )
        account_id = self.one_of(self.accounts)
        home = self.accounts.get(account_id, "GB")
        facts: tuple[dict[str, Any], ...] = (
            {"followers": self.random.randint(0, 3_000)},
            {"status": "normal", "commerce_permission": "granted"},
            {"registered_in": home},
            {"birth_date": self._soon(at, 18)},
            {},
        )
        return c.ChangeAccount(at=at, by=PLATFORM, account_id=account_id, **self.random.choice(facts))

    def put_account(self, at: datetime, account_id: str) -> Command:
        """The facts of an account, mostly acceptable."""
        home = self.accounts.get(account_id, "GB")
        facts: dict[str, Any] = {"region": home, "birth_date": date(1975, 2, 28)}
        if self.random.random() < 0.5:
            facts["followers"] = 1_000
        if self.random.random() < 0.45:
            facts |= self.random.choice(
                (
                    {"birth_date": self._soon(at, 18)},
                    {"birth_date": self._soon(at, 21)},
                    {"birth_date": None},
                    {"registered_in": "TH"},
                    {"registered_in": "TH", "commerce_permission": "revoked"},
                    {"registered_in": "US"},
                    {"commerce_permission": "revoked"},
                    {"status": "abnormal"},
                    {"region": "TH", "followers": 999},
                    {"handle": "达人"},
                )
            )
        if self.random.random() < 0.3:
            facts["facts_as_of"] = at - self.random.choice((0, 1, 3, 30)) * DAY
        return c.PutAccount(at=at, by=PLATFORM, account_id=account_id, **facts)

    def correct(self, at: datetime, account_id: str) -> Command:
        """A correction of an account on evidence."""
        home = self.accounts.get(account_id, "GB")
        facts: tuple[dict[str, Any], ...] = (
            {"region": home, "registered_in": home},
            {"registered_in": self.random.choice(_MARKETS)},
            {"birth_date": self._soon(at, 18)},
            {},
        )
        return c.CorrectAccount(
            at=at, by=SUPPORT, account_id=account_id, note="护照", **self.random.choice(facts)
        )

    def mend(self, at: datetime, shop_id: str, account_id: str) -> Command:
        """A command that can end a link's review: right facts of its account or of its shop."""
        home, roll = self.shops.get(shop_id, "GB"), self.random.random()
        if roll < 0.2:
            return c.CorrectAccount(at=at, by=SUPPORT, account_id=account_id, note="护照", registered_in=home)
        if roll < 0.4:
            return self.put_shop(at, shop_id)
        return c.PutAccount(
            at=at, by=PLATFORM, account_id=account_id, region=home, birth_date=date(1976, 2, 29)
        )

    def import_link(self, at: datetime, shop_id: str, account_id: str) -> Command:
        """An import of an earlier link; often it touches or overlaps existing links."""
        record = self.world.accounts.get(account_id)
        instants = [at - self.random.randint(0, 200) * DAY]
        for link in record.established[-3:] if record else ():
            instants += [instant for instant in (link.linked_at, link.ended_at) if instant is not None]
        start = self.random.choice(instants)
        end = self.random.choice((None, None, start, start + HOUR, start + 2 * DAY, at))
        pair = {"shop_id": shop_id, "account_id": account_id}
        return c.ImportLink(at=at, by=PLATFORM, **pair, role=self.role(), linked_at=start, unlinked_at=end)

    def waiver(self, at: datetime) -> Command:
        """A waiver of a reason that can be waived, or the end of one."""
        code = self.random.choice(
            (
                "shop.link_quota_spent",
                "shop.unlink_quota_spent",
                "account.link_quota_spent",
                "link.younger_than_minimum",
            )
        )
        of_shop = code.startswith("shop") or (code.startswith("link") and self.random.random() < 0.5)
        fields: dict[str, Any] = {"code": code, "note": "工单"}
        fields |= (
            {"shop_id": self.one_of(self.shops)} if of_shop else {"account_id": self.one_of(self.accounts)}
        )
        if self.random.random() < 0.5:
            return c.EndWaiver(at=at, by=SUPPORT, **fields)
        return c.GrantWaiver(at=at, by=SUPPORT, until=self.random.choice((None, at, at + 2 * DAY)), **fields)

    def activate(self, at: datetime) -> Command:
        """An activation of a rulebook from now, from later, or, wrongly, from the past."""
        starts = (at, at, at + HOUR, at + 5 * HOUR, at + DAY, at + 2 * DAY, at + 9 * DAY, at - TICK)
        return c.ActivateRulebook(
            at=at,
            by=PLATFORM,
            name="nonsense" if self.random.random() < 0.05 else self.random.choice(self.rulebooks),
            market=self.random.choice(self.markets),
            effective_from=self.random.choice(starts),
        )

    def cancel(self, at: datetime) -> Command:
        """Take back a start that is ahead, or the last one that was."""
        ahead = [(market, *one) for market, starts in self.world._starts.items() for one in starts]
        if not ahead:
            return self.activate(at)
        market, start, rulebook = self.random.choice(ahead)
        return c.CancelActivation(
            at=at, by=PLATFORM, name=rulebook.name, market=market, effective_from=start, note="不生效"
        )

    def _soon(self, at: datetime, age: int) -> date:
        """The birth date of someone who reaches an age within some days."""
        day = (at + self.random.randint(-1, 5) * DAY).date()
        return (day if (day.month, day.day) != (2, 29) else day + DAY).replace(year=day.year - age)
