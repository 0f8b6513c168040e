"""The seller's console, over HTTP."""

import re

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoplink.core import Actor, RequestUnlink, WithdrawUnlinkRequest
from shoplink.demo import links
from shoplink.flows import clock
from shoplink.flows.execute import execute, execute_batch
from shoplink.store.database.sql import query
from shoplink.store.read.link import page_of_links
from tests.rule import rule
from tests.store.commands import execute_accepted, put_account
from tests.traceability import ROOT
from tests.web.desk import signed_in, somebody
from tests.web.form_client import FormClient, hidden_fields, words

HOME, TEA, BEAUTY = "hh-home-gb", "hh-tea-gb", links.BEAUTY


@pytest.fixture
def lin(demo_world: str) -> FormClient:  # noqa: ARG001 (in use)
    return signed_in(somebody(shops=[TEA, HOME, BEAUTY, "hh-snacks-us"], accounts=["olivia.chen"]))


def _text(client: FormClient, path: str, **data: str) -> str:
    response = client.get(path, data)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def _link_id(shop_id: str, account_id: str) -> str:
    return [
        link.link_id
        for _, link in page_of_links(clock.now(), 100, 0, shop_id=shop_id)
        if link.account_id == account_id
    ][-1]


def _request(page: str) -> str:
    """The id of the unlink request in a page's form."""
    (request,) = re.findall(r'name="request" value="([^"]*)"', page)
    return str(request)


def _asked(client: FormClient, handle: str, account_id: str) -> str:
    """Look up an account, and return the page with the conditions of inviting it as a marketing account."""
    client.post(f"/seller/{HOME}/link", {"handle": handle})
    return _text(client, f"/seller/{HOME}/link/{account_id}/marketing")


def test_home_says_first_what_waits_for_me_across_my_shops(lin: FormClient) -> None:
    page = _text(lin, "/seller/")
    assert page.index("@周周在伦敦") < page.index("@callumreads") < page.index("@meilin.eats")
    assert "requests to be unlinked" in page
    assert "Northbank Books" not in page


def test_a_saved_view_answers_which_shops_can_link_one_more(lin: FormClient) -> None:
    page = _text(lin, "/seller/", view="room")
    table = page[page.index("<tbody>") :]
    assert "山海家居" in table
    assert "山海茶铺" not in table, "it has no marketing slots at all"


@rule("R5", "R6", "R7")
def test_slots_are_cards_and_a_role_that_the_shop_cannot_have_is_shown_with_the_reason(
    lin: FormClient,
) -> None:
    official = _text(lin, f"/seller/{HOME}/")
    assert "@hannahathome" in official
    marketing = _text(lin, f"/seller/{HOME}/", role="marketing")
    assert marketing.count("Free slot") == 1
    assert "View details" in marketing
    none = _text(lin, f"/seller/{TEA}/", role="marketing")
    assert "cannot link a marketing account" in none


@rule("R25")
def test_the_quota_is_shown_with_the_day_each_unit_returns(lin: FormClient) -> None:
    page = _text(lin, f"/seller/{BEAUTY}/", role="marketing")
    assert "10/10" in page
    assert page.count("<circle") == 10


@rule("R23")
@pytest.mark.usefixtures("lin")
def test_the_whole_story_of_an_invitation() -> None:
    shop_id, account_id = links.offer_ids(1)
    person = somebody("mo", shops=[shop_id])
    mo = signed_in(person)
    found = mo.post(f"/seller/{shop_id}/link", {"handle": "@noralane1", "role": "official"})
    assert found.headers["Location"] == f"/seller/{shop_id}/link/{account_id}/official"
    page = _text(mo, found.headers["Location"])
    assert "Every condition is met" in page
    key = re.search(r'name="key" value="([^"]+)"', page)[1]  # type: ignore[index]
    for _ in range(2):
        sent = mo.post(found.headers["Location"], {"key": key, "reference": "C-77"})
        assert sent.status_code == 302
    assert query("SELECT count(*) FROM link WHERE shop_id = %s", shop_id) == [(1,)]
    shown = _text(mo, sent.headers["Location"])
    assert "to be confirmed" in shown
    assert "C-77" in shown
    withdrawn = mo.post(sent.headers["Location"], {})
    assert "Withdrawn" in _text(mo, withdrawn.headers["Location"])


