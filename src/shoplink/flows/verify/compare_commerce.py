"""Compare the rows of products, content and items with what the log leads to."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

import msgspec

from shoplink.flows.verify.difference import EXTRA, LOG, MISSING, Difference, differing
from shoplink.flows.verify.ledger_commerce import GoodsLedger
from shoplink.store.database.fields import to_micros
from shoplink.store.write.log import Row, content_rows, item_rows, on_sale_rows, product_rows


class CountedGoods(Protocol):
    """Where the rows are counted."""

    products: int
    contents: int
    items: int


def compare_goods(ledger: GoodsLedger, counted: CountedGoods) -> Iterator[Difference]:
    """Every difference; the ledger is used up."""
    for row in product_rows():
        counted.products += 1
        yield from _facts("product", row["product_id"], ledger.products.pop(row["product_id"], None), row)
    for row in content_rows():
        counted.contents += 1
        yield from _facts("content", row["content_id"], ledger.contents.pop(row["content_id"], None), row)
    yield from (Difference("product", key, MISSING) for key in ledger.products)
    yield from (Difference("content", key, MISSING) for key in ledger.contents)
    yield from _sales(ledger)
    yield from _items(ledger, counted)


def _facts(of: str, key: str, known: tuple[Any, datetime] | None, row: Row) -> Iterator[Difference]:
    if known is None:
        yield Difference(of, key, EXTRA)
        return
    facts = msgspec.structs.asdict(known[0])
    expected = {
        **{name: to_micros(value) if isinstance(value, datetime) else value for name, value in facts.items()},
        "touched_at": to_micros(known[1]),
    }
    yield from differing(of, key, expected, row, LOG)


def _sales(ledger: GoodsLedger) -> Iterator[Difference]:
    """The periods on sale, of each product in their order."""
    expected: defaultdict[str, list[Row]] = defaultdict(list)
    for sale in ledger.sales:
        fields = {"shop_id": sale.shop_id, "since": to_micros(sale.since), "until": to_micros(sale.until)}
        expected[sale.product_id].append(fields)
    yield from _in_turn("on_sale", "id", ((row["product_id"], row) for row in on_sale_rows()), expected)


def _items(ledger: GoodsLedger, counted: CountedGoods) -> Iterator[Difference]:
    """The items, those that a place ever held in their order."""
    expected: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for put in ledger.items:
        item = put.item
        expected[item.account_id, item.content_id or "", item.product_id].append(
            {
                "shop_id": item.shop_id,
                "came_under": item.came_under or "",
                "commission_rate_bp": item.commission_rate_bp,
                "added_at": to_micros(item.added_at),
                "removed_at": to_micros(put.removed_at),
            }
        )

    def rows() -> Iterator[tuple[Any, Row]]:
        for row in item_rows():
            counted.items += 1
            yield (row["account_id"], row["content_id"], row["product_id"]), row

    yield from _in_turn("item", "number", rows(), expected)


def _in_turn(
    of: str, key: str, rows: Iterator[tuple[Any, Row]], expected: dict[Any, list[Row]]
) -> Iterator[Difference]:
    """Rows against what is expected under the same key, one after the other."""
    for subject, row in rows:
        if not expected.get(subject):
            yield Difference(of, str(row[key]), EXTRA)
            continue
        yield from differing(of, str(row[key]), expected[subject].pop(0), row, LOG)
    for subject, left in expected.items():
        name = (
            subject if isinstance(subject, str) else " in ".join(reversed([part for part in subject if part]))
        )
        yield from (Difference(of, name, MISSING) for _ in left)
