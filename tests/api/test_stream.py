"""Streams of commands over the API."""

import http.client
import json
import re
from urllib.parse import urlsplit

from tests.api.service import Caller, Json, Service

LINES = 2_500


def _accounts(prefix: str, number: int) -> list[Json | str]:
    return [
        {"command": "put_account", "account_id": f"{prefix}{n}", "region": "GB", "birth_date": "1990-01-01"}
        for n in range(number)
    ]


def test_a_long_stream_is_answered_line_by_line_in_order(call: Caller) -> None:
    shop_id = call.shop()
    lines = _accounts("long-", LINES - 1)
    lines[999:999] = [
        {
            "command": "import_link",
            "shop_id": shop_id,
            "account_id": "long-5",
            "role": "marketing",
            "linked_at": "2024-01-01T00:00:00Z",
        }
    ]
    answers = call.stream(lines)
    assert [answer["line"] for answer in answers] == list(range(1, LINES + 1))
    assert {answer["outcome"] for answer in answers} == {"accepted"}
    assert [event["type"] for event in answers[999]["events"]] == ["link.imported"]
    assert call.get(f"/v1/accounts/long-{LINES - 2}").status == 200
    assert call.get("/v1/accounts/long-5").body["link"]["status"] == "linked"


def test_lines_are_refused_invalid_or_rejected_each_for_itself(call: Caller) -> None:
    shop_id = call.shop()
    put = {"command": "put_shop", "shop_id": shop_id, "market": "GB", "enrolment": "invited", "name": "n"}
    answers = call.stream(
        [
            "\ufeff" + json.dumps(put),
            "",
            {**put, "market": "FR"},
            {"command": "inivte"},
            "{",
            "[1]",
            {**put, "at": "2024-11-11T12:00:00Z"},
            {**put, "by": {"kind": "shop", "id": shop_id}},
            {**put, "by": {"kind": "clock", "id": "clock"}},
            {**put, "key": ""},
            {
                **put,
                "key": "k" * 200,
                "name": "keyed",
                "about": "x" * 500,
                "by": {"kind": "platform", "id": "q"},
            },
            {**put, "key": "k" * 200, "name": "other"},
            "x" * (1 << 20),
            put,
        ]
    )
    assert [(answer["line"], answer["outcome"]) for answer in answers] == [
        (1, "accepted"),
        (3, "refused"),
        (4, "invalid"),
        (5, "invalid"),
        (6, "invalid"),
        (7, "invalid"),
        (8, "rejected"),
        (9, "invalid"),
        (10, "invalid"),
        (11, "accepted"),
        (12, "rejected"),
        (13, "invalid"),
        (14, "accepted"),
    ]
    assert answers[1]["reasons"][0]["code"] == "shop.market_fixed"
    assert answers[6]["error"] == "actor.not_allowed"
    assert answers[9]["events"][0]["by"] == {"kind": "platform", "id": "q"}
    assert answers[10]["error"] == "idempotency.other_body"
    assert {"line", "outcome", "events", "warnings", "reasons"} <= answers[0].keys()


def test_a_stream_with_a_key_can_be_sent_again_after_it_broke_off(call: Caller) -> None:
    lines = _accounts("again-", 1_100)
    begun = call.stream(lines[:1_050], key="night import")
    whole = call.stream(lines, key="night import")
    assert [answer["events"] for answer in whole[:1_050]] == [answer["events"] for answer in begun]
    assert all(answer["events"] for answer in whole)
    assert [answer["outcome"] for answer in call.stream(_accounts("other-", 1), key="night import")] == [
        "rejected"
    ]


def test_a_key_that_leaves_no_room_for_the_numbers_of_lines_is_malformed_and_nothing_is_done(
    call: Caller,
) -> None:
    lines = _accounts("room-", 12)
    body = "\n".join(map(json.dumps, lines)).encode()
    refused = call("POST", "/v1/commands", body, actor="platform:p", key="k" * 181)
    assert (refused.status, refused.body["field"]) == (422, "Idempotency-Key")
    assert refused.body["detail"].endswith("1 to 180 printable ASCII characters, without a comma")
    assert call.get("/v1/accounts/room-0").status == 404
    assert {answer["outcome"] for answer in call.stream(lines, key="k" * 180)} == {"accepted"}


