"""`replay`: read a file of commands, write every decision with every reason. It runs in memory, without a database."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Union

import msgspec

from shoplink.core import (
    COMMANDS,
    Accepted,
    Command,
    Event,
    MalformedError,
    Reason,
    Refused,
    World,
    parse_command,
    step,
    wire,
)
from shoplink.core.instant import format_instant
from shoplink.core.parse import INSTANT_FIELDS, decode_object, in_normal_form, wrong
from shoplink.core.wire_format import wire_products
from shoplink.flows.answer import Answer
from shoplink.wording import Language, say_event, say_reason, say_warning
from shoplink.wording.input_errors import NOT_EARLIER
from shoplink.wording.problems import say_malformed

LINE_LIMIT_BYTES = 1 << 20
_SELDOM = "facts_as_of"
_WITH_ONE_INSTANT = [
    name for name, kind in sorted(COMMANDS.items()) if {*INSTANT_FIELDS[kind]} - {_SELDOM} == {"at"}
]
_BOM = b"\xef\xbb\xbf"


def read_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream, in bounded memory; None stands for a line over the limit."""
    while line := stream.readline(LINE_LIMIT_BYTES + 1):
        if len(line) <= LINE_LIMIT_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LINE_LIMIT_BYTES)
        yield None


def replay(lines: Iterable[bytes | None], world: World, language: Language | None = None) -> Iterator[Answer]:
    """Step the world by each line; yields an answer for every line that is not blank, in the specified form.

    The answer to an invalid line has an `error`, in English if there is no language; such a line changes neither facts
    nor time. With a language, the answers include sentences.
    """
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(_BOM) if number == 1 and line is not None else line
        if text is not None and not text.strip():
            continue
        try:
            command = read_command(text, world.now)
        except MalformedError as error:
            said = say_malformed(error, language) if language else str(error)
            yield {**_line(number, "invalid"), "error": said}
            continue
        yield answer_line(number, world, command, language)


def read_command(line: bytes | None, not_before: datetime) -> Command:
    """The command that a line of NDJSON holds; raises MalformedError."""
    command = _plain_command(line or b"") or parse_command(fields_of_line(line))
    require_not_earlier(command.at, not_before)
    return command


def fields_of_line(line: bytes | None) -> dict[str, Any]:
    """The JSON object in a line; None stands for one over the limit. Raises MalformedError."""
    if line is None:
        raise MalformedError("the line is longer than {bytes} bytes", bytes=LINE_LIMIT_BYTES)
    return decode_object(line, "the line")


def require_not_earlier(at: datetime, not_before: datetime) -> None:
    """Raises MalformedError for a line whose instant is before that of the line before."""
    if at < not_before:
        earliest = format_instant(not_before)
        raise MalformedError([wrong("at", NOT_EARLIER.en, format_instant(at), earliest=earliest)])


def _plain_command(line: bytes) -> Command | None:
    """The command of a line that msgspec can decode alone, as most lines; None for any other.

    msgspec accepts more instants than RFC 3339 does, and handles duplicate keys differently. So it decodes only lines
    without escapes, with one `at` in the plainest form and without another instant, and takes what is in normal form.
    """
    if b"\\" in line or line.count(b'"at"') != 1 or _PLAIN_AT.search(line) is None:
        return None
    if _SELDOM.encode() in line:
        return None
    try:
        command = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return command if in_normal_form(command) else None


_PLAIN_AT = re.compile(rb'"at"\s*:\s*"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z"')
_decode: Callable[[bytes], Command] = msgspec.json.Decoder(
    Union[tuple(COMMANDS[name] for name in _WITH_ONE_INSTANT)]  # noqa: UP007 (made from a list)
).decode


def answer_line(number: int, world: World, command: Command, language: Language | None = None) -> Answer:
    """Step the world by a command and return the answer."""
    transition = step(world, command)
    events = [_event(event, language) for event in (*transition.due, *transition.own)]
    match transition.decision:
        case Accepted(warnings=warnings, outcomes=outcomes):
            details = (
                {"warning_details": [say_warning(code, language) for code in warnings]} if language else {}
            )
            line = {**_line(number, "accepted", events, warnings=warnings), **details}
        case Refused(reasons=reasons, outcomes=outcomes):
            plain = [_reason(reason, language) for reason in reasons]
            line = _line(number, "refused", events, reasons=plain)
    return {**line, "products": wire_products(outcomes)} if outcomes else line


def _event(event: Event, language: Language | None) -> Answer:
    return {**wire(event), "detail": say_event(event, language)} if language else wire(event)


def _reason(reason: Reason, language: Language | None) -> Answer:
    if language is None:
        return wire(reason)
    text = say_reason(reason, language)
    return {**wire(reason), "detail": text.problem, "remedy": text.remedy}


def _line(
    number: int,
    outcome: str,
    events: Sequence[Answer] = (),
    warnings: Sequence[str] = (),
    reasons: Sequence[Answer] = (),
) -> Answer:
    return {"line": number, "outcome": outcome, "events": events, "warnings": warnings, "reasons": reasons}
