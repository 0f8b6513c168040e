"""One request that asks for something to be done: its body becomes a command, the command's answer a response."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from shoplink.api.actor import actor_of, may_issue
from shoplink.api.body import answered, plain, read_object
from shoplink.api.key import key_of
from shoplink.api.problem import ProblemError, problem, refusal
from shoplink.api.visitor import with_network_region
from shoplink.core import Command, World, parse_command
from shoplink.core.parse import MalformedError
from shoplink.flows.execute import Answer, execute
from shoplink.flows.look import look
from shoplink.store.read.link import snapshot
from shoplink.store.write.load import Touched

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 200

WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for a command's instant until the write path reads the clock."""

_NOT_IN_A_BODY = ("command", "at", "by", "key")


def read_command(request: HttpRequest, kind: str, **named: str) -> Command:
    """The command of this kind that a request's body asks for; `named` are the fields that its path gives.

    Raises MalformedError and ProblemError (body.too_large, scope.missing, actor.not_allowed).
    """
    fields = read_object(request)
    for name in (*_NOT_IN_A_BODY, *named):
        if name in fields:
            raise MalformedError("unknown field {name}; it is not part of this body", name, name=repr(name))
    by, key = actor_of(request), idempotency_key(request)
    given = with_network_region({**fields, **named, "command": kind})
    command = parse_command({**given, "at": WHENEVER, "by": plain(by), "key": key})
    may_issue(request, command)
    return command


def idempotency_key(request: HttpRequest, length_max: int = KEY_LENGTH_MAX) -> str | None:
    """The key that a request carries, if it does, of at most so many characters. Raises MalformedError."""
    key = request.headers.get(KEY_HEADER)
    if key is not None and not 1 <= len(key) <= length_max:
        raise MalformedError.wrong(KEY_HEADER, f"1 to {length_max} characters", repr(key))
    return key


def carry_out(  # noqa: PLR0913 (a command, and how it is answered)
    request: HttpRequest,
    command: Command,
    show: Callable[[World], Any] | None = None,
    *,
    finish: Callable[[Answer], Any] = lambda answer: answer["shown"],
    status: int = 200,
    link_id: str | None = None,
) -> HttpResponse:
    """Execute a command and answer it with the body that it led to, or with the problem.

    `show` makes the body of the World that the command leaves; it is kept with the answer, so a repeated request
    gets the same. `finish` makes the response's body of the whole answer.
    """
    shown = None if show is None else lambda world: plain(show(world))
    answer = execute([command], scope=key_of(request).key_id, show=shown, link_id=link_id)[0]
    if show is not None and answer["outcome"] == "accepted" and "shown" not in answer:
        # The key was first used for the same command in a stream, which shows nothing.
        with snapshot():
            answer["shown"] = plain(show(look(Touched.by([command])).world))
    match answer["outcome"]:
        case "accepted":
            return answered(finish(answer), status)
        case "refused":
            return refusal(request, answer["reasons"])
        case _:
            return problem(request, ProblemError(answer["error"]))
