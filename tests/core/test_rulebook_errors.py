"""Every kind of invalid rulebook file: the error names the file, the key, what was found and what is allowed."""

import re

import pytest

from shoplink.core import RulebookError, parse_rulebook
from shoplink.core.reasons import CATALOGUE
from tests.core.test_rulebook import TABLE, text_of, with_line

KEYS = [row[0] for row in TABLE]
SLOTS = "{ official = 0…1000000, marketing = 0…1000000 }"
QUOTA = '{ limit = 1…1000000, days = 1…1000000 } or "no limit"'
POSITIVE, NUMBER, FLAG = "1…1000000", "0…1000000", "true or false"

# by key: what is allowed, and values that are not, as they are in the file and in the error
IMPOSSIBLE: dict[str, tuple[str, dict[str, str]]] = {
    "slots_open": (
        SLOTS,
        {
            "1": "1",
            "{ official = 1 }": '{"official": 1}',
            "{ official = -1, marketing = 0 }": '{"official": -1, "marketing": 0}',
            "{ official = 1, marketing = 0.5 }": '{"official": 1, "marketing": 0.5}',
            "{ official = 1, marketing = true }": '{"official": 1, "marketing": true}',
            "{ official = 1, marketing = 1000001 }": '{"official": 1, "marketing": 1000001}',
            "{ official = 1, marketing = 0, other = 1 }": '{"official": 1, "marketing": 0, "other": 1}',
            '"no limit"': "'no limit'",
        },
    ),
    "slots_invited": (SLOTS, {"[1, 4]": "[1, 4]", "{ }": "{}"}),
    "invitation_hours": (
        POSITIVE,
        {"0": "0", "-48": "-48", "48.5": "48.5", '"48"': "'48'", "true": "true", "1000001": "1000001"},
    ),
    "minimum_link_age_hours": (NUMBER, {"-1": "-1", "false": "false", "24.5": "24.5", "[24]": "[24]"}),
    "official_unlinks_per_shop": (NUMBER, {"-1": "-1", '"no limit"': "'no limit'"}),
    "marketing_links_per_shop": (
        QUOTA,
        {
            "10": "10",
            '"unlimited"': "'unlimited'",
            "{ limit = 0, days = 180 }": '{"limit": 0, "days": 180}',
            "{ limit = 10, days = 0 }": '{"limit": 10, "days": 0}',
            "{ limit = 10 }": '{"limit": 10}',
            "{ limit = 10, days = 180, hours = 1 }": '{"limit": 10, "days": 180, "hours": 1}',
        },
    ),
    "marketing_links_per_account": (QUOTA, {'"No limit"': "'No limit'", "false": "false"}),
    "shop_may_unlink_alone": (FLAG, {"0": "0", '"no"': "'no'", "[]": "[]"}),
    "minimum_age_years": ("0…150", {"-1": "-1", "151": "151", "18.5": "18.5", '"18"': "'18'"}),
    "unlink_answer_days": (
        '1…1000000 or "stays open"',
        {"0": "0", "-7": "-7", '"open"': "'open'", "true": "true"},
    ),
    "network_asked_of": (
        'any of "shop", "creator"',
        {'["platform"]': '["platform"]', '"shop"': "'shop'", "[1]": "[1]", "true": "true"},
    ),
    "uncorrectable_regions": (
        "for each, a country code of ISO 3166-1, such as GB for the United Kingdom",
        {'["us"]': "'us'", '["USA"]': "'USA'", '"US"': "'US'", '["US", ""]': "''"},
    ),
    "affiliate_followers_minimum": (NUMBER, {"-1": "-1", "1e3": "1000.0"}),
    "official_may_promote_other_shops": (FLAG, {"1": "1"}),
    "marketing_may_promote_other_shops": (FLAG, {'"true"': "'true'"}),
    "waivable_for_shop": (
        "any of link.younger_than_minimum, shop.link_quota_spent, shop.unlink_quota_spent",
        {
            '["shop.slots_full"]': "'shop.slots_full'",
            '["account.link_quota_spent"]': "'account.link_quota_spent'",
            '["nonsense"]': "'nonsense'",
            '["shop.link_quota_spent", "account.under_age"]': "'account.under_age'",
            '"shop.link_quota_spent"': "'shop.link_quota_spent'",
            "[1]": "[1]",
        },
    ),
    "waivable_for_account": (
        "any of link.younger_than_minimum, account.link_quota_spent",
        {'["shop.link_quota_spent"]': "'shop.link_quota_spent'", '[""]': "''"},
    ),
}


