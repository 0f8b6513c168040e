"""Commands in one line, for tests of the write path; every shop and account is of the GB market and in good order."""

from datetime import UTC, datetime
from typing import Any

from shoplink.core import Command, parse_command
from shoplink.core.instant import format_instant
from shoplink.flows.execute import Answer, execute

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


def done(*commands: Command, **how: Any) -> list[Answer]:
    """Execute commands that must all be accepted."""
    answers = execute(commands, **how)
    assert [one["outcome"] for one in answers] == ["accepted"] * len(commands), answers
    return answers


def outcome(*commands: Command, **how: Any) -> tuple[str, tuple[str, ...]]:
    """Outcome and reasons of the last of these commands."""
    answer = execute(commands, **how)[-1]
    return answer["outcome"], tuple(reason["code"] for reason in answer["reasons"])
