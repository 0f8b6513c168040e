"""Products: their facts recorded, listed for choosing what to promote, and where each of them is."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from msgspec.structs import asdict

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import FIND, IdCursor, Limit, NumberCursor, Operations
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant, ProblemError, SaidReason
from shoplink.api.http.request import require_scope
from shoplink.core import Link
from shoplink.core.commerce.commands import PutProduct
from shoplink.core.commerce.facts import Item, Product, ProductStatus
from shoplink.core.commerce.picker import Figures, Thresholds, figures
from shoplink.core.facts import Id, ShortText
from shoplink.core.precondition.subjects import ProductRecord
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.look import look_at
from shoplink.flows.precondition import newest_instant, token_of_states
from shoplink.flows.state import ProductState, read_state
from shoplink.store.read.commerce import Spot, Where, changed_at, one_product, page_of_products, page_of_spots
from shoplink.store.read.link import snapshot

operations = Operations("products")

_PICK = Thresholds()
Title = Annotated[ShortText, Meta(description="A part of the title.")]
Potential = Annotated[bool, Meta(description="Only those that pass all three thresholds.")]
Growth = Annotated[int, Meta(ge=-100, le=1_000_000, description="7-day sales growth in percent, at least.")]
ListedDays = Annotated[int, Meta(ge=0, le=36_500, description="Listed days ago, at most.")]
RankPage = Annotated[int, Meta(ge=0, le=1_000_000, description="Not within so many first result pages.")]
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


class ListedProductBody(ProductBody, frozen=True):
    """A product.

    `updated_at`: when its facts were recorded last; null only in an answer that an earlier version has stored.
    """

    updated_at: Instant | None


class ProductOutcomeBody(Struct, frozen=True):
    """What comes of one product that a command names; `reasons` say why it is not added."""

    product_id: str
    outcome: Literal["added", "refused"]
    reasons: list[SaidReason]


class SpotBody(Struct, frozen=True):
    """Where a product is."""

    where: Where
    account_id: str
    content_id: str | None
    basis: Basis
    came_under: str | None


def show_product(product: Product, at: datetime, thresholds: Thresholds) -> ProductBody:
    """A product with the picker's figures at an instant."""
    found = figures(product, at, thresholds)
    return ProductBody(**asdict(product), figures=found, potential=found.potential)


def _listed(
    product: Product, updated_at: datetime | None, at: datetime, thresholds: Thresholds
) -> ListedProductBody:
    shown = show_product(product, at, thresholds)
    return ListedProductBody(
        **{name: getattr(shown, name) for name in shown.__struct_fields__}, updated_at=updated_at
    )


def basis_of(item: Item) -> Basis:
    """Why an item is where it is: it came under a link, or is promoted."""
    return "affiliate" if item.came_under is None else "added"


def _show_spot(spot: Spot) -> SpotBody:
    """Where a product is, as an item."""
    item = spot.item
    return SpotBody(spot.where, item.account_id, item.content_id, basis_of(item), item.came_under)


def _show_synced_spot(link: Link) -> SpotBody:
    """The showcase that a product is in because it is synced."""
    return SpotBody("showcase", link.account_id, None, "synced", link.link_id)


@operations.command("PUT", "/products/{product_id}", ListedProductBody, conditional=True)
def put_product(request: HttpRequest, product_id: Id) -> HttpResponse:
    """Record a product's facts, replacing what was recorded; its shop never changes. Many at once: `/v1/commands`."""
    command = read_command(request, "put_product", product_id=product_id)
    assert isinstance(command, PutProduct), "this is the command that was read"

    def show(answer: Answer) -> ListedProductBody:
        state = read_state(answer["state"], ProductState)
        return _listed(state.product, state.touched_at, state.at, _PICK)

    seen = precondition_of(request, ProductRecord(shop_id=command.shop_id, product_id=product_id))
    return carry_out(request, command, show, with_state=True, seen=seen)


@operations.get("/products/{product_id}", ListedProductBody, problems=FIND, conditional=True)
def get_product(request: HttpRequest, product_id: Id) -> HttpResponse:
    """The product, with the figures of the product picker."""
    require_scope(request, "read")
    with snapshot():
        product, newest = one_product(product_id), newest_instant()
        at = changed_at("product", [product_id])
    if product is None:
        raise ProblemError("not_found")
    body = _listed(product, at[product_id], clock.now(), _PICK)
    return respond_with_tag(request, body, token_of_states(newest, product))


@operations.get("/products", Page[ListedProductBody])
def list_products(  # noqa: PLR0913 (what products may be asked for by)
    request: HttpRequest,
    *,
    shop_id: Id | None = None,
    status: ProductStatus | None = None,
    title: Title | None = None,
    potential: Potential = False,
    growth: Growth = _PICK.growth_percent,
    listed_days: ListedDays = _PICK.listed_days,
    page: RankPage = _PICK.pages,
    limit: Limit = 50,
    cursor: IdCursor | None = None,
) -> HttpResponse:
    """Products in the order of their ids; with `potential` those worth promoting, by the three thresholds.

    A figure that is not known passes nothing.
    """
    require_scope(request, "read")
    now, thresholds = clock.now(), Thresholds(growth, listed_days, page)
    with snapshot():
        rows = page_of_products(
            limit + 1,
            cursor or "",
            shop_id=shop_id,
            status=status,
            titled=title,
            potential=(thresholds, now) if potential else None,
        )
        at = changed_at("product", [product.product_id for product in rows])

    def show(product: Product) -> ListedProductBody:
        return _listed(product, at[product.product_id], now, thresholds)

    return respond(one_page(rows, limit, lambda product: product.product_id, show))


@operations.get("/products/{product_id}/places", Page[SpotBody], problems=FIND)
def list_places(
    request: HttpRequest, product_id: Id, limit: Limit = 50, cursor: NumberCursor | None = None
) -> HttpResponse:
    """Where the product is: first showcases that are synced with its shop, then items in the order added.

    A product that is off is nowhere.
    """
    require_scope(request, "read")
    with snapshot():
        product = one_product(product_id)
        if product is None:
            raise ProblemError("not_found")
        live = look_at(shops=[product.shop_id]).world.shops[product.shop_id].live.values()
        linked = [link for link in live if link.status == "linked"]
        rows = (
            page_of_spots(product_id, [link.link_id for link in linked], limit + 1, int(cursor or 0))
            if product.status == "on_sale"
            else []
        )
    body = one_page(rows, limit, lambda spot: spot.number, _show_spot)
    if cursor is None and product.status == "on_sale":
        body.items[:0] = [_show_synced_spot(link) for link in linked if link.synced_since is not None]
    return respond(body)
