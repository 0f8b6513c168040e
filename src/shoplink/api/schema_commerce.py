"""What is answered about products, showcases, content and permissions: the bodies, field by field."""

from typing import Literal

from msgspec import Struct

from shoplink.api.schema import Instant, LinkBody, ProductOutcomeBody, SaidReason
from shoplink.core.commerce.facts import ContentKind, ProductStatus
from shoplink.core.commerce.picker import Figures
from shoplink.store.read.commerce import Where

Basis = Literal["synced", "added", "affiliate"]


class ProductBody(Struct, frozen=True):
    """A product; `price_minor` in minor units of the currency, `commission_rate_bp` in basis points.

    `figures` are the three that the product picker looks at, and which pass; `potential`: all do.
    """

    product_id: str
    shop_id: str
    title: str
    price_minor: int
    currency: str
    status: ProductStatus
    listed_at: Instant
    commission_rate_bp: int
    units_7d: int | None
    units_prev_7d: int | None
    rank_page: int | None
    figures: Figures
    potential: bool


class ShownBody(Struct, frozen=True):
    """A product that a place shows, and why: the showcase is `synced`, it was `added` from the shop, or it is promoted as `affiliate`.

    `came_under` is the link that a synced or added product goes with; `commission_rate_bp` what an affiliate gets.
    """

    product: ProductBody
    basis: Basis
    came_under: str | None
    added_at: Instant | None
    commission_rate_bp: int | None


class ShowcasePage(Struct, frozen=True):
    """One page of what a place shows at the instant `at`; `next` is the cursor of the page behind it."""

    at: Instant
    link_id: str | None
    synced_since: Instant | None
    items: list[ShownBody]
    next: str | None


class ContentBody(Struct, frozen=True):
    """A video or a live."""

    content_id: str
    account_id: str
    kind: ContentKind
    title: str


class CountedContentBody(ContentBody, frozen=True):
    """A video or a live, and how many products it shows now."""

    products: int


class ItemBody(Struct, frozen=True):
    """A product in a place of an account; `content_id` null is the showcase, `came_under` null an affiliate item.

    `at` is when it was put there, or taken out.
    """

    account_id: str
    content_id: str | None
    product_id: str
    shop_id: str
    came_under: str | None
    commission_rate_bp: int | None
    at: Instant


class SpotBody(Struct, frozen=True):
    """Where a product is."""

    where: Where
    account_id: str
    content_id: str | None
    basis: Basis
    came_under: str | None


class AddedBody(Struct, frozen=True):
    """What came of each product, in the order named."""

    products: list[ProductOutcomeBody]


class SyncedBody(LinkBody, frozen=True):
    """A link whose account's showcase follows the shop from `synced_since` on."""

    synced_since: Instant


class Verdict(Struct, frozen=True):
    """Whether something is allowed; if not, every reason."""

    allowed: bool
    reasons: list[SaidReason]


class AddVerdicts(Struct, frozen=True):
    """Whether products can be added from the shop, to each kind of place."""

    showcase: Verdict
    video: Verdict
    live: Verdict


class PermissionTable(Struct, frozen=True):
    """Each thing that a link may give."""

    sync_showcase: Verdict
    add_from_shop: AddVerdicts
    sell_in_video: Verdict
    sell_in_live: Verdict
    promote_other_shops: Verdict


class PermissionsBody(Struct, frozen=True):
    """What an account may do for a shop now, by the role it is linked in; `role` is null for an affiliate creator.

    `permissions` says of each thing whether it is allowed, and every reason why not. `reasons`: what stands in the
    way of all that a link with this shop gives.
    """

    shop_id: str
    account_id: str
    link_id: str | None
    role: Literal["official", "marketing"] | None
    permissions: PermissionTable
    sync_showcase: bool
    add_from_shop: bool
    followers_minimum: int
    commission: Literal["none", "due"]
    promote_other_shops: bool
    reasons: list[SaidReason]
