"""Malformed lines: their errors, and that they change nothing."""

from typing import Any

import pytest

from shoplink.core import COMMANDS
from shoplink.core.values import shown
from tests.flows.file_runner import (
    AFTER,
    ANYWHERE,
    BEFORE,
    FIELDS,
    HAVE_TO,
    MAY,
    NULLABLE,
    OPTIONAL,
    REQUIRED,
    encoded,
    error_of,
    line,
    replay_lines,
    without_field,
    without_numbers,
)
from tests.flows.malformed_fields import WRONG, kind


def test_the_table_of_commands_is_complete() -> None:
    assert set(REQUIRED) == set(COMMANDS)
    for command, declared in COMMANDS.items():
        named = {"at", *REQUIRED[command], *OPTIONAL.get(command, {}), *ANYWHERE}
        subject = {"account_id"} if command.endswith("_waiver") else set()
        assert named | subject == set(declared.__struct_fields__)


@pytest.mark.parametrize("command", REQUIRED)
def test_a_minimal_command_and_one_with_every_field_are_valid(command: str) -> None:
    full = line(command, **OPTIONAL.get(command, {}), **ANYWHERE)
    answers = replay_lines(*BEFORE, line(command), full)[len(BEFORE) :]
    assert len(answers) == 2
    for answer in answers:
        assert answer["outcome"] in {"accepted", "refused"}, answer


@pytest.mark.parametrize(("command", "field"), HAVE_TO)
def test_a_missing_field_is_named(command: str, field: str) -> None:
    error = error_of(without_field(line(command), field))
    if command.endswith("_waiver") and field == "shop_id":
        assert error == "exactly one of shop_id, account_id must be given"
    else:
        assert error.startswith(f"{field}: missing; allowed: ")
        assert WRONG[kind(command, field)][0] in error


@pytest.mark.parametrize(
    ("command", "field"), [(command, field) for command, field in HAVE_TO if field not in NULLABLE]
)
def test_null_where_something_must_be_is_named(command: str, field: str) -> None:
    nothing: dict[str, Any] = {field: None}
    error = error_of(line(command, **nothing))
    if command.endswith("_waiver") and field == "shop_id":
        assert error == "exactly one of shop_id, account_id must be given"
    else:
        assert error.startswith(f"{field}: found null; allowed: ")
        assert WRONG[kind(command, field)][0] in error


@pytest.mark.parametrize(("command", "field"), MAY)
def test_null_in_a_field_that_may_be_left_out_means_that_it_is(command: str, field: str) -> None:
    at = "2024-11-11T12:00:00Z"
    others = without_field({**OPTIONAL.get(command, {}), **ANYWHERE}, field)
    omitted = replay_lines(*BEFORE, line(command, at, **others), *AFTER)
    assert replay_lines(*BEFORE, line(command, at, **{**others, field: None}), *AFTER) == omitted
    assert omitted[len(BEFORE)]["outcome"] != "invalid"


@pytest.mark.parametrize(("command", "field"), FIELDS)
def test_a_wrong_value_is_named_with_what_is_allowed(command: str, field: str) -> None:
    allowed, values = WRONG[kind(command, field)]
    assert values
    for value in values:
        error = error_of(line(command, **{field: value}))
        assert error.startswith(f"{field}: found {shown(value)}; allowed: "), value
        assert allowed in error, value


@pytest.mark.parametrize(
    "by", [{"kind": "shop"}, {"id": "S1"}, {}, {"kind": "shop", "id": "S1", "name": "x"}], ids=str
)
def test_an_actor_of_another_shape_is_named_with_what_is_allowed(by: dict[str, str]) -> None:
    error = error_of(line("decline", by=by))
    assert error.startswith(f"by: found {shown(by)}; allowed: "), error
    assert WRONG["by"][0] in error


@pytest.mark.parametrize("command", REQUIRED)
@pytest.mark.parametrize("field", ["nonsense", "", "a`b", "at `$.shop_id`", "店", "x" * 200, "line\n"])
def test_an_unknown_field_is_named_with_those_there_are(command: str, field: str) -> None:
    more: dict[str, Any] = {field: None}
    error = error_of(line(command, **more))
    assert error.startswith(f"unknown field {shown(field)}; {command} has ")
    assert all(known in error for known in ("at", *REQUIRED[command], *OPTIONAL.get(command, {}), *ANYWHERE))


@pytest.mark.parametrize(
    "bad", [{"x" * 100_000: None}, {"command": "x" * 100_000}, {"at": "x" * 100_000}], ids=len
)
def test_what_was_found_is_shown_no_longer_than_it_helps(bad: dict[str, Any]) -> None:
    assert len(error_of({**line("decline"), **bad})) < 1_000


@pytest.mark.parametrize(
    ("command", "field"),
    [("put_shop", "note"), ("decline", "network_region"), ("accept", "role"), ("accept", "note")],
)
def test_a_field_of_another_command_is_unknown_here(command: str, field: str) -> None:
    assert error_of(line(command, **{field: "GB"})).startswith(
        f"unknown field {shown(field)}; {command} has "
    )


