"""The event log, replayed: what every product, content and item must be by it."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from shoplink.core.commerce import events as e
from shoplink.core.commerce.facts import Content, Item, ItemKey, Product
from shoplink.core.instant import format_instant

_NOTHING = "it changes nothing, so nobody recorded it"


class Sale(Struct):
    """A period in which a product was on sale; `until` None while it still is."""

    product_id: str
    shop_id: str
    since: datetime
    until: datetime | None = None


class Put(Struct):
    """An item as the log leaves it."""

    item: Item
    removed_at: datetime | None = None


class GoodsLedger:
    """Takes the events of commerce one by one; holds what they lead to.

    `open_items` holds the item added last in each place: whether one whose link has ended was there, only the
    links tell, so another may be added over it.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.products: dict[str, tuple[Product, datetime]] = {}
        self.contents: dict[str, tuple[Content, datetime]] = {}
        self.sales: list[Sale] = []
        self.items: list[Put] = []
        self._on_sale: dict[str, Sale] = {}
        self._open: dict[ItemKey, Put] = {}

    def take(self, event: e.CommerceEvent) -> Iterator[str]:
        """Let an event have happened; why it cannot have, in words."""
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
            self._on_sale[event.product_id] = sale = Sale(event.product_id, event.shop_id, event.at)
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
        put = Put(item)
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
