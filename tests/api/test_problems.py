"""What a request is answered that is not done: the documented problem, in the caller's language, nothing changed."""

import http.client
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from shoplink.api import v1
from tests.api.service import Answer, Caller, Service

_WITHOUT_BRACES = str.maketrans("", "", "{}")
SHOP = {"market": "GB", "enrolment": "open"}


def _assert_problem(answer: Answer, status: int, kind: str, field: str | None = None) -> None:
    assert (answer.status, answer.body["type"]) == (status, f"urn:shoplink:problem:{kind}"), answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert answer.body["title"]
    assert answer.body["detail"]
    assert answer.body.get("field") == field


def test_without_a_key_in_force_nothing_is_answered(service: Service) -> None:
    for secret in ("", "shoplink_wrong", service.secrets["revoked"], "\N{LATIN SMALL LETTER E WITH ACUTE}"):
        answer = Caller(service.url, secret).get("/v1/shops")
        _assert_problem(answer, 401, "key.unknown")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_does_only_what_its_scopes_say(service: Service) -> None:
    reader, shop = service.caller_with("read"), service.caller_with("shop")
    assert reader.get("/v1/shops").status == 200
    _assert_problem(shop.get("/v1/shops"), 403, "scope.missing")
    for path in ("shops", "accounts", "links", "events", "refusals", "waivers", "rulebooks"):
        assert shop.get(f"/v1/{path}").status == 403
    _assert_problem(reader("PUT", "/v1/shops/S", SHOP, actor="platform:p"), 403, "scope.missing")
    _assert_problem(shop("PUT", "/v1/shops/S", SHOP, actor="platform:p"), 403, "scope.missing")
    assert reader.get("/v1/shops/S").status == 404


def test_an_actor_acts_only_for_itself_and_as_the_table_says(call: Caller) -> None:
    shop_id, other, account_id = call.shop(), call.shop(), call.account()
    invite = {"shop_id": shop_id, "account_id": account_id, "role": "marketing", "network_region": "GB"}
    for actor in (f"shop:{other}", f"account:{account_id}", "support:s", "platform:p"):
        answer = call("POST", "/v1/links", invite, actor=actor)
        _assert_problem(answer, 403, "actor.not_allowed")
        assert f"shop:{shop_id}" in answer.body["detail"]
    link = call("POST", "/v1/links", invite, actor=f"shop:{shop_id}").body
    accept = f"/v1/links/{link['link_id']}/accept"
    for actor in ("account:another", f"shop:{shop_id}"):
        _assert_problem(call("POST", accept, {"network_region": "GB"}, actor=actor), 403, "actor.not_allowed")
    _assert_problem(call("PUT", "/v1/shops/new", SHOP, actor="support:s"), 403, "actor.not_allowed")
    assert call("POST", accept, {"network_region": "GB"}, actor=f"creator:{account_id}").status == 200


@pytest.mark.parametrize(
    "actor", [None, "", "shop", "shop:", "shop:a b", "clock:clock", "platform:demo", "shop:" + "x" * 65]
)
def test_an_actor_of_another_form_is_malformed(call: Caller, actor: str | None) -> None:
    _assert_problem(call("PUT", "/v1/shops/new", SHOP, actor=actor), 422, "malformed", "Shoplink-Actor")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", None),
        (b"[]", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        ({"market": "GB"}, "enrolment"),
        ({**SHOP, "market": "gb"}, "market"),
        ({**SHOP, "market": 1}, "market"),
        ({**SHOP, "status": "closed"}, "status"),
        ({**SHOP, "name": "n" * 201}, "name"),
        ({**SHOP, "name": "\0"}, "name"),
        ({**SHOP, "colour": "red"}, "colour"),
        ({**SHOP, "at": "2024-11-11T12:00:00Z"}, "at"),
        ({**SHOP, "by": {"kind": "platform", "id": "p"}}, "by"),
        ({**SHOP, "key": "k"}, "key"),
        ({**SHOP, "command": "put_shop"}, "command"),
        ({**SHOP, "shop_id": "new"}, "shop_id"),
    ],
)
def test_a_malformed_body_names_its_field(call: Caller, body: Any, field: str | None) -> None:
    _assert_problem(call("PUT", "/v1/shops/new", body, actor="platform:p"), 422, "malformed", field)
    assert call.get("/v1/shops/new").status == 404


