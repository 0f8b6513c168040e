"""Products, contents and items as the event log leaves them, and their rows compared with that."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core.commerce import events as e
from shoplink.core.commerce.facts import Content, Item, ItemKey, Product
from shoplink.core.instant import format_instant
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import (
    EXTRA,
    LOG,
    MISSING,
    Difference,
    column_differences,
    compare_in_turn,
)
from shoplink.store.database.fields import to_micros
from shoplink.store.write.log import Row, content_rows, item_rows, on_sale_rows, product_rows

_NOTHING = "it changes nothing, so nobody recorded it"


class LedgerSale(Struct):
    """A period in which a product was on sale; `until` None while it still is."""

    product_id: str
    shop_id: str
    since: datetime
    until: datetime | None = None


class LedgerItem(Struct):
    """An item as the log leaves it."""

    item: Item
    removed_at: datetime | None = None


class CommerceLedger:
    """Applies the events of commerce one by one, and holds the resulting products, contents, sales and items.

    `_open` holds the item that was added last in each place. Another item may be added over it, because only the
    links tell whether its link had ended.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.products: dict[str, tuple[Product, datetime]] = {}
        self.contents: dict[str, tuple[Content, datetime]] = {}
        self.sales: list[LedgerSale] = []
        self.items: list[LedgerItem] = []
        self._on_sale: dict[str, LedgerSale] = {}
        self._open: dict[ItemKey, LedgerItem] = {}

    def take(self, event: e.CommerceEvent) -> Iterator[str]:
        """Apply an event; yields in words why it cannot have happened."""
        match event:
            case e.ProductRecorded():
                yield from self._record_product(event)
            case e.ContentRecorded():
                yield from self._record_content(event)
            case e.ItemAdded() | e.PromotionAdded():
                yield from self._add(event)
            case e.ItemRemoved():
                yield from self._remove(event)

    def _record_product(self, event: e.ProductRecorded) -> Iterator[str]:
        product = event.facts()
        if known := self.products.get(event.product_id):
            if known[0] == product:
                yield _NOTHING
            if known[0].shop_id != product.shop_id:
                yield f"product {event.product_id} was of shop {known[0].shop_id}: that never changes"
            if event.at < known[1]:
                yield f"it happened before what stands before it, {format_instant(known[1])}"
        self.products[event.product_id] = (product, event.at)
        sale = self._on_sale.get(event.product_id)
        if product.status == "on_sale" and sale is None:
            self._on_sale[event.product_id] = sale = LedgerSale(event.product_id, event.shop_id, event.at)
            self.sales.append(sale)
        elif product.status == "off" and sale is not None:
            sale.until = event.at
            del self._on_sale[event.product_id]

    def _record_content(self, event: e.ContentRecorded) -> Iterator[str]:
        content = event.facts()
        if known := self.contents.get(event.content_id):
            if known[0] == content:
                yield _NOTHING
            if (known[0].account_id, known[0].kind) != (content.account_id, content.kind):
                yield f"content {event.content_id} was a {known[0].kind} of account {known[0].account_id}"
        self.contents[event.content_id] = (content, event.at)

    def _add(self, event: e.AddingEvent) -> Iterator[str]:
        yield from self._missing(event)
        item = event.item()
        product = self.products.get(item.product_id)
        if product is not None and product[0].status != "on_sale":
            yield f"product {item.product_id} was off then"
        there = self._open.get(item.key())
        if there is not None and there.item.came_under in {None, item.came_under}:
            yield f"product {item.product_id} was there already"
        put = LedgerItem(item)
        self.items.append(put)
        self._open[item.key()] = put

    def _remove(self, event: e.ItemRemoved) -> Iterator[str]:
        key = (event.account_id, event.content_id, event.product_id)
        there = self._open.pop(key, None)
        if there is None or there.item.came_under != event.came_under:
            yield f"product {event.product_id} was not there then"
        else:
            there.removed_at = event.at

    def _missing(self, event: e.AddingEvent) -> Iterator[str]:
        product = self.products.get(event.product_id)
        if product is None or product[0].shop_id != event.shop_id:
            yield f"shop {event.shop_id} had no product {event.product_id} then"
        if event.content_id is not None:
            content = self.contents.get(event.content_id)
            if content is None or content[0].account_id != event.account_id:
                yield f"account {event.account_id} had no content {event.content_id} then"


def compare_commerce(ledger: CommerceLedger, counts: VerifyCounts) -> Iterator[Difference]:
    """Every difference between the ledger and the rows. Empties the ledger."""
    for row in product_rows():
        counts.products += 1
        yield from _facts("product", row["product_id"], ledger.products.pop(row["product_id"], None), row)
    for row in content_rows():
        counts.contents += 1
        yield from _facts("content", row["content_id"], ledger.contents.pop(row["content_id"], None), row)
    yield from (Difference("product", key, MISSING) for key in ledger.products)
    yield from (Difference("content", key, MISSING) for key in ledger.contents)
    yield from _sales(ledger)
    yield from _items(ledger, counts)


def _facts(of: str, key: str, known: tuple[Any, datetime] | None, row: Row) -> Iterator[Difference]:
    if known is None:
        yield Difference(of, key, EXTRA)
        return
    facts = msgspec.structs.asdict(known[0])
    expected = {
        **{name: to_micros(value) if isinstance(value, datetime) else value for name, value in facts.items()},
        "touched_at": to_micros(known[1]),
    }
    yield from column_differences(of, key, expected, row, LOG)


def _sales(ledger: CommerceLedger) -> Iterator[Difference]:
    """The periods on sale, of each product in their order."""
    expected: defaultdict[str, list[Row]] = defaultdict(list)
    for sale in ledger.sales:
        fields = {"shop_id": sale.shop_id, "since": to_micros(sale.since), "until": to_micros(sale.until)}
        expected[sale.product_id].append(fields)
    yield from compare_in_turn(
        "on_sale", "id", ((row["product_id"], row) for row in on_sale_rows()), expected
    )


def _items(ledger: CommerceLedger, counts: VerifyCounts) -> Iterator[Difference]:
    """The items that each place ever held, in their order."""
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
            counts.items += 1
            yield (row["account_id"], row["content_id"], row["product_id"]), row

    yield from compare_in_turn("item", "number", rows(), expected)
