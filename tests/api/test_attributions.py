"""`POST /v1/attributions`: whose orders are they, and who may ask."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.api.service import Answer, Caller, Json, Service
from tests.attribution.naive import Link, Order, judge
from tests.rule import rule

LIMIT_BYTES = 4 << 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ask(call: Caller, orders: Any, actor: str = "platform:p", **headers: str) -> Answer:
    return call("POST", "/v1/attributions", {"orders": orders}, actor=actor, **headers)


def order(shop_id: str, account_id: str | None, at: str = "2024-06-01T00:00:00Z", **more: Any) -> Json:
    return {
        "order_id": "O1",
        "shop_id": shop_id,
        "account_id": account_id,
        "ordered_at": at,
        "amount_minor": 1995,
        "currency": "GBP",
        "commission_rate_bp": 1000,
        **more,
    }


@rule("R3")
def test_an_order_belongs_to_the_link_in_force_when_it_was_placed(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    link = call.linked(shop_id, account_id, since="2024-06-01")
    orders = [
        order(shop_id, account_id, "2024-05-31T23:59:59.999999Z"),
        order(shop_id, account_id, "2024-06-01T08:00:00+08:00"),
        order(shop_id, None),
        order(call.shop(), account_id, "2024-06-02T00:00:00Z"),
    ]
    answer = ask(call, orders)
    assert answer.status == 200
    found = [
        (each["basis"], each["link_id"], each["commission_minor"]) for each in answer.body["attributions"]
    ]
    assert {each["base_minor"] for each in answer.body["attributions"]} == {1995}
    assert found == [
        ("affiliate", None, 200),
        ("marketing", link["link_id"], 0),
        ("none", None, 0),
        ("affiliate", None, 200),
    ]
    assert answer.body["rejects"] == []


@rule("R3")
def test_it_says_what_the_naive_judge_says(call: Caller) -> None:
    chance = random.Random(9)
    shops, start = [call.shop() for _ in range(3)], datetime(2024, 1, 1, tzinfo=UTC)
    links: list[Link] = []
    commands: list[Json | str] = []
    for account_id in [call.account() for _ in range(12)]:
        instants = sorted(start + timedelta(seconds=chance.randrange(10**6)) for _ in range(6))
        for begun, ended in pairwise(instants):
            links.append(
                Link("", chance.choice(shops), account_id, "marketing", micros(begun), micros(ended))
            )
            commands.append(
                {
                    "command": "import_link",
                    "shop_id": links[-1].shop_id,
                    "account_id": account_id,
                    "role": "marketing",
                    "linked_at": begun.isoformat(),
                    "unlinked_at": ended.isoformat(),
                }
            )
    answers = call.stream(commands)
    assert {answer["outcome"] for answer in answers} == {"accepted"}
    links = [
        link._replace(link_id=answer["events"][0]["link_id"])
        for link, answer in zip(links, answers, strict=True)
    ]
    orders = []
    for number in range(2_000):
        link = chance.choice(links)
        at = chance.choice((link.linked_at, link.ended_at or 0)) + chance.choice((-1, 0, 1))
        rate = chance.choice((None, 0, 333, 10_000))
        amount = chance.randrange(10**6)
        refund = chance.choice((0, amount, chance.randrange(amount + 1)))
        orders.append(Order(str(number), link.shop_id, link.account_id, at, amount, "GBP", rate, refund))
    sent = [
        {**each._asdict(), "ordered_at": (EPOCH + timedelta(microseconds=each.ordered_at)).isoformat()}
        for each in orders
    ]
    found = ask(call, sent).body
    judged, not_judged = judge(orders, links)
    assert [{k: v for k, v in each.items() if k != "index"} for each in found["attributions"]] == [
        each._asdict() for each in judged
    ]
    assert [str(each["index"]) for each in found["rejects"]] == not_judged
    assert {each["field"] for each in found["rejects"]} == {"commission_rate_bp"}


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def test_what_cannot_be_judged_is_said_with_its_place_and_why(call: Caller) -> None:
    wrong: list[tuple[Any, str, str]] = [
        (order("S", "A", amount_minor=-1), "amount_minor", "amount_minor: found -1; allowed: a whole number"),
        (order("S", "A", amount_minor=1.5), "amount_minor", "amount_minor: found 1.5"),
        (order("S", "A", amount_minor="5"), "amount_minor", "amount_minor: found '5'"),
        (order("S", "A", amount_minor=2**53), "amount_minor", "amount_minor: found 9007199254740992"),
        (
            order("S", "A", currency="GBR"),
            "currency",
            "currency: found 'GBR'; allowed: a currency by its ISO",
        ),
        (order("S", "A", "2024-06-01T00:00:00"), "ordered_at", "ordered_at: found '2024-06-01T00:00:00'"),
        (order("S", "A", "2024-06-01T00:00:00.1234567Z"), "ordered_at", "ordered_at: found"),
        (order("S", "A", commission_rate_bp=10_001), "commission_rate_bp", "commission_rate_bp: found 10001"),
        (
            order("S", "A", commission_rate_bp=None),
            "commission_rate_bp",
            "commission_rate_bp: missing; allowed: a comm",
        ),
        (order("S", "A", refund_minor=-1), "refund_minor", "refund_minor: found -1; allowed: a whole number"),
        (
            order("S", "A", refund_minor=1996),
            "refund_minor",
            "refund_minor: found 1996; allowed: a whole number from 0 to the amount of the order",
        ),
        (order("", "A"), "shop_id", "shop_id: found ''; allowed: text of 1–64 characters"),
        (order("S", "A" * 65), "account_id", "account_id: found"),
        (order("S", "A", quantity=1), "quantity", "unknown field 'quantity'; an order has order_id, shop_id"),
        ({"order_id": "O1"}, "shop_id", "shop_id: missing"),
        ([], "", "the order is not a JSON object"),
        (None, "", "the order is not a JSON object"),
    ]
    answer = ask(call, [order("S\x00", "A\x00"), *(each for each, _, _ in wrong), order("S", None)])
    assert answer.status == 200
    assert [each["index"] for each in answer.body["attributions"]] == [0, len(wrong) + 1]
    assert [each["index"] for each in answer.body["rejects"]] == list(range(1, len(wrong) + 1))
    for (_, field, said), reject in zip(wrong, answer.body["rejects"], strict=True):
        assert (reject["field"] or "", reject["detail"][: len(said)]) == (field, said)
    chinese = ask(call, [order("S", "A", commission_rate_bp=None)], Accept_Language="zh").body["rejects"][0]
    assert (
        chinese["detail"]
        == "commission_rate_bp：缺少值；应填佣金率：下单时店铺与该账号没有绑定关系，需按佣金率计算"
    )


def test_a_body_that_holds_no_list_of_orders_is_malformed(call: Caller) -> None:
    for body in (
        b"",
        b"[]",
        b'{"orders": {}}',
        b'{"orders": []',
        b'{"orders": [], "more": 1}',
        b'{"orders": [1,}',
    ):
        answer = call("POST", "/v1/attributions", body, actor="platform:p")
        assert (answer.status, answer.body["field"]) == (422, "orders"), body
        assert answer.body["detail"].startswith(f"orders: found {body.decode()!r}; allowed: ")
    answer = ask(call, [{}] * 10_001)
    assert (answer.status, answer.body["detail"]) == (
        422,
        "orders: found 10001 orders; allowed: {orders: a list of at most 10000 orders}",
    )
    assert ask(call, []).body == {"attributions": [], "rejects": []}


def test_ten_thousand_orders_fit_into_a_call_and_more_than_four_mebibytes_do_not(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    answer = ask(call, [order(shop_id, account_id, order_id="x" * 64)] * 10_000)
    assert len(answer.body["attributions"]) == 10_000
    body = b'{"orders": []' + b" " * (LIMIT_BYTES - 14) + b"}"
    assert call("POST", "/v1/attributions", body, actor="platform:p").status == 200
    answer = call("POST", "/v1/attributions", body + b" ", actor="platform:p")
    assert (answer.status, answer.body["type"]) == (413, "urn:shoplink:problem:body.too_large")
    assert str(LIMIT_BYTES) in answer.body["detail"]


def test_a_shop_asks_about_its_own_orders_the_platform_about_all_and_nobody_else(
    service: Service, call: Caller
) -> None:
    mine, other = call.shop(), call.shop()
    orders = [order(mine, None), order(other, None)]
    assert ask(call, orders).status == 200
    assert ask(call, orders[:1], actor=f"shop:{mine}").status == 200
    for actor, asked in ((f"shop:{mine}", orders), ("account:A1", orders[:1]), ("support:mei", orders[:1])):
        answer = ask(call, asked, actor=actor)
        assert (answer.status, answer.body["type"]) == (403, "urn:shoplink:problem:actor.not_allowed")
    assert ask(service.caller_with("read"), orders).status == 200
    assert ask(service.caller_with("shop"), orders).body["type"] == "urn:shoplink:problem:scope.missing"
    assert ask(service.caller_with("revoked"), orders).status == 401
    assert call("POST", "/v1/attributions", {"orders": []}).status == 422
