"""Histories: links folded from a log, a world replayed from a log, and a snapshot of a world."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shoplink.core import Event, Link, World
from shoplink.core.events import (
    LinkEvent,
    LinkImported,
    LinkInvited,
    RulebookActivated,
    RulebookActivationCancelled,
)


class EventHistory:
    """The links of a log of events in the order recorded, and the rulebooks that it activated."""

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self._activated: list[RulebookActivated] = []

    def apply(self, events: Iterable[Event]) -> None:
        """Apply further events."""
        for event in events:
            if isinstance(event, LinkInvited | LinkImported):
                assert event.link_id not in self.links, event
                self.links[event.link_id] = event.recorded()
            elif isinstance(event, LinkEvent):
                self.links[event.link_id] = event.link_after(self.links[event.link_id])
            elif isinstance(event, RulebookActivated):
                self._activated.append(event)
            elif isinstance(event, RulebookActivationCancelled):
                start = (event.name, event.market, event.effective_from)
                self._activated = [
                    one for one in self._activated if (one.name, one.market, one.effective_from) != start
                ]

    def linked_at_once(self, account_id: str) -> int:
        """The highest number of links of an account that were `linked` at the same instant."""
        own = [link for link in self.links.values() if link.account_id == account_id and link.linked_at]
        return max((sum(in_force(link, one.linked_at) for link in own) for one in own), default=0)

    def rulebook_name(self, market: str, at: datetime, default: str) -> str:
        """The rulebook in force in a market: the one that started last; of two with the same start, the one activated later."""
        started = [one for one in self._activated if one.market == market and one.effective_from <= at]
        return max(reversed(started), key=lambda one: one.effective_from).name if started else default


def in_force(link: Link, at: datetime | None) -> bool:
    """Whether a link was `linked` at an instant; it no longer is at the instant of its end."""
    assert at is not None, "an established link says since when"
    return (
        link.linked_at is not None and link.linked_at <= at and (link.ended_at is None or at < link.ended_at)
    )


def snapshot(world: World) -> dict[str, Any]:
    """A copy of everything in a world, as plain values."""
    shops = {
        shop_id: (
            shop.facts,
            list(shop.live.items()),
            list(shop.marketing_linked_at),
            shop.official_unlinks,
            list(shop.waivers),
        )
        for shop_id, shop in world.shops.items()
    }
    accounts = {
        account_id: (
            account.facts,
            account.corrected,
            list(account.live.items()),
            dict(account.newest),
            list(account.established),
            list(account.marketing_linked_at),
            list(account.waivers),
        )
        for account_id, account in world.accounts.items()
    }
    return {
        "now": world.now,
        "shops": shops,
        "accounts": accounts,
        "live": list(world.live.items()),
        "order": sorted(world.live, key=lambda link_id: world._numbers[link_id]),
        "in force": {market: (one.rulebook.name, one.since) for market, one in world._regimes.items()},
        "starts": [
            (start, market, rulebook.name)
            for market, starts in world._starts.items()
            for start, rulebook in starts
        ],
        "next due": world.next_due_at(),
    }


def replay_log(events: Iterable[Event], again: World) -> World:
    """Apply a log to an empty world. Rulebooks start when time passes, because a start is not an event."""
    for event in events:
        while (start := again.next_start_at) is not None and start <= event.at:
            again.now = max(again.now, start)
            for market in again.start_rulebooks(start):
                for link in again.live_links(market):
                    again.schedule(link)
        again.apply(event)
    return again
