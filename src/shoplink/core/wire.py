"""How events and reasons are written for others."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core.instant import format_instant


def wire(value: Struct) -> dict[str, Any]:
    """An event or a reason as it is written for others: plain values, instants with `Z`."""
    plain = msgspec.to_builtins(value, builtin_types=(datetime,))
    return _with_text_instants(plain)


def _with_text_instants(mapping: dict[str, Any]) -> dict[str, Any]:
    return {
        key: format_instant(item)
        if isinstance(item, datetime)
        else _with_text_instants(item)
        if isinstance(item, dict)
        else item
        for key, item in mapping.items()
    }
