"""A stream of commands in, an answer a line out: executed in transactions of up to a thousand lines."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Literal

import msgspec
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from msgspec import Struct

from shoplink.api.http.body import plain
from shoplink.api.http.command import with_network_region
from shoplink.api.http.disclosure import disclose_to_key, withhold_from_key
from shoplink.api.http.media import NDJSON, is_packed, pieces_of
from shoplink.api.http.operation import Operations
from shoplink.api.http.problem import Instant, ProblemError, language_of
from shoplink.api.http.request import (
    actor_of,
    idempotency_key,
    key_of,
    read_issuer,
    require_issuer,
)
from shoplink.api.http.schema import EventBody, ParamsBody
from shoplink.core import Command, wire
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError, decode_object
from shoplink.core.reasons import NextActor
from shoplink.core.values import shown
from shoplink.core.wire_format import read_reason
from shoplink.flows import clock, health
from shoplink.flows.answer import Answer, rejected
from shoplink.flows.command import read_command_now
from shoplink.flows.execute import execute_batch
from shoplink.flows.file.replay import LINE_LIMIT_BYTES
from shoplink.server.stream import SPOOL, BrokenOffError
from shoplink.store.database.trouble import kind_of
from shoplink.wording.problems import say_malformed

operations = Operations("commands")

STREAM_KEY_LENGTH_MAX = 180
"""How long the key of a stream may be, so that with a colon and a number of 19 digits it is one for a line."""
LINES_IN_TRANSACTION_MAX = 1_000
BYTES_IN_TRANSACTION_MAX = 8 << 20
_SILENCE_SECONDS = 0.5
_BOM = b"\xef\xbb\xbf"

Line = tuple[int, Command | Answer]


class PlainReason(Struct, frozen=True, omit_defaults=True):
    """A reason without its sentences."""

    code: str
    next_actor: NextActor
    possible_at: Instant | None
    params: ParamsBody


class PlainOutcome(Struct, frozen=True):
    """What comes of one product that a line names; without reasons it was added."""

    product_id: str
    outcome: Literal["added", "refused"]
    reasons: list[PlainReason]


class LineAnswer(Struct, frozen=True, omit_defaults=True):
    """The answer to one line of a stream, in the form of `shoplink replay`.

    `creator_can_see`: there is another reason, which the shop is not told and the creator is.
    """

    line: int
    outcome: Literal["accepted", "refused", "rejected", "invalid"]
    events: list[EventBody]
    warnings: list[str]
    reasons: list[PlainReason]
    products: list[PlainOutcome] | None = None
    error: str | None = None
    creator_can_see: bool = False


def _stream_body() -> dict[str, Any]:
    """The description of the request's body, in words alone: any text is a stream, each line answered for itself."""
    return {
        "type": "string",
        "format": "binary",
        "description": "One command a line, as /v1/checks takes it, with `by`, `key`, `about`.",
    }


@operations.post(
    "/commands",
    LineAnswer,
    problems=("key.unknown", "malformed"),
    body=_stream_body,
    media=NDJSON,
    keyed=True,
    key_length_max=STREAM_KEY_LENGTH_MAX,
)
def send_commands(request: HttpRequest) -> HttpResponseBase:
    """Execute a stream of commands, one JSON object per line with its `command` and without `at`.

    Up to 1,000 lines make one transaction, and fewer if no more come for half a second; each line is answered, in
    order, when its transaction is committed. A stream of which nothing comes and nothing is read for 15 seconds is
    broken off: its last answer is for the line that did not come, `rejected` with the error `body.too_slow` (or
    `service.stopping`, if the service stops, or `database.away` and its like, if the database fails). What was not
    answered is done by sending it again with the same key.
    A line may say `by` whom it is ({"kind", "id"}; else the header says it) and carry a `key`. With an
    Idempotency-Key, here of at most 180 characters, a line without one has that key, a colon and its number.
    The outcome of a line is `accepted`, `refused`, `invalid` (no command) or `rejected` (not allowed, or its key
    was used otherwise), with an `error`.
    """
    actor, key = actor_of(request), idempotency_key(request, STREAM_KEY_LENGTH_MAX)
    pieces = pieces_of(request.META[SPOOL], _SILENCE_SECONDS, packed=is_packed(request))
    return StreamingHttpResponse(_answers(request, pieces, actor, key), content_type=NDJSON)


