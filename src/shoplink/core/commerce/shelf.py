"""The part of the World that holds products, contents and items; only those that the commands name."""

from datetime import datetime

from shoplink.core.commerce.events import (
    CommerceEvent,
    ContentRecorded,
    ItemAdded,
    ItemRemoved,
    ProductRecorded,
    PromotionAdded,
)
from shoplink.core.commerce.facts import Content, Item, ItemKey, Product


class Shelf:
    """Products and contents by id, and items by key.

    The shelf still holds an item whose link has ended; `rules.item_there` says whether an item is there.
    """

    def __init__(self) -> None:
        """Start without products, contents and items."""
        self.products: dict[str, Product] = {}
        self.contents: dict[str, Content] = {}
        self.products_at: dict[str, datetime] = {}
        self.contents_at: dict[str, datetime] = {}
        """When the facts of each were recorded last."""
        self.items: dict[ItemKey, Item] = {}
        self.counts: dict[tuple[str, str | None], tuple[int, int]] = {}
        """How many products were ever put into a place and taken out of it, where somebody asks."""

    def apply(self, event: CommerceEvent) -> None:
        """Apply an event of commerce."""
        match event:
            case ProductRecorded():
                self.products[event.product_id] = event.facts()
                self.products_at[event.product_id] = event.at
            case ItemAdded() | PromotionAdded():
                item = event.item()
                self.items[item.key()] = item
                self._count(item.account_id, item.content_id, added=1)
            case ItemRemoved():
                del self.items[event.account_id, event.content_id, event.product_id]
                self._count(event.account_id, event.content_id, removed=1)
            case ContentRecorded():
                self.contents[event.content_id] = event.facts()
                self.contents_at[event.content_id] = event.at
            case _:
                raise AssertionError(f"no event of commerce: {event!r}")

    def _count(self, account_id: str, content_id: str | None, *, added: int = 0, removed: int = 0) -> None:
        place = account_id, content_id
        if place in self.counts:
            before = self.counts[place]
            self.counts[place] = before[0] + added, before[1] + removed
