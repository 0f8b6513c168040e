"""Operations: each is declared once, and from that come its route, its parameters and its entry in the document."""

import inspect
from collections.abc import Callable, Iterable
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from msgspec import Meta, Struct

from shoplink.api.http.disclosure import withhold_from_key
from shoplink.api.http.media import JSON, NDJSON, media_taken, require_type, take_body
from shoplink.api.http.precondition import refuse_conditions
from shoplink.api.http.problem import ProblemError, language_of, malformed_response, problem_response
from shoplink.api.http.request import ACTORS, KEY_LENGTH_MAX, authenticate
from shoplink.api.http.schema import INSTANT
from shoplink.api.http.vocabulary import EVENT_TYPES
from shoplink.core.facts import Id
from shoplink.core.parse import ALLOWED, Fault, MalformedError, fault_of
from shoplink.core.values import Reader, WrongValueError, read_instant, reader_of, shown

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
BODY_BYTES_MAX = 1 << 20

_CURSOR = "`next` of the page before, as it is; none for the first page."
Limit = Annotated[int, Meta(ge=1, le=200, description="How many at most.", examples=[50])]
NumberCursor = Annotated[str, Meta(pattern=r"\A[0-9]{1,18}\Z", description=_CURSOR)]
IdCursor = Annotated[Id, Meta(description=_CURSOR)]
SentInstant = Annotated[
    datetime,
    read_instant,
    Meta(extra_json_schema={name: value for name, value in INSTANT.items() if name != "type"}),
]

_FORMS = {
    "cursor": "`next` of the page before",
    "by": ACTORS,
    "name": ALLOWED["shop_id"],
    "type": " | ".join(EVENT_TYPES),
}
"""What the parameters hold whose names mean something else in a body, or nothing there."""

_UNKNOWN = "unknown parameter {name}; this address takes {known}"
_UNKNOWN_OF_NONE = "unknown parameter {name}; this address takes none"
_REPEATED = "{name}: given {count} times; it can be given once"

Document = dict[str, Any]
Handler = Callable[..., HttpResponseBase]


class Parameter(Struct, frozen=True):
    """A parameter of the path or the query; `default` is NODEFAULT where it is required.

    `grammar` reads a text as the type's grammar wants it, if it has one. `many`: it can be given several times, and its
    value is a list of values of the type.
    """

    name: str
    place: Literal["path", "query"]
    type: Any
    default: Any
    grammar: Reader | None
    many: bool = False

    def read(self, given: list[str]) -> Any:
        """The value of what was given, or the default where nothing was. Raises MalformedError."""
        if not given:
            if self.default is msgspec.NODEFAULT:
                raise MalformedError.wrong(self.name, self._form())
            return self.default
        return [self._read(text) for text in given] if self.many else self._read(given[-1])

    def _read(self, text: str) -> Any:
        """The value of a text. Raises MalformedError."""
        try:
            value = text if self.grammar is None else self.grammar(text)
            return msgspec.convert(value, self.type, strict=False)
        except WrongValueError as error:
            raise MalformedError([fault_of(self.name, error)]) from None
        except msgspec.ValidationError:
            raise self._malformed(text) from None

    def _malformed(self, text: str) -> MalformedError:
        """What is wrong with a text: the parameter, what was found, what is allowed."""
        kind, limits = _parts(self.type)
        if get_origin(kind) is Literal:
            return MalformedError.wrong(self.name, " | ".join(get_args(kind)), shown(text))
        sentence = _sentence(kind, limits, text)
        if sentence is None:
            return MalformedError.wrong(self.name, self._form(), shown(text))
        return MalformedError(sentence, self.name, name=self.name, found=shown(text), **limits)

    def _form(self) -> str:
        return _FORMS.get(self.name) or ALLOWED.get(self.name, ALLOWED["note"])


