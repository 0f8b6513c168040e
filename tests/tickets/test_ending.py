"""How tickets end: by their opener, by support, or by facts and time. No outcome depends on when the timer runs."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplink.core.facts import Actor
from shoplink.flows.tick import tick
from shoplink.flows.ticket.read import find_ticket
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query
from shoplink.store.ticket.tickets import due_tickets, page_of_tickets
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


def refused_for_two_causes() -> Any:
    world(region="FR", birth_date=None)
    return open_ticket()


def quota_spent() -> Any:
    """Ten links count in the shop's window: nine are established and ended, one is an open invitation."""
    world()
    for number in range(10):
        execute_accepted(put_account(f"W{number}"), invite("S", f"W{number}"), **at())
        if number < 9:
            execute_accepted(
                accept("S", f"W{number}"),
                command("revoke", shop_id="S", account_id=f"W{number}", note="n"),
                **at(),
            )
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
    "what has come since is beyond support": (
        refused_for_region,
        do(put_account("A", status="abnormal")),
        LATER,
        BEYOND,
    ),
    "what has come since is support's, too": (
        refused_for_region,
        do(put_account("A", birth_date=None)),
        LATER,
        OPEN,
    ),
    "one of two causes is removed, then the other": (
        refused_for_two_causes,
        do(correct(region="GB"), correct(birth_date="1990-01-01")),
        LATER,
        CLEARED,
    ),
    "one of two causes is removed": (refused_for_two_causes, do(correct(region="GB")), LATER, OPEN),
    "another shop is recorded": (refused_for_region, do(put_shop("Z")), LATER, OPEN),
    "a waiver is granted to the shop": (
        quota_spent,
        do(command("grant_waiver", code="shop.link_quota_spent", shop_id="S", note="n", until=None)),
        LATER,
        CLEARED,
    ),
    "an invitation of the shop ends elsewhere": (
        quota_spent,
        do(put_shop("T"), invite("T", "W9"), accept("T", "W9")),
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
@pytest.mark.parametrize("timer", [True, False], ids=["a late timer", "no timer"])
@pytest.mark.parametrize("name", CASES)
def test_a_ticket_ends_at_its_instant_whenever_the_timer_runs(name: str, timer: bool) -> None:  # noqa: FBT001 (a case)
    begin, happen, ends_at, expected = CASES[name]
    opened = begin()
    assert state_at(opened) == OPEN
    happen()
    when = ends_at if expected == OPEN else ends_at + 3 * DAY
    if timer:
        tick(when)
        assert stored_state(opened) == expected
    assert state_at(opened, when) == expected
    assert ticket_at(opened, when=when).ticket.ended_at == (None if expected == OPEN else ends_at)
    answer = reply(ticket_at(opened, when=NOON).ticket, MEI, "well?", when=when)
    assert answer["outcome"] == ("accepted" if expected == OPEN else "refused")
    if expected != OPEN:
        assert stored_state(opened) == expected
        assert query("SELECT ended_at FROM ticket") == [(to_micros(ends_at),)]
        assert [
            row[0] for row in query("SELECT type FROM event WHERE type LIKE 'ticket.%%' ORDER BY number")
        ] == [
            "ticket.opened",
            "ticket.closed",
        ]


@rule("R42")
def test_a_ticket_is_stored_as_cleared_by_the_transaction_that_cleared_it() -> None:
    opened = refused_for_two_causes()
    execute_accepted(correct(region="GB"), **at(LATER))
    assert stored_state(opened) == OPEN
    execute_accepted(correct(birth_date="1990-01-01"), **at(LATER))
    assert stored_state(opened) == CLEARED


STEPS: dict[str, Callable[[str, str], Any]] = {
    "FR": lambda _s, a: put_account(a, region="FR"),
    "GB": lambda _s, a: put_account(a, region="GB"),
    "abnormal": lambda _s, a: put_account(a, region="FR", status="abnormal"),
    "young": lambda _s, a: put_account(a, birth_date="2008-05-05"),
    "shop abnormal": lambda s, _a: put_shop(s, status="abnormal"),
    "shop normal": lambda s, _a: put_shop(s),
    "US": lambda _s, a: put_account(a, region="US", registered_in="US"),
}


@rule("R39", "R40")
@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(sorted(STEPS)), st.booleans()), max_size=6),
    st.integers(1, 2),
)
def test_the_outcome_of_a_ticket_is_the_same_whenever_the_timer_ran(
    steps: list[tuple[int, str, bool]], once_more: int
) -> None:
    """Two pairs live through the same in one database; only after the steps of one of them does the timer run."""
    ended = []
    for timed in (False, True):
        shop, account = secrets.token_hex(8), secrets.token_hex(8)
        execute_accepted(put_shop(shop), put_account(account, region="FR"), **at())
        seller = Actor("shop", shop)
        opened = open_ticket(by=seller, shop_id=shop, account_id=account)
        now = NOON
        for hours, step, ticks in steps:
            now += timedelta(hours=hours)
            execute_accepted(STEPS[step](shop, account), **at(now))
            if timed and ticks:
                tick(now + timedelta(hours=once_more))
        ticket = ticket_at(opened, when=now + 400 * DAY).ticket
        ended.append((ticket.status, ticket.cause, ticket.ended_at))
    assert ended[0] == ended[1]


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
    assert stored_state(opened) == CLEARED, "the reason is there again, and was gone in between"
    again = open_ticket(when=LATER)
    assert ticket_id(again) != ticket_id(opened)
    execute_accepted(correct(region="GB"), **at(LATER))
    assert open_ticket(when=LATER)["outcome"] == "refused"
    assert stored_state(again) == CLEARED


def test_the_timer_looks_only_at_tickets_that_time_may_have_ended() -> None:
    opened, birthday = too_young(), NOON + 12 * timedelta(hours=1)
    assert due_tickets(birthday - timedelta(microseconds=1), 10, 0) == []
    assert [row[1:] for row in due_tickets(birthday, 10, 0)] == [(ticket_id(opened), "S", "A")]
    assert tick(LATER).tickets == 0
    assert tick(birthday + DAY).tickets == 1
    assert due_tickets(birthday + DAY, 10, 0) == []


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


def test_a_ticket_is_listed_as_closed_once_it_is() -> None:
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