def test_a_malformed_path_or_query_names_its_parameter(call: Caller) -> None:
    _assert_problem(call.get("/v1/shops/a%20b"), 422, "malformed", "shop_id")
    _assert_problem(call.get("/v1/shops/%00"), 422, "malformed", "shop_id")
    _assert_problem(call.get("/v1/shops", limit="many"), 422, "malformed", "limit")
    _assert_problem(call.get("/v1/events", after=-1), 422, "malformed", "after")
    _assert_problem(call.get("/v1/permissions", shop_id="S"), 422, "malformed", "account_id")
    _assert_problem(call.get("/v1/accounts", handle="\0"), 422, "malformed", "handle")
    _assert_problem(call.get("/v1/refusals", by="nobody"), 422, "malformed", "by")


def test_a_parameter_that_an_operation_does_not_take_is_refused_by_name(call: Caller) -> None:
    for one in v1.OPERATIONS:
        path = f"/v1{one.path.translate(_WITHOUT_BRACES)}"
        body: dict[str, Any] | None = {} if one.method in {"POST", "PUT", "PATCH"} else None
        answer = call(one.method, f"{path}?ids=1,2", body, actor="platform:p")
        _assert_problem(answer, 422, "malformed", "ids")
        assert all(taken.name in answer.body["detail"] for taken in one.parameters if taken.place == "query")


def test_a_parameter_that_is_given_twice_is_refused_by_name(call: Caller) -> None:
    answer = call.get("/v1/links?status=invited&status=linked")
    _assert_problem(answer, 422, "malformed", "status")
    assert answer.body["detail"] == "status: given 2 times; it can be given once"


@pytest.mark.parametrize(
    ("language", "details"),
    [
        (
            "en",
            [
                "unknown parameter 'shop'; this address takes shop_id, account_id, status, limit, cursor",
                "status: given 2 times; it can be given once",
                "limit: found 'x'; allowed: a whole number",
            ],
        ),
        (
            "zh",
            [
                "未知参数 'shop'；此地址可用的参数：shop_id, account_id, status, limit, cursor",
                "status：出现了 2 次，只能填写一次",
                "limit：发现 'x'；应为整数",
            ],
        ),
    ],
)
def test_everything_that_is_wrong_with_a_query_is_named_at_once(
    call: Caller, language: str, details: list[str]
) -> None:
    query = "shop=S1&status=invited&status=linked&limit=x"
    answer = call.get(f"/v1/links?{query}", language=language)
    _assert_problem(answer, 422, "malformed", "shop")
    assert [one["field"] for one in answer.body["errors"]] == ["shop", "status", "limit"]
    assert [one["detail"] for one in answer.body["errors"]] == details
    assert all(detail in answer.body["detail"] for detail in details)


def test_a_key_of_another_form_is_malformed_and_two_are(call: Caller) -> None:
    for key in ("", "k" * 201, "one,two"):
        answer = call("PUT", "/v1/shops/new", SHOP, actor="platform:p", key=key)
        _assert_problem(answer, 422, "malformed", "Idempotency-Key")


def test_a_header_that_is_not_ascii_is_said_to_be_so(call: Caller) -> None:
    for header in ("Idempotency-Key", "Shoplink-Actor"):
        sent = {"Shoplink-Actor": "platform:p", header: "caf\N{LATIN SMALL LETTER E WITH ACUTE}"}
        answer = call("PUT", "/v1/shops/new", SHOP, **sent)
        _assert_problem(answer, 422, "malformed", header)
        assert answer.body["detail"] == f"{header} is empty, or has characters other than ASCII"


def test_a_body_over_the_limit_is_too_large(call: Caller) -> None:
    body = b'{"name": "' + b"x" * (1 << 20) + b'"}'
    _assert_problem(call("PUT", "/v1/shops/new", body, actor="platform:p"), 413, "body.too_large")
    assert call.get("/v1/shops/new").status == 404


@pytest.mark.parametrize(("size", "status"), [(10, 200), (1 << 20, 413)])
def test_a_body_sent_in_chunks_is_read_and_measured_too(call: Caller, size: int, status: int) -> None:
    text = b'{"market": "GB", "enrolment": "open", "about": "' + b"x" * size + b'"}'
    connection = http.client.HTTPConnection(urlsplit(call.url).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {call.secret}", "Shoplink-Actor": "platform:p"}
    headers["Content-Type"] = "application/json"
    pieces = (text[start : start + 65_536] for start in range(0, len(text), 65_536))
    connection.request("PUT", f"/v1/shops/chunked{size}", pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == status
    connection.close()


def test_an_unknown_address_and_a_wrong_method_are_problems_too(call: Caller) -> None:
    _assert_problem(call.get("/v1/nothing"), 404, "not_found")
    for path in ("/v1/", "/v1", "/V1/shops", "//v1/shops", "/v2/shops"):
        _assert_problem(call.get(path), 404, "not_found")
    assert "without a slash" in call.get("/v1/shops/").body["detail"]
    answer = call("DELETE", "/v1/shops/S")
    _assert_problem(answer, 405, "method.not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PATCH", "PUT"}


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "格式有误", "market：发现 'gb'；应填大写的 ISO 3166-1 国家代码：GB"),
        ("fr, zh-Hant;q=0.5", "格式有误", "market：发现 'gb'"),
        (
            "en-GB, zh;q=0.5",
            "Malformed",
            "market: found 'gb'; allowed: a country code of ISO 3166-1 in capitals: GB",
        ),
        ("zh;q=0, fr", "Malformed", "market: found 'gb'"),
        ("", "Malformed", "market: found 'gb'"),
    ],
)
def test_a_problem_is_said_in_the_callers_language(
    call: Caller, language: str, title: str, detail: str
) -> None:
    body = {**SHOP, "market": "gb"}
    answer = call("PUT", "/v1/shops/new", body, actor="platform:p", Accept_Language=language)
    assert answer.body["title"] == title
    assert detail in answer.body["detail"]
    assert answer.headers["content-language"] == ("zh" if title == "格式有误" else "en")
    assert answer.headers["vary"] == "Accept-Language"


