"""The ledger: the shops, accounts, links, waivers and activations that the event log leads to.

Unlike a World it keeps ended links and decides nothing. An event that cannot follow is reported, and applied.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from shoplink.core import AnyEvent, Event, Link, Rulebook
from shoplink.core import events as e
from shoplink.core.commerce.events import CommerceEvent
from shoplink.core.facts import LIVE, Account, Corrections, Shop
from shoplink.core.instant import BEGINNING
from shoplink.core.people.events import MemberEvent
from shoplink.core.ticket.events import TicketEvent
from shoplink.flows.verify.commerce import CommerceLedger
from shoplink.flows.verify.difference import Difference, column_differences, show_value
from shoplink.flows.verify.members import Memberships
from shoplink.flows.verify.tickets import Tickets
from shoplink.store.database.fields import to_micros
from shoplink.store.database.folded import folded_column
from shoplink.store.read.link import read_event
from shoplink.store.write.log import Row


class LedgerLink(Struct):
    """A link by the log; `order` is its place in the order of recording."""

    link: Link
    order: int


class LedgerWaiver(Struct):
    """A waiver by the log."""

    event: e.WaiverGranted
    ended_at: datetime | None = None


class LedgerActivation(Struct):
    """An activation by the log."""

    event: e.RulebookActivated
    cancelled_at: datetime | None = None


_BEFORE: dict[type[Event], tuple[str, ...]] = {
    e.LinkAccepted: ("invited",),
    e.LinkEstablished: ("in_review",),
    e.LinkDeclined: ("invited", "in_review"),
    e.LinkWithdrawn: ("invited", "in_review"),
    e.LinkExpired: ("invited",),
    e.LinkSuperseded: ("invited",),
    e.LinkUnlinked: ("linked",),
    e.LinkRevoked: ("invited", "in_review", "linked"),
    e.LinkImported: ("invited", "in_review"),
    e.LinkAcceptanceRecorded: ("invited",),
    e.LinkEndRecorded: ("invited", "in_review", "linked"),
    e.UnlinkRequested: ("linked",),
    e.UnlinkRequestRecorded: ("linked",),
    e.UnlinkWithdrawn: ("linked",),
    e.UnlinkRefused: ("linked",),
    e.ShowcaseSynced: ("linked",),
}
"""The statuses of its link in which an event can happen (domain.md section 3)."""

_NOTHING = "it changes nothing, so nobody recorded it"
_TAKES = ("in_review", "linked")

WaiverKey = tuple[str, str | None, str | None, datetime]


class Ledger:
    """Applies the rows of the log one by one, and holds the resulting state."""

    def __init__(self, rulebooks: Mapping[str, Rulebook]) -> None:
        """`rulebooks`: all rulebooks that can be activated, by name."""
        self.rulebooks = rulebooks
        self.now = BEGINNING
        self.shops: dict[str, tuple[Shop, datetime]] = {}
        self.mirrored: set[str] = set()
        """The shops that were ever decided elsewhere: they may have more links than slots."""
        self.accounts: dict[str, tuple[Account, datetime]] = {}
        self.corrected: defaultdict[str, Corrections] = defaultdict(Corrections)
        self.handles: defaultdict[str, list[Row]] = defaultdict(list)
        self.links: dict[str, LedgerLink] = {}
        self.waivers: defaultdict[WaiverKey, list[LedgerWaiver]] = defaultdict(list)
        self.activations: defaultdict[str, list[LedgerActivation]] = defaultdict(list)
        self.memberships = Memberships()
        self.tickets = Tickets()
        self.commerce = CommerceLedger()
        self._live: defaultdict[str, set[str]] = defaultdict(set)
        self._position = 0
        self._encode = msgspec.json.Encoder().encode

    def take(self, row: Row) -> Iterator[Difference]:
        """Apply one row of the log; yields what is wrong with it."""
        number = str(row["number"])
        yield from self._check_position(row["position"])
        try:
            event = read_event(row["data"])
            naive = [n for n in event.__struct_fields__ if _is_naive(getattr(event, n))]
        except (msgspec.MsgspecError, UnicodeError, TypeError, RecursionError) as error:
            yield Difference("event", number, f"its data is no event: {error}", "data", found=row["data"])
            return
        if naive:
            yield Difference("event", number, f"its data is no event: {naive[0]} has no offset", "data")
            return
        if self._encode(event).decode() != row["data"]:
            problem = "its data is not as it was written: fields were added, left out or written otherwise"
            yield Difference("event", number, problem, "data", self._encode(event).decode(), row["data"])
        columns = {
            "type": event.__struct_config__.tag,
            "at": to_micros(event.at),
            **{name: getattr(event, name, None) for name in ("shop_id", "account_id", "link_id")},
        }
        yield from column_differences("event", number, columns, row, "its data says")
        for problem in self._apply(event):
            yield Difference("event", number, f"{columns['type']}: {problem}")

    def _check_position(self, position: object) -> Iterator[Difference]:
        if position is None:
            return
        if not isinstance(position, int):
            yield Difference("feed", repr(position), "a position is a whole number")
            return
        if position != self._position + 1:
            missing = f"{self._position + 1}" + (
                f" to {position - 1}" if position > self._position + 2 else ""
            )
            yield Difference("feed", missing, "no event has this position")
        self._position = position

    def _apply(self, event: AnyEvent) -> Iterator[str]:  # noqa: C901, PLR0912 (a kind of event a case)
        """Apply an event; yields in words why it cannot have happened."""
        self.now = max(self.now, event.at)
        match event:
            case e.ShopRecorded():
                yield from self._record_shop(event)
            case e.AccountRecorded():
                self._record_handle(event)
                yield from self._record_account(event.account_id, event.facts(), event.at)
            case e.AccountCorrected():
                known = self.accounts.get(event.account_id)
                if known is None:
                    yield f"account {event.account_id} was never recorded"
                else:
                    corrected = event.corrections_after(self.corrected[event.account_id])
                    self.corrected[event.account_id] = corrected
                    yield from self._record_account(event.account_id, event.facts_after(known[0]), event.at)
            case e.LinkInvited() | e.LinkInvitationRecorded():
                yield from self._record_link(event)
            case e.LinkImported() if event.link_id not in self.links:
                yield from self._record_link(event)
            case e.WaiverGranted():
                yield from self._missing_subject(event.shop_id, event.account_id)
                self.waivers[event.code, event.shop_id, event.account_id, event.at].append(
                    LedgerWaiver(event)
                )
            case e.WaiverEnded():
                yield from self._end_waiver(event)
            case e.RulebookActivated():
                rulebook = self.rulebooks.get(event.name)
                if rulebook is None or rulebook.digest != event.digest:
                    yield f"no rulebook {event.name!r} with the digest {event.digest} is kept"
                self.activations[event.market].append(LedgerActivation(event))
            case e.RulebookActivationCancelled():
                yield from self._cancel_activation(event)
            case e.LinkEvent():
                yield from self._change_link(event)
            case MemberEvent():
                yield from self.memberships.apply(event)
            case TicketEvent():
                yield from self.tickets.apply(event)
            case CommerceEvent():
                yield from self._take_commerce(event)

    def _take_commerce(self, event: CommerceEvent) -> Iterator[str]:
        yield from self._missing_subject(getattr(event, "shop_id", None), getattr(event, "account_id", None))
        came_under = getattr(event, "came_under", None)
        link = self.links.get(came_under) if came_under is not None else None
        if came_under is not None and (link is None or link.link.status != "linked"):
            yield f"link {came_under} was not linked then"
        yield from self.commerce.take(event)

    def _record_shop(self, event: e.ShopRecorded) -> Iterator[str]:
        facts = event.facts()
        if facts.decided == "elsewhere":
            self.mirrored.add(event.shop_id)
        if event.shop_id not in self.shops:
            self.shops[event.shop_id] = (facts, event.at)
            return
        known, touched_at = self.shops[event.shop_id]
        if facts == known:
            yield _NOTHING
        if (facts.market, facts.enrolment) != (known.market, known.enrolment):
            yield f"market and enrolment of shop {event.shop_id} were {known.market}, {known.enrolment}: they never change"
        yield from _late(event.at, touched_at)
        self.shops[event.shop_id] = (facts, event.at)

    def _record_account(self, account_id: str, facts: Account, at: datetime) -> Iterator[str]:
        if known := self.accounts.get(account_id):
            if known[0] == facts:
                yield _NOTHING
            yield from _late(at, known[1])
        self.accounts[account_id] = (facts, at)

    def _record_handle(self, event: e.AccountRecorded) -> None:
        """Keep a handle that is not the one before it, as its row holds it."""
        folded = folded_column(event.handle)
        known = self.handles[event.account_id]
        if folded != (known[-1]["handle_folded"] if known else ""):
            known.append({"handle": event.handle, "handle_folded": folded, "since": to_micros(event.at)})

    def _record_link(self, event: e.RecordingEvent) -> Iterator[str]:
        if event.link_id in self.links:
            yield f"link {event.link_id} was recorded before"
            return
        yield from self._missing_subject(event.shop_id, event.account_id)
        link = event.recorded()
        yield from self._taken(link)
        self.links[event.link_id] = LedgerLink(link, len(self.links))
        if link.status in LIVE:
            self._live[link.account_id].add(link.link_id)

    def _change_link(self, event: e.LinkEvent) -> Iterator[str]:
        entry = self.links.get(event.link_id)
        if entry is None:
            yield f"link {event.link_id} was never recorded"
            return
        link = entry.link
        if (event.shop_id, event.account_id) != (link.shop_id, link.account_id):
            yield f"link {link.link_id} is of shop {link.shop_id} and account {link.account_id}"
        if link.status not in _BEFORE[type(event)]:
            yield f"link {link.link_id} was {link.status!r} then; allowed: {' or '.join(_BEFORE[type(event)])}"
        elif isinstance(event, e.RequestClosing) and link.unlink_requested_at is None:
            yield f"no unlink request was open on link {link.link_id} then"
        elif (
            isinstance(event, e.UnlinkRequested | e.UnlinkRequestRecorded)
            and link.unlink_requested_at is not None
        ):
            yield f"an unlink request was open on link {link.link_id} already"
        elif isinstance(event, e.LinkExpired) and event.at != link.expires_at:
            yield f"link {link.link_id} was to expire at {show_value(link.expires_at)}"
        yield from _late(event.at, link.touched_at or BEGINNING)
        after = event.link_after(link)
        if after.status in _TAKES and link.status not in _TAKES:
            yield from self._taken(after)
        entry.link = after
        if after.status not in LIVE:
            self._live[link.account_id].discard(link.link_id)

    def _taken(self, link: Link) -> Iterator[str]:
        """Invariants 1 and 3 when a link is recorded. An import ends the pair's invitation right after."""
        for other_id in self._live[link.account_id] - {link.link_id}:
            other = self.links[other_id].link
            if link.status in _TAKES and other.status in _TAKES:
                yield f"account {link.account_id} had link {other_id} then, which was {other.status!r}"
            elif link.status == "invited" and other.shop_id == link.shop_id:
                yield f"the pair had link {other_id} then, which was {other.status!r}"

    def _missing_subject(self, shop_id: str | None, account_id: str | None) -> Iterator[str]:
        if shop_id is not None and shop_id not in self.shops:
            yield f"shop {shop_id} was never recorded"
        if account_id is not None and account_id not in self.accounts:
            yield f"account {account_id} was never recorded"

    def _end_waiver(self, event: e.WaiverEnded) -> Iterator[str]:
        granted = self.waivers[event.code, event.shop_id, event.account_id, event.granted_at]
        for waiver in granted:
            if waiver.ended_at is None and waiver.event.waiver().in_force(event.at):
                waiver.ended_at = event.at
                return
        yield f"no such waiver was granted at {show_value(event.granted_at)}, or it had ended"

    def _cancel_activation(self, event: e.RulebookActivationCancelled) -> Iterator[str]:
        meant = [
            one
            for one in self.activations[event.market]
            if (one.event.name, one.event.effective_from) == (event.name, event.effective_from)
            and one.cancelled_at is None
        ]
        if not meant or event.effective_from <= event.at:
            yield f"no such activation was ahead in market {event.market}"
        for one in meant:
            one.cancelled_at = event.at


def _is_naive(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is None


def _late(at: datetime, after: datetime) -> Iterator[str]:
    if at < after:
        yield f"it happened before what stands before it, {show_value(after)}"
