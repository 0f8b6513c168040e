"""Compare the rows with the state that the log leads to, and with the invariants of domain.md section 9."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, pairwise, zip_longest
from operator import itemgetter
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from shoplink.core import Link
from shoplink.core.due import Regime, due_at
from shoplink.core.facts import LIVE, Corrections
from shoplink.core.instant import BEGINNING, END
from shoplink.flows.rulebooks import default_rulebook
from shoplink.flows.verify.commerce import compare_commerce
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import (
    EXTRA,
    LOG,
    MISSING,
    Difference,
    column_differences,
    compare_in_turn,
)
from shoplink.flows.verify.ledger import Ledger, LedgerLink
from shoplink.flows.verify.search import compare_search
from shoplink.store.database.fields import to_micros
from shoplink.store.database.folded import folded_column
from shoplink.store.write.log import (
    Row,
    account_rows,
    activation_rows,
    handle_rows,
    link_rows,
    shop_rows,
    waiver_rows,
)

_TAKES = ("in_review", "linked")


class _Held(Struct):
    """The live links of a shop in one role: how many, and the number and rulebook of the newest."""

    count: int = 0
    number: int = 0
    rulebook: str = ""


def compare(ledger: Ledger, now: datetime, counts: VerifyCounts) -> Iterator[Difference]:
    """Every difference between the ledger and the rows. Links are removed as they are read, so that memory use falls."""
    yield from _Links(ledger, max(now, ledger.now)).compare(counts)
    for row in shop_rows():
        counts.shops += 1
        yield from _facts("shop", row["shop_id"], ledger.shops.pop(row["shop_id"], None), row)
    for row in account_rows():
        counts.accounts += 1
        yield from _facts("account", row["account_id"], ledger.accounts.pop(row["account_id"], None), row)
        corrected = ledger.corrected.pop(row["account_id"], Corrections())
        expected: dict[str, Any] = {name: to_micros(at) for name, at in asdict(corrected).items()}
        expected["handle_folded"] = folded_column(row["handle"])
        yield from column_differences("account", row["account_id"], expected, row, LOG)
    handles = ((row["account_id"], row) for row in handle_rows())
    yield from compare_in_turn("handle", "number", handles, ledger.handles)
    yield from (Difference("shop", key, MISSING) for key in ledger.shops)
    yield from (Difference("account", key, MISSING) for key in ledger.accounts)
    yield from compare_search()
    yield from _waivers(ledger, counts)
    yield from _activations(ledger, counts)
    yield from ledger.memberships.compare(counts)
    yield from ledger.tickets.compare(counts)
    yield from compare_commerce(ledger.commerce, counts)


def _facts(of: str, key: str, known: tuple[Any, datetime] | None, row: Row) -> Iterator[Difference]:
    if known is None:
        yield Difference(of, key, EXTRA)
        return
    expected = {**msgspec.to_builtins(known[0]), "touched_at": to_micros(known[1])}
    yield from column_differences(of, key, expected, row, LOG)


class _Links:
    """The rows of links, account by account."""

    def __init__(self, ledger: Ledger, now: datetime) -> None:
        self._ledger = ledger
        self._now = now
        self._regimes: dict[str, Regime] = {}
        self._held: dict[tuple[str, str], _Held] = {}

    def compare(self, counts: VerifyCounts) -> Iterator[Difference]:
        for account_id, rows in groupby(link_rows(), itemgetter("account_id")):
            links, order = [], -1
            for row in rows:
                counts.links += 1
                entry = self._ledger.links.pop(row["link_id"], None)
                if entry is None:
                    yield Difference("link", row["link_id"], EXTRA)
                    continue
                yield from self._row(entry, row)
                if entry.order < order:
                    yield Difference(
                        "link", row["link_id"], "it was recorded before the row above it", "number"
                    )
                order = entry.order
                links.append(row)
            yield from _account_invariants(account_id, links)
        yield from (Difference("link", key, MISSING) for key in self._ledger.links)
        yield from self._shop_invariants()

    def _row(self, entry: LedgerLink, row: Row) -> Iterator[Difference]:
        link = entry.link
        shop = self._ledger.shops.get(link.shop_id)
        expected = {
            **{
                n: getattr(link, n)
                for n in ("link_id", "shop_id", "account_id", "role", "status", "rulebook")
            },
            **{n: to_micros(getattr(link, n)) for n in link.__struct_fields__ if n.endswith("_at")},
            "settlement": link.settlement,
            "reference": link.reference,
            "message": link.message,
            "synced_since": to_micros(link.synced_since),
            **({"market": shop[0].market} if shop else {}),
        }
        yield from column_differences("link", link.link_id, expected, row, LOG)
        yield from self._due(link, row)
        yield from self._slot(link, row)

    def _due(self, link: Link, row: Row) -> Iterator[Difference]:
        """The next due instant of a link. An overdue one is not compared: the next writer handles it."""
        account, shop = self._ledger.accounts.get(link.account_id), self._ledger.shops.get(link.shop_id)
        if account is None or shop is None:
            return
        found, now = row["due_at"], to_micros(self._now) or 0
        if link.status in ("in_review", "linked") and isinstance(found, int) and found <= now:
            return
        expected = None
        if link.status in LIVE:
            expected = to_micros(due_at(link, shop[0], account[0], self._regime(shop[0].market), self._now))
        yield from column_differences("link", link.link_id, {"due_at": expected}, row, "by the log it is")

    def _regime(self, market: str) -> Regime:
        """The rulebook in force in a market now."""
        if market not in self._regimes:
            regime, later = Regime(default_rulebook(), BEGINNING), []
            for activation in self._ledger.activations.get(market, ()):
                event = activation.event
                if activation.cancelled_at is not None:
                    continue
                if event.effective_from > self._now:
                    later.append(event.effective_from)
                elif event.effective_from >= regime.since and event.name in self._ledger.rulebooks:
                    regime = Regime(self._ledger.rulebooks[event.name], event.effective_from)
            self._regimes[market] = Regime(regime.rulebook, regime.since, min(later, default=None))
        return self._regimes[market]

    def _slot(self, link: Link, row: Row) -> Iterator[Difference]:
        """A live link holds one of the slots that its rulebook gives. The link is counted for invariant 2."""
        if row["status"] not in LIVE:
            return
        held = self._held.setdefault((link.shop_id, link.role), _Held())
        held.count += 1
        if row["number"] >= held.number:
            held.number, held.rulebook = row["number"], link.rulebook
        slots = self._slots(link.shop_id, link.role, link.rulebook)
        if slots is not None and row["slot"] not in range(1, slots + 1):
            problem = f"its rulebook gives the slots 1 to {slots}, the row {row['slot']!r}"
            yield Difference("link", link.link_id, problem, "slot", found=row["slot"])

    def _slots(self, shop_id: str, role: Any, rulebook: str) -> int | None:
        shop, rules = self._ledger.shops.get(shop_id), self._ledger.rulebooks.get(rulebook)
        limited = shop and rules and shop_id not in self._ledger.mirrored
        return rules.slots(shop[0].enrolment, role) if shop and rules and limited else None

    def _shop_invariants(self) -> Iterator[Difference]:
        """Invariant 2: no more live links than there were slots when the newest was recorded."""
        for (shop_id, role), held in self._held.items():
            slots = self._slots(shop_id, role, held.rulebook)
            if slots is not None and held.count > slots:
                yield Difference("shop", shop_id, f"it has {held.count} live {role} links in {slots} slots")


def _account_invariants(account_id: str, rows: list[Row]) -> Iterator[Difference]:
    """Invariants 1 and 3: one established link at any instant, one that takes the account now, one live link per pair."""
    taken = [row["link_id"] for row in rows if row["status"] in _TAKES]
    if len(taken) > 1:
        yield Difference("account", account_id, f"it is taken by several links: {', '.join(taken)}")
    live = sorted((row["shop_id"], row["link_id"]) for row in rows if row["status"] in LIVE)
    for (shop_id, one), (other_shop_id, other) in pairwise(live):
        if shop_id == other_shop_id:
            yield Difference(
                "account", account_id, f"it has two live links with shop {shop_id}: {one}, {other}"
            )
    end = to_micros(END) or 0
    periods = sorted(
        (row["linked_at"], end if row["ended_at"] is None else row["ended_at"], row["link_id"])
        for row in rows
        if isinstance(row["linked_at"], int) and isinstance(row["ended_at"], int | None)
    )
    for (_, ended_at, one), (linked_at, _, other) in pairwise(periods):
        if linked_at < ended_at:
            yield Difference("account", account_id, f"it was linked by {one} and by {other} at the same time")


def _waivers(ledger: Ledger, counts: VerifyCounts) -> Iterator[Difference]:
    granted = {
        (code, shop_id, account_id, to_micros(at)): waivers
        for (code, shop_id, account_id, at), waivers in ledger.waivers.items()
        if waivers
    }
    for row in waiver_rows():
        counts.waivers += 1
        key = (row["code"], row["shop_id"], row["account_id"], row["granted_at"])
        if not granted.get(key):
            yield Difference("waiver", str(row["id"]), EXTRA)
            continue
        waiver = granted[key].pop(0)
        by = waiver.event.by
        expected = {
            "until": to_micros(waiver.event.until),
            "ended_at": to_micros(waiver.ended_at),
            "note": waiver.event.note,
            "by_kind": by.kind if by else "",
            "by_id": by.id if by else "",
        }
        yield from column_differences("waiver", str(row["id"]), expected, row, LOG)
    for (code, shop_id, account_id, _), waivers in granted.items():
        subject = f"shop {shop_id}" if shop_id is not None else f"account {account_id}"
        yield from (Difference("waiver", f"{code} of {subject}", MISSING) for _ in waivers)


def _activations(ledger: Ledger, counts: VerifyCounts) -> Iterator[Difference]:
    rows: dict[str, list[Row]] = {}
    for row in activation_rows():
        counts.activations += 1
        rows.setdefault(row["market"], []).append(row)
    for market in sorted(rows.keys() | ledger.activations.keys()):
        for row, known in zip_longest(rows.get(market, []), ledger.activations.get(market, [])):
            if row is None:
                yield Difference("activation", f"{known.event.name} in {market}", MISSING)
            elif known is None:
                yield Difference("activation", str(row["id"]), EXTRA)
            else:
                expected = {
                    "name": known.event.name,
                    "digest": known.event.digest,
                    "effective_from": to_micros(known.event.effective_from),
                    "cancelled_at": to_micros(known.cancelled_at),
                }
                yield from column_differences("activation", str(row["id"]), expected, row, LOG)
