"""JSON in and out: bodies within their limit, and values with their instants written as promised."""

import re
from datetime import datetime
from typing import Any, BinaryIO

import msgspec
from django.http import HttpRequest, HttpResponse

from shoplink.api.problem import ProblemError
from shoplink.core.instant import format_instant
from shoplink.core.parse import MalformedError

BODY_LIMIT_BYTES = 1 << 20
_TAKEN_IN_BODIES = 16


def plain(value: Any) -> Any:
    """A value as JSON knows it: structs as objects, instants with `Z` and as short as possible."""
    return _written(msgspec.to_builtins(value, builtin_types=(datetime,)))


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_written(each) for each in value]
    return value


def answered(value: Any, status: int = 200) -> HttpResponse:
    """A response with a JSON body."""
    return answered_as_is(plain(value), status)


def answered_as_is(value: Any, status: int = 200) -> HttpResponse:
    """The same of what holds no instants, or has them written already: large answers need not be gone through again."""
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in a request's body; an empty body is an empty object.

    Raises ProblemError (body.too_large) and MalformedError.
    """
    return decode_object(read_body(request) or b"{}", "the body")


def decode_object(text: bytes, what: str) -> dict[str, Any]:
    """The JSON object that a text holds; `what` is what errors call it. Raises MalformedError."""
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(
            "{what} is no JSON; byte {byte} is where it breaks", what=what, byte=_byte(error, text)
        ) from None
    if not isinstance(fields, dict):
        raise MalformedError("{what} is no JSON object", what=what)
    return fields


def _byte(error: Exception, text: bytes) -> int:
    """Where a text stops being JSON, as the decoder says it; its end where it says nothing."""
    found = re.search(r"\(byte (\d+)\)", str(error))
    return int(found[1]) if found else getattr(error, "start", len(text))


def read_body(request: HttpRequest, limit: int = BODY_LIMIT_BYTES) -> bytes:
    """A request's body, of a stated length or in chunks. Raises ProblemError (body.too_large)."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if 0 < length <= BODY_LIMIT_BYTES:
        return request.body
    stream: BinaryIO = request.META["wsgi.input"]
    body = stream.read(limit + 1)
    if len(body) <= limit:
        return body
    # Most clients read the answer only when they have sent everything, so what is a little too long is taken in.
    for _ in range(_TAKEN_IN_BODIES):
        if not stream.read(limit):
            break
    raise ProblemError("body.too_large", limit=limit)
