"""The events about products, content and items. Events about a link itself are in `core.events`.

An item names the link it was added under as `came_under`, not as `link_id`, because its events are not part of the
link's life.
"""

from datetime import datetime

from shoplink.core.commerce.facts import Content, ContentKind, Item, Product, ProductStatus
from shoplink.core.event_base import Event


class CommerceEvent(Event, frozen=True):
    """An event about a product, a video or live, or an item."""


class ProductRecorded(CommerceEvent, frozen=True, tag="product.recorded"):
    """A product's facts were recorded."""

    product_id: str
    shop_id: str
    title: str
    price_minor: int
    currency: str
    status: ProductStatus
    listed_at: datetime
    commission_rate_bp: int = 0
    units_7d: int | None = None
    units_prev_7d: int | None = None
    rank_page: int | None = None

    def facts(self) -> Product:
        """The product as recorded."""
        return Product(
            self.product_id,
            self.shop_id,
            self.title,
            self.price_minor,
            self.currency,
            self.status,
            self.listed_at,
            self.commission_rate_bp,
            self.units_7d,
            self.units_prev_7d,
            self.rank_page,
        )


class ContentRecorded(CommerceEvent, frozen=True, tag="content.recorded"):
    """A video or live was recorded."""

    content_id: str
    account_id: str
    kind: ContentKind
    title: str = ""

    def facts(self) -> Content:
        """The content as recorded."""
        return Content(self.content_id, self.account_id, self.kind, self.title)


class ItemEvent(CommerceEvent, frozen=True, kw_only=True):
    """An event about one product in one place of an account; without a `content_id` the place is the showcase."""

    shop_id: str
    account_id: str
    product_id: str
    content_id: str | None = None


class ItemAdded(ItemEvent, frozen=True, kw_only=True, tag="item.added"):
    """A product of the linked shop was added; the item belongs to the link it was added under (R14, R15)."""

    came_under: str

    def item(self) -> Item:
        """The new item."""
        return Item(self.account_id, self.content_id, self.product_id, self.shop_id, self.came_under, self.at)


class PromotionAdded(ItemEvent, frozen=True, kw_only=True, tag="promotion.added"):
    """Another shop's product was added, at its commission rate of that instant (R16)."""

    commission_rate_bp: int

    def item(self) -> Item:
        """The new affiliate item."""
        return Item(
            self.account_id,
            self.content_id,
            self.product_id,
            self.shop_id,
            None,
            self.at,
            self.commission_rate_bp,
        )


class ItemRemoved(ItemEvent, frozen=True, kw_only=True, tag="item.removed"):
    """An item was removed; `came_under` is that of the item."""

    came_under: str | None = None


AddingEvent = ItemAdded | PromotionAdded
AnyCommerceEvent = ProductRecorded | ContentRecorded | ItemAdded | PromotionAdded | ItemRemoved
