"""Short functions for tests of tickets: shops and accounts in GB, and commands about tickets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shoplink.core import COMMANDS
from shoplink.core.commands import PairCommand
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.commands import (
    OpenTicket,
    ReplyToTicket,
    ResolveTicket,
    TicketCommand,
    WithdrawTicket,
    fields_naming,
)
from shoplink.core.ticket.facts import Question, Review, Ticket
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute_batch
from shoplink.flows.look import look_at_pair
from shoplink.flows.ticket.read import CurrentTicket, find_ticket
from shoplink.store.database.sql import query
from tests.store.commands import accept, command, execute_accepted, invite, put_account, put_shop

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MEI = Actor("support", "mei")
SELLER = Actor("shop", "S")
CREATOR = Actor("creator", "A")
DAY = timedelta(days=1)


def at(instant: datetime = NOON) -> dict[str, Any]:
    """How to execute at an instant."""
    return {"now": lambda: instant}


def world(*commands: Any, when: datetime = NOON, **account: Any) -> None:
    """Record shop S (invited, GB) and account A, then execute commands."""
    execute_accepted(put_shop("S"), put_account("A", **account), *commands, **at(when))


def pair_command(kind: str, by: Actor = SELLER, **fields: Any) -> PairCommand:
    """A command about S and A, as its actor sends it."""
    given: dict[str, Any] = {
        "shop_id": "S",
        "account_id": "A",
        "by": {"kind": by.kind, "id": by.id},
        **fields,
    }
    if "network_region" in COMMANDS[kind].__struct_fields__:
        given.setdefault("network_region", "GB")
    made = command(kind, **given)
    assert isinstance(made, PairCommand)
    return made


def carry_out(command: TicketCommand, when: datetime | None = None) -> Answer:
    """Execute a command about a ticket at an instant; without one, at that of the clock."""
    (answer,) = execute_batch([command], with_state=True, now=clock.now if when is None else lambda: when)
    return answer


def open_about(
    question: Question, by: Actor, when: datetime | None = None, text: str | None = None
) -> Answer:
    """Open a ticket about a command or a review."""
    return carry_out(OpenTicket(at=BEGINNING, by=by, question=question, text=text), when)


def reply(
    ticket: Ticket, by: Actor, text: str, when: datetime | None = None, evidence: str | None = None
) -> Answer:
    """Write in a ticket."""
    named = fields_naming(ticket)
    return carry_out(ReplyToTicket(at=BEGINNING, by=by, text=text, evidence=evidence, **named), when)


def resolve(ticket: Ticket, by: Actor, text: str | None = None, when: datetime | None = None) -> Answer:
    """Resolve a ticket."""
    return carry_out(ResolveTicket(at=BEGINNING, by=by, text=text, **fields_naming(ticket)), when)


def withdraw(ticket: Ticket, by: Actor, when: datetime | None = None) -> Answer:
    """Withdraw a ticket."""
    return carry_out(WithdrawTicket(at=BEGINNING, by=by, **fields_naming(ticket)), when)


def open_ticket(
    kind: str = "invite", by: Actor = SELLER, when: datetime = NOON, text: str | None = None, **fields: Any
) -> Answer:
    """Open a ticket about a command."""
    if kind == "invite":
        fields.setdefault("role", "marketing")
    return open_about(pair_command(kind, by, **fields), by, when, text)


def open_review(by: Actor = SELLER, when: datetime = NOON) -> Answer:
    """Open a ticket about the live link of S and A."""
    link = look_at_pair("S", "A").world.link("S", "A")
    assert link is not None
    return open_about(Review(link.shop_id, link.account_id, link.link_id), by, when)


def ticket_id(answer: Answer) -> str:
    """The ticket that a command opened, found open or changed."""
    found: str = answer["state"]["ticket_id"]
    return found


def link_in_review(**account: Any) -> None:
    """Record S and A with a link in review: by default A was registered in Indonesia."""
    world(invite("S", "A"), accept("S", "A"), **{"registered_in": "ID", **account})


def ticket_at(answer: Answer, by: Actor = MEI, when: datetime = NOON) -> CurrentTicket:
    """The ticket in an answer, in its current state at an instant."""
    found = find_ticket(ticket_id(answer), by, lambda: when)
    assert found is not None
    return found


def state_at(answer: Answer, when: datetime = NOON) -> tuple[str, str | None]:
    """Status and cause of a ticket as a reader sees it at an instant."""
    ticket = ticket_at(answer, when=when).ticket
    return ticket.status, ticket.cause


def stored_state(answer: Answer) -> tuple[str, str | None]:
    """Status and cause of a ticket, as stored."""
    (found,) = query("SELECT status, cause FROM ticket WHERE ticket_id = %s", ticket_id(answer))
    return found[0], found[1]


def codes(answer: Answer) -> list[str]:
    """The codes of a refusal."""
    return [reason["code"] for reason in answer["reasons"]]


def correct(**facts: Any) -> Any:
    """Support corrects account A."""
    return command("correct_account", account_id="A", note="passport seen", **facts)
