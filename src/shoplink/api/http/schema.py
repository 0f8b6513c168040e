"""JSON Schema of what is sent and answered, made of the types themselves; each part is a component of the document."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

from shoplink.api.http import vocabulary
from shoplink.core import COMMANDS, Command
from shoplink.core.command_base import PrivateCommand
from shoplink.core.commands import PRIVATE_COMMANDS, PairCommand
from shoplink.core.disclosure import PERSONAL, fields_of_persons
from shoplink.core.events import AnyEvent, Event
from shoplink.core.roles import CAUSED_BY, ISSUERS
from shoplink.core.ticket.commands import OpenTicket, TicketCommand
from shoplink.core.ticket.facts import Review

Document = dict[str, Any]

REF = "#/components/schemas/{name}"
INSTANT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)$",
}
"""An instant that is sent; those of answers are always in UTC."""

FOR_TICKETS = {
    kind: command
    for kind, command in COMMANDS.items()
    if issubclass(command, PairCommand) and ISSUERS[command] <= {"shop", "creator"}
}
"""The commands that a ticket can be about: those of a shop or a creator."""

_NOT_SENT = {"command", "at", "by", "key"}
_BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]-[\U00010000-\U0010ffff]")
"""A range that engines without Unicode mode, which linters use, read as one of surrogates, and so as no pattern."""

_IS_INSTANT = re.compile(r"(.+_)?at|.+_since|.+_as_of|until|effective_from")
_CODES = {"codes", "warnings"}

ID = {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"}
_TEXT = {"type": "string"}
_SUBJECT = ("shop_id", "account_id")
_BY_SUBJECT = {"ForShop": ("shop_id", "account_id"), "ForAccount": ("account_id", "shop_id")}
_BY_NETWORK = {
    "FromRegion": ("network_region", "client_ip"),
    "FromAddress": ("client_ip", "network_region"),
}
_ADDRESS = {
    "description": "The address that the person acts from: its country is looked up, and the address kept nowhere.",
    "anyOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}],
}


def reference(name: str) -> Document:
    """The reference to a component."""
    return {"$ref": REF.format(name=name)}


def _object_of(name: str) -> Any:
    return Annotated[dict[str, Any], Meta(extra_json_schema=reference(name))]


EventBody = _object_of("Event")
"""An event in its wire form."""

ParamsBody = _object_of("ReasonParams")
"""The values of a reason's case."""

AskedOfTicket = _object_of("AskedOfTicket")
"""What the command that a ticket is about asks for."""

AskedCommand = _object_of("AskedCommand")
"""What a stored command asks for, without when and by whom."""


def components(types: Sequence[Any], bodies: Mapping[str, Document]) -> Document:
    """Every component: of the types of answers, of the bodies of requests by name, and what both rest on."""
    described = _described([*types, AnyEvent, Review])[1]
    found = {name: _as_told(one) for name, one in described.items()}
    for kind in get_args(AnyEvent):
        found[kind.__name__] = _event(kind, found[kind.__name__])
    found["Event"] = _union(
        "What has happened.", "type", {_tag(one): one.__name__ for one in get_args(AnyEvent)}
    )
    found |= {kind.__name__: _tagged(kind) for kind in COMMANDS.values()}
    found["Command"] = _any_command("What is asked for.", COMMANDS)
    found["AskedOfTicket"] = _any_fields(FOR_TICKETS.values())
    found["TicketCommand"] = _any_command("What a ticket may be about.", FOR_TICKETS)
    found |= {kind.__name__: _asked(kind) for kind in PRIVATE_COMMANDS.values()}
    found |= _stored_commands()
    for name, body in bodies.items():
        _add(found, name, body)
    found |= vocabulary.schemas()
    return dict(sorted(found.items()))


def tells_of_persons(answer: Any) -> bool:
    """Whether an answer of a type has fields of persons, or events or stored commands, which have such fields."""
    schemas, parts = msgspec.json.schema_components([answer])
    refer = {f'"{REF.format(name=name)}"' for name in ("Event", "AskedCommand")}
    text = msgspec.json.encode([schemas, parts]).decode()
    return any(mark in text for mark in {*refer, *(f'"{name}"' for name in PERSONAL)})


