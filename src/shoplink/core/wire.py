"""How events and reasons are written for others."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core.instant import format_instant


def plain(value: Struct) -> dict[str, Any]:
    """A value as a dictionary whose instants are still instants."""
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime,))
    return fields


def wire(value: Struct) -> dict[str, Any]:
    """An event or a reason as it is written for others: plain values, instants with `Z`."""
    return _written(plain(value))


def _written(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if isinstance(value, datetime):
            fields[name] = format_instant(value)
        elif isinstance(value, dict):
            fields[name] = _written(value)
    return fields
