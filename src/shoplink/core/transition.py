"""One step of a World: apply what is due, then decide and apply one command."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from shoplink.core.commands import Command
from shoplink.core.decisions import Accepted, Decision, decide, review
from shoplink.core.decisions.outcome import link_event
from shoplink.core.events import Event, LinkEstablished, LinkEvent, LinkExpired, LinkUnlinked
from shoplink.core.facts import CLOCK, Link
from shoplink.core.ticket.self_closing import end_tickets_after, end_tickets_due
from shoplink.core.world import World


class Transition(Struct, frozen=True):
    """A decision, with the events that were due before it (`due`) and its own events (`own`)."""

    due: list[Event]
    decision: Decision
    own: tuple[Event, ...]


def step(world: World, command: Command) -> Transition:
    """Let time pass up to `command.at`, decide the command and apply its events.

    Commands must come in the order of their instants. A refused command changes nothing beyond what was due. What an
    accepted command makes due at its own instant (a rulebook that starts at once) is part of its own events.
    """
    due = advance(world, command.at)
    decision = decide(world, command)
    if not isinstance(decision, Accepted):
        return Transition(due, decision, ())
    for event in decision.events:
        world.apply(event)
    for record in decision.records:
        world.keep(record)
    started = advance(world, command.at)
    ended = end_tickets_after(world, decision.events)
    return Transition(due, decision, (*decision.events, *started, *ended))


def advance(world: World, at: datetime) -> list[Event]:
    """Apply everything due at or before an instant, in the order of due instants, and return the events.

    Each event carries the instant at which it was due. At the same instant a rulebook starts first and its held links
    are reviewed; then links follow in the order recorded, and tickets come last.
    """
    events: list[Event] = []
    while True:
        ticket_at = world.desk.next_due_at()
        due_at = world.next_due_at() if world.may_be_due(at) else None
        if due_at is not None and due_at <= at and (ticket_at is None or due_at <= ticket_at):
            happened = _happen(world, due_at)
            events += happened
            events += end_tickets_after(world, happened)
        elif ticket_at is not None and ticket_at <= at:
            world.now = max(world.now, ticket_at)
            events += end_tickets_due(world)
        else:
            break
    world.now = max(world.now, at)
    return events


def _happen(world: World, due_at: datetime) -> list[Event]:
    """What the clock does next to rulebooks and links, at the instant at which it is due."""
    if due_at == world.next_start_at:
        return list(_start_rulebooks(world, due_at))
    event = _apply_due(world, world.live[world.agenda.pop()], due_at)
    return [] if event is None else [event]


def _start_rulebooks(world: World, at: datetime) -> Iterator[Event]:
    """Start the rulebooks that start at this instant, and review the links in review that they may establish."""
    started = world.start_rulebooks(at)
    for entry in world.agenda.take(at):
        link = world.live[entry.link_id]
        if world.shops[link.shop_id].facts.market not in started:
            world.agenda.put_back(entry)
        elif link.status == "in_review":
            event = _apply_due(world, link, at)
            if event is not None:
                yield event
        else:
            world.schedule(link)


def _apply_due(world: World, link: Link, at: datetime) -> Event | None:
    """Apply what the clock does to a link at an instant at which it is due; None if it stays as it is."""
    if link.status == "invited":
        kind: type[LinkEvent] = LinkExpired
    elif link.status == "linked":
        kind = LinkUnlinked
    else:
        shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
        if review(at, world.rulebook(shop.facts.market), shop, account, link):
            world.now = max(world.now, at)
            world.schedule(link)
            return None
        kind = LinkEstablished
    event = link_event(kind, link, at, CLOCK)
    world.apply(event)
    return event
