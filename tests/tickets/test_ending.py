"""How tickets end: by their opener, by support, or by facts and time. No outcome depends on when the timer runs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from shoplink.flows.tick import tick
from shoplink.flows.ticket.read import find_ticket
from shoplink.store.database.sql import query
from shoplink.store.ticket.tickets import page_of_tickets
from shoplink.store.ticket.words import messages_of
from tests.rule import rule
from tests.store.commands import accept, command, execute_accepted, invite, put_account, put_shop
from tests.tickets.desk import (
    CREATOR,
    DAY,
    MEI,
    NOON,
    SELLER,
    at,
    codes,
    correct,
    link_in_review,
    open_review,
    open_ticket,
    pair_command,
    reply,
    resolve,
    state_at,
    stored_state,
    ticket_at,
    ticket_id,
    withdraw,
    world,
)

pytestmark = pytest.mark.usefixtures("database")

LATER = NOON + timedelta(hours=1)
OPEN = ("open", None)
CLEARED = ("closed", "cleared")
BEYOND = ("closed", "beyond_support")


def refused_for_region() -> Any:
    world(region="FR")
    return open_ticket()


def waiting_for_review() -> Any:
    link_in_review()
    return open_review()


def too_young() -> Any:
    world(birth_date="2008-05-05")
    return open_ticket()


def unconfirmed() -> Any:
    world(invite("S", "A"))
    execute_accepted(put_account("A", region="FR"), **at())
    return open_ticket("accept", CREATOR)


def young_link() -> Any:
    since = (NOON - timedelta(hours=23)).isoformat()
    world(command("import_link", shop_id="S", account_id="A", role="official", linked_at=since))
    return open_ticket("request_unlink", CREATOR)


def fresh_link() -> Any:
    """An invitation that is refused because the account is taken by another shop."""
    world(put_shop("T"), invite("T", "A"), accept("T", "A"))
    return open_ticket()


def do(*commands: Any) -> Callable[[], object]:
    return lambda: execute_accepted(*commands, **at(LATER))


CASES: dict[str, tuple[Callable[[], Any], Callable[[], object], datetime, tuple[str, str | None]]] = {
    "support corrects the region": (refused_for_region, do(correct(region="GB")), LATER, CLEARED),
    "the region cannot be corrected any more": (
        refused_for_region,
        do(correct(registered_in="US")),
        LATER,
        BEYOND,
    ),
    "another reason of support's is left": (
        refused_for_region,
        do(put_account("A", region="FR", status="abnormal")),
        LATER,
        OPEN,
    ),
    "what is left is no reason it was opened for": (
        refused_for_region,
        do(put_account("A", status="abnormal")),
        LATER,
        CLEARED,
    ),
    "the stuck link is established": (waiting_for_review, do(correct(registered_in="GB")), LATER, CLEARED),
    "the link in review is withdrawn": (waiting_for_review, do(pair_command("withdraw")), LATER, BEYOND),
    "nothing happens": (waiting_for_review, do(), LATER + 400 * DAY, OPEN),
    "a birthday": (too_young, do(), NOON + 12 * timedelta(hours=1), CLEARED),
    "the day before a birthday": (
        too_young,
        do(),
        NOON + 12 * timedelta(hours=1) - timedelta(microseconds=1),
        OPEN,
    ),
    "the invitation expires": (unconfirmed, do(), NOON + 48 * timedelta(hours=1), BEYOND),
    "the confirmation is possible": (unconfirmed, do(correct(region="GB")), LATER, CLEARED),
    "the confirmation is given": (unconfirmed, do(correct(region="GB"), accept("S", "A")), LATER, CLEARED),
    "a waiver lets the link be young": (
        young_link,
        do(command("grant_waiver", code="link.younger_than_minimum", account_id="A", note="n", until=None)),
        LATER,
        CLEARED,
    ),
    "the link grows old enough": (young_link, do(), NOON + timedelta(hours=1), CLEARED),
    "the link is revoked": (
        young_link,
        do(command("revoke", shop_id="S", account_id="A", note="fraud")),
        LATER,
        CLEARED,
    ),
    "the other shop's link ends": (
        fresh_link,
        do(command("revoke", shop_id="T", account_id="A", note="n")),
        LATER,
        CLEARED,
    ),
    "another rulebook starts": (
        fresh_link,
        do(
            command(
                "activate_rulebook",
                name="seller-university-2025",
                market="GB",
                effective_from=(LATER + DAY).isoformat(),
            )
        ),
        LATER + DAY,
        OPEN,
    ),
}


@rule("R39", "R40", "R42")
@pytest.mark.parametrize("timer", [True, False], ids=["the timer runs", "no timer"])
@pytest.mark.parametrize("name", CASES)
def test_a_ticket_ends_with_its_reasons_whether_or_not_the_timer_runs(name: str, timer: bool) -> None:  # noqa: FBT001 (a case)
    begin, happen, when, expected = CASES[name]
    opened = begin()
    assert state_at(opened) == OPEN
    happen()
    if timer:
        tick(when)
        assert stored_state(opened) == expected
    assert state_at(opened, when) == expected
    answer = reply(ticket_at(opened, when=NOON).ticket, MEI, "well?", when=when)
    assert answer["outcome"] == ("accepted" if expected == OPEN else "refused")
    if expected != OPEN:
        assert stored_state(opened) == expected
        assert [
            row[0] for row in query("SELECT type FROM event WHERE type LIKE 'ticket.%%' ORDER BY number")
        ] == [
            "ticket.opened",
            "ticket.closed",
        ]


def test_support_answers_and_the_seller_asks_on_and_support_resolves() -> None:
    opened = refused_for_region()
    ticket = ticket_at(opened).ticket
    for by, text, status in ((MEI, "Which passport?", "answered"), (SELLER, "A British one.", "open")):
        answer = reply(ticket, by, text, LATER, "passport" if by == SELLER else None)
        assert answer["outcome"] == "accepted"
        assert state_at(opened, LATER) == (status, None)
    assert resolve(ticket, MEI, "Done.", when=LATER)["outcome"] == "accepted"
    assert state_at(opened, LATER) == ("resolved", None)
    said = messages_of(ticket.ticket_id)
    assert [(message.by.kind, message.text, message.evidence) for message in said] == [
        ("support", "Which passport?", None),
        ("shop", "A British one.", "passport"),
        ("support", "Done.", None),
    ]
    for late in (
        reply(ticket, SELLER, "thanks"),
        resolve(ticket, MEI),
        withdraw(ticket, SELLER),
    ):
        assert (late["outcome"], codes(late)) == ("refused", ["ticket.ended"])
    assert ticket_id(open_ticket()) != ticket.ticket_id, "an ended ticket is in nobody's way"


def test_who_opened_a_ticket_may_withdraw_it() -> None:
    opened = refused_for_region()
    assert withdraw(ticket_at(opened).ticket, SELLER)["outcome"] == "accepted"
    assert stored_state(opened) == ("closed", "withdrawn")


def test_asking_again_after_facts_ended_a_ticket_opens_a_new_one() -> None:
    opened = refused_for_region()
    execute_accepted(correct(region="GB"), put_account("A", region="FR"), **at(LATER))
    assert stored_state(opened) == OPEN
    assert ticket_id(open_ticket(when=LATER)) == ticket_id(opened), (
        "the reason is there again: nobody saw it gone"
    )
    execute_accepted(correct(region="GB"), **at(LATER))
    assert open_ticket(when=LATER)["outcome"] == "refused"
    assert stored_state(opened) == CLEARED
    execute_accepted(put_account("A", region="FR"), **at(LATER))
    assert ticket_id(open_ticket(when=LATER)) != ticket_id(opened)


def test_the_timer_looks_only_at_tickets_whose_facts_or_time_have_moved() -> None:
    opened = refused_for_region()
    tick(LATER)
    assert query("SELECT count(*) FROM tickets_settled") == [(1,)]
    before = query("SELECT position FROM tickets_settled")
    execute_accepted(put_shop("Z"), **at(LATER))
    tick(LATER)
    assert query("SELECT position FROM tickets_settled") == before, "nothing moved for any ticket"
    execute_accepted(correct(region="GB"), **at(LATER))
    assert tick(LATER).tickets == 1
    assert stored_state(opened) == CLEARED
    assert tick(LATER).tickets == 0


def test_texts_are_forgotten_a_year_after_a_ticket_ended_and_no_earlier() -> None:
    opened = refused_for_region()
    ticket = ticket_at(opened).ticket
    reply(ticket, SELLER, "my passport number is 1234", when=NOON)
    still_open = open_ticket("accept", CREATOR)
    assert still_open["outcome"] == "refused"
    withdraw(ticket, SELLER, when=NOON)
    tick(NOON + 365 * DAY)
    assert len(messages_of(ticket.ticket_id)) == 1
    assert tick(NOON + 365 * DAY + timedelta(microseconds=1)).forgotten >= 1
    assert messages_of(ticket.ticket_id) == []
    assert query("SELECT text FROM ticket_message") == []
    kept = find_ticket(ticket.ticket_id, MEI, lambda: NOON + 366 * DAY)
    assert kept is not None
    assert kept.ticket.forgotten_at is not None
    assert kept.ticket.reasons == ticket.reasons


def test_a_text_of_an_open_ticket_is_kept_however_old() -> None:
    opened = refused_for_region()
    reply(ticket_at(opened).ticket, SELLER, "well?", when=NOON)
    tick(NOON + 4_000 * DAY)
    assert len(messages_of(ticket_id(opened))) == 1


def test_closed_tickets_are_listed_as_closed_before_they_are_stored_so() -> None:
    opened = refused_for_region()
    tick(LATER)
    assert page_of_tickets(LATER, 10, 0, status="closed") == []
    execute_accepted(correct(region="GB"), **at(LATER))
    assert [ticket.ticket_id for ticket in page_of_tickets(LATER, 10, 0, status="closed")] == [
        ticket_id(opened)
    ]


def test_a_ticket_with_a_due_date_is_listed_once_it_has_come() -> None:
    opened = too_young()
    tick(LATER)
    birthday = NOON + 12 * timedelta(hours=1)
    assert page_of_tickets(birthday - timedelta(microseconds=1), 10, 0, status="closed") == []
    assert [ticket.ticket_id for ticket in page_of_tickets(birthday, 10, 0, status="closed")] == [
        ticket_id(opened)
    ]
