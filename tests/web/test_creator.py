"""The creator's console, over HTTP: confirming an invitation, and the guide's path to unlinking."""

import html
import json
import re
from typing import Literal

import pytest
from django.test import Client

from shoplink.core import parse_command
from shoplink.core.commerce.permissions import ACTIONS, Action
from shoplink.demo import links
from shoplink.flows import clock
from shoplink.flows.execute import execute
from shoplink.flows.showcase import content_counts, view_of_place
from shoplink.store.database.sql import query
from shoplink.store.models import Person
from tests.core.test_permissions import STANDING, expected
from tests.rule import rule
from tests.store.golden import listening
from tests.web.desk import signed_in, somebody

pytestmark = pytest.mark.usefixtures("demo_world")


def _creator(account_id: str, network: str = "GB") -> Client:
    return signed_in(somebody(account_id.replace(".", ""), accounts=[account_id]), network)


def _text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def _status(account_id: str) -> str:
    found: str = query(
        "SELECT status FROM link WHERE account_id = %s ORDER BY number DESC LIMIT 1", account_id
    )[0][0]
    return found


def _open_link(account_id: str) -> str:
    found: str = query("SELECT link_id FROM link WHERE account_id = %s AND ended_at IS NULL", account_id)[0][
        0
    ]
    return found


@rule("R23")
def test_an_invitation_says_what_it_means_and_is_confirmed() -> None:
    callum = _creator("callum.reid")
    page = _text(callum, "/creator/callum.reid/")
    assert "invites you" in page
    assert "Confirm by" in page
    assert "You may still promote other shops’ products" in page
    assert (
        "TikTok pays you no commission on this shop’s orders; the shop pays you as agreed (contract HT-2026-118)"
        in page
    )
    assert "You can ask to end the link 24 hours after it begins, and the shop has to agree." in page
    assert "合同已寄出" in page
    assert "by contract, outside the platform" in page
    done = callum.post("/creator/callum.reid/", {"link_id": _open_link("callum.reid"), "answer": "confirm"})
    assert "you are linked" in _text(callum, done.headers["Location"])
    assert _status("callum.reid") == "linked"


def test_an_invitation_is_declined() -> None:
    callum = _creator("callum.reid")
    callum.post("/creator/callum.reid/", {"link_id": _open_link("callum.reid"), "answer": "decline"})
    assert _status("callum.reid") == "declined"


@pytest.mark.parametrize(
    ("reason", "words", "kept"),
    [
        ("terms", "", "The terms do not suit me"),
        ("", " from May on ", "from May on"),
        ("terms", "from May on", "The terms do not suit me: from May on"),
        ("no such reason", "", None),
    ],
)
def test_who_declines_may_say_why(reason: str, words: str, kept: str | None) -> None:
    callum = _creator("callum.reid")
    form = {"link_id": _open_link("callum.reid"), "answer": "decline", "reason": reason, "note": words}
    assert callum.post("/creator/callum.reid/", form).status_code == 302
    event = query("SELECT data FROM event WHERE type = 'link.declined' ORDER BY number DESC LIMIT 1")[0][0]
    assert json.loads(event).get("note") == kept


def test_words_that_a_note_cannot_hold_are_said_and_stay_in_the_form() -> None:
    callum = _creator("callum.reid")
    form = {"link_id": _open_link("callum.reid"), "answer": "decline", "reason": "terms", "note": "a\u200bb"}
    answer = callum.post("/creator/callum.reid/", form)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Note: found" in page
    assert '<option value="terms" selected>' in page
    assert _status("callum.reid") == "invited"


def test_what_has_ended_stays_in_the_history_of_the_creator() -> None:
    callum = _creator("callum.reid")
    page = html.unescape(_text(callum, "/creator/callum.reid/history"))
    assert page.index("HT-2026-118") < page.index("Busy until March")
    assert "Declined" in page
    priya = _text(_creator("priya.nair"), "/creator/priya.nair/history")
    for status in ("Withdrawn", "Unlinked"):
        assert status in priya
    assert "No invitations and no links yet" in _text(
        _creator("chen.an"), "/creator/chen.an/history?before=1"
    )


