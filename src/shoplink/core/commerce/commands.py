"""The commands about products, showcases and content, one frozen class each."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from shoplink.core.command_base import Command, PairCommand
from shoplink.core.commerce.facts import BasisPoints, ContentKind, Currency, ProductStatus, Rank
from shoplink.core.facts import Count, Id, ShortText

PRODUCTS_MAX = 100
"""The number of products that one command may add at most."""


class PutProduct(Command, frozen=True):
    """Record a product's facts, replacing what was recorded before."""

    product_id: Id
    shop_id: Id
    title: ShortText
    price_minor: Count
    currency: Currency
    listed_at: datetime
    status: ProductStatus | None = None
    commission_rate_bp: BasisPoints | None = None
    units_7d: Count | None = None
    units_prev_7d: Count | None = None
    rank_page: Rank | None = None


class PutContent(Command, frozen=True):
    """Record a video or live of an account, so that products can be added to it."""

    content_id: Id
    account_id: Id
    kind: ContentKind
    title: ShortText | None = None


class SyncShowcase(PairCommand, frozen=True):
    """From now on the official account's showcase is every product of the shop that is on sale (R13)."""


class AddFromShop(PairCommand, frozen=True):
    """The creator adds products of the linked shop to the showcase, or to a video or live (R14, R15)."""

    product_ids: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=PRODUCTS_MAX)]
    content_id: Id | None = None


class Promote(PairCommand, frozen=True):
    """The creator adds a product of a shop that the account is not linked to, for commission (R16, R17)."""

    product_id: Id
    content_id: Id | None = None


class RemoveItem(Command, frozen=True):
    """The creator removes a product from the showcase, or from a video or live."""

    account_id: Id
    product_id: Id
    content_id: Id | None = None


COMMERCE_COMMANDS = (PutProduct, PutContent, SyncShowcase, AddFromShop, Promote, RemoveItem)
