"""What the write path counts for `/metrics`: how commands ended, and why. Kinds and codes only, never who."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import Counter as Metric

from shoplink.core import Command

_COMMANDS = Metric(
    "shoplink_commands", "Commands decided and stored, by how they ended.", ["command", "outcome"]
)
_REASONS = Metric(
    "shoplink_refusal_reasons", "Reasons of the refused commands; one may have several.", ["reason"]
)


def count(decided: Iterable[tuple[Command, Mapping[str, Any]]]) -> None:
    """Count commands with the answers of a transaction that is committed."""
    commands: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    for command, answer in decided:
        commands[str(command.__struct_config__.tag), answer["outcome"]] += 1
        reasons.update(reason["code"] for reason in answer["reasons"])
    for labels, number in commands.items():
        _COMMANDS.labels(*labels).inc(number)
    for reason, number in reasons.items():
        _REASONS.labels(reason).inc(number)