def table_of(key: str) -> str:
    """A key's whole table in the guide's file."""
    found = re.search(rf"^\[{key}\]\n(?:.+\n)+", text_of("guide-2024-11"), re.MULTILINE)
    assert found, key
    return found[0]


def error_with(old: str, new: str) -> str:
    """The error for the guide's rulebook with one piece of its text replaced."""
    with pytest.raises(RulebookError) as raised:
        with_line(old, new)
    return str(raised.value)


def error_with_value(key: str, value: str) -> str:
    """The error for the guide's rulebook with one value replaced."""
    table = table_of(key)
    return error_with(table, re.sub(r"(?m)^value = .*$", lambda _: f"value = {value}", table))


def test_every_parameter_has_impossible_values() -> None:
    assert list(IMPOSSIBLE) == KEYS


@pytest.mark.parametrize("key", IMPOSSIBLE)
def test_an_impossible_value_is_named_with_what_is_allowed(key: str) -> None:
    allowed, values = IMPOSSIBLE[key]
    assert values
    for value, shown in values.items():
        assert error_with_value(key, value) == f"own.toml: {key}.value: found {shown}; allowed: {allowed}"


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_named_with_what_is_allowed(key: str) -> None:
    allowed, _ = IMPOSSIBLE[key]
    error = error_with(table_of(key), "")
    assert error == f"own.toml: {key}: found nothing; allowed: value = {allowed}, and its source"


@pytest.mark.parametrize("key", KEYS)
def test_a_source_that_is_missing_or_blank_is_named(key: str) -> None:
    table = table_of(key)
    for source, shown in (('""', "''"), ('"  "', "'  '"), ("5", "5"), ("[]", "[]")):
        error = error_with(table, re.sub(r"(?m)^source = .*$", f"source = {source}", table))
        allowed = "the sentence that the value comes from"
        assert error == f"own.toml: {key}.source: found {shown}; allowed: {allowed}"
    for line in ("source", "value"):
        error = error_with(table, re.sub(rf"(?m)^{line} = .*\n", "", table))
        assert error.startswith(f"own.toml: {key}: found {{")
        assert error.endswith("; allowed: a table with exactly `value` and `source`")


def test_a_parameter_that_is_no_table_or_has_more_in_it_is_named() -> None:
    table = table_of("minimum_age_years")
    allowed = "a table with exactly `value` and `source`"
    bare = "minimum_age_years = 18\n" + text_of("guide-2024-11").replace(table, "")
    with pytest.raises(RulebookError) as raised:
        parse_rulebook(bare, "own.toml")
    assert str(raised.value) == f"own.toml: minimum_age_years: found 18; allowed: {allowed}"
    error = error_with(table, table + "until = 2030\n")
    assert error.startswith('own.toml: minimum_age_years: found {"value": 18, ')
    assert error.endswith(f"; allowed: {allowed}")


@pytest.mark.parametrize("key", ["minimum_age", "slots", "nonsense", "Slots_open"])
def test_an_unknown_key_is_named_with_those_there_are(key: str) -> None:
    table = table_of("slots_open")
    error = error_with(table, f'[{key}]\nvalue = 1\nsource = "R1"\n\n{table}')
    assert error.startswith(f"own.toml: {key}: found an unknown key; allowed: name, effective_from, ")
    assert error.endswith(", ".join(KEYS))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("", "nothing"),
        ('name = ""', "''"),
        ("name = 5", "5"),
        ('name = ["x"]', '["x"]'),
        (f'name = "{"x" * 201}"', repr("x" * 201)),
        (r'name = "a\u0000"', r"'a\u0000'"),
        (r'name = "a\u202eb"', r"'a\u202eb'"),
    ],
)
def test_a_rulebook_without_a_name_is_refused(line: str, shown: str) -> None:
    error = error_with('name = "guide-2024-11"', line)
    assert error == f"own.toml: name: found {shown}; allowed: one line of 1 to 200 characters"


