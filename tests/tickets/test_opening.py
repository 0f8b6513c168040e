"""When a ticket can be opened, and what it then holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shoplink.core.facts import Actor
from shoplink.store.database.sql import query
from tests.rule import rule
from tests.store.commands import command, execute_accepted, invite, put_account, put_shop
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
    open_about,
    open_review,
    open_ticket,
    pair_command,
    stored_state,
    ticket_at,
    ticket_id,
    world,
)

pytestmark = pytest.mark.usefixtures("database")


def events(kind: str = "ticket.%") -> list[str]:
    return [row[0] for row in query("SELECT data FROM event WHERE type LIKE %s ORDER BY number", kind)]


@rule("R39")
def test_a_refused_invitation_that_support_can_help_with_becomes_a_ticket_with_its_decision() -> None:
    world(region="FR", birth_date=None)
    opened = open_ticket(text="The passport is a British one.", network_region="FR")
    ticket = ticket_at(opened).ticket
    assert (opened["outcome"], ticket.status, ticket.side, ticket.market) == (
        "accepted",
        "open",
        "shop",
        "GB",
    )
    assert (ticket.command, ticket.fields) == (
        "invite",
        {"shop_id": "S", "account_id": "A", "role": "marketing"},
    )
    assert [reason.code for reason in ticket.reasons] == [
        "account.age_unknown",
        "account.region_mismatch",
        "network.region_mismatch",
    ]
    assert ticket.facts.account is not None
    assert ticket.facts.account.region == "FR"
    assert ticket.opened_by == SELLER
    assert [reason.code for reason in ticket_at(opened).standing.reasons] == [
        "account.age_unknown",
        "account.region_mismatch",
    ]
    (event,) = events()
    assert '"codes":["account.age_unknown","account.region_mismatch","network.region_mismatch"]' in event
    assert "passport" not in event


@rule("R40")
@pytest.mark.parametrize(
    "facts",
    [{"status": "abnormal"}, {"region": "FR", "registered_in": "US"}],
    ids=["an abnormal account", "an account registered in the US"],
)
def test_what_support_cannot_help_with_cannot_be_filed_and_the_answer_says_who_can_act(
    facts: dict[str, Any],
) -> None:
    world(**facts)
    answer = open_ticket()
    assert answer["outcome"] == "refused"
    assert query("SELECT count(*) FROM ticket") == [(0,)]
    assert events() == []
    if "status" in facts:
        assert codes(answer) == ["ticket.beyond_support"]
        assert answer["reasons"][0]["params"] == {"creator_can_see": True}
    else:
        assert codes(answer) == ["account.region_mismatch", "ticket.beyond_support"]
        assert answer["reasons"][0]["next_actor"] == "nobody"
        assert answer["reasons"][1]["params"] == {}


@rule("R40")
def test_one_reason_that_support_can_help_with_is_enough() -> None:
    world(status="abnormal", region="FR")
    assert open_ticket()["outcome"] == "accepted"


def test_what_is_not_refused_needs_no_ticket() -> None:
    world()
    answer = open_ticket()
    assert (answer["outcome"], codes(answer)) == ("refused", ["ticket.not_needed"])
    assert answer["reasons"][0]["params"] == {}


def test_what_is_refused_for_the_network_alone_is_for_the_seller_to_mend() -> None:
    world()
    answer = open_ticket(network_region="FR")
    assert (answer["outcome"], codes(answer)) == (
        "refused",
        ["network.region_mismatch", "ticket.beyond_support"],
    )


def test_an_account_that_is_not_recorded_may_be_asked_about_and_an_unknown_shop_may_not() -> None:
    execute_accepted(put_shop("S"))
    assert open_ticket()["outcome"] == "accepted"
    nobody = pair_command("invite", shop_id="T", role="official")
    assert codes(open_about(nobody, Actor("shop", "T"))) == [
        "shop.not_found",
        "account.not_found",
        "ticket.beyond_support",
    ]


def test_asking_again_gives_the_same_ticket() -> None:
    world(region="FR")
    first = open_ticket(text="please")
    again = open_ticket(role="official", text="please!")
    assert ticket_id(again) == ticket_id(first)
    assert again["events"] == []
    assert len(events()) == 1
    assert query("SELECT count(*) FROM ticket_message") == [(1,)]


@rule("R31", "R39")
def test_a_link_that_stays_in_review_may_be_asked_about_by_each_of_its_sides() -> None:
    link_in_review()
    of_shop, of_creator = open_review(), open_review(CREATOR)
    assert ticket_id(of_shop) != ticket_id(of_creator)
    for opened, side in ((of_shop, "shop"), (of_creator, "creator")):
        ticket = ticket_at(opened).ticket
        assert (ticket.command, ticket.side, ticket.fields["link_id"]) == ("review", side, ticket.link_id)
        assert [reason.code for reason in ticket.reasons] == ["account.registration_mismatch"]


@rule("R40")
def test_a_review_that_only_support_cannot_end_is_no_ticket() -> None:
    link_in_review(registered_in="US")
    answer = open_review()
    assert (answer["outcome"], codes(answer)) == (
        "refused",
        ["account.registration_mismatch", "ticket.beyond_support"],
    )


def test_an_account_in_review_with_the_same_shop_is_no_question_about_its_invitation() -> None:
    link_in_review()
    answer = open_ticket()
    assert codes(answer) == ["account.already_linked", "ticket.not_needed"]


def requested(**how: Any) -> None:
    """An official link of 30 days, and a request to end it, made at noon."""
    since = (NOON - 30 * DAY).isoformat()
    link = command("import_link", shop_id="S", account_id="A", role="official", linked_at=since)
    world(link, **how)
    execute_accepted(pair_command("request_unlink", CREATOR), **at())


@rule("R46", "R39")
def test_an_unlink_request_may_be_asked_about_once_it_is_unanswered_for_seven_days() -> None:
    requested()
    early = open_ticket("request_unlink", CREATOR, NOON + 7 * DAY - timedelta(microseconds=1))
    assert (early["outcome"], codes(early)) == (
        "refused",
        ["unlink.already_requested", "ticket.beyond_support"],
    )
    opened = open_ticket("request_unlink", CREATOR, NOON + 7 * DAY)
    assert ticket_at(opened, when=NOON + 7 * DAY).ticket.side == "creator"


@rule("R46")
def test_where_a_request_cannot_stay_open_for_ever_the_clock_answers_and_not_support() -> None:
    rules = command(
        "activate_rulebook",
        at=NOON,
        name="seller-university-2025",
        market="GB",
        effective_from=(NOON + 8 * DAY).isoformat(),
    )
    requested()
    opened = open_ticket("request_unlink", CREATOR, NOON + 7 * DAY)
    execute_accepted(rules, **at(NOON + 7 * DAY))
    assert ticket_at(opened, when=NOON + 8 * DAY - timedelta(seconds=1)).ticket.status == "open"
    ended = ticket_at(opened, when=NOON + 8 * DAY).ticket
    assert (ended.status, ended.cause) == ("closed", "cleared")


@pytest.mark.parametrize(
    "make",
    [
        lambda: execute_accepted(
            command("grant_waiver", code="shop.unlink_quota_spent", shop_id="S", until=None, note="n"), **at()
        ),
        lambda: execute_accepted(put_account("A", birth_date=None, followers=3), **at()),
        lambda: execute_accepted(correct(registered_in="GB"), **at()),
    ],
    ids=["a waiver", "other facts", "a correction of something else"],
)
def test_what_changes_nothing_for_it_leaves_a_ticket_open(make: Callable[[], object]) -> None:
    world(birth_date=None)
    opened = open_ticket()
    make()
    assert stored_state(opened) == ("open", None)
    assert (ticket_at(opened).ticket.status, ticket_at(opened).ticket.cause) == ("open", None)


def test_a_refused_confirmation_is_for_the_creator_to_ask_about() -> None:
    world(invite("S", "A"))
    execute_accepted(put_account("A", region="FR"), **at())
    opened = open_ticket("accept", CREATOR)
    ticket = ticket_at(opened).ticket
    assert (ticket.side, ticket.command, ticket.fields) == (
        "creator",
        "accept",
        {"shop_id": "S", "account_id": "A"},
    )
    assert ticket.link_id is not None
    assert ticket_at(opened, MEI).world.shops["S"].facts.market == "GB"


def test_two_pairs_have_two_tickets() -> None:
    world(region="FR")
    execute_accepted(put_account("B", region="FR"), **at())
    assert ticket_id(open_ticket()) != ticket_id(open_ticket(account_id="B"))


@rule("R4", "R39")
def test_a_creator_may_ask_about_followers_that_promoting_needs() -> None:
    product = command(
        "put_product",
        product_id="P",
        shop_id="S",
        title="Tea",
        price_minor=1,
        currency="GBP",
        listed_at="2026-01-01T00:00:00Z",
    )
    world(product, followers=10)
    opened = open_ticket("promote", CREATOR, product_id="P")
    assert [reason.code for reason in ticket_at(opened).ticket.reasons] == ["account.followers_below_minimum"]
    assert [reason.code for reason in ticket_at(opened).standing.helped] == [
        "account.followers_below_minimum"
    ]
    execute_accepted(put_account("A", followers=1_000), **at())
    assert ticket_at(opened).ticket.cause == "cleared"
