"""Commands about tickets that share a transaction see the results of those before them."""

from functools import partial
from typing import Any

import pytest

from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.commands import (
    OpenTicket,
    ReplyToTicket,
    ResolveTicket,
    TicketCommand,
    fields_naming,
)
from shoplink.flows.execute import execute_batch
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import query
from shoplink.store.ticket.words import messages_of
from tests.store.commands import accept, command, execute_accepted, invite, put_account, put_shop
from tests.store.threads import run_together
from tests.tickets.desk import (
    CREATOR,
    MEI,
    NOON,
    SELLER,
    codes,
    correct,
    open_ticket,
    pair_command,
    stored_state,
    ticket_at,
    ticket_id,
    world,
)

pytestmark = pytest.mark.usefixtures("database")


def test_a_conversation_in_one_transaction_is_stored_as_it_ended() -> None:
    world(region="FR")
    opened = open_ticket()
    named = fields_naming(ticket_at(opened).ticket)
    conversation: list[TicketCommand] = [
        ReplyToTicket(at=BEGINNING, by=MEI, text="Which passport?", **named),
        ReplyToTicket(at=BEGINNING, by=SELLER, text="British.", **named),
        ResolveTicket(at=BEGINNING, by=MEI, **named),
        ReplyToTicket(at=BEGINNING, by=SELLER, text="Thanks!", **named),
    ]
    *accepted, late = execute_batch(conversation, now=lambda: NOON)
    assert [answer["outcome"] for answer in accepted] == ["accepted"] * 3
    assert codes(late) == ["ticket.ended"]
    assert stored_state(opened) == ("resolved", None)
    assert [message.text for message in messages_of(ticket_id(opened))] == ["Which passport?", "British."]
    assert list(verify(VerifyCounts())) == []


def test_the_same_question_twice_in_one_transaction_is_one_ticket_of_each_side() -> None:
    world(region="FR")
    question = pair_command("invite", role="marketing")
    commands = [OpenTicket(at=BEGINNING, by=SELLER, question=question, text="why?") for _ in range(2)]
    first, second = execute_batch(commands, with_state=True, now=lambda: NOON)
    assert ticket_id(first) == ticket_id(second)
    assert query("SELECT count(*) FROM ticket") == [(1,)]
    assert len(messages_of(ticket_id(first))) == 1
    theirs = pair_command("accept", CREATOR)
    (refused,) = execute_batch([OpenTicket(at=BEGINNING, by=CREATOR, question=theirs)], now=lambda: NOON)
    assert codes(refused) == ["link.not_found", "ticket.beyond_support"]


def test_a_correction_before_a_reply_in_the_same_transaction_ends_the_ticket_first() -> None:
    world(region="FR")
    opened = open_ticket()
    reply = ReplyToTicket(at=BEGINNING, by=SELLER, text="well?", **fields_naming(ticket_at(opened).ticket))
    corrected, late = execute_batch([correct(region="GB"), reply], now=lambda: NOON)
    assert corrected["outcome"] == "accepted"
    assert codes(late) == ["ticket.ended"]
    assert [event["type"] for event in corrected["events"]] == ["account.corrected"], "as without a ticket"
    assert query("SELECT type FROM event ORDER BY number DESC LIMIT 2") == [
        ("ticket.closed",),
        ("account.corrected",),
    ]
    assert stored_state(opened) == ("closed", "cleared")
    assert list(verify(VerifyCounts())) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_ticket_whose_two_causes_are_removed_at_the_same_moment_ends() -> None:
    """Either transaction alone sees the other cause still there, so both lock both sides before they judge."""
    execute_accepted(put_shop("S"))
    for number in range(10):
        execute_accepted(put_account(f"W{number}"), invite("S", f"W{number}"), accept("S", f"W{number}"))
        execute_accepted(command("revoke", shop_id="S", account_id=f"W{number}", note="n"))
    waiver: dict[str, Any] = {"code": "shop.link_quota_spent", "shop_id": "S", "note": "n"}
    for account in ("A0", "A1", "A2", "A3"):
        execute_accepted(put_account(account, region="FR"))
        opened = open_ticket(account_id=account)
        fixes = [put_account(account), command("grant_waiver", until=None, **waiver)]
        run_together([partial(execute_accepted, fix) for fix in fixes])
        assert stored_state(opened) == ("closed", "cleared")
        execute_accepted(command("end_waiver", **waiver))
    assert list(verify(VerifyCounts())) == []
