"""What the service answers is what the document says: bodies, problems, events, and who caused them."""

import json
import time
from typing import Any

import jsonschema_rs

from shoplink.core.roles import CAUSED_BY
from tests.api.golden import document
from tests.api.service import Answer, Caller, Json

DOCUMENT = document()
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CAUSES = {str(kind.__struct_config__.tag): causes for kind, causes in CAUSED_BY.items()}
LISTS = ("/v1/refusals", "/v1/waivers", "/v1/links", "/v1/tickets")


def assert_described(operation: Json, answer: Answer) -> None:
    """The answer of an operation is what the document says of it."""
    ((media, content),) = operation["responses"][str(answer.status)]["content"].items()
    about = operation["operationId"]
    if media == "application/json":
        assert_valid(answer.body, content["schema"], about)
        return
    for line in answer.body.splitlines():
        assert_valid(json.loads(line), _component("LineAnswer"), about)


def assert_what_is_left_is_described(call: Caller) -> None:
    """After a story: a problem, lists of what it led to, and every event, with who can have caused it."""
    assert_valid(call.invite("S1", "nobody").body, _component("Problem"), "a refusal")
    for path in LISTS:
        assert_described(DOCUMENT["paths"][path]["get"], call("GET", path, actor="support:mei"))
    for event in _feed(call):
        assert_valid(event, _component("Event"), event)
        assert event["by"]["kind"] in CAUSES[event["type"]], event


def assert_valid(value: Any, schema: Any, about: object) -> None:
    """The value is what a schema of the document says, to the form of its instants and addresses."""
    whole = {"$schema": DIALECT, "components": DOCUMENT["components"], **schema}
    errors = [
        f"{[*error.instance_path]}: {error.message}"
        for error in jsonschema_rs.Draft202012Validator(whole, validate_formats=True).iter_errors(value)
    ]
    assert not errors, (about, errors)


def _component(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _feed(call: Caller) -> list[dict[str, Any]]:
    """Every event that the story led to."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found: list[dict[str, Any]] = call.get("/v1/events", limit=1000).body["items"]
        if any(event["type"] == "showcase.synced" for event in found):
            break
        time.sleep(0.05)
    assert len({event["type"] for event in found}) > 20
    return found
