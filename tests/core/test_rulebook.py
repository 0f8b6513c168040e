"""The packaged rulebooks match the table of domain.md section 4; an invalid file is refused with its fault."""

import hashlib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from shoplink.core import Rulebook, differences, parse_rulebook
from shoplink.core.rulebook import Parameters, Quota, Slots
from shoplink.rulebooks import DEFAULT, packaged, read_rulebook
from tests.rule import rule

GUIDE = "guide-2024-11"
UNIVERSITY = "seller-university-2025"
SHOP_WAIVERS = {"shop.link_quota_spent", "shop.unlink_quota_spent", "link.younger_than_minimum"}
ACCOUNT_WAIVERS = {"account.link_quota_spent", "link.younger_than_minimum"}

# domain.md section 4, copied by hand: key, guide-2024-11, seller-university-2025, source
TABLE: list[tuple[str, Any, Any, str]] = [
    ("slots_open", Slots(1, 0), Slots(1, 4), "R5 C1"),
    ("slots_invited", Slots(1, 4), Slots(1, 4), "R6"),
    ("invitation_hours", 48, 48, "R23"),
    ("minimum_link_age_hours", 24, 24, "R26"),
    ("official_unlinks_per_shop", 3, 3, "R24"),
    ("marketing_links_per_shop", Quota(10, 180), "no limit", "R25 C3"),
    ("marketing_links_per_account", "no limit", Quota(10, 180), "C3"),
    ("shop_may_unlink_alone", False, True, "R47 C6"),
    ("minimum_age_years", 18, 18, "R19"),
    ("unlink_answer_days", "stays open", 7, "R46 C7"),
    ("network_asked_of", {"shop", "creator"}, {"shop", "creator"}, "R35"),
    ("uncorrectable_regions", {"US"}, {"US"}, "R40"),
    ("affiliate_followers_minimum", 1000, 1000, "R4"),
    ("official_may_promote_other_shops", False, False, "R17"),
    ("marketing_may_promote_other_shops", True, True, "R17"),
    ("waivable_for_shop", SHOP_WAIVERS, SHOP_WAIVERS, "R27"),
    ("waivable_for_account", ACCOUNT_WAIVERS, ACCOUNT_WAIVERS, "R27"),
]
COLUMNS = {GUIDE: 1, UNIVERSITY: 2}


def text_of(name: str) -> str:
    """The text of a packaged rulebook."""
    return (files("shoplink.rulebooks") / f"{name}.toml").read_text(encoding="utf-8")


def test_two_rulebooks_are_packaged_and_the_guide_is_the_default() -> None:
    assert {name: book.name for name, book in packaged().items()} == {GUIDE: GUIDE, UNIVERSITY: UNIVERSITY}
    assert DEFAULT == GUIDE
    assert packaged()[GUIDE].effective_from == {"default": datetime(2024, 11, 11, tzinfo=UTC)}
    assert packaged()[UNIVERSITY].effective_from == {"default": datetime(2025, 1, 1, tzinfo=UTC)}


@rule("R4", "R5", "R6", "R17", "R19", "R23", "R24", "R25", "R26", "R27", "R40", "R46", "R47")
@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row[0]))
@pytest.mark.parametrize("name", COLUMNS)
def test_a_packaged_rulebook_says_what_the_table_says(name: str, row: tuple[Any, ...]) -> None:
    assert getattr(packaged()[name].parameters, row[0]) == row[COLUMNS[name]]


def test_the_table_has_every_parameter() -> None:
    assert [row[0] for row in TABLE] == list(Parameters.__struct_fields__)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row[0]))
def test_each_parameter_names_the_sentence_it_comes_from(row: tuple[Any, ...]) -> None:
    sources = {name: packaged()[name].sources[row[0]] for name in COLUMNS}
    for source in sources.values():
        assert source.split(":")[0].split(",")[0] in row[3].split(), source
    contradicted = row[1] != row[2]
    assert sources[UNIVERSITY].startswith("C") == contradicted


