"""The help centre: public, written from the rulebook in the reader's market, searchable in both languages."""

import pytest
from django.test import Client

from shoplink.core import CATALOGUE
from shoplink.wording.help import TOPICS
from tests.store.commands import command, execute_accepted_as_of
from tests.web.persona import browser_of, statements_of

an_empty_database = pytest.mark.usefixtures("database")


def page(path: str, language: str = "en", client: Client | None = None) -> str:
    response = (client or Client()).get(path, headers={"Accept-Language": language})
    assert response.status_code == 200, path
    return response.content.decode()


@an_empty_database
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_topic_and_every_reason_is_public(language: str) -> None:
    home = page("/help/", language)
    for path in (*TOPICS, *(f"reasons/{code}" for code in CATALOGUE)):
        assert f'href="/help/{path}"' in home
        assert page(f"/help/{path}", language)


@an_empty_database
@pytest.mark.parametrize("path", ["/help/nothing", "/help/reasons/nothing.there", "/help/reasons/"])
def test_what_is_no_help_is_not_there(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.usefixtures("demo_world")
def test_each_reader_reads_the_rules_of_their_own_market_and_may_choose_among_several() -> None:
    mei, lan = browser_of("mei"), browser_of("lan")
    british, american = page("/help/unlinking", client=lan), page("/help/unlinking?market=US", client=mei)
    assert "guide-2024-11" in british
    assert "stays open" in british
    assert "seller-university-2025" in american
    assert "counts as approved after 7 days" in american
    assert 'href="/help/unlinking?market=GB"' in american
    assert "?market=US" not in british, "who sells in one market has nothing to choose"
    assert "guide-2024-11" in page("/help/unlinking?market=US", client=lan)


@an_empty_database
def test_the_numbers_are_those_in_force_now() -> None:
    assert "stays open" in page("/help/unlinking")
    execute_accepted_as_of(
        command(
            "activate_rulebook",
            name="seller-university-2025",
            market="GB",
            effective_from="2024-11-11T12:00:00Z",
        )
    )
    assert "Rules for markets without a rulebook of their own" in " ".join(page("/help/").split())
    assert "counts as approved after 7 days" in page("/help/unlinking?market=GB")
    assert "seller-university-2025" in page("/help/unlinking?market=GB")


@an_empty_database
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("VPN", "network.region_mismatch"),
        ("豁免", "shop.link_quota_spent"),
        ("country registered", "account.registration_mismatch"),
        ("橱窗按钮", "unlink.not_requested"),
    ],
)
def test_it_is_searched_in_both_languages_whatever_the_readers(asked: str, found: str, language: str) -> None:
    said = page(f"/help/?q={asked}", language)
    assert f"/help/reasons/{found}" in said
    assert "/help/reasons/item.already_there" not in said


@an_empty_database
def test_a_search_that_finds_nothing_says_so_and_what_was_asked_harms_no_page() -> None:
    said = page("/help/?q=<script>xyzzy</script>")
    assert "No match" in said
    assert "How to reach a person" in said
    assert 'href="/help/support"' in said
    assert "<script>xyzzy" not in said
    assert page(f"/help/?q={'x' * 5000}")


@an_empty_database
def test_a_reason_says_whether_support_can_help() -> None:
    assert "Open a ticket on the page that shows the refusal" in page("/help/reasons/account.under_age")
    assert "you cannot open a ticket" in page("/help/reasons/shop.slots_full")


@an_empty_database
def test_the_pages_take_as_many_statements_however_many_rulebooks_were_activated() -> None:
    execute_accepted_as_of(
        command(
            "activate_rulebook",
            name="guide-2024-11",
            market="DE",
            effective_from="2024-11-11T12:00:00Z",
        )
    )
    before = statements_of(Client(), "/help/")
    execute_accepted_as_of(
        *(
            command(
                "activate_rulebook",
                name="guide-2024-11",
                market=market,
                effective_from="2024-11-11T12:00:00Z",
            )
            for market in ("GB", "US", "ID", "MY")
        )
    )
    assert statements_of(Client(), "/help/") == before
