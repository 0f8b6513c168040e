"""Thousands of products and items in one batch: decided in order, with as many statements as a small batch."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from shoplink.core import Command, parse_command
from shoplink.core.instant import format_instant
from shoplink.flows.dry_run import dry_run_commands
from shoplink.flows.execute import execute_batch
from shoplink.flows.showcase import view_of_place
from shoplink.store.database.sql import query
from tests.rule import rule
from tests.store.golden import statements

MANY = 3_000
BY = {"kind": "platform", "id": "p"}


def commands(lines: Iterable[dict[str, Any]]) -> list[Command]:
    at = format_instant(datetime.now(UTC))
    return [parse_command({"at": at, "by": BY, **line}) for line in lines]


def put(name: str, number: int) -> list[dict[str, Any]]:
    """A number of products of the shop; every tenth is off."""
    facts = {
        "command": "put_product",
        "shop_id": "tea",
        "title": "Tea",
        "price_minor": 990,
        "currency": "GBP",
    }
    listed = {"listed_at": "2024-01-01T00:00:00Z"}
    return [
        {**facts, **listed, "product_id": f"{name}-{one:05}", "status": "on_sale" if one % 10 else "off"}
        for one in range(number)
    ]


def add(name: str, number: int) -> list[dict[str, Any]]:
    """Commands that add products from the shop, a hundred each; each names its first product again at its end."""
    ids = [f"{name}-{one:05}" for one in range(number)]
    pair = {"command": "add_from_shop", "shop_id": "tea", "account_id": "lin"}
    return [{**pair, "product_ids": [*ids[first : first + 99], ids[first]]} for first in range(0, number, 99)]


@pytest.fixture
def shop(database: str) -> None:  # noqa: ARG001 (the database is in use)
    lines: list[dict[str, Any]] = [
        {"command": "put_shop", "shop_id": "tea", "market": "GB", "enrolment": "invited"},
        {"command": "put_account", "account_id": "lin", "region": "GB", "birth_date": "1990-01-01"},
        {
            "command": "import_link",
            "shop_id": "tea",
            "account_id": "lin",
            "role": "marketing",
            "linked_at": "2024-01-01T00:00:00Z",
        },
    ]
    assert {answer["outcome"] for answer in execute_batch(commands(lines))} == {"accepted"}


@rule("R14", "R15")
@pytest.mark.usefixtures("shop")
def test_thousands_of_products_are_put_and_added_in_order_with_a_fixed_number_of_statements() -> None:
    few, many = (
        commands([*put("few", 20), *add("few", 20)]),
        commands([*put("many", MANY), *add("many", MANY)]),
    )
    assert statements(few) == statements(many)
    shown: list[str] = []
    while found := view_of_place("lin", None, None, 1_000, shown[-1] if shown else ""):
        if not found.shown:
            break
        shown += [one.product.product_id for one in found.shown]
    on_sale = [f"{name}-{one:05}" for name, number in (("few", 20), ("many", MANY)) for one in range(number)]
    assert shown == sorted(one for one in on_sale if not one.endswith("0"))


@rule("R14")
@pytest.mark.usefixtures("shop")
def test_each_product_of_thousands_has_its_own_outcome_when_it_is_only_judged_too() -> None:
    execute_batch(commands(put("tea", MANY)))
    batch = commands(add("tea", MANY))
    judged = [outcome for decision in dry_run_commands(batch) for outcome in decision.outcomes]
    assert query("SELECT count(*) FROM item") == [(0,)], "nothing is stored"
    done = [product for answer in execute_batch(batch) for product in answer["products"]]
    assert len(judged) == len(done) > MANY
    for trial, real in zip(judged, done, strict=True):
        assert (trial.product_id, [reason.code for reason in trial.reasons]) == (
            real["product_id"],
            [reason["code"] for reason in real["reasons"]],
        )
    told = {tuple(reason["code"] for reason in product["reasons"]) for product in done}
    assert told == {(), ("product.off_sale",), ("item.already_there",)}
