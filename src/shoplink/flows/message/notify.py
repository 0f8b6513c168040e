"""Notifications: read the numbered feed, and store a message for each person whom an event concerns.

Nothing here runs within a command: the delivery loop calls it. The messages and the position in the feed up to which
people are notified are stored in one transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from shoplink.core import Event, Link, wire
from shoplink.core import events as e
from shoplink.core.facts import Side
from shoplink.core.instant import format_instant, shift
from shoplink.core.next_actor import review_reasons
from shoplink.core.ticket.events import TicketClosed, TicketEvent
from shoplink.core.ticket.facts import Ticket
from shoplink.flows import clock
from shoplink.flows.look import CurrentState, look_at
from shoplink.store.database.owner import writing
from shoplink.store.people import outbox
from shoplink.store.people.outbox import Notification, Progress
from shoplink.store.read.link import read_event
from shoplink.store.ticket.tickets import tickets_of
from shoplink.store.write.feed import read_feed
from shoplink.wording.events import WRITTEN

MAIL_AGE_MAX = timedelta(days=7)
"""Older events are notified in the inbox only: after a migration nobody wants last year's events by e-mail."""

_AT_ONCE = 500

SIDES: dict[type[Event], tuple[Side, ...]] = {
    e.LinkInvited: ("creator",),
    e.LinkDeclined: ("shop",),
    e.LinkExpired: ("shop", "creator"),
    e.LinkWithdrawn: ("creator",),
    e.LinkSuperseded: ("shop",),
    e.LinkRevoked: ("shop", "creator"),
    e.UnlinkRequested: ("shop",),
    e.UnlinkWithdrawn: ("shop",),
    e.UnlinkRefused: ("creator",),
}
"""The sides that an event is notified to, for events for which this does not depend on the case."""

NOT_NOTIFIED: dict[str, str] = {
    "shop.recorded": "the platform's own records",
    "account.recorded": "the platform's own records",
    "account.corrected": "its consequences are notified",
    "link.imported": "a record of an earlier link",
    "link.invitation_recorded": "the platform where it happened tells both sides",
    "link.acceptance_recorded": "the platform where it happened tells both sides",
    "link.end_recorded": "the platform where it happened tells both sides",
    "unlink.request_recorded": "the platform where it happened tells both sides",
    "waiver.granted": "the ticket on which it was granted is answered",
    "waiver.ended": "the next refusal names the reason",
    "rulebook.activated": "concerns everybody, so it is in the help centre",
    "rulebook.activation_cancelled": "concerns everybody, so it is in the help centre",
    "member.invited": "the invited address gets an e-mail of its own",
    "member.invitation_withdrawn": "nobody has joined yet",
    "member.joined": "is in the list of members",
    "member.removed": "is in the list of members",
    "access.blocked": "the person cannot read it, and the staff see it in the audit log",
    "access.restored": "the platform tells the person",
    "second_factor.reset_requested": "the person gets an e-mail of its own, at once",
    "second_factor.reset_stopped": "the person's own action",
    "second_factor.reset": "the person gets an e-mail of its own, at once",
    "api_key.created": "is in the audit log",
    "api_key.revoked": "is in the audit log",
    "ticket.opened": "is in the queue of support",
    "ticket.assigned": "staff among themselves",
    "ticket.noted": "staff among themselves",
    "product.recorded": "the platform's own records",
    "content.recorded": "the creator's own action",
    "item.added": "the creator's own action",
    "item.removed": "the creator's own action",
    "promotion.added": "the creator's own action",
    "showcase.synced": "is on the page of the link",
}
"""The events that cause no message, and why. Every other event causes one."""


def notify(now: Callable[[], datetime] = clock.now, *, by_mail: bool = True) -> int:
    """Read some new events of the feed and store the messages that they cause; returns the number of events read.

    The number of statements is fixed. If this is interrupted and runs again, nobody is notified twice.
    """
    stored = outbox.progress()
    if stored is not None and not read_feed(stored.position, 1):
        return 0
    with writing():
        at = now()
        reached = outbox.lock_progress(at)
        numbered_events = [
            (position, read_event(data)) for position, data in read_feed(reached.position, _AT_ONCE)
        ]
        if numbered_events:
            outbox.store_notifications(
                _notifications(numbered_events, lambda: at), at - MAIL_AGE_MAX if by_mail else None
            )
            outbox.store_progress(Progress(numbered_events[-1][0], reached.reminded_until))
        return len(numbered_events)


