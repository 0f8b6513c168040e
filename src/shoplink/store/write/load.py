"""Load, under lock, the part of the state that a batch of commands can read or change.

Every transaction takes its locks in the same order (docs/explanation/locks.md): the named shops by id; then, after
reading their live links, the named accounts and the accounts of those links by id. Under the locks it reads everything
that decisions count, but never a history. The number of statements does not grow with the batch; there is none for what
the batch does not name.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core import Account, Link, Rulebook, Shop, Waiver, World
from shoplink.core.case import AccountRecord, ShopRecord
from shoplink.core.commands import HAPPENED_AT, Command, ImportLink
from shoplink.core.facts import Actor, Corrections
from shoplink.core.instant import BEGINNING, END, shift
from shoplink.core.precondition.subjects import (
    ContentFacts,
    PlaceOfItems,
    PlacesOfPerson,
    ProductFacts,
    Subject,
    TicketInPlace,
)
from shoplink.core.ticket.facts import Ticket
from shoplink.store.database.columns import ACCOUNT, CORRECTIONS, LINK, SHOP
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.sql import among, ids, is_postgresql, query, query_among, rows, rows_as
from shoplink.store.write.load_commerce import CommerceKeys, StoredCommerce, load_commerce
from shoplink.store.write.load_people import PeopleKeys, load_people
from shoplink.store.write.load_tickets import TicketKeys, load_tickets

_TOUCHED_AT = LINK.names.index("touched_at")
_LIVE = "status IN ('invited', 'in_review', 'linked')"


class LoadKeys(Struct):
    """The ids that a batch names; `imported_since` is the earliest start of an imported link.

    `recorded_since` is the earliest instant at which something happened elsewhere that the batch records, and `mirrored`
    has the shops that the batch says are decided elsewhere.

    `starts` has the markets in which a rulebook starts at its own activation, with that start. Links there that are due
    by then, and those that a start may affect, are loaded too. A market in which a start is cancelled has the earliest
    instant: there the links that the start may affect are loaded, because they are due at another instant then.
    """

    shops: set[str]
    accounts: set[str]
    pairs: set[tuple[str, str]]
    imports: set[str]
    imported_since: datetime
    commerce: CommerceKeys = msgspec.field(default_factory=CommerceKeys)
    people: PeopleKeys = msgspec.field(default_factory=PeopleKeys)
    tickets: TicketKeys = msgspec.field(default_factory=TicketKeys)
    starts: dict[str, datetime] = {}
    recorded_since: datetime = END
    mirrored: set[str] = msgspec.field(default_factory=set)

    @classmethod
    def of(cls, commands: Iterable[Command]) -> "LoadKeys":
        """The ids that commands name."""
        keys = cls(set(), set(), set(), set(), END)
        for command in commands:
            if keys.people.add(command):
                continue
            shop_id, account_id = getattr(command, "shop_id", None), getattr(command, "account_id", None)
            if shop_id is not None:
                keys.shops.add(shop_id)
            if account_id is not None:
                keys.accounts.add(account_id)
                if shop_id is not None:
                    keys.pairs.add((shop_id, account_id))
            keys.commerce.add(command)
            keys.tickets.add(command)
            if isinstance(command, ImportLink):
                keys.imports.add(command.account_id)
                keys.imported_since = min(keys.imported_since, command.linked_at)
            if (happened_at := HAPPENED_AT.get(type(command))) is not None:
                keys.recorded_since = min(keys.recorded_since, getattr(command, happened_at))
            if shop_id is not None and getattr(command, "decided", None) == "elsewhere":
                keys.mirrored.add(shop_id)
        return keys

    def add_ticket(self, ticket_id: str, shop_id: str, account_id: str) -> None:
        """Add a ticket, with what its question is assessed by."""
        self.tickets.ticket_ids.add(ticket_id)
        self.shops.add(shop_id)
        self.accounts.add(account_id)
        self.pairs.add((shop_id, account_id))

    def add_subject(self, subject: Subject) -> None:
        """Add what a precondition on a subject compares."""
        if subject.shop_id is not None:
            self.shops.add(subject.shop_id)
        if subject.account_id is not None:
            self.accounts.add(subject.account_id)
            if subject.shop_id is not None:
                self.pairs.add((subject.shop_id, subject.account_id))
        if isinstance(subject, TicketInPlace):
            self.tickets.ticket_ids.add(subject.ticket_id)
        if isinstance(subject, PlacesOfPerson):
            self.people.with_places.add(subject.person_id)
        if isinstance(subject, ProductFacts):
            self.commerce.products.add(subject.product_id)
        if isinstance(subject, ContentFacts):
            self.commerce.contents.add(subject.content_id)
        if isinstance(subject, PlaceOfItems):
            self.commerce.count(subject.account_id or "", subject.content_id)


class LoadedState(Struct):
    """A World made from the loaded rows, and what of it is stored.

    `floor` is the newest instant in the locked rows: no new event may be earlier. `shops` has their names, `accounts`
    their handles, `links` the live links, each with its slot and when it was due, and `tickets` those that were loaded.
    """

    world: World
    floor: datetime
    shops: dict[str, str]
    accounts: dict[str, str]
    links: dict[str, "LiveLink"]
    tickets: dict[str, Ticket]
    commerce: StoredCommerce


class LiveLink(Struct, gc=False):
    """A live link, as stored."""

    link: Link
    slot: int
    due_at: datetime | None


def load(keys: LoadKeys, world: World, not_before: datetime, *, to_write: bool = True) -> LoadedState:
    """Load what a batch names into an empty World; to write, under lock, in the transaction that saves.

    `not_before`: no command of the batch is decided earlier than this instant.
    """
    lock = " FOR UPDATE" if to_write and is_postgresql() else ""
    shops = _read_shops(keys.shops, lock)
    status_of_links = _live_links_of_shops(keys.shops)
    account_ids = keys.accounts.union(account_id for account_id, _ in status_of_links)
    account_ids |= _accounts_before(keys.starts)
    accounts = _read_accounts(account_ids, lock)
    live = _read_live_links(account_ids)
    others = {row[1] for row in live} - shops.keys()
    shops_of_others = _read_shops(others, "")
    for shop, micros in (*shops.values(), *shops_of_others.values()):
        world.shops[shop.shop_id] = ShopRecord(shop, touched_at=_instant(micros))
    for account, corrected, micros in accounts.values():
        world.accounts[account.account_id] = AccountRecord(account, corrected, touched_at=_instant(micros))
    touched_at = [row[-1] for read in (shops, shops_of_others, accounts) for row in read.values()]
    touched_at += [row[_TOUCHED_AT] for row in live]
    in_review = {account_id for account_id, status in status_of_links if status == "in_review"}
    floor = max(_latest(touched_at), _last_happened(keys.accounts | in_review))
    commerce_keys = keys.commerce.union(load_tickets(world, keys.tickets))
    tickets = dict(world.desk.tickets)
    # A ticket that time has ended is judged at the instant at which it was due.
    earliest = min([not_before, *(each.due_at for each in tickets.values() if each.due_at)])
    _read_newest(world, keys)
    _read_windows(world, keys, min(earliest, keys.recorded_since))
    _read_unlinks(world, keys)
    _read_waivers(world, keys)
    _read_history(world, keys)
    _read_ended(world, keys)
    links = {}
    for row in live:
        link, (slot, due_at) = LINK.value(row), LINK.rest(row)
        # An account recorded since the accounts were read is not locked, and so not part of this batch.
        if link.account_id in world.accounts:
            stored = LiveLink(link, slot, from_micros(due_at))
            links[link.link_id] = stored
            world.restore_link(link, stored.due_at)
    _read_activations(world, links.values(), earliest)
    commerce, newest = load_commerce(world, commerce_keys)
    written = max((ticket.updated_at for ticket in tickets.values()), default=BEGINNING)
    newest = max(newest, written, load_people(world, keys.people, not_before))
    handles = {account_id: account.handle for account_id, (account, *_) in accounts.items()}
    named = {shop_id: shop.name for shop_id, (shop, _) in shops.items()}
    return LoadedState(world, max(floor, newest), named, handles, links, tickets, commerce)


def _latest(micros: Iterable[int]) -> datetime:
    return from_micros(max(micros, default=None)) or BEGINNING


def _read_shops(shop_ids: set[str], lock: str) -> dict[str, tuple[Shop, int]]:
    found = query_among(
        shop_ids, f"SELECT {SHOP.sql}, touched_at FROM shop WHERE {among('shop_id')} ORDER BY shop_id{lock}"
    )
    return {row[0]: (SHOP.value(row), *SHOP.rest(row)) for row in found}


def _live_links_of_shops(shop_ids: set[str]) -> list[tuple[Any, ...]]:
    """Account and status of each live link."""
    return query_among(shop_ids, f"SELECT account_id, status FROM link WHERE {among('shop_id')} AND {_LIVE}")


def _accounts_before(starts: Mapping[str, datetime]) -> set[str]:
    """Accounts in these markets with a link that is due by the instant, or that a rulebook's start may affect."""
    if not starts:
        return set()
    found = query(
        f"SELECT account_id FROM {rows_as(market='text', start_at='bigint')} JOIN link ON link.market = given.market"
        f" AND (due_at <= start_at OR status = 'in_review' OR unlink_requested_at IS NOT NULL) AND {_LIVE}",
        rows([(market, to_micros(start)) for market, start in starts.items()]),
    )
    return {row[0] for row in found}