def _stored_commands() -> Document:
    """Any stored command.

    One with a field of a person has a component of its own, as what is sent withholds nothing.
    """
    found, names = {}, {kind: command.__name__ for kind, command in (COMMANDS | PRIVATE_COMMANDS).items()}
    for kind, command in COMMANDS.items():
        fields = _tagged(command)
        if fields_of_persons(fields["properties"]):
            names[kind] = f"Asked{command.__name__}"
            found[names[kind]] = _as_told(
                {key: one for key, one in fields.items() if key != "additionalProperties"}
            )
    return {**found, "AskedCommand": _union("What was asked for.", "command", names)}


def _as_told(schema: Document) -> Document:
    """An object as it is answered: fields of persons are left out for keys without the scope `personal`."""
    personal = sorted(fields_of_persons(schema.get("properties", {})))
    if not personal:
        return schema
    withheld = {
        "type": "array",
        "items": {"enum": personal},
        "description": "What there is but is told only to keys with the scope `personal`.",
    }
    return {
        **schema,
        "properties": {**schema["properties"], "withheld": withheld},
        "required": [name for name in schema.get("required", ()) if name not in personal],
    }


def answer_schema(answer: Any) -> Document:
    """The schema of one type of answer."""
    (found,), _ = _described([answer])
    return found


def schema_of(declared: Any) -> Document:
    """The schema of a type that is no struct."""
    return _tidy(msgspec.json.schema(declared))


def _any_command(about: str, commands: Mapping[str, type[Command]]) -> Document:
    """One of these commands, by its name."""
    return _union(about, "command", {kind: command.__name__ for kind, command in commands.items()})


def command_body(command: type[Command], in_path: set[str]) -> Document:
    """The body of the request that carries a command: its fields without those that the path gives."""
    fields = _fields(command, _NOT_SENT | in_path)
    variants = _alternatives(command, fields)
    return _one_of(fields, variants) if variants else fields


def _described(types: Sequence[Any]) -> tuple[list[Document], Document]:
    """The schemas of types, and of the structs they rest on by name."""
    references, found = msgspec.json.schema_components(types, ref_template=REF)
    return [_tidy(one) for one in references], {name: _tidy(one) for name, one in found.items()}


def _tidy(schema: Document) -> Document:
    """What msgspec writes, as this document has it.

    Patterns are in JavaScript's dialect, vocabularies are components, instants say so, and what is answered may gain
    fields.
    """
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    if "enum" in schema:
        values = schema["enum"]
        if (name := vocabulary.name_of(values)) is not None:
            return reference(name)
        if len(values) == 1:
            return {"const": values[0]}
    return {name: _tidied(name, value) for name, value in schema.items() if not _is_left_out(name, value)}


def _is_left_out(name: str, value: Any) -> bool:
    """Whether a keyword is of no use to a client: what is left out of an answer has its default."""
    return name in {"title", "default"} or (name == "additionalProperties" and value is False)


def _tidied(name: str, value: Any) -> Any:
    """One keyword of a schema."""
    if name == "description":
        return inspect.cleandoc(value)
    if name == "pattern":
        return _BEYOND_16_BITS.sub("", value).replace(r"\A", "^").replace(r"\Z", "$")
    if name == "properties":
        return {field: _field(field, _tidy(one)) for field, one in value.items()}
    if name == "anyOf":
        return [_tidy(one) for one in value]
    return _tidy(value) if name in {"items", "additionalProperties"} and isinstance(value, dict) else value


def _field(name: str, schema: Document) -> Document:
    """A field whose name says what its text or texts are."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_field(name, one) for one in schema["anyOf"]]}
    if name == "code" and schema.get("type") == "string":
        return reference("ReasonCode")
    if name in _CODES:
        return {**schema, "items": reference("ReasonCode")}
    if schema == _TEXT and _IS_INSTANT.fullmatch(name):
        return {**_TEXT, "format": "date-time"}
    return schema


def _tag(kind: type[Any]) -> str:
    return str(kind.__struct_config__.tag)


def _union(about: str, tag: str, members: Mapping[str, str]) -> Document:
    """One of several components, told apart by the field `tag`."""
    mapping = {value: REF.format(name=name) for value, name in members.items()}
    return {
        "description": about,
        "oneOf": [reference(name) for name in members.values()],
        "discriminator": {"propertyName": tag, "mapping": mapping},
    }


def _event(kind: type[Event], schema: Document) -> Document:
    """An event, its place in the feed where it comes from there, and who can have caused it."""
    causes = sorted(CAUSED_BY[kind])
    position = {"type": "integer", "minimum": 1, "description": "Its place in the feed; only there."}
    return {
        **schema,
        "description": f"{schema['description']} Caused by: {', '.join(causes)}.",
        "properties": {**schema["properties"], "position": position},
    }


def _fields(command: type[Command], without: Iterable[str]) -> Document:
    """A command's fields, and the address that can stand for its `network_region`; no others are taken."""
    described = _described([command])[1][command.__name__]
    left_out = set(without)
    properties = {name: _sent(one) for name, one in described["properties"].items() if name not in left_out}
    if "network_region" in properties:
        properties["client_ip"] = _ADDRESS
    return {
        "type": "object",
        "description": described["description"],
        "properties": properties,
        "required": [name for name in described["required"] if name not in left_out],
        "additionalProperties": False,
    }


