"""The cost of `POST /v1/attributions` with a hundred and with ten thousand orders, on a running service."""

from random import Random
from statistics import median

import msgspec

from benchmarks import write_path_world
from benchmarks.report import Table, spread
from benchmarks.write_path_service import Caller, serving

_FEW, _MANY = 100, 10_000
_RATIO_MAX = 10
_SHOPS, _LINKS_EACH = 400, 50
_PAIRS = 1_000
_WARM_UP = 3


def measure(rounds: int) -> Table:
    """Calls of both sizes in turn, on SQLite with 20,000 links; the orders name a thousand of their pairs."""
    world = write_path_world.build("sqlite", shops=_SHOPS, links_each=_LINKS_EACH, live=4, free=10)
    pairs = [(f"S{number % _SHOPS}", f"A{number}") for number in range(world.links)][:_PAIRS]
    bodies = {count: _body(Random(count).choices(pairs, k=count)) for count in (_FEW, _MANY)}
    seconds: dict[int, list[float]] = {_FEW: [], _MANY: []}
    with serving(world.url) as service:
        caller = Caller(service)
        for number in range(_WARM_UP + rounds):
            for count, body in bodies.items():
                took = [_call(caller, body, count) for _ in range(9 if count == _FEW else 1)]
                if number >= _WARM_UP:
                    seconds[count].append(median(took))
        caller.close()
    ratios = [many / few for few, many in zip(seconds[_FEW], seconds[_MANY], strict=True)]
    rows = [
        (f"{_FEW:,}", f"{median(seconds[_FEW]) * 1e3:.1f}", "1", ""),
        (
            f"{_MANY:,}",
            f"{median(seconds[_MANY]) * 1e3:.1f}",
            spread(ratios),
            f"≤ {_RATIO_MAX}: {'met' if median(ratios) <= _RATIO_MAX else 'missed'}",
        ),
    ]
    header = ("orders", "ms a call", "÷ 100 orders (min–max)", "target")
    note = f"Over HTTP, one caller, on SQLite with {world.links:,} links; the orders name {_PAIRS:,} pairs of shop and account; {rounds} rounds."
    return Table("Whose orders are they: `POST /v1/attributions`", header, rows, note)


def _body(pairs: list[tuple[str, str]]) -> bytes:
    orders = [
        {
            "order_id": f"5764607523{number:09}",
            "shop_id": shop_id,
            "account_id": account_id,
            "ordered_at": f"2026-{1 + number % 11:02}-11T12:00:{number % 60:02}Z",
            "amount_minor": 1_000 + number,
            "currency": "GBP",
            "commission_rate_bp": 1_000,
        }
        for number, (shop_id, account_id) in enumerate(pairs)
    ]
    return msgspec.json.encode({"orders": orders})


def _call(caller: Caller, body: bytes, count: int) -> float:
    status, text, took = caller(
        "POST",
        "/v1/attributions",
        body,
        Shoplink_Actor="platform:benchmark",
    )
    assert status == 200, text
    assert len(msgspec.json.decode(text)["attributions"]) == count
    return took