def _read_accounts(account_ids: set[str], lock: str) -> dict[str, tuple[Account, Corrections, int]]:
    found = query_among(
        account_ids,
        f"SELECT {ACCOUNT.sql}, {CORRECTIONS.sql}, touched_at FROM account"
        f" WHERE {among('account_id')} ORDER BY account_id{lock}",
    )
    accounts = {}
    for row in found:
        rest = ACCOUNT.rest(row)
        accounts[row[0]] = (ACCOUNT.value(row), CORRECTIONS.value(rest), *CORRECTIONS.rest(rest))
    return accounts


def _read_live_links(account_ids: set[str]) -> list[tuple[Any, ...]]:
    """The live links of accounts. They include those of the named shops: a locked shop gets no new links."""
    return query_among(
        account_ids,
        f"SELECT {LINK.sql}, slot, due_at FROM link WHERE {among('account_id')} AND {_LIVE} ORDER BY number",
    )


def _last_happened(account_ids: Iterable[str]) -> datetime:
    """The instant of the newest event of these accounts, events of their ended links included.

    An account's events are recorded under its lock and in the order of their instants, so its newest event is the one
    recorded last. Call this after taking the locks, so that it sees the transactions that the locks waited for. It is
    needed only for accounts to which something may happen at the batch's own instant: those that the batch names, and
    those whose review may end because of their shop.
    """
    found = query(
        "SELECT max((SELECT event.at FROM event WHERE event.account_id = given.account_id"
        f" ORDER BY event.number DESC LIMIT 1)) FROM {rows_as(account_id='text')}",
        rows([(account_id,) for account_id in sorted(account_ids)]),
    )
    return from_micros(found[0][0]) or BEGINNING