def _answers(
    request: HttpRequest, pieces: Iterable[bytes | None], actor: Actor, key: str | None
) -> Iterator[bytes]:
    """The answers, a transaction's at a time. If the database fails, wherever it is asked, the last one says so."""
    answered = 0
    try:
        for batch in _batches(request, pieces, actor, key):
            yield _execute(request, batch)
            answered = batch[-1][0]
    except (DatabaseError, InterfaceError) as error:
        kind = kind_of(error)
        if kind is None:
            raise
        health.note(kind, error)
        broken_off = {"line": answered + 1, **rejected(f"database.{kind}")}
        yield msgspec.json.encode(broken_off) + b"\n"


def _execute(request: HttpRequest, batch: list[Line]) -> bytes:
    """Execute the commands among the lines in one transaction; the answers to all of the lines."""
    commands = [command for _, command in batch if isinstance(command, Command)]
    done = iter(execute_batch(commands, scope=key_of(request).key_id))
    encode, written = msgspec.json.Encoder().encode, []
    for number, command in batch:
        answer = _told(request, command, next(done)) if isinstance(command, Command) else command
        public = {name: value for name, value in answer.items() if name != "state"}
        written.append(withhold_from_key(request, encode({"line": number, **public})))
    return b"\n".join(written) + b"\n"


def _told(request: HttpRequest, command: Command, answer: Answer) -> Answer:
    """The answer to a command, with the reasons that the request's key may learn."""
    if answer["outcome"] != "refused":
        return answer
    told = disclose_to_key(request, command, map(read_reason, answer["reasons"]))
    more = {"creator_can_see": True} if told.creator_can_see else {}
    return {**answer, "reasons": [wire(each) for each in told.reasons], **more}


class _Mark(Enum):
    SILENCE = "no line has come for a while"


def _batches(
    request: HttpRequest, pieces: Iterable[bytes | None], actor: Actor, key: str | None
) -> Iterator[list[Line]]:
    """The lines in groups, each small enough for one transaction; a group is closed when no more lines come."""
    batch: list[Line] = []
    number = size = 0
    now = cache(clock.now)
    for line in _lines(pieces):
        if line is _Mark.SILENCE:
            if batch:
                yield batch
            batch, size, now = [], 0, cache(clock.now)
            continue
        number += 1
        if isinstance(line, BrokenOffError):
            batch.append((number, rejected(line.kind)))
            break
        text = line.removeprefix(_BOM) if number == 1 and line is not None else line
        if text is not None and not text.strip():
            continue
        line_key = f"{key}:{number}" if key else None
        batch.append((number, _command(request, text, actor, line_key, now)))
        size += len(text or b"")
        if len(batch) == LINES_IN_TRANSACTION_MAX or size > BYTES_IN_TRANSACTION_MAX:
            yield batch
            batch, size, now = [], 0, cache(clock.now)
    if batch:
        yield batch


def _lines(pieces: Iterable[bytes | None]) -> Iterator[bytes | _Mark | BrokenOffError | None]:
    """The lines of a stream, in bounded memory; None stands for a line over the limit.

    Between them are marks of silence. Where the stream breaks off, the error is the last line.
    """
    rest, too_long = b"", False
    try:
        for piece in pieces:
            if piece is None:
                yield _Mark.SILENCE
                continue
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield None if too_long or len(line) >= LINE_LIMIT_BYTES else line
                too_long = False
            if len(rest) > LINE_LIMIT_BYTES:
                rest, too_long = b"", True
    except BrokenOffError as error:
        yield error
        return
    if rest or too_long:
        yield None if too_long else rest


def _command(
    request: HttpRequest, line: bytes | None, actor: Actor, key: str | None, now: Callable[[], datetime]
) -> Command | Answer:
    """The command of a line, or the answer to one that holds none or may not be issued."""
    try:
        command = _read(line, actor, key, now)
        require_issuer(request, command)
    except MalformedError as error:
        return {**rejected(say_malformed(error, language_of(request))), "outcome": "invalid"}
    except ProblemError as error:
        return rejected(error.kind)
    return command


def _read(line: bytes | None, actor: Actor, key: str | None, now: Callable[[], datetime]) -> Command:
    if line is None:
        raise MalformedError("the line is longer than {bytes} bytes", bytes=LINE_LIMIT_BYTES)
    written = {"by": plain(actor), "key": key, **decode_object(line, "the line")}
    fields, faults = with_network_region(written.get("command"), written)
    command = read_command_now(fields, faults=faults, now=now)
    by = command.by or actor
    if by.person is not None:
        raise MalformedError(
            "unknown field {name}; only a console knows who is signed in", "by", name=shown("by.person")
        )
    return msgspec.structs.replace(command, by=read_issuer(f"{by.kind}:{by.id}", "by"))
