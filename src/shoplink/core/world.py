"""The World: the part of the state that a batch of commands touches. It answers queries and applies events.

It makes no decisions and reads no clock; `now` is the latest instant that was applied to it.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count

from shoplink.core.agenda import Agenda
from shoplink.core.case import AccountRecord, ShopRecord
from shoplink.core.commerce.events import CommerceEvent
from shoplink.core.commerce.shelf import Shelf
from shoplink.core.due import Regime, due_at
from shoplink.core.event_base import Record, SideEvent
from shoplink.core.events import (
    AccountCorrected,
    AccountRecorded,
    Event,
    LinkEvent,
    RulebookActivated,
    RulebookActivationCancelled,
    ShopRecorded,
    WaiverEnded,
    WaiverGranted,
    link_after,
)
from shoplink.core.facts import LIVE, Account, Link, Shop, Waiver
from shoplink.core.instant import BEGINNING
from shoplink.core.people.events import MemberEvent
from shoplink.core.people.facts import InvitationAddress
from shoplink.core.people.people import People
from shoplink.core.rulebook import Rulebook
from shoplink.core.ticket.desk import Desk
from shoplink.core.ticket.events import TicketEvent
from shoplink.core.ticket.facts import NewTicket


def numbered_ids() -> Callable[[str], str]:
    """A generator of ids for a World without a database: L1, L2, … for a `link`, T1, T2, … for a `ticket`."""
    numbers = defaultdict[str, Iterator[int]](lambda: count(1))
    return lambda kind: f"{kind[0].upper()}{next(numbers[kind])}"


class World:
    """Shops, accounts, live links and rulebooks in force, indexed for decisions.

    `rulebooks` are those that may be activated; `default` is in force in a market until one is activated there.
    `mint` makes the id of a new thing of a kind: a `link`, a `ticket`. Where `advises` is set, commands are decided about
    shops that are decided elsewhere, too: nothing that follows from it may be stored.
    """

    def __init__(
        self, rulebooks: Mapping[str, Rulebook], default: Rulebook, mint: Callable[[str], str] | None = None
    ) -> None:
        """Start without shops and accounts, at the earliest instant."""
        self.rulebooks = rulebooks
        self.shops: dict[str, ShopRecord] = {}
        self.accounts: dict[str, AccountRecord] = {}
        self.live: dict[str, Link] = {}
        self.shelf = Shelf()
        self.people = People()
        self.desk = Desk()
        self.mint = mint or numbered_ids()
        self.now = BEGINNING
        self.agenda = Agenda()
        self.next_start_at: datetime | None = None
        self.advises = False
        self._default = Regime(default, BEGINNING)
        self._regimes: dict[str, Regime] = {}
        self._starts: dict[str, list[tuple[datetime, Rulebook]]] = {}
        self._activations = defaultdict[str, list[tuple[datetime, Rulebook]]](list)
        self._numbers: dict[str, int] = {}
        self._recorded = count()

    def rulebook(self, market: str) -> Rulebook:
        """The rulebook in force in a market now."""
        return self._regimes.get(market, self._default).rulebook

    def rulebook_at(self, market: str, at: datetime) -> Rulebook:
        """The rulebook that was in force in a market at an instant; of two that started together, the later recorded."""
        return [rulebook for start, _, rulebook in self.regimes(market) if start <= at][-1]

    def regimes(self, market: str) -> list[tuple[datetime, datetime | None, Rulebook]]:
        """The periods [start, end) of a market, each with the rulebook in force in it; the last has no end."""
        in_force = {BEGINNING: self._default.rulebook, **dict(self._activations[market])}
        starts = sorted(in_force)
        return [(start, end, in_force[start]) for start, end in zip(starts, [*starts[1:], None], strict=True)]

    def rulebooks_of(self, market: str) -> tuple[tuple[datetime, str], ...]:
        """The rulebook in force in a market with its start, then those that are to start, in the order recorded."""
        regime = self._regimes.get(market, self._default)
        coming = [(start, rulebook.name) for start, rulebook in self._starts.get(market, ())]
        return (regime.since, regime.rulebook.name), *coming

    def activations(self) -> tuple[tuple[str, tuple[tuple[datetime, str], ...]], ...]:
        """The same of every market in which a rulebook was activated, by market."""
        return tuple(
            (market, self.rulebooks_of(market)) for market in sorted({*self._regimes, *self._starts})
        )

    def link(self, shop_id: str, account_id: str) -> Link | None:
        """The link that a command is about: the pair's live one, else the one recorded last."""
        account = self.accounts.get(account_id)
        if account is None:
            return None
        for link in account.live.values():
            if link.shop_id == shop_id:
                return link
        return account.newest.get(shop_id)

    def waivers(self, shop_id: str | None, account_id: str | None) -> list[Waiver]:
        """The waivers of a shop or of an account; empty if it is unknown."""
        record = self.shops.get(shop_id) if shop_id is not None else self.accounts.get(account_id or "")
        return [] if record is None else record.waivers

    def live_links(self, market: str) -> Iterator[Link]:
        """All live links of a market's shops, shop by shop."""
        for shop in self.shops.values():
            if shop.facts.market == market:
                yield from shop.live.values()

    def apply(self, event: Event) -> None:  # noqa: C901, PLR0912 (one case per kind of event)
        """Apply an event."""
        self.now = max(self.now, event.at)
        match event:
            case LinkEvent():
                link = self.live.get(event.link_id)
                self._keep(link, link_after(event, link))
            case ShopRecorded():
                self._record_shop(event.facts(), event.at)
            case AccountRecorded():
                self._record_account(event.facts(), event.at)
            case AccountCorrected():
                record = self.accounts[event.account_id]
                record.corrected = event.corrections_after(record.corrected)
                self._record_account(event.facts_after(record.facts), event.at)
            case WaiverGranted():
                self.waivers(event.shop_id, event.account_id).append(event.waiver())
            case WaiverEnded():
                self._end_waiver(event)
            case RulebookActivated():
                entry = (event.effective_from, self.rulebooks[event.name])
                self._activations[event.market].append(entry)
                self._reschedule(event.market, [*self._starts.get(event.market, ()), entry])
            case RulebookActivationCancelled():
                start, ahead = (event.effective_from, event.name), self._starts[event.market]
                self._activations[event.market] = [
                    one for one in self._activations[event.market] if (one[0], one[1].name) != start
                ]
                self._reschedule(event.market, [one for one in ahead if (one[0], one[1].name) != start])
            case CommerceEvent():
                self.shelf.apply(event)
            case MemberEvent():
                self.people.apply(event)
            case TicketEvent():
                self.desk.apply(event)
            case SideEvent():
                pass
            case _:
                raise AssertionError(f"no event of the catalogue: {event!r}")

    def keep(self, record: Record) -> None:
        """Keep what a row that a decision writes beside its events tells of the state."""
        if isinstance(record, InvitationAddress):
            self.people.keep(record)
        elif isinstance(record, NewTicket):
            self.desk.tickets[record.ticket.ticket_id] = record.ticket

    def restore_link(self, link: Link, due_at: datetime | None) -> None:
        """Add a live link from the database with its stored due instant. Call this in the order recorded."""
        shop, account = self.shops[link.shop_id], self.accounts[link.account_id]
        self.live[link.link_id] = shop.live[link.link_id] = account.live[link.link_id] = link
        account.newest.setdefault(link.shop_id, link)
        if link.linked_at is not None:
            account.established.append(link)
        self._numbers[link.link_id] = next(self._recorded)
        if due_at is not None:
            self.agenda.put(link.link_id, self._numbers[link.link_id], due_at)

    def restore_rulebooks(
        self, market: str, activations: list[tuple[datetime, Rulebook]], at: datetime
    ) -> None:
        """Set a market's activations, in the order recorded, as they are just before an instant."""
        self._activations[market] = activations
        started = [(start, index) for index, (start, _) in enumerate(activations) if start < at]
        regime = self._default
        if started:
            start, index = max(started)
            regime = Regime(activations[index][1], start)
        self._starts[market] = [entry for entry in activations if entry[0] >= at]
        self._set_regime(market, regime.rulebook, regime.since)

    def is_ahead(self, market: str, name: str, start: datetime) -> bool:
        """Whether a rulebook is to start in a market at an instant that has not come yet."""
        return any(start == at and name == rulebook.name for at, rulebook in self._starts.get(market, ()))

    def may_be_due(self, at: datetime) -> bool:
        """Whether something may be due by an instant. This is cheap; False is certain, True is not."""
        return self.agenda.may_be_due(at) or (self.next_start_at is not None and self.next_start_at <= at)

    def next_due_at(self) -> datetime | None:
        """The next instant at which something is due; None if nothing is."""
        due_at, start_at = self.agenda.next_at(), self.next_start_at
        if due_at is None or start_at is None:
            return due_at or start_at
        return min(due_at, start_at)

    def start_rulebooks(self, at: datetime) -> set[str]:
        """Bring into force the rulebooks that start at an instant, and return their markets.

        If two start at the same instant in a market, the one recorded later counts. Call `schedule` for the links of
        these markets afterwards.
        """
        started = set()
        for market, starts in self._starts.items():
            due = [rulebook for start, rulebook in starts if start == at]
            if due:
                started.add(market)
                self._starts[market] = [entry for entry in starts if entry[0] > at]
                self._set_regime(market, due[-1], at)
        return started

    def schedule(self, link: Link) -> None:
        """Compute when the clock may next change a link, and put it on the agenda."""
        shop, account = self.shops[link.shop_id].facts, self.accounts[link.account_id].facts
        regime = self._regimes.get(shop.market, self._default)
        at = due_at(link, shop, account, regime, self.now)
        if at is None:
            self.agenda.remove(link.link_id)
        else:
            self.agenda.put(link.link_id, self._numbers[link.link_id], at)

    def _set_regime(self, market: str, rulebook: Rulebook, since: datetime) -> None:
        starts = {market: [start for start, _ in entries] for market, entries in self._starts.items()}
        self._regimes[market] = Regime(rulebook, since, min(starts.get(market, []), default=None))
        self.next_start_at = min((start for instants in starts.values() for start in instants), default=None)

    def _keep(self, old: Link | None, new: Link) -> None:
        """Replace a link by its next state, everywhere it is indexed and counted."""
        shop, account = self.shops[new.shop_id], self.accounts[new.account_id]
        if old is None or account.newest[new.shop_id].link_id == new.link_id:
            account.newest[new.shop_id] = new
        if new.linked_at is not None:
            self._keep_established(old, new)
        if new.status in LIVE:
            if old is None:
                self._numbers[new.link_id] = next(self._recorded)
            self.live[new.link_id] = shop.live[new.link_id] = account.live[new.link_id] = new
            self.schedule(new)
        elif old is not None:
            for live in (self.live, shop.live, account.live, self._numbers):
                del live[new.link_id]
            self.agenda.remove(new.link_id)
        if new.ended_at is not None:
            shop.ended.append(new)

    def _keep_established(self, old: Link | None, new: Link) -> None:
        shop, account = self.shops[new.shop_id], self.accounts[new.account_id]
        assert new.linked_at is not None, "an established link says since when"
        if old is None or old.linked_at is None:
            account.established.append(new)
            if new.role == "marketing":
                insort(shop.marketing_linked_at, new.linked_at)
                insort(account.marketing_linked_at, new.linked_at)
        else:
            account.established[account.established.index(old)] = new
        if new.status == "unlinked" and new.role == "official":
            shop.official_unlinks += 1

    def _record_shop(self, facts: Shop, at: datetime) -> None:
        record = self.shops.setdefault(facts.shop_id, ShopRecord(facts))
        decided, record.facts, record.touched_at = record.facts.decided, facts, at
        if facts.decided != decided:
            for link in record.live.values():
                self.schedule(link)

    def _record_account(self, facts: Account, at: datetime) -> None:
        record = self.accounts.setdefault(facts.account_id, AccountRecord(facts))
        record.facts, record.touched_at = facts, at
        for link in record.live.values():
            self.schedule(link)

    def _end_waiver(self, event: WaiverEnded) -> None:
        waivers = self.waivers(event.shop_id, event.account_id)
        ended = next(
            w
            for w in waivers
            if w.code == event.code and w.granted_at == event.granted_at and w.in_force(event.at)
        )
        waivers.remove(ended)

    def _reschedule(self, market: str, starts: list[tuple[datetime, Rulebook]]) -> None:
        """Set the starts that are ahead in a market, in the order recorded, and schedule its links anew."""
        self._starts[market] = starts
        regime = self._regimes.get(market, self._default)
        self._set_regime(market, regime.rulebook, regime.since)
        for link in self.live_links(market):
            self.schedule(link)
