"""Short commands for tests of the write path. Every shop and account is in the GB market and without problems."""

from datetime import UTC, datetime
from typing import Any

from shoplink.core import Command, parse_command
from shoplink.core.instant import format_instant
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute, execute_as_of, execute_batch

NOON = datetime(2024, 11, 11, 12, tzinfo=UTC)


def command(kind: str, at: datetime = NOON, **fields: Any) -> Command:
    return parse_command({"command": kind, "at": format_instant(at), **fields})


def put_shop(shop_id: str, **more: Any) -> Command:
    facts: dict[str, Any] = {"shop_id": shop_id, "market": "GB", "enrolment": "invited", **more}
    return command("put_shop", **facts)


def put_account(account_id: str, **more: Any) -> Command:
    facts: dict[str, Any] = {"account_id": account_id, "region": "GB", "birth_date": "1990-01-01", **more}
    return command("put_account", **facts)


def put_product(product_id: str, shop_id: str, **more: Any) -> Command:
    facts: dict[str, Any] = {"title": "Tea", "price_minor": 990, "currency": "GBP", **more}
    listed_at = format_instant(NOON)
    return command("put_product", product_id=product_id, shop_id=shop_id, listed_at=listed_at, **facts)


def put_content(content_id: str, account_id: str) -> Command:
    fields = {"command": "put_content", "at": format_instant(NOON), "kind": "video"}
    return parse_command({**fields, "content_id": content_id, "account_id": account_id})


def invite(shop_id: str, account_id: str, role: str = "marketing", **more: Any) -> Command:
    pair: dict[str, Any] = {"shop_id": shop_id, "account_id": account_id}
    return command("invite", **pair, role=role, network_region="GB", **more)


def accept(shop_id: str, account_id: str, **more: Any) -> Command:
    return command("accept", shop_id=shop_id, account_id=account_id, network_region="GB", **more)


def execute_accepted(*commands: Command, **how: Any) -> list[Answer]:
    """Execute commands, which must all be accepted: one command as the service does, several as a batch."""
    return _accepted(
        [execute(commands[0])] if len(commands) == 1 and not how else execute_batch(commands, **how)
    )


def execute_accepted_as_of(*commands: Command) -> list[Answer]:
    """The same at the commands' own instants."""
    return _accepted(execute_as_of(commands))


def _accepted(answers: list[Answer]) -> list[Answer]:
    assert {one["outcome"] for one in answers} <= {"accepted"}, answers
    return answers


def outcome(*commands: Command) -> tuple[str, tuple[str, ...]]:
    """Outcome and reasons of the last of these commands."""
    return _outcome(execute_batch(commands)[-1])


def outcome_as_of(*commands: Command) -> tuple[str, tuple[str, ...]]:
    """The same at the commands' own instants."""
    return _outcome(execute_as_of(commands)[-1])


def _outcome(answer: Answer) -> tuple[str, tuple[str, ...]]:
    return answer["outcome"], tuple(reason["code"] for reason in answer["reasons"])