def test_every_condition_is_a_row_and_what_fails_says_why_and_who_acts(lin: FormClient) -> None:
    lin.post(f"/seller/{BEAUTY}/link", {"handle": "jacklin07"})
    page = _text(lin, f"/seller/{BEAUTY}/link/{links.UNDER_AGE}/marketing")
    assert page.count("not met") == 3
    assert page.count(": ") >= 3
    assert "Send invitation" not in page
    assert "Send the ticket" in page
    birth = query("SELECT birth_date FROM account WHERE account_id = %s", links.UNDER_AGE)[0][0]
    assert birth[:4] not in page, "a stranger's birth date is not to be learnt"


@rule("R31", "R40")
@pytest.mark.parametrize(
    ("registered_in", "said"),
    [
        ("SG", ["once support has corrected the country", "Support must act"]),
        ("US", ["Support cannot correct accounts registered there", "No action needed"]),
    ],
)
def test_what_will_hold_the_link_in_review_says_how_it_is_cleared_and_who_acts(
    lin: FormClient, registered_in: str, said: list[str]
) -> None:
    execute_accepted(put_account("nora.lane-1", handle="noralane1", registered_in=registered_in))
    page = _asked(lin, "noralane1", "nora.lane-1")
    assert "This account can be invited; the link will then be in review" in page
    assert "Every condition is met" not in page
    assert "Send invitation" in page
    assert "/help/reasons/account.registration_mismatch?market=GB" in page
    assert all(words in page for words in said)


@rule("R18", "R32")
@pytest.mark.parametrize(
    "record",
    [
        {"commerce_permission": "revoked"},
        {"status": "abnormal"},
        {"commerce_permission": "revoked", "status": "abnormal"},
    ],
)
def test_a_strangers_status_and_permission_look_alike_and_only_the_creator_sees_why(
    lin: FormClient, record: dict[str, str]
) -> None:
    execute_accepted(put_account("nora.lane-1", handle="noralane1", **record))
    page = _asked(lin, "noralane1", "nora.lane-1")
    assert page.count("The account is in good standing: the creator can see why not") == 1
    assert "You can send the invitation, but something about the account is in the way" in page
    assert "Send invitation" in page
    assert "Something in the account’s own standing is in the way." in page
    assert "The creator can see what it is" in page
    assert "The creator must act" in page
    assert "revoked" not in page
    assert "abnormal" not in page


@rule("R31")
def test_what_would_hold_the_link_is_shown_beside_what_refuses_the_invitation(lin: FormClient) -> None:
    execute_accepted(put_account("nora.lane-1", handle="noralane1", status="abnormal", registered_in="SG"))
    page = _asked(lin, "noralane1", "nora.lane-1")
    assert (page.count("the creator can see why not"), page.count("will keep it in review")) == (1, 1)
    assert "Send the ticket" not in page, "a ticket is about what refuses it"
    assert "account.status_not_normal" not in page


def test_a_strangers_account_is_seen_only_by_who_looked_it_up(lin: FormClient) -> None:
    assert lin.get(f"/seller/{HOME}/link/nora.lane-1/marketing").status_code == 404
    lin.post(f"/seller/{HOME}/link", {"handle": "noralane1"})
    assert lin.get(f"/seller/{HOME}/link/nora.lane-1/marketing").status_code == 200
    assert lin.get(f"/seller/{BEAUTY}/link/nora.lane-1/marketing").status_code == 404


def test_a_handle_that_is_nobodys_is_said_and_kept_in_the_form(lin: FormClient) -> None:
    response = lin.post(f"/seller/{HOME}/link", {"handle": "nobody.here"})
    assert response.status_code == 422
    assert 'value="nobody.here"' in response.content.decode()
    assert "no account with this handle" in response.content.decode()


