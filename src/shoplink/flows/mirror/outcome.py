"""What became of lists, also as plain values: an answer that can be kept under an idempotency key."""

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core import wire
from shoplink.core.instant import format_instant
from shoplink.core.mirror.settle import Question, Recording
from shoplink.flows.answer import Answer


class Outcome(Struct):
    """What became of lists: what was recorded (or would be), in order, and what is left, at an instant.

    `likely` is what a preview would record with the likeliest replies as well.
    """

    at: datetime
    as_of: datetime
    shops: list[str]
    taken: list[Recording]
    left: list[Question]
    likely: list[Recording] = []


def write_outcome(outcome: Outcome) -> Answer:
    """`at`, `as_of`, `shops` (how much was recorded and is left of each), `recorded` and `left`, in order."""
    recorded = Counter(one.difference.shop_id for one in outcome.taken)
    left = Counter(one.difference.shop_id for one in outcome.left)
    return {
        "outcome": "accepted",
        "at": format_instant(outcome.at),
        "as_of": format_instant(outcome.as_of),
        "shops": [
            {"shop_id": shop_id, "recorded": recorded[shop_id], "left": left[shop_id]}
            for shop_id in outcome.shops
        ],
        "recorded": [write_recording(one) for one in outcome.taken],
        "left": [write_question(one) for one in outcome.left],
    }


def write_recording(one: Recording) -> dict[str, Any]:
    """A difference with the command that records it."""
    return {"difference": _plain(one.difference), "command": _plain(one.command)}


def write_question(one: Question) -> dict[str, Any]:
    """A difference that is left, with why a command about it was refused."""
    return {"difference": _plain(one.difference), "reasons": [wire(reason) for reason in one.reasons]}


def _plain(value: Struct) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(value)
    return fields
