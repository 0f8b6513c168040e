"""The platform's console, over HTTP."""

import re
from datetime import timedelta
from html import unescape
from importlib.resources import files
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoplink.demo import links
from shoplink.flows import clock
from shoplink.flows.foresight.compare import reasons_against_selling
from shoplink.flows.look import look_at
from shoplink.rulebooks import packaged
from shoplink.store.database.sql import query
from shoplink.store.read.commerce import items_ending_with
from shoplink.store.read.link import one_link, page_of_links
from shoplink.web.platform.parameters import TITLES
from tests.rule import rule
from tests.store.commands import command, execute_accepted, put_account, put_shop
from tests.web.desk import signed_in, somebody
from tests.web.form_client import FormClient, hidden_fields, words
from tests.web.persona import browser_of

WAIVER: dict[str, Any] = {
    "code": "shop.link_quota_spent",
    "shop_id": "hh-home-gb",
    "note": "campaign",
    "until": None,
}


@pytest.fixture
def alex(demo_world: str) -> FormClient:  # noqa: ARG001 (in use)
    return signed_in(somebody("alex", staff=["platform"]))


def _text(client: FormClient, path: str, **asked: str) -> str:
    response = client.get(path, asked)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def test_the_overview_shows_charts_with_their_tables_and_says_as_of_when(alex: FormClient) -> None:
    page = _text(alex, "/platform/")
    assert "As of" in page
    assert page.count("data-chart=") == page.count("data-label=") - page.count("<td data-label=")
    for table in ("t1", "t2", "t3", "t4"):
        assert f'id="{table}"' in page
        assert f'data-chart-table="{table}"' in page
    assert "@callumreads" in page or "callumreads" in page
    assert (
        "United States" not in _text(alex, "/platform/", market="GB").split("<tbody>")[1].split("</tbody>")[0]
    )


def test_anything_is_found_by_any_of_its_words(alex: FormClient) -> None:
    for part in ("hh-", "tea-gb", "Harbour Tea", "茶铺"):
        assert "/platform/shops/hh-tea-gb" in _text(alex, "/platform/search", q=part)
    link = page_of_links(clock.now(), 1, 0)[0][1].link_id
    assert f"/platform/links/{link}" in _text(alex, "/platform/search", q=link[5:])
    assert "/platform/accounts/zhou.zhou" in _text(alex, "/platform/search", q="@周周")
    assert "No match" in _text(alex, "/platform/search", q="zzz")


def test_who_did_it_is_a_name_for_those_who_are_told_and_a_side_for_the_others(alex: FormClient) -> None:
    ids: dict[str, Any] = {"shop_id": "hh-home-gb", "account_id": "nora.lane-1"}
    by = {"kind": "shop", "id": "hh-home-gb", "person": "person_mei"}
    execute_accepted(
        command("invite", by=by, role="marketing", network_region="GB", **ids),
        command("decline", by={"kind": "creator", "id": "nora.lane-1", "person": "person_nora"}, **ids),
        command("grant_waiver", by={"kind": "support", "id": "person_wei", "person": "person_wei"}, **WAIVER),
        command("grant_waiver", by={"kind": "support", "id": "desk two"}, **WAIVER),
    )
    (link_id,) = query(
        "SELECT link_id FROM link WHERE account_id = 'nora.lane-1' ORDER BY number DESC LIMIT 1"
    )[0]
    shop, creator = "Shop · \u2068陈美 Mei Chen\u2069", "Creator · \u2068Nora Lane\u2069"
    waivers = unescape(_text(alex, "/platform/waivers"))
    assert "Support · \u2068李薇 Wei Li\u2069" in waivers
    assert "Support · \u2068desk two\u2069" in waivers
    assert "support:" not in waivers
    for client, path in (
        (alex, f"/platform/links/{link_id}"),
        (browser_of("wei"), "/support/shops/hh-home-gb"),
    ):
        page = unescape(_text(client, path))
        assert shop in page, path
        assert creator in page, path
    page = unescape(_text(browser_of("mei"), f"/seller/hh-home-gb/links/{link_id}"))
    assert shop in page
    assert "Nora Lane" not in page
    assert "<bdi>Creator</bdi>" in page