@pytest.mark.usefixtures("lin")
def test_who_owns_both_sides_invites_and_confirms_with_one_button() -> None:
    shop_id, account_id = links.offer_ids(1)
    both = signed_in(somebody("both", shops=[shop_id], accounts=[account_id]))
    both.post(f"/seller/{shop_id}/link", {"handle": "noralane1", "role": "official"})
    sent = both.post(f"/seller/{shop_id}/link/{account_id}/official", {"confirm": "yes", "key": "k1"})
    assert "Linked" in _text(both, sent.headers["Location"])
    assert query("SELECT status FROM link WHERE shop_id = %s", shop_id) == [("linked",)]


def test_a_deadline_is_on_both_clocks_where_they_differ(lin: FormClient) -> None:
    """The creator has set no time zone, so the page uses that of the account's country."""
    path = f"/seller/{HOME}/links/{_link_id(HOME, 'callum.reid')}"
    assert "In the creator’s time zone" not in _text(lin, path)
    lin.cookies["zone"] = "Asia%2FShanghai"
    assert re.search(r"In the creator’s time zone: [^<]* GMT(\+1)?", _text(lin, path))


@rule("R46")
def test_an_unlink_request_shows_what_changes_before_it_is_agreed_to(lin: FormClient) -> None:
    link_id = _link_id(HOME, "zhou.zhou")
    page = _text(lin, f"/seller/{HOME}/links/{link_id}/unlink")
    assert "The slot becomes free immediately" in page
    agreed = lin.post(
        f"/seller/{HOME}/links/{link_id}/unlink", {"answer": "agree", "request": _request(page)}
    )
    assert "Unlinked" in _text(lin, agreed.headers["Location"])


@rule("R46")
def test_what_a_page_offered_to_agree_to_is_agreed_to_or_nothing(lin: FormClient) -> None:
    """A form does not approve a request that was withdrawn or sent again since its page was opened."""
    link_id, path = _link_id(HOME, "zhou.zhou"), f"/seller/{HOME}/links/{_link_id(HOME, 'zhou.zhou')}/unlink"
    opened = lin.filled(path, {})
    creator, pair = Actor("account", "zhou.zhou"), {"shop_id": HOME, "account_id": "zhou.zhou"}
    execute(WithdrawUnlinkRequest(at=clock.now(), by=creator, **pair))
    gone = lin.post_blindly(path, {**opened, "answer": "agree"}, follow=True).content.decode()
    assert "Creator: The creator withdrew the unlink request." in gone, (
        "the page of the link says what changed"
    )
    execute(RequestUnlink(at=clock.now(), by=creator, network_region="GB", **pair))
    for answer in ("agree", "refuse"):
        stale = lin.post_blindly(path, {**opened, "answer": answer, "note": "after the sale"})
        assert stale.status_code == 409
        page = stale.content.decode()
        assert "Nothing was done: this has changed since you opened the page" in page
        assert "Creator: The creator withdrew the unlink request." in page
        assert 'value="after the sale"' in page, "what was typed is kept"
    assert "asks to be unlinked" in page, "what there is to answer now is shown"
    assert query("SELECT status FROM link WHERE link_id = %s", link_id) == [("linked",)]
    agreed = lin.post_blindly(path, {**hidden_fields(page, {"answer": "agree"}), "answer": "agree"})
    assert "Unlinked" in _text(lin, agreed.headers["Location"])


def test_an_unlink_request_can_be_refused_with_a_note(lin: FormClient) -> None:
    link_id = _link_id(HOME, "zhou.zhou")
    path = f"/seller/{HOME}/links/{link_id}/unlink"
    refused = lin.post(
        path, {"answer": "refuse", "note": "after the sale", "request": _request(_text(lin, path))}
    )
    assert "The shop refused" in _text(lin, refused.headers["Location"])
    assert query("SELECT status FROM link WHERE link_id = %s", link_id) == [("linked",)]


