"""For any file, `replay` gives one answer per line that is not blank, and never fails."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shoplink.flows.answer import Answer
from tests.flows.file_runner import (
    AFTER,
    BEFORE,
    OPTIONAL,
    REQUIRED,
    encoded,
    line,
    replay_file,
    without_numbers,
)

NO_DEADLINE = settings(deadline=None)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["GB", "S1", "A1", "A2", "official", "normal", "2024-11-12T12:00:00Z", "2000-02-29", "x" * 201]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
FIELDS = sorted({field for fields in (*REQUIRED.values(), *OPTIONAL.values()) for field in fields})
NAMES = st.sampled_from([*FIELDS, "command", "at", "by", "key", "about"]) | st.text(max_size=9)
ATS = st.sampled_from(["2024-11-11T12:00:00Z", "2024-11-12T12:00:00Z", "2024-11-14T00:00:00+01:00"])


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """A valid command with some fields replaced, added or left out, or with a few bytes changed."""
    fields: dict[str, Any] = line(draw(st.sampled_from(list(REQUIRED))), draw(ATS))
    for name in draw(st.lists(NAMES, max_size=3)):
        if draw(st.booleans()):
            fields[name] = draw(JSON)
        else:
            fields.pop(name, None)
    text = encoded(fields)
    if draw(st.integers(0, 4)) == 0:
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.binary(max_size=4)) + text[start + draw(st.integers(0, 4)) :]
    return text


COMMANDS = st.sampled_from([encoded(one) for one in (*BEFORE, *AFTER)])


def check(file: bytes) -> list[tuple[Answer, bytes]]:
    """The answers to a file, each with its line; checks that there is one per line that is not blank, in the specified form."""
    lines = file.split(b"\n")
    blank = [not one.strip(b" \t\r\v\f") for one in (lines[0].removeprefix(b"\xef\xbb\xbf"), *lines[1:])]
    answers = replay_file(file)
    assert [one["line"] for one in answers] == [n for n, empty in enumerate(blank, start=1) if not empty]
    for answer in answers:
        json.dumps(answer, allow_nan=False).encode()
        invalid, refused = answer["outcome"] == "invalid", answer["outcome"] == "refused"
        assert invalid or refused or answer["outcome"] == "accepted"
        assert invalid == ("error" in answer)
        assert refused == bool(answer["reasons"])
    return [(answer, lines[answer["line"] - 1]) for answer in answers]


@NO_DEADLINE
@given(st.lists(st.binary(max_size=60) | COMMANDS, max_size=8))
def test_any_bytes_are_answered_line_by_line(lines: list[bytes]) -> None:
    check(b"\n".join(lines))


@NO_DEADLINE
@given(st.lists(changed() | COMMANDS, max_size=8))
def test_commands_with_anything_in_them_are_answered_line_by_line(lines: list[bytes]) -> None:
    check(b"\n".join(lines))


@NO_DEADLINE
@given(st.lists(changed() | COMMANDS, max_size=8))
def test_a_file_without_its_invalid_lines_is_answered_alike(lines: list[bytes]) -> None:
    told = check(b"\n".join(lines))
    valid = [(answer, one) for answer, one in told if answer["outcome"] != "invalid"]
    again = replay_file(b"\n".join(one for _, one in valid))
    assert without_numbers(again) == without_numbers([answer for answer, _ in valid])
