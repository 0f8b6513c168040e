"""The facts of commerce: products, content (videos and lives), and items: products in a place."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Currency = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
Rank = Annotated[int, Meta(ge=1, le=2**53 - 1)]

ProductStatus = Literal["on_sale", "off"]
ContentKind = Literal["video", "live"]


class Product(Struct, frozen=True, gc=False):
    """A shop's product, which always belongs to this shop. A product that is off sale is in no showcase and no content.

    `price_minor` is in minor units of the currency. `commission_rate_bp`, in basis points, is what an affiliate creator
    earns. Sales facts may be unknown: the units sold in the last 7 days and in the 7 days before, and the page of the
    search results that shows the product.
    """

    product_id: str
    shop_id: str
    title: str
    price_minor: int
    currency: str
    status: ProductStatus
    listed_at: datetime
    commission_rate_bp: int
    units_7d: int | None
    units_prev_7d: int | None
    rank_page: int | None


class Content(Struct, frozen=True, gc=False):
    """A video or live of an account; its account and its kind never change."""

    content_id: str
    account_id: str
    kind: ContentKind
    title: str


ItemKey = tuple[str, str | None, str]
"""The account, content (None is the showcase) and product that identify an item."""


class Item(Struct, frozen=True, gc=False):
    """A product that a creator added to the showcase or to a video or live.

    `came_under` is the link that it was added under; the item is there while that link is `linked`. An affiliate item
    has None and the commission rate that was promised, and it stays.
    """

    account_id: str
    content_id: str | None
    product_id: str
    shop_id: str
    came_under: str | None
    added_at: datetime
    commission_rate_bp: int | None = None

    def key(self) -> ItemKey:
        """The key of the item."""
        return (self.account_id, self.content_id, self.product_id)