def test_a_link_in_review_says_what_holds_it(lin: FormClient) -> None:
    page = _text(lin, f"/seller/hh-snacks-us/links/{_link_id('hh-snacks-us', 'mei.lin')}")
    assert "Why it is in review" in page
    assert "Singapore" in page


@rule("R8")
def test_forty_handles_are_judged_in_order_and_those_that_pass_are_sent(lin: FormClient) -> None:
    handles = "@noralane1\nleohartbooks\nnobody1\nnoralane1\ncallumreads"
    judged = lin.post(f"/seller/{HOME}/many", {"handles": handles, "do": "judge"}).content.decode()
    assert "1 can be invited now" in judged
    assert "already linked" in judged
    assert "no account with this handle" in judged
    before = query("SELECT count(*) FROM link")[0][0]
    form = {**hidden_fields(judged, {"do": "send"}), "handles": handles, "do": "send", "key": "k"}
    for _ in range(2):
        assert "1 invitation sent" in lin.post_blindly(f"/seller/{HOME}/many", form).content.decode()
    assert query("SELECT count(*) FROM link")[0][0] == before + 1


@rule("R31", "R32")
@pytest.mark.parametrize(
    ("facts", "judged", "sent"),
    [
        ({"registered_in": "SG"}, "once support has corrected the country", "once support has corrected"),
        # After inviting the account, the shop may see the reasons for the review.
        (
            {"commerce_permission": "revoked"},
            "Something in the account’s own standing",
            "e-commerce permission",
        ),
    ],
)
def test_of_many_those_are_marked_whose_links_will_be_held(
    lin: FormClient, facts: dict[str, str], judged: str, sent: str
) -> None:
    many = {"handles": "noralane1\nleohartbooks", "key": "k"}
    sound = lin.post(f"/seller/{HOME}/many", {**many, "do": "judge"}).content.decode()
    assert "1 can be invited now" in sound
    assert not any(words in sound for words in ("held in review", judged, sent))
    execute_accepted(put_account("nora.lane-1", handle="noralane1", **facts))
    for does, heading, reason in (
        ("judge", "1 can be invited now", judged),
        ("send", "1 invitation sent", sent),
    ):
        page = lin.confirm(f"/seller/{HOME}/many", {**many, "do": does}).content.decode()
        assert heading in page
        assert page.count("will then be in review") == 1
        assert reason in page


def test_what_was_not_sent_does_not_count_as_sent(lin: FormClient) -> None:
    """The same form with another role is another command, with a decision of its own."""
    many = {"handles": "@noralane1", "do": "send", "key": "k"}
    lin.confirm(f"/seller/{HOME}/many", {**many, "role": "marketing"})
    again = lin.confirm(f"/seller/{HOME}/many", {**many, "role": "official"}).content.decode()
    assert "0 invitations sent" in again
    assert "has already invited this account" in again
    lin.cookies["network"] = "US"
    other = lin.confirm(f"/seller/{HOME}/many", {**many, "role": "marketing"}).content.decode()
    assert "0 invitations sent" in other
    assert "was already sent with other input" in other


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_those_that_do_not_pass_are_a_file_with_reasons_that_can_be_judged_again(
    lin: FormClient, language: str
) -> None:
    file = lin.post(
        f"/seller/{HOME}/many",
        {"handles": "leohartbooks\nnobody1", "do": "file"},
        headers={"accept-language": language},
    )
    text = file.content.decode("utf-8-sig")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert text.count("\r\n") == 3
    assert "\r\nleohartbooks," in text
    again = lin.post(
        f"/seller/{HOME}/many",
        {"do": "file", "file": ContentFile(file.content, "others.csv")},
        headers={"accept-language": language},
    )
    assert again.content == file.content