def test_the_history_takes_as_many_statements_for_many_links_as_for_one() -> None:
    priya = _creator("priya.nair")
    _text(priya, "/creator/priya.nair/history")  # the first page of a session stores the session
    with listening() as few:
        _text(priya, "/creator/priya.nair/history")
    for _ in range(3):
        for name, more in (
            ("invite", {"role": "marketing", "network_region": "GB"}),
            ("withdraw", {"note": "no"}),
        ):
            fields = {"command": name, "at": clock.now().isoformat(), "shop_id": "hh-home-gb", **more}
            answer = execute(parse_command({**fields, "account_id": "priya.nair"}))
            assert answer["outcome"] == "accepted", answer
    with listening() as many:
        _text(priya, "/creator/priya.nair/history")
    assert len(few) == len(many)


@rule("R35")
def test_who_cannot_confirm_now_sees_every_reason_and_a_try_is_refused() -> None:
    callum = _creator("callum.reid", network="US")
    page = _text(callum, "/creator/callum.reid/")
    assert "You cannot confirm now" in page
    assert "network’s country" in page
    tried = callum.post("/creator/callum.reid/", {"link_id": _open_link("callum.reid"), "answer": "confirm"})
    assert tried.status_code == 409
    assert _status("callum.reid") == "invited"


@rule("R45")
def test_the_path_to_an_unlink_request_has_the_guides_steps_and_words() -> None:
    olivia = _creator("olivia.chen")
    path = "/creator/olivia.chen/profile"
    for address, step in (
        (path, "Showcase"),
        (f"{path}/showcase", "Enter"),
        (f"{path}/shop", "View link info"),
        (f"{path}/link", "Send unlink request"),
    ):
        assert step in _text(olivia, address)
    sent = olivia.post(f"{path}/link", {"do": "send"})
    assert "with the shop" in _text(olivia, sent.headers["Location"])
    assert query("SELECT unlink_requested_at IS NOT NULL FROM link WHERE account_id = 'olivia.chen'") in (
        [(1,)],
        [(True,)],
    )
    olivia.post(f"{path}/link", {"do": "withdraw"})
    assert "Your unlink request is with the shop" not in _text(olivia, f"{path}/link")


@rule("R44")
def test_on_a_wrong_network_the_button_is_shown_with_the_reason() -> None:
    page = _text(_creator("olivia.chen", network="US"), "/creator/olivia.chen/profile/link")
    assert "Send unlink request" in page
    assert "network’s country" in page


@rule("R31")
def test_a_link_held_in_review_says_by_what() -> None:
    page = _text(_creator("mei.lin", network="US"), "/creator/mei.lin/")
    assert "Why it is in review" in page
    assert "Singapore" in page


@rule("R31")
@pytest.mark.parametrize(
    ("account_id", "address", "said"),
    [
        ("mei.lin", "/creator/mei.lin/", "Why it is in review"),
        ("olivia.chen", "/creator/olivia.chen/profile/link", "Send unlink request"),
    ],
)
def test_view_link_info_leads_to_where_the_link_is_explained(
    account_id: str, address: str, said: str
) -> None:
    creator = _creator(account_id)
    page = _text(creator, f"/creator/{account_id}/profile/shop")
    assert re.findall(r'href="([^"]+)">(?:(?!<a).)*?View link info', page) == [address]
    assert said in _text(creator, address)


def test_what_i_may_do_is_told_with_what_my_account_is() -> None:
    page = _text(_creator("olivia.chen"), "/creator/olivia.chen/rights")
    assert "Sync all products" in page
    assert "1995-05-19" in page, "the creator sees their own birth date"
    alone = _text(_creator("nora.lane-1"), "/creator/nora.lane-1/rights")
    assert "not linked to any shop" in alone
    assert alone.count("Requires a link to the shop.") == 4


_TITLES: dict[str, dict[Action, str]] = {
    "en": {
        "sync_showcase": "Sync all products of the shop to the showcase",
        "add_to_showcase": "Add from shop to the showcase",
        "add_to_video": "Add from shop to videos",
        "add_to_live": "Add from shop to lives",
        "sell_in_video": "Sell in videos",
        "sell_in_live": "Sell in lives",
        "promote_other_shops": "Promote other shops’ products",
    },
    "zh": {
        "sync_showcase": "将店铺全部商品同步到橱窗",
        "add_to_showcase": "从店铺添加商品到橱窗",
        "add_to_video": "从店铺添加商品到短视频",
        "add_to_live": "从店铺添加商品到直播",
        "sell_in_video": "在短视频中带货",
        "sell_in_live": "在直播中带货",
        "promote_other_shops": "推广其他店铺的商品",
    },
}


