"""Take the ticket that has waited longest: several agents who do so at the same time get different ones."""

from collections.abc import Callable
from datetime import datetime

from shoplink.core.facts import Actor
from shoplink.core.precondition.subjects import TicketHolder
from shoplink.core.ticket.commands import AssignTicket, fields_naming
from shoplink.core.ticket.facts import Team, Ticket, staff_id
from shoplink.flows.answer import Answer
from shoplink.flows.command import WHENEVER
from shoplink.flows.precondition import Precondition, token_of
from shoplink.flows.ticket.read import current_tickets
from shoplink.store.ticket.queue import TicketFilter, page_of_queue

_AT_ONCE = 20


def take_next(
    by: Actor,
    at: datetime,
    market: str | None,
    key: str,
    execute: Callable[[AssignTicket, Precondition], Answer],
) -> Ticket | None:
    """Assign to `by`, a member of support or of the platform's staff, the oldest ticket of theirs that nobody has.

    None if there is none, or if the idempotency `key` has taken one already. Each is taken only while nobody has it, which
    is compared under the locks of the command: the second one takes the one after it. A stale answer is not kept
    under the key, so that the same key serves the next ticket.
    """
    team: Team = "platform" if by.kind == "platform" else "support"
    wanted, after = TicketFilter(market=market, team=team, unassigned=True), 0
    while tickets := page_of_queue(at, _AT_ONCE, after, "open", wanted):
        after = tickets[-1].number
        for seen in current_tickets(tickets):
            ticket = seen.ticket
            if ticket.status != "open" or ticket.assignee is not None:
                continue
            subject = TicketHolder(ticket.shop_id, ticket.account_id, ticket_id=ticket.ticket_id)
            command = AssignTicket(
                at=WHENEVER, by=by, key=key, team=team, assignee=staff_id(by), **fields_naming(ticket)
            )
            answer = execute(command, Precondition((subject,), (token_of(seen.state, subject),)))
            if answer["outcome"] == "accepted":
                return ticket
            if answer["outcome"] == "rejected":
                return None
    return None
