"""Tickets in the consoles, over HTTP: opening one from a refusal, the queue, and fixes with a preview."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from msgspec.structs import replace

from shoplink.core.commands import PairCommand
from shoplink.core.facts import Actor
from shoplink.core.values import COUNTRIES
from shoplink.flows import clock
from shoplink.flows.execute import execute
from shoplink.flows.people.lookup import has_looked_up, look_up
from shoplink.flows.tick import tick
from shoplink.store.database.sql import query
from shoplink.store.ticket.tickets import page_of_tickets
from tests.rule import rule
from tests.store.commands import execute_accepted, invite, put_account, put_shop
from tests.tickets.desk import open_about
from tests.web.desk import signed_in, somebody
from tests.web.form_client import hidden_fields
from tests.web.persona import browser_of, statements_of

pytestmark = pytest.mark.usefixtures("demo_world")

HOME, BEAUTY, SNACKS = "hh-home-gb", "hh-beauty-gb", "hh-snacks-us"


def ticket_of(shop_id: str, account_id: str) -> str:
    found = page_of_tickets(clock.now(), 1, 0, shop_id=shop_id, account_id=account_id, newest_first=True)
    return found[0].ticket_id


def text(client: Client, path: str, status: int = 200) -> str:
    """The text of a page, without its tags."""
    response = client.get(path)
    assert response.status_code == status, (path, response.status_code)
    return words(response.content)


def words(content: bytes) -> str:
    page = re.sub(r"<(script|style|svg|option|select).*?</\1>", " ", content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def status_of(ticket_id: str) -> tuple[str, str | None]:
    tick()
    (found,) = query("SELECT status, cause FROM ticket WHERE ticket_id = %s", ticket_id)
    return found[0], found[1]


def looked_up(shop_id: str, account_id: str) -> None:
    """Mei looks up an account for a shop, whatever its handle is."""
    (named,) = query("SELECT handle FROM account WHERE account_id = %s", account_id)
    person = query("SELECT person_id FROM person WHERE email LIKE 'mei%%'")[0][0]
    look_up(Actor("shop", shop_id, person), named)
    assert has_looked_up(Actor("shop", shop_id, person), account_id)


@rule("R39")
def test_a_refused_invitation_is_one_click_away_from_its_ticket() -> None:
    execute_accepted(put_account("pat.lowe", region="FR", handle="patlowe"))
    mei = browser_of("mei")
    looked_up(HOME, "pat.lowe")
    offered = {"command": "invite", "account_id": "pat.lowe", "role": "marketing", "key": "once-and-only"}
    opened = mei.post(f"/seller/{HOME}/tickets/new", offered, follow=True)
    said = words(opened.content)
    assert "The ticket is with support" in said
    assert "Inviting an account as marketing account" in said
    assert "The account’s country (France) is not the shop’s market (United Kingdom)." in said
    again = mei.post(f"/seller/{HOME}/tickets/new", offered)
    assert again.headers["Location"] == f"/seller/{HOME}/tickets/{ticket_of(HOME, 'pat.lowe')}"
    assert query("SELECT count(*) FROM ticket WHERE account_id = 'pat.lowe'") == [(1,)]
    assert "Inviting an account as marketing account" in text(mei, f"/seller/{HOME}/tickets")


@rule("R40")
def test_what_support_cannot_help_with_says_who_can_act() -> None:
    mei = browser_of("mei")
    asked = {"command": "invite", "account_id": "callum.reid", "role": "marketing"}
    looked_up("hh-tea-gb", "callum.reid")
    looked_up("hh-popup-1", "nora.lane-1")
    refused = mei.post("/seller/hh-tea-gb/tickets/new", asked)
    said = words(refused.content)
    assert refused.status_code == 409
    assert "Support cannot help with this. Each of the other reasons says who can." in said
    assert "Who can act instead" in said
    assert "cannot link a marketing account" in said
    fine = mei.post(
        "/seller/hh-popup-1/tickets/new", {**asked, "account_id": "nora.lane-1", "role": "official"}
    )
    assert (fine.status_code, "No ticket is needed" in words(fine.content)) == (409, True)


def test_only_what_a_page_offers_can_be_asked_about() -> None:
    mei = browser_of("mei")
    for asked in (
        {},
        {"command": "put_shop"},
        {"command": "revoke", "account_id": "zhou.zhou"},
        {"command": "accept", "account_id": "zhou.zhou"},
        {"command": "invite", "account_id": "zhou zhou", "role": "marketing"},
        {"command": "invite", "account_id": "zhou.zhou"},
        {"link_id": query("SELECT link_id FROM link WHERE shop_id = 'northbank-books'")[0][0]},
        {"link_id": "link_none"},
        {"link_id": "link_\x00"},
    ):
        assert mei.post(f"/seller/{HOME}/tickets/new", asked).status_code == 404, asked
    assert mei.get(f"/seller/{HOME}/tickets/new").headers["Location"] == f"/seller/{HOME}/tickets"


def test_a_seller_asks_only_about_an_account_that_they_looked_up_or_are_linked_with() -> None:
    """The form would otherwise answer about any account, without a limit and without a record."""
    mei, asked = browser_of("mei"), {"command": "invite", "account_id": "nora.lane-1", "role": "marketing"}
    before = query("SELECT count(*) FROM ticket")
    for account_id in ("nora.lane-1", "no-such-account"):
        answer = mei.post(f"/seller/{HOME}/tickets/new", {**asked, "account_id": account_id})
        assert answer.status_code == 404, account_id
    assert query("SELECT count(*) FROM ticket") == before
    looked_up(HOME, "nora.lane-1")
    assert mei.post(f"/seller/{HOME}/tickets/new", asked).status_code == 409, "nothing is in the way"


def test_neither_a_made_up_market_nor_a_made_up_key_breaks_anything() -> None:
    assert "Queue" in text(browser_of("wei"), "/support/?market=G%00")
    execute_accepted(put_account("pat.lowe", region="FR", handle="patlowe"))
    looked_up(HOME, "pat.lowe")
    asked = {"command": "invite", "account_id": "pat.lowe", "role": "marketing", "key": "a\x00"}
    assert browser_of("mei").post(f"/seller/{HOME}/tickets/new", asked).status_code == 302


@rule("R31", "R39")
def test_a_stuck_link_is_asked_about_by_either_side() -> None:
    link_id = query("SELECT link_id FROM link WHERE account_id = 'mei.lin'")[0][0]
    mei = browser_of("mei", network="US")
    assert "Send a ready-made ticket" in text(mei, f"/seller/{SNACKS}/links/{link_id}")
    opened = mei.post(f"/seller/{SNACKS}/tickets/new", {"link_id": link_id}, follow=True)
    assert "A link that stays in review" in words(opened.content)
    creator = browser_of("meilin", network="US")
    theirs = creator.post("/creator/mei.lin/tickets/new", {"link_id": link_id})
    assert theirs.headers["Location"].startswith("/creator/mei.lin/tickets/ticket_")
    page = text(creator, theirs.headers["Location"])
    assert "我在新加坡注册的账号" in page, "it is the one that was open already"


def test_one_side_never_sees_the_ticket_of_the_other_nor_of_strangers() -> None:
    ticket_id = ticket_of(SNACKS, "mei.lin")
    mei, wei = browser_of("mei"), browser_of("wei")
    assert mei.get(f"/seller/{SNACKS}/tickets/{ticket_id}").status_code == 404
    assert mei.post(f"/seller/{SNACKS}/tickets/{ticket_id}", {"text": "hello"}).status_code == 404
    assert ticket_id not in mei.get(f"/seller/{SNACKS}/tickets").content.decode()
    foreign = mei.get(f"/seller/{HOME}/tickets/{ticket_of(BEAUTY, 'amelia.ward')}")
    missing = mei.get(f"/seller/{HOME}/tickets/ticket_none")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert wei.get(f"/support/tickets/{ticket_id}").status_code == 200
    assert wei.get("/support/tickets/ticket_none").status_code == 404


def test_a_seller_learns_no_strangers_birth_date_from_a_ticket() -> None:
    mei, wei = browser_of("mei"), browser_of("wei")
    ticket_id = ticket_of(HOME, "jack.lin")
    seller, support = (
        text(mei, f"/seller/{HOME}/tickets/{ticket_id}"),
        text(wei, f"/support/tickets/{ticket_id}"),
    )
    assert "because of its user’s age" in seller
    assert "Possible from" not in seller
    assert "Possible from" in support
    assert "is under 18. Possible from" in support


def test_a_conversation_is_written_by_both_sides_and_ends_when_support_says_so() -> None:
    lan, wei = browser_of("lan"), browser_of("wei")
    ticket_id = ticket_of(BEAUTY, "amelia.ward")
    own, desk = f"/seller/{BEAUTY}/tickets/{ticket_id}", f"/support/tickets/{ticket_id}"
    nothing = lan.post(own, {"text": "  ", "do": "reply"})
    assert (nothing.status_code, "Write something first." in words(nothing.content)) == (422, True)
    long = lan.post(own, {"text": "长" * 4001, "do": "reply"})
    assert "长" * 4001 in long.content.decode(), "what was typed is kept"
    sent = {"text": "审批编号 HH-815\n谢谢", "evidence": "审批邮件", "do": "reply", "key": "k1"}
    for _ in range(2):
        assert lan.post(own, sent).status_code == 302
    page = wei.get(desk).content.decode()
    assert page.count("审批编号 HH-815") == 1
    assert "审批邮件" in page
    assert status_of(ticket_id) == ("open", None)
    done_ = wei.post(desk, {"do": "resolve", "text": "已授予豁免。"}, follow=True)
    assert "The ticket is resolved." in words(done_.content) or "工单已解决" in words(done_.content)
    assert status_of(ticket_id) == ("resolved", None)
    late = lan.post(own, {"text": "还有一个问题", "do": "reply"})
    assert late.status_code == 422


def test_an_answer_of_support_waits_on_the_sellers_home() -> None:
    page = text(browser_of("lan"), "/seller/")
    assert "Support has answered Inviting an account as marketing account Read the answer @ameliaward" in page


def test_the_side_that_opened_a_ticket_withdraws_it() -> None:
    mei = browser_of("mei")
    ticket_id = ticket_of(HOME, "jack.lin")
    page = mei.post(f"/seller/{HOME}/tickets/{ticket_id}", {"do": "withdraw"}, follow=True)
    assert "The ticket is withdrawn." in words(page.content)
    assert status_of(ticket_id) == ("closed", "withdrawn")


def test_the_queue_sorts_by_age_and_market_and_by_who_can_act() -> None:
    wei = browser_of("wei")
    page = text(wei, "/support/")
    assert page.index("@meilin.eats") < page.index("@jacklin07"), "oldest first"
    assert "@ameliaward" not in page
    assert "Support can help: The account’s country of registration (Singapore)" in page
    assert "@meilin.eats" not in text(wei, "/support/?market=GB")
    assert "@ameliaward" in text(wei, "/support/?status=answered")
    closed = text(wei, "/support/?status=closed")
    assert "Cleared automatically" in closed
    assert "Closed: not for support" in closed
    assert "No tickets here" in text(wei, "/support/?status=answered&market=US")


def test_a_market_is_one_that_shops_have_and_a_wrong_one_is_named() -> None:
    shop: Any = put_shop("old")
    execute_accepted(replace(shop, market="UK"))
    wei, alex = browser_of("wei"), browser_of("alex")
    for client, page in ((wei, "/support/"), (alex, "/platform/")):
        for wrong in ("XX", "gb", "G\u202eB", "GB US", "' OR 1"):
            said = text(client, f"{page}?{urlencode({'market': wrong})}")
            assert "Market: found " in said, (page, wrong)
            assert "allowed: GB (United Kingdom), " in said
        for right in ("", "GB", "UK"):
            assert "Market: found" not in text(client, f"{page}?market={right}"), (page, right)
    assert "@meilin.eats" in text(wei, "/support/?market=XX"), "all markets are shown"
    assert "@meilin.eats" not in text(wei, "/support/?market=UK")


@rule("R42", "R40")
def test_a_correction_shows_what_it_unblocks_before_it_is_done_and_the_stuck_link_establishes_itself() -> (
    None
):
    wei, ticket_id = browser_of("wei"), ticket_of(SNACKS, "mei.lin")
    path = f"/support/tickets/{ticket_id}/correct"
    assert "What this unblocks" not in text(wei, path)
    typed = {"registered_in": "US", "note": "driving licence seen", "do": "look"}
    looked = wei.post(path, typed)
    said = words(looked.content)
    assert "Immediately: The account is linked" in said
    assert "No longer in the way: The account’s country of registration (Singapore)" in said
    assert "The ticket then closes automatically" in said
    assert query("SELECT registered_in FROM account WHERE account_id = 'mei.lin'") == [("SG",)]
    assert query("SELECT status FROM link WHERE account_id = 'mei.lin'") == [("in_review",)]
    mark = re.search(r'name="previewed" value="([0-9a-f]{64})"', looked.content.decode())
    assert mark is not None
    other = wei.post(path, {**typed, "registered_in": "CA", "do": "fix", "previewed": mark[1]})
    assert "It removes no reason" in words(other.content), "what was not shown is not done"
    done_ = wei.post(path, {**typed, "do": "fix", "previewed": mark[1]}, follow=True)
    assert "The link is now established." in words(done_.content) or "已自动生效" in words(done_.content)
    assert query("SELECT status FROM link WHERE account_id = 'mei.lin'") == [("linked",)]
    assert status_of(ticket_id) == ("closed", "cleared")
    (event,) = query("SELECT data FROM event WHERE type = 'account.corrected' AND account_id = 'mei.lin'")[0]
    assert '"note":"driving licence seen"' in event
    assert '"kind":"support"' in event


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"note": "seen"}, "Choose at least one fact to correct."),
        ({"registered_in": "US", "note": " "}, "Note the evidence"),
        ({"birth_date": "1999-02-30", "note": "x"}, "1999-02-30"),
    ],
)
def test_a_correction_needs_something_to_correct_and_its_evidence(
    typed: dict[str, str], problem: str
) -> None:
    wei, ticket_id = browser_of("wei"), ticket_of(SNACKS, "mei.lin")
    answer = wei.post(f"/support/tickets/{ticket_id}/correct", {**typed, "do": "look"})
    assert answer.status_code == 422
    assert problem in words(answer.content)


@rule("R27", "R25")
def test_a_waiver_shows_what_it_unblocks_and_ends_with_the_day_that_was_typed() -> None:
    wei, ticket_id = browser_of("wei"), ticket_of(BEAUTY, "amelia.ward")
    path = f"/support/tickets/{ticket_id}/waive"
    day = (clock.now() + timedelta(days=30)).date()
    typed = {"what": "shop.link_quota_spent shop", "until": day.isoformat(), "note": "HH-815", "do": "look"}
    looked = wei.post(path, typed)
    said = words(looked.content)
    assert "No longer in the way: This shop has linked 10 marketing accounts" in said
    assert "Still in the way: Nothing." in said
    assert "10 of 10 used in 180 days." in said, "what it lets through beyond this ticket is said too"
    mark = re.search(r'name="previewed" value="([0-9a-f]{64})"', looked.content.decode())
    assert mark is not None
    wei.post(path, {**typed, "do": "fix", "previewed": mark[1]})
    (until,) = query("SELECT until FROM waiver WHERE shop_id = %s", BEAUTY)[0]
    assert until == int((day - clock.now().date().replace(1970, 1, 1)).days + 1) * 86_400_000_000
    assert status_of(ticket_id) == ("closed", "cleared")
    gone = wei.post(path, {**typed, "until": "2020-01-01"})
    assert gone.headers["Location"] == f"/support/tickets/{ticket_id}", "nothing is left to waive"


def test_a_waiver_ends_later_than_now_and_says_why() -> None:
    wei, ticket_id = browser_of("wei"), ticket_of(BEAUTY, "amelia.ward")
    path = f"/support/tickets/{ticket_id}/waive"
    for typed, problem in (
        ({"until": "2020-01-01", "note": "x"}, "would already have ended"),
        ({"until": "soon", "note": "x"}, "This is not a date."),
        ({"until": "", "note": ""}, "Note the evidence"),
    ):
        answer = wei.post(path, {**typed, "do": "look"})
        assert (answer.status_code, problem in words(answer.content)) == (422, True), typed


def test_what_the_rulebook_does_not_let_support_waive_is_not_offered() -> None:
    wei = browser_of("wei")
    ticket_id = ticket_of(SNACKS, "mei.lin")
    assert "This rulebook allows no waiver" in text(wei, f"/support/tickets/{ticket_id}")
    assert wei.get(f"/support/tickets/{ticket_id}/waive").status_code == 302


def test_support_sees_the_facts_then_and_now() -> None:
    wei, ticket_id = browser_of("wei"), ticket_of(HOME, "jack.lin")
    execute(put_account("jack.lin", region="GB", birth_date="1990-01-01", handle="jacklin07"))
    page = text(wei, f"/support/tickets/{ticket_id}")
    assert re.search(r"Country of the account Then Ireland Now United Kingdom", page)
    assert "Nothing is in the way any more" in page


def test_support_finds_a_shop_or_an_account_and_all_that_a_ticket_needs() -> None:
    wei = browser_of("wei")
    assert "@meilin.eats" in text(wei, "/support/find?q=@meilin")
    assert "Hill & Harbour Home" in text(wei, "/support/find?q=home-gb")
    ticket_id = ticket_of(HOME, "jack.lin")
    for part in (ticket_id, ticket_id.removeprefix("ticket_")):
        assert f"/support/tickets/{ticket_id}" in wei.get(f"/support/find?q={part}").content.decode()
    assert "No match" in text(wei, "/support/find?q=zzz")
    account = text(wei, "/support/accounts/mei.lin")
    for expected in ("Singapore", "A link that stays in review", "Linking: in review", "山海零食"):
        assert expected in account
    shop = text(wei, f"/support/shops/{BEAUTY}")
    for expected in ("Inviting an account · @ameliaward", "@niapowell", "Linked"):
        assert expected in shop
    assert wei.get("/support/shops/none").status_code == 404
    assert wei.get("/support/accounts/none").status_code == 404


def test_a_creator_may_ask_about_an_unlink_request_once_it_is_unanswered_for_a_week() -> None:
    zhou = browser_of("zhou")
    path = "/creator/zhou.zhou/profile/link"
    assert "you can ask support" in text(zhou, path)
    asked = {"command": "request_unlink"}
    assert zhou.post("/creator/zhou.zhou/tickets/new", asked).status_code == 409
    query_week_ago = int((clock.now() - timedelta(days=8)).timestamp() * 1_000_000)
    from shoplink.store.database.sql import execute as run  # noqa: PLC0415 (time is turned back, as no step could)

    run("UPDATE link SET unlink_requested_at = %s WHERE account_id = 'zhou.zhou'", query_week_ago)
    assert "Send a ready-made ticket" in text(zhou, path)
    opened = zhou.post("/creator/zhou.zhou/tickets/new", asked, follow=True)
    assert "Requesting to be unlinked" in words(opened.content)


def test_a_chinese_reader_reads_chinese() -> None:
    wei = browser_of("wei", language="zh-CN")
    page = text(wei, "/support/")
    for expected in ("工单", "待客服处理", "长期显示“绑定中”", "邀请账号成为渠道账号"):
        assert expected in page


@pytest.mark.parametrize(
    ("persona", "path"),
    [("wei", "/support/"), ("mei", f"/seller/{HOME}/tickets"), ("wei", f"/support/shops/{HOME}")],
)
def test_a_list_takes_as_many_statements_however_many_tickets(persona: str, path: str) -> None:
    client = browser_of(persona)
    before = statements_of(client, path)
    for number in range(8):
        account_id = f"abroad-{number}"
        execute_accepted(put_account(account_id, region="FR"))
        about = invite(HOME, account_id)
        assert isinstance(about, PairCommand)
        answer = open_about(about, Actor("shop", HOME))
        assert answer["outcome"] == "accepted"
    assert statements_of(client, path) == before


def test_a_correction_offers_the_countries_that_an_account_can_have() -> None:
    wei = browser_of("wei")
    page = wei.get(f"/support/tickets/{ticket_of(SNACKS, 'mei.lin')}/correct").content.decode()
    region = re.search(r'<select[^>]*name="region".*?</select>', page, re.DOTALL)
    assert region is not None
    assert set(re.findall(r'<option value="([^"]+)"', region[0])) == COUNTRIES


def test_what_is_wrong_in_a_fix_or_a_message_is_called_as_the_page_calls_it() -> None:
    wei, wrong = browser_of("wei"), "a\u200bb"
    stuck = f"/support/tickets/{ticket_of(SNACKS, 'mei.lin')}"
    spent = f"/support/tickets/{ticket_of(BEAUTY, 'amelia.ward')}"
    waiver = {"what": "shop.link_quota_spent shop", "note": wrong, "do": "look"}
    for path, typed, said in (
        (f"{stuck}/correct", {"registered_in": "US", "note": wrong, "do": "look"}, "Evidence: found"),
        (f"{spent}/waive", waiver, "Why: found"),
        (stuck, {"text": wrong, "do": "reply"}, "Message: found"),
    ):
        assert said in words(wei.post(path, typed).content)


@rule("R42")
def test_the_second_of_two_agents_changes_nothing_and_learns_what_the_first_did() -> None:
    """Both preview a correction of one account; the first one's clears the ticket."""
    wei, ann = browser_of("wei"), signed_in(somebody("ann", staff=["support"]))
    ticket_id = ticket_of(SNACKS, "mei.lin")
    path = f"/support/tickets/{ticket_id}/correct"
    first = {"registered_in": "US", "note": "licence seen"}
    second = {"registered_in": "CA", "birth_date": "2010-05-05", "note": "passport seen"}
    forms = [
        {
            **hidden_fields(client.post(path, {**typed, "do": "look"}).content.decode(), typed),
            **typed,
            "do": "fix",
        }
        for client, typed in ((wei, first), (ann, second))
    ]
    for _ in range(2):
        done = wei.post_blindly(path, {**forms[0], "key": "one and the same"}, follow=True)
        assert "The link is now established." in words(done.content), (
            "sent twice, it is answered twice the same"
        )
    late = words(ann.post_blindly(path, forms[1], follow=True).content)
    assert "Nothing was done: this has changed since you opened the page" in late
    assert "\u2068李薇 Wei Li\u2069: Support corrected the account’s details: licence seen" in late, (
        "staff learn who it was"
    )
    assert "Country of registration: United States" in late
    facts = query("SELECT registered_in, birth_date FROM account WHERE account_id = 'mei.lin'")
    assert facts == [("US", "1995-05-19")]
    for address in (path, f"/support/tickets/{ticket_id}/waive"):
        ended = ann.get(address, follow=True)
        assert ended.redirect_chain, "an ended ticket takes no more fixes"
    for does in ("reply", "resolve"):
        answer = ann.post(f"/support/tickets/{ticket_id}", {"do": does, "text": "Hello?"})
        assert "Nothing was done" in words(answer.content)
        assert answer.status_code == 422
    assert query(
        "SELECT count(*) FROM ticket_message WHERE ticket_id = %s AND text = 'Hello?'", ticket_id
    ) == [(0,)]