_TITLE = re.compile('condition-title">([^<]+)')


@rule("R3", "R4", "R13", "R14", "R15", "R16", "R17")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("account_id", "role"), [("olivia.chen", "official"), ("zhou.zhou", "marketing"), ("callum.reid", None)]
)
def test_what_i_may_do_is_the_table_of_permissions_with_every_reason(
    account_id: str, role: str | None, language: Literal["en", "zh"]
) -> None:
    facts = {"region": "GB", "birth_date": "1990-01-01", "followers": 1_000}
    creator = _creator(account_id)
    Person.objects.update(language=language)
    for broken in (None, *(code for code, (side, _) in STANDING.items() if side == "lin")):
        changed = {**facts, **(STANDING[broken][1] if broken else {})}
        if changed["birth_date"] is not None:
            changed["birth_date"] = str(changed["birth_date"])
        by, now = {"kind": "platform", "id": "p"}, clock.now().isoformat()
        command = {"command": "put_account", "account_id": account_id, "at": now, "by": by, **changed}
        assert execute(parse_command(command))["outcome"] == "accepted"
        page = html.unescape(_text(creator, f"/creator/{account_id}/rights"))
        rows = {
            found[1]: row for row in page.split('<li class="condition">') if (found := _TITLE.search(row))
        }
        for action, title in _TITLES[language].items():
            codes = expected(role, action, broken)
            if broken == "account.region_mismatch" and role is None:
                codes = [code for code in codes if code != broken]  # only shops of its own country are meant
            assert ("tone-green" in rows[title]) is (not codes), (action, broken)
            assert ("condition-note" in rows[title]) is bool(codes)
        reasons = {code for action in ACTIONS for code in expected(role, action, broken)} - {"link.not_found"}
        told = set(re.findall(r'href="/help/reasons/([a-z_.]+)["?]', page))
        assert told == (reasons - {"account.region_mismatch"} if role is None else reasons)


@rule("R31", "R39")
def test_while_a_link_is_in_review_what_i_may_do_says_what_holds_it_and_offers_a_ticket_about_it() -> None:
    creator = _creator("mei.lin", network="US")
    page = html.unescape(_text(creator, "/creator/mei.lin/rights"))
    assert "/help/reasons/account.registration_mismatch" in page
    (link_id,) = re.findall(r'name="link_id" value="(link_[^"]+)"', page)
    asked = creator.post("/creator/mei.lin/tickets/new", {"link_id": link_id})
    assert asked.headers["Location"].startswith("/creator/mei.lin/tickets/ticket_")


@rule("R49")
def test_before_an_unlink_request_the_creator_sees_how_many_products_leave() -> None:
    zhou = _creator("zhou.zhou")
    assert zhou.post("/creator/zhou.zhou/profile/link", {"do": "withdraw"}).status_code == 302
    page = _text(zhou, "/creator/zhou.zhou/profile/link")
    contents = [one.content.content_id for one in content_counts("zhou.zhou", 50)]
    assert _came_under_the_link("zhou.zhou", None) == 3, "the one that is promoted stays"
    assert "That is currently 3 products" in page
    assert f"{sum(_came_under_the_link('zhou.zhou', one) for one in contents)} more are removed" in page


def _came_under_the_link(account_id: str, content_id: str | None) -> int:
    found = view_of_place(account_id, content_id, None, 100)
    assert found is not None
    return sum(one.item is not None and one.item.came_under is not None for one in found.shown)


def test_another_creators_pages_are_not_there() -> None:
    callum = _creator("callum.reid")
    missing = callum.get("/creator/nobody.at.all/")
    for address in ("", "profile", "profile/showcase", "profile/shop", "profile/link", "rights"):
        response = callum.get(f"/creator/olivia.chen/{address}")
        assert (response.status_code, response.content) == (404, missing.content)


def test_an_empty_inbox_says_what_will_come() -> None:
    assert "No invitations yet" in _text(
        _creator(links.offer_ids(1)[1]), f"/creator/{links.offer_ids(1)[1]}/"
    )
