"""Two small programs on generated clients: they send every command, and leave no reason, problem or event out."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

_ACTOR = "platform:back-office"


def requests(document: Json) -> Iterator[tuple[str, str, Json, Any]]:
    """Per operation with a JSON body: its id, its tag, itself, and the example of the body."""
    for methods in document["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody", {"content": {}})["content"].get("application/json")
            if body is not None:
                yield (
                    operation["operationId"],
                    operation["tags"][0],
                    operation,
                    body["examples"]["example"]["value"],
                )


def _acts(operation: Json) -> bool:
    """Whether an operation says on whose behalf."""
    return any(one["name"] == "Shoplink-Actor" for one in operation["parameters"])


def vocabulary(document: Json, name: str) -> list[str]:
    """The values of a vocabulary."""
    found: list[str] = document["components"]["schemas"][name]["enum"]
    return found


def event_types(document: Json) -> list[str]:
    """The types of events."""
    return [*document["components"]["schemas"]["Event"]["discriminator"]["mapping"]]


def typescript(document: Json) -> str:
    """A program on the output of openapi-typescript (`types.ts`) and of @hey-api/openapi-ts (`client/`)."""
    lines = [
        "import * as api from './client';",
        "import type { components } from './types';",
        "type Schemas = components['schemas'];",
        "function never(value: never): never { throw new Error(`unexpected ${value}`); }",
        *_switch("ofReason", "Schemas['ReasonCode']", "value", vocabulary(document, "ReasonCode")),
        *_switch("ofProblem", "Schemas['ProblemType']", "value", vocabulary(document, "ProblemType")),
        *_switch("ofEvent", "Schemas['FeedBody']['items'][number]", "value.type", event_types(document)),
        *_switch("ofHeyEvent", "api.FeedBody['items'][number]", "value.type", event_types(document)),
        "export async function every(): Promise<void> {",
    ]
    for name, _tag, operation, body in requests(document):
        lines += _typescript_call(name, operation, body)
    return "\n".join([*lines, "}", ""])


def _switch(name: str, kind: str, on: str, values: Iterable[str]) -> list[str]:
    cases = [f"    case {json.dumps(value)}: return {number};" for number, value in enumerate(values)]
    return [
        f"export function {name}(value: {kind}): number {{",
        f"  switch ({on}) {{",
        *cases,
        "    default: return never(value);",
        "  }",
        "}",
    ]


def _typescript_call(name: str, operation: Json, body: Any) -> list[str]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    variable = f"body_{name}"
    in_path = {one["name"]: "x" for one in operation["parameters"] if one["in"] == "path"}
    path = f", path: {json.dumps(in_path)}" if in_path else ""
    headers = f", headers: {{ 'Shoplink-Actor': '{_ACTOR}' }}" if _acts(operation) else ""
    function = "".join(part.title() if at else part for at, part in enumerate(name.split("_")))
    return [
        f"  const {variable}: Schemas['{schema}'] = {json.dumps(body, ensure_ascii=False)};",
        f"  await api.{function}({{ body: {variable}{path}{headers} }});",
    ]


def python(document: Json) -> str:
    """A program on the output of openapi-python-client, the package `client`."""
    schemas = document["components"]["schemas"]
    calls = [*requests(document)]
    models = {_model(schemas, operation) for _, _, operation, _ in calls}
    lines = [
        "import json",
        "from typing import assert_never",
        *(
            f"from client.api.{tag.replace(' ', '_').replace('-', '_')} import {name}"
            for name, tag, _, _ in calls
        ),
        "from client.client import AuthenticatedClient",
        f"from client.models import {', '.join(sorted({*models, 'FeedBody', 'Problem', 'SaidReason'}))}",
        *_match("of_reason", "SaidReason", "code", vocabulary(document, "ReasonCode")),
        *_match("of_problem", "Problem", "type_", vocabulary(document, "ProblemType")),
        "def of_events(feed: FeedBody) -> None:",
        "    for value in feed.items:",
        *(f"    {line}" for line in _cases("type_", event_types(document), "pass")),
        "def every(client: AuthenticatedClient) -> None:",
    ]
    for name, _tag, operation, body in calls:
        in_path = "".join("'x', " for one in operation["parameters"] if one["in"] == "path")
        made = f"{_model(schemas, operation)}.from_dict(json.loads({json.dumps(json.dumps(body))}))"
        by = f", shoplink_actor={_ACTOR!r}" if _acts(operation) else ""
        lines.append(f"    {name}.sync_detailed({in_path}client=client, body={made}{by})")
    return "\n".join([*lines, ""])


def _model(schemas: Json, operation: Json) -> str:
    """The class of an operation's body, or of its first variant."""
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    variants = schemas[name].get("oneOf")
    found: str = variants[0]["$ref"].rpartition("/")[2] if variants else name
    return found


def _match(name: str, kind: str, on: str, values: Iterable[str]) -> list[str]:
    return [f"def {name}(value: {kind}) -> int:", *_cases(on, values, "return 1")]


def _cases(on: str, values: Iterable[str], then: str) -> list[str]:
    return [
        f"    match value.{on}:",
        *(f"        case {value!r}: {then}" for value in values),
        "        case other: assert_never(other)",
    ]
