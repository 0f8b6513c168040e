"""How events and reasons are written for others: plain values, instants with `Z` and as short as possible."""

from datetime import datetime
from typing import Any, get_args

import msgspec
from msgspec import Struct

from shoplink.core.event_base import Event
from shoplink.core.events import AnyEvent
from shoplink.core.instant import format_instant, parse_instant
from shoplink.core.reasons import Reason


def to_plain(value: Struct) -> dict[str, Any]:
    """A value as a dictionary whose instants are still instants."""
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime,))
    return fields


def wire(value: Event | Reason) -> dict[str, Any]:
    """An event or a reason as plain values for JSON."""
    # msgspec writes every instant itself; only those with a fraction of a second are longer than need be.
    fields: dict[str, Any] = msgspec.to_builtins(value)
    for name in _INSTANTS[type(value)]:
        instant = getattr(value, name)
        if instant is not None and instant.microsecond:
            fields[name] = format_instant(instant)
    if isinstance(value, Reason):
        for name, param in value.params.items():
            if isinstance(param, datetime):
                fields["params"][name] = format_instant(param)
    return fields


_INSTANTS: dict[type[Struct], list[str]] = {
    kind: [field.name for field in msgspec.structs.fields(kind) if field.type in (datetime, datetime | None)]
    for kind in (Reason, *get_args(AnyEvent))
}
"""The fields of each kind that hold instants."""


def read_reason(written: dict[str, Any]) -> Reason:
    """The reason that `wire` wrote; its parameters that are instants are such again."""
    reason = msgspec.convert(written, Reason)
    params = {
        name: parse_instant(value) if value and (name.endswith("_at") or name in _INSTANT_PARAMS) else value
        for name, value in reason.params.items()
    }
    return msgspec.structs.replace(reason, params=params)


_INSTANT_PARAMS = {"effective_from"}