def _read_newest(world: World, keys: LoadKeys) -> None:
    """Load the newest link of each named pair."""
    if not keys.pairs:
        return
    for row in query(
        f"SELECT {LINK.sql} FROM link WHERE number IN (SELECT (SELECT max(number) FROM link AS l"
        " WHERE l.shop_id = given.shop_id AND l.account_id = given.account_id)"
        f" FROM {rows_as(shop_id='text', account_id='text')})",
        rows(sorted(keys.pairs)),
    ):
        world.accounts[row[2]].newest[row[1]] = LINK.value(row)


def _read_windows(world: World, keys: LoadKeys, not_before: datetime) -> None:
    """Load when marketing links of the named shops and accounts were established, as far back as any rulebook counts."""
    quotas = [
        quota
        for rulebook in world.rulebooks.values()
        for quota in (rulebook.links_per_shop, rulebook.links_per_account)
        if quota is not None
    ]
    since = shift(not_before, -max((quota.window for quota in quotas), default=timedelta(0)))
    for key, wanted, records in (
        ("shop_id", keys.shops, world.shops),
        ("account_id", keys.accounts, world.accounts),
    ):
        for subject, linked_at in query_among(
            wanted,
            f"SELECT {key}, linked_at FROM link WHERE {among(key)} AND role = 'marketing'"
            " AND linked_at IS NOT NULL AND linked_at > %s ORDER BY linked_at",
            to_micros(since),
        ):
            records[subject].marketing_linked_at.append(_instant(linked_at))


