"""The wire format of events and reasons: plain values, instants with `Z` and as short as possible."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, get_args

import msgspec
from msgspec import Struct

from shoplink.core.decisions.outcome import ProductOutcome
from shoplink.core.event_base import Event
from shoplink.core.events import AnyEvent, RecordedLater
from shoplink.core.instant import format_instant, parse_instant
from shoplink.core.reasons import Reason


def to_plain(value: Struct) -> dict[str, Any]:
    """A value as a dictionary that keeps instants as `datetime`."""
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime,))
    return fields


def wire(value: Event | Reason) -> dict[str, Any]:
    """An event or a reason as plain values for JSON."""
    # msgspec formats instants itself; only those with a fraction of a second need shortening.
    fields: dict[str, Any] = msgspec.to_builtins(value)
    for name in _INSTANTS[type(value)]:
        instant = getattr(value, name)
        if instant is not None and instant.microsecond:
            fields[name] = format_instant(instant)
    if isinstance(value, RecordedLater):
        fields["against"] = list(value.against)
    elif isinstance(value, Reason):
        for name, param in value.params.items():
            if isinstance(param, datetime):
                fields["params"][name] = format_instant(param)
    return fields


def wire_products(outcomes: Iterable[ProductOutcome]) -> list[dict[str, Any]]:
    """What came of each product that a command named, as plain values for JSON."""
    return [
        {
            "product_id": outcome.product_id,
            "outcome": "refused" if outcome.reasons else "added",
            "reasons": [wire(reason) for reason in outcome.reasons],
        }
        for outcome in outcomes
    ]


_INSTANTS: dict[type[Struct], list[str]] = {
    kind: [field.name for field in msgspec.structs.fields(kind) if field.type in (datetime, datetime | None)]
    for kind in (Reason, *get_args(AnyEvent))
}
"""The names of the fields that hold instants, by kind."""


def read_reason(written: dict[str, Any]) -> Reason:
    """Read a reason that `wire` wrote, with the instants among its params as `datetime`."""
    return with_instants(msgspec.convert(written, Reason))


def with_instants(reason: Reason) -> Reason:
    """Turn the instants among a reason's params, written as text, into `datetime`."""
    params = {
        name: parse_instant(value)
        if isinstance(value, str) and (name.endswith("_at") or name in _INSTANT_PARAMS)
        else value
        for name, value in reason.params.items()
    }
    return msgspec.structs.replace(reason, params=params)


_INSTANT_PARAMS = {"effective_from", "since"}