def _notifications(
    numbered_events: Iterable[tuple[int, Event]], now: Callable[[], datetime]
) -> list[Notification]:
    """The notifications that events, each with its position, cause."""
    events = _with_members(
        [(position, event) for position, event in numbered_events if _concerns_people(event)]
    )
    if not events:
        return []
    about = [event for _, event in events if isinstance(event, e.LinkEvent)]
    ticket_ids = {event.ticket_id for _, event in events if isinstance(event, TicketEvent)}
    tickets = {ticket.ticket_id: ticket for ticket in tickets_of(ticket_ids)}
    links = outbox.links_by_id({event.link_id for event in about})
    state = look_at({event.shop_id for event in about}, {event.account_id for event in about}, now)
    notifications: list[Notification] = []
    for position, event in events:
        if isinstance(event, e.LinkEvent):
            notifications += _of_link(position, event, links[event.link_id], state)
        else:
            assert isinstance(event, TicketEvent), type(event).__name__
            notifications += _of_ticket(position, event, tickets[event.ticket_id])
    return notifications


def _with_members(events: list[tuple[int, Event]]) -> list[tuple[int, Event]]:
    """The events without those of links that have no members on either side: programs manage most links."""
    links = [event for _, event in events if isinstance(event, e.LinkEvent)]
    there = outbox.with_members({event.shop_id for event in links}, {event.account_id for event in links})
    return [
        (position, event)
        for position, event in events
        if not isinstance(event, e.LinkEvent)
        or ("shop", event.shop_id) in there
        or ("creator", event.account_id) in there
    ]


def _concerns_people(event: Event) -> bool:
    return str(event.__struct_config__.tag) not in NOT_NOTIFIED


def _of_link(position: int, event: e.LinkEvent, link: Link, state: CurrentState) -> Iterator[Notification]:
    """The notifications of a link's event. `link` is the link as stored now."""
    kind = str(event.__struct_config__.tag)
    data: dict[str, Any] = {"role": link.role}
    if any(getattr(event, name, None) is not None for name in WRITTEN):
        data["written"] = position
    sides: tuple[Side, ...] = SIDES.get(type(event), ())
    match event:
        case e.LinkInvited():
            shop = state.world.shops[event.shop_id]
            data |= {"market": shop.facts.market, "expires_at": format_instant(event.expires_at)}
        case e.LinkAccepted():
            held = _held(event, state)
            if held:
                kind, sides, data["reasons"] = "link.held", ("shop", "creator"), held
            else:
                sides, data["linked"] = ("shop",), link.linked_at == event.at
        case e.LinkEstablished():
            # If the creator's confirmation established the link at once, the shop is notified of that event instead.
            sides = ("creator",) if link.accepted_at == event.at else ("shop", "creator")
        case e.LinkUnlinked():
            sides = ("shop", "creator") if event.by is not None and event.by.kind == "clock" else ("creator",)
        case e.UnlinkRequested():
            data |= unlink_request_data(link, state, event.at)
    for side in sides:
        yield _notification(position, event, kind, side, data, event.link_id)


def _held(event: e.LinkAccepted, state: CurrentState) -> list[dict[str, Any]]:
    """The reasons that hold a confirmed link in review now; none if it is not in review any more."""
    link = state.world.link(event.shop_id, event.account_id)
    if link is None or link.link_id != event.link_id:
        return []
    return [wire(reason) for reason in review_reasons(state.world, link, state.world.now)]


def unlink_request_data(link: Link, state: CurrentState, requested_at: datetime) -> dict[str, Any]:
    """The data of an unlink request: when it was made, and when it counts as approved if nobody answers it here."""
    data = {"requested_at": format_instant(requested_at)}
    shop = state.world.shops.get(link.shop_id)
    if shop is None or (elsewhere := where_decided(link, state)):
        return data if shop is None else data | elsewhere
    ttl = state.world.rulebook(shop.facts.market).unlink_answer_ttl
    return data if ttl is None else {**data, "answer_by": format_instant(shift(requested_at, ttl))}


def where_decided(link: Link, state: CurrentState) -> dict[str, str]:
    """The data of a message about a link that another platform decides about: its reader acts there."""
    shop = state.world.shops.get(link.shop_id)
    return {"decided": "elsewhere"} if shop is not None and shop.facts.decided == "elsewhere" else {}


def _of_ticket(position: int, event: TicketEvent, ticket: Ticket) -> Iterator[Notification]:
    """The notification of a ticket's event, for the side that opened the ticket, unless that side caused the event."""
    if event.by is not None and event.by.kind == ticket.side:
        return
    data: dict[str, Any] = {"ticket_id": event.ticket_id}
    if isinstance(event, TicketClosed):
        data["cause"] = event.cause
    yield _notification(position, event, str(event.__struct_config__.tag), ticket.side, data, event.link_id)


def _notification(  # noqa: PLR0913, PLR0917 (the parts of a notification)
    position: int, event: Event, kind: str, side: Side, data: dict[str, Any], link_id: str | None
) -> Notification:
    person = getattr(event.by, "person", None)
    return Notification(
        kind=kind,
        side=side,
        cause=f"event:{position}:{side}",
        at=event.at,
        shop_id=getattr(event, "shop_id", None),
        account_id=getattr(event, "account_id", None),
        link_id=link_id,
        data=data,
        # People know what they have just done. They are notified of its consequences.
        not_to=None if kind in {"link.held", "link.established"} else person,
    )