@pytest.mark.parametrize(
    "command", ["inivte", "", "Invite", "PUT_SHOP", "put_shop ", None, 5, True, ["invite"], {}]
)
def test_an_unknown_command_is_named_with_those_there_are(command: object) -> None:
    error = error_of({**line("invite"), "command": command})
    assert error.startswith(f"unknown command {shown(command)}; one of ")
    assert all(name in error for name in REQUIRED)


def test_a_missing_command_is_named_with_those_there_are() -> None:
    error = error_of(without_field(line("invite"), "command"))
    assert error.startswith("command: missing; one of ")
    assert all(name in error for name in REQUIRED)


@pytest.mark.parametrize("command", ["grant_waiver", "end_waiver"])
def test_a_waiver_of_two_subjects_is_invalid(command: str) -> None:
    assert error_of(line(command, account_id="A1")) == "exactly one of shop_id, account_id must be given"


@pytest.mark.parametrize("command", ["grant_waiver", "end_waiver"])
def test_a_waiver_names_its_subject_beside_a_null_or_alone(command: str) -> None:
    for subject in ({"account_id": None}, {"shop_id": None, "account_id": "A1"}):
        answer = replay_lines(*BEFORE, line(command, **subject))[-1]
        assert answer["outcome"] in {"accepted", "refused"}


@pytest.mark.parametrize("command", ["invite", "accept", "request_unlink"])
def test_an_unknown_network_is_null_and_not_left_out(command: str) -> None:
    assert replay_lines(*BEFORE, line(command, network_region=None))[-1]["outcome"] == "refused"
    assert error_of(without_field(line(command), "network_region")).startswith("network_region: missing; ")


def test_a_waiver_for_ever_is_null_and_not_left_out() -> None:
    assert replay_lines(*BEFORE, line("grant_waiver", until=None))[-1]["outcome"] == "accepted"
    assert error_of(without_field(line("grant_waiver"), "until")).startswith("until: missing; ")


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense",
        b"{",
        encoded(line("invite"))[:-1],
        encoded(line("invite"))[:40],
        encoded(line("invite")) + b"}",
        encoded(line("invite")) * 2,
        encoded(line("invite")) + b",",
        encoded(line("invite")).replace(b'"', b"'"),
        b"\xef\xbb\xbf" + encoded(line("invite")),
        encoded(line("put_shop", name="\u00e9")).replace(b"\xc3\xa9", b"\xe9"),
        encoded(line("put_shop", name="x")).replace(b'"x"', b'"\xed\xa0\x80"'),
        encoded(line("put_shop", name="x")).replace(b'"x"', rb'"\ud800"'),
        encoded(line("put_shop", name="x")).replace(b'"x"', b'"a\tb"'),
        encoded(line("put_account", followers=5)).replace(b": 5", b": 05"),
        encoded(line("put_account", followers=5)).replace(b": 5", b": NaN"),
        encoded(line("put_account", followers=5)).replace(b": 5", b": 1e999"),
        encoded(line("put_account", followers=5)).replace(b": 5", b": " + b"9" * 5000),
        b"\x00",
        b"// a comment",
        b"\xc2\xa0",
    ],
)
def test_what_is_no_json_is_said_to_be_none(text: bytes) -> None:
    assert error_of(text).startswith("the line is not JSON; the error is at byte ")


@pytest.mark.parametrize(
    "text", [b"[]", b'[{"command": "invite"}]', b"1", b"-1.5", b'"invite"', b"null", b"true"]
)
def test_json_that_is_no_object_is_said_to_be_none(text: bytes) -> None:
    assert error_of(text) == "the line is not a JSON object"


def test_an_offset_of_sixty_minutes_is_none() -> None:
    """RFC 3339: time-minute is 00 to 59, in an offset too."""
    at = "2030-01-01T00:00:00+00:60"
    assert error_of(line("decline", at=at)).startswith(f"at: found {at!r}; allowed: ")


@pytest.mark.parametrize("field", [None, "command", "at", "handle", "by", "about", "nonsense"])
def test_nesting_of_any_depth_is_answered(field: str | None) -> None:
    """Below, at and far beyond the interpreter's recursion limit, at any depth of the test itself."""
    start, end = b"", b""
    if field is not None:
        start, end = encoded(line("put_account"))[:-1] + f', "{field}": '.encode(), b"}"
    for depth in (10, 100, *range(700, 1010), 5_000, 500_000):
        assert error_of(start + b"[" * depth + b"]" * depth + end), depth


def test_many_invalid_lines_change_as_little_as_one() -> None:
    bad: list[bytes | dict[str, Any]] = [
        without_field(line("invite"), "role"),
        b"nonsense",
        b"[]",
        line("put_shop", shop_id=""),
        line("revoke", note=5),
    ]
    answers = replay_lines(*bad, *BEFORE, *bad, *AFTER, *bad)
    valid = [answer for answer in answers if answer["outcome"] != "invalid"]
    assert without_numbers(valid) == without_numbers(replay_lines(*BEFORE, *AFTER))
