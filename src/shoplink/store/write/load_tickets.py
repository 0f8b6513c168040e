"""Load the tickets that a batch names into its World, under the locks of their shops and accounts.

A batch that names none runs no statement here.
"""

from msgspec import Struct

from shoplink.core import World
from shoplink.core.command_base import Command
from shoplink.core.ticket.assessment import question_of
from shoplink.core.ticket.commands import ChangeTicket, OpenTicket
from shoplink.core.ticket.facts import Review, Ticket, name_of
from shoplink.store.ticket.tickets import tickets_named
from shoplink.store.write.load_commerce import CommerceKeys


class TicketKeys(Struct):
    """The tickets that a batch names: by id, or by the question of an open one (shop, account, command and side).

    `read` are tickets that a reader has already; a batch that writes reads them under its locks.
    """

    ticket_ids: set[str] = set()
    read: list[Ticket] = []
    questions: set[tuple[str, str, str, str]] = set()

    def add(self, command: Command) -> None:
        """Add what a command names."""
        match command:
            case OpenTicket(question=question, by=by) if by is not None:
                self.questions.add((question.shop_id, question.account_id, name_of(question), by.kind))
            case ChangeTicket(ticket_id=ticket_id):
                self.ticket_ids.add(ticket_id)


def load_tickets(world: World, keys: TicketKeys) -> CommerceKeys:
    """Load the named tickets into a World; returns the products, contents and places that their questions name."""
    commerce = CommerceKeys()
    if keys.ticket_ids or keys.questions or keys.read:
        named = tickets_named(keys.ticket_ids, keys.questions) if keys.ticket_ids or keys.questions else []
        for ticket in (*keys.read, *named):
            world.desk.tickets[ticket.ticket_id] = ticket
            question = question_of(ticket)
            if not isinstance(question, Review):
                commerce.add(question)
    return commerce
