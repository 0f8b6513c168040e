"""`replay`: the answers to a file of commands, line by line, and how the file is read."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from shoplink.core import World
from shoplink.flows.file.replay import LINE_LIMIT_BYTES, read_lines, replay
from shoplink.rulebooks import DEFAULT, packaged
from shoplink.wording import language_for
from tests.flows.file_runner import (
    AFTER,
    BEFORE,
    FACTS,
    encoded,
    line,
    replay_file,
    replay_lines,
    without_field,
    without_numbers,
)
from tests.oracle.compare import compared
from tests.traceability import ROOT

CONFORMANCE = ROOT / "tests" / "conformance"
NOON = "2024-11-11T12:00:00Z"
SHOP = line("put_shop", NOON)
BOM = b"\xef\xbb\xbf"


def outcomes(*lines: bytes | dict[str, Any]) -> list[str]:
    """Only the outcomes of a file's lines."""
    return [answer["outcome"] for answer in replay_lines(*lines)]


@pytest.mark.parametrize("rulebook", ["guide-2024-11", "seller-university-2025"])
def test_the_conformance_file_is_answered_as_expected(rulebook: str) -> None:
    answers = replay_file((CONFORMANCE / "guide.ndjson").read_bytes(), rulebook)
    expected = (CONFORMANCE / f"guide.{rulebook}.expected.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(answers) == len(expected) > 100
    for answer, wanted in zip(answers, expected, strict=True):
        assert compared(answer) == compared(json.loads(wanted))


def test_every_answer_is_json_with_the_promised_fields() -> None:
    answers = replay_file((CONFORMANCE / "guide.ndjson").read_bytes())
    assert {bool(answer["events"]) for answer in answers} == {True, False}
    assert {bool(answer["reasons"]) for answer in answers} == {True, False}
    for answer in answers:
        written = json.loads(json.dumps(answer))
        assert set(written) == {"line", "outcome", "events", "warnings", "reasons"}
        for event in written["events"]:
            assert {"type", "at"} <= set(event)
        for reason in written["reasons"]:
            assert {"code", "next_actor", "possible_at", "params"} == set(reason)


def test_an_event_names_the_ids_it_is_about() -> None:
    answers = replay_lines(*BEFORE, *AFTER)
    events = [event for answer in answers for event in answer["events"]]
    assert len(events) == 8
    for event in events:
        subject = event["type"].partition(".")[0]
        ids = {"shop": {"shop_id"}, "account": {"account_id"}}.get(subject, {"shop_id", "account_id"})
        assert ids <= set(event), event


def test_the_lines_before_and_after_an_invalid_one_would_notice_facts_and_time() -> None:
    """Otherwise the tests of invalid lines would prove nothing: a valid line there changes the answers."""
    usual = without_numbers(replay_lines(*BEFORE, *AFTER))
    for fact in (
        line("put_shop", NOON, name="another"),
        line("put_account", NOON, account_id="A2"),
        line("decline", NOON),
        line("import_link", NOON),
        line("decline", "2024-11-13T12:00:00Z"),
    ):
        assert (
            without_numbers(replay_lines(*BEFORE, fact, *AFTER))[len(BEFORE) + 1 :] != usual[len(BEFORE) :]
        ), fact


def test_blank_lines_are_skipped_but_counted() -> None:
    file = b"\n  \n" + encoded(SHOP) + b"\n\t\r\n\n" + encoded(line("decline", NOON)) + b"\n\n"
    assert [answer["line"] for answer in replay_file(file)] == [3, 6]


@pytest.mark.parametrize("file", [b"", b"\n", b"\r\n \n\n", BOM, BOM + b"\n", b"   "])
def test_a_file_without_a_command_has_no_answers(file: bytes) -> None:
    assert replay_file(file) == []


def test_a_byte_order_mark_at_the_start_is_ignored() -> None:
    assert replay_file(BOM + encoded(SHOP) + b"\n") == replay_lines(SHOP)
    assert replay_file(BOM + b"\n" + encoded(SHOP)) == [{**replay_lines(SHOP)[0], "line": 2}]


def test_a_second_byte_order_mark_is_no_json() -> None:
    assert [answer["outcome"] for answer in replay_file(BOM + BOM + encoded(SHOP))] == ["invalid"]
    assert outcomes(SHOP, BOM + encoded(SHOP)) == ["accepted", "invalid"]


def test_lines_may_end_in_crlf_and_the_last_in_nothing() -> None:
    lines = [encoded(one) for one in (*BEFORE, *AFTER)]
    assert replay_file(b"\r\n".join(lines) + b"\r\n") == replay_lines(*lines)
    assert replay_file(b"\n".join(lines)) == replay_lines(*lines)


def test_only_a_line_feed_ends_a_line() -> None:
    """A line may hold other characters that some programs treat as line ends; no text may."""
    answers = replay_lines({**SHOP, "name": "a\u2028b\u2029c\u0085d\u000be"}, SHOP)
    assert [answer["outcome"] for answer in answers] == ["invalid", "accepted"]
    assert answers[0]["error"].endswith(", without U+2028 LINE SEPARATOR")


def padded(size: int) -> bytes:
    """A valid line of a number of bytes, its line feed included."""
    bare = encoded(SHOP) + b"\n"
    return bare.replace(b"{", b"{" + b" " * (size - len(bare)), 1)


def test_a_line_may_be_as_long_as_the_limit() -> None:
    line_ = padded(LINE_LIMIT_BYTES)
    assert len(line_) == LINE_LIMIT_BYTES == 1 << 20
    assert [answer["outcome"] for answer in replay_file(line_ + encoded(SHOP))] == ["accepted", "accepted"]


@pytest.mark.parametrize(
    "more", [1, 2, LINE_LIMIT_BYTES - 1, LINE_LIMIT_BYTES, LINE_LIMIT_BYTES + 1, 3 << 20]
)
def test_a_longer_line_is_invalid_and_the_next_is_read_properly(more: int) -> None:
    long = padded(LINE_LIMIT_BYTES + more)
    answers = replay_file(
        encoded(SHOP) + b"\n" + long + encoded(line("decline", NOON)) + b"\n" + long[:-1] + b" "
    )
    assert [(answer["line"], answer["outcome"]) for answer in answers] == [
        (1, "accepted"),
        (2, "invalid"),
        (3, "refused"),
        (4, "invalid"),
    ]
    assert answers[1]["error"] == f"the line is longer than {LINE_LIMIT_BYTES} bytes"


class Measured(io.BytesIO):
    """A stream that records the largest single read."""

    most = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line, or so much of it."""
        read = super().readline(size)
        self.most = max(self.most, len(read))
        return read


def test_no_more_of_a_long_line_is_held_than_the_limit() -> None:
    stream = Measured(padded(5 * LINE_LIMIT_BYTES) + encoded(SHOP))
    assert [line is None for line in read_lines(stream)] == [True, False]
    assert stream.most <= LINE_LIMIT_BYTES + 1


def test_each_line_is_answered_before_the_next_is_read() -> None:
    given: list[int] = []

    def lines() -> Iterator[bytes]:
        for number, one in enumerate(BEFORE, start=1):
            given.append(number)
            yield encoded(one)

    for answer in replay(lines(), World(packaged(), packaged()["guide-2024-11"])):
        assert given[-1] == answer["line"]
    assert len(given) == len(BEFORE)


@pytest.mark.parametrize(
    ("at", "written"),
    [
        ("2024-11-11T12:00:00Z", "2024-11-11T12:00:00Z"),
        ("2024-11-11t12:00:00z", "2024-11-11T12:00:00Z"),
        ("2024-11-11T20:00:00+08:00", "2024-11-11T12:00:00Z"),
        ("2024-11-10T23:00:00-13:00", "2024-11-11T12:00:00Z"),
        ("2024-11-11T17:45:00.000+05:45", "2024-11-11T12:00:00Z"),
        ("2024-11-11T12:00:00-00:00", "2024-11-11T12:00:00Z"),
        ("2024-11-12T11:59:00+23:59", "2024-11-11T12:00:00Z"),
        ("2024-11-11T12:00:00.5Z", "2024-11-11T12:00:00.5Z"),
        ("2024-11-11T13:00:00.500000+01:00", "2024-11-11T12:00:00.5Z"),
        ("2024-11-11T12:00:00.120Z", "2024-11-11T12:00:00.12Z"),
        ("2024-11-11T12:00:00.000001Z", "2024-11-11T12:00:00.000001Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_written_back_with_z_and_as_short_as_possible(at: str, written: str) -> None:
    assert replay_lines(line("put_shop", at))[0]["events"][0]["at"] == written
    imported = replay_lines(*FACTS, line("import_link", linked_at=at))[-1]
    for told in (*imported["events"], *(reason["params"] for reason in imported["reasons"])):
        assert told["linked_at"] == written


def test_time_runs_with_the_valid_lines_and_never_backwards() -> None:
    def at(instant: str) -> dict[str, Any]:
        return line("put_shop", instant)

    invalid = without_field(at("2024-11-20T00:00:00Z"), "market")
    refused = line("revoke", "2024-11-13T00:00:00Z")
    late = "2024-11-12T23:59:59.999999Z"
    answers = replay_lines(at(NOON), invalid, at(NOON), refused, at(late), at("2024-11-13T01:00:00+01:00"))
    assert [one["outcome"] for one in answers] == [
        "accepted",
        "invalid",
        "accepted",
        "refused",
        "invalid",
        "accepted",
    ]
    assert answers[4]["error"] == (
        f"at: found {late}; allowed: not earlier than the line before, 2024-11-13T00:00:00Z"
    )


def test_a_line_that_is_too_early_does_not_turn_time_back() -> None:
    early = line("put_shop", "2024-11-10T00:00:00Z")
    between = line("put_shop", "2024-11-11T00:00:00Z")
    assert outcomes(SHOP, early, between, SHOP) == ["accepted", "invalid", "invalid", "accepted"]


def test_of_a_doubled_key_the_last_counts() -> None:
    text = encoded(SHOP).decode()
    for first in (
        '"command": "nonsense"',
        '"command": 5',
        '"shop_id": ["x"]',
        '"at": "never"',
        '"market": null',
    ):
        assert replay_lines(f"{{{first}, {text[1:]}".encode()) == replay_lines(SHOP), first
        assert outcomes(f"{text[:-1]}, {first}}}".encode()) == ["invalid"], first


def test_who_acts_is_recorded_and_key_and_about_are_free() -> None:
    by = {"kind": "platform", "id": "运营"}
    plain = replay_lines(SHOP)[0]
    told = replay_lines({**SHOP, "by": by, "key": "k" * 200, "about": "x\n" * 2000})[0]
    assert told == {**plain, "events": [{**plain["events"][0], "by": by}]}


def test_a_key_may_come_twice_in_a_file_that_is_replayed() -> None:
    assert outcomes({**SHOP, "key": "k1"}, {**SHOP, "key": "k1"}) == ["accepted", "accepted"]


@pytest.mark.parametrize("kind", ["shop", "creator", "account", "support", "platform", "clock"])
def test_every_kind_of_actor_is_understood(kind: str) -> None:
    assert outcomes({**SHOP, "by": {"kind": kind, "id": "x"}}) == ["accepted"]


@pytest.mark.parametrize("id_", ["x", "x" * 64, "A.b_c:d-9", "-", "0"])
def test_ids_are_the_platforms_own(id_: str) -> None:
    assert outcomes({**SHOP, "shop_id": id_}) == ["accepted"]


@pytest.mark.parametrize("text", ["x" * 200, "小" * 200, "🎉" * 200, "👨\u200d👩", "<b>&amp;'\"\\"])
def test_text_may_be_200_visible_characters_of_any_kind(text: str) -> None:
    assert replay_lines({**SHOP, "name": text})[0]["events"][0]["name"] == text


def test_what_is_wrong_is_said_in_the_language_asked_for_and_in_english_without_one() -> None:
    file = [b"{", encoded(SHOP), encoded(line("put_shop", "2024-11-10T12:00:00Z"))]
    for tag, no_json, too_early in (
        (None, "the line is not JSON; the error is at byte 1", "not earlier than the line before, 2024-11-11T12:00:00Z"),
        ("zh", "该行不是有效的 JSON：第 1 字节处出错", "应填不早于上一行的时间 2024-11-11T12:00:00Z"),
    ):  # fmt: skip
        language = language_for("zh") if tag else None
        first, _, last = replay(file, World(dict(packaged()), packaged()[DEFAULT]), language)
        assert first["error"] == no_json
        assert last["error"].endswith(too_early)
