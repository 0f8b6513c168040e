"""The part of the World that holds products, contents and items; only those that the commands name."""

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
        self.items: dict[ItemKey, Item] = {}

    def apply(self, event: CommerceEvent) -> None:
        """Apply an event of commerce."""
        match event:
            case ProductRecorded():
                self.products[event.product_id] = event.facts()
            case ItemAdded() | PromotionAdded():
                item = event.item()
                self.items[item.key()] = item
            case ItemRemoved():
                del self.items[event.account_id, event.content_id, event.product_id]
            case ContentRecorded():
                self.contents[event.content_id] = event.facts()
            case _:
                raise AssertionError(f"no event of commerce: {event!r}")
