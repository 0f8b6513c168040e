"""The rows of case C46: the API judges ids, shops, instants and refunds like the command."""

import json
from typing import Any

import pytest

from tests.api.service import Caller
from tests.rule import rule
from tests.traceability import ROOT

WORLD = ROOT / "tests" / "cases" / "C00-world.ndjson"
SHOP_ID, ACCOUNT_ID = "7495100000000000322", "7592255573464597542"
ORDER: dict[str, Any] = {
    "order_id": "1",
    "shop_id": SHOP_ID,
    "account_id": ACCOUNT_ID,
    "ordered_at": "2026-11-05T10:00:00Z",
    "amount_minor": 1000,
    "currency": "MYR",
    "commission_rate_bp": 1000,
}
JUDGED: list[tuple[dict[str, Any], tuple[str, int]]] = [
    ({}, ("marketing", 0)),
    ({"ordered_at": "2026-10-01T00:00:00Z"}, ("marketing", 0)),
    ({"ordered_at": "2026-09-30T23:59:59.999999Z"}, ("affiliate", 100)),
    ({"amount_minor": 0}, ("marketing", 0)),
    ({"account_id": ""}, ("none", 0)),
    ({"account_id": None}, ("none", 0)),
]
REJECTED: list[tuple[dict[str, Any], str, str]] = [
    ({"account_id": f"'{ACCOUNT_ID}"}, "order.malformed", "account_id: found ''"),
    ({"account_id": f"{ACCOUNT_ID} "}, "order.malformed", "account_id: found '7592255573464597542 '"),
    ({"account_id": int(ACCOUNT_ID)}, "order.malformed", "account_id: found 7592255573464597542"),
    ({"account_id": "siti.sells"}, "order.account_unknown", "account_id: found 'siti.sells'"),
    ({"account_id": "-"}, "order.account_unknown", "account_id: found '-'"),
    ({"shop_id": "7495100000000000323"}, "order.shop_unknown", "shop_id: found '7495100000000000323'"),
    ({"order_id": 576460752303423488}, "order.malformed", "order_id: found 576460752303423488"),
    ({"amount_minor": "1000"}, "order.malformed", "amount_minor: found '1000'"),
    ({"amount_minor": 1000.0}, "order.malformed", "amount_minor: found 1000.0"),
    ({"amount_minor": 10.5}, "order.malformed", "amount_minor: found 10.5"),
    ({"currency": "myr"}, "order.malformed", "currency: found 'myr'"),
    ({"ordered_at": "2026-11-05T10:00:00"}, "order.malformed", "ordered_at: found '2026-11-05T10:00:00'"),
    ({"ordered_at": "2130-01-01T00:00:00Z"}, "order.in_future", "ordered_at: found 2130-01-01"),
    ({"refund_minor": 1001}, "order.malformed", "refund_minor: found 1001"),
]


@pytest.fixture
def world(call: Caller) -> Caller:
    call.stream([json.loads(line) for line in WORLD.read_text(encoding="utf-8").splitlines()])
    return call


@rule("R3", "R4")
def test_every_order_of_the_case_is_judged_or_rejected_with_what_was_found(world: Caller) -> None:
    given = [given for given, _ in JUDGED] + [given for given, *_ in REJECTED]
    orders = [{**ORDER, "order_id": f"n{number}", **fields} for number, fields in enumerate(given)]
    answer = world("POST", "/v1/attributions", {"orders": orders}, actor="platform:p").body
    found = [(one["basis"], one["commission_minor"]) for one in answer["attributions"]]
    assert found == [expected for _, expected in JUDGED]
    rejects = answer["rejects"]
    assert [one["code"] for one in rejects] == [code for _, code, _ in REJECTED]
    for one, (_, _, start) in zip(rejects, REJECTED, strict=True):
        assert one["detail"].startswith(start)
        assert "; allowed: " in one["detail"]
