"""What a ticket is, and the rows that decisions about tickets write beside their events."""

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from shoplink.core.command_base import PairCommand
from shoplink.core.event_base import Record
from shoplink.core.facts import Account, Actor, Shop, Side
from shoplink.core.reasons import Reason

Status = Literal["open", "answered", "resolved", "closed"]
Cause = Literal["cleared", "beyond_support", "withdrawn"]
Team = Literal["support", "platform"]
"""The staff who have a ticket: support, or the platform's staff, to whom it was handed over."""

REOPENABLE = timedelta(days=14)
"""How long after its end a ticket may be reopened."""

OPEN: frozenset[str] = frozenset({"open", "answered"})
"""The statuses of a ticket that has not ended."""

REVIEW_QUESTION = "review"
"""The value that a ticket about a link in review has in place of a command's name."""

STAFF = frozenset({"support", "platform"})


class Review(Struct, frozen=True):
    """The question of a ticket about a link in review."""

    shop_id: str
    account_id: str
    link_id: str


Question = PairCommand | Review
"""What a ticket asks about: a command that was refused, or a review that does not end."""


def name_of(question: Question) -> str:
    """The name of the command that a question is about; `review` for a review."""
    return REVIEW_QUESTION if isinstance(question, Review) else str(question.__struct_config__.tag)


class Facts(Struct, frozen=True):
    """The recorded facts of the two sides of a question; None for a side that is not recorded."""

    shop: Shop | None
    account: Account | None


class Ticket(Struct, frozen=True):
    """A ticket. `fields` is what the command asked for. `reasons` and `facts` are as they were at `opened_at`.

    `due_at` is the next instant at which the clock alone may end the ticket. The database gives the `number`, which
    people say. `assignee` is the person of the `team` who has it, by id; None if nobody does. `answered_at` is when staff
    first answered.
    """

    number: int
    ticket_id: str
    shop_id: str
    account_id: str
    link_id: str | None
    market: str
    side: Side
    opened_by: Actor
    command: str
    fields: dict[str, Any]
    reasons: tuple[Reason, ...]
    facts: Facts
    status: Status
    cause: Cause | None
    opened_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    team: Team = "support"
    assignee: str | None = None
    answered_at: datetime | None = None
    forgotten_at: datetime | None = None


class Message(Struct, frozen=True):
    """A message in a ticket; `evidence` says what proves it."""

    at: datetime
    by: Actor
    text: str
    evidence: str | None


class NewTicket(Record, frozen=True):
    """The row of a ticket that was opened."""

    ticket: Ticket


class NewMessage(Record, frozen=True):
    """The row of a message that was written in a ticket."""

    ticket_id: str
    message: Message


class NewNote(Record, frozen=True):
    """The row of an internal note, which staff alone may read."""

    ticket_id: str
    note: Message


def may_see(reader: Actor, ticket: Ticket) -> bool:
    """Whether an actor may see a ticket: the side that opened it, support and the platform may."""
    return reader.kind in STAFF or is_opener(reader, ticket)


def staff_id(actor: Actor) -> str:
    """The id by which a ticket is assigned to staff: that of the person, or the name that a program gives itself."""
    return actor.person or actor.id


def is_opener(actor: Actor, ticket: Ticket) -> bool:
    """Whether an actor acts for the shop or the account that opened a ticket."""
    own_id = ticket.shop_id if ticket.side == "shop" else ticket.account_id
    return actor.kind == ticket.side and actor.id == own_id