@pytest.mark.parametrize(
    ("name", "handles"),
    [
        ("C50-case.csv", ["Li.Mei_1", "ZOE.X", "at.sign"]),
        ("C50-gbk-zh.csv", ["li.mei_1", "李梅"]),
        ("C50-partner.csv", ["li.mei_1", "zoe.x"]),
        ("C50-plain.csv", ["li.mei_1", "zoe.x"]),
        ("C50-ranked.csv", ["li.mei_1", "zoe.x"]),
        ("C50-urls.csv", ["li.mei_1", "zoe.x"]),
        ("C50-utf16.csv", ["li.mei_1"]),
        ("C50-zh.csv", ["li.mei_1", "zoe.x"]),
        ("C17c-handles.xlsx", ["li.hua_shop"]),
    ],
)
def test_a_file_of_creators_names_those_and_nobody_else(
    lin: FormClient, name: str, handles: list[str]
) -> None:
    file = ContentFile((ROOT / "tests" / "cases" / name).read_bytes(), name)
    page = lin.post(f"/seller/{HOME}/many", {"do": "judge", "file": file}).content.decode()
    assert [found.casefold() for found in _listed(page)] == [f"@{handle}".casefold() for handle in handles]


def test_the_column_of_handles_is_asked_for_where_it_cannot_be_told(lin: FormClient) -> None:
    content = b"Rank,Who\n1,noralane1\n2,zoe.x\n"
    asked = lin.post(f"/seller/{HOME}/many", {"do": "judge", "file": ContentFile(content, "list.csv")})
    assert asked.status_code == 422
    assert "list.csv: found the columns Rank, Who; which one holds the handles?" in asked.content.decode()
    assert 'name="column"' in asked.content.decode()
    told = {"do": "judge", "column": "who", "file": ContentFile(content, "list.csv")}
    assert _listed(lin.post(f"/seller/{HOME}/many", told).content.decode()) == ["@noralane1", "@zoe.x"]
    pdf = {"do": "judge", "file": ContentFile(b"%PDF-1.7", "list.csv")}
    assert "list.csv: this is a PDF; " in lin.post(f"/seller/{HOME}/many", pdf).content.decode()


def test_a_space_splits_no_handle(lin: FormClient) -> None:
    pasted = "月月 noralane1\n＠noralane1, https://www.tiktok.com/@leohartbooks?lang=en"
    page = lin.post(f"/seller/{HOME}/many", {"do": "judge", "handles": pasted}).content.decode()
    assert _listed(page) == ["@月月 noralane1", "@noralane1", "@leohartbooks"]
    assert "This is no handle. Allowed: a handle of 1 to 64 characters without spaces" in page


def _listed(page: str) -> list[str]:
    """The handles in the table of results."""
    return re.findall(r"<tr><td>(?:<bdi>)?(@[^<]*)", page)


def test_after_sending_the_file_has_those_that_were_not_sent(lin: FormClient) -> None:
    sent = lin.confirm(f"/seller/{HOME}/many", {"handles": "noralane1, nobody1", "do": "send", "key": "k"})
    (others,) = re.findall(r'name="handles" value="([^"]*)"', sent.content.decode())
    assert others == "@nobody1"
    alone = lin.confirm(f"/seller/{HOME}/many", {"handles": "hollyreads1", "do": "send", "key": "l"})
    assert ("Download the others" in alone.content.decode()) == (
        "0 invitations sent" in alone.content.decode()
    )


