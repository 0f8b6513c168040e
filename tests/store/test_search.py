"""What shops and accounts are searched by: written with them, filled for those that were there, verified; and the ranking."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from shoplink.core.values.search import START_LENGTH_MAX, STARTS_MAX, fold_search, word_starts
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import execute, is_postgresql, query
from shoplink.store.read.search import search_all, search_subjects
from tests.store.commands import execute_accepted, put_account, put_shop

a_database = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hill & Harbour Tea", "hill harbour tea"),
        ("hh-home-gb", "hh home gb"),
        ("zhou.zhou_88", "zhou zhou 88"),
        ("１，０００ 粉丝", "1000 粉丝"),
        ("48小时", "48 小时"),
        ("1,0000", "1 0000"),
        ("Café\u200b", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("한국", "한국"),
        ("🙂 !", ""),
    ],
)
def test_a_text_is_folded_to_its_words(text: str, folded: str) -> None:
    assert fold_search(text) == fold_search(folded) == folded


def test_the_starts_of_a_text_are_those_of_its_words_and_of_each_chinese_character() -> None:
    assert word_starts("山海 Hill-Tea") == ["山海 hill tea", "海 hill tea", "hill tea", "tea"]
    assert word_starts("") == []
    assert len(word_starts("茶" * 1_000 + "山" * 1_000)) <= STARTS_MAX
    assert max(map(len, word_starts("x" * 1_000))) == START_LENGTH_MAX


def terms(subject_id: str) -> list[str]:
    found = query("SELECT term FROM search_term WHERE subject_id = %s ORDER BY number", subject_id)
    return [row[0] for row in found]


@a_database
def test_terms_are_those_of_the_present_name_and_a_migration_gives_them_to_those_before() -> None:
    shop: Any = put_shop("S-1")
    account: Any = put_account("A1")
    execute_accepted(replace(shop, name="Old Tea"), replace(account, handle="mei.lin"))
    execute_accepted(replace(shop, name="New Tea"), replace(account, handle="mei.lin", followers=7))
    assert terms("S-1") == ["s 1", "1", "new tea", "tea"]
    assert terms("A1") == ["a 1", "1", "mei lin", "lin"]
    assert search_all("old").shops == []
    stored = query("SELECT subject, subject_id, term FROM search_term ORDER BY 1, 2, 3")
    execute("DELETE FROM search_term")
    assert {one.id for one in verify(VerifyCounts())} == {"S-1", "A1"}, "terms that are missing are told"
    import_module("shoplink.store.migrations.0029_search_term").fill(apps, None)
    assert query("SELECT subject, subject_id, term FROM search_term ORDER BY 1, 2, 3") == stored
    assert list(verify(VerifyCounts())) == []
    execute(
        "INSERT INTO search_term (subject, subject_id, term) VALUES ('shop', 'S-1', 'x'), ('shop', 'S2', 'y')"
    )
    assert sorted(one.id for one in verify(VerifyCounts())) == ["S-1", "S2"], "and those that are too many"


@a_database
def test_the_best_match_is_first() -> None:
    shop: Any = put_shop("S1")
    names = {"S1": "Green Tea House", "S2": "Teapot", "S3": "Tea", "tea": "Zebra", "S4": "House of tea"}
    execute_accepted(*(replace(shop, shop_id=key, name=name) for key, name in names.items()))
    assert [key for key, _ in search_subjects("shop", "tea", 9)] == ["tea", "S3", "S2", "S4", "S1"]
    assert [key for key, _ in search_subjects("shop", "tea house", 9)] == ["S1", "S4"]
    assert [key for key, _ in search_subjects("shop", "tea", 2)] == ["tea", "S3"]
    assert search_subjects("account", "tea", 9) == []


@a_database
def test_what_patterns_mean_is_searched_for_as_it_is() -> None:
    shop: Any = put_shop("S1")
    execute_accepted(replace(shop, name="100% Tea_House \\ x"))
    assert [key for key, _ in search_subjects("shop", "100%", 9)] == ["S1"]
    for text in ("%", "_", "\\", "%ea", "' OR 1=1 --", "🙂"):
        assert search_all(text, tickets=True, people=True).nothing(), text


@a_database
def test_a_search_takes_as_many_statements_however_much_there_is() -> None:
    shop: Any = put_shop("S1")
    execute_accepted(replace(shop, name="Tea House"))
    with CaptureQueriesContext(connection) as few:
        search_all("tea house", tickets=True, people=True)
    execute_accepted(*(replace(shop, shop_id=f"T{number}", name="Tea House") for number in range(60)))
    with CaptureQueriesContext(connection) as many:
        assert len(search_all("tea house", tickets=True, people=True).shops) == 20
    assert len(few) == len(many)


@a_database
def test_no_step_of_a_search_reads_all_terms_of_a_kind() -> None:
    if is_postgresql():
        return  # it decides by what it has counted; SQLite has counted nothing, and once took a minute for two words
    with CaptureQueriesContext(connection) as asked:
        search_subjects("shop", "tea house hill", 9)
    steps = [row[3] for one in asked.captured_queries for row in query(f"EXPLAIN QUERY PLAN {one['sql']}")]
    assert "SEARCH other USING INDEX search_term_subject (subject_id=?)" in steps
    assert not [step for step in steps if step.endswith("(subject=?)") or step.startswith("SCAN search_term")]
