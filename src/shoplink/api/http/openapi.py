"""The OpenAPI document of the operations, made of their declarations, and the page that shows it to people."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from django.template import Context, Engine

from shoplink.api.http.operation import JSON, Document, Operation, Parameter
from shoplink.api.http.precondition import IF_MATCH, IF_NONE_MATCH
from shoplink.api.http.problem import CONTENT_TYPE, TYPE, Problem
from shoplink.api.http.request import ACTOR_HEADER, ACTOR_PATTERN, ACTORS, KEY_HEADER, KEY_PATTERN
from shoplink.core import COMMANDS, Command
from shoplink.core.reasons import CATALOGUE
from shoplink.core.roles import ISSUERS
from shoplink.wording.problems import PROBLEMS

EXAMPLES = Path(__file__).parent.parent / "examples"
"""Per operation a file with its `request` and its `answer`; a test runs every one of them."""

_TEMPLATES = Path(__file__).parent.parent / "templates"

MERGE_PATCH = "application/merge-patch+json"
"""What a PATCH takes besides JSON (RFC 7396)."""

REF = "#/components/schemas/{name}"
INSTANT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)$",
}
_INSTANTS = {"linked_at", "unlinked_at", "until", "effective_from", "listed_at", "facts_as_of"}
_NOT_SENT = {"command", "at", "by", "key"}

ANYWHERE = (
    "host.unknown",
    "body.too_slow",
    "rate.limited",
    "overloaded",
    "database.away",
    "database.read_only",
    "database.full",
    "database.locked",
    "database.too_many_connections",
)
"""The problems that any operation may be answered with."""

WHO = "x-who"
"""The member of an operation that says who may use it."""


def document(operations: Sequence[Operation], description: str) -> Document:
    """The OpenAPI document of these operations."""
    paths: Document = {}
    for operation in operations:
        described = _operation(operation)
        paths.setdefault(f"/v1{operation.path}", {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "shoplink", "version": "1", "description": description},
        "servers": [],
        "paths": paths,
        "components": {
            "schemas": _components(operations),
            "securitySchemes": {"ApiKey": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> Document:
    examples = msgspec.json.decode((EXAMPLES / f"{operation.name}.json").read_bytes())
    headers: Document = {"headers": operation.headers} if operation.headers else {}
    schema = {"type": "string"} if operation.media != JSON else _reference(operation.answer)
    responses: Document = {
        str(operation.status): {
            "description": HTTPStatus(operation.status).phrase,
            "content": _content(operation.media, schema, examples["answer"]),
            **headers,
        }
    }
    failing = ("precondition.failed",) if operation.conditional and operation.method != "GET" else ()
    problems = (*operation.problems, *failing, *ANYWHERE)
    if operation.conditional and operation.method == "GET":
        responses[str(operation.status)]["headers"] = {
            **operation.headers,
            "ETag": {"description": "The version of the state shown.", "schema": {"type": "string"}},
        }
        responses["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    for code in sorted({PROBLEMS[kind].status for kind in problems}):
        responses[str(code)] = _problem_answer(code, problems)
    found: Document = {
        "operationId": operation.name,
        "summary": operation.name.replace("_", " ").title(),
        "description": inspect.getdoc(operation.handler),
        "tags": [operation.tag],
        "security": [{"ApiKey": []}],
        WHO: operation.who or _who(operation),
        "parameters": [*map(_parameter, operation.parameters), *_headers(operation)],
        "responses": responses,
    }
    if (body := _body(operation)) is not None:
        required = bool(body.get("required")) or "oneOf" in body or operation.media != JSON
        content = _content(operation.media, body, examples["request"])
        if operation.method == "PATCH":
            content |= {MERGE_PATCH: content[JSON]}
        found["requestBody"] = {"required": required, "content": content}
    return found


def _content(media: str, schema: Document, example: Any) -> Document:
    if media != JSON:
        example = "".join(f"{msgspec.json.encode(line).decode()}\n" for line in example)
    return {media: {"schema": schema, "examples": {"example": {"value": example}}}}


def _who(operation: Operation) -> str:
    """Who may use an operation: a command those who may issue it, everything else those who may read."""
    if operation.name in COMMANDS:
        issuers = sorted(ISSUERS[COMMANDS[operation.name]])
        return f"a key with the scope of whom it acts for: {' or '.join(issuers)}"
    return "a key with the scope of whom it acts for" if operation.acts else "a key with the scope read"


def _body(operation: Operation) -> Document | None:
    """The JSON Schema of the request's body: a command's fields without those that the path gives."""
    if operation.body is not None or operation.name not in COMMANDS:
        return operation.body and operation.body()
    in_path = {one.name for one in operation.parameters}
    if "link_id" in in_path:
        in_path |= {"shop_id", "account_id"}
    return fields_of(COMMANDS[operation.name], _NOT_SENT | in_path)


def fields_of(command: type[Command], without: set[str]) -> Document:
    """A command's fields as JSON Schema."""
    (_,), components = msgspec.json.schema_components([command], ref_template=REF)
    described = _ecma(components[command.__name__])
    properties = {name: field for name, field in described["properties"].items() if name not in without}
    for name in _INSTANTS & properties.keys():
        nullable = "anyOf" in properties[name]
        properties[name] = {"anyOf": [INSTANT, {"type": "null"}]} if nullable else INSTANT
    if "code" in properties:
        properties["code"] = {"enum": list(CATALOGUE)}
    found = {
        "type": "object",
        "description": described["description"],
        "properties": properties,
        "required": [name for name in described["required"] if name not in without],
        "additionalProperties": False,
    }
    if "code" in properties:
        found["oneOf"] = [_only("shop_id", "account_id"), _only("account_id", "shop_id")]
    return found


