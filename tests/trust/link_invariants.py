"""Invariants 1 to 3 of domain.md section 9, checked on the stored events alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from shoplink.core import Event, Link, Rulebook
from shoplink.core.events import LinkEvent, LinkInvited, RecordingEvent, ShopRecorded, link_after
from shoplink.core.facts import LIVE, Role
from shoplink.core.instant import END


class LinkEntry(Struct):
    """A link after its events, and the instant of the last one."""

    link: Link
    touched_at: datetime


class LinkInvariants:
    """Every link by the stored events, and the slots and accounts that the links take.

    `touched` has the links that have changed since their rows were last compared.
    """

    def __init__(self, rulebooks: Mapping[str, Rulebook]) -> None:
        """`rulebooks`: all rulebooks that can be activated, by name."""
        self.links: dict[str, LinkEntry] = {}
        self.touched: set[str] = set()
        self._live: Counter[tuple[str, Role]] = Counter()
        self._rulebooks = rulebooks
        self._enrolment: dict[str, str] = {}
        self._mirrored: set[str] = set()
        self._taken: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._linked: dict[str, list[str]] = {}

    def take(self, events: Iterable[Event]) -> None:
        """Apply the events of one command, then check the links that they concern."""
        touched = []
        for event in events:
            if isinstance(event, ShopRecorded):
                self._enrolment[event.shop_id] = event.enrolment
                if event.decided == "elsewhere":
                    self._mirrored.add(event.shop_id)  # another platform asks for slots, or does not
            elif isinstance(event, LinkEvent):
                self._change(event)
                touched.append(event)
        for event in touched:
            self._check(event)

    def _change(self, event: LinkEvent) -> None:
        entry = self.links.get(event.link_id)
        old, since = (None, event.at) if entry is None else (entry.link, entry.touched_at)
        assert event.at >= since, f"earlier than what it follows, {since}: {event}"
        assert old is None or not isinstance(event, LinkInvited), f"a link is recorded twice: {event}"
        new = link_after(event, old)
        self.links[event.link_id] = LinkEntry(new, event.at)
        self.touched.add(event.link_id)
        for link, by in ((old, -1), (new, 1)):
            if link is not None and link.status in LIVE:
                self._live[link.shop_id, link.role] += by
                self._pairs[link.shop_id, link.account_id] += by
                self._taken[link.account_id] += by * (link.status != "invited")
        if new.linked_at is not None and (old is None or old.linked_at is None):
            self._linked.setdefault(new.account_id, []).append(new.link_id)

    def _check(self, event: LinkEvent) -> None:
        link = self.links[event.link_id].link
        assert self._taken[link.account_id] <= 1, f"an account is taken twice: {event}"
        assert self._pairs[link.shop_id, link.account_id] <= 1, f"a pair is live twice: {event}"
        if isinstance(event, RecordingEvent) and link.status in LIVE and link.shop_id not in self._mirrored:
            shop_id, role = link.shop_id, link.role
            slots = self._rulebooks[link.rulebook].slots(self._enrolment[shop_id], role)  # type: ignore[arg-type]
            assert self._live[shop_id, role] <= slots, f"a shop has more links than slots: {event}"
        if link.linked_at is not None:
            self._check_past(link, event)

    def _check_past(self, link: Link, event: LinkEvent) -> None:
        """Require that the account never had two established links at the same instant."""
        assert link.linked_at is not None, "an established link says since when"
        for other_id in self._linked[link.account_id]:
            other = self.links[other_id].link
            if other_id != link.link_id and other.linked_at is not None:
                latest_start = max(link.linked_at, other.linked_at)
                first_end = min(link.ended_at or END, other.ended_at or END)
                assert latest_start >= first_end, f"an account was linked twice, also by {other_id}: {event}"