def test_a_refusal_names_every_reason_with_its_sentence_and_remedy(call: Caller) -> None:
    shop_id, account_id = call.shop(enrolment="open"), call.account(birth_date="2020-05-01", region="FR")
    answer = call.invite(shop_id, account_id, network_region=None)
    _assert_problem(answer, 409, "refused")
    assert [(r["code"], r["next_actor"], r["possible_at"]) for r in answer.body["reasons"]] == [
        ("account.under_age", "clock", "2038-05-01T00:00:00Z"),
        ("account.region_mismatch", "support", None),
        ("network.region_mismatch", "shop", None),
        ("shop.role_not_available", "nobody", None),
    ]
    assert all(reason["detail"] and reason["remedy"] for reason in answer.body["reasons"])
    assert answer.body["reasons"][0]["remedy"] == "This is possible from 1 May 2038."


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/v1/links?limit=0", None, "limit：发现 '0'；应不小于 1"),
        ("GET", "/v1/links?limit=201", None, "limit：发现 '201'；应不大于 200"),
        ("GET", "/v1/links?limit=x", None, "limit：发现 'x'；应为整数"),
        ("GET", "/v1/links?cursor=x", None, "上一页返回的 next"),
        ("GET", "/v1/links?shop=S1", None, "未知参数 'shop'；此地址可用的参数：shop_id, account_id"),
        ("PUT", "/v1/shops/new?at=now", b"{}", "未知参数 'at'；此地址不接受参数"),
        ("GET", "/v1/links?status=invited&status=linked", None, "status：出现了 2 次，只能填写一次"),
        ("GET", "/v1/links?shop_id=a%20b", None, "位字母、数字"),
        ("GET", "/v1/links?status=gone", None, "in_review"),
        ("GET", "/v1/shops?market=gb", None, "应填大写的 ISO 3166-1 国家代码：GB"),
        ("GET", "/v1/permissions?shop_id=S1", None, "account_id"),
        (
            "GET",
            "/v1/accounts/A/showcase?at=x",
            None,
            "at：发现 'x'；应填带时差的 RFC 3339 时间，至多精确到微秒",
        ),
        ("GET", "/v1/products?potential=perhaps", None, "应为 true 或 false"),
        ("GET", "/v1/products?title=" + "x" * 201, None, "1 至 200 个字符的单行文本"),
        ("PUT", "/v1/shops/new", b"{", "请求体不是有效的 JSON：第 1 字节"),
        ("PUT", "/v1/shops/new", b'{"a": tru}', "请求体不是有效的 JSON：第"),
        ("PUT", "/v1/shops/new", b"\xff", "请求体不是有效的 JSON：第"),
        ("PUT", "/v1/shops/new", b"[]", "请求体不是 JSON 对象"),
        ("PUT", "/v1/shops/new", b'{"shop_id": "S"}', "未知字段 'shop_id'"),
        ("PUT", "/v1/shops/new", b'{"colour": "red"}', "未知字段 'colour'"),
        ("POST", "/v1/checks", b'{"command": "inivte"}', "未知命令 'inivte'"),
        ("POST", "/v1/checks", b"{}", "command：缺少值"),
        ("POST", "/v1/members", b"{}", "shop_id, account_id 必须且只能填写一项"),
    ],
)
def test_what_is_malformed_is_said_in_chinese_to_the_last_word(
    call: Caller, method: str, path: str, body: bytes | None, said: str
) -> None:
    answer = call(method, path, body, actor="platform:p", Accept_Language="zh-CN")
    assert (answer.status, answer.body["type"]) == (422, "urn:shoplink:problem:malformed")
    assert said in answer.body["detail"]
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", answer.body["detail"]), answer.body["detail"]