def test_a_record_is_shown_now_and_as_of_any_instant(alex: FormClient) -> None:
    page = _text(alex, "/platform/shops/hh-home-gb")
    assert "zhou.zhou" in page
    before = (clock.now() - timedelta(days=100)).isoformat()
    past = _text(alex, "/platform/shops/hh-home-gb", at=before)
    assert past.split('id="past"')[1].count("priya.nair") == 1
    assert "not on record yet" in _text(alex, "/platform/accounts/zhou.zhou", at="2001-01-01T00:00")
    assert "future" in _text(alex, "/platform/shops/hh-home-gb", at="2999-01-01T00:00")
    assert "not a date" in _text(alex, "/platform/shops/hh-home-gb", at="yesterday")


def test_a_link_is_revoked_with_a_note(alex: FormClient) -> None:
    link_id = query("SELECT link_id FROM link WHERE account_id = 'zhou.zhou'")[0][0]
    assert alex.post(f"/platform/links/{link_id}", {"note": ""}).status_code == 422
    told = " ".join(_text(alex, f"/platform/links/{link_id}").split())
    link = one_link(link_id)
    assert link is not None
    leaving = items_ending_with(link, clock.now())
    assert f"{leaving.showcase} items of this shop are removed" in told
    assert "Orders from then on carry the affiliate commission" in told
    alex.post(f"/platform/links/{link_id}", {"note": "fraud"})
    page = _text(alex, f"/platform/links/{link_id}")
    assert "Revoked" in page
    assert "alex" in _text(alex, "/platform/audit"), "it is told who did it"


