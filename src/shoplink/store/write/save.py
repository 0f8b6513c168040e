"""Save the results of a batch: the changed rows and the events, with a fixed number of statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count

import msgspec
from msgspec.structs import astuple

from shoplink.core import Event, Link, World
from shoplink.core import events as e
from shoplink.core.case import ShopRecord
from shoplink.core.commerce.events import CommerceEvent
from shoplink.core.event_base import Record
from shoplink.core.events import link_after
from shoplink.core.facts import LIVE, Corrections
from shoplink.core.people.events import MemberEvent
from shoplink.core.ticket.events import TicketEvent
from shoplink.store.database.fields import to_micros
from shoplink.store.database.folded import folded_column
from shoplink.store.database.sql import Row, among, execute, ids, insert, rows, rows_as, update
from shoplink.store.ticket.tickets import set_tickets_due
from shoplink.store.write.load import LoadedState
from shoplink.store.write.save_commerce import save_commerce
from shoplink.store.write.save_mirror import save_mirror
from shoplink.store.write.save_people import save_people
from shoplink.store.write.save_search import save_terms
from shoplink.store.write.save_tickets import save_tickets

_encode = msgspec.json.Encoder().encode

_SHOP = {
    "shop_id": "text",
    "name": "text",
    "market": "text",
    "enrolment": "text",
    "status": "text",
    "decided": "text",
}
_ACCOUNT = {
    "account_id": "text",
    "handle": "text",
    "region": "text",
    "registered_in": "text",
    "birth_date": "text",
    "status": "text",
    "commerce_permission": "text",
    "followers": "bigint",
}
_FOLDED = {"handle_folded": "text"}
_CORRECTIONS = dict.fromkeys(Corrections.__struct_fields__, "bigint")
_STATE = {
    "link_id": "text",
    "role": "text",
    "status": "text",
    "slot": "integer",
    "accepted_at": "bigint",
    "linked_at": "bigint",
    "ended_at": "bigint",
    "unlink_requested_at": "bigint",
    "synced_since": "bigint",
    "due_at": "bigint",
    "touched_at": "bigint",
}
_RECORDED = {
    "shop_id": "text",
    "account_id": "text",
    "market": "text",
    "rulebook": "text",
    "invited_at": "bigint",
    "expires_at": "bigint",
    "settlement": "text",
    "reference": "text",
    "message": "text",
}
_WAIVER = {
    "code": "text",
    "shop_id": "text",
    "account_id": "text",
    "until": "bigint",
    "granted_at": "bigint",
    "ended_at": "bigint",
    "note": "text",
    "by_kind": "text",
    "by_id": "text",
}


def save(loaded: LoadedState, events: Sequence[Event], records: Sequence[Record] = ()) -> None:
    """Store the events in order, every row that they or time have changed, and the rows beside them."""
    _save_facts(loaded, events)
    _save_links(loaded, [event for event in events if isinstance(event, e.LinkEvent)])
    _save_waivers(events)
    save_commerce(loaded.commerce, [event for event in events if isinstance(event, CommerceEvent)])
    _save_activations(events, loaded.world.live)
    save_people([event for event in events if isinstance(event, MemberEvent)], records)
    save_tickets(loaded, [event for event in events if isinstance(event, TicketEvent)], records)
    save_mirror(records)
    append(events)


def _save_facts(loaded: LoadedState, events: Sequence[Event]) -> None:
    world = loaded.world
    shops = {event.shop_id: event.at for event in events if isinstance(event, e.ShopRecorded)}
    accounts = {
        event.account_id: event.at
        for event in events
        if isinstance(event, e.AccountRecorded | e.AccountCorrected)
    }
    # In the order of the ids, so that batches that record the same new things cannot deadlock.
    shop_rows = [
        (*_values(world.shops[key].facts, _SHOP), to_micros(at)) for key, at in sorted(shops.items())
    ]
    account_rows = [
        (
            *_values(world.accounts[key].facts, _ACCOUNT),
            *map(to_micros, astuple(world.accounts[key].corrected)),
            folded_column(world.accounts[key].facts.handle),
            to_micros(at),
        )
        for key, at in sorted(accounts.items())
    ]
    for table, key, given, known, types in (
        ("shop", "shop_id", shop_rows, loaded.shops, _SHOP),
        ("account", "account_id", account_rows, loaded.accounts, _ACCOUNT | _CORRECTIONS | _FOLDED),
    ):
        update(table, key, [row for row in given if row[0] in known], **types, touched_at="bigint")
        insert(table, [row for row in given if row[0] not in known], **types, touched_at="bigint")
    save_terms("shop", {key: world.shops[key].facts.name for key in shops}, loaded.shops)
    save_terms("account", {key: world.accounts[key].facts.handle for key in accounts}, loaded.accounts)
    _save_handles(loaded, [event for event in events if isinstance(event, e.AccountRecorded)])


def _save_handles(loaded: LoadedState, events: Sequence[e.AccountRecorded]) -> None:
    """Add a row for each handle that is not the one before it."""
    folded = {account_id: folded_column(handle) for account_id, handle in loaded.accounts.items()}
    changed = []
    for event in events:
        now = folded_column(event.handle)
        if now != folded.get(event.account_id, ""):
            folded[event.account_id] = now
            changed.append((event.account_id, event.handle, now, to_micros(event.at)))
    insert("handle", changed, account_id="text", handle="text", **_FOLDED, since="bigint")


def _save_links(loaded: LoadedState, events: Sequence[e.LinkEvent]) -> None:
    """Save ended links first, so that their slots are free for the others; then live ones; then new ones."""
    world, slots = loaded.world, _Slots(loaded)
    links: dict[str, Link] = {}
    for event in events:
        link = links.get(event.link_id)
        if link is None and event.link_id in loaded.links:
            link = loaded.links[event.link_id].link
        links[event.link_id] = link_after(event, link)
    for link_id, stored in loaded.links.items():
        # A recorded account or an activated rulebook can change a link's due instant, and nothing else of the link.
        if link_id not in links and world.agenda.due_at(link_id) != stored.due_at:
            links[link_id] = stored.link
    ended: list[Row] = []
    live: list[Row] = []
    new: list[Row] = []
    for link_id, link in links.items():
        state = (
            link_id,
            link.role,
            link.status,
            slots.of(link),
            *map(to_micros, (link.accepted_at, link.linked_at, link.ended_at, link.unlink_requested_at)),
            to_micros(link.synced_since),
            to_micros(world.agenda.due_at(link_id)),
            to_micros(link.touched_at),
        )
        if link_id not in loaded.links:
            new.append((*state, *_recorded(link, world)))
        else:
            (live if link.status in LIVE else ended).append(state)
    update("link", "link_id", ended, **_STATE)
    update("link", "link_id", live, **_STATE)
    insert("link", new, **_STATE, **_RECORDED)


class _Slots:
    """Gives each live link a numbered slot of its shop and role. A constraint makes the slot unique.

    Where another platform decides there may be more links than slots.
    """

    def __init__(self, loaded: LoadedState) -> None:
        """Links that were live keep their slots."""
        self._loaded = loaded
        self._taken: dict[tuple[str, str], set[int]] = {}

    def of(self, link: Link) -> int | None:
        """The slot of a link: the one that it holds, else the lowest free one; None if the link is not live."""
        if link.status not in LIVE:
            return None
        stored = self._loaded.links.get(link.link_id)
        if stored is not None and stored.link.role == link.role:
            return stored.slot
        shop = self._loaded.world.shops[link.shop_id]
        taken = self._taken.setdefault((link.shop_id, link.role), self._held(shop, link.role))
        allowed = self._loaded.world.rulebooks[link.rulebook].slots(shop.facts.enrolment, link.role)
        if shop.facts.decided == "elsewhere":
            slot = next(number for number in count(1) if number not in taken)
        else:
            # If none is free, the last slot is used again, which the constraint refuses.
            slot = next((number for number in range(1, allowed + 1) if number not in taken), max(allowed, 1))
        taken.add(slot)
        return slot

    def _held(self, shop: ShopRecord, role: str) -> set[int]:
        """The slots of the links that were live before and still are; of one whose role changed, the one it leaves."""
        links = self._loaded.links
        return {
            links[one.link_id].slot
            for one in shop.live.values()
            if one.link_id in links and links[one.link_id].link.role == role
        }


def _recorded(link: Link, world: World) -> Row:
    return (
        link.shop_id,
        link.account_id,
        world.shops[link.shop_id].facts.market,
        link.rulebook,
        to_micros(link.invited_at),
        to_micros(link.expires_at),
        link.settlement,
        link.reference,
        link.message,
    )


def _save_waivers(events: Sequence[Event]) -> None:
    """End waivers that were in force before, then insert those that this batch granted, ended or not.

    An end applies to every waiver in force. Among waivers granted at the same instant, the order of the events decides
    which of them it ended.
    """
    ends = [(place, event) for place, event in enumerate(events) if isinstance(event, e.WaiverEnded)]
    granted = [
        (
            event.code,
            event.shop_id,
            event.account_id,
            to_micros(event.until),
            to_micros(event.at),
            to_micros(_ended_at(event, [end for place, end in ends if place > position])),
            event.note,
            event.by.kind if event.by else "",
            event.by.id if event.by else "",
        )
        for position, event in enumerate(events)
        if isinstance(event, e.WaiverGranted)
    ]
    ended = [
        (event.code, event.shop_id, event.account_id, to_micros(event.granted_at), to_micros(event.at))
        for _, event in ends
    ]
    if ended:
        given = rows_as(
            code="text", shop_id="text", account_id="text", granted_at="bigint", ended_at="bigint"
        )
        execute(
            f"UPDATE waiver SET ended_at = given.ended_at FROM {given} WHERE waiver.code = given.code"
            " AND waiver.granted_at = given.granted_at AND waiver.ended_at IS NULL"
            " AND (waiver.until IS NULL OR waiver.until > given.ended_at)"
            " AND (waiver.shop_id = given.shop_id OR waiver.account_id = given.account_id)",
            rows(ended),
        )
    insert("waiver", granted, **_WAIVER)


def _ended_at(granted: e.WaiverGranted, ends: Iterable[e.WaiverEnded]) -> datetime | None:
    """When one of the later ends ended a waiver; None if it is still in force."""
    of = (granted.code, granted.shop_id, granted.account_id, granted.at)
    for end in ends:
        if (end.code, end.shop_id, end.account_id, end.granted_at) == of and granted.waiver().in_force(
            end.at
        ):
            return end.at
    return None


def _save_activations(events: Sequence[Event], live: Iterable[str]) -> None:
    """Cancel activations, then store new ones, and make what they may affect due at the start: links and open tickets.

    What an activation that is cancelled may affect was loaded, and is saved with its links. So are the links in `live`,
    for which time has passed already; and nothing starts for those of shops that are decided elsewhere.
    """
    activated: list[tuple[e.RulebookActivated, datetime | None]] = []
    cancelled: dict[tuple[str, str, datetime], datetime] = {}
    for event in events:
        if isinstance(event, e.RulebookActivated):
            activated.append((event, None))
        elif isinstance(event, e.RulebookActivationCancelled):
            start, at = _start_of(event), event.at
            cancelled.setdefault(start, at)  # what was stored before has ended with the first
            activated = [
                (one, ended or (at if _start_of(one) == start else None)) for one, ended in activated
            ]
    if cancelled:
        given = rows_as(market="text", name="text", effective_from="bigint", cancelled_at="bigint")
        execute(
            f"UPDATE activation SET cancelled_at = given.cancelled_at FROM {given}"
            " WHERE activation.cancelled_at IS NULL AND activation.market = given.market"
            " AND activation.name = given.name AND activation.effective_from = given.effective_from",
            rows([(*start, to_micros(begins), to_micros(at)) for (*start, begins), at in cancelled.items()]),
        )
    starts: dict[str, datetime] = {}
    for event, cancelled_at in activated:
        if cancelled_at is None:
            starts[event.market] = min(event.effective_from, starts.get(event.market, event.effective_from))
    types = {"name": "text", "digest": "text", "effective_from": "bigint", "cancelled_at": "bigint"}
    insert(
        "activation",
        [
            (one.market, one.name, one.digest, to_micros(one.effective_from), to_micros(cancelled_at))
            for one, cancelled_at in activated
        ],
        market="text",
        **types,
    )
    if starts:
        execute(
            f"UPDATE link SET due_at = given.start_at FROM {rows_as(market='text', start_at='bigint')}"
            " WHERE link.market = given.market AND (link.due_at IS NULL OR link.due_at > given.start_at)"
            " AND (link.status = 'in_review' OR link.unlink_requested_at IS NOT NULL)"
            f" AND NOT {among('link.link_id')}"
            " AND NOT EXISTS (SELECT 1 FROM shop WHERE shop.shop_id = link.shop_id AND decided = 'elsewhere')",
            rows([(market, to_micros(start)) for market, start in starts.items()]),
            ids(live),
        )
        set_tickets_due(starts.items())


def _start_of(event: e.RulebookActivated | e.RulebookActivationCancelled) -> tuple[str, str, datetime]:
    return event.market, event.name, event.effective_from


def append(events: Sequence[Event]) -> None:
    """Add events to the log, in the transaction that stores what they changed."""
    given = [
        (
            event.__struct_config__.tag,
            to_micros(event.at),
            getattr(event, "shop_id", None),
            getattr(event, "account_id", None),
            getattr(event, "link_id", None),
            _encode(event).decode(),
        )
        for event in events
    ]
    types = {"at": "bigint", "shop_id": "text", "account_id": "text", "link_id": "text", "data": "text"}
    insert("event", given, type="text", **types)


def _values(facts: msgspec.Struct, columns: Iterable[str]) -> tuple[object, ...]:
    """The fields that columns are named after, in the columns' order."""
    stored = msgspec.to_builtins(facts)
    return tuple(stored[name] for name in columns)
