"""The first day of an operator, in the browser alone: from an empty installation to ten sellers and fifty creators."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from tests.mailbox import Mailbox, receiving
from tests.web.form_client import hidden_fields
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
SHOPS = ["店铺ID,经营国家,入驻类型,店铺名称", *(f"shop-{n},GB,定邀,茶铺 {n}" for n in range(10))]
_ADDRESSES = count(1)
"""Everybody is at home somewhere else."""
ACCOUNTS = ["账号ID,账号所在国家,账号名称", *(f"creator-{n},GB,handle{n}" for n in range(50))]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with receiving() as mailbox:
        yield mailbox


@pytest.fixture
def alex() -> Browser:
    person("alex@example.com", ("platform", ""), name="Alex")
    browser = Browser()
    browser.sign_in("alex@example.com")
    return browser


def _steps(browser: Browser) -> dict[str, bool]:
    """Every step of the checklist, and whether it is done."""
    page = browser.look("/platform/").partition("First steps")[2].partition("</details>")[0]
    rows = re.findall(r"<li.*?</li>", page, re.DOTALL)
    titles = [re.findall(r"<(?:a href=[^>]*|strong)>([^<]+)</", row)[0] for row in rows]
    return dict(zip(titles, ("tone-green" in row for row in rows), strict=True))


def _fill(browser: Browser, path: str, **typed: Any) -> Any:
    """Send the form of a page, with what it brings back."""
    return browser.send(path, **{**hidden_fields(browser.look(path), typed, path), **typed})


def _join(mailbox: Mailbox, email: str, name: str) -> Browser:
    """Somebody who is invited signs up by the link in the e-mail, and joins."""
    found = re.search(r"https://links\.example\.com(/join/\S+/)", mailbox.text(email))
    assert found is not None, email
    guest = Browser()
    guest.defaults["REMOTE_ADDR"] = f"198.51.100.{next(_ADDRESSES)}"
    sign_up = re.search(r'href="(/sign-up/\?next=[^"]+)"', guest.look(found[1]))
    assert sign_up is not None, email
    guest.send(sign_up[1], name=name, password1=PASSWORD, next=found[1])
    assert guest.send(found[1]).status_code == 302, email
    return guest


def test_an_empty_installation_says_what_to_do_first(alex: Browser) -> None:
    page = alex.look("/platform/")
    assert "First steps: 0 of 8 done" in page
    assert '<details class="card" open>' in page


def test_the_checklist_leads_from_nothing_to_sellers_and_creators_at_work(
    alex: Browser, mailbox: Mailbox, database: str
) -> None:
    assert [title for title, done in _steps(alex).items() if done] == ["Send e-mail"]

    files = [
        SimpleUploadedFile(f"{name}.csv", "\n".join(lines).encode("gb18030"))
        for name, lines in (("accounts", ACCOUNTS), ("shops", SHOPS))
    ]
    checked = (
        alex.send("/platform/import", file=files, do="check").content.decode().partition('id="import"')[2]
    )
    carried = {
        name: re.findall(f'type="hidden" name="{name}" value="([^"]*)"', checked.partition("</form>")[0])
        for name in ("name", "content", "seen")
    }
    assert "60 lines are imported." in alex.send("/platform/import", **carried, do="import").content.decode()
    assert _steps(alex)["Import shops and accounts"]

    start = "/platform/rulebooks/seller-university-2025/start?market=GB"
    assert _fill(alex, start, market="GB", start="").status_code == 302
    assert _steps(alex)["Choose the rulebook of each market"]

    assert _fill(alex, "/platform/staff/", place="support", email="wei@example.com").status_code == 302
    assert "Tickets" in _join(mailbox, "wei@example.com", "Wei").look("/support/")
    for n in range(10):
        members = f"/platform/shops/shop-{n}/members/"
        assert _fill(alex, members, place="shop", email=f"seller{n}@example.com").status_code == 302
    for n in range(50):
        members = f"/platform/accounts/creator-{n}/members/"
        assert _fill(alex, members, place="creator", email=f"creator{n}@example.com").status_code == 302
    sellers = [_join(mailbox, f"seller{n}@example.com", f"Seller {n}") for n in range(10)]
    joining = 50 if database.startswith("sqlite") else 5  # to make a password's hash takes its time
    creators = [_join(mailbox, f"creator{n}@example.com", f"Creator {n}") for n in range(joining)]
    for n, seller in enumerate(sellers):
        assert f"茶铺 {n}" in seller.look(f"/seller/shop-{n}/")
    for n, creator in enumerate(creators):
        assert f"handle{n}" in creator.look(f"/creator/creator-{n}/")

    assert _fill(alex, "/platform/keys", name="back office", scope=["read"]).status_code == 200
    assert [title for title, done in _steps(alex).items() if not done] == ["Secure your own sign-in"]
    assert list(verify(VerifyCounts())) == []
