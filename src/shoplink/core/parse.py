"""Turns a decoded JSON object into a command, or into an error that a caller of the API understands."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core.command_base import Command
from shoplink.core.commands import COMMANDS
from shoplink.core.commerce.commands import PRODUCTS_MAX, PutProduct
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING, END, format_instant
from shoplink.core.values import (
    COUNT,
    COUNTRY,
    DATE,
    HANDLE,
    ID,
    INSTANT,
    LINE,
    TEXT,
    Reader,
    WrongValueError,
    is_line,
    read_birth_date,
    read_instant,
    read_value,
    reader_of,
    shown,
)
from shoplink.core.values import is_id as is_id  # noqa: PLC0414 (ids are checked from here)

ALLOWED: dict[str, str] = {
    "at": INSTANT,
    "by": "{kind: shop, creator, account, support, platform or clock; id: text}",
    "key": LINE,
    "about": TEXT,
    "shop_id": ID,
    "account_id": ID,
    "market": COUNTRY,
    "region": COUNTRY,
    "registered_in": COUNTRY,
    "network_region": f"{COUNTRY}, or null where it is unknown",
    "enrolment": "open or invited",
    "status": "normal or abnormal",
    "decided": "here or elsewhere",
    "commerce_permission": "granted or revoked",
    "followers": COUNT,
    "birth_date": DATE,
    "name": LINE,
    "handle": HANDLE,
    "note": LINE,
    "message": LINE,
    "reference": LINE,
    "role": "official or marketing",
    "settlement": "own or offline",
    "linked_at": INSTANT,
    "unlinked_at": INSTANT,
    "invited_at": INSTANT,
    "accepted_at": INSTANT,
    "requested_at": INSTANT,
    "ended_at": INSTANT,
    "how": "unlinked, declined, withdrawn, expired or revoked",
    "source": LINE,
    "until": f"{INSTANT}, or null for no end",
    "effective_from": INSTANT,
    "facts_as_of": f"{INSTANT}, not in the future",
    "code": "a reason code of the catalogue",
    "product_id": ID,
    "product_ids": f"1 to {PRODUCTS_MAX} ids, each {ID}",
    "content_id": ID,
    "kind": "video or live",
    "title": LINE,
    "price_minor": COUNT,
    "currency": "three capital letters (ISO 4217)",
    "listed_at": INSTANT,
    "commission_rate_bp": "a whole number of basis points from 0 to 10000",
    "units_7d": COUNT,
    "units_prev_7d": COUNT,
    "rank_page": "a whole number from 1 to 2^53 - 1",
}
"""What each field may hold, in words; a field means the same in every command that `_OWN` does not name."""

_OWN: dict[tuple[type[Command], str], str] = {(PutProduct, "status"): "on_sale or off"}


def allowed(command: type[Command], field: str) -> str:
    """What a field of a command may hold, in English."""
    return _OWN.get((command, field), ALLOWED[field])


INSTANT_FIELDS: dict[type[Command], list[str]] = {
    kind: [name for name in kind.__struct_fields__ if ALLOWED[name].startswith(INSTANT)]
    for kind in COMMANDS.values()
}
"""The names of the fields that hold instants, `at` among them, by command."""


class Fault(Struct, frozen=True):
    """One thing that is wrong with an input.

    `sentence` is English, with places for `params`. Where a field is missing (`found` is None) or holds a wrong value,
    `allowed` says what it may hold, with places for the same `params`; the sentence follows from both.
    """

    sentence: str
    field: str | None = None
    params: Mapping[str, object] = {}
    found: str | None = None
    allowed: str | None = None

    def __str__(self) -> str:
        """The sentence in English."""
        params = self.params
        if self.allowed is not None:
            may = self.allowed.format_map(params) if params else self.allowed
            params = {"field": self.field, "found": self.found, "allowed": may}
        return self.sentence.format_map(params) if params else self.sentence


FIELD_MISSING = "{field}: missing; allowed: {allowed}"
FIELD_WRONG = "{field}: found {found}; allowed: {allowed}"


class MalformedError(ValueError):
    """Input that is not a command, with everything that is wrong with it.

    `field`, `found` and `allowed` are those of the first fault.
    """

    def __init__(self, fault: str | Sequence[Fault], field: str | None = None, **params: object) -> None:
        """The faults, of which there is at least one; or one that is said by a sentence and `params`, of a field."""
        self.faults = (Fault(fault, field, params),) if isinstance(fault, str) else tuple(fault)
        first = self.faults[0]
        self.field, self.found, self.allowed = first.field, first.found, first.allowed
        super().__init__(". ".join(map(str, self.faults)))

    @classmethod
    def wrong(cls, field: str, allowed: str, found: str | None = None) -> "MalformedError":
        """The error for a field that is missing (`found` is None) or holds a value that is not allowed."""
        return cls([wrong(field, allowed, found)])


def wrong(field: str, allowed: str, found: str | None = None, **params: object) -> Fault:
    """The fault of a field that is missing (`found` is None) or holds a value that is not allowed."""
    return Fault(FIELD_MISSING if found is None else FIELD_WRONG, field, params, found, allowed)


def fault_of(field: str, error: WrongValueError) -> Fault:
    """The fault of a field whose value its grammar does not allow."""
    return wrong(field, error.allowed, error.found, **error.params)


def unknown(name: str, known: Sequence[str], what: str) -> Fault:
    """The fault of a field that is not there; `what` has the fields `known`."""
    if not known:
        return Fault("unknown field {name}; it is not part of this body", name, {"name": shown(name)})
    return Fault(
        "unknown field {name}; {what} has {known}",
        name,
        {"name": shown(name), "what": what, "known": ", ".join(known)},
    )


def decode_object(text: bytes, what: str) -> dict[str, Any]:
    """The JSON object that a text holds; `what` is its name in errors. Raises MalformedError."""
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error, text, what) from None
    if not isinstance(fields, dict):
        raise MalformedError("{what} is not a JSON object", what=what)
    return fields


def not_json(error: Exception, text: bytes, what: str) -> MalformedError:
    """The error for a text that a decoder does not take for JSON; `what` is its name."""
    return MalformedError(
        "{what} is not JSON; the error is at byte {byte}", what=what, byte=_byte(error, text)
    )


def read_fields(
    fields: Mapping[str, object], declared: Mapping[str, tuple[Any, str]], *, required: Sequence[str] = ()
) -> dict[str, Any]:
    """The values of a body that is no command; null is a value that is not given.

    `declared` has the type of each field, and what it may hold, in English. Raises MalformedError with every fault.
    """
    faults = [unknown(name, [*declared], "this body") for name in fields if name not in declared]
    faults += [wrong(name, declared[name][1]) for name in required if fields.get(name) is None]
    values = {}
    for name, (kind, may) in declared.items():
        if fields.get(name) is None:
            continue
        try:
            values[name] = read_value(fields[name], kind)
        except WrongValueError as error:
            faults.append(fault_of(name, error))
        except msgspec.ValidationError:
            faults.append(wrong(name, may, shown(fields[name])))
    if faults:
        raise MalformedError(faults)
    return values


def parse_command(
    fields: Mapping[str, object],
    now: Callable[[], datetime] | None = None,
    *,
    passed: datetime = BEGINNING,
    ours: Mapping[str, object] = {},
    faults: Sequence[Fault] = (),
) -> Command:
    """Parse a decoded JSON object as a command; its instants are converted to UTC.

    `now` tells the instant at which it is given where its `at` only stands for that; it is asked only if a value
    depends on it, which none does that is not later than `passed`. `ours` are the fields that the entry point gives, and its caller may not; `faults` are those that
    it found already.

    Raises MalformedError, which names every field at fault, what was found and what is allowed.
    """
    values: dict[str, Any] = {**fields, **ours}
    command = _kind(values)
    if faults or not ours.keys().isdisjoint(fields):
        raise MalformedError([*faults, *_faults(command, fields, ours, now)])
    try:
        for name, json_type, read in _READERS[command]:
            value = values.get(name)
            if type(value) is json_type:
                values[name] = read(value)
        found: Command = msgspec.convert(values, command)
        for name in _NOT_IN_FUTURE[command]:
            _require_past(name, getattr(found, name), found.at if now is None else now, passed)
    except (WrongValueError, msgspec.ValidationError) as error:
        every = _faults(command, fields, ours, now)
        raise MalformedError(every or [Fault(str(error))]) from None
    return found


def read_stored(fields: Mapping[str, object]) -> Command:
    """A command that was parsed once and stored: it is taken as it is, whatever was allowed then."""
    values: dict[str, Any] = dict(fields)
    for name in INSTANT_FIELDS[COMMANDS[values["command"]]]:
        if isinstance(values.get(name), str):
            values[name] = read_instant(values[name])
    return msgspec.convert(values, COMMANDS[values["command"]])


def in_normal_form(command: Command) -> bool:
    """Whether a command that was decoded without `parse_command` holds what that would make of it."""
    try:
        for name, json_type, read in _READERS[type(command)]:
            value = getattr(command, name)
            if type(value) is json_type and read(value) != value:
                return False
        for name in _NOT_IN_FUTURE[type(command)]:
            _require_past(name, getattr(command, name), command.at)
    except WrongValueError:
        return False
    return command.by is None or is_line(command.by.id)


def _kind(values: Mapping[str, object]) -> type[Command]:
    name = values.get("command")
    command = COMMANDS.get(name) if isinstance(name, str) else None
    if command is not None:
        return command
    known = ", ".join(COMMANDS)
    if "command" not in values:
        raise MalformedError("command: missing; one of {known}", "command", known=known)
    raise MalformedError("unknown command {found}; one of {known}", "command", found=shown(name), known=known)


def _faults(
    command: type[Command],
    fields: Mapping[str, object],
    ours: Mapping[str, object],
    now: Callable[[], datetime] | None,
) -> list[Fault]:
    """Everything that is wrong with the fields of a command."""
    declared = {field.name: field for field in msgspec.structs.fields(command)}
    known = [name for name in declared if name not in ours]
    tag = str(command.__struct_config__.tag)
    faults = [
        unknown(name, known, tag)
        for name in fields
        if name not in known and not (name == "command" and name not in ours)
    ]
    values = {**fields, **ours}
    for name, field in declared.items():
        if name not in values:
            if field.default is msgspec.NODEFAULT:
                faults.append(wrong(name, allowed(command, name)))
        elif (fault := _fault(command, field, values[name], now or _at(values))) is not None:
            faults.append(fault)
    given = [name for name in command.EXACTLY_ONE_OF if values.get(name) is not None]
    if command.EXACTLY_ONE_OF and len(given) != 1:
        names = ", ".join(command.EXACTLY_ONE_OF)
        faults.append(
            Fault("exactly one of {names} must be given", command.EXACTLY_ONE_OF[0], {"names": names})
        )
    return faults


def _fault(
    command: type[Command],
    field: msgspec.structs.FieldInfo,
    value: object,
    now: datetime | Callable[[], datetime],
) -> Fault | None:
    """What is wrong with a value of a field, if anything is."""
    try:
        for name, json_type, read in _READERS[command]:
            if name == field.name and type(value) is json_type:
                value = read(value)
        value = msgspec.convert(value, field.type)
        if field.name in _NOT_IN_FUTURE[command]:
            _require_past(field.name, value, now)
    except WrongValueError as error:
        return fault_of(field.name, error)
    except msgspec.ValidationError:
        return wrong(field.name, allowed(command, field.name), shown(value))
    return None


def _require_past(
    name: str, value: Any, now: datetime | Callable[[], datetime], passed: datetime = BEGINNING
) -> None:
    """Raises WrongValueError for a birth date or an instant later than `now`, which is asked only if it is after `passed`."""
    if value is None:
        return
    is_instant = isinstance(value, datetime)
    if value > (passed if is_instant else passed.date()):
        passed = now() if callable(now) else now
    if not is_instant:
        read_birth_date(value, passed.date())
    elif value > passed:
        raise WrongValueError(format_instant(value), ALLOWED[name])


def _at(values: Mapping[str, Any]) -> datetime:
    """The instant in `at`; the last there is where it holds none."""
    try:
        return read_instant(values["at"])
    except (KeyError, TypeError, WrongValueError):
        return END


def _read_actor(value: dict[str, Any]) -> dict[str, Any]:
    """Who acts, with an id that is one line of text."""
    actor_id = value.get("id")
    if isinstance(actor_id, str) and not is_line(actor_id):
        raise WrongValueError(value, ALLOWED["by"])
    return value


def _reader(declared: Any) -> tuple[type, Reader] | None:
    return (dict, _read_actor) if declared == Actor | None else reader_of(declared)


_READERS: dict[type[Command], tuple[tuple[str, type, Reader], ...]] = {
    kind: tuple(
        (field.name, *reader)
        for field in msgspec.structs.fields(kind)
        if (reader := _reader(field.type)) is not None
    )
    for kind in COMMANDS.values()
}
"""Per command the fields that are read by their grammar before msgspec checks the whole."""

_NOT_IN_FUTURE = {
    kind: [name for name in ("birth_date", "facts_as_of") if name in kind.__struct_fields__]
    for kind in COMMANDS.values()
}
"""Per command the fields whose value is never later than the command."""


def _byte(error: Exception, text: bytes) -> int:
    """Where a text stops being JSON, as the decoder says it; its end where it says nothing."""
    found = re.search(r"\(byte (\d+)\)", str(error))
    return int(found[1]) if found else getattr(error, "start", len(text))
