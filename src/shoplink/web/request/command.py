"""Send commands from a form through the write path, once however often the form is sent."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Accepted, Command, Reason, Refused
from shoplink.core.decisions import Decision
from shoplink.core.parse import MalformedError
from shoplink.core.precondition.subjects import Subject
from shoplink.core.roles import may_issue
from shoplink.core.wire_format import read_reason, to_plain
from shoplink.flows.answer import Answer
from shoplink.flows.command import read_command_now
from shoplink.flows.dry_run import dry_run_commands
from shoplink.flows.execute import execute, execute_batch
from shoplink.flows.precondition import Precondition
from shoplink.web.request.malformed import say_malformed_form
from shoplink.web.request.precondition import say_changed, seen_in_form
from shoplink.web.request.visit import Visit

KEY_FIELD = "key"
KEY_LENGTH_MAX = 64


class CommandResult(Struct):
    """The result of a command: accepted; refused, with every reason; or malformed, with every problem.

    `stale`: what the form was made from has changed, and nothing was done; `problem` says what.
    `products`: the result for each product that the command names.
    """

    accepted: bool
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    products: tuple[dict[str, Any], ...] = ()
    problem: str = ""
    stale: bool = False

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this result."""
        return 200 if self.accepted else 409 if self.reasons or self.stale else 422


def new_form_key() -> str:
    """An idempotency key for one form."""
    return secrets.token_urlsafe(16)


def form_key(visit: Visit) -> str:
    """The idempotency key of the form that was sent; a new key if it has none that a database can hold."""
    key = visit.form.get(KEY_FIELD, "")[:KEY_LENGTH_MAX]
    return key if key and "\x00" not in key else new_form_key()


NOTHING: Precondition | None = None
"""The `seen` of a command that begins something: there was nothing yet that could change."""


def send(
    visit: Visit,
    command: str,
    *,
    seen: Precondition | Subject | None,
    link_id: str | None = None,
    **fields: Any,
) -> CommandResult:
    """Execute one command, given by its name and fields, as the actor of the page.

    `seen`: what the page showed, whose token is in the form; once that has changed, nothing is done. NOTHING for a
    command that begins something.

    The form's hidden `key` makes a second sending of the form return the first result. `link_id` is the link that
    the page shows: the command is refused if its pair has another link by now.
    """
    return send_batch(visit, [{**fields, "command": command}], seen=seen, link_id=link_id)[0]


def send_batch(
    visit: Visit,
    commands: Sequence[dict[str, Any]],
    *,
    seen: Precondition | Subject | None,
    link_id: str | None = None,
) -> list[CommandResult]:
    """Execute several commands in one batch, in order; one result for each. `seen` is that of all.

    The first command has the same idempotency key as if it were sent alone; the keys of the others add their position.
    """
    key_of_form = form_key(visit)
    results: dict[int, CommandResult] = {}
    parsed: dict[int, Command] = {}
    for position, fields in enumerate(commands):
        key = f"{key_of_form}/{fields['command']}" + (f"/{position}" if position else "")
        try:
            command = read_command_now(fields, {"by": to_plain(visit.by), "key": key})
        except MalformedError as error:
            results[position] = _malformed(visit, error)
            continue
        if not may_issue(visit.by, command):
            raise Http404
        parsed[position] = command
    answers = execute_for(visit, [*parsed.values()], seen, link_id=link_id)
    results |= {
        position: result_of_answer(visit, answer, seen)
        for position, answer in zip(parsed, answers, strict=True)
    }
    return [results[position] for position in range(len(commands))]


def execute_for(
    visit: Visit,
    commands: Sequence[Command],
    seen: Precondition | Subject | None,
    *,
    link_id: str | None = None,
    with_state: bool = False,
) -> list[Answer]:
    """Execute commands of a form in one transaction, if they may be, under the keys of the person."""
    scope, given = f"person:{visit.by.person or ''}", _precondition(visit, seen)
    if len(commands) == 1:
        return [execute(commands[0], scope=scope, link_id=link_id, with_state=with_state, seen=given)]
    return execute_batch(commands, scope=scope, link_id=link_id, seen=given) if commands else []


def _precondition(visit: Visit, seen: Precondition | Subject | None) -> Precondition | None:
    return seen_in_form(visit, seen) if isinstance(seen, Subject) else seen


def result_of_answer(visit: Visit, answer: Answer, seen: Precondition | Subject | None) -> CommandResult:
    """The result of a command that was executed; `seen` is what it was made from."""
    if answer["outcome"] == "stale":
        given = _precondition(visit, seen)
        assert given is not None, "only what was made from something is stale"
        return CommandResult(accepted=False, stale=True, problem=say_changed(visit, given))
    if answer["outcome"] == "rejected":
        return CommandResult(accepted=False, problem=say_rejected(answer["error"]))
    return CommandResult(
        accepted=answer["outcome"] == "accepted",
        reasons=tuple(read_reason(reason) for reason in answer["reasons"]),
        warnings=tuple(answer["warnings"]),
        events=tuple(answer["events"]),
        products=tuple(answer.get("products", ())),
    )


def dry_run(visit: Visit, command: str, **fields: Any) -> CommandResult:
    """The result that `send` would have now. Nothing is executed or stored."""
    (decision,) = dry_run_batch(visit, [{**fields, "command": command}])
    return result_of_decision(decision)


def try_command(visit: Visit, command: str, **fields: Any) -> CommandResult:
    """The result that `send` would have now, of what somebody typed: malformed input is a result, too."""
    try:
        return dry_run(visit, command, **fields)
    except MalformedError as error:
        return _malformed(visit, error)


def dry_run_batch(visit: Visit, commands: Sequence[dict[str, Any]]) -> list[Decision]:
    """The decisions that `send_batch` would lead to now. Nothing is executed or stored."""
    by = to_plain(visit.by)
    return dry_run_commands([read_command_now(fields, {"by": by}) for fields in commands])


def result_of_decision(decision: Decision) -> CommandResult:
    """The result of a dry run."""
    match decision:
        case Accepted(warnings=warnings):
            return CommandResult(accepted=True, warnings=tuple(warnings))
        case Refused(reasons=reasons):
            return CommandResult(accepted=False, reasons=tuple(reasons))


def _malformed(visit: Visit, error: MalformedError) -> CommandResult:
    return CommandResult(accepted=False, problem=say_malformed_form(visit, error))


def say_rejected(error: str) -> str:
    """Why a form was not executed that was sent twice."""
    if error == "idempotency.in_progress":
        return _("This form is still being processed. Reload the page in a moment.")
    return _("This form was already sent with other input. Check your input and send it again.")
