"""What a body is, is looked at: its type and its packing, at every operation that takes one."""

import gzip
import json
import zlib
from typing import Any

import pytest

from shoplink.api import v1
from tests.api.service import Answer, Caller, Json
from tests.api.test_openapi import DOCUMENT

JSON, NDJSON = "application/json", "application/x-ndjson"
SHOP = {"market": "GB", "enrolment": "open"}
PLATFORM = "platform:p"
_ANYTHING = dict.fromkeys(
    (
        "shop_id",
        "account_id",
        "link_id",
        "product_id",
        "content_id",
        "ticket_id",
        "name",
        "person_id",
        "invitation_id",
        "endpoint_id",
    ),
    "x",
)
TAKING = [one for one in v1.OPERATIONS if one.method != "GET"]


def _problem(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.body["type"]).rpartition(":")[2]


@pytest.mark.parametrize(
    "sent",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/xml",
        "application/json; charset=latin-1",
        "application/json, application/json",
        "nonsense",
        None,
    ],
)
def test_every_operation_refuses_a_body_of_another_type_and_names_it(call: Caller, sent: str | None) -> None:
    for one in TAKING:
        path = f"/v1{one.path.format_map(_ANYTHING)}"
        answer = call(one.method, path, b"{}", actor=PLATFORM, Content_Type=sent)
        assert _problem(answer) == (415, "body.unsupported_type"), path
        documented = DOCUMENT["paths"][f"/v1{one.path}"][one.method.lower()]
        # Where the document names no body, an object without fields is taken for none.
        allowed = [*documented.get("requestBody", {"content": [JSON]})["content"]]
        assert answer.headers["accept"] == ", ".join(allowed), path
        assert answer.headers.get("accept-patch") == (", ".join(allowed) if one.method == "PATCH" else None)
        assert f"found '{sent or ''}'; allowed: {', '.join(allowed)}" in answer.body["detail"]


def test_every_operation_refuses_a_body_that_is_packed_in_another_way(call: Caller) -> None:
    for one in TAKING:
        path = f"/v1{one.path.format_map(_ANYTHING)}"
        for coding in ("br", "deflate", "gzip, gzip", ""):
            answer = call(one.method, path, b"{}", actor=PLATFORM, Content_Encoding=coding)
            assert _problem(answer) == (415, "body.unsupported_encoding"), (path, coding)
            assert answer.headers["accept-encoding"] == "gzip, identity"
            assert f"found '{coding}'; allowed: gzip, identity" in answer.body["detail"]


