"""Every page with a reason that support can help with offers a ready-made ticket in one click (R39)."""

import re

import pytest
from django.test import Client

from shoplink.store.database.sql import query
from tests.rule import rule
from tests.store.commands import execute_accepted, put_account
from tests.web.persona import browser_of

pytestmark = pytest.mark.usefixtures("demo_world")

_FORM = re.compile(r'<form method="post" action="([^"]+)" class="reason-ticket">(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')


def offered(page: str) -> tuple[str, dict[str, list[str]]]:
    """The address and the fields of the form that opens a ticket."""
    ((action, form),) = _FORM.findall(page)
    fields: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(form):
        fields.setdefault(name, []).append(value)
    return action, fields


def opens(client: Client, page: str) -> str:
    """The page of the ticket that the form opens."""
    action, fields = offered(page)
    opened = client.post(action, fields, follow=True)
    assert opened.status_code == 200
    assert "The ticket is with support" in opened.content.decode()
    return str(opened.redirect_chain[-1][0])


@rule("R39")
def test_a_showcase_that_cannot_be_synced_offers_the_seller_a_ticket() -> None:
    execute_accepted(put_account("wang.lei", region="FR"))
    mei = browser_of("mei", network="US")
    page = mei.get("/seller/hh-sport-us/products").content.decode()
    assert offered(page)[1]["command"] == ["sync_showcase"]
    assert opens(mei, page).startswith("/seller/hh-sport-us/tickets/ticket_")


@rule("R39")
def test_products_that_cannot_be_added_offer_the_creator_a_ticket_about_those() -> None:
    execute_accepted(put_account("zhou.zhou", region="FR"))
    zhou = browser_of("zhou")
    page = zhou.post("/creator/zhou.zhou/add", {"product_id": ["hh-home-gb.01", "hh-home-gb.02"]}).content
    assert offered(page.decode())[1]["product_ids"] == ["hh-home-gb.01", "hh-home-gb.02"]
    assert opens(zhou, page.decode()).startswith("/creator/zhou.zhou/tickets/ticket_")


@rule("R39")
def test_promoting_that_is_refused_offers_the_creator_a_ticket() -> None:
    execute_accepted(put_account("callum.reid", region="GB", birth_date=None, followers=5_000))
    callum = browser_of("callum")
    page = callum.post("/creator/callum.reid/choose", {"product_id": "hh-tea-gb.01"}).content.decode()
    assert offered(page)[1]["command"] == ["promote"]
    assert opens(callum, page).startswith("/creator/callum.reid/tickets/ticket_")


@rule("R39")
def test_a_linked_creators_ticket_about_another_shops_product_is_about_that_shop() -> None:
    execute_accepted(put_account("zhou.zhou", region="FR"))
    zhou = browser_of("zhou")
    page = zhou.post("/creator/zhou.zhou/choose?q=gaiwan", {"product_id": "hh-tea-gb.01"}).content.decode()
    assert offered(page)[1]["shop_id"] == ["hh-tea-gb"]
    assert opens(zhou, page).startswith("/creator/zhou.zhou/tickets/ticket_")
    assert query("SELECT shop_id FROM ticket WHERE account_id = 'zhou.zhou'") == [("hh-tea-gb",)]


@rule("R39")
def test_rights_that_are_held_back_offer_the_creator_a_ticket() -> None:
    execute_accepted(put_account("zhou.zhou", region="FR"))
    zhou = browser_of("zhou")
    page = zhou.get("/creator/zhou.zhou/rights").content.decode()
    assert opens(zhou, page).startswith("/creator/zhou.zhou/tickets/ticket_")


@rule("R40")
def test_what_support_cannot_help_with_offers_none() -> None:
    execute_accepted(put_account("zhou.zhou", status="abnormal"))
    page = browser_of("zhou").get("/creator/zhou.zhou/add").content.decode()
    assert "This cannot be done now" in page
    assert _FORM.findall(page) == []


def test_a_reason_leads_to_the_help_of_the_market_that_decides() -> None:
    execute_accepted(put_account("wang.lei", region="FR"))
    mei = browser_of("mei", network="US")
    page = mei.get("/seller/hh-sport-us/products").content.decode()
    (url,) = set(re.findall(r'href="(/help/reasons/[^"]+)"', page))
    assert url == "/help/reasons/account.region_mismatch?market=US"
    assert "seller-university-2025" in mei.get(url).content.decode()


def test_the_help_centre_leads_to_my_tickets() -> None:
    page = browser_of("leo").get("/help/").content.decode()
    assert "/seller/northbank-books/tickets" in page
    assert "/creator/leo.hart/tickets" in page
    assert "/support/" not in page
    assert 'href="/support/"' in browser_of("wei").get("/help/").content.decode()
    assert "My tickets" not in browser_of(None).get("/help/").content.decode()


def test_a_waiver_is_named_in_words() -> None:
    for persona, path in (("wei", "/support/shops/hh-sport-us"), ("alex", "/platform/waivers")):
        for language, words in (("en", "too recent"), ("zh-CN", "绑定")):
            page = browser_of(persona, language=language).get(path).content.decode()
            assert words in page, (persona, language)
    assert (
        "link.younger_than_minimum"
        not in browser_of("wei").get("/support/shops/hh-sport-us").content.decode()
    )
