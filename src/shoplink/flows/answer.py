"""The answer to a command as plain values: `execute` returns it, `replay` writes it, idempotency keys keep it."""

from typing import Any

Answer = dict[str, Any]
"""`outcome` (accepted, refused, rejected or stale), `events`, `warnings`, `reasons`; a rejected answer has an `error`.

`execute` marks the stored answer of an idempotency key as `replayed`.
"""


def rejected(error: str) -> Answer:
    """The answer to a command that was not decided; `error` says why."""
    return {"outcome": "rejected", "events": [], "warnings": [], "reasons": [], "error": error}


def stale() -> Answer:
    """The answer to a command that was not decided because what it was made from has changed."""
    return {"outcome": "stale", "events": [], "warnings": [], "reasons": []}