class Operation(Struct, frozen=True):
    """What there is to say about an operation: where it is, what answers it, and its entry in the document."""

    name: str
    method: str
    path: str
    tag: str
    handler: Handler
    parameters: tuple[Parameter, ...]
    answer: Any
    status: int = 200
    problems: tuple[str, ...] = READ
    body: Callable[[], Document] | None = None
    acts: bool = False
    keyed: bool = False
    who: str = ""
    media: str = JSON
    key_length_max: int = KEY_LENGTH_MAX
    headers: Document = {}
    speaks: bool = False
    conditional: bool = False
    body_bytes_max: int = BODY_BYTES_MAX
    location: str = ""

    @property
    def taken(self) -> tuple[str, ...]:
        """The media types of the bodies that it takes."""
        return media_taken(self.method, self.media)

    def respond(self, request: HttpRequest, in_path: dict[str, str]) -> HttpResponseBase:
        """Let the request in, read its parameters and answer it. Raises ProblemError and MalformedError."""
        authenticate(request)
        refuse_conditions(request, conditional=self.conditional)
        if self.media == NDJSON:
            require_type(request, self.taken)
        else:
            take_body(request, self.taken, self.body_bytes_max)
        return self.handler(request, **self._values(request.GET, in_path))

    def _values(self, query: QueryDict, in_path: dict[str, str]) -> dict[str, Any]:
        """The values of the parameters. Raises MalformedError with every fault of the path and the query."""
        taken = {one.name: one.many for one in self.parameters if one.place == "query"}
        faults: list[Fault] = []
        for name, given in query.lists():
            if name not in taken:
                sentence = _UNKNOWN if taken else _UNKNOWN_OF_NONE
                faults.append(Fault(sentence, name, {"name": shown(name), "known": ", ".join(taken)}))
            elif len(given) > 1 and not taken[name]:
                faults.append(Fault(_REPEATED, name, {"name": name, "count": len(given)}))
        values = {}
        for one in self.parameters:
            given = [in_path[one.name]] if one.place == "path" else query.getlist(one.name)
            try:
                values[one.name] = one.read(given)
            except MalformedError as error:
                faults += error.faults
        if faults:
            raise MalformedError(faults)
        return values


class Operations(list[Operation]):
    """The operations on one kind of thing; `tag` groups them in the document."""

    def __init__(self, tag: str) -> None:
        """Start with none."""
        super().__init__()
        self._tag = tag

    def add(self, method: str, path: str, answer: Any, **more: Any) -> Callable[[Handler], Handler]:
        """Declare the operation that a function answers. Its name is the operation's id, its docstring the description.

        `answer` is the type of a success's body; `more` are further fields of Operation: `body` makes the JSON Schema
        of the request's body, `acts`: it says on whose behalf, `keyed`: it may carry an idempotency key, `who` may use
        it, where that follows from nothing else, `conditional`: it looks at `If-Match`, or answers with an `ETag`,
        `location`: the address of what it makes, with names of the answer's fields.
        """

        def declare(handler: Handler) -> Handler:
            parameters = tuple(_parameters(handler, path))
            self.append(
                Operation(
                    handler.__name__,
                    method,
                    path,
                    self._tag,
                    handler,
                    parameters,
                    answer,
                    speaks=_speaks(answer),
                    **more,
                )
            )
            return handler

        return declare

    def get(self, path: str, answer: Any, **more: Any) -> Callable[[Handler], Handler]:
        """Declare an operation that reads."""
        return self.add("GET", path, answer, **more)

    def post(self, path: str, answer: Any, **more: Any) -> Callable[[Handler], Handler]:
        """Declare an operation that acts for somebody."""
        return self.add("POST", path, answer, acts=True, **more)

    def command(
        self, method: str, path: str, answer: Any, *, status: int = 200, **more: Any
    ) -> Callable[[Handler], Handler]:
        """Declare the operation that carries out the command of the function's name."""
        problems = (*WRITE, "not_found") if "{link_id}" in path else WRITE
        return self.add(method, path, answer, status=status, problems=problems, acts=True, keyed=True, **more)


