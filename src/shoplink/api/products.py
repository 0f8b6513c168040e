"""Products: their facts recorded, listed for choosing what to promote, and where each of them is."""

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shoplink.api import examples_commerce as examples
from shoplink.api.ask import carry_out, read_command
from shoplink.api.body import answered
from shoplink.api.document import FIND, READ, WRITE, command_body, documented
from shoplink.api.examples import paged
from shoplink.api.key import needs_scope
from shoplink.api.page import Id, IdCursor, IdQuery, Limit, NumberCursor, page
from shoplink.api.problem import ProblemError
from shoplink.api.schema import Page
from shoplink.api.schema_commerce import ProductBody, SpotBody
from shoplink.api.show_commerce import show_product, show_spot, show_synced_spot
from shoplink.core import World
from shoplink.core.commerce.picker import Thresholds
from shoplink.flows import clock
from shoplink.flows.look import look_at
from shoplink.store.read.commerce import one_product, page_of_products, page_of_spots
from shoplink.store.read.link import snapshot

router = Router(tags=["products"])

_PICK = Thresholds()
Titled = Annotated[
    str | None, Query(None, max_length=200, pattern=r"^[^\x00]*$", description="A part of the title.")
]
Sale = Annotated[Literal["on_sale", "off"] | None, Query(None)]
Potential = Annotated[bool, Query(False, description="Only those that pass all three thresholds.")]  # noqa: FBT003 (a default)
Growth = Annotated[
    int,
    Query(
        _PICK.growth_percent, ge=-100, le=1_000_000, description="7-day sales growth in percent, at least."
    ),
]
ListedDays = Annotated[
    int, Query(_PICK.listed_days, ge=0, le=36_500, description="Listed days ago, at most.")
]
RankPage = Annotated[
    int, Query(_PICK.pages, ge=0, le=1_000_000, description="Not within so many first result pages.")
]


@router.put(
    "/{product_id}",
    **documented(
        "put_product",
        ProductBody,
        problems=WRITE,
        body=command_body("put_product", "product_id", example=examples.PUT_PRODUCT),
        example=examples.PRODUCT,
        acts=True,
        keyed=True,
    ),
)
def put_product(request: HttpRequest, product_id: Id) -> HttpResponse:
    """Record a product's facts, replacing what was recorded; its shop never changes. Many at once: `/v1/commands`."""
    command = read_command(request, "put_product", product_id=product_id)

    def show(world: World) -> ProductBody:
        return show_product(world.shelf.products[product_id], world.now, _PICK)

    return carry_out(request, command, show)


@router.get(
    "/{product_id}", **documented("get_product", ProductBody, problems=FIND, example=examples.PRODUCT)
)
def get_product(request: HttpRequest, product_id: Id) -> HttpResponse:
    """The product, with the figures of the product picker."""
    needs_scope(request, "read")
    product = one_product(product_id)
    if product is None:
        raise ProblemError("not_found")
    return answered(show_product(product, clock.now(), _PICK))


@router.get(
    "", **documented("list_products", Page[ProductBody], problems=READ, example=paged(examples.PICKED))
)
def list_products(  # noqa: PLR0913, PLR0917 (what products may be asked for by)
    request: HttpRequest,
    shop_id: IdQuery,
    status: Sale,
    title: Titled,
    potential: Potential,
    growth: Growth,
    listed_days: ListedDays,
    page: RankPage,
    limit: Limit,
    cursor: IdCursor,
) -> HttpResponse:
    """Products in the order of their ids; with `potential` those worth promoting, by the three thresholds.

    A figure that is not known passes nothing.
    """
    needs_scope(request, "read")
    now, thresholds = clock.now(), Thresholds(growth, listed_days, page)
    rows = page_of_products(
        limit + 1,
        cursor or "",
        shop_id=shop_id,
        status=status,
        titled=title,
        potential=(thresholds, now) if potential else None,
    )
    return answered(
        one_page(
            rows,
            limit,
            lambda product: product.product_id,
            lambda product: show_product(product, now, thresholds),
        )
    )


one_page = page
"""The page of a list; in an operation, `page` is a query parameter."""


@router.get(
    "/{product_id}/places",
    **documented("list_places", Page[SpotBody], problems=FIND, example=paged(examples.SPOT)),
)
def list_places(request: HttpRequest, product_id: Id, limit: Limit, cursor: NumberCursor) -> HttpResponse:
    """Where the product is: first showcases that are synced with its shop, then items in the order added.

    A product that is off is nowhere.
    """
    needs_scope(request, "read")
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
    body = page(rows, limit, lambda spot: spot.number, show_spot)
    if cursor is None and product.status == "on_sale":
        body.items[:0] = [show_synced_spot(link) for link in linked if link.synced_since is not None]
    return answered(body)
