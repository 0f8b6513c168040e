"""What the start of a rulebook in a market would do: a dry run of exactly what would happen then. Nothing is stored.

The shops of the market are looked at in pages, on one snapshot: each takes twice as many statements as one look, and
memory holds one page. Lists are cut; their counts are whole.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

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
)
from shoplink.store.read.link import page_of_shops, snapshot
from shoplink.store.write.load import LoadKeys

LISTED_MAX = 100
_PAGE = 500

T = TypeVar("T")


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
    the same as long as the same would happen.
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

    def add(self, change: Change) -> None:
        """Add a change to its list."""
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

    def state(self, world: World) -> str | None:  # noqa: ARG002 (the effects are read anew, in the same transaction)
        """The digest of the effects as they are now; None if the activation would be refused."""
        found = effects_of_start(self.name, self.market, self.start)
        return found.seen if isinstance(found, Effects) else None


def effects_of_start(name: str, market: str, start: datetime | None = None) -> Effects | Refused:
    """What activating a rulebook in a market from an instant on (None: now) would do; or why it would be refused."""
    with snapshot():
        at = clock.now()
        command = ActivateRulebook(at=at, name=name, market=market, effective_from=start or at)
        without = look(_keys(set(), set()), lambda: at).world
        decision = decide(without, command)
        if not isinstance(decision, Accepted):
            return decision
        digest = hashlib.sha256(msgspec.json.encode(without.rulebooks_of(market)))
        advance(without, command.effective_from)
        before = without.rulebook(market)
        effects = Effects(name, market, command.effective_from, before.name)
        showcases: list[EndingShowcases] = []
        for shop_ids in _pages(lambda after: page_of_shops(_PAGE, after, market)):
            effects.shops += len(shop_ids)
            ending: list[str] = []
            for change in _changes_of(shop_ids, command):
                effects.add(change)
                digest.update(_identity(change))
                if isinstance(change, EndingLink):
                    ending.append(change.link_id)
            showcases.append(ending_showcases(ending))
        for account_ids in _accounts(market, before, without.rulebooks[name], command.effective_from):
            for change in _changes_of_accounts(account_ids, command):
                effects.add(change)
                digest.update(_identity(change))
        effects.showcases = EndingShowcases(
            sum(one.accounts for one in showcases), sum(one.items for one in showcases)
        )
        codes = idle_codes(before, without.rulebooks[name])
        count, waivers = idle_waivers(market, codes, command.effective_from, LISTED_MAX)
        effects.idle_waivers = Listed(count, waivers)
        digest.update(msgspec.json.encode((before.name, count, waivers)))
        effects.seen = digest.hexdigest()[:32]
        return effects


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
    yield from _pages(lambda last: affiliates(market, between, last, _PAGE))
    quota, had = after.links_per_account, before.links_per_account
    if quota is not None and (had is None or quota.limit < had.limit or quota.window > had.window):
        found = accounts_with_links(market, shift(start, -quota.window), quota.limit)
        yield from (found[first : first + _PAGE] for first in range(0, len(found), _PAGE))


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
