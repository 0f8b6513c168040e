"""Send a command from a form, through the write path, once however often the form is sent."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Accepted, Command, Reason, Refused, parse_command
from shoplink.core.decisions import Decision
from shoplink.core.instant import BEGINNING
from shoplink.core.parse import MalformedError
from shoplink.core.roles import may_issue
from shoplink.core.wire_format import read_reason, to_plain
from shoplink.flows.dry_run import try_in_turn
from shoplink.flows.execute import Answer, execute
from shoplink.web.visit import Visit
from shoplink.wording.problems import say_malformed

KEY_FIELD = "key"
KEY_LENGTH_MAX = 64


class Sent(Struct):
    """What became of a command: accepted; or refused, with every reason; or not understood, naming the field.

    `products`: what came of each product that the command named.
    """

    accepted: bool
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    products: tuple[dict[str, Any], ...] = ()
    problem: str = ""
    field: str = ""

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this."""
        return 200 if self.accepted else 409 if self.reasons else 422


def new_key() -> str:
    """A key for one sending of one form."""
    return secrets.token_urlsafe(16)


def key_of(visit: Visit) -> str:
    """The key of the form that was sent; a new one where it has none, or one that no database can hold."""
    typed = visit.typed.get(KEY_FIELD, "")[:KEY_LENGTH_MAX]
    return typed if typed and "\x00" not in typed else new_key()


def send(visit: Visit, command: str, *, link_id: str | None = None, **fields: Any) -> Sent:
    """Execute the command of this name with these fields, by whoever acts on the page.

    The form's hidden `key` makes a second sending of the same form get the first one's answer. `link_id`: the
    link that the page shows; if its pair has another by now, the command is refused.
    """
    return send_all(visit, [{**fields, "command": command}], link_id=link_id)[0]


def send_all(visit: Visit, commands: Sequence[dict[str, Any]], *, link_id: str | None = None) -> list[Sent]:
    """Execute several commands as one batch, each after those before it; what became of each.

    The first is known by the form's key and its name, as one that is sent alone; the others by their place too.
    """
    typed = key_of(visit)
    found: dict[int, Sent] = {}
    meant: dict[int, Command] = {}
    for place, fields in enumerate(commands):
        key = f"{typed}/{fields['command']}" + (f"/{place}" if place else "")
        try:
            command = parse_command({**fields, "at": BEGINNING, "by": to_plain(visit.by), "key": key})
        except MalformedError as error:
            found[place] = Sent(
                accepted=False, problem=say_malformed(error, visit.language), field=error.field or ""
            )
            continue
        if not may_issue(visit.by, command):
            raise Http404
        meant[place] = command
    answers = (
        execute([*meant.values()], scope=f"person:{visit.by.person or ''}", link_id=link_id) if meant else []
    )
    found |= {place: sent_of(answer) for place, answer in zip(meant, answers, strict=True)}
    return [found[place] for place in range(len(commands))]


def sent_of(answer: Answer) -> Sent:
    """What became of a command that was executed."""
    if answer["outcome"] == "rejected":
        return Sent(accepted=False, problem=_rejected(answer["error"]))
    return Sent(
        accepted=answer["outcome"] == "accepted",
        reasons=tuple(read_reason(reason) for reason in answer["reasons"]),
        warnings=tuple(answer["warnings"]),
        events=tuple(answer["events"]),
        products=tuple(answer.get("products", ())),
    )


def judge(visit: Visit, command: str, **fields: Any) -> Sent:
    """What `send` would lead to now; nothing is done and nothing is stored."""
    (decision,) = judge_all(visit, [{**fields, "command": command}])
    return judged_of(decision)


def judged_of(decision: Decision) -> Sent:
    """What a command would lead to that was tried."""
    match decision:
        case Accepted(warnings=warnings):
            return Sent(accepted=True, warnings=tuple(warnings))
        case Refused(reasons=reasons):
            return Sent(accepted=False, reasons=tuple(reasons))


def judge_all(visit: Visit, commands: Sequence[dict[str, Any]]) -> list[Decision]:
    """What `send_all` would lead to now, of each command; nothing is done and nothing is stored."""
    by = to_plain(visit.by)
    return try_in_turn([parse_command({**fields, "at": BEGINNING, "by": by}) for fields in commands])


def _rejected(error: str) -> str:
    if error == "idempotency.in_progress":
        return _("This form is still being worked on. Reload the page in a moment.")
    return _("This form had been sent before with other input. Check what you typed and send it again.")