def test_numbers_become_durations() -> None:
    guide, university = packaged()[GUIDE], packaged()[UNIVERSITY]
    for book in (guide, university):
        assert book.invitation_ttl == timedelta(hours=48)
        assert book.minimum_link_age == timedelta(hours=24)
    assert (guide.unlink_answer_ttl, university.unlink_answer_ttl) == (None, timedelta(days=7))
    assert (guide.links_per_shop, university.links_per_shop) == (Quota(10, 180), None)
    assert (guide.links_per_account, university.links_per_account) == (None, Quota(10, 180))
    assert Quota(10, 180).window == timedelta(days=180)


@rule("R5", "R6")
def test_slots_depend_on_enrolment_and_role() -> None:
    guide = packaged()[GUIDE]
    assert guide.slots("open", "official") == guide.slots("invited", "official") == 1
    assert (guide.slots("open", "marketing"), guide.slots("invited", "marketing")) == (0, 4)


@rule("R27")
def test_a_reason_is_waivable_only_for_the_subjects_that_are_named() -> None:
    guide = packaged()[GUIDE]
    assert guide.may_be_waived("link.younger_than_minimum", "shop")
    assert guide.may_be_waived("link.younger_than_minimum", "account")
    assert guide.may_be_waived("shop.link_quota_spent", "shop")
    assert not guide.may_be_waived("shop.link_quota_spent", "account")
    assert not guide.may_be_waived("account.link_quota_spent", "shop")
    assert not guide.may_be_waived("account.under_age", "account")


def test_the_two_differ_where_the_table_does_and_nowhere_else() -> None:
    expected = [(row[0], row[1], row[2]) for row in TABLE if row[1] != row[2]]
    assert len(expected) == 5
    assert list(differences(packaged()[GUIDE], packaged()[UNIVERSITY])) == expected
    back = [(key, new, old) for key, old, new in expected]
    assert list(differences(packaged()[UNIVERSITY], packaged()[GUIDE])) == back
    assert list(differences(packaged()[GUIDE], packaged()[GUIDE])) == []


def test_a_rulebook_is_known_by_the_digest_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text_of(GUIDE), encoding="utf-8")
    book = read_rulebook(path)
    assert book == packaged()[GUIDE]
    assert book.digest == hashlib.sha256(text_of(GUIDE).encode()).hexdigest()
    assert parse_rulebook(text_of(GUIDE) + "\n", "own.toml").digest != book.digest


def test_a_rulebook_may_start_at_another_instant_in_each_market() -> None:
    table = "default = 2024-11-11T00:00:00Z\nGB = 2025-01-01T00:00:00+08:00\n"
    book = with_line("default = 2024-11-11T00:00:00Z\n", table)
    assert book.effective_from == {
        "default": datetime(2024, 11, 11, tzinfo=UTC),
        "GB": datetime(2024, 12, 31, 16, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("official = 1, marketing = 4", "official = 0, marketing = 1000000"),
        ("{ limit = 10, days = 180 }", "{ limit = 1, days = 1000000 }"),
        ("value = 24\n", "value = 0\n"),
        ("value = 18\n", "value = 150\n"),
        ('"stays open"', "1"),
        ('["shop", "creator"]', "[]"),
        ('["US"]', "[]"),
        ('["account.link_quota_spent", "link.younger_than_minimum"]', "[]"),
        ('name = "guide-2024-11"', 'name = "运营"'),
    ],
)
def test_any_possible_value_is_taken(old: str, new: str) -> None:
    assert with_line(old, new) != packaged()[GUIDE]


def with_line(old: str, new: str) -> Rulebook:
    """The guide's rulebook with one piece of its text replaced."""
    text = text_of(GUIDE)
    assert text.count(old) == 1, old
    return parse_rulebook(text.replace(old, new), "own.toml")
