"""Schemathesis over the OpenAPI document, with a valid key: no 5xx, no undocumented answer, every operation reached."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shoplink.core.instant import format_instant
from tests.api.service import Caller, Json, Service, running
from tests.api.test_openapi import OPERATIONS, RECORDED, STORY, play
from tests.api.test_showcases import products

ROOT = Path(__file__).parent.parent.parent
PROGRAM = Path(sys.executable).parent / "schemathesis"
CONFIG = Path(__file__).parent / "schemathesis.toml"
IS_LONG = "SHOPLINK_API_EXAMPLES" in os.environ
EXAMPLES = os.environ.get("SHOPLINK_API_EXAMPLES", "3")
LINKS_FOR_EACH = 3
AFTER_AN_UNLINK_REQUEST = {"withdraw_unlink_request", "refuse_unlink", "approve_unlink", "unlink"}
SELLING = {"invite", "promote", "remove_item", "add_from_shop", "sync_showcase"}
MEMBERS_TO = {"withdraw_member_invitation", "remove_member"}
GB = {"network_region": "GB"}
NO_LIMIT = {"SHOPLINK_RATE_PER_SECOND": "100000"}


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    with running(request.param, tmp_path, sandbox=False, **NO_LIMIT) as service:
        yield service


def test_nothing_that_is_sent_breaks_the_service_or_its_document(service: Service, tmp_path: Path) -> None:
    play(service.caller, STORY)
    calls = tmp_path / "calls"
    # What the document forbids is refused before any database is asked.
    is_whole = IS_LONG or service.database.startswith("sqlite")
    # One worker: CPython 3.11 counts the depth of `ast.parse`, which Hypothesis calls, for all threads in one number.
    run = subprocess.run(
        [
            PROGRAM, "--config-file", CONFIG, "run", f"{service.url}/v1/openapi.json", "--header",
            f"Authorization: Bearer {service.caller.secret}", "--phases", "coverage,fuzzing",
            "--mode", "all" if is_whole else "positive", "--max-examples", EXAMPLES, "--seed", "1", "--workers", "1", "--no-color", "--suppress-health-check", "all",
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks",
            "SCHEMATHESIS_CALLS": str(calls),
            "SCHEMATHESIS_KNOWN": json.dumps(_known(service.caller)),
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-5_000:] + run.stderr[-2_000:]
    answered: defaultdict[str, set[int]] = defaultdict(set)
    for line in calls.read_text(encoding="utf-8").splitlines():
        operation, status = line.rsplit(" ", maxsplit=1)
        answered[operation].add(int(status))
    assert not {status for statuses in answered.values() for status in statuses if status >= 500}
    assert answered.keys() == {f"{method} {path}" for method, path, _ in OPERATIONS.values()}
    # In a database that is no sandbox there is no clock to read or to move; a moved one would end what the others need.
    done = {one: statuses for one, statuses in answered.items() if "/sandbox/" not in one}
    never = [operation for operation, statuses in done.items() if not statuses & {200, 201, 202}]
    assert not never or not is_whole  # the story above has done each of them once


def _known(call: Caller) -> dict[str, dict[str, Any]]:
    """Per operation the body of its example, and paths and actors for which it can be done."""
    waiver = {"code": "shop.link_quota_spent", "shop_id": "S1", "until": None, "note": "to be ended"}
    assert call("POST", "/v1/waivers", waiver, actor="support:mei").status == 201
    actors = {name: actor for name, actor, _ in STORY}
    known = {}
    for name, (method, path, operation) in OPERATIONS.items():
        media, *_ = operation.get("requestBody", {"content": {"": None}})["content"].values()
        links = (
            [_link_for(name, call) for _ in range(LINKS_FOR_EACH)]
            if "{link_id}" in path and name not in SELLING | RECORDED
            else []
        )
        actor = actors[name] or ""
        fields = {"shop": "shop_id", "account": "account_id"}
        kind = actor.split(":", maxsplit=1)[0]
        body = media["examples"]["example"]["value"] if media else None
        if name == "open_ticket" or "{ticket_id}" in path:
            known[f"{method} {path}"] = _tickets_for(name, call, actor, body)
            continue
        if name in MEMBERS_TO:
            places = _members_for(name, call, body)
            known[f"{method} {path}"] = {"body": body, "paths": places, "actors": [actor]}
            continue
        if name in RECORDED:
            known[f"{method} {path}"] = _recorded_for(name, call, body)
            continue
        if name in SELLING:
            known[f"{method} {path}"] = _selling_for(name, call, body)
            continue
        known[f"{method} {path}"] = {
            "body": body,
            "paths": [{"link_id": link["link_id"]} for link in links] or [_in_path(path, call)],
            "actors": [f"{kind}:{link[fields[kind]]}" if kind in fields else actor for link in links]
            or [actor],
        }
    known["GET /v1/members"]["query"] = [("shop_id", "S1"), ("account_id", "A1")]
    return known


def _tickets_for(name: str, call: Caller, actor: str, body: Json | None) -> dict[str, Any]:
    """The same for an operation on tickets: what can be asked about, or tickets to which it can be done."""
    pairs = [(call.shop(), call.account(region="FR")) for _ in range(LINKS_FOR_EACH)]
    asked = [
        {
            "command": {
                "command": "invite",
                "shop_id": shop_id,
                "account_id": account_id,
                "role": "official",
                **GB,
            }
        }
        for shop_id, account_id in pairs
    ]
    actors = [f"shop:{shop_id}" if actor.startswith("shop") else actor for shop_id, _ in pairs]
    if name == "open_ticket":
        return {"body": {**asked[0], "text": "please"}, "paths": [{}], "actors": actors[:1]}
    tickets = [
        call("POST", "/v1/tickets", about, actor=f"shop:{shop_id}").body["ticket_id"]
        for about, (shop_id, _) in zip(asked, pairs, strict=True)
    ]
    return {"body": body, "paths": [{"ticket_id": ticket_id} for ticket_id in tickets], "actors": actors}


def _members_for(name: str, call: Caller, body: Any) -> list[dict[str, str]]:
    """A person who acts for whom the example is about, or people who are invited to."""
    if name == "remove_member":
        assert (
            call("POST", "/v1/sign-in-links", {**body, "subject": "u1"}, actor="platform:back-office").status
            == 201
        )
        return [{"person_id": call.get("/v1/members", **body).body["members"][0]["person_id"]}]
    invited = [{**body, "email": f"lin{number}@example.com"} for number in range(LINKS_FOR_EACH)]
    made = [call("POST", "/v1/members", who, actor="platform:back-office") for who in invited]
    return [{"invitation_id": answer.body["invitation_id"]} for answer in made]


def _recorded_for(name: str, call: Caller, body: Any) -> dict[str, Any]:
    """The same for what is recorded: shops decided elsewhere, with links for the steps that are about one."""
    now = format_instant(datetime.now(UTC))
    body = {field: now if field.endswith("_at") else value for field, value in body.items()}
    pairs = [
        {"shop_id": call.shop(decided="elsewhere"), "account_id": call.account()}
        for _ in range(LINKS_FOR_EACH)
    ]
    if "shop_id" in body:
        return {"body": {**body, **pairs[0]}, "paths": [{}], "actors": ["platform:p"]}
    path, when = ("recorded-invitations", "invited_at")
    if name != "record_acceptance":
        path, when = "imported-links", "linked_at"
    begun = [
        call("POST", f"/v1/{path}", {**pair, "role": "marketing", when: now}, actor="platform:p")
        for pair in pairs
    ]
    links = [{"link_id": answer.body["link_id"]} for answer in begun]
    return {"body": body, "paths": links, "actors": ["platform:p"]}


def _selling_for(name: str, call: Caller, body: Any) -> dict[str, Any]:
    """The same for what a story that ends with a link cannot do again: a new shop with a product, and accounts."""
    shop_id, accounts = call.shop(), [call.account(followers=1_000) for _ in range(LINKS_FOR_EACH)]
    (product_id,) = products(call, shop_id, "one")
    actors = [f"account:{account_id}" for account_id in accounts]
    places: list[dict[str, str]] = [{"account_id": account_id} for account_id in accounts]
    match name:
        case "invite":
            body = {**body, "shop_id": shop_id, "account_id": accounts[0]}
            return {"body": body, "paths": [{}], "actors": [f"shop:{shop_id}"]}
        case "sync_showcase":
            links = [call.linked(call.shop(), account_id, "official") for account_id in accounts]
            actors = [f"shop:{link['shop_id']}" for link in links]
        case "add_from_shop":
            links = [call.linked(shop_id, account_id) for account_id in accounts]
            body = {"product_ids": [product_id]}
        case _:
            promotion, links = {"shop_id": shop_id, "product_id": product_id}, []
            for place, actor in zip(places, actors, strict=True) if name == "remove_item" else ():
                call("POST", f"/v1/accounts/{place['account_id']}/promotions", promotion, actor=actor)
            body = {"product_id": product_id} if name == "remove_item" else promotion
    return {
        "body": body,
        "paths": [{"link_id": link["link_id"]} for link in links] or places,
        "actors": actors,
    }


def _in_path(path: str, call: Caller) -> dict[str, str]:
    if "{endpoint_id}" in path:
        url = {"url": "https://shop.example/hooks"}
        made = call("POST", "/v1/webhook-endpoints", url, actor="platform:back-office")
        return {"endpoint_id": made.body["endpoint_id"]}
    there = {"shop_id": "S1", "account_id": "A1", "name": "seller-university-2025"}
    there |= {"product_id": "P1", "content_id": "V1"}
    return {name: value for name, value in there.items() if f"{{{name}}}" in path}


def _link_for(name: str, call: Caller) -> Json:
    """A link to which the operation of this name can be done."""
    shop_id, account_id = call.shop(), call.account()
    if name not in AFTER_AN_UNLINK_REQUEST and name != "request_unlink":
        invited: Json = call.invite(shop_id, account_id).body
        return invited
    link = call.linked(shop_id, account_id)
    if name in AFTER_AN_UNLINK_REQUEST:
        call.on(link, "unlink-request", {"network_region": "GB"}, by="account")
    return link
