"""The main stories in a real browser: with a mouse on a desktop and a phone, with the keyboard, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drive import PHONE, Demo
from tests.rule import rule

SHOP, ACCOUNT, HANDLE = "hh-popup-1", "nora.lane-1", "noralane1"


def _invite(page: Page) -> None:
    page.goto(f"/seller/{SHOP}/link?role=official")
    page.get_by_label("TikTok handle of the creator").fill(f"@{HANDLE}")
    page.get_by_role("button", name="Check the conditions").click()
    expect(page.get_by_role("heading", name="Every condition is met")).to_be_visible()
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("The creator confirms it in the app before")).to_be_visible()


def _confirm(page: Page) -> None:
    page.goto(f"/creator/{ACCOUNT}/")
    page.locator("main summary", has_text="Confirm").click()
    page.get_by_role("button", name="Confirm the link").click()
    expect(page.get_by_text("Confirmed: you are linked.")).to_be_visible()


@rule("R23", "R43", "R45", "R46")
@pytest.mark.parametrize("javascript", [True, False])
def test_a_link_from_the_invitation_to_its_end(own_demo: Demo, javascript: bool) -> None:  # noqa: FBT001 (pytest's)
    with own_demo.window("mei", javascript=javascript) as seller:
        _invite(seller.page)
        with own_demo.window("nora", width=PHONE, javascript=javascript) as creator:
            _confirm(creator.page)
            creator.page.goto(f"/creator/{ACCOUNT}/profile")
            for step in ("Showcase", "Enter", "View link info"):
                creator.page.get_by_role("main").get_by_role("link", name=step, exact=True).click()
            creator.page.locator("main summary", has_text="Send unlink request").click()
            expect(creator.page.locator(".reason-problem", has_text="less than 24 hours old")).to_be_visible()
        seller.page.goto(f"/seller/{SHOP}/")
        expect(seller.page.get_by_text("Linked", exact=True)).to_be_visible()
        assert not seller.troubles


@rule("R45", "R46")
def test_a_request_that_was_sent_is_seen_weighed_and_agreed_to(own_demo: Demo) -> None:
    with own_demo.window("olivia", width=PHONE) as creator:
        creator.page.goto("/creator/olivia.chen/profile")
        for step in (
            "Showcase",
            "Enter",
            "View link info",
        ):  # the guide's path; Enter leads to Your Shop
            creator.page.get_by_role("main").get_by_role("link", name=step, exact=True).click()
        creator.page.locator("main summary", has_text="Send unlink request").click()
        creator.page.get_by_role("button", name="Send unlink request").click()
        expect(creator.page.get_by_text("Your unlink request is with the shop.")).to_be_visible()
    with own_demo.window("mei") as seller:
        seller.page.goto("/seller/")
        seller.page.get_by_role("link", name="View details @oliviasteeps").click()
        expect(seller.page.get_by_role("heading", name="What changes when you agree")).to_be_visible()
        seller.page.get_by_role("button", name="Agree").click()
        expect(seller.page.get_by_text("Unlinked. The slot is free.")).to_be_visible()
        expect(seller.page.get_by_text("The account was unlinked.")).to_be_visible()
        seller.page.goto("/seller/hh-tea-gb/")
        expect(seller.page.get_by_role("heading", name="Free slot")).to_be_visible()


@rule("R36", "R39")
def test_a_refusal_names_every_reason_and_its_ticket_is_already_written(own_demo: Demo) -> None:
    with own_demo.window("lan") as seller:
        page = seller.page
        page.goto("/seller/hh-beauty-gb/link")
        page.get_by_label("TikTok handle of the creator").fill("jacklin07")
        page.get_by_role("button", name="Check the conditions").click()
        expect(page.locator(".condition-failed")).to_have_count(3)
        page.get_by_role("button", name="Send the ticket").click()
        expect(page.get_by_role("main")).to_contain_text("jacklin07")
    with own_demo.window("wei") as support:
        support.page.goto("/support/")
        expect(support.page.get_by_role("main")).to_contain_text("@jacklin07")


@rule("R31", "R42")
def test_a_stuck_link_establishes_itself_once_support_has_corrected_the_country(own_demo: Demo) -> None:
    with own_demo.window("meilin", width=PHONE, network="US") as creator:
        creator.page.goto("/creator/mei.lin/")
        expect(creator.page.get_by_text("Why it is in review:")).to_be_visible()
    with own_demo.window("wei") as support:
        page = support.page
        page.goto("/support/")
        page.get_by_role("link", name="A link that stays in review").click()
        page.get_by_role("link", name="Correct the account").click()
        page.get_by_label("Country of registration").select_option("US")
        page.get_by_label("Evidence").fill("passport seen")
        page.locator("#main button.btn").first.click()
        expect(page.get_by_role("main")).to_contain_text("What this unblocks")
        page.locator("#main button.btn-primary").click()
        page.wait_for_load_state()
    with own_demo.window("meilin", width=PHONE, network="US") as creator:
        creator.page.goto("/creator/mei.lin/")
        expect(creator.page.get_by_text("Linked", exact=True)).to_be_visible()
    with own_demo.window("mei") as seller:
        seller.page.goto("/seller/hh-snacks-us/?role=marketing")
        expect(seller.page.locator("article", has_text="@meilin.eats")).to_contain_text("Linked")
        _expect_message(seller.page, "“meilin.eats” is now linked")
    with own_demo.window("meilin", width=PHONE, network="US") as creator:
        _expect_message(creator.page, "is linked to")


def _expect_message(page: Page, subject: str) -> None:
    """Check that the message appears in the inbox soon after its event."""
    for _ in range(_MOMENTS):
        page.goto("/inbox/")
        if page.get_by_role("main").get_by_text(subject).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"the inbox does not say {subject!r}")


def test_forty_handles_are_judged_and_those_that_pass_are_sent(own_demo: Demo) -> None:
    handles = [f"nobody{number}" for number in range(38)] + [HANDLE, "leohartbooks"]
    with own_demo.window("mei") as seller:
        page = seller.page
        page.goto("/seller/hh-home-gb/many")
        page.get_by_label("Handles, one per line or separated by commas").fill("\n".join(handles))
        page.get_by_role("button", name="Check the list").click()
        expect(page.get_by_role("heading", name="1 can be invited now")).to_be_visible()
        page.get_by_role("button", name="Send 1 invitation").click()
        expect(page.get_by_role("heading", name="1 invitation sent")).to_be_visible()


def test_the_core_tasks_are_done_by_keyboard_alone(own_demo: Demo) -> None:
    with own_demo.window("mei") as seller:
        page = seller.page
        page.goto(f"/seller/{SHOP}/link?role=official")
        _tab_to(page, "handle")
        page.keyboard.type(HANDLE)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Every condition is met")).to_be_visible()
        _tab_to_text(page, "Send invitation")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The creator confirms it in the app before")).to_be_visible()
    with own_demo.window("nora", width=PHONE) as creator:
        creator.page.goto(f"/creator/{ACCOUNT}/")
        for step in ("Confirm", "Confirm the link"):
            _tab_to_text(creator.page, step)
            creator.page.keyboard.press("Enter")
        expect(creator.page.get_by_text("Confirmed: you are linked.")).to_be_visible()


_TABS_MAX, _MOMENTS = 60, 60


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the field with this name has the focus; check that the focus is visible at each step."""
    for _ in range(_TABS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"{name} is not reached by the Tab key")


def _tab_to_text(page: Page, text: str) -> None:
    for _ in range(_TABS_MAX):
        page.keyboard.press("Tab")
        written = page.evaluate("document.activeElement.textContent") or ""
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if re.sub(r"\s+", " ", written).strip() == text:
            assert outline != "none", f"the focus on {text!r} cannot be seen"
            return
    raise AssertionError(f"{text!r} is not reached by the Tab key")