def test_a_ticket_is_resolved_without_words_only_if_nothing_stands_in_the_way() -> None:
    wei, ticket_id = browser_of("wei"), ticket_of(SNACKS, "mei.lin")
    path = f"/support/tickets/{ticket_id}"
    silent = wei.post(path, {"do": "resolve"})
    assert silent.status_code == 422
    assert "This still stands in the way: The account’s country of registration (Singapore)" in words(
        silent.content
    )
    assert status_of(ticket_id) == ("open", None)
    assert wei.post(path, {"do": "resolve", "text": "The shop takes another account."}).status_code == 302
    assert status_of(ticket_id) == ("resolved", None)


def test_agents_see_which_of_them_wrote_and_the_other_side_that_support_did() -> None:
    wei, mei = browser_of("wei"), browser_of("mei")
    ticket_id = ticket_of(HOME, "jack.lin")
    answer = wei.post(f"/support/tickets/{ticket_id}", {"do": "reply", "text": "Which passport?"})
    assert answer.status_code == 302
    assert "Support · \u2068李薇 Wei Li\u2069" in text(wei, f"/support/tickets/{ticket_id}")
    theirs = text(mei, f"/seller/{HOME}/tickets/{ticket_id}")
    assert "Which passport?" in theirs
    assert "Wei Li" not in theirs
