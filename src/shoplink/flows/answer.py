"""The answer to a command, as plain values: what `execute` returns, `replay` writes, and idempotency keys keep."""

from typing import Any

Answer = dict[str, Any]
"""`outcome` accepted, refused or rejected; `events`, `warnings`, `reasons`; a rejected one has an `error`."""


def rejected(error: str) -> Answer:
    """The answer to a command that was not decided, because of its idempotency key."""
    return {"outcome": "rejected", "events": [], "warnings": [], "reasons": [], "error": error}
