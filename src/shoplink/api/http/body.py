"""JSON in and out: bodies, pages of lists, and values with their instants in the promised form."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.media import body_of
from shoplink.core.instant import format_instant
from shoplink.core.parse import Fault, MalformedError, decode_object, unknown

T = TypeVar("T")
Row = TypeVar("Row")


class Page(Struct, Generic[T], frozen=True):
    """One page; `next` is the cursor of the page behind it, null at the end."""

    items: list[T]
    next: str | None


def one_page(
    rows: list[Row], limit: int, key: Callable[[Row], int | str], show: Callable[[Row], T | None]
) -> Page[T]:
    """A page of at most `limit` of the rows; one row more says that there is another page.

    A row for which `show` returns None is left out.
    """
    shown = [body for row in rows[:limit] if (body := show(row)) is not None]
    return Page(shown, str(key(rows[limit - 1])) if len(rows) > limit else None)


def plain(value: Any) -> Any:
    """A value as JSON knows it: structs as objects, instants with `Z` and as short as possible."""
    return _with_instants_as_text(msgspec.to_builtins(value, builtin_types=(datetime,)))


def _with_instants_as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, dict):
        return {name: _with_instants_as_text(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_instants_as_text(each) for each in value]
    return value


def respond(value: Any, status: int = 200) -> HttpResponse:
    """A response with a JSON body."""
    return respond_as_is(plain(value), status)


def respond_as_is(value: Any, status: int = 200) -> HttpResponse:
    """A response with a JSON body without instants, or with instants as text already: `plain` is slow for large ones."""
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in a request's body; an empty body is an empty object.

    Raises MalformedError.
    """
    return decode_object(body_of(request) or b"{}", "the body")


def unknown_fields(fields: dict[str, Any], known: tuple[str, ...]) -> list[Fault]:
    """The fields of a body that are none of the known ones, to be named with whatever else is wrong with it."""
    return [unknown(name, known, "this body") for name in fields if name not in known]


def refuse_fields(fields: dict[str, Any], *, other_than: tuple[str, ...]) -> None:
    """Raises MalformedError for every field of a body that is none of these."""
    if faults := unknown_fields(fields, other_than):
        raise MalformedError(faults)
