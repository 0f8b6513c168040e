"""What is sent about tickets: bodies with what somebody writes, or with what is asked about."""

from typing import Any

from django.http import HttpRequest

from shoplink.api.actor import may_issue
from shoplink.api.ask import WHENEVER
from shoplink.api.body import plain
from shoplink.api.document import any_command
from shoplink.api.visitor import with_network_region
from shoplink.core import COMMANDS, parse_command
from shoplink.core.commands import PairCommand
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError
from shoplink.core.roles import ISSUERS
from shoplink.flows.ticket.steps import Words

ASKED = {
    kind: command
    for kind, command in COMMANDS.items()
    if issubclass(command, PairCommand) and ISSUERS[command] <= {"shop", "creator"}
}
"""The commands that a ticket can be about: those of a shop or a creator."""

TEXT = "text of 1 to 2000 characters, without NUL"
EVIDENCE = "text of at most 200 characters, without NUL"
_TEXT_MAX, _EVIDENCE_MAX = 2_000, 200
_WORDS = {
    "text": {"type": "string", "minLength": 1, "maxLength": _TEXT_MAX, "pattern": "^[^\\x00]*$"},
    "evidence": {
        "anyOf": [{"type": "string", "maxLength": _EVIDENCE_MAX, "pattern": "^[^\\x00]*$"}, {"type": "null"}]
    },
}
SAID = {"type": "object", "properties": _WORDS, "required": ["text"], "additionalProperties": False}
MAY_SAY = {
    "type": "object",
    "properties": _WORDS,
    "dependentRequired": {"evidence": ["text"]},
    "additionalProperties": False,
}
ABOUT = {
    "type": "object",
    "properties": {
        "command": any_command(ASKED),
        "link_id": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"},
        **_WORDS,
    },
    "oneOf": [{"required": ["command"]}, {"required": ["link_id"]}],
    "dependentRequired": {"evidence": ["text"]},
    "additionalProperties": False,
}


def read_asked(request: HttpRequest, command: Any, by: Actor) -> PairCommand:
    """The command that a body asks about. Raises MalformedError and ProblemError (actor.not_allowed)."""
    if not isinstance(command, dict) or command.get("command") not in ASKED:
        found = repr(command.get("command") if isinstance(command, dict) else command)
        raise MalformedError.wrong("command", f"a command, one of {', '.join(ASKED)}", found)
    for name in ("at", "by", "key"):
        if name in command:
            raise MalformedError("unknown field {name}; it is not part of this body", name, name=repr(name))
    asked = parse_command({**with_network_region(command), "at": WHENEVER, "by": plain(by)})
    assert isinstance(asked, PairCommand), "tickets are about such"
    may_issue(request, asked)
    return asked


def read_words(fields: dict[str, Any], others: tuple[str, ...] = ()) -> Words | None:
    """What is written in a body, if anything is. Raises MalformedError."""
    for name in fields:
        if name not in {"text", "evidence", *others}:
            raise MalformedError("unknown field {name}; it is not part of this body", name, name=repr(name))
    text, evidence = fields.get("text"), fields.get("evidence")
    if "text" in fields and not (_is_text(text, _TEXT_MAX) and text):
        raise MalformedError.wrong("text", TEXT, repr(text))
    if evidence is not None and not _is_text(evidence, _EVIDENCE_MAX):
        raise MalformedError.wrong("evidence", EVIDENCE, repr(evidence))
    if "evidence" in fields and text is None:
        raise MalformedError.wrong("text", TEXT)
    return None if text is None else Words(text, evidence)


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and "\x00" not in value