def _only(given: str, other: str) -> Document:
    return {"required": [given], "properties": {given: {"type": "string"}, other: {"type": "null"}}}


def any_command(commands: Mapping[str, type[Command]] = COMMANDS) -> Document:
    """Any of these commands, as a line of a stream or a check has it."""
    return {"oneOf": [_tagged(kind, command) for kind, command in commands.items()]}


def _tagged(kind: str, command: type[Command]) -> Document:
    described = fields_of(command, _NOT_SENT)
    described["properties"] = {"command": {"const": kind}, **described["properties"]}
    described["required"] = ["command", *described["required"]]
    return described


def _components(operations: Iterable[Operation]) -> Document:
    """The schemas of all bodies of answers."""
    answers = [Problem, *(operation.answer for operation in operations)]
    _, found = msgspec.json.schema_components(answers, ref_template=REF)
    return {name: _ecma(found[name]) for name in sorted(found)}


def _reference(answer: Any) -> Document:
    (reference,), _ = msgspec.json.schema_components([answer], ref_template=REF)
    return dict(reference)


def _ecma(value: Any) -> Any:
    """The same JSON Schema with its patterns in JavaScript's dialect, which is what JSON Schema means."""
    if isinstance(value, dict):
        return {
            name: text.replace(r"\A", "^").replace(r"\Z", "$")
            if name == "pattern" and isinstance(text, str)
            else _ecma(text)
            for name, text in value.items()
        }
    return [_ecma(each) for each in value] if isinstance(value, list) else value


def _problem_answer(code: int, problems: Iterable[str]) -> Document:
    kinds = [kind for kind in problems if PROBLEMS[kind].status == code]
    sentences = "; ".join(f"`{TYPE}{kind}`: {PROBLEMS[kind].title}" for kind in kinds)
    schema = {"$ref": REF.format(name="Problem")}
    return {"description": sentences, "content": {CONTENT_TYPE: {"schema": schema}}}


def _parameter(parameter: Parameter) -> Document:
    schema = _ecma(msgspec.json.schema(parameter.type))
    about = {name: schema.pop(name) for name in ("description", "examples") if name in schema}
    if parameter.default not in {None, msgspec.NODEFAULT}:
        schema["default"] = parameter.default
    required = parameter.default is msgspec.NODEFAULT
    return {
        "in": parameter.place,
        "name": parameter.name,
        "required": required,
        "schema": schema,
        **about,
    }


def _headers(operation: Operation) -> list[Document]:
    headers = []
    if operation.conditional:
        reads = operation.method == "GET"
        headers.append(
            {
                "name": IF_NONE_MATCH if reads else IF_MATCH,
                "in": "header",
                "required": False,
                "description": "The ETags that the caller has; 304 if one of them still is the current one."
                if reads
                else "The ETag that the request was made from; 412 with what has changed if it is not so any more.",
                "schema": {"type": "string"},
            }
        )
    if operation.acts:
        headers.append(
            {
                "name": ACTOR_HEADER,
                "in": "header",
                "required": True,
                "description": f"On whose behalf: {ACTORS}.",
                "schema": {"type": "string", "pattern": ACTOR_PATTERN},
            }
        )
    if operation.keyed:
        schema = {
            "type": "string",
            "minLength": 1,
            "maxLength": operation.key_length_max,
            "pattern": KEY_PATTERN,
        }
        headers.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": False,
                "description": "A repeated request with the same key is answered as the first was; kept 30 days.",
                "schema": schema,
            }
        )
    return headers


def docs_page(described: Document) -> str:
    """The HTML of a page with every operation of a document; it loads nothing from anywhere."""
    operations = [
        {
            "method": method.upper(),
            "path": path,
            **operation,
            "examples": _examples(operation),
        }
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    template = Engine(dirs=[str(_TEMPLATES)]).get_template("docs.html")
    return template.render(Context({"info": described["info"], "operations": operations}))


def _examples(operation: Document) -> list[tuple[str, str]]:
    """The examples of the request's body and of the answer of a success, each with its heading."""
    bodies = [("Body", operation.get("requestBody", {}))]
    bodies += [("Answer", next(iter(operation["responses"].values())))]
    return [
        (title, _as_text(example["value"]))
        for title, body in bodies
        for media in body.get("content", {}).values()
        for example in media.get("examples", {}).values()
    ]


def _as_text(example: Any) -> str:
    if isinstance(example, str):
        return example
    return msgspec.json.format(msgspec.json.encode(example)).decode()
