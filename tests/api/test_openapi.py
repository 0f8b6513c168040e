"""The OpenAPI document: it changes only on purpose, and every example in it is what really happens."""

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from shoplink.api.http.openapi import EXAMPLES
from shoplink.core.instant import format_instant
from tests.api.contract import assert_described, assert_what_is_left_is_described
from tests.api.golden import document, files, written
from tests.api.service import Answer, Caller, Json, Service

DOCUMENT: Json = document()
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
LINK_ID = OPERATIONS["invite"][2]["responses"]["201"]["content"]["application/json"]["examples"]["example"][
    "value"
]["link_id"]
SHOP, ACCOUNT, SUPPORT, PLATFORM = "shop:S1", "account:A1", "support:mei", "platform:importer"
ELSEWHERE = "shop:S3"
STORY: tuple[tuple[str, str | None, str], ...] = (
    ("put_shop", PLATFORM, ""),
    ("get_shop", None, ""),
    ("list_shops", None, ""),
    ("change_shop", PLATFORM, ""),
    ("put_account", PLATFORM, ""),
    ("get_account", None, ""),
    ("list_accounts", None, "?handle=@ada"),
    ("change_account", PLATFORM, ""),
    ("correct_account", SUPPORT, ""),
    ("put_product", PLATFORM, ""),
    ("get_product", None, ""),
    ("list_products", None, "?shop_id=S1&potential=true&listed_days=36500"),
    ("put_content", ACCOUNT, ""),
    ("get_content", None, ""),
    ("list_contents", None, "?account_id=A1"),
    ("promote", ACCOUNT, ""),
    ("list_places", None, ""),
    ("get_showcase", None, ""),
    ("remove_item", ACCOUNT, ""),
    ("check", SHOP, ""),
    ("list_refusals", None, "?shop_id=S1"),
    ("invite", SHOP, ""),
    ("list_links", None, "?shop_id=S1"),
    ("get_link", None, ""),
    ("decline", ACCOUNT, ""),
    ("invite", SHOP, ""),
    ("withdraw", SHOP, ""),
    ("invite", SHOP, ""),
    ("accept", ACCOUNT, ""),
    ("get_permissions", None, "?shop_id=S1&account_id=A1"),
    ("add_from_shop", ACCOUNT, ""),
    ("list_content_products", None, ""),
    ("request_unlink", ACCOUNT, ""),
    ("withdraw_unlink_request", ACCOUNT, ""),
    ("request_unlink", ACCOUNT, ""),
    ("refuse_unlink", SHOP, ""),
    ("request_unlink", ACCOUNT, ""),
    ("approve_unlink", SHOP, ""),
    ("invite", SHOP, ""),
    ("accept", ACCOUNT, ""),
    ("request_unlink", ACCOUNT, ""),
    ("unlink", SHOP, ""),
    ("invite", SHOP, ""),
    ("revoke", PLATFORM, ""),
    ("grant_waiver", SUPPORT, ""),
    ("list_waivers", None, "?shop_id=S1"),
    ("end_waiver", SUPPORT, ""),
    ("activate_rulebook", PLATFORM, ""),
    ("get_clock", None, ""),
    ("advance_clock", None, ""),
    ("open_ticket", SHOP, ""),
    ("list_tickets", SHOP, "?status=open"),
    ("get_ticket", SHOP, ""),
    ("reply_to_ticket", SUPPORT, ""),
    ("resolve_ticket", SUPPORT, ""),
    ("open_ticket", SHOP, ""),
    ("withdraw_ticket", SHOP, ""),
    ("put_account", PLATFORM, ""),
    ("get_effects", None, "?market=GB&effective_from=2034-01-01T00:00:00Z"),
    ("list_rulebooks", None, ""),
    ("get_rulebook", None, ""),
    ("cancel_activation", PLATFORM, ""),
    ("attribute_orders", SHOP, ""),
    ("read_feed", None, "?limit=1"),
    ("send_commands", PLATFORM, ""),
    ("create_sign_in_link", PLATFORM, ""),
    ("invite_member", SHOP, ""),
    ("list_members", None, "?shop_id=S1"),
    ("withdraw_member_invitation", SHOP, ""),
    ("remove_member", PLATFORM, ""),
    ("sync_showcase", SHOP, ""),
    ("record_invitation", ELSEWHERE, ""),
    ("record_acceptance", "account:A3", ""),
    ("import_link", PLATFORM, ""),
    ("record_unlink_request", ELSEWHERE, ""),
    ("record_end", ELSEWHERE, ""),
    ("create_webhook_endpoint", PLATFORM, ""),
    ("list_webhook_endpoints", PLATFORM, ""),
    ("get_webhook_endpoint", PLATFORM, ""),
    ("list_webhook_attempts", PLATFORM, ""),
    ("change_webhook_endpoint", PLATFORM, ""),
    ("test_webhook_endpoint", PLATFORM, ""),
    ("resend_webhook_event", PLATFORM, ""),
    ("replay_webhook_events", PLATFORM, ""),
    ("rotate_webhook_secret", PLATFORM, ""),
    ("delete_webhook_endpoint", PLATFORM, ""),
    ("mirror_links", ELSEWHERE, ""),
)
RECORDED = {"record_invitation", "record_acceptance", "import_link", "record_unlink_request", "record_end"}
"""Their examples are sent with the present instant: an invitation is recorded before it expires."""
MINTS = {
    "invite": "link_id",
    "record_invitation": "link_id",
    "open_ticket": "ticket_id",
    "invite_member": "invitation_id",
    "create_webhook_endpoint": "endpoint_id",
}
BEFORE = {
    "open_ticket": {"region": "FR", "note": "she lives there now"},
    "list_refusals": {"shop_id": "S1", "account_id": "A1", "role": "marketing", "network_region": "FR"},
    "invite": {
        "code": "link.younger_than_minimum",
        "account_id": "A1",
        "until": None,
        "note": "so that examples need not wait",
    },
}


