"""A step that is done once however often it is asked for: its answer is stored under its key, in its own transaction."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.flows.execute import Answer
from shoplink.store.database.owner import writing
from shoplink.store.write import answers


class Asked(Struct, frozen=True):
    """Under which idempotency key, of which scope, something is asked for, and what exactly; no key: each time anew."""

    scope: str
    key: str | None
    what: Any


def once(asked: Asked, work: Callable[[], tuple[datetime, Answer]]) -> Answer:
    """What was answered under the key, else what `work` answers now, and when, within the transaction of this.

    Rejected as `idempotency.in_progress`, and as `idempotency.other_body` if something else was asked for then.
    """
    digest = hashlib.sha256(msgspec.json.encode(asked.what)).hexdigest()
    with writing():
        keys = [] if asked.key is None else [(asked.scope, asked.key)]
        stored, running = answers.claim(keys)
        if running:
            return rejected("idempotency.in_progress")
        for known in stored.values():
            return known.answer if known.body_digest == digest else rejected("idempotency.other_body")
        at, answer = work()
        answers.store(at, [(*key, digest, answer) for key in keys])
        return answer


def rejected(error: str) -> Answer:
    """The answer to what is not even looked at."""
    return {"outcome": "rejected", "error": error}
