"""The OpenAPI document of the operations, made of their declarations, and the page that shows it to people."""

import inspect
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args

import msgspec
from django.template import Context, Engine

from shoplink.api.http.media import JSON
from shoplink.api.http.operation import Document, Operation, Parameter
from shoplink.api.http.precondition import IF_MATCH, IF_NONE_MATCH
from shoplink.api.http.problem import CONTENT_TYPE, Problem, ReasonParams
from shoplink.api.http.request import ACTOR_HEADER, ACTOR_PATTERN, ACTORS, KEY_HEADER, KEY_PATTERN
from shoplink.api.http.schema import (
    answer_schema,
    command_body,
    components,
    reference,
    schema_of,
    tells_of_persons,
)
from shoplink.api.http.vocabulary import TYPE
from shoplink.core import COMMANDS
from shoplink.core.roles import ISSUERS
from shoplink.store.database.trouble import Kind
from shoplink.wording.problems import PROBLEMS

EXAMPLES = Path(__file__).parent.parent / "examples"
"""Per operation a file with its `request` and its `answer`; a test runs every one of them."""

_TEMPLATES = Path(__file__).parent.parent / "templates"

ANYWHERE = {
    "HostUnknown": ("host.unknown",),
    "KeyUnknown": ("key.unknown",),
    "BodyTooSlow": ("body.too_slow",),
    "TooManyRequests": ("rate.limited", "look_ups.spent"),
    "InternalError": ("internal",),
    "Unavailable": ("overloaded", *(f"database.{kind}" for kind in get_args(Kind))),
}
"""The answers that any operation may give, by their component: the problems that each may have."""

OF_BODIES = {
    "BodyUnreadable": (*ANYWHERE["HostUnknown"], "body.broken_gzip"),
    "BodyUnsupported": ("body.unsupported_type", "body.unsupported_encoding"),
}
"""The same of the operations that take a body."""

_RETRY_AFTER = {
    "Retry-After": {"description": "In how many seconds to ask again.", "schema": {"type": "integer"}}
}
_HEADERS = {
    "key.unknown": {"WWW-Authenticate": {"description": "Always `Bearer`.", "schema": {"type": "string"}}},
    "body.unsupported_type": {"Accept": {"description": "What is allowed.", "schema": {"type": "string"}}},
    "body.unsupported_encoding": {
        "Accept-Encoding": {"description": "What is allowed.", "schema": {"type": "string"}}
    },
    **dict.fromkeys(
        (*ANYWHERE["TooManyRequests"], "idempotency.in_progress", *ANYWHERE["Unavailable"]), _RETRY_AFTER
    ),
}
"""The headers of answers with these problems."""

WHO = "x-who"
"""The member of an operation that says who may use it."""


