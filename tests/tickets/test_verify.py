"""`verify` reports changes to tickets that were made by hand."""

import pytest

from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import Difference
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import execute, query
from tests.store.commands import execute_accepted, put_account
from tests.tickets.desk import (
    CREATOR,
    MEI,
    SELLER,
    at,
    correct,
    link_in_review,
    open_review,
    open_ticket,
    reply,
    resolve,
    ticket_at,
)

pytestmark = pytest.mark.usefixtures("database", "tickets")


@pytest.fixture
def tickets(database: str) -> None:  # noqa: ARG001 (in use)
    """A ticket in each state: answered, resolved, closed, and open."""
    link_in_review()
    answered = open_review()
    reply(ticket_at(answered).ticket, MEI, "Which passport?")
    resolved = open_review(CREATOR)
    resolve(ticket_at(resolved).ticket, MEI)
    execute_accepted(put_account("B", region="FR"), put_account("C", region="FR"), **at())
    open_ticket(account_id="B")
    closed = open_ticket(account_id="C")
    execute_accepted(put_account("C"), **at())
    reply(ticket_at(closed).ticket, SELLER, "too late")


def differences() -> list[Difference]:
    return list(verify(VerifyCounts()))


def test_nothing_differs_where_nobody_was() -> None:
    counted = VerifyCounts()
    assert list(verify(counted)) == []
    assert counted.tickets == 4
    found = query("SELECT status, cause FROM ticket ORDER BY number")
    assert found == [("answered", None), ("resolved", None), ("open", None), ("closed", "cleared")]
    execute_accepted(correct(registered_in="GB"))
    assert differences() == []


@pytest.mark.parametrize(
    ("change", "of", "column"),
    [
        ("status = 'open'", "answered", "status"),
        ("status = 'answered'", "open", "status"),
        ("cause = 'withdrawn'", "closed", "cause"),
        ("shop_id = 'T'", "open", "shop_id"),
        ("account_id = 'Z'", "open", "account_id"),
        ("link_id = NULL", "answered", "link_id"),
        ("by_id = 'T'", "open", "by_id"),
        ("by_person = 'person_1'", "open", "by_person"),
        ("opened_at = opened_at - 1", "open", "opened_at"),
        ("updated_at = updated_at + 1", "answered", "updated_at"),
        ("ended_at = ended_at + 1", "resolved", "ended_at"),
        ("reasons = '[]'", "open", "reasons"),
        ("reasons = 'x'", "open", "reasons"),
    ],
)
def test_a_changed_column_of_a_ticket_is_named(change: str, of: str, column: str) -> None:
    (ticket_id,) = query("SELECT ticket_id FROM ticket WHERE status = %s", of)[0]
    assert execute(f"UPDATE ticket SET {change} WHERE ticket_id = %s", ticket_id) == 1  # noqa: S608 (of this test)
    assert [(one.of, one.id, one.column) for one in differences()] == [("ticket", ticket_id, column)]


def test_a_ticket_that_is_missing_or_that_nobody_opened_is_named() -> None:
    assert execute("UPDATE ticket SET ticket_id = 'ticket_forged' WHERE status = 'open'") == 1
    found = differences()
    assert len(found) == 2
    assert ("ticket", "ticket_forged", None) in [(one.of, one.id, one.column) for one in found]


@pytest.mark.parametrize("kind", ["ticket.opened", "ticket.replied", "ticket.resolved", "ticket.closed"])
def test_an_event_of_a_ticket_that_is_missing_is_missed(kind: str) -> None:
    execute("DELETE FROM event WHERE number = (SELECT min(number) FROM event WHERE type = %s)", kind)
    assert "ticket" in {one.of for one in differences()}


def test_an_event_after_the_end_of_a_ticket_cannot_have_happened() -> None:
    added = (
        "INSERT INTO event (type, at, shop_id, account_id, link_id, data)"
        " SELECT type, at, shop_id, account_id, link_id, data FROM event WHERE type = 'ticket.resolved'"
    )
    assert execute(added) == 1
    assert [(one.of, one.problem.split(" ", 1)[0]) for one in differences()] == [
        ("event", "ticket.resolved:")
    ]
