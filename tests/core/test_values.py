"""The grammar of each value: what is taken, in which form, and what an error says (values.md section 1)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any, Optional

import pytest

from shoplink.core import MalformedError, PutAccount, parse_command
from shoplink.core.values import (
    COUNTRIES,
    Handle,
    WrongValueError,
    fold_handle,
    is_id,
    read_birth_date,
    read_country,
    read_handle,
    read_id,
    read_instant,
    read_line,
    read_text,
    read_value,
    reader_of,
    shown,
)

AT = "2026-11-29T12:00:00Z"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def error(read: Callable[[Any], object], value: object) -> str:
    with pytest.raises(WrongValueError) as raised:
        read(value)
    return str(raised.value)


def test_the_countries_are_those_of_iso_3166_1() -> None:
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    assert {line[:2] for line in table.splitlines() if not line.startswith("#")} == COUNTRIES


@pytest.mark.parametrize("code", ["UK", "EN", "EU", "XX", "ZZ", "XK", "AN", "SU", "uk", "United Kingdom", ""])
def test_what_is_no_country_is_told_an_example(code: str) -> None:
    example = "a country code of ISO 3166-1, such as GB for the United Kingdom"
    assert error(read_country, code) == f"found '{code}'; allowed: {example}"


@pytest.mark.parametrize("code", ["gb", "Gb", " GB"])
def test_a_country_in_small_letters_is_told_its_capitals(code: str) -> None:
    assert error(read_country, code).endswith("; allowed: a country code of ISO 3166-1 in capitals: GB")


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("mei.lin_1", "mei.lin_1"),
        ("@anna.b", "anna.b"),
        ("＠ｔｏｍ", "tom"),
        ("Li.Hua_Shop", "Li.Hua_Shop"),
        ("cafe\u0301", "caf\u00e9"),
        ("  spaced \u3000", "spaced"),
        ("emoji🎵", "emoji🎵"),
        ("李华的小店", "李华的小店"),
    ],
)
def test_a_handle_has_one_spelling_and_keeps_its_case(written: str, handle: str) -> None:
    assert read_handle(written) == handle
    assert fold_handle(written) == fold_handle(f" @{handle.upper()}") == handle.casefold()


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("a b", "U+0020 SPACE"),
        ("a\u00a0b", "U+0020 SPACE"),
        ("zero\u200bwidth", "U+200B ZERO WIDTH SPACE"),
        ("a\u200db", "U+200D ZERO WIDTH JOINER"),
        ("a\nb", "U+000A LINE FEED"),
        ("a\ud800", "U+D800 SURROGATE"),
        ("@@a", "'@'"),
    ],
)
def test_what_cannot_be_in_a_handle_is_named(written: str, named: str) -> None:
    assert error(read_handle, written).endswith(
        f"a handle of 1 to 64 characters without spaces, without {named}"
    )


@pytest.mark.parametrize("written", ["", "@", " ", "x" * 65])
def test_a_handle_has_1_to_64_characters(written: str) -> None:
    assert error(read_handle, written).endswith("allowed: a handle of 1 to 64 characters without spaces")
    assert read_handle("x" * 64) == "x" * 64


@pytest.mark.parametrize("handle", ["a", "a" * 64])
def test_a_handle_may_be_as_short_and_as_long_as_that(handle: str) -> None:
    assert read_handle(handle) == handle


@pytest.mark.parametrize("name", ["Tea", "兰亭家居", "a\u200cb", FAMILY, "<b>&", "\u00e9" * 200, "x" * 200])
def test_a_name_keeps_what_scripts_and_emoji_need(name: str) -> None:
    assert read_line(name) == read_line(f"  {name}\u3000") == read_text(f"\n{name} \r\n") == name


def test_a_name_is_composed() -> None:
    assert read_line("cafe\u0301") == "caf\u00e9"


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("a\nb", "U+000A LINE FEED"),
        ("a\r\nb", "U+000D CARRIAGE RETURN"),
        ("a\tb", "U+0009 TAB"),
        ("a\x00", "U+0000 NULL"),
        ("\x1b[1m", "U+001B ESCAPE"),
        ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u2066a", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("a\u200bb", "U+200B ZERO WIDTH SPACE"),
        ("\ufeffa", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("a\u2028b", "U+2028 LINE SEPARATOR"),
        ("a\ud800b", "U+D800 SURROGATE"),
        ("\ue000", "U+E000 PRIVATE USE CHARACTER"),
    ],
)
def test_what_cannot_be_in_a_name_is_named(name: str, named: str) -> None:
    assert error(read_line, name).endswith(f"; allowed: one line of 1 to 200 characters, without {named}")


@pytest.mark.parametrize("name", ["", "   ", "\u3000", "\u200d", "x" * 201])
def test_a_name_has_1_to_200_characters_of_which_one_is_seen(name: str) -> None:
    assert error(read_line, name).endswith("; allowed: one line of 1 to 200 characters")


def test_a_message_has_lines_that_end_in_one_way() -> None:
    assert read_text("a\r\nb\rc\n\n\n") == "a\nb\nc"
    assert read_text("小" * 4000) == "小" * 4000
    for text in ("x" * 4001, "\n", " \n "):
        assert error(read_text, text).endswith("; allowed: text of 1 to 4000 characters")
    assert error(read_text, "a\u202eb").endswith("without U+202E RIGHT-TO-LEFT OVERRIDE")


def test_an_id_names_the_first_character_that_it_cannot_have() -> None:
    assert error(read_id, "7592\u200b") == (
        "found '7592\\u200b'; allowed: 1–64 of A–Z a–z 0–9 _ . : -, without U+200B ZERO WIDTH SPACE"
    )
    assert error(read_id, "7,592").endswith(", without ','")
    assert error(read_id, "x" * 65).endswith("_ . : -")


def test_an_instant_may_have_nanoseconds_that_are_nothing() -> None:
    want = datetime(2026, 11, 29, 12, 0, 0, 123456, tzinfo=UTC)
    for text in ("2026-11-29T12:00:00.123456000Z", "2026-11-29T20:00:00.1234560+08:00"):
        assert read_instant(text) == want
    for text in ("2026-11-29T12:00:00.123456001Z", "2026-11-29T12:00:00.1234567890Z"):
        assert "at most microseconds" in error(read_instant, text)


def test_a_birth_date_is_from_1900_and_not_in_the_future() -> None:
    today = date(2026, 11, 29)
    assert read_birth_date("1900-01-01", today) == date(1900, 1, 1)
    assert read_birth_date("2026-11-29", today) == today
    assert error(read_birth_date, "1899-12-31").endswith("allowed: a day from 1900-01-01 on")
    with pytest.raises(
        WrongValueError, match=r"^found '2026-11-30'; allowed: a day that is not in the future$"
    ):
        read_birth_date("2026-11-30", today)


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "null"), (True, "true"), ({"a": [1]}, '{"a": [1]}'), ("a\u3000b", "'a\\u3000b'"), (5.5, "5.5")],
)
def test_what_was_found_is_shown_in_no_words_of_python(value: object, said: str) -> None:
    assert shown(value) == said


def account(**fields: object) -> PutAccount:
    command = parse_command(
        {"command": "put_account", "at": AT, "account_id": "A1", "region": "GB", **fields}
    )
    assert isinstance(command, PutAccount)
    return command


def test_a_whole_number_is_one_however_json_writes_it() -> None:
    assert account(followers=5.0) == account(followers=5)
    with pytest.raises(MalformedError, match=r"^followers: found 5\.5; allowed: a whole number"):
        account(followers=5.5)


def test_a_command_is_held_to_the_grammar_of_its_fields() -> None:
    command = account(handle=" @Ｌｉ.hua ", birth_date="2026-11-29")
    assert (command.handle, command.birth_date) == ("Li.hua", date(2026, 11, 29))
    with pytest.raises(MalformedError, match=r"^birth_date: found '2026-11-30'; allowed: a day that is not"):
        account(birth_date="2026-11-30")


def test_the_day_that_counts_is_that_of_the_clock_where_the_command_does_not_know_it() -> None:
    fields = {"command": "put_account", "at": "0001-01-01T00:00:00Z", "account_id": "A1", "region": "GB"}
    now = datetime(2026, 11, 29, tzinfo=UTC)
    assert parse_command({**fields, "birth_date": "2026-11-29"}, lambda: now)
    with pytest.raises(MalformedError, match=r"^birth_date: found '2026-11-30'"):
        parse_command({**fields, "birth_date": "2026-11-30"}, lambda: now)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    fields = {
        "shop_id": "S1",
        "market": "uk",
        "enrolment": "x",
        "status": None,
        "name": "a\nb",
        "zzz": 1,
        "about": "x" * 4001,
    }
    ours = {"command": "put_shop", "at": AT, "by": {"kind": "platform", "id": "p"}, "key": None}
    with pytest.raises(MalformedError) as raised:
        parse_command(fields, ours=ours)
    faults = [(fault.field, fault.found is None) for fault in raised.value.faults]
    assert faults == [
        ("zzz", True),
        ("market", False),
        ("enrolment", False),
        ("name", False),
        ("about", False),
    ]
    assert str(raised.value).startswith(
        "unknown field 'zzz'; put_shop has shop_id, market, enrolment, name, status, decided, about. market: found 'uk'; "
    )


def test_a_caller_does_not_give_what_the_entry_point_gives() -> None:
    ours = {"command": "put_shop", "shop_id": "S1", "at": AT}
    fields = {"market": "GB", "enrolment": "open", "shop_id": "S2", "at": AT, "command": "put_shop"}
    with pytest.raises(MalformedError) as raised:
        parse_command(fields, ours=ours)
    assert [str(fault) for fault in raised.value.faults] == [
        f"unknown field '{name}'; put_shop has market, enrolment, name, status, decided, by, key, about"
        for name in ("shop_id", "at", "command")
    ]


@pytest.mark.parametrize(
    ("text", "is_one"), [("a", True), ("A.b_c:d-9", True), ("a b", False), ("", False), ("é", False)]
)
def test_an_id_is_recognised_by_its_characters(text: str, *, is_one: bool) -> None:
    assert is_id(text) is is_one


@pytest.mark.parametrize(
    ("declared", "value", "read"),
    [
        (Handle, "@Anna", "Anna"),
        (Handle | None, "@Anna", "Anna"),
        (Handle | None, None, None),
        (Optional[Handle], "@Anna", "Anna"),  # noqa: UP045 (the older spelling of the same)
        (datetime | None, "2026-11-29T12:00:00.000000000Z", datetime(2026, 11, 29, 12, tzinfo=UTC)),
        (int, 5, 5),
    ],
)
def test_a_value_is_read_by_the_grammar_of_its_type_also_where_it_may_be_left_out(
    declared: Any, value: object, read: object
) -> None:
    assert read_value(value, declared) == read


def test_what_may_be_left_out_has_the_reader_of_what_it_else_is() -> None:
    assert reader_of(datetime | None) == reader_of(datetime) == (str, read_instant)