@pytest.mark.parametrize(
    ("table", "key", "shown"),
    [
        ("", "effective_from", "nothing"),
        ("[effective_from]\n", "effective_from", "{}"),
        ("[effective_from]\ngb = 2024-11-11T00:00:00Z\n", "effective_from.gb", '"2024-11-11T00'),
        ("[effective_from]\nGBR = 2024-11-11T00:00:00Z\n", "effective_from.GBR", '"2024-11-11T00'),
        ("[effective_from]\nG1 = 2024-11-11T00:00:00Z\n", "effective_from.G1", '"2024-11-11T00'),
        ("[effective_from]\nUK = 2024-11-11T00:00:00Z\n", "effective_from.UK", '"2024-11-11T00'),
        ('[effective_from]\n"ÄÖ" = 2024-11-11T00:00:00Z\n', "effective_from.ÄÖ", '"2024-11-11T00'),
        ("[effective_from]\ndefault = 2024-11-11T00:00:00\n", "effective_from.default", '"2024-11-11T00'),
        ("[effective_from]\ndefault = 2024-11-11\n", "effective_from.default", '"2024-11-11"'),
        ('[effective_from]\ndefault = "2024-11-11T00:00:00Z"\n', "effective_from.default", "'2024-"),
        ("[effective_from]\nGB = true\n", "effective_from.GB", "true"),
    ],
)
def test_a_start_that_is_no_instant_of_a_market_is_refused(table: str, key: str, shown: str) -> None:
    error = error_with(table_of("effective_from"), table)
    assert error.startswith(f"own.toml: {key}: found {shown}")
    assert error.endswith(
        "; allowed: a table with an instant with offset for default or a market"
        " (a country code of ISO 3166-1, such as GB for the United Kingdom)"
    )


def test_a_start_that_utc_cannot_hold_is_refused() -> None:
    error = error_with("default = 2024-11-11T00:00:00Z", "default = 0001-01-01T00:00:00+08:00")
    assert error.startswith("own.toml: effective_from.default: found ")


@pytest.mark.parametrize("old", ["value = 48", "[effective_from]", 'name = "guide-2024-11"'])
def test_a_file_that_is_no_toml_is_refused_with_the_place(old: str) -> None:
    for new in (old[:-1] + " = =", old + "\n" + old, "\x00" + old):
        error = error_with(old, new)
        assert error.startswith("own.toml: (syntax): found "), new
        assert "line" in error
        assert error.endswith("; allowed: TOML 1.0")


def test_what_may_be_waived_is_in_the_catalogue() -> None:
    for key, subject in (("waivable_for_shop", "shop"), ("waivable_for_account", "account")):
        codes = IMPOSSIBLE[key][0].removeprefix("any of ").split(", ")
        assert codes == [code for code, entry in CATALOGUE.items() if subject in entry.waivable_for]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = " + "[" * 3_000 + "]" * 3_000, "more than 8 tables or lists within each other"),
        (".".join("a" * 3_000) + " = 1", "more than 8 tables or lists within each other"),
        ("a = " + "{ a = " * 9 + "1" + " }" * 9, "more than 8 tables or lists within each other"),
        ("a = " + "1" * 5_000, "a number that is too long"),
        ("\n".join(f"a{number}.b = 1" for number in range(100_000)), "more than 256 KiB"),
    ],
    ids=["lists", "dotted keys", "tables", "digits", "size"],
)
def test_a_text_that_no_rulebook_needs_is_refused_with_a_sentence(text: str, found: str) -> None:
    with pytest.raises(RulebookError, match=re.escape(f"r.toml: (syntax): found {found}; allowed: TOML 1.0")):
        parse_rulebook(text, "r.toml")