def _sent(schema: Document) -> Document:
    """A field that is sent: an instant may have any offset."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_sent(one) for one in schema["anyOf"]]}
    return INSTANT if schema.get("format") == "date-time" else schema


def _tagged(command: type[Command]) -> Document:
    """A command that says which one it is.

    A discriminator leads to one object, so where exactly one of two fields is taken, a condition says so.
    """
    fields = _fields(command, _NOT_SENT - {"command"})
    for given, other in [*_alternatives(command, fields).values()][:1]:
        required = [name for name in fields["required"] if name not in {given, other}]
        fields |= {
            "required": required,
            "if": _with(given),
            "then": {"not": _with(other)},
            "else": _with(other),
        }
        if given in _SUBJECT:
            fields["properties"] |= {given: ID, other: ID}
    return fields


def _with(name: str) -> Document:
    return {"properties": {name: True}, "required": [name]}


def _asked(command: type[Command]) -> Document:
    """What is kept of a command that carries words or addresses of people."""
    assert issubclass(command, PrivateCommand), "the others are kept whole"
    # The question of a ticket is one of several structs, which msgspec describes apart.
    asks = issubclass(command, OpenTicket)
    found = _fields(TicketCommand if asks else command, (_NOT_SENT - {"command"}) | command.PRIVATE)
    if asks:
        question = {"anyOf": [reference("TicketCommand"), reference("Review")]}
        found["properties"] |= {"command": {"const": _tag(command)}, "question": question}
        found |= {"description": inspect.getdoc(command), "required": ["command", "question"]}
    return {name: value for name, value in found.items() if name != "additionalProperties"}


def _any_fields(commands: Iterable[type[Command]]) -> Document:
    """An object that may have any field of these commands; an answer, so what is missing is not required."""
    properties: Document = {}
    for command in commands:
        properties |= _fields(command, {*_NOT_SENT, "about", "network_region"})["properties"]
    properties["link_id"] = ID
    return {"type": "object", "description": "What a ticket is about.", "properties": properties}


def _alternatives(command: type[Command], fields: Document) -> Mapping[str, tuple[str, str]]:
    """Of which two fields a command takes exactly one: per variant the one it has, and the one it has not."""
    if command.EXACTLY_ONE_OF == _SUBJECT:
        return _BY_SUBJECT
    return _BY_NETWORK if "network_region" in fields["properties"] else {}


def _one_of(fields: Document, variants: Mapping[str, tuple[str, str]]) -> Document:
    """Variants of an object by their titles: the field that each requires, and the one it does not have."""
    return {
        "description": fields["description"],
        "oneOf": [_variant(fields, title, given, other) for title, (given, other) in variants.items()],
    }


def _variant(fields: Document, title: str, given: str, other: str) -> Document:
    properties = {name: one for name, one in fields["properties"].items() if name != other}
    if given in _SUBJECT:
        properties[given] = ID
    required = [name for name in fields.get("required", ()) if name not in {given, other}]
    return {**fields, "title": title, "properties": properties, "required": [*required, given]}


def subject_body(description: str, *, required: tuple[str, ...] = (), **more: Document) -> Document:
    """The body that names one shop or account, and has `more` fields, some of them required."""
    fields = {
        "type": "object",
        "description": description,
        "properties": {**dict.fromkeys(_SUBJECT, ID), **more},
        "required": [*required],
        "additionalProperties": False,
    }
    return _one_of(fields, _BY_SUBJECT)


def _add(found: Document, name: str, schema: Document) -> None:
    """Add a component, and one for each of its variants that has a title."""
    assert name not in found, f"two components are called {name}"
    variants = []
    for variant in schema.get("oneOf", ()):
        if "title" in variant:
            title = f"{name}{variant['title']}"
            found[title] = {key: value for key, value in variant.items() if key != "title"}
            variants.append(reference(title))
    found[name] = {**schema, "oneOf": variants} if variants else schema
