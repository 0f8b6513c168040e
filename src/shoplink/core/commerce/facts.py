"""The facts of commerce: products, content, and items, each a product that somebody put in a place."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Currency = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
Rank = Annotated[int, Meta(ge=1, le=2**53 - 1)]

ProductStatus = Literal["on_sale", "off"]
ContentKind = Literal["video", "live"]


class Product(Struct, frozen=True, gc=False):
    """A shop's product, which stays this shop's for ever; one that is off is in no showcase and no content.

    `price_minor` in minor units of the currency; `commission_rate_bp`, in basis points, is what an affiliate
    creator gets. Sales facts may be unknown: units sold in the last 7 days and in the 7 days before, and the
    result page that it is found on.
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
    """A video or a live of an account; whose it is and its kind never change."""

    content_id: str
    account_id: str
    kind: ContentKind
    title: str


ItemKey = tuple[str, str | None, str]
"""Account, content (None is the showcase) and product: the place that an item takes."""


class Item(Struct, frozen=True, gc=False):
    """A product that a creator put in the showcase or in a content.

    `came_under` is the link it came under: it is there while that link is `linked`. None is an affiliate item,
    with the commission rate that was promised, and stays.
    """

    account_id: str
    content_id: str | None
    product_id: str
    shop_id: str
    came_under: str | None
    added_at: datetime
    commission_rate_bp: int | None = None

    def key(self) -> ItemKey:
        """The place that it takes."""
        return (self.account_id, self.content_id, self.product_id)
