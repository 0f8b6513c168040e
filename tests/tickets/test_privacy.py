"""What people write in a ticket is stored in the ticket, and in nothing that is kept of a command."""

import pytest
from msgspec.structs import replace

from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.commands import OpenTicket, ReplyToTicket, TicketCommand, fields_naming
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute
from shoplink.store.database.sql import query
from shoplink.store.ticket.words import messages_of
from tests.store.commands import execute_accepted, put_account
from tests.tickets.desk import SELLER, at, pair_command, ticket_at, ticket_id, world

pytestmark = pytest.mark.usefixtures("database")

SECRET, PROOF = "My passport number is 1234", "photo of page 5678"


def sent(command: TicketCommand, key: str) -> Answer:
    """The answer to a command that is sent twice, with words and under a key."""
    command = replace(command, key=key, text=SECRET, evidence=PROOF)
    first = execute(command, scope="test", with_state=True)
    assert execute(command, scope="test", with_state=True) == {**first, "replayed": True}
    return first


def test_words_are_in_no_event_no_stored_answer_and_no_stored_refusal() -> None:
    world(region="FR")
    opening = OpenTicket(at=BEGINNING, by=SELLER, question=pair_command("invite", role="marketing"))
    opened = sent(opening, "open")
    ticket = ticket_at(opened).ticket
    reply = ReplyToTicket(at=BEGINNING, by=SELLER, text=SECRET, **fields_naming(ticket))
    assert sent(reply, "reply")["outcome"] == "accepted"
    execute_accepted(put_account("A"), **at())
    assert sent(opening, "refused")["outcome"] == "refused"
    assert sent(reply, "late")["outcome"] == "refused"
    assert [message.text for message in messages_of(ticket_id(opened))] == [SECRET, SECRET]
    for table, columns, rows in (
        ("event", "data", 6),
        ("stored_answer", "body_digest || answer", 4),
        ("refusal", "data", 2),
    ):
        kept = [row[0] for row in query(f"SELECT {columns} FROM {table}")]  # noqa: S608 (of this test)
        assert len(kept) == rows
        assert not any("1234" in each or "5678" in each for each in kept), table


def test_a_refusal_keeps_what_was_asked_about() -> None:
    world()
    sent(OpenTicket(at=BEGINNING, by=SELLER, question=pair_command("invite", role="marketing")), "open")
    ((kind, shop_id, account_id, data),) = query("SELECT command, shop_id, account_id, data FROM refusal")
    assert (kind, shop_id, account_id) == ("open_ticket", "S", "A")
    assert '"role":"marketing"' in data
    assert '"text"' not in data
    assert '"evidence"' not in data
