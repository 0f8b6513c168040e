"""The commands about tickets, one frozen class each. What people write in a ticket is private."""

from typing import Any, ClassVar

from shoplink.core.command_base import PrivateCommand
from shoplink.core.facts import Id, ShortText
from shoplink.core.ticket.facts import Question, Team, Ticket
from shoplink.core.values import LINE, TEXT, LongText

WORDS: dict[str, tuple[Any, str]] = {"text": (LongText, TEXT), "evidence": (ShortText, LINE)}
"""What people write in a ticket: the type of each field, and what it may hold, in English."""


class TicketCommand(PrivateCommand, frozen=True):
    """A command about a ticket, with what its issuer writes in the ticket, and what proves it."""

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"text", "evidence"})

    text: LongText | None = None
    evidence: ShortText | None = None


class OpenTicket(TicketCommand, frozen=True, kw_only=True):
    """A shop or a creator asks support about a command that is refused, or about a link in review (R39).

    `question` is the command without its instant, its issuer and its key, or the review.
    """

    question: Question

    @property
    def shop_id(self) -> str:
        """The shop of the question."""
        return self.question.shop_id

    @property
    def account_id(self) -> str:
        """The account of the question."""
        return self.question.account_id


class ChangeTicket(TicketCommand, frozen=True, kw_only=True):
    """A command about a ticket that was opened about this shop and this account."""

    shop_id: Id
    account_id: Id
    ticket_id: Id


class ReplyToTicket(ChangeTicket, frozen=True, kw_only=True):
    """Support answers a ticket, or the side that opened it writes again."""

    text: LongText


class ResolveTicket(ChangeTicket, frozen=True, kw_only=True):
    """Support resolves a ticket, perhaps with a last message."""


class WithdrawTicket(ChangeTicket, frozen=True, kw_only=True):
    """The side that opened a ticket no longer needs help."""


class ReopenTicket(ChangeTicket, frozen=True, kw_only=True):
    """Either side says that an ended ticket is not done, perhaps with a message."""


class AssignTicket(ChangeTicket, frozen=True, kw_only=True):
    """Staff give a ticket to a team, and to one person of it (`assignee`) or to nobody yet; `text` is an internal note."""

    team: Team = "support"
    assignee: Id | None = None


class NoteInTicket(ChangeTicket, frozen=True, kw_only=True):
    """Staff write an internal note, which the side that opened the ticket never sees."""

    text: LongText


TICKET_COMMANDS = (
    OpenTicket,
    ReplyToTicket,
    ResolveTicket,
    WithdrawTicket,
    ReopenTicket,
    AssignTicket,
    NoteInTicket,
)


def fields_naming(ticket: Ticket) -> dict[str, Any]:
    """The fields by which a command names a ticket."""
    return {"shop_id": ticket.shop_id, "account_id": ticket.account_id, "ticket_id": ticket.ticket_id}