def _read_unlinks(world: World, keys: LoadKeys) -> None:
    """Load how many official links of each named shop were ever unlinked (R24)."""
    for shop_id, unlinks in query_among(
        keys.shops,
        f"SELECT shop_id, count(*) FROM link WHERE {among('shop_id')} AND role = 'official'"
        " AND status = 'unlinked' GROUP BY shop_id",
    ):
        world.shops[shop_id].official_unlinks = unlinks


def _read_waivers(world: World, keys: LoadKeys) -> None:
    """Load the waivers of the named shops and accounts that were not ended, in the order of granting."""
    for code, shop_id, account_id, until, granted_at, note, kind, who in query(
        "SELECT code, shop_id, account_id, until, granted_at, note, by_kind, by_id FROM waiver"
        f" WHERE ended_at IS NULL AND ({among('shop_id')} OR {among('account_id')}) ORDER BY id",
        ids(keys.shops),
        ids(keys.accounts),
    ):
        by = Actor(kind, who) if kind else None
        waiver = Waiver(code, from_micros(until), _instant(granted_at), note, by)
        world.waivers(shop_id, account_id).append(waiver)


def _read_history(world: World, keys: LoadKeys) -> None:
    """Load the ended links that an imported link might overlap."""
    for row in query_among(
        keys.imports,
        f"SELECT {LINK.sql} FROM link WHERE {among('account_id')} AND linked_at IS NOT NULL"
        " AND ended_at > %s ORDER BY number",
        to_micros(keys.imported_since),
    ):
        world.accounts[row[2]].established.append(LINK.value(row))


def _read_ended(world: World, keys: LoadKeys) -> None:
    """Load the ended links of shops decided elsewhere that were live, or unlinked later, when something happened there."""
    if keys.recorded_since == END:
        return
    elsewhere = {
        key for key in keys.shops if key in world.shops and world.shops[key].facts.decided == "elsewhere"
    }
    for row in query_among(
        elsewhere | keys.mirrored,
        f"SELECT {LINK.sql} FROM link WHERE {among('shop_id')} AND ended_at > %s ORDER BY number",
        to_micros(keys.recorded_since),
    ):
        world.shops[row[1]].ended.append(LINK.value(row))


def _read_activations(world: World, links: Iterable[LiveLink], not_before: datetime) -> None:
    """Load which rulebooks are in force and when the next ones start, from the earliest instant that matters."""
    starts: defaultdict[str, list[tuple[datetime, Rulebook]]] = defaultdict(list)
    for market, name, effective_from in query(
        "SELECT market, name, effective_from FROM activation WHERE cancelled_at IS NULL ORDER BY id"
    ):
        starts[market].append((_instant(effective_from), world.rulebooks[name]))
    earliest = min((link.due_at for link in links if link.due_at is not None), default=not_before)
    for market, activations in starts.items():
        world.restore_rulebooks(market, activations, min(earliest, not_before))


def _instant(micros: int | None) -> datetime:
    instant = from_micros(micros)
    assert instant is not None, "this column is never null"
    return instant
