"""Support as a team: who has a ticket, notes among themselves, reopening, and the queue with its filters."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.commands import AssignTicket, NoteInTicket, ReopenTicket, fields_naming
from shoplink.core.ticket.facts import Status, Ticket
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute
from shoplink.flows.tick import tick
from shoplink.flows.ticket.take_next import take_next
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import Difference
from shoplink.flows.verify.run import verify
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import execute as run_sql
from shoplink.store.database.sql import query
from shoplink.store.people.membership import add_person
from shoplink.store.ticket.queue import TicketFilter, count_in_queue, page_of_queue
from shoplink.store.ticket.words import last_answers, notes_of
from tests.membership_rows import add_member
from tests.store.commands import execute_accepted, put_account, put_shop
from tests.store.threads import run_together
from tests.tickets.desk import (
    CREATOR,
    DAY,
    MEI,
    NOON,
    SELLER,
    at,
    carry_out,
    codes,
    open_ticket,
    reply,
    resolve,
    stored_state,
    ticket_at,
    world,
)

pytestmark = pytest.mark.usefixtures("database")

LATER = NOON + timedelta(hours=1)


def assign(ticket: Ticket, by: Actor, when: datetime | None = NOON, **fields: Any) -> Answer:
    return carry_out(AssignTicket(at=BEGINNING, by=by, **fields_naming(ticket), **fields), when)


def note(ticket: Ticket, by: Actor, text: str, when: datetime | None = NOON) -> Answer:
    return carry_out(NoteInTicket(at=BEGINNING, by=by, text=text, **fields_naming(ticket)), when)


def reopen(ticket: Ticket, by: Actor, when: datetime, text: str | None = None) -> Answer:
    return carry_out(ReopenTicket(at=BEGINNING, by=by, text=text, **fields_naming(ticket)), when)


def agent(name: str, place: str = "support") -> Actor:
    """A new person of the staff."""
    person = add_person(name=name, email=f"{name}@example.com")
    add_member(person, place, "", NOON - DAY)  # type: ignore[arg-type]
    return Actor(place, person, person)  # type: ignore[arg-type]


def differences() -> list[Difference]:
    """What `verify` finds, but for the staff, who were added by hand."""
    return [one for one in verify(VerifyCounts()) if one.of != "membership"]


def asked() -> Answer:
    world(region="FR")
    return open_ticket()


def several(count: int) -> list[Ticket]:
    """Open tickets of shop S about accounts abroad, the oldest first."""
    world()
    opened = []
    for number in range(count):
        when = NOON + number * timedelta(minutes=1)
        execute_accepted(put_account(f"B{number}", region="FR"), **at(when))
        opened.append(ticket_at(open_ticket(account_id=f"B{number}", when=when), when=when).ticket)
    return opened


def test_a_ticket_is_given_to_a_colleague_and_handed_over_to_the_platform() -> None:
    opened, wei, ops = asked(), agent("wei"), agent("ops", "platform")
    ticket = ticket_at(opened).ticket
    assert (ticket.team, ticket.assignee) == ("support", None)
    assert assign(ticket, MEI, assignee=wei.id)["outcome"] == "accepted"
    assert ticket_at(opened).ticket.assignee == wei.id
    refused = assign(ticket, MEI, assignee=ops.id)
    assert codes(refused) == ["ticket.assignee_not_in_team"]
    assert (
        assign(ticket, wei, team="platform", text="The shop’s contract is missing.")["outcome"] == "accepted"
    )
    handed = ticket_at(opened).ticket
    assert (handed.team, handed.assignee, handed.updated_at) == ("platform", None, NOON)
    assert [each.text for each in notes_of(ticket.ticket_id)] == ["The shop’s contract is missing."]
    assert assign(ticket, ops, team="platform", assignee=ops.id)["outcome"] == "accepted"
    assert differences() == []


def test_notes_stay_out_of_the_log_and_are_forgotten_with_the_messages() -> None:
    opened, wei = asked(), agent("wei")
    ticket = ticket_at(opened).ticket
    note(ticket, wei, "I think that she lied.", LATER)
    assert [(each.at, each.by, each.text) for each in notes_of(ticket.ticket_id)] == [
        (LATER, wei, "I think that she lied.")
    ]
    (data,) = query("SELECT data FROM event WHERE type = 'ticket.noted'")[0]
    assert "lied" not in data
    assert query("SELECT count(*) FROM ticket_message") == [(0,)]
    assert differences() == []
    resolve(ticket, MEI, "Done.", when=LATER)
    tick(LATER + 364 * DAY)
    assert len(notes_of(ticket.ticket_id)) == 1
    tick(LATER + 366 * DAY)
    assert notes_of(ticket.ticket_id) == []


def test_a_note_and_an_assignment_of_one_side_make_the_other_sides_form_no_older() -> None:
    opened = asked()
    before = ticket_at(opened, SELLER).ticket
    note(before, MEI, "Hm", LATER)
    assign(before, MEI, LATER, assignee="mei")
    after = ticket_at(opened, SELLER).ticket
    assert (after.updated_at, after.status) == (before.updated_at, before.status)


def test_the_first_answer_is_stored_and_verified() -> None:
    opened = asked()
    ticket = ticket_at(opened).ticket
    reply(ticket, SELLER, "Hello?", LATER)
    reply(ticket, MEI, "Yes", NOON + DAY)
    reply(ticket, MEI, "Well", NOON + 2 * DAY)
    assert ticket_at(opened, when=NOON + 2 * DAY).ticket.answered_at == NOON + DAY
    assert differences() == []


@pytest.mark.parametrize(
    ("change", "column"),
    [("team = 'platform'", "team"), ("assignee = 'x'", "assignee"), ("answered_at = 1", "answered_at")],
)
def test_verify_names_what_was_changed_by_hand(change: str, column: str) -> None:
    ticket = ticket_at(asked()).ticket
    assign(ticket, MEI, assignee="mei")
    reply(ticket, MEI, "Yes", LATER)
    assert run_sql(f"UPDATE ticket SET {change}") == 1  # noqa: S608 (of this test)
    assert [one.column for one in differences()] == [column]


@pytest.mark.parametrize("by", [SELLER, MEI])
def test_an_ended_ticket_is_reopened_by_either_side_for_fourteen_days(by: Actor) -> None:
    opened = asked()
    ticket = ticket_at(opened).ticket
    resolve(ticket, MEI, "Done.", when=NOON)
    assert codes(reopen(ticket, CREATOR, LATER)) == ["ticket.not_found"]
    assert reopen(ticket, by, NOON + 13 * DAY, "It is not.")["outcome"] == "accepted"
    assert stored_state(opened) == ("open", None)
    assert query("SELECT ended_at, updated_at FROM ticket") == [(None, to_micros(NOON + 13 * DAY))]
    resolve(ticket, MEI, "Now it is.", when=NOON + 13 * DAY)
    assert differences() == []
    late = reopen(ticket, by, NOON + 27 * DAY)
    assert codes(late) == ["ticket.reopen_period_over"]


def test_a_ticket_stays_ended_while_another_is_open_about_the_same() -> None:
    opened = asked()
    first = ticket_at(opened).ticket
    resolve(first, MEI, "Done.", when=NOON)
    second = ticket_at(open_ticket()).ticket
    assert codes(reopen(first, SELLER, LATER)) == ["ticket.already_open"]
    resolve(second, MEI, "Done.", when=LATER)
    assert reopen(first, SELLER, LATER)["outcome"] == "accepted"


def test_a_reopened_ticket_is_cleared_by_what_clears_it() -> None:
    opened = asked()
    ticket = ticket_at(opened).ticket
    resolve(ticket, MEI, "Done.", when=NOON)
    reopen(ticket, SELLER, LATER)
    execute_accepted(put_account("A"), **at(LATER + DAY))
    assert stored_state(opened) == ("closed", "cleared")
    assert codes(reopen(ticket, SELLER, LATER + 2 * DAY)) == ["ticket.not_needed"]
    assert differences() == []


def taken(by: Actor, key: str, market: str | None = None) -> str | None:
    found = take_next(
        by, clock.now(), market, key, lambda command, seen: execute(command, scope=by.id, seen=seen)
    )
    return found.ticket_id if found else None


def test_take_next_takes_the_oldest_that_nobody_has_and_once_for_a_form_sent_twice() -> None:
    tickets, wei, lin = several(3), agent("wei"), agent("lin")
    assign(tickets[0], MEI, when=None, assignee="mei")
    assert taken(wei, "form 1") == tickets[1].ticket_id
    assert taken(wei, "form 1") is None, "a double click takes one ticket"
    assert taken(lin, "form 1") == tickets[2].ticket_id
    assert taken(lin, "form 2") is None
    assert taken(agent("ops", "platform"), "form 3") is None, "none was handed over"


def test_agents_who_take_the_next_ticket_at_the_same_time_get_different_ones() -> None:
    tickets = several(8)
    agents = [agent(f"agent{number}") for number in range(8)]
    got = run_together([lambda by=by: taken(by, "form") for by in agents])  # type: ignore[misc]
    assert Counter(got) == Counter(ticket.ticket_id for ticket in tickets)
    assert Counter(query("SELECT assignee FROM ticket")) == Counter((by.id,) for by in agents)


def found(status: Status = "open", **wanted: Any) -> list[str]:
    page = page_of_queue(NOON + DAY, 10, 0, status, TicketFilter(**wanted))
    counted = count_in_queue(NOON + DAY, TicketFilter(**wanted))
    assert counted[status] == len(page)
    return [ticket.account_id for ticket in page]


def test_the_queue_is_filtered_by_holder_market_reason_and_text() -> None:
    wei = agent("wei")
    first, second, third = several(3)
    execute_accepted(
        put_shop("T", market="US", name="100% Harbour_Tea 山海茶铺"),
        put_account("C", region="GB", handle="ling.li"),
        **at(),
    )
    other = ticket_at(
        open_ticket(by=Actor("shop", "T"), shop_id="T", account_id="C", network_region="US")
    ).ticket
    assign(first, MEI, assignee=wei.id)
    assign(second, MEI, team="platform")
    reply(third, SELLER, "Bitte 帮我核实 Straße", LATER)
    note(third, MEI, "secret words", LATER)
    assert found() == ["B0", "B1", "B2", "C"]
    assert found(assignee=wei.id) == ["B0"]
    assert found(team="platform") == ["B1"]
    assert found(team="support", unassigned=True) == ["B2", "C"]
    assert found(market="US") == ["C"]
    assert found(reason="account.region_mismatch") == ["B0", "B1", "B2", "C"]
    assert found(reason="account.under_age") == []
    for text, accounts in {
        f"#{first.number}": ["B0"],
        first.ticket_id: ["B0"],
        "帮我核实": ["B2"],
        "bitte": ["B2"],
        "SECRET": ["B2"],
        "山海": ["C"],
        "100%": ["C"],
        "harbour_": ["C"],
        "@Ling": ["C"],
        "%": ["C"],
        "' OR 1=1": [],
        "#99999999999999999999999": [],
    }.items():
        assert found(text=text) == accounts, text
    assert other.market == "US"
    assert "B0" in found(text=str(first.number))


def test_who_of_the_staff_answered_last_is_known_of_each_ticket() -> None:
    first, second, third = several(3)
    wei = agent("wei")
    reply(first, MEI, "Which?", LATER)
    reply(first, wei, "This one?", LATER)
    reply(first, SELLER, "That one.", LATER)
    reply(third, SELLER, "Hello?", LATER)
    asked_for = [first.ticket_id, second.ticket_id, third.ticket_id]
    assert last_answers(asked_for) == {first.ticket_id: wei}
