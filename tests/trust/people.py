"""The people of a simulated world: sellers, creators, support and the platform, who send plausible commands.

They look at the model of the world and never at the database, so their commands depend on the seed alone.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from shoplink.core import Command, Link, Transition, World
from shoplink.core import commands as c
from shoplink.core.decisions import Refused
from shoplink.core.facts import Actor
from tests.trust.operators import DAY, HOUR, PLATFORM, SUPPORT, TICK, Operators
from tests.trust.recorders import record
from tests.trust.traders import Traders

_TRADING = 0.25
_WAITS = (timedelta(0), timedelta(seconds=1), 7 * HOUR / 60, HOUR, 5 * HOUR, DAY, 2 * DAY, 9 * DAY, 60 * DAY)
_WAIT_WEIGHTS = (6, 4, 6, 10, 10, 6, 3, 1, 0.5)

_USUAL: dict[str, dict[str, float]] = {
    "none": {"invite": 20, "import_link": 1},
    "invited": {"accept": 12, "decline": 1, "withdraw": 1, "revoke": 0.3, "import_link": 0.5},
    "in_review": {"mend": 4, "accept": 4, "decline": 1, "withdraw": 1, "revoke": 0.3},
    "linked": {"request_unlink": 6, "unlink": 3, "revoke": 0.5},
    "requested": {
        "request_unlink": 4,
        "approve_unlink": 3,
        "refuse_unlink": 1,
        "withdraw_unlink_request": 1,
        "unlink": 1,
    },
}
"""The commands about a pair by the state of its link, with their weights."""


class People:
    """All people in one world, and the commands that they will send later."""

    def __init__(self, random: Random, world: World, rulebooks: list[str], *, trading: bool) -> None:
        """`world` is the model that they look at; `rulebooks` has the names that the platform activates."""
        self.random, self.world = random, world
        self.operators = Operators(random, world, rulebooks)
        self._traders = Traders(random, world, self.operators) if trading else None
        self.next: deque[Command] = deque()
        self._later: deque[tuple[datetime, Command]] = deque(maxlen=12)
        self._keys = 0

    def initial_commands(self, at: datetime) -> Iterator[Command]:
        """The first commands of the world."""
        yield from self.operators.initial_commands(at)
        if self._traders is not None:
            yield from self._traders.initial_commands(at)

    def ask(self, at: datetime) -> Command:
        """The next command, often with an idempotency key."""
        command = replace(self.next.popleft(), at=at) if self.next else self._ask(at)
        self._keys += 1
        return replace(command, key=f"key-{self._keys}" if self.random.random() < 0.3 else None)

    def note(self, command: Command, done: Transition) -> None:
        """Note a result: whoever is refused tries again at the instant that the reason names, or asks support."""
        if not isinstance(done.decision, Refused):
            if isinstance(command, c.RequestUnlink | c.Accept) and self.random.random() < 0.06:
                self.next.append(self.operators.activate(command.at))
            return
        for reason in done.decision.reasons:
            if reason.possible_at is not None:
                self._later.append((reason.possible_at, command))
            elif reason.code == "unlink.needs_creator_request" and self.random.random() < 0.5:
                self.next.append(self._about("request_unlink", command.at, *self._pair_of(command)))
            if isinstance(command, c.PairCommand) and self.random.random() < 0.1:
                self._request_waiver(command, reason.code)

    def later(self, now: datetime) -> datetime:
        """The instant of the next command: often just before, at or just after a deadline."""
        roll = self.random.random()
        if roll < 0.4 and self._later:
            at, command = self._later[self.random.randrange(len(self._later))]
            if at > now:
                self.next.append(command)
                return self._near(at, now)
        elif roll < 0.6 and (link := self._some_link()) is not None:
            due_at = self.world.agenda.due_at(link.link_id)
            if due_at is not None and due_at > now:
                self.next.append(self._about_link(now, link))
                return self._near(due_at, now)
        elif roll < 0.65 and self.world.next_start_at is not None:
            return self._near(self.world.next_start_at, now)
        return now + self.random.choices(_WAITS, _WAIT_WEIGHTS)[0]

    def _near(self, at: datetime, now: datetime) -> datetime:
        return max(now, at + self.random.choice((-TICK, timedelta(0), timedelta(0), TICK)))

    def _ask(self, at: datetime) -> Command:
        if self._traders is not None and self.random.random() < _TRADING:
            return self._traders.ask(at)
        about = self.random.choices(list(_ABOUT), list(_ABOUT.values()))[0]
        return about(self, at)

    def _about_some_link(self, at: datetime) -> Command:
        link = self._some_link()
        return self._about_some_pair(at) if link is None else self._about_link(at, link)

    def _about_some_shop(self, at: datetime) -> Command:
        return self.operators.put_shop(at, self.random.choice(list(self.operators.shops)))

    def _about_some_account(self, at: datetime) -> Command:
        account_id, roll = self.random.choice(list(self.operators.accounts)), self.random.random()
        if roll < 0.25:
            return self.operators.change(at)
        if roll < 0.8:
            return self.operators.put_account(at, account_id)
        return self.operators.correct(at, account_id)

    def _about_rules(self, at: datetime) -> Command:
        roll = self.random.random()
        if roll < 0.5:
            return self.operators.waiver(at)
        return self.operators.activate(at) if roll < 0.85 else self.operators.cancel(at)

    def _some_link(self) -> Link | None:
        live = self.world.live
        return self.random.choice(list(live.values())) if live else None

    def _about_link(self, at: datetime, link: Link) -> Command:
        state = "requested" if link.unlink_requested_at is not None else link.status
        return self._about(self._kind(state), at, link.shop_id, link.account_id)

    def _about_some_pair(self, at: datetime) -> Command:
        shop_id, account_id = (
            self.operators.one_of(self.operators.shops),
            self.operators.one_of(self.operators.accounts),
        )
        if self.random.random() < 0.9:
            market = self.operators.shops.get(shop_id)
            natives = [one for one, home in self.operators.accounts.items() if home == market]
            account_id = self.random.choice(natives) if natives else account_id
        return self._about(self._kind("none"), at, shop_id, account_id)

    def _kind(self, state: str) -> str:
        """A kind of command that is usual in a state; sometimes any kind."""
        usual = _USUAL[self.random.choice(list(_USUAL)) if self.random.random() < 0.07 else state]
        return self.random.choices(list(usual), list(usual.values()))[0]

    def _about(self, kind: str, at: datetime, shop_id: str, account_id: str) -> Command:
        """A command of this kind about a pair, by an actor who may issue it; where another platform decides, a record."""
        shop = self.world.shops.get(shop_id)
        if shop is not None and shop.facts.decided == "elsewhere" and self.random.random() < 0.85:
            link, pair = self.world.link(shop_id, account_id), {"shop_id": shop_id, "account_id": account_id}
            return record(self.random, at, self.operators.role(), pair, link)
        if kind == "mend":
            return self.operators.mend(at, shop_id, account_id)
        if kind == "import_link":
            return self.operators.import_link(at, shop_id, account_id)
        create, actor, more = _KINDS[kind]
        by = Actor(kind="shop", id=shop_id) if actor == "shop" else Actor(kind="creator", id=account_id)
        fields: dict[str, Any] = {"shop_id": shop_id, "account_id": account_id}
        if "network_region" in more:
            right = self.operators.shops.get(shop_id, "GB")
            fields["network_region"] = (
                right if self.random.random() < 0.93 else self.random.choice((None, "TH"))
            )
        if "role" in more:
            fields["role"] = self.operators.role()
            fields["settlement"] = self.random.choice((None, None, "own", "offline"))
        if "note" in more:
            fields["note"] = "违规"
        return create(at=at, by=PLATFORM if actor == "platform" else by, **fields)

    def _request_waiver(self, command: c.PairCommand, code: str) -> None:
        """Queue a waiver of the reason, the command again, and the command once more when the waiver ends."""
        of_shop = code.startswith("shop") or self.random.random() < 0.5
        subject: dict[str, Any] = (
            {"shop_id": command.shop_id} if of_shop else {"account_id": command.account_id}
        )
        until = command.at + self.random.choice((TICK, HOUR, DAY, 2 * DAY))
        self.next.append(
            c.GrantWaiver(at=command.at, by=SUPPORT, code=code, note="工单", until=until, **subject)
        )
        self.next.append(command)
        self._later.append((until, command))

    @staticmethod
    def _pair_of(command: Command) -> tuple[str, str]:
        assert isinstance(command, c.PairCommand), "only commands about a pair need a request"
        return command.shop_id, command.account_id


_KINDS: dict[str, tuple[Callable[..., Command], str, frozenset[str]]] = {
    kind.__struct_config__.tag: (kind, actor, frozenset(kind.__struct_fields__))  # type: ignore[misc]
    for kind, actor in (
        (c.Invite, "shop"),
        (c.Accept, "creator"),
        (c.Decline, "creator"),
        (c.Withdraw, "shop"),
        (c.RequestUnlink, "creator"),
        (c.WithdrawUnlinkRequest, "creator"),
        (c.RefuseUnlink, "shop"),
        (c.ApproveUnlink, "shop"),
        (c.Unlink, "shop"),
        (c.Revoke, "platform"),
    )
}
"""Commands about a pair: class, issuer and fields of each."""

_ABOUT: dict[Callable[[People, datetime], Command], float] = {
    People._about_some_link: 50,
    People._about_some_pair: 36,
    People._about_some_account: 7,
    People._about_some_shop: 2,
    People._about_rules: 7,
}
"""The subjects of commands, with their weights."""
