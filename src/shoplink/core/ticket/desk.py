"""The part of the World that holds tickets; only those that the commands name."""

from datetime import datetime

from shoplink.core.facts import Side
from shoplink.core.ticket.events import AnyTicketEvent, TicketEvent, TicketOpened
from shoplink.core.ticket.facts import OPEN, Question, Ticket, name_of


class Desk:
    """Tickets by id, as the newest event leaves them."""

    def __init__(self) -> None:
        """Start without tickets."""
        self.tickets: dict[str, Ticket] = {}

    def apply(self, event: TicketEvent) -> None:
        """Apply an event of a ticket that the desk holds; that one was opened says its record."""
        assert isinstance(event, AnyTicketEvent), event
        if not isinstance(event, TicketOpened):
            self.tickets[event.ticket_id] = event.ticket_after(self.tickets[event.ticket_id])

    def open_tickets(self) -> list[Ticket]:
        """The tickets that have not ended, in the order held."""
        return [ticket for ticket in self.tickets.values() if ticket.status in OPEN]

    def next_due_at(self) -> datetime | None:
        """The next instant at which time alone may end a ticket; None if there is none."""
        if not self.tickets:
            return None
        return min((ticket.due_at for ticket in self.open_tickets() if ticket.due_at), default=None)

    def open_about(self, question: Question, side: Side) -> Ticket | None:
        """The open ticket of this side about the same command or review; there is at most one."""
        return self._open_of((question.shop_id, question.account_id, name_of(question), side))

    def open_like(self, ticket: Ticket) -> Ticket | None:
        """The open ticket of the same side about the same as a ticket that has ended."""
        return self._open_of((ticket.shop_id, ticket.account_id, ticket.command, ticket.side))

    def _open_of(self, asked: tuple[str, str, str, Side]) -> Ticket | None:
        for ticket in self.open_tickets():
            if asked == (ticket.shop_id, ticket.account_id, ticket.command, ticket.side):
                return ticket
        return None
