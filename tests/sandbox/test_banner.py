"""The banner: every page says that nothing is real and what time it is, and every persona of the demo moves the clock."""

import re
from datetime import timedelta

import pytest
from babel.dates import format_datetime
from django.test import Client

from shoplink.flows import clock
from shoplink.flows.sandbox.clock import move_clock, read_clock
from shoplink.store.database.sandbox import make_sandbox, moved_by
from tests.databases import fresh, use
from tests.web.form_client import FormClient
from tests.web.persona import browser_of

HOUR = timedelta(hours=1)
SOON = timedelta(seconds=30)


@pytest.fixture
def mei(demo_world: str) -> FormClient:  # noqa: ARG001 (in use)
    return browser_of("mei", csrf=True)


def banner(client: Client, path: str = "/seller/") -> str:
    """The banner of a page."""
    found = re.search(r'<div class="demo-strip">.*?\n</div>', client.get(path).content.decode(), re.DOTALL)
    assert found is not None, path
    return found[0]


def hidden(form: str) -> dict[str, str]:
    """The hidden fields of a form, with its token."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


def press(client: FormClient, move: str, path: str = "/seller/") -> str:
    """Press a button of the banner on a page; the page that comes back."""
    answer = client.post_blindly("/demo/clock", {**hidden(banner(client, path)), "move": move}, follow=True)
    assert answer.redirect_chain[-1][0] == path
    page: str = answer.content.decode()
    return page


@pytest.mark.parametrize(("move", "hours"), [("1h", 1), ("24h", 24), ("180d", 180 * 24)])
def test_a_button_moves_the_clock_and_leads_back_to_the_page(mei: FormClient, move: str, hours: int) -> None:
    before = clock.now()
    page = press(mei, move, "/seller/hh-home-gb/")
    assert hours * HOUR <= clock.now() - before < hours * HOUR + SOON
    assert "Now it is " in page


def test_the_next_deadline_stands_on_its_button_and_is_where_it_leads(mei: FormClient) -> None:
    due_at = read_clock().next_due_at
    assert due_at is not None
    hours = (due_at - clock.now()) // HOUR
    assert f"To the next deadline (+{hours} hr" in banner(mei)
    press(mei, "next")
    assert due_at <= clock.now() < due_at + SOON
    press(mei, "180d")
    assert "next deadline" not in banner(mei)
    assert "There is no deadline ahead" in press(mei, "next")


def test_a_banner_that_was_seen_before_the_clock_was_moved_moves_nothing(mei: FormClient) -> None:
    fields = {**hidden(banner(mei)), "move": "24h"}
    for expected in ("Now it is", "The clock has been moved in the meantime"):
        assert expected in mei.post_blindly("/demo/clock", fields, follow=True).content.decode()
    assert timedelta(0) <= 24 * HOUR - moved_by() < SOON


@pytest.mark.usefixtures("demo_world")
def test_every_persona_may_move_it_nobody_else_and_only_with_the_pages_own_form() -> None:
    for persona in ("callum", "wei", "alex"):
        press(browser_of(persona, csrf=True), "1h", "/demo")
    stranger = browser_of(None)
    assert "Now it is" in banner(stranger, "/demo")
    assert "<form" not in banner(stranger, "/demo")
    before = moved_by()
    assert (
        stranger.post("/demo/clock", {"move": "1h", "moved": "0"}).headers["Location"].startswith("/sign-in/")
    )
    forged = browser_of("mei", csrf=True).post_blindly("/demo/clock", {"move": "1h", "moved": "0"})
    assert forged.status_code == 403
    for fields in ({"move": "2h"}, {"move": "1h", "moved": "x"}, {"move": "1h", "moved": "9" * 40}, {}):
        assert browser_of("mei").post_blindly("/demo/clock", fields).status_code == 404
    assert moved_by() == before


def test_the_banner_speaks_chinese(demo_world: str) -> None:  # noqa: ARG001 (in use)
    text = banner(browser_of("mei", language="zh"))
    for words in ("演示环境", "现在是", "+1 小时", "+24 小时", "到下一个截止时间", "+180 天"):
        assert words in text


def test_a_sandbox_that_is_no_demo_says_so_and_is_moved_over_the_api_only() -> None:
    use(fresh("sqlite"))
    assert make_sandbox(clock.real_now())
    move_clock(24 * HOUR)
    text = banner(Client(SERVER_NAME="localhost"), "/sign-in/")
    assert "Sandbox: nothing here is real." in text
    day = format_datetime(clock.now(), "EEE d MMM", locale="en_GB")
    assert f"Now it is {day} " in text
    assert "<form" not in text
    assert Client(SERVER_NAME="localhost").get("/sign-in/").headers["Shoplink-Sandbox"] == "true"