def test_the_types_of_the_document_are_taken(call: Caller) -> None:
    shop_id = call.shop()
    path = f"/v1/shops/{shop_id}"
    for sent in (JSON, "application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"', None):
        body = None if sent is None else b'{"market": "GB", "enrolment": "invited"}'
        expected = 422 if sent is None else 200  # nothing has no type: it lacks fields
        assert call("PUT", path, body, actor=PLATFORM, Content_Type=sent).status == expected
    for sent in (JSON, "application/merge-patch+json"):
        assert call("PATCH", path, {"name": "n"}, actor=PLATFORM, Content_Type=sent).status == 200
    for method, types in (("PUT", "application/merge-patch+json"), ("PUT", NDJSON)):
        assert call(method, path, SHOP, actor=PLATFORM, Content_Type=types).status == 415


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_a_body_that_is_gzip_is_read(call: Caller, coding: str) -> None:
    shop_id = call.shop()
    whole = json.dumps({"market": "GB", "enrolment": "invited", "name": "packed"}).encode()
    for number, body in enumerate(
        (gzip.compress(whole), gzip.compress(whole[:9]) + gzip.compress(b"") + gzip.compress(whole[9:]))
    ):
        key = f"{coding} {shop_id} {number}"
        answer = call("PUT", f"/v1/shops/{shop_id}", body, actor=PLATFORM, key=key, Content_Encoding=coding)
        assert (answer.status, answer.body["name"]) == (200, "packed")
        same = call("PUT", f"/v1/shops/{shop_id}", whole, actor=PLATFORM, key=key)
        assert same.headers["idempotent-replayed"] == "true", "the same request, packed or not"
    orders = gzip.compress(json.dumps({"orders": []}).encode())
    answer = call("POST", "/v1/attributions", orders, actor=PLATFORM, Content_Encoding=coding)
    assert (answer.status, answer.body) == (200, {"attributions": [], "rejects": []})


def test_a_bomb_is_too_large_by_what_it_holds(call: Caller) -> None:
    shop_id = call.shop()
    for path, limit in ((f"/v1/shops/{shop_id}", 1 << 20), ("/v1/attributions", 4 << 20)):
        method = "PUT" if "shops" in path else "POST"
        for size in (limit + 1, 200 << 20):
            bomb = _bomb(size)
            assert len(bomb) < limit
            answer = call(method, path, bomb, actor=PLATFORM, Content_Encoding="gzip")
            assert _problem(answer) == (413, "body.too_large"), path
            assert str(limit) in answer.body["detail"]
    facts = json.dumps({"market": "GB", "enrolment": "invited"}).encode()
    just = gzip.compress(facts + b" " * ((1 << 20) - len(facts)))
    assert call("PUT", f"/v1/shops/{shop_id}", just, actor=PLATFORM, Content_Encoding="gzip").status == 200


def test_a_body_that_is_no_gzip_or_breaks_off_is_named(call: Caller) -> None:
    whole = gzip.compress(json.dumps(SHOP).encode())
    wrong_sum = whole[:-8] + bytes(4) + whole[-4:]
    for body in (b"{}", whole[:-1], whole[:5], whole + b"more", zlib.compress(b"{}"), wrong_sum):
        answer = call("PUT", "/v1/shops/broken", body, actor=PLATFORM, Content_Encoding="gzip")
        assert _problem(answer) == (400, "body.broken_gzip"), body
    assert call.get("/v1/shops/broken").status == 404


def test_what_is_read_takes_no_body(call: Caller) -> None:
    for one in v1.OPERATIONS:
        if one.method == "GET":
            answer = call("GET", f"/v1{one.path.format_map(_ANYTHING)}", {"shop_id": "S1"}, actor=PLATFORM)
            assert _problem(answer) == (422, "malformed"), one.path
            assert "takes no body" in answer.body["detail"]


def test_a_type_that_says_its_own_encoding_breaks_nothing(call: Caller) -> None:
    for sent in ("application/json; charset*=x''%zz", "a/b; c*=idna''%ff", "a/b;c* = rot13'x'y"):
        for method, path in (("PUT", "/v1/shops/S"), ("GET", "/v1/shops")):
            answer = call(method, path, b"{}" if method == "PUT" else None, actor=PLATFORM, Content_Type=sent)
            assert answer.status == (415 if method == "PUT" else 200), sent
        assert call("GET", "/sign-in/", Content_Type=sent).status == 200
        assert call("POST", "/sign-in/", b"login=x", Content_Type=sent).status == 403


def test_without_a_key_a_body_is_not_looked_at(call: Caller) -> None:
    stranger = Caller(call.url, "none")
    answer = stranger("PUT", "/v1/shops/S", b"x", Content_Type="text/plain", Content_Encoding="br")
    assert _problem(answer) == (401, "key.unknown")


def _stream(call: Caller, body: bytes, **headers: str) -> list[Json]:
    answer = call("POST", "/v1/commands", body, actor=PLATFORM, Content_Encoding="gzip", **headers)
    assert answer.status == 200, answer
    return [json.loads(line) for line in answer.body.splitlines()]


def _line(shop_id: str, **more: Any) -> bytes:
    return json.dumps({"command": "put_shop", "shop_id": shop_id, **SHOP, **more}).encode() + b"\n"


def test_a_stream_may_be_packed(call: Caller) -> None:
    name = call.shop()
    lines = [_line(f"{name}-{number}") for number in range(1_500)]
    answers = _stream(call, gzip.compress(b"".join(lines)))
    assert [answer["line"] for answer in answers] == [*range(1, 1_501)]
    assert {answer["outcome"] for answer in answers} == {"accepted"}


def test_a_packed_stream_that_breaks_off_is_answered_up_to_there(call: Caller) -> None:
    name = call.shop()
    whole = gzip.compress(b"".join(_line(f"{name}-{number}") for number in range(2_000)))
    for body in (whole[: len(whole) // 2], whole[: len(whole) // 2] + b"\xff" * 100, b"no gzip at all"):
        *answered, last = _stream(call, body)
        assert (last["outcome"], last["error"]) == ("rejected", "body.broken_gzip")
        assert last["line"] == len(answered) + 1
    assert call.get(f"/v1/shops/{name}-0").status == 200


def test_a_stream_that_is_a_bomb_is_ended(call: Caller) -> None:
    answers = _stream(call, gzip.compress(_line(f"{call.shop()}-new")) + _bomb(500 << 20))
    assert answers[0]["outcome"] == "accepted"
    assert (answers[-1]["outcome"], answers[-1]["error"]) == ("rejected", "body.too_large")


def _bomb(size: int) -> bytes:
    """A gzip of so many spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    piece = b" " * (1 << 20)
    packed = [packer.compress(piece[: min(len(piece), size - start)]) for start in range(0, size, len(piece))]
    return b"".join(packed) + packer.flush()
