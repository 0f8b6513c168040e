"""What holds at every operation of the document, whatever it does: who is let in, and what is refused by name."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from shoplink.api.v1 import OPERATIONS
from tests.api.contract import DOCUMENT
from tests.api.service import Caller, Service
from tests.api.test_openapi import STORY

ACTORS = {name: actor for name, actor, _ in STORY}
IDS = {"link_id", "ticket_id", "shop_id", "account_id", "product_id", "content_id", "person_id"}
SOMEWHERE = dict.fromkeys((*IDS, "invitation_id", "endpoint_id", "name"), "nowhere")

LISTS = {"type"}
"""The parameters that can be given several times."""


class Asked(NamedTuple):
    """An operation as the document has it, with its example as the body, about things that are not there."""

    name: str
    method: str
    path: str
    query: list[str]
    body: Any
    actor: str | None
    acts: bool


def operations() -> Iterator[Asked]:
    for route, methods in DOCUMENT["paths"].items():
        for method, one in methods.items():
            media, *_ = one.get("requestBody", {"content": {"": None}})["content"].values()
            body = media["examples"]["example"]["value"] if media else None
            parameters = [each for each in one["parameters"] if each["in"] == "query"]
            headers = {each["name"] for each in one["parameters"] if each["in"] == "header"}
            name = one["operationId"]
            yield Asked(
                name,
                method.upper(),
                route.format_map(SOMEWHERE),
                [each["name"] for each in parameters],
                body.encode() if isinstance(body, str) else body,
                ACTORS[name],
                "Shoplink-Actor" in headers,
            )


EVERY_OPERATION = (*operations(),)


def send(call: Caller, one: Asked, query: Any = (), **headers: str) -> Any:
    text = urlencode(list(query))
    path = f"{one.path}?{text}" if text else one.path
    return call(one.method, path, one.body, actor=one.actor or "platform:p", **headers)


def test_the_document_has_every_operation() -> None:
    assert {one.name for one in EVERY_OPERATION} == {one.name for one in OPERATIONS}


def test_nobody_is_let_in_without_a_key_in_force(service: Service) -> None:
    for one in EVERY_OPERATION:
        for secret in ("", "shoplink_wrong", service.secrets["revoked"]):
            answer = send(Caller(service.url, secret), one)
            assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer"), one


def test_a_key_does_nothing_that_its_scopes_do_not_say(service: Service) -> None:
    reads, acts = service.caller_with("read"), service.caller_with("shop")
    for one in EVERY_OPERATION:
        if one.name == "attribute_orders":  # it reads
            continue
        if not one.acts:
            query = [
                (each, "GB" if each == "market" else "S1")
                for each in one.query
                if each.endswith("_id") or each == "market"
            ]
            assert send(acts, one, query[:1] if one.name == "list_members" else query).status == 403, one
        elif one.name == "send_commands":
            answer = send(reads, one)
            assert b'"outcome":"accepted"' not in answer.body
            assert b'"error":"scope.missing"' in answer.body
        else:
            expected = {403, 404} if "nowhere" in one.path else {403}
            assert send(reads, one).status in expected, one


def test_unknown_and_repeated_parameters_are_refused_all_at_once(call: Caller) -> None:
    for one in EVERY_OPERATION:
        repeated = [(each, "1") for each in one.query for _ in range(2)]
        answer = send(call, one, [*repeated, ("nonsense", "1"), ("Shop_ID", "S1"), ("nonsense", "2")])
        assert (answer.status, answer.body["type"]) == (422, "urn:shoplink:problem:malformed"), one
        named = [error["field"] for error in answer.body["errors"]]
        assert {*one.query, "nonsense", "Shop_ID"} <= set(named), (one, named)
        said = " ".join(error["detail"] for error in answer.body["errors"])
        assert "unknown parameter 'nonsense'" in said
        assert all(f"{each}: given 2 times" in said for each in one.query if each not in LISTS), (one, said)


@pytest.mark.parametrize(
    "name",
    ["Content-Range", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "If-Unmodified-Since"],
)
def test_a_header_that_asks_for_something_else_is_refused_by_name(call: Caller, name: str) -> None:
    for one in EVERY_OPERATION:
        answer = send(call, one, **{name.replace("-", "_"): "bytes 0-1/2", "Accept_Language": "zh"})
        assert (answer.status, answer.body["field"]) == (422, name), one
        assert name in answer.body["detail"]
        assert "：" in answer.body["detail"]
