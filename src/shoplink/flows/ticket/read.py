"""Tickets as they stand now, and who may see what of them (domain.md section 8). Nothing here writes.

A ticket whose reasons are gone, or became such as support cannot help with, has ended by itself: it is shown so
whether or not that is stored yet.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Reason, World, parse_command
from shoplink.core.commands import COMMANDS, PairCommand
from shoplink.core.disclosure import Disclosure, disclose_to_stranger
from shoplink.core.facts import LIVE, Actor
from shoplink.core.instant import format_instant
from shoplink.core.ticket import REVIEW_QUESTION, Assessment, Question, Review, assess, next_change
from shoplink.flows import clock
from shoplink.flows.look import look
from shoplink.store.ticket import tickets as store
from shoplink.store.ticket.tickets import OPEN, Ticket
from shoplink.store.write.load import LoadKeys


class Seen(Struct, frozen=True):
    """A ticket as it stands in a World that holds its shop and account, and how what it is about stands there."""

    ticket: Ticket
    standing: Assessment
    world: World


def see(tickets: Sequence[Ticket], now: Callable[[], datetime] = clock.now) -> list[Seen]:
    """Stored tickets as they stand now: a fixed number of statements however many they are."""
    world = look(touched(tickets), now).world
    return [seen_in(world, ticket) for ticket in tickets]


def find(ticket_id: str, reader: Actor, now: Callable[[], datetime] = clock.now) -> Seen | None:
    """A ticket as it stands now; None if there is none that this reader may see."""
    ticket = store.one_ticket(ticket_id)
    return see([ticket], now)[0] if ticket is not None and may_see(reader, ticket) else None


def touched(tickets: Iterable[Ticket]) -> LoadKeys:
    """What has to be loaded to tell how tickets stand."""
    questions = [question_of(ticket) for ticket in tickets]
    wanted = LoadKeys.of(question for question in questions if not isinstance(question, Review))
    for question in questions:
        wanted.shops.add(question.shop_id)
        wanted.accounts.add(question.account_id)
        wanted.pairs.add((question.shop_id, question.account_id))
    return wanted


def seen_in(world: World, ticket: Ticket) -> Seen:
    """A stored ticket as it stands at `world.now`; one that is open says when time may next change it."""
    found = assess(world, question_of(ticket))
    if ticket.status in OPEN:
        cause = found.ends(frozenset(reason["code"] for reason in ticket.reasons))
        if cause is None:
            ticket = replace(ticket, due_at=next_change(world, found.reasons))
        else:
            ticket = ended(ticket, world.now, status="closed", cause=cause)
    return Seen(ticket, found, world)


def ended(ticket: Ticket, at: datetime, **how: Any) -> Ticket:
    """A ticket that has ended at an instant."""
    return replace(ticket, updated_at=at, ended_at=at, due_at=None, **how)


def question_of(ticket: Ticket) -> Question:
    """What a ticket is about."""
    if ticket.command == REVIEW_QUESTION:
        assert ticket.link_id is not None, "a review is that of a link"
        return Review(ticket.shop_id, ticket.account_id, ticket.link_id)
    asked = {**ticket.fields, "command": ticket.command, "at": format_instant(ticket.opened_at)}
    if "network_region" in COMMANDS[ticket.command].__struct_fields__:
        asked["network_region"] = None  # it was a person's then; whoever judges anew puts the market in
    command = parse_command(asked)
    assert isinstance(command, PairCommand), "a ticket is about a shop and an account"
    return command


def may_see(reader: Actor, ticket: Ticket) -> bool:
    """Whether a ticket is for somebody to see: for the side that opened it, for support and for the platform."""
    return reader.kind in {"support", "platform"} or is_opener(reader, ticket)


def is_opener(actor: Actor, ticket: Ticket) -> bool:
    """Whether somebody acts for the shop or the account that opened a ticket."""
    own_id = ticket.shop_id if ticket.side == "shop" else ticket.account_id
    return actor.kind == ticket.side and actor.id == own_id


def told(reader: Actor, world: World, pair: tuple[str, str], reasons: Iterable[Reason]) -> Disclosure:
    """What a reader learns of reasons; a shop without a live link, no birth date or record of a stranger."""
    link = world.link(*pair)
    if reader.kind == "shop" and (link is None or link.status not in LIVE):
        return disclose_to_stranger(reasons)
    return Disclosure(tuple(reasons), creator_can_see=False)