def test_a_stream_in_chunks_is_answered_while_it_is_sent(call: Caller) -> None:
    """The answers to the first thousand lines come before the stream has ended."""
    connection = http.client.HTTPConnection(urlsplit(call.url).netloc, timeout=30)
    connection.putrequest("POST", "/v1/commands")
    for name, value in (
        ("Authorization", f"Bearer {call.secret}"),
        ("Shoplink-Actor", "platform:p"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Type", "application/x-ndjson"),
    ):
        connection.putheader(name, value)
    connection.endheaders()

    def send(text: bytes) -> None:
        connection.send(f"{len(text):x}\r\n".encode() + text + b"\r\n")

    lines = [json.dumps(line).encode() + b"\n" for line in _accounts("chunk-", 2_500)]
    send(b"".join(lines[:2_000]))
    response = connection.getresponse()
    first = [json.loads(response.readline()) for _ in range(1_000)]
    assert first[-1]["line"] == 1_000
    assert call.get("/v1/accounts/chunk-999").status == 200
    send(b"".join(lines[2_000:]))
    send(b"")
    assert len(response.read().splitlines()) == 1_500
    connection.close()


def test_a_stream_needs_a_key_an_actor_and_for_each_line_its_scope(service: Service) -> None:
    put = {"command": "put_shop", "shop_id": "scope", "market": "GB", "enrolment": "open"}
    assert [a["error"] for a in service.caller_with("shop").stream([put])] == ["scope.missing"]
    body = json.dumps(put).encode()
    assert service.caller("POST", "/v1/commands", body).status == 422
    assert Caller(service.url, "x")("POST", "/v1/commands", body, actor="platform:p").status == 401
    assert service.caller.get("/v1/shops/scope").status == 404


def test_an_empty_stream_is_answered_by_nothing(call: Caller) -> None:
    assert call.stream([]) == []


def test_a_client_that_reads_nothing_before_it_has_sent_everything_is_answered(call: Caller) -> None:
    """Far more in both directions than a connection holds."""
    lines: list[Json | str] = [json.dumps({"command": "x" * 1_000})] * 40_000
    answers = call.stream(lines)
    assert len(answers) == len(lines)
    assert {answer["outcome"] for answer in answers} == {"invalid"}


def test_what_is_malformed_in_a_line_is_said_in_the_language_of_the_request(call: Caller) -> None:
    put = {"command": "put_shop", "shop_id": "S", "market": "UK", "enrolment": "open"}
    lines = [put, {**put, "market": "GB", "colour": 1}, "{", "[]", {"command": "inivte"}, "x" * (1 << 20)]
    lines += [{**put, "market": "GB", "by": {"kind": "shop", "id": "S", "person": "P"}}]
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()
    for language, said in (
        ("zh-CN", ("应填", "未知字段", "该行不是有效的 JSON", "该行不是 JSON 对象", "未知命令", "该行超过", "控制台")),
        ("en", ("allowed: a country", "unknown field 'colour'", "not JSON; the error is at byte 1",
                "not a JSON object", "unknown command", "longer than 1048576 bytes", "only a console")),
    ):  # fmt: skip
        answer = call("POST", "/v1/commands", text, actor="platform:p", Accept_Language=language)
        assert answer.headers["content-language"] == language[:2]
        assert answer.headers["vary"] == "Accept-Language"
        answers = [json.loads(line) for line in answer.body.splitlines()]
        assert {one["outcome"] for one in answers} == {"invalid"}
        for one, words in zip(answers, said, strict=True):
            assert words in one["error"], one
            if language != "en":
                assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", one["error"]), one
