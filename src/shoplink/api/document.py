"""What the OpenAPI document says of an operation: its body from the command it means, its answers, its examples."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shoplink.api import schema, schema_commerce, schema_members, schema_orders
from shoplink.api.actor import ALLOWED as ACTORS
from shoplink.api.actor import HEADER as ACTOR_HEADER
from shoplink.api.ask import KEY_HEADER
from shoplink.api.problem import CONTENT_TYPE, TYPE
from shoplink.core import COMMANDS, Command
from shoplink.core.reasons import CATALOGUE
from shoplink.core.roles import ISSUERS
from shoplink.wording.problems import PROBLEMS

REF = "#/components/schemas/{name}"
INSTANT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)$",
}
_INSTANTS = {"linked_at", "unlinked_at", "until", "effective_from", "listed_at"}
_NOT_SENT = {"command", "at", "by", "key"}

READ = ("key.unknown", "scope.missing", "malformed")
FIND = (*READ, "not_found")
WRITE = (
    "key.unknown",
    "scope.missing",
    "actor.not_allowed",
    "refused",
    "idempotency.in_progress",
    "body.too_large",
    "malformed",
    "idempotency.other_body",
)

EVERYWHERE = ("rate.limited",)
"""The problems that any operation may be answered with."""
_ANY_TIME = ("rate.limited", "database.away")

Document = dict[str, Any]

WHO = "x-who"
"""The member of an operation that says who may use it."""


def documented(  # noqa: PLR0913 (what there is to say about an operation)
    name: str,
    answer: Any,
    *,
    status: int = 200,
    problems: tuple[str, ...] = READ,
    body: Document | None = None,
    example: Any = None,
    acts: bool = False,
    keyed: bool = False,
    who: str = "",
) -> dict[str, Any]:
    """What ninja is told about an operation: `name` is its id, `answer` the type of the body of a success.

    `body` describes the request's body, `example` is what a success looks like; `acts`: it says on whose
    behalf; `keyed`: it may carry an idempotency key. `who` may use it, where that follows from nothing else.
    """
    problems = (*problems, *EVERYWHERE)
    extra: Document = {
        WHO: who or _who(name, acts=acts),
        "parameters": [*_headers(acts=acts, keyed=keyed)],
        "responses": {status: {"content": {"application/json": _media(_reference(answer), example)}}},
    }
    kinds = (*problems, *_ANY_TIME)
    for code in sorted({PROBLEMS[kind].status for kind in kinds}):
        extra["responses"][code] = _problem_answer(code, kinds)
    if body is not None:
        extra["requestBody"] = body
    return {"operation_id": name, "response": {status: None}, "openapi_extra": extra}


def _who(name: str, *, acts: bool) -> str:
    """Who may use an operation: a command those who may issue it, everything else whoever may read."""
    if name in COMMANDS:
        issuers = sorted(ISSUERS[COMMANDS[name]])
        return f"a key with the scope of whom it acts for: {' or '.join(issuers)}"
    return "a key with the scope of whom it acts for" if acts else "a key with the scope read"


def command_body(kind: str, *in_path: str, example: Any) -> Document:
    """The request body of a command, without what the path, the headers and the clock say."""
    return json_body(fields_of(COMMANDS[kind], {*_NOT_SENT, *in_path}), example)


def json_body(described: Document, example: Any) -> Document:
    """A JSON request body."""
    required = bool(described.get("required")) or "oneOf" in described
    return {"required": required, "content": {"application/json": _media(described, example)}}


def fields_of(command: type[Command], without: set[str]) -> Document:
    """A command's fields as JSON Schema."""
    (_,), components = msgspec.json.schema_components([command], ref_template=REF)
    described = ecma(components[command.__name__])
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


def components() -> Document:
    """The schemas of all bodies that are answered."""
    declared = {**vars(schema), **vars(schema_commerce), **vars(schema_members), **vars(schema_orders)}
    bodies = [
        body for body in declared.values() if isinstance(body, type) and issubclass(body, msgspec.Struct)
    ]
    pages = [schema.Page[body] for body in PAGED]  # type: ignore[valid-type]
    _, found = msgspec.json.schema_components([*bodies, *pages], ref_template=REF)
    for name in ("Page", "Struct"):
        found.pop(name, None)
    described: Document = ecma(found)
    return described


PAGED = (
    schema.ShopBody,
    schema.AccountBody,
    schema.LinkBody,
    schema.WaiverBody,
    schema.RulebookBody,
    schema.RefusalBody,
    schema.TicketBody,
    schema_commerce.ProductBody,
    schema_commerce.SpotBody,
    schema_commerce.CountedContentBody,
)
"""What comes in pages."""


def _reference(answer: Any) -> Document:
    (reference,), _ = msgspec.json.schema_components([answer], ref_template=REF)
    return dict(reference)


def _media(described: Document, example: Any) -> Document:
    if example is None:
        return {"schema": described}
    return {"schema": described, "examples": {"example": {"value": example}}}


def ecma(value: Any) -> Any:
    """The same JSON Schema with its patterns in JavaScript's dialect, which is what JSON Schema means."""
    if isinstance(value, dict):
        return {
            name: text.replace(r"\A", "^").replace(r"\Z", "$")
            if name == "pattern" and isinstance(text, str)
            else ecma(text)
            for name, text in value.items()
        }
    return [ecma(each) for each in value] if isinstance(value, list) else value


def _problem_answer(code: int, problems: tuple[str, ...]) -> Document:
    kinds = [kind for kind in problems if PROBLEMS[kind].status == code]
    said = "; ".join(f"`{TYPE}{kind}`: {PROBLEMS[kind].title}" for kind in kinds)
    return {"description": said, "content": {CONTENT_TYPE: {"schema": {"$ref": REF.format(name="Problem")}}}}


def _headers(*, acts: bool, keyed: bool) -> list[Document]:
    headers = []
    if acts:
        pattern = r"^(shop|account|creator|support|platform):[A-Za-z0-9_.:-]{1,64}$"
        headers.append(
            {
                "name": ACTOR_HEADER,
                "in": "header",
                "required": True,
                "description": f"On whose behalf: {ACTORS}.",
                "schema": {"type": "string", "pattern": pattern},
            }
        )
    if keyed:
        headers.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": False,
                "description": "A repeated request with the same key is answered as the first was; kept 30 days.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]+$"},
            }
        )
    return headers
