"""Files of orders and links to judge, as Parquet. The same numbers give the same bytes."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_DAY = 86_400_000_000
_START, _SPAN = 1_700_000_000_000_000, 730 * _DAY
_ROWS_AT_A_TIME = 500_000
_ORDERS_PER_SHOP = 40
_RATES = np.array([0, 500, 800, 1_000, 1_250, 2_000])


def write_links(path: Path, count: int, per_pair: int) -> int:
    """Write links, a number of them per pair of shop and account, in sequence within two years; returns the number of pairs."""
    pairs = max(count // per_pair, 1)
    pair, number = np.divmod(np.arange(pairs * per_pair), per_pair)
    chance = np.random.default_rng(per_pair)
    step = _SPAN // per_pair
    begun = _START + number * step + chance.integers(0, step // 4, len(pair))
    ended = begun + chance.integers(step // 4, 3 * step // 4, len(pair))
    stands = (number == per_pair - 1) & (chance.random(len(pair)) < 0.5)
    nothing = pa.nulls(len(pair), pa.string())
    columns = {
        "link_id": _named("link_", np.arange(len(pair))),
        "shop_id": _named("shop-", pair // _ORDERS_PER_SHOP),
        "account_id": _named("account-", pair),
        "role": pa.array(np.where(pair % 5 == 0, "official", "marketing")),
        "linked_at": pa.array(begun),
        "ended_at": pa.array(ended, mask=stands),
        "settlement": nothing,
        "reference": nothing,
        "changed_at": pa.array(np.where(stands, begun, ended)),
    }
    order = pa.array(chance.permutation(len(pair)))
    pq.write_table(pa.table(columns).take(order), path, compression="zstd")
    return pairs


def write_orders(path: Path, count: int, pairs: int) -> None:
    """Write orders of these pairs at random instants of the two years; a tenth of them have no account."""
    chance = np.random.default_rng(count)
    writer = None
    for first in range(0, count, _ROWS_AT_A_TIME):
        size = min(_ROWS_AT_A_TIME, count - first)
        pair = chance.integers(0, pairs, size)
        at = _START + chance.integers(0, _SPAN, size)
        columns = {
            "order_id": _named("5764607", np.arange(first, first + size) + 10**11),
            "shop_id": _named("shop-", pair // _ORDERS_PER_SHOP),
            "account_id": _named("account-", pair, mask=chance.random(size) < 0.1),
            "ordered_at": pa.array(at, pa.int64()).cast(pa.timestamp("us", tz="UTC")),
            "amount_minor": pa.array(chance.integers(100, 100_000, size)),
            "currency": pa.array(["GBP"] * size),
            "commission_rate_bp": pa.array(_RATES[chance.integers(0, len(_RATES), size)]),
        }
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    assert writer is not None, "there are orders to write"
    writer.close()


def _named(prefix: str, numbers: np.ndarray, mask: np.ndarray | None = None) -> pa.Array:
    names = np.char.add(prefix, numbers.astype("U"))
    return pa.array(names, pa.string(), mask=mask)
