"""What was stored before values had a grammar is loaded, verified and shown; names of people stand isolated on pages."""

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from shoplink.core import World, parse_command
from shoplink.flows.file.export import export_log
from shoplink.flows.file.replay import replay
from shoplink.flows.people.lookup import look_up
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.rulebooks import packaged
from shoplink.store.read.search import search_all
from shoplink.store.write.feed import number_events
from tests.store.commands import execute_accepted, invite, put_account, put_shop
from tests.web.visitor import Browser, person

pytestmark = pytest.mark.usefixtures("database")
OLD = "Tea\r\nHouse \u202eevil\u200b"
HANDLE = "\u05e9\u05dc\u05d5\u05dd_tea"
PAGES = {
    "seller": ["/", "/seller/S1/", "/seller/S1/links", "/seller/UK/", "/seller/S1/link", "/inbox/"],
    "creator": ["/creator/A1/", "/creator/A1/rights", "/creator/A1/profile"],
    "support": ["/support/", "/support/find?q=Tea", "/support/shops/S1", "/support/shops/UK", "/support/accounts/A1"],
    "platform": ["/platform/", "/platform/search?q=Tea", "/platform/shops/UK", "/platform/accounts/FUTURE", "/platform/audit"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def world(database: str) -> None:  # noqa: ARG001 (in use)
    """Facts as an earlier version took them: commands that are made here, and not read by the grammar."""
    shop: Any = put_shop("S1")
    account: Any = put_account("A1")
    execute_accepted(
        replace(shop, name=OLD),
        replace(shop, shop_id="UK", name=OLD, market="UK"),
        replace(account, handle=HANDLE),
        replace(
            account, account_id="FUTURE", handle="@Ｏld \u200b", region="XX", birth_date=date(2999, 1, 1)
        ),
        replace(invite("S1", "A1"), reference="a\nb"),
    )


def visitors() -> Iterator[tuple[str, Browser]]:
    for name, places in {
        "seller": [("shop", "S1"), ("shop", "UK")],
        "creator": [("creator", "A1")],
        "support": [("support", "")],
        "platform": [("platform", "")],
    }.items():
        person(f"{name}@example.com", *places)  # type: ignore[arg-type]
        browser = Browser()
        assert browser.sign_in(f"{name}@example.com").status_code == 302
        yield name, browser


def test_old_values_are_verified_shown_found_and_given_out() -> None:
    assert list(verify(VerifyCounts())) == []
    assert search_all("old").accounts == [("FUTURE", "@Ｏld \u200b")]
    by: Any = put_shop("S1", by={"kind": "shop", "id": "S1", "person": "person_1"}).by
    assert look_up(by, [HANDLE, "OLD \u200b"]).accounts == [(HANDLE, ["A1"]), ("OLD", ["FUTURE"])]
    number_events()
    out = io.StringIO()
    assert export_log(out) == 5
    for name, browser in visitors():
        for path in PAGES[name]:
            answer = browser.get(path)
            assert answer.status_code in {200, 302}, (path, answer.status_code)


def test_a_file_of_commands_with_such_values_is_held_to_the_grammar() -> None:
    lines = [
        b'{"command":"put_shop","at":"2026-01-01T00:00:00Z","shop_id":"S1","market":"UK","enrolment":"open","name":"a\\nb"}',
        b'{"command":"put_account","at":"2026-01-01T00:00:00Z","account_id":"A","region":"GB","birth_date":"2999-01-01"}',
    ]
    answers = list(replay(lines, World(packaged(), packaged()["guide-2024-11"])))
    assert [answer["outcome"] for answer in answers] == ["invalid"] * 2
    assert "market: found 'UK'" in answers[0]["error"]
    assert "name: found 'a\\u000ab'" in answers[0]["error"]
    assert "a day that is not in the future" in answers[1]["error"]


def test_names_that_others_have_chosen_stand_isolated_on_pages() -> None:
    shown, bare = 0, []
    for name, browser in visitors():
        for path in PAGES[name]:
            answer = browser.get(path)
            if answer.status_code != 200:
                continue
            text = re.sub(
                r"<title>.*?</title>|=\"[^\"]*\"|<option.*?</option>",
                "",
                answer.content.decode(),
                flags=re.DOTALL,
            )
            for found in re.finditer(rf"@?{HANDLE}", text):
                shown += 1
                before = text[: found.start()]
                if before.rfind("<bdi>") <= before.rfind("</bdi>"):
                    bare.append((path, before[-200:]))
    assert not bare
    assert shown >= 5


def test_the_grammar_refuses_today_what_the_fixture_stores() -> None:
    with pytest.raises(ValueError, match="name"):
        parse_command(
            {
                "command": "put_shop",
                "at": "2026-01-01T00:00:00Z",
                "shop_id": "S",
                "market": "GB",
                "enrolment": "open",
                "name": OLD,
            }
        )
