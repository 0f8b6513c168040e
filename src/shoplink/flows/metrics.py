"""Counters for `/metrics`: the outcomes and reasons of commands, the outcomes of e-mails. No labels name a person."""

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
_MAILS = Metric("shoplink_emails", "E-mails that were due, by what became of them.", ["outcome"])

_WEBHOOKS = Metric("shoplink_webhook_requests", "Requests to webhook endpoints, by outcome.", ["outcome"])


def count_commands(decided: Iterable[tuple[Command, Mapping[str, Any]]]) -> None:
    """Count the commands of a committed transaction by their answers."""
    commands: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    for command, answer in decided:
        commands[str(command.__struct_config__.tag), answer["outcome"]] += 1
        reasons.update(reason["code"] for reason in answer["reasons"])
    for labels, number in commands.items():
        _COMMANDS.labels(*labels).inc(number)
    for reason, number in reasons.items():
        _REASONS.labels(reason).inc(number)


def count_mail(outcome: str) -> None:
    """Count an e-mail by its outcome: sent, postponed, moot (too late to matter), none (not wanted) or failed."""
    _MAILS.labels(outcome).inc()


def count_webhook(outcome: str) -> None:
    """Count a request to a webhook endpoint by its outcome: delivered or failed."""
    _WEBHOOKS.labels(outcome).inc()
