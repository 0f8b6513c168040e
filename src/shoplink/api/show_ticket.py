"""What a ticket looks like from outside, to the one who asks."""

from collections.abc import Iterable

from msgspec import structs

from shoplink.api.problem import said_reasons
from shoplink.api.schema import MessageBody, TicketBody, TicketInFullBody, TicketReason
from shoplink.core import Reason, wire
from shoplink.core.facts import Actor
from shoplink.core.reasons import NextActor
from shoplink.core.ticket import facts_of, support_helps
from shoplink.core.wire_format import read_reason
from shoplink.flows.ticket.read import Seen, told
from shoplink.store.ticket.tickets import Ticket
from shoplink.store.ticket.words import messages_of
from shoplink.wording import Language


def show_ticket(seen: Seen, reader: Actor, said: Language) -> TicketBody:
    """A ticket as it stands, with what the reader may learn of its reasons."""
    ticket = seen.ticket
    now = told(reader, seen.world, (ticket.shop_id, ticket.account_id), seen.standing.reasons)
    return TicketBody(
        ticket_id=ticket.ticket_id,
        shop_id=ticket.shop_id,
        account_id=ticket.account_id,
        link_id=ticket.link_id,
        market=ticket.market,
        side=ticket.side,
        opened_by=ticket.opened_by,
        command=ticket.command,
        status=ticket.status,
        cause=ticket.cause,
        turn=_turn(ticket),
        opened_at=ticket.opened_at,
        updated_at=ticket.updated_at,
        ended_at=ticket.ended_at,
        reasons=_reasons(seen, now.reasons, said),
        creator_can_see=now.creator_can_see,
    )


def show_ticket_in_full(seen: Seen, reader: Actor, said: Language) -> TicketInFullBody:
    """The same with everything that belongs to it; reads what was said."""
    ticket, pair = seen.ticket, (seen.ticket.shop_id, seen.ticket.account_id)
    then = told(reader, seen.world, pair, map(read_reason, ticket.reasons))
    staff = reader.kind in {"support", "platform"}
    return TicketInFullBody(
        **structs.asdict(show_ticket(seen, reader, said)),
        asked=ticket.fields,
        reasons_then=_reasons(seen, then.reasons, said),
        facts_then=ticket.facts if staff else None,
        facts_now=facts_of(seen.world, *pair) if staff else None,
        messages=[
            MessageBody(message.at, message.by, message.text, message.evidence)
            for message in messages_of(ticket.ticket_id)
        ],
        messages_forgotten_at=ticket.forgotten_at,
    )


def _turn(ticket: Ticket) -> NextActor:
    """Who is to write next: support, or the side that opened it; nobody once it has ended."""
    if ticket.status == "open":
        return "support"
    return ticket.side if ticket.status == "answered" else "nobody"


def _reasons(seen: Seen, reasons: Iterable[Reason], said: Language) -> list[TicketReason]:
    rulebook = seen.world.rulebook(seen.ticket.market)
    given = list(reasons)
    return [
        TicketReason(**spoken, support_can_help=support_helps(reason, rulebook, seen.world.now))
        for reason, spoken in zip(given, said_reasons([wire(reason) for reason in given], said), strict=True)
    ]
