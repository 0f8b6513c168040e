"""Turns a decoded JSON object into a command, or into an error that a caller of the API understands."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from shoplink.core.commands import COMMANDS, Command, PutAccount
from shoplink.core.commerce.commands import PRODUCTS_MAX, PutProduct
from shoplink.core.instant import parse_instant

_SHOWN_MAX = 240

_ID = "1–64 of A–Z a–z 0–9 _ . : -"
_MARKET = "two capital letters (ISO 3166-1)"
_TEXT = "text of at most 200 characters, without NUL"
_COUNT = "a whole number from 0 to 2^53 - 1"
_INSTANT = "an RFC 3339 instant with offset, at most microseconds"

ALLOWED: dict[str, str] = {
    "at": _INSTANT,
    "by": "{kind: shop, creator, account, support, platform or clock; id: text}",
    "key": _TEXT,
    "about": "text, without NUL",
    "shop_id": _ID,
    "account_id": _ID,
    "market": _MARKET,
    "region": _MARKET,
    "registered_in": _MARKET,
    "network_region": f"{_MARKET}, or null where it is unknown",
    "enrolment": "open or invited",
    "status": "normal or abnormal",
    "commerce_permission": "granted or revoked",
    "followers": _COUNT,
    "birth_date": "a date, YYYY-MM-DD",
    "name": _TEXT,
    "handle": _TEXT,
    "note": _TEXT,
    "reference": _TEXT,
    "role": "official or marketing",
    "settlement": "own or offline",
    "linked_at": _INSTANT,
    "unlinked_at": _INSTANT,
    "until": f"{_INSTANT}, or null for no end",
    "effective_from": _INSTANT,
    "facts_as_of": f"{_INSTANT}, not in the future",
    "code": "a reason code of the catalogue",
    "product_id": _ID,
    "product_ids": f"1 to {PRODUCTS_MAX} ids, each {_ID}",
    "content_id": _ID,
    "kind": "video or live",
    "title": _TEXT,
    "price_minor": _COUNT,
    "currency": "three capital letters (ISO 4217)",
    "listed_at": _INSTANT,
    "commission_rate_bp": "a whole number of basis points from 0 to 10000",
    "units_7d": _COUNT,
    "units_prev_7d": _COUNT,
    "rank_page": "a whole number from 1 to 2^53 - 1",
}
"""What each field may hold, in words; a field means the same in every command that `_OWN` does not name."""

_OWN: dict[tuple[type[Command], str], str] = {(PutProduct, "status"): "on_sale or off"}


_IS_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}").fullmatch


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _IS_ID(text) is not None


def allowed(command: type[Command], field: str) -> str:
    """What a field of a command may hold, in English."""
    return _OWN.get((command, field), ALLOWED[field])


INSTANT_FIELDS: dict[type[Command], list[str]] = {
    kind: [name for name in kind.__struct_fields__ if ALLOWED[name].startswith(_INSTANT)]
    for kind in COMMANDS.values()
}
"""The names of the fields that hold instants, `at` among them, by command."""


class MalformedError(ValueError):
    """Input that is not a command; the text names the field, what was found, and what is allowed.

    `field`, `found` and `allowed` hold the same parts for sentences in other languages. `found` is None if the field
    is missing. If `allowed` is None, the error consists of `sentence` and its `params` alone.
    """

    def __init__(self, sentence: str, field: str | None = None, **params: object) -> None:
        """Build the text from `sentence` and `params`; `field` names the field at fault, if there is one."""
        super().__init__(sentence.format_map(params) if params else sentence)
        self.field = field
        self.sentence, self.params = sentence, params
        self.found: str | None = None
        self.allowed: str | None = None

    @classmethod
    def wrong(cls, field: str, allowed: str, found: str | None = None) -> "MalformedError":
        """The error for a field that is missing (`found` is None) or holds a value that is not allowed."""
        problem = "missing" if found is None else f"found {found}"
        error = cls(f"{field}: {problem}; allowed: {allowed}", field)
        error.found, error.allowed = found, allowed
        return error


def parse_command(fields: Mapping[str, object], now: Callable[[], datetime] | None = None) -> Command:
    """Parse a decoded JSON object as a command; its instants are converted to UTC.

    `now` tells the instant at which it is given where its `at` only stands for that; it is asked only if a value
    depends on it.

    Raises MalformedError, which names the field, the value found and what is allowed.
    """
    kind = fields.get("command")
    command = COMMANDS.get(kind) if isinstance(kind, str) else None
    if command is None:
        if "command" not in fields:
            raise MalformedError("command: missing; one of {known}", "command", known=", ".join(COMMANDS))
        known = ", ".join(COMMANDS)
        raise MalformedError(
            "unknown command {found}; one of {known}", "command", found=_shown(kind), known=known
        )
    values: dict[str, Any] = dict(fields)
    for name in INSTANT_FIELDS[command]:
        text = values.get(name)
        if type(text) is str:
            try:
                values[name] = parse_instant(text)
            except ValueError:
                raise MalformedError.wrong(name, _INSTANT, _shown(text)) from None
    try:
        parsed = msgspec.convert(values, command)
    except msgspec.ValidationError as error:
        raise _explained(error, values, command) from None
    as_of = parsed.facts_as_of if isinstance(parsed, PutAccount) else None
    if as_of is not None and as_of > (parsed.at if now is None else now()):
        raise MalformedError.wrong("facts_as_of", ALLOWED["facts_as_of"], _shown(fields["facts_as_of"]))
    return parsed


def _explained(error: msgspec.ValidationError, values: dict[str, Any], kind: type[Command]) -> MalformedError:
    """Explain an error of msgspec in terms of the JSON object."""
    known = [field.encode_name for field in msgspec.structs.fields(kind)]
    for name in values:
        if name not in known and name != "command":
            return MalformedError(
                "unknown field {name}; {command} has {known}",
                name,
                name=_shown(name),
                command=values["command"],
                known=", ".join(known),
            )
    message = str(error)
    if place := re.search(r"at `\$\.(\w+)", message):
        name = place[1]
        return MalformedError.wrong(name, allowed(kind, name), _shown(values[name]))
    if missing := re.search(r"missing required field `(\w+)`", message):
        name = missing[1]
        return MalformedError.wrong(name, allowed(kind, name))
    return MalformedError(message)


def _shown(value: object) -> str:
    """A value as text, cut to a fixed length."""
    try:
        text = repr(value)
    except RecursionError:
        return "a value nested too deeply"
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"