def document(operations: Sequence[Operation], description: str, tags: Mapping[str, str]) -> Document:
    """The OpenAPI document of these operations; `tags` says what each group of them is about."""
    paths: Document = {}
    for operation in operations:
        described = _operation(operation)
        paths.setdefault(f"/v1{operation.path}", {})[operation.method.lower()] = described
    bodies = {
        _body_name(one): body for one in operations if (body := _body(one)) is not None and _is_own(one, body)
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "shoplink",
            "version": "1",
            "description": description,
            "contact": {"name": "The operator of this service"},
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The service that gives this document."}],
        "tags": [{"name": name, "description": about} for name, about in tags.items()],
        "paths": paths,
        "components": {
            "schemas": components([Problem, ReasonParams, *(one.answer for one in operations)], bodies),
            "responses": {name: _problem_answer(kinds) for name, kinds in (ANYWHERE | OF_BODIES).items()},
            "securitySchemes": {"ApiKey": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> Document:
    examples = msgspec.json.decode((EXAMPLES / f"{operation.name}.json").read_bytes())
    headers = _answer_headers(operation)
    found: Document = {
        "operationId": operation.name,
        "summary": operation.name.replace("_", " ").capitalize(),
        "description": inspect.getdoc(operation.handler),
        "tags": [operation.tag],
        "security": [{"ApiKey": []}],
        WHO: _who(operation),
        "parameters": [*map(_parameter, operation.parameters), *_headers(operation)],
        "responses": {
            str(operation.status): {
                "description": HTTPStatus(operation.status).phrase,
                "content": _content(operation.media, _answer(operation), examples["answer"]),
                **({"headers": headers} if headers else {}),
            },
            **_problem_answers(operation),
        },
    }
    if (body := _body(operation)) is not None:
        own = _is_own(operation, body)
        schema = reference(_body_name(operation)) if own else body
        one = _content(operation.media, schema, examples["request"])
        content = dict.fromkeys(operation.taken, one[operation.media])
        required = not own or bool(body.get("required")) or "oneOf" in body
        found["requestBody"] = {"required": required, "content": content}
    return found


def _answer(operation: Operation) -> Document:
    """The schema of a success's body; a stream is a text whose lines have one."""
    schema = answer_schema(operation.answer)
    if operation.media == JSON:
        return schema
    return {"type": "string", "contentMediaType": operation.media, "contentSchema": schema}


def _answer_headers(operation: Operation) -> Document:
    """The headers of a success."""
    found: Document = dict(operation.headers)
    if operation.location:
        found["Location"] = {"description": "Where the new thing is.", "schema": {"type": "string"}}
    if _is_shown_with_a_tag(operation):
        found["ETag"] = {"description": "The version of the state shown.", "schema": {"type": "string"}}
    if operation.keyed and operation.media == JSON:
        about = "`true`: the answer is that of an earlier request with this key."
        found["Idempotent-Replayed"] = {"description": about, "schema": {"type": "string"}}
    return found


def _is_shown_with_a_tag(operation: Operation) -> bool:
    return operation.conditional and operation.method == "GET"


def _problem_answers(operation: Operation) -> Document:
    """Per status the answer with the problems that have it."""
    shared = ANYWHERE | (OF_BODIES if operation.taken else {})
    anywhere = {PROBLEMS[kinds[0]].status: name for name, kinds in shared.items()}
    found: Document = {
        str(code): {"$ref": f"#/components/responses/{name}"} for code, name in anywhere.items()
    }
    kinds = list(operation.problems)
    if _is_shown_with_a_tag(operation):
        found["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    elif operation.conditional:
        kinds.append("precondition.failed")
    for kind in kinds:
        if (code := PROBLEMS[kind].status) not in anywhere:
            found[str(code)] = _problem_answer([one for one in kinds if PROBLEMS[one].status == code])
    return dict(sorted(found.items()))


def _problem_answer(kinds: Sequence[str]) -> Document:
    headers: Document = {}
    for kind in kinds:
        headers |= _HEADERS.get(kind, {})
    return {
        "description": "; ".join(f"`{TYPE}{kind}`: {PROBLEMS[kind].title}" for kind in kinds),
        "content": {CONTENT_TYPE: {"schema": reference("Problem")}},
        **({"headers": headers} if headers else {}),
    }


def _is_own(operation: Operation, body: Document) -> bool:
    """Whether a body is an object of this operation, and so a component named after it."""
    return operation.media == JSON and "$ref" not in body


def _body_name(operation: Operation) -> str:
    """The component of the body of an operation's request."""
    return operation.name.title().replace("_", "") + "Request"


def _body(operation: Operation) -> Document | None:
    """The JSON Schema of the request's body: a command's fields without those that the path gives."""
    if operation.body is not None or operation.name not in COMMANDS:
        return operation.body and operation.body()
    in_path = {one.name for one in operation.parameters}
    if "link_id" in in_path:
        in_path |= {"shop_id", "account_id"}
    return command_body(COMMANDS[operation.name], in_path)


def _content(media: str, schema: Document, example: Any) -> Document:
    if media != JSON:
        example = "".join(f"{msgspec.json.encode(line).decode()}\n" for line in example)
    return {media: {"schema": schema, "examples": {"example": {"value": example}}}}


def _who(operation: Operation) -> str:
    """Who may use an operation, and which scope it takes to be told the fields of persons that it answers with."""
    told = "; the fields of persons are for the scope personal" if tells_of_persons(operation.answer) else ""
    return (operation.who or _who_may(operation)) + told


def _who_may(operation: Operation) -> str:
    """A command those who may issue it, everything else those who may read."""
    if operation.name in COMMANDS:
        issuers = sorted(ISSUERS[COMMANDS[operation.name]])
        return f"a key with the scope of whom it acts for: {' or '.join(issuers)}"
    return "a key with the scope of whom it acts for" if operation.acts else "a key with the scope read"


def _parameter(parameter: Parameter) -> Document:
    schema = schema_of(parameter.type)
    # `examples` of a parameter is a map in OpenAPI; the list that JSON Schema has stays in the schema.
    about = {"description": schema.pop("description")} if "description" in schema else {}
    if parameter.default not in {None, msgspec.NODEFAULT}:
        schema["default"] = parameter.default
    if parameter.many:
        schema = {"type": "array", "items": schema}
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