def _speaks(answer: Any) -> bool:
    """Whether a success's body holds sentences, which are in the language of the one who asks."""
    _, found = msgspec.json.schema_components([answer])
    return any(
        {"detail", "warning_details", "error"} & one.get("properties", {}).keys() for one in found.values()
    )


def _parameters(handler: Handler, route: str) -> Iterable[Parameter]:
    """The parameters of a function; those that are not in the path are in the query."""
    request, *others = inspect.signature(handler).parameters.values()
    assert request.name == "request", "the request comes first"
    for one in others:
        place: Literal["path", "query"] = "path" if f"{{{one.name}}}" in route else "query"
        default = msgspec.NODEFAULT if one.default is one.empty else one.default
        declared = _without_none(one.annotation)
        many = get_origin(declared) is list
        (declared,) = get_args(declared) if many else (declared,)
        reader = reader_of(declared)
        grammar = reader[1] if reader is not None and reader[0] is str else None
        yield Parameter(one.name, place, declared, default, grammar, many)


def _without_none(declared: Any) -> Any:
    """The type of a parameter that may be left out; a text is never None."""
    if get_origin(declared) not in {Union, UnionType}:
        return declared
    (kept,) = (one for one in get_args(declared) if one is not NoneType)
    return kept


def _parts(declared: Any) -> tuple[Any, dict[str, Any]]:
    """What a type is without its annotations, and the limits that these set."""
    if get_origin(declared) is not Annotated:
        return declared, {}
    kind, *metas = get_args(declared)
    limits: dict[str, Any] = {}
    for meta in metas:
        for name in ("ge", "le"):
            if (value := getattr(meta, name)) is not None:
                limits[name] = value
    return kind, limits


def _sentence(kind: Any, limits: dict[str, Any], text: str) -> str | None:
    """The sentence about a text that is no number within the limits, or no truth value; None for any other kind."""
    if kind is bool:
        return "{name}: found {found}; allowed: true or false"
    if kind is int:
        try:
            number = msgspec.convert(text, int, strict=False)
        except msgspec.ValidationError:
            return "{name}: found {found}; allowed: a whole number"
        if number < limits["ge"]:
            return "{name}: found {found}; allowed: at least {ge}"
        return "{name}: found {found}; allowed: at most {le}"
    return None


def routes(operations: Iterable[Operation]) -> list[URLPattern]:
    """Django's routes of the operations, one per path, in the order declared."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [
        path(route.removeprefix("/").replace("{", "<").replace("}", ">"), _view(by_method))
        for route, by_method in by_path.items()
    ]


def _view(by_method: dict[str, Operation]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt  # a key is in no cookie
    def view(request: HttpRequest, **in_path: str) -> HttpResponseBase:
        response = _answer(by_method, request, in_path)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return view


def _answer(
    by_method: dict[str, Operation], request: HttpRequest, in_path: dict[str, str]
) -> HttpResponseBase:
    """The answer of the operation that the method names; HEAD is GET, of which the server sends the headers alone."""
    operation = by_method.get("GET" if request.method == "HEAD" else request.method or "")
    if operation is None:
        return HttpResponseNotAllowed([*by_method, *(["HEAD"] if "GET" in by_method else [])])
    try:
        response = operation.respond(request, in_path)
    except ProblemError as error:
        return problem_response(request, error)
    except MalformedError as error:
        return malformed_response(request, error)
    if isinstance(response, HttpResponse):
        content = response.content
        told = withhold_from_key(request, content)
        if told is not content:
            response.content = told
    if operation.location and isinstance(response, HttpResponse) and response.status_code == operation.status:
        made = msgspec.json.decode(response.content)
        response.headers["Location"] = operation.location.format_map(made)
    if operation.speaks:
        response.headers["Content-Language"] = language_of(request).tag
        response.headers["Vary"] = "Accept-Language"
    return response