def test_the_document_changes_only_on_purpose() -> None:
    assert written() == files(), "run `python -m tests.api.golden`"


def test_every_operation_has_one_file_of_examples_and_every_file_an_operation() -> None:
    assert {path.stem for path in EXAMPLES.iterdir()} == OPERATIONS.keys()


def test_the_service_serves_the_document_without_a_key(service: Service) -> None:
    answer = Caller(service.url, "none").get("/v1/openapi.json")
    assert (answer.status, answer.body) == (200, DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


def test_the_human_pages_show_every_operation_and_fetch_nothing(service: Service) -> None:
    answer = Caller(service.url, "none").get("/v1/docs")
    page = answer.body.decode()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert all(f'id="{name}"' in page for name in OPERATIONS)
    assert not re.search(r"<script|<link|<img|src=|url\(", page)


def test_every_example_is_what_happens(untouched: Caller) -> None:
    answers = list(play(untouched, STORY))
    assert len(answers) == len(STORY)
    for name, answer in answers:
        _method, _path, operation = OPERATIONS[name]
        status, expected = _expected(operation)
        assert answer.status == status, (name, answer)
        assert_described(operation, answer)
        found: Any = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
        if name == "get_rulebook":
            parameters = found["parameters"]
            assert parameters.keys() > expected["parameters"].keys()
            found["parameters"] = {key: parameters[key] for key in expected["parameters"]}
        assert _masked(found) == _masked(expected), name
    assert_what_is_left_is_described(untouched)


def test_every_operation_has_an_example_in_the_story() -> None:
    assert {name for name, _, _ in STORY} == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_does_and_what_it_answers(name: str) -> None:
    _method, _path, operation = OPERATIONS[name]
    assert operation["description"]
    assert {"401", "422", "429", "503"} <= operation["responses"].keys()
    assert operation["security"] == [{"ApiKey": []}]


def play(call: Caller, story: tuple[tuple[str, str | None, str], ...]) -> list[tuple[str, Answer]]:
    """Run the request examples of operations in turn; each operation's id and what came back."""
    ids = {"link_id": LINK_ID, "ticket_id": ""}
    played = []
    for name, actor, query in story:
        if name == "sync_showcase":
            ids["link_id"] = _official(call)
        _prepare(call, name, ids["link_id"])
        answer = _run(call, name, actor, query, ids)
        if name == "list_members":
            ids["person_id"] = answer.body["members"][0]["person_id"]
        if name in MINTS:
            ids[MINTS[name]] = answer.body[MINTS[name]]
        played.append((name, answer))
    return played


def _official(call: Caller) -> str:
    """A link of the story's shop and account in the other role, from now on; its id."""
    ids = {"shop_id": "S1", "account_id": "A1", "role": "official"}
    now = format_instant(datetime.now(UTC))
    (imported,) = call.stream([{"command": "import_link", **ids, "linked_at": now}])
    found: str = imported["events"][-1]["link_id"]
    return found


def _expected(operation: Json) -> tuple[int, Any]:
    (status,) = (int(status) for status in operation["responses"] if int(status) < 300)
    (media,) = operation["responses"][str(status)]["content"].values()
    return status, media["examples"]["example"]["value"]


def _prepare(call: Caller, name: str, link_id: str) -> None:
    """What an example presupposes: a refusal, an account whose links need no minimum age, a numbered event."""
    if name == "list_refusals":
        call("POST", "/v1/links", BEFORE[name], actor=SHOP)
    elif name == "invite" and link_id == LINK_ID:
        call("POST", "/v1/waivers", BEFORE[name], actor=SUPPORT)
    elif name == "record_invitation":
        here = {"command": "put_shop", "shop_id": "S3", "market": "GB", "enrolment": "invited"}
        who = {"command": "put_account", "account_id": "A3", "region": "GB", "birth_date": "1999-05-04"}
        call.stream([{**here, "decided": "elsewhere"}, who])
    elif name == "mirror_links":
        call.stream(
            [{"command": "put_account", "account_id": "A4", "region": "GB", "birth_date": "1998-02-01"}]
        )
    elif name == "open_ticket":
        call("POST", "/v1/accounts/A1/corrections", BEFORE[name], actor=SUPPORT)
    elif name == "read_feed":
        deadline = time.monotonic() + 5
        while not call.get("/v1/events").body["items"] and time.monotonic() < deadline:
            time.sleep(0.05)


def _run(call: Caller, name: str, actor: str | None, query: str, ids: dict[str, str]) -> Answer:
    method, path, operation = OPERATIONS[name]
    there = {**ids, "shop_id": "S1", "account_id": "A1", "name": "seller-university-2025"}
    there |= {"product_id": "P1", "content_id": "V1"}
    for field, value in there.items():
        path = path.replace(f"{{{field}}}", value)
    body = None
    if "requestBody" in operation:
        media = next(iter(operation["requestBody"]["content"].values()))
        body = media["examples"]["example"]["value"]
    if name in RECORDED and isinstance(body, dict):
        now = format_instant(datetime.now(UTC))
        body = {field: now if field.endswith("_at") else value for field, value in body.items()}
    return call(method, path + query, body.encode() if isinstance(body, str) else body, actor=actor)


def _masked(value: Any) -> Any:
    """The same without what differs each time: instants that are now, link ids, digests, secrets."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    text = re.sub(r"\b(link|ticket|invitation|person|we)_[0-9a-f]{20}", r"\1", text)
    text = re.sub(r"\b(?:[0-9a-f]{32}){1,2}\b", "digest", text)
    text = re.sub(r"whsec_[A-Za-z0-9+/=]{44}", "secret", text)
    if '"endpoint_id"' in text:  # where the feed is then, and what waits
        text = re.sub(r'"(position|waiting)": \d+', r"\1", text)
    text = re.sub(r'"listed_days": \d+', "days", text)
    text = re.sub(r"https?://\S+/(sign-in/link|join)/[^/]+/", "link that leads in", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "instant", text)
