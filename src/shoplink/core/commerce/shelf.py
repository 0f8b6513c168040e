"""The part of the World that commerce touches: products, contents and items, only those that commands name."""

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
    """Products and contents by id, and the item in each place, if one is there.

    An item whose link has ended is still held: whether it is there is asked of the World (`rules.item_there`).
    """

    def __init__(self) -> None:
        """Start empty."""
        self.products: dict[str, Product] = {}
        self.contents: dict[str, Content] = {}
        self.items: dict[ItemKey, Item] = {}

    def apply(self, event: CommerceEvent) -> None:
        """Let an event have happened."""
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
