"""The clock of a sandbox. In every other database there is nothing at these addresses."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import read_object, refuse_fields, respond
from shoplink.api.http.operation import FIND, Operations
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.http.request import require_scope
from shoplink.api.http.schema import INSTANT
from shoplink.core.instant import format_instant
from shoplink.core.parse import MalformedError, fault_of
from shoplink.core.values import WrongValueError, read_instant, shown
from shoplink.flows import clock
from shoplink.flows.sandbox.clock import MOVED_MAX, ClockReading, Whereto, is_sandbox, move_clock, read_clock
from shoplink.wording.input_errors import DURATION, NOT_TOO_FAR, RFC_3339

operations = Operations("sandbox")

_FIELDS = ("to", "by", "next")
_DURATION = {
    "type": "string",
    "format": "duration",
    "pattern": r"^P(?!$)(\d{1,5}D)?(T(?!$)(\d{1,6}H)?(\d{1,8}M)?(\d{1,10}S)?)?$",
    "description": "How far from now (ISO 8601), at least one second.",
}


def _variant(title: str, field: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "type": "object",
        "properties": {field: schema},
        "required": [field],
        "additionalProperties": False,
    }


_BODY = {
    "description": "Whereto: exactly one of `to`, `by` and `next`.",
    "oneOf": [
        _variant("To", "to", {**INSTANT, "description": "An instant that is yet to come."}),
        _variant("By", "by", _DURATION),
        _variant("Next", "next", {"const": True, "description": "Where something is due next."}),
    ],
}


class ClockBody(Struct, frozen=True):
    """What the clock says, and when time alone does something next: null if it does nothing any more."""

    now: Instant
    next_due_at: Instant | None


@operations.get("/sandbox/clock", ClockBody, problems=FIND)
def get_clock(request: HttpRequest) -> HttpResponse:
    """What the clock of a sandbox says; 404 in a database that was not made as one."""
    require_scope(request, "read")
    _require_sandbox()
    return respond(_shown(read_clock()))


@operations.add(
    "POST",
    "/sandbox/clock/advance",
    ClockBody,
    body=lambda: _BODY,
    problems=(*FIND, "clock.passed", "clock.nothing_due", "body.too_large"),
    who="a key with the scope platform",
)
def advance_clock(request: HttpRequest) -> HttpResponse:
    """Move the clock of a sandbox forward. It is never moved back.

    Everything that is due on the way happens at its own instant, in order, before the answer: invitations expire, birthdays
    come, rulebooks start, unanswered requests end links, people are reminded. Calls at the same time wait for each other.
    """
    require_scope(request, "platform")
    _require_sandbox()
    field, whereto = _read(read_object(request))
    moved = move_clock(whereto)
    if isinstance(moved, ClockReading):
        return respond(_shown(moved))
    if moved == "too_far":
        raise MalformedError.wrong(field, NOT_TOO_FAR.en, shown(_said(whereto)))
    if moved == "nothing_due":
        raise ProblemError("clock.nothing_due")
    raise ProblemError("clock.passed", now=format_instant(clock.now()), to=_said(whereto))


def _require_sandbox() -> None:
    if not is_sandbox():
        raise ProblemError("not_found")


def _shown(reading: ClockReading) -> ClockBody:
    return ClockBody(reading.now, reading.next_due_at)


def _said(whereto: Whereto) -> str:
    """An instant or a duration as it is sent."""
    if isinstance(whereto, datetime):
        return format_instant(whereto)
    said: str = msgspec.to_builtins(whereto)
    return said


def _read(fields: dict[str, Any]) -> tuple[str, Whereto]:
    """The field that says whereto, and what it says. Raises MalformedError."""
    refuse_fields(fields, other_than=_FIELDS)
    given = [name for name in _FIELDS if fields.get(name) is not None]
    if len(given) != 1:
        raise MalformedError("exactly one of {names} must be given", "to", names=", ".join(_FIELDS))
    (name,) = given
    value = fields[name]
    if name == "next":
        if value is not True:
            raise MalformedError.wrong(name, "true", shown(value))
        return name, "next"
    if not isinstance(value, str):
        raise MalformedError.wrong(name, RFC_3339.en if name == "to" else DURATION.en, shown(value))
    return name, _instant(value) if name == "to" else _duration(value)


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except WrongValueError as error:
        raise MalformedError([fault_of("to", error)]) from None


def _duration(text: str) -> timedelta:
    try:
        found = msgspec.convert(text, timedelta)
    except msgspec.ValidationError:
        found = timedelta()
    if not timedelta(seconds=1) <= found <= MOVED_MAX:
        raise MalformedError.wrong("by", DURATION.en, shown(text))
    return found
