"""Shops, accounts and links as of a past instant, replayed from the log.

The result holds what was recorded by then. It does not hold a link that was imported later, even if that link had
existed elsewhere for a long time.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from shoplink.core import Account, Link, Shop
from shoplink.core.events import (
    AccountCorrected,
    AccountRecorded,
    LinkEvent,
    RecordingEvent,
    ShopRecorded,
    link_after,
)
from shoplink.core.facts import LIVE
from shoplink.flows.look import CurrentState, look_at
from shoplink.store.read import history
from shoplink.store.read.link import one_link, snapshot


class ShopAsOf(Struct, frozen=True):
    """A shop as of an instant, with the links that were live then. `facts` is None before the shop was recorded."""

    facts: Shop | None
    live: list[Link]


class AccountAsOf(Struct, frozen=True):
    """An account as of an instant, with the links that were live then. `facts` is None before it was recorded."""

    facts: Account | None
    live: list[Link]


def shop_as_of(shop_id: str, at: datetime) -> ShopAsOf:
    """The shop as of an instant."""
    with snapshot():
        state = look_at(shops=[shop_id])
        recorded = history.facts_of_shop(shop_id, at)
        timelines = history.timelines_of_links_open_at(at, shop_id=shop_id)
    facts = [event.facts() for event in recorded if isinstance(event, ShopRecorded)]
    return ShopAsOf(facts[-1] if facts else None, _live([*timelines, *_due(state)], at))


def account_as_of(account_id: str, at: datetime) -> AccountAsOf:
    """The account as of an instant, corrections included."""
    with snapshot():
        state = look_at(accounts=[account_id])
        recorded = history.facts_of_account(account_id, at)
        timelines = history.timelines_of_links_open_at(at, account_id=account_id)
    facts: Account | None = None
    for event in recorded:
        match event:
            case AccountRecorded():
                facts = event.facts()
            case AccountCorrected():
                assert facts is not None, "only a recorded account is corrected"
                facts = event.facts_after(facts)
    return AccountAsOf(facts, _live([*timelines, *_due(state)], at))


def link_as_of(link_id: str, at: datetime) -> Link | None:
    """The link as of an instant; None if it was not recorded by then."""
    with snapshot():
        stored = one_link(link_id)
        if stored is None:
            return None
        state = look_at(accounts=[stored.account_id])
        events = [*history.timelines([link_id]), *_due(state)]
    return _folded((event for event in events if event.link_id == link_id), at).get(link_id)


def _due(state: CurrentState) -> list[LinkEvent]:
    """The events that are due and not stored yet."""
    return [event for event in state.due if isinstance(event, LinkEvent)]


def _live(events: Iterable[LinkEvent], at: datetime) -> list[Link]:
    return [link for link in _folded(events, at).values() if link.status in LIVE]


def _folded(events: Iterable[LinkEvent], at: datetime) -> dict[str, Link]:
    """The links after their events up to an instant. Events of a link whose first event is missing are skipped."""
    links: dict[str, Link] = {}
    for event in events:
        if event.at <= at and (event.link_id in links or isinstance(event, RecordingEvent)):
            links[event.link_id] = link_after(event, links.get(event.link_id))
    return links
