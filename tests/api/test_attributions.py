"""`POST /v1/attributions`: whose orders are they, and who may ask."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.api.service import Answer, Caller, Json, Service
from tests.attribution.naive import Link, Named, Order, World, judge
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
@pytest.mark.parametrize("strangers", [False, True])
def test_it_says_what_the_naive_judge_says(call: Caller, *, strangers: bool) -> None:
    chance = random.Random(9)
    shops, start = [call.shop() for _ in range(3)], datetime(2024, 1, 1, tzinfo=UTC)
    accounts = [call.account() for _ in range(12)]
    links: list[Link] = []
    commands: list[Json | str] = []
    for account_id in accounts:
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
    handles = [f"mia_{shops[0]}_{number}".lower() for number in range(4)]
    held = dict.fromkeys(accounts, "")
    changes = 0
    for _ in range(30):
        account_id, handle = chance.choice(accounts), chance.choice(handles)
        changes += held[account_id] != handle
        held[account_id] = handle
        call("PATCH", f"/v1/accounts/{account_id}", {"handle": handle}, actor="platform:p")
    named, deadline = tuple(handle_log(call, accounts)), time.monotonic() + 10
    while len(named) < changes and time.monotonic() < deadline:  # PostgreSQL numbers events a moment later
        time.sleep(0.05)
        named = tuple(handle_log(call, accounts))
    assert len(named) == changes
    orders = orders_about(links, named, chance)
    now = micros(datetime.now(UTC))
    world = World(frozenset(shops), frozenset(accounts), named, strangers, now)
    sent = [
        {**each._asdict(), "ordered_at": (EPOCH + timedelta(microseconds=each.ordered_at)).isoformat()}
        for each in orders
    ]
    body = {"orders": sent, "unknown_accounts": "affiliate" if strangers else "reject"}
    found = call("POST", "/v1/attributions", body, actor="platform:p").body
    judged, not_judged = judge(orders, links, world)
    assert [{k: v for k, v in each.items() if k != "index"} for each in found["attributions"]] == [
        each._asdict() for each in judged
    ]
    assert [str(each["index"]) for each in found["rejects"]] == not_judged
    codes = {"order.malformed", "order.shop_unknown", "order.rate_missing", "order.handle_ambiguous"}
    if not strangers:
        codes |= {"order.account_unknown", "order.handle_unknown"}
    assert {each["code"] for each in found["rejects"]} == codes


def orders_about(links: list[Link], named: tuple[Named, ...], chance: random.Random) -> list[Order]:
    """Orders at the ends of links and at changes of handles, some of nobody who is recorded."""
    orders: list[Order] = []
    for number in range(2_000):
        link = chance.choice(links)
        at = chance.choice((link.linked_at, link.ended_at or 0)) + chance.choice((-1, 0, 1))
        rate = chance.choice((None, 0, 333, 10_000))
        amount = chance.randrange(10**6)
        refund = chance.choice((0, amount, chance.randrange(amount + 1)))
        shop_id = chance.choice((*[link.shop_id] * 9, "nowhere"))
        account_id = chance.choice((*[link.account_id] * 9, "nobody", "a b"))
        order_ = Order(str(number), shop_id, account_id, at, amount, "GBP", rate, refund)
        if chance.random() < 0.5:
            line = chance.choice(named)
            handle = chance.choice((line.handle, f"@{line.handle.upper()}", "no.such.handle"))
            placed = chance.choice((at, line.at + chance.choice((-1, 0, 1))))
            order_ = order_._replace(account_id=None, handle=handle, ordered_at=placed)
        orders.append(order_)
    return orders


def handle_log(call: Caller, accounts: list[str]) -> Iterator[Named]:
    """The handles of accounts, as the feed of events tells them."""
    after: int | None = 0
    while after is not None:
        page = call.get("/v1/events", after=after, limit=1000).body
        for item in page["items"]:
            event = item.get("event", item)
            if event["type"] == "account.recorded" and event["account_id"] in accounts and event["handle"]:
                at = datetime.fromisoformat(event["at"])
                yield Named(event["account_id"], event["handle"].lower(), micros(at))
        after = page["next"] if page["items"] else None


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def wrong_sides(shop_id: str, account_id: str) -> list[tuple[Any, str, str]]:
    """Orders of nobody who is recorded or of no time that has been, each with the field and the beginning of what is said."""
    return [
        (order("S\x00", account_id), "shop_id", "shop_id: found 'S\\u0000'; allowed: 1–64 of A–Z"),
        (order("nowhere", "A"), "shop_id", "shop_id: found 'nowhere'; allowed: the id of a shop that is rec"),
        (order(shop_id, "-"), "account_id", "account_id: found '-'; allowed: the id of an account that is"),
        (
            order(shop_id, f"'{account_id}"),
            "account_id",
            f"account_id: found ''{account_id}'; allowed: 1–64 of",
        ),
        (order(shop_id, f"{account_id} "), "account_id", f"account_id: found '{account_id} '; allowed: 1–64"),
        (
            {**order(shop_id, "A"), "account_id": 7},
            "account_id",
            "account_id: found 7; allowed: text of 1–64 characters, or null",
        ),
        (order(shop_id, None, handle="no body"), "handle", "handle: found 'no body'; allowed: a handle of 1"),
        (
            order(shop_id, None, handle="nobody"),
            "handle",
            "handle: found 'nobody'; allowed: a handle that an",
        ),
        (
            order(shop_id, "A", handle="nobody"),
            "handle",
            "handle: found 'nobody'; allowed: nothing where acc",
        ),
        (order(shop_id, "A", "2124-06-01T00:00:00Z"), "ordered_at", "ordered_at: found 2124-06-01T00:00:00"),
    ]


def test_what_cannot_be_judged_is_said_with_its_place_and_why(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    wrong: list[tuple[Any, str, str]] = [
        (
            order(shop_id, "A", amount_minor=-1),
            "amount_minor",
            "amount_minor: found -1; allowed: a whole number",
        ),
        (order(shop_id, "A", amount_minor=1.5), "amount_minor", "amount_minor: found 1.5"),
        (order(shop_id, "A", amount_minor="5"), "amount_minor", "amount_minor: found '5'"),
        (order(shop_id, "A", amount_minor=2**53), "amount_minor", "amount_minor: found 9007199254740992"),
        (
            order(shop_id, "A", currency="GBR"),
            "currency",
            "currency: found 'GBR'; allowed: a currency by its ISO",
        ),
        (order(shop_id, "A", "2024-06-01T00:00:00"), "ordered_at", "ordered_at: found '2024-06-01T00:00:00'"),
        (order(shop_id, "A", "2024-06-01T00:00:00.1234567Z"), "ordered_at", "ordered_at: found"),
        (
            order(shop_id, "A", commission_rate_bp=10_001),
            "commission_rate_bp",
            "commission_rate_bp: found 10001",
        ),
        (
            order(shop_id, account_id, commission_rate_bp=None),
            "commission_rate_bp",
            "commission_rate_bp: missing; allowed: a comm",
        ),
        (
            order(shop_id, "A", refund_minor=-1),
            "refund_minor",
            "refund_minor: found -1; allowed: a whole number",
        ),
        (
            order(shop_id, "A", refund_minor=1996),
            "refund_minor",
            "refund_minor: found 1996; allowed: a whole number from 0 to the amount of the order",
        ),
        (order("", "A"), "shop_id", "shop_id: found ''; allowed: text of 1–64 characters"),
        (order(shop_id, "A" * 65), "account_id", "account_id: found"),
        (
            order(shop_id, "A", quantity=1),
            "quantity",
            "unknown field 'quantity'; an order has order_id, shop_id",
        ),
        *wrong_sides(shop_id, account_id),
        ({"order_id": "O1"}, "shop_id", "shop_id: missing"),
        ([], "", "the order is not a JSON object"),
        (None, "", "the order is not a JSON object"),
    ]
    answer = ask(call, [order(shop_id, account_id), *(each for each, _, _ in wrong), order(shop_id, None)])
    assert answer.status == 200
    assert [each["index"] for each in answer.body["attributions"]] == [0, len(wrong) + 1]
    assert [each["index"] for each in answer.body["rejects"]] == list(range(1, len(wrong) + 1))
    for (_, field, said), reject in zip(wrong, answer.body["rejects"], strict=True):
        assert (reject["field"] or "", reject["detail"][: len(said)]) == (field, said)


def test_what_cannot_be_judged_is_said_in_the_language_that_is_asked_for(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    chinese = ask(call, [order(shop_id, account_id, commission_rate_bp=None)], Accept_Language="zh").body[
        "rejects"
    ][0]
    assert (
        chinese["detail"]
        == "commission_rate_bp：缺少值；应填佣金率：下单时店铺与该账号没有绑定关系，需按佣金率计算"
    )


def test_a_creator_is_found_by_the_handle_that_the_account_had_then(call: Caller) -> None:
    shop_id, first, second = call.shop(), call.account(handle="Suri.Sells"), call.account(handle="other")
    link = call.linked(shop_id, first, since="2024-06-01")
    asked = [
        order(shop_id, None, handle=handle)
        for handle in ("suri.sells", "@Suri.Sells", "ｓｕｒｉ．ＳＥＬＬＳ", "")
    ]
    found = ask(call, asked).body["attributions"]
    assert [each["link_id"] for each in found] == [link["link_id"]] * 3 + [None]
    assert found[-1]["basis"] == "none"
    for account_id, handle in ((first, "new.name"), (second, "Suri.Sells"), (first, "suri.sells")):
        answer = call("PATCH", f"/v1/accounts/{account_id}", {"handle": handle}, actor="platform:p")
        assert answer.status == 200, answer
    now = datetime.now(UTC).isoformat()
    (reject,) = ask(call, [order(shop_id, None, now, handle="suri.sells")]).body["rejects"]
    assert reject["code"] == "order.handle_ambiguous"
    assert reject["detail"].endswith(f"it was that of {', '.join(sorted((first, second)))}")
    assert ask(call, asked[:1]).body["attributions"][0]["link_id"] == link["link_id"]


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
    strange = {"orders": [], "unknown_accounts": "guess"}
    answer = call("POST", "/v1/attributions", strange, actor="platform:p")
    assert (answer.status, answer.body["field"]) == (422, "unknown_accounts")
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
