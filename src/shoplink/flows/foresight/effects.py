"""What the start of a rulebook in a market would do: a dry run of exactly what would happen then. Nothing is stored.

The shops of the market are looked at in pages, on one snapshot: each takes twice as many statements as one look, and
memory holds one page. Lists are cut; their counts are whole.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from shoplink.core import Accepted, ActivateRulebook, Event, Refused, Rulebook, World, advance, decide, step
from shoplink.core.instant import END, shift
from shoplink.core.precondition.subjects import RulebooksOfMarket
from shoplink.flows import clock
from shoplink.flows.foresight.compare import (
    AccountOverQuota,
    BlockedInvitation,
    Change,
    ChangedAffiliate,
    ChangedPermissions,
    ClosedRole,
    EndingLink,
    EstablishedLink,
    OverLimit,
    changes,
    changes_of_accounts,
    idle_codes,
)
from shoplink.flows.look import look
from shoplink.store.read.foresight import (
    Between,
    EndingShowcases,
    IdleWaiver,
    accounts_linked_to,
    accounts_with_links,
    affiliates,
    ending_showcases,
    idle_waivers,
    touched_since,
)
from shoplink.store.read.link import page_of_shops, snapshot
from shoplink.store.write.feed import newest_position
from shoplink.store.write.load import LoadKeys

LISTED_MAX = 100
_PAGE = 500

T = TypeVar("T")

Key = tuple[str, str]
"""A shop or an account, by its kind and its id."""


class Listed(Struct, Generic[T]):
    """How many there are, and the first of them."""

    count: int = 0
    items: list[T] = []

    def add(self, item: T) -> None:
        """Count one more, and list it while there is room."""
        self.count += 1
        if len(self.items) < LISTED_MAX:
            self.items.append(item)


class Effects(Struct):
    """What would happen in a market if a rulebook started there at an instant and nobody acted until then.

    `before` is the rulebook that it would follow, `shops` the number of the market's shops. `seen` is a digest of the
    market's rulebooks and of everything found, listed or not, but for the instants that follow from the start: it is
    the same as long as the same would happen. `found` is everything that the digest is of, by shop or account, as of a
    `position` of the feed.
    """

    name: str
    market: str
    effective_from: datetime
    before: str = ""
    shops: int = 0
    ending: Listed[EndingLink] = msgspec.field(default_factory=Listed[EndingLink])
    established: Listed[EstablishedLink] = msgspec.field(default_factory=Listed[EstablishedLink])
    over: Listed[OverLimit] = msgspec.field(default_factory=Listed[OverLimit])
    blocked: Listed[BlockedInvitation] = msgspec.field(default_factory=Listed[BlockedInvitation])
    closed: Listed[ClosedRole] = msgspec.field(default_factory=Listed[ClosedRole])
    permissions: Listed[ChangedPermissions] = msgspec.field(default_factory=Listed[ChangedPermissions])
    over_accounts: Listed[AccountOverQuota] = msgspec.field(default_factory=Listed[AccountOverQuota])
    affiliates: Listed[ChangedAffiliate] = msgspec.field(default_factory=Listed[ChangedAffiliate])
    idle_waivers: Listed[IdleWaiver] = msgspec.field(default_factory=Listed[IdleWaiver])
    showcases: EndingShowcases = EndingShowcases(0, 0)
    seen: str = ""
    position: int = 0
    found: dict[Key, list[bytes]] = {}

    def add(self, changes: Iterable[Change]) -> None:
        """Add changes to their lists."""
        for change in changes:
            self._list(change)
            _keep(self.found, [change])

    def _list(self, change: Change) -> None:
        match change:
            case EndingLink():
                self.ending.add(change)
            case EstablishedLink():
                self.established.add(change)
            case OverLimit():
                self.over.add(change)
            case BlockedInvitation():
                self.blocked.add(change)
            case ClosedRole():
                self.closed.add(change)
            case ChangedPermissions():
                self.permissions.add(change)
            case AccountOverQuota():
                self.over_accounts.add(change)
            case ChangedAffiliate():
                self.affiliates.add(change)


class EffectsOfStart(RulebooksOfMarket, frozen=True, kw_only=True):
    """What a start would do, as something that was seen before the step: the step holds while the same would happen.

    Only another start in the market is told as a change; what else has changed shows when the effects are looked at
    again.
    """

    name: str
    start: datetime | None

    def prepared(self) -> "LookedEffects":
        """The effects are read before the locks are taken: it takes long, and others would wait for the activation."""
        looked = effects_of_start(self.name, self.market, self.start)
        return LookedEffects(name=self.name, market=self.market, start=self.start, looked=looked)

    def state(self, world: World) -> str | None:  # noqa: ARG002 (the effects are read anew, in the same transaction)
        """The digest of the effects as they are now; None if the activation would be refused."""
        found = effects_of_start(self.name, self.market, self.start)
        return found.seen if isinstance(found, Effects) else None


class LookedEffects(EffectsOfStart, frozen=True, kw_only=True):
    """The same, once the effects were read: only what has happened since is looked at again."""

    looked: Effects | Refused

    def prepared(self) -> "LookedEffects":
        """They were read already."""
        return self

    def state(self, world: World) -> str | None:
        """The digest of the effects as they are now; None if the activation would be refused."""
        if isinstance(self.looked, Refused):
            return super().state(world)
        start = _start(self.name, self.market, self.start)
        if isinstance(start, Refused):
            return None
        shops, accounts = touched_since(self.looked.position, start.command.at, self.market)
        touched: set[Key] = {*(("shop", one) for one in shops), *(("account", one) for one in accounts)}
        found = {key: told for key, told in self.looked.found.items() if key not in touched}
        for shop_ids in _parts(sorted(shops), _PAGE):
            _keep(found, _changes_of(shop_ids, start.command))
        for account_ids in _parts(sorted(accounts), _PAGE):
            _keep(found, _changes_of_accounts(account_ids, start.command))
        return _digest(start, found, _idle_waivers(start))


class _Start(NamedTuple):
    """An activation that would be accepted, with the rulebooks before and after its start."""

    command: ActivateRulebook
    before: Rulebook
    after: Rulebook
    rulebooks: bytes


def _start(name: str, market: str, start: datetime | None) -> _Start | Refused:
    at = clock.now()
    command = ActivateRulebook(at=at, name=name, market=market, effective_from=start or at)
    world = look(_keys(set(), set()), lambda: at).world
    decision = decide(world, command)
    if not isinstance(decision, Accepted):
        return decision
    rulebooks = msgspec.json.encode(world.rulebooks_of(market))
    advance(world, command.effective_from)
    return _Start(command, world.rulebook(market), world.rulebooks[name], rulebooks)


def effects_of_start(name: str, market: str, start: datetime | None = None) -> Effects | Refused:
    """What activating a rulebook in a market from an instant on (None: now) would do; or why it would be refused."""
    with snapshot():
        begun = _start(name, market, start)
        if isinstance(begun, Refused):
            return begun
        command, before, after, _ = begun
        effects = Effects(name, market, command.effective_from, before.name, position=newest_position())
        showcases: list[EndingShowcases] = []
        for shop_ids in _pages(lambda last: page_of_shops(_PAGE, last, market)):
            effects.shops += len(shop_ids)
            found = list(_changes_of(shop_ids, command))
            effects.add(found)
            showcases.append(ending_showcases([one.link_id for one in found if isinstance(one, EndingLink)]))
        for account_ids in _accounts(market, before, after, command.effective_from):
            effects.add(_changes_of_accounts(account_ids, command))
        effects.showcases = EndingShowcases(
            sum(one.accounts for one in showcases), sum(one.items for one in showcases)
        )
        effects.idle_waivers = _idle_waivers(begun)
        effects.seen = _digest(begun, effects.found, effects.idle_waivers)
        return effects


def _idle_waivers(start: _Start) -> Listed[IdleWaiver]:
    codes = idle_codes(start.before, start.after)
    return Listed(*idle_waivers(start.command.market, codes, start.command.effective_from, LISTED_MAX))


def _keep(found: dict[Key, list[bytes]], changes: Iterable[Change]) -> None:
    """Add what changes are about, without their instants, under the shop or the account that they are of."""
    for change in changes:
        shop_id: str | None = getattr(change, "shop_id", None)
        key = ("account", getattr(change, "account_id", "")) if shop_id is None else ("shop", shop_id)
        found.setdefault(key, []).append(_identity(change))


def _digest(start: _Start, found: dict[Key, list[bytes]], waivers: Listed[IdleWaiver]) -> str:
    digest = hashlib.sha256(start.rulebooks)
    digest.update(msgspec.json.encode((start.before.name, waivers)))
    for key in sorted(found):
        for told in sorted(found[key]):
            digest.update(told)
    return digest.hexdigest()[:32]


def _parts(items: list[str], size: int) -> Iterator[list[str]]:
    """Parts of a list."""
    return (items[first : first + size] for first in range(0, len(items), size))


def _pages(page_after: Callable[[str], list[str]]) -> Iterator[list[str]]:
    """Pages of ids, each after the last id of the one before."""
    after = ""
    while found := page_after(after):
        yield found
        after = found[-1]


def _changes_of(shop_ids: list[str], command: ActivateRulebook) -> Iterator[Change]:
    """What the start would change for some shops."""
    shops = set(shop_ids)
    before, after, passed = _compared(_keys(shops, accounts_linked_to(shops)), command)
    yield from changes(before, after, passed, shop_ids)


def _changes_of_accounts(account_ids: list[str], command: ActivateRulebook) -> Iterator[Change]:
    """What the start would change for some accounts themselves."""
    before, after, _ = _compared(_keys(set(), set(account_ids)), command)
    yield from changes_of_accounts(before, after, account_ids)


def _accounts(market: str, before: Rulebook, after: Rulebook, start: datetime) -> Iterator[list[str]]:
    """In pages, the accounts of a market that a start may change something for that is no link's: few of all."""
    between = Between(
        followers=sorted(book.parameters.affiliate_followers_minimum for book in (before, after)),
        born=sorted(_born_until(book, start) for book in (before, after)),
    )
    quota, had = after.links_per_account, before.links_per_account
    busy: set[str] = set()
    if quota is not None and (had is None or quota.limit < had.limit or quota.window > had.window):
        busy.update(accounts_with_links(market, shift(start, -quota.window), quota.limit))
    for account_ids in _pages(lambda last: affiliates(market, between, last, _PAGE)):
        busy.difference_update(account_ids)
        yield account_ids
    yield from _parts(sorted(busy), _PAGE)


def _born_until(rulebook: Rulebook, start: datetime) -> date:
    """About the last birthday of those who are old enough."""
    return (start - timedelta(days=365.25 * rulebook.parameters.minimum_age_years)).date()


def _compared(
    keys: LoadKeys, command: ActivateRulebook
) -> tuple[World, World, tuple[list[Event], list[Event]]]:
    """The World without the start and with it, both at its instant, and the events of time until then in each."""
    before, after = (look(keys, lambda: command.at).world for _ in range(2))
    at_once = step(after, command).own
    passed = advance(before, command.effective_from), [*at_once, *advance(after, command.effective_from)]
    return before, after, passed


def _keys(shop_ids: set[str], account_ids: set[str]) -> LoadKeys:
    return LoadKeys(shop_ids, account_ids, set(), set(), END)


def _identity(change: Change) -> bytes:
    """What a change is about, without the instants that depend on when it is told."""
    fields = msgspec.to_builtins(change, builtin_types=(datetime,))
    kept = {
        name: [reason.code for reason in change.reasons] if name == "reasons" else value  # type: ignore[union-attr]
        for name, value in fields.items()
        if not isinstance(value, datetime)
    }
    return msgspec.json.encode((type(change).__name__, kept))
