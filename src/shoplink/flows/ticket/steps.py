"""The steps of a ticket: opened from a decision that support can help with, answered, resolved, withdrawn, ended by facts.

Each is one transaction under the locks of its shop and account, in which a ticket that has ended by itself is stored so
first: no step depends on whether the timer came before it.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Event, Reason, Refused, World, decide, wire
from shoplink.core.commands import PairCommand
from shoplink.core.disclosure import NOTHING_DISCLOSED, Disclosure
from shoplink.core.facts import CLOCK, Actor, Link, Side
from shoplink.core.instant import BEGINNING, END
from shoplink.core.side_events import TicketClosed, TicketOpened, TicketReplied, TicketResolved
from shoplink.core.ticket import REVIEW_QUESTION, Question, Review, assess, facts_of
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.idempotent import IdempotentRequest, run_idempotent
from shoplink.flows.ticket.read import Seen, ended, is_opener, may_see, seen_in, told, touched
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.database.owner import writing
from shoplink.store.ticket import tickets as store
from shoplink.store.ticket.tickets import OPEN, Ticket
from shoplink.store.ticket.words import Message, keep_message
from shoplink.store.write.load import LoadKeys

_NOT_KEPT = {"command", "at", "by", "key", "about", "network_region"}
_AT_ONCE = 200
_MAY_LAG = 1_000


class Words(Struct, frozen=True):
    """What somebody writes in a ticket, and what proves it."""

    text: str
    evidence: str | None = None


class Step(Struct, frozen=True):
    """How a step is asked for: by whom, under which idempotency key of which scope, and what to show of the ticket."""

    by: Actor
    scope: str = ""
    key: str | None = None
    show: Callable[[Seen], Any] | None = None
    now: Callable[[], datetime] = clock.now


def open_about(command: PairCommand, step: Step, words: Words | None = None) -> Answer:
    """R39: open a ticket about a command of a shop or creator, judged anew; or find the one that is open already.

    The answer's `outcome` is accepted, with `ticket_id`, and as `shown` what the step shows of it; or refused, with the
    `reasons` in the way, and as `error` ticket.beyond_support, if support can help with none of them, or
    ticket.not_needed, if nothing is in the way or what was asked for is there; or rejected, for its idempotency key.
    """
    asked = replace(command, at=BEGINNING, by=None, key=None, about=None)

    def work(world: World) -> tuple[Answer, list[Event]]:
        decision = decide(world, replace(command, at=world.now))
        reasons = decision.reasons if isinstance(decision, Refused) else ()
        return _open(world, asked, reasons, step, words)

    return _write(step, LoadKeys.of([command]), ["open", asked, step.by, words], work)


def open_review(link: Link, step: Step, words: Words | None = None) -> Answer:
    """R39: the same about a link that is held in review (R31); answered alike."""
    review = Review(link.shop_id, link.account_id, link.link_id)

    def work(world: World) -> tuple[Answer, list[Event]]:
        return _open(world, review, assess(world, review).reasons, step, words)

    pair = (link.shop_id, link.account_id)
    wanted = LoadKeys({link.shop_id}, {link.account_id}, {pair}, set(), END)
    return _write(step, wanted, ["open", review, step.by, words], work)


def reply(ticket: Ticket, step: Step, words: Words) -> Answer:
    """Write in a ticket: support answers it, the side that opened it asks on.

    The answer's `outcome` is accepted; or refused as ticket.ended; or rejected, for its idempotency key.
    """
    status = "open" if is_opener(step.by, ticket) else "answered"

    def change(now: Ticket, at: datetime) -> tuple[Ticket, list[Event]]:
        keep_message(now.ticket_id, Message(at, step.by, words.text, words.evidence))
        replied = TicketReplied(at=at, by=step.by, **_about(now))
        return replace(now, status=status, updated_at=at), [replied]

    return _change(ticket, step, ["reply", ticket.ticket_id, step.by, words], change)


def resolve(ticket: Ticket, step: Step, words: Words | None = None) -> Answer:
    """Support says that a ticket is done, perhaps with a last word; answered as `reply` is."""
    assert step.by.kind in {"support", "platform"}, "support resolves"

    def change(now: Ticket, at: datetime) -> tuple[Ticket, list[Event]]:
        if words is not None:
            keep_message(now.ticket_id, Message(at, step.by, words.text, words.evidence))
        return ended(now, at, status="resolved"), [TicketResolved(at=at, by=step.by, **_about(now))]

    return _change(ticket, step, ["resolve", ticket.ticket_id, step.by, words], change)


def withdraw(ticket: Ticket, step: Step) -> Answer:
    """The side that opened a ticket needs no help any more; answered as `reply` is."""
    assert is_opener(step.by, ticket), "who opened it withdraws"

    def change(now: Ticket, at: datetime) -> tuple[Ticket, list[Event]]:
        closed = TicketClosed(at=at, by=step.by, cause="withdrawn", **_about(now))
        return ended(now, at, status="closed", cause="withdrawn"), [closed]

    return _change(ticket, step, ["withdraw", ticket.ticket_id, step.by, None], change)


def settle(at: datetime) -> int:
    """Store which tickets have ended by themselves by an instant; how many. What did not move is not looked at."""
    newest, closed, after, looked = store.newest_position(), 0, 0, 0
    while found := store.moved(at, _AT_ONCE, after):
        after, looked = found[-1].number, looked + len(found)
        closed += _settle(found, at)
    # On a busy day most events are about no ticket: noting each position would be a write for nothing.
    if looked or newest - store.settled_position() > _MAY_LAG:
        with writing():
            store.settled_up_to(newest)
    return closed


def _settle(tickets: Sequence[Ticket], at: datetime) -> int:
    def work(transaction: Transaction) -> int:
        world, _ = transaction.load(touched(tickets))
        stored = store.tickets_of(ticket.ticket_id for ticket in tickets)
        seen = [seen_in(world, ticket).ticket for ticket in stored]
        changed = [now for before, now in zip(stored, seen, strict=True) if now != before]
        store.change_tickets(changed)
        closings = [_closing(ticket) for ticket in changed if ticket.status == "closed"]
        transaction.record(closings)
        return len(closings)

    return transact(work, lambda: at)


def _open(
    world: World, question: Question, reasons: tuple[Reason, ...], step: Step, words: Words | None
) -> tuple[Answer, list[Event]]:
    by, pair = step.by, (question.shop_id, question.account_id)
    assert by.kind in {"shop", "creator"}, "a shop or a creator opens a ticket"
    side: Side = "shop" if by.kind == "shop" else "creator"
    command = REVIEW_QUESTION if isinstance(question, Review) else str(question.__struct_config__.tag)
    events: list[Event] = []
    found = store.open_ticket(*pair, command, side)
    if found is not None:
        seen = seen_in(world, found)
        if seen.ticket.status in OPEN:
            return _accepted(seen, step), []
        store.change_tickets([seen.ticket])
        events.append(_closing(seen.ticket))
    stands = assess(world, question)
    if not stands.may_be_asked:
        said = told(by, world, pair, reasons)
        error = "ticket.not_needed" if stands.reached or not reasons else "ticket.beyond_support"
        return _refused(error, said), events
    link = world.link(*pair)
    fields = msgspec.to_builtins(question)
    ticket = Ticket(
        number=0,
        ticket_id=f"ticket_{secrets.token_hex(10)}",
        shop_id=pair[0],
        account_id=pair[1],
        link_id=link.link_id if link and link.link_id in world.live else None,
        market=world.shops[pair[0]].facts.market,
        side=side,
        opened_by=by,
        command=command,
        fields={name: value for name, value in fields.items() if name not in _NOT_KEPT and value is not None},
        reasons=[wire(reason) for reason in reasons],
        facts=facts_of(world, *pair),
        status="open",
        cause=None,
        opened_at=world.now,
        updated_at=world.now,
        ended_at=None,
        due_at=None,
    )
    seen = seen_in(world, ticket)
    store.keep_ticket(seen.ticket)
    if words is not None:
        keep_message(ticket.ticket_id, Message(world.now, by, words.text, words.evidence))
    codes = [reason.code for reason in reasons]
    events.append(TicketOpened(at=world.now, by=by, codes=codes, **_about(ticket)))
    return _accepted(seen, step), events


def _change(
    ticket: Ticket,
    step: Step,
    what: Any,
    change: Callable[[Ticket, datetime], tuple[Ticket, list[Event]]],
) -> Answer:
    """Change a ticket that is still open, as it is found under the locks."""
    assert may_see(step.by, ticket), "who may not see a ticket changes none"

    def work(world: World) -> tuple[Answer, list[Event]]:
        (stored,) = store.tickets_of([ticket.ticket_id])
        seen = seen_in(world, stored)
        if seen.ticket.status not in OPEN:
            if stored.status not in OPEN:
                return _refused("ticket.ended"), []
            store.change_tickets([seen.ticket])
            return _refused("ticket.ended"), [_closing(seen.ticket)]
        changed, events = change(seen.ticket, world.now)
        store.change_tickets([changed])
        return _accepted(replace(seen, ticket=changed), step), events

    return _write(step, touched([ticket]), what, work)


def _write(
    step: Step, wanted: LoadKeys, what: Any, work: Callable[[World], tuple[Answer, list[Event]]]
) -> Answer:
    """One step, once: lock and load; do it; store its events."""

    def write(transaction: Transaction) -> tuple[datetime, Answer]:
        world, _ = transaction.load(wanted)
        answer, events = work(world)
        transaction.record(events)
        return world.now, answer

    return run_idempotent(IdempotentRequest(step.scope, step.key, what), write, step.now)


def _closing(ticket: Ticket) -> TicketClosed:
    """That a ticket ended by itself."""
    assert ticket.cause is not None, "a closed ticket says why"
    return TicketClosed(at=ticket.updated_at, by=CLOCK, cause=ticket.cause, **_about(ticket))


def _about(ticket: Ticket) -> dict[str, Any]:
    names = ("ticket_id", "shop_id", "account_id", "link_id")
    return {name: getattr(ticket, name) for name in names}


def _accepted(seen: Seen, step: Step) -> Answer:
    shown = {} if step.show is None else {"shown": step.show(seen)}
    return {"outcome": "accepted", "ticket_id": seen.ticket.ticket_id, **shown}


def _refused(error: str, said: Disclosure = NOTHING_DISCLOSED) -> Answer:
    reasons = [wire(reason) for reason in said.reasons]
    return {"outcome": "refused", "error": error, "reasons": reasons, "creator_can_see": said.creator_can_see}