def test_open_invitations_are_withdrawn_together_or_none_is(lin: FormClient) -> None:
    path, callum = f"/seller/{HOME}/many", _link_id(HOME, "callum.reid")
    chosen = {"account_id": ["callum.reid", "hannah.brooks", "no-such-account"]}
    looked = lin.post_blindly(path, {**chosen, "do": "choose"}).content.decode()
    shown = words(looked)
    assert "1 invitation would be withdrawn" in shown
    assert "@callumreads callum.reid marketing account" in shown
    assert "Marketing slots: 3 of 4 used now, 2 of 4 afterwards" in shown
    assert "Marketing links in the window: 4 of 10 used now, 3 of 10 afterwards" in shown
    assert "Official slots" not in shown, "nothing becomes free there"
    assert "These cannot be withdrawn @hannahathome hannah.brooks" in shown
    assert "no-such-account" not in shown
    switched = {"do": "choose", "account_id": ["callum.reid"], "switch_language": "zh-hans"}
    assert "将撤回 1 个邀请" in lin.post_blindly(path, switched).content.decode()
    lin.post_blindly("/choices", {"switch_language": "en", "next": "/"})
    form = hidden_fields(looked, {"do": "withdraw"}, path)
    both = lin.post_blindly(path, {**form, **chosen, "do": "withdraw"})
    assert "what this page shows has changed" in _text(lin, both.headers["Location"])
    assert query("SELECT status FROM link WHERE link_id = %s", callum) == [("invited",)]
    for _ in range(2):
        lin.post_blindly(path, {**form, "do": "withdraw", "account_id": ["callum.reid"], "key": "k"})
    assert query("SELECT status FROM link WHERE link_id = %s", callum) == [("withdrawn",)]
    assert query("SELECT status FROM link WHERE link_id = %s", _link_id(HOME, "hannah.brooks")) == [
        ("linked",)
    ]
    nothing = lin.post_blindly(path, {"do": "choose"})
    assert "Select at least one invitation" in _text(lin, nothing.headers["Location"])


def test_creators_are_reminded_of_open_invitations_once_a_day(lin: FormClient) -> None:
    for _ in range(2):
        asked = lin.post(
            f"/seller/{HOME}/many", {"do": "remind", "account_id": ["callum.reid", "hannah.brooks"]}
        )
        assert "1 creator is reminded" in _text(lin, asked.headers["Location"])
    assert query(
        "SELECT count(*) FROM message WHERE kind = 'link.expiring' AND account_id = 'callum.reid'"
    ) == [(1,)]


def test_tables_come_as_files(lin: FormClient) -> None:
    for path in ("/seller/", f"/seller/{HOME}/links"):
        assert lin.get(path, {"format": "csv"}).content.startswith(b"\xef\xbb\xbf")
        assert lin.get(path, {"format": "xlsx"}).content.startswith(b"PK")


def test_another_shops_pages_are_not_there(lin: FormClient) -> None:
    theirs = _link_id("northbank-books", "leo.hart")
    missing = lin.get("/seller/no-such-shop/")
    for path in (
        "/seller/northbank-books/",
        "/seller/northbank-books/link",
        "/seller/northbank-books/links",
        f"/seller/northbank-books/links/{theirs}",
        f"/seller/{HOME}/links/{theirs}",
        f"/seller/{HOME}/links/{theirs}/unlink",
        "/seller/northbank-books/many",
    ):
        response = lin.get(path)
        assert (response.status_code, response.content) == (404, missing.content), path


def test_pages_ask_the_database_a_fixed_number_of_times(lin: FormClient) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert lin.get(path).status_code == 200
        return len(seen)

    paths = ["/seller/", f"/seller/{HOME}/?role=marketing", f"/seller/{HOME}/links", f"/seller/{HOME}/many"]
    for path in paths:
        count(path)
    before = {path: count(path) for path in paths}
    now = clock.now()
    more = [command for number in range(2, 12) for command in links.offer_commands(number, now)]
    execute_batch(more)
    person = query("SELECT person_id FROM person WHERE name = 'lin'")[0][0]
    for number in range(2, 12):
        query(
            "INSERT INTO membership (person_id, place, subject_id, joined_at) VALUES (%s, 'shop', %s, 0) RETURNING 1",
            person,
            links.offer_ids(number)[0],
        )
    assert "Pop-up 11" in _text(lin, "/seller/")
    assert {path: count(path) for path in paths} == before


def test_the_files_of_the_home_page_hold_the_shops_that_it_shows(lin: FormClient) -> None:
    for path in ("/seller/", "/seller/?view=room"):
        page = _text(lin, path)
        address = re.search(r'href="([^"]*format=csv)"', page)
        assert address is not None
        rows = lin.get(address[1].replace("&amp;", "&")).content.decode("utf-8-sig").splitlines()[1:]
        assert len(rows) == len(re.findall(r'<td><a href="/seller/', page)), path
    assert rows, "some shops have room"