@rule("R4")
def test_who_revokes_a_link_is_told_that_the_creator_can_no_longer_sell(alex: FormClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE account SET followers = 12 WHERE account_id = 'zhou.zhou'")
    linked = query(
        "SELECT link_id, account_id, followers FROM link JOIN account USING (account_id)"
        " WHERE link.status = 'linked' AND account.status = 'normal' ORDER BY account_id"
    )
    few = {account_id: followers < 1_000 for _, account_id, followers in linked}
    assert set(few.values()) == {True, False}
    for link_id, account_id, _ in linked:
        told = "can no longer sell in videos and lives." in _text(alex, f"/platform/links/{link_id}")
        could = not reasons_against_selling(look_at(accounts=[account_id]).world, account_id)
        alex.post(f"/platform/links/{link_id}", {"note": "fraud"})
        can = not reasons_against_selling(look_at(accounts=[account_id]).world, account_id)
        assert told == (could and not can) == (could and few[account_id])


def test_a_rulebook_is_read_compared_checked_added_and_put_in_force(alex: FormClient) -> None:
    page = _text(alex, "/platform/rulebooks/guide-2024-11", **{"with": "seller-university-2025"})
    assert page.count("table-warning") == 5
    assert all(title.split(":")[0] in page for title in ("Minimum age", "Official unlinks of a shop"))
    text = _own_text()
    wrong = alex.post("/platform/rulebooks", {"text": text.replace("= 18", '= "old"', 1)})
    assert wrong.status_code == 422
    assert "minimum_age_years" in wrong.content.decode()
    added = alex.post("/platform/rulebooks", {"text": text})
    assert added.status_code == 302
    assert "France" not in _text(alex, "/platform/rulebooks")
    start = f"{added.headers['Location']}/start"
    told = _text(alex, start, other="fr")
    assert "Nothing that exists now would change." in told
    assert "France" not in _text(alex, "/platform/rulebooks")
    assert alex.get(start, {"other": "UK"}).status_code == 422
    assert alex.get(start, {"market": "FR", "start": "2020-01-01T00:00"}).status_code == 409
    assert alex.post(f"{start}?market=FR", {"market": "FR"}).status_code == 302
    assert "France" in _text(alex, "/platform/rulebooks")


def test_a_start_is_told_with_its_effects_and_can_be_cancelled_until_it_comes(alex: FormClient) -> None:
    start = "/platform/rulebooks/seller-university-2025/start?market=GB"
    assert "Links that end at once" not in _text(alex, start), "the request of the demo is not old enough yet"
    later = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    told = _text(alex, f"{start}&start={later}")
    (link_id,) = query("SELECT link_id FROM link WHERE market = 'GB' AND unlink_requested_at IS NOT NULL")[0]
    assert "Links that end at once: 1" in told
    assert f"/platform/links/{link_id}" in told
    ahead = f"{start}&start=2096-01-01T00:00"
    assert alex.post(ahead, {"market": "GB", "start": "2096-01-01T00:00:00Z"}).status_code == 302
    rows = {"do": "cancel", "market": "GB", "name": "seller-university-2025", "start": "2096-01-01T00:00:00Z"}
    assert "scheduled" in _text(alex, "/platform/rulebooks")
    assert alex.post("/platform/rulebooks", {**rows, "note": ""}).status_code == 422
    assert alex.post("/platform/rulebooks", {**rows, "note": "a year later"}).status_code == 302
    assert "scheduled" not in _text(alex, "/platform/rulebooks")
    assert "a year later" in _text(alex, "/platform/audit")


def _own_text() -> str:
    text = (files("shoplink.rulebooks") / "guide-2024-11.toml").read_text(encoding="utf-8")
    return text.replace('"guide-2024-11"', '"our-own"', 1)


def test_every_parameter_has_a_title() -> None:
    assert set(TITLES) == set(packaged()["guide-2024-11"].sources)


def test_a_key_is_made_shown_once_and_revoked(alex: FormClient) -> None:
    assert alex.post("/platform/keys", {"name": "till"}).status_code == 422
    made_now = alex.post("/platform/keys", {"name": "till", "scope": ["read"]}).content.decode()
    assert "shoplink_" in made_now
    assert "shoplink_" not in _text(alex, "/platform/keys").replace("shoplink_demo", "")
    key_id = query("SELECT key_id FROM api_key WHERE name = 'till'")[0][0]
    alex.post("/platform/keys", {"do": "revoke", "key_id": key_id})
    assert query("SELECT revoked_at IS NULL FROM api_key WHERE name = 'till'") in ([(0,)], [(False,)])


def test_a_waiver_is_granted_and_ended(alex: FormClient) -> None:
    path, given = "/platform/waivers", {"code": "shop.link_quota_spent", "kind": "shop", "note": "campaign"}
    given["subject"] = links.BEAUTY
    alex.confirm(path, {**given, "do": "grant"})
    page = _text(alex, path)
    assert "campaign" in page
    (end,) = {unescape(url) for url in re.findall(r'href="(\?do=end[^"]*subject=hh-beauty-gb)#grant"', page)}
    assert re.findall(r'name="subject"[^>]*value="([^"]*)"', _text(alex, path + end)) == [links.BEAUTY]
    alex.confirm(path, {**given, "do": "end"})
    refused = alex.confirm(path, {**given, "do": "end", "key": "again"})
    assert refused.status_code == 409


@rule("R25", "R27")
def test_a_look_before_a_waiver_says_what_it_lets_through_and_what_its_end_refuses(alex: FormClient) -> None:
    """Ten links of a shop are established an hour ago, so its quota is spent and each of them is young."""
    since = (clock.now() - timedelta(hours=1)).isoformat()
    accounts = [f"W{number}" for number in range(10)]
    execute_accepted(put_shop("V", name="Tea house", enrolment="invited"))
    for account in accounts:
        execute_accepted(put_account(account, handle=f"handle.{account.lower()}"))
        execute_accepted(
            command("import_link", shop_id="V", account_id=account, role="marketing", linked_at=since)
        )
        if account != "W9":
            execute_accepted(command("revoke", shop_id="V", account_id=account, note="n"))

    def look(do: str, code: str, subject: str = "V", kind: str = "shop") -> str:
        typed = {"do": do, "code": code, "kind": kind, "subject": subject, "note": "why"}
        looked = alex.post("/platform/waivers", typed)
        assert looked.status_code == 200
        return words(looked.content.decode())

    def grant(code: str) -> None:
        execute_accepted(command("grant_waiver", code=code, shop_id="V", note="n", until=None))

    spent = "This shop has linked 10 marketing accounts in the last 180 days"
    now = look("grant", "shop.link_quota_spent")
    assert "Tea house 10 of 10 used in 180 days. The next unit returns on" in now
    assert f"No longer refused then: {spent}" in now
    assert re.search(r"only its slots count then: \d+ of \d+ marketing slots are free", now)
    young = look("grant", "link.younger_than_minimum")
    assert "\u2068@handle.w9\u2069 (W9): The link is less than 24 hours old. Without a waiver" in young
    assert "(W8)" not in young, "it has ended"
    assert "\u2068Tea house\u2069 (V)" in look("grant", "link.younger_than_minimum", "W9", "account")
    assert "0 of 3 used in the whole history. Nothing is refused" in look("grant", "shop.unlink_quota_spent")
    of_account = look("grant", "account.link_quota_spent", "W9", "account")
    assert "@handle.w9 The rulebook sets no limit. Nothing is refused" in of_account
    for code in ("shop.link_quota_spent", "link.younger_than_minimum"):
        grant(code)
        assert "No longer refused" not in look("grant", code)
    assert f"Refused again then: {spent}" in look("end", "shop.link_quota_spent")
    assert "Refused again then: \u2068@handle.w9\u2069" in look("end", "link.younger_than_minimum")
    assert query("SELECT count(*) FROM event WHERE type = 'waiver.ended'") == [(0,)]


def test_a_waiver_that_was_not_shown_is_shown_first(alex: FormClient) -> None:
    path, typed = "/platform/waivers", {"kind": "shop", "subject": links.BEAUTY, "note": "n", "do": "grant"}
    looked = alex.post(path, {**typed, "code": "shop.link_quota_spent"})
    form = {**hidden_fields(looked.content.decode(), typed, path), **typed}
    for other in (
        {"code": "shop.unlink_quota_spent"},
        {"code": "shop.link_quota_spent", "until": "2999-01-01T00:00"},
    ):
        assert alex.post_blindly(path, {**form, **other}).status_code == 200
    for wrong in ({"code": "shop.slots_full"}, {"code": "account.link_quota_spent"}, {"subject": "nobody"}):
        stale = {**form, "code": "shop.link_quota_spent", **wrong, "seen": ""}
        asked = f"grant {stale['code']} shop {stale['subject']} "
        assert alex.post_blindly(path, {**stale, "previewed": asked}).status_code == 409, wrong
    assert alex.post_blindly(path, {**form, "code": "shop.link_quota_spent"}).status_code == 302


def test_nobody_else_finds_the_platforms_pages(alex: FormClient) -> None:
    others = signed_in(somebody("wei", staff=["support"]))
    missing = others.get("/platform/nothing/here")
    for path in (
        "",
        "search",
        "shops/hh-tea-gb",
        "accounts/zhou.zhou",
        "rulebooks",
        "keys",
        "waivers",
        "audit",
    ):
        response = others.get(f"/platform/{path}")
        assert (response.status_code, response.content) == (404, missing.content), path
    assert alex.get("/platform/shops/none").status_code == 404


def test_pages_ask_the_database_a_fixed_number_of_times(alex: FormClient) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert alex.get(path).status_code == 200
        return len(seen)

    few = {path: count(path) for path in ("/platform/shops/northbank-books", "/platform/accounts/leo.hart")}
    many = {path: count(path) for path in ("/platform/shops/hh-beauty-gb", "/platform/accounts/jordan.diaz")}
    assert max(many.values()) <= max(few.values()) + 1, "the session is looked at once more, now and then"
    # The overview asks 27 times on PostgreSQL: 10 are for the sandbox's clock and banner, 2 for the first steps.
    assert max(count("/platform/"), count("/platform/audit")) <= 27 + 1, "the session, as above"


def test_what_no_database_can_hold_is_not_found_and_breaks_nothing(alex: FormClient) -> None:
    assert alex.get("/platform/shops/%00").status_code == 404
    assert "No match" in _text(alex, "/platform/search", q="a\x00b")
    seller = signed_in(somebody("su", shops=["hh-home-gb"]))
    assert seller.post("/seller/hh-home-gb/link", {"handle": "no\x00body"}).status_code == 422
    many = {"handles": "@noralane1", "do": "judge", "key": "a\x00"}
    assert seller.post("/seller/hh-home-gb/many", many).status_code == 200
    assert alex.get("/platform/?market=%00A").status_code == 200
    assert alex.post("/platform/keys", {"do": "revoke", "key_id": "key\x00"}).status_code == 422
    assert alex.post("/platform/keys", {"name": "ti\x00ll", "scope": ["read"]}).status_code == 422
    assert query("SELECT count(*) FROM api_key WHERE name LIKE 'ti%%'") == [(0,)]
    named = _own_text().replace('"our-own"', r'"our\u0000own"', 1)
    assert alex.post("/platform/rulebooks", {"text": named}).status_code == 422
    alex.cookies[settings.SESSION_COOKIE_NAME] = "\x00" * 32
    assert alex.get("/platform/").status_code == 302
