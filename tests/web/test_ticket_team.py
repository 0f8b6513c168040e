"""Support as a team in the consoles: who has a ticket, notes, reopening, and the queue's filters and counts."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client, override_settings

from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.tick import tick
from shoplink.store.database.sql import query
from shoplink.store.ticket.tickets import page_of_tickets
from tests.store.commands import execute_accepted, put_account
from tests.tickets.desk import open_ticket, reply, resolve, ticket_at
from tests.web.desk import signed_in, somebody
from tests.web.form_client import FormClient
from tests.web.persona import browser_of, statements_of

pytestmark = pytest.mark.usefixtures("demo_world")

HOME, SNACKS = "hh-home-gb", "hh-snacks-us"
SECRET = "He sounds like his father"  # noqa: S105 (a note)


def ticket_of(shop_id: str, account_id: str) -> str:
    found = page_of_tickets(clock.now(), 1, 0, shop_id=shop_id, account_id=account_id, newest_first=True)
    return found[0].ticket_id


def words(content: bytes) -> str:
    page = re.sub(r"<(script|style|svg|option|select).*?</\1>", " ", content.decode(), flags=re.DOTALL)
    return (
        " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split()).replace("\u2068", "").replace("\u2069", "")
    )


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return words(response.content)


def posted(client: FormClient, path: str, typed: dict[str, Any]) -> str:
    """The page after a form that was opened and sent."""
    return words(client.post_blindly(path, client.filled(path, typed), follow=True).content)


@pytest.fixture
def lin() -> FormClient:
    """A second support agent."""
    return signed_in(somebody("lin", staff=["support"]))


def test_an_agent_takes_a_ticket_and_colleagues_see_who_has_it_and_who_answered_and_the_seller_does_not(
    lin: FormClient,
) -> None:
    wei, mei, path = browser_of("wei"), browser_of("mei"), f"/support/tickets/{ticket_of(HOME, 'jack.lin')}"
    assert "Who has it Nobody yet" in text(wei, path)
    assert "(you)" in posted(wei, path, {"do": "take"})
    assert "Assign to me" not in text(wei, path)
    name = query("SELECT name FROM person WHERE person_id = 'person_wei'")[0][0]
    assert f"Who has it {name}" in text(lin, path)
    assert "Your answer is sent." in posted(wei, path, {"do": "reply", "text": "Which passport?"})
    row = text(lin, "/support/?status=answered&q=jacklin07")
    assert f"{name} answered by: {name}" in row
    own = text(mei, f"/seller/{HOME}/tickets/{ticket_of(HOME, 'jack.lin')}")
    assert name not in own
    assert "Which passport?" in own


def test_a_ticket_is_handed_over_to_the_platform_whose_answer_customers_see_as_supports(
    lin: FormClient,
) -> None:
    ticket_id = ticket_of(HOME, "jack.lin")
    alex, mei, path = browser_of("alex"), browser_of("mei"), f"/support/tickets/{ticket_id}"
    assert "@jacklin07" not in text(alex, "/platform/tickets")
    said = posted(lin, path, {"do": "assign", "holder": "platform:", "note": SECRET})
    assert "Who has the ticket is stored." in said
    assert "Who has it The platform’s staff" in said
    assert "@jacklin07" in text(alex, "/platform/tickets")
    theirs = f"/platform/tickets/{ticket_id}"
    page = text(alex, theirs)
    assert SECRET in page
    assert "Fixes" not in page
    assert "Your answer is sent." in posted(
        alex, theirs, {"do": "reply", "text": "The contract is here now."}
    )
    own = text(mei, f"/seller/{HOME}/tickets/{ticket_id}")
    assert re.search(r"Support · [^.]*The contract is here now\.", own)
    assert "Platform ·" not in own


def test_who_is_not_of_the_team_is_given_nothing_and_what_was_typed_stays(lin: FormClient) -> None:
    path = f"/support/tickets/{ticket_of(HOME, 'jack.lin')}"
    page = lin.post_blindly(
        path, {**lin.filled(path, {"do": "assign"}), "holder": "support:person_mei", "note": "Please"}
    )
    assert page.status_code == 422
    assert "This person does not belong to the staff who are to have the ticket." in words(page.content)
    assert ">Please</textarea>" in page.content.decode()
    nobody = lin.post_blindly(path, {**lin.filled(path, {"do": "assign"}), "holder": "clock:x"})
    assert "Choose who is to have the ticket." in words(nobody.content)


def test_who_answers_after_a_colleague_has_is_told_and_what_was_typed_stays(lin: FormClient) -> None:
    ticket_id = ticket_of(HOME, "jack.lin")
    path, wei = f"/support/tickets/{ticket_id}", browser_of("wei")
    form = lin.filled(path, {"do": "reply", "text": "My long answer"})
    posted(wei, path, {"do": "reply", "text": "Which passport?"})
    late = lin.post_blindly(path, form)
    name = query("SELECT name FROM person WHERE person_id = 'person_wei'")[0][0]
    assert late.status_code == 422
    said = words(late.content)
    assert "Nothing was done" in said
    assert f"Support · {name}: There is a new message in the ticket." in said
    assert ">My long answer</textarea>" in late.content.decode()
    assert query("SELECT count(*) FROM ticket_message WHERE text = 'My long answer'") == [(0,)]


def test_two_agents_who_take_the_next_ticket_get_two(lin: FormClient) -> None:
    wei = browser_of("wei")
    first = wei.post_blindly("/support/", wei.filled("/support/", {}), follow=True)
    second = lin.post_blindly("/support/", lin.filled("/support/", {}), follow=True)
    assert "The ticket is yours." in words(first.content)
    assert "The ticket is yours." in words(second.content)
    paths = [response.redirect_chain[-1][0] for response in (first, second)]
    assert paths == [
        f"/support/tickets/{ticket_of(SNACKS, 'mei.lin')}",
        f"/support/tickets/{ticket_of(HOME, 'jack.lin')}",
    ]
    none = wei.post_blindly("/support/", wei.filled("/support/", {}), follow=True)
    assert "No ticket waits that nobody has." in words(none.content)
    assert "@meilin.eats" in text(wei, "/support/?holder=mine")
    assert "@jacklin07" not in text(wei, "/support/?holder=mine")


def test_an_internal_note_is_read_by_staff_alone_whichever_door_is_tried(lin: FormClient) -> None:
    ticket_id = ticket_of(SNACKS, "mei.lin")
    path, wei = f"/support/tickets/{ticket_id}", browser_of("wei")
    assert "Write something first." in posted(lin, path, {"do": "note", "note": " "})
    assert "The note is added." in posted(lin, path, {"do": "note", "note": SECRET})
    page = text(wei, path)
    assert re.search(rf"Support · lin · [^.]* {SECRET}", page), page[-3000:]
    posted(wei, path, {"do": "reply", "text": "Which licence?"})
    tick()
    meilin = browser_of("meilin", network="US")
    for door in (
        f"/creator/mei.lin/tickets/{ticket_id}",
        "/creator/mei.lin/tickets",
        "/creator/mei.lin/",
        "/creator/mei.lin/profile/shop",
        "/inbox/",
    ):
        shown = text(meilin, door)
        assert SECRET not in shown, door
        assert "internal note" not in shown.lower(), door
    typed = {"do": "reply", "text": "This one"}
    form = meilin.filled(f"/creator/mei.lin/tickets/{ticket_id}", typed)
    posted(lin, path, {"do": "note", "note": SECRET})
    answered = meilin.post_blindly(f"/creator/mei.lin/tickets/{ticket_id}", form)
    assert answered.status_code == 302, "a note does not make the other side's form stale"
    kept = {"ticket_note"}
    tables = query("SELECT name FROM sqlite_master WHERE type = 'table'") if _is_sqlite() else []
    for (table,) in tables:
        if table not in kept:
            rows = query(f'SELECT * FROM "{table}"')  # noqa: S608 (of this test)
            assert SECRET not in json.dumps(rows, default=str, ensure_ascii=False), table


def _is_sqlite() -> bool:
    from django.db import connection  # noqa: PLC0415 (only here)

    return connection.vendor == "sqlite"


def _resolved_of_home() -> str:
    """A ticket of the shop that support resolved just now, though its reason still stands."""
    execute_accepted(put_account("pat.lowe", region="FR", handle="patlowe"))
    opened = open_ticket(
        by=Actor("shop", HOME), shop_id=HOME, account_id="pat.lowe", when=clock.now(), role="marketing"
    )
    ticket = ticket_at(opened, when=clock.now()).ticket
    resolve(ticket, Actor("support", "mei"), "No.", when=clock.now())
    return ticket.ticket_id


def test_an_ended_ticket_promises_no_help_and_its_side_reopens_it_with_words() -> None:
    mei, wei = browser_of("mei"), browser_of("wei")
    ticket_id = _resolved_of_home()
    path = f"/seller/{HOME}/tickets/{ticket_id}"
    page = text(mei, path)
    assert "Support can help" not in page
    assert "Support has resolved it. If it is not done, you can reopen the ticket until " in page
    listed = text(mei, f"/seller/{HOME}/tickets")
    row = listed[listed.index("@patlowe") : listed.index("@patlowe") + 200]
    assert "Support can help" not in row
    assert "Write something first." in posted(mei, path, {"do": "reopen", "text": ""})
    said = posted(mei, path, {"do": "reopen", "text": "She moved back in May."})
    assert "The ticket is open again, and with support." in said
    assert "Support can help with" in said
    assert "She moved back in May." in text(wei, f"/support/tickets/{ticket_id}")
    again = posted(wei, f"/support/tickets/{ticket_id}", {"do": "resolve", "text": ""})
    assert "This still stands in the way: The account’s country (France)" in again


def test_support_reopens_a_ticket_and_an_old_one_has_no_such_form() -> None:
    wei = browser_of("wei")
    ticket_id = _resolved_of_home()
    said = posted(wei, f"/support/tickets/{ticket_id}", {"do": "reopen", "text": "I was wrong."})
    assert "The ticket is open again." in said
    assert "Reopen" not in text(wei, f"/support/tickets/{ticket_of(HOME, 'leo.hart')}"), "27 days ago"


def test_the_queue_counts_each_state_and_is_filtered_by_words_reason_and_number() -> None:
    wei = browser_of("wei")
    page = text(wei, "/support/")
    assert "Waiting for support (2)" in page
    assert "Waiting for the other side (1)" in page
    number = query("SELECT number FROM ticket WHERE account_id = 'jack.lin'")[0][0]
    for asked in (f"q=%23{number}", "q=jacklin", "reason=account.under_age", "q=%E6%BB%A1%2018"):
        found = text(wei, f"/support/?{asked}")
        assert "@jacklin07" in found, asked
        assert "@meilin.eats" not in found, asked
        assert "Waiting for support (1)" in found, asked
    assert "No ticket of this state fits" in text(wei, "/support/?q=nothing-like-this")
    assert f"#{number}" in text(browser_of("mei"), f"/seller/{HOME}/tickets")


def test_the_first_answer_is_measured_against_its_target() -> None:
    wei = browser_of("wei")
    assert "Answer overdue by 2 days" in text(wei, "/support/?q=meilin.eats")
    with override_settings(FIRST_ANSWER_HOURS=24 * 30):
        assert "Answer due in" in text(wei, "/support/?q=meilin.eats")
    assert "Answered after" in text(wei, "/support/?status=answered")


def test_the_queue_takes_as_many_statements_whatever_its_length(lin: FormClient) -> None:
    before = statements_of(lin, "/support/?status=answered")
    for number in range(12):
        execute_accepted(put_account(f"far{number}", region="FR"))
        opened = open_ticket(
            by=Actor("shop", HOME), shop_id=HOME, account_id=f"far{number}", when=clock.now()
        )
        reply(ticket_at(opened, when=clock.now()).ticket, Actor("support", f"program{number}"), "Hm")
    assert statements_of(lin, "/support/?status=answered") == before
