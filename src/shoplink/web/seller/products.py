"""A shop's products: their figures, where each of them is placed, and the sync to the official account's showcase."""

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.commerce.permissions import permissions
from shoplink.core.precondition.subjects import link_in_place
from shoplink.flows.look import CurrentState, look_at
from shoplink.flows.precondition import token_of
from shoplink.store.read.commerce import (
    Spot,
    Where,
    count_spots,
    one_product,
    page_of_products,
    page_of_spots,
)
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER, visible_link
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import account_name, shop_name
from shoplink.web.ticket.offer import TicketForm, ticket_about
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.product import (
    PAGE,
    ProductFilter,
    ProductRow,
    cursor_of,
    product_filter,
    rate,
    show_product,
)
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording.sentences import N_


class Sync(Struct, frozen=True):
    """The sync of the official account's showcase: since when it is on, or why it cannot be turned on."""

    link_id: str
    seen: str
    account: str
    link_url: str
    since: Instant | None
    why_not: list[ReasonRow]
    ask: TicketForm | None


class ProductCountRow(Struct, frozen=True):
    """A product, and the number of showcases, videos and lives that it is in."""

    product: ProductRow
    url: str
    showcases: int
    videos: int
    lives: int


class ProductsPage(Struct, frozen=True):
    """The page; `sync` is None for a shop without an official account."""

    shop_id: str
    shop: str
    sync: Sync | None
    rows: list[ProductCountRow]
    product_filter: ProductFilter
    next_url: str
    first_url: str
    refused: list[ReasonRow]
    problem: str


@page("seller/<str:shop_id>/products", SELLER, posts=True, menu=Menu(icon="package", title=N_("Products")))
def products(visit: Visit, shop_id: str) -> PageResponse:
    """The shop's products; the form syncs them to the official account's showcase."""
    result = None
    if visit.submitted:
        link = visible_link(visit.by, visit.form.get("link_id", ""))
        fields = {"shop_id": shop_id, "account_id": link.account_id}
        result = send(visit, "sync_showcase", seen=link_in_place(link), link_id=link.link_id, **fields)
        if result.accepted:
            message = _("The showcase is now synced with your shop.")
            return visit.redirect("seller.products", message=message, shop_id=shop_id)
    return PageContent(
        "seller/products.html", _page(visit, shop_id, result), status=result.status if result else 200
    )


def _page(visit: Visit, shop_id: str, result: CommandResult | None) -> ProductsPage:
    seen, wanted = look_at(shops=[shop_id]), product_filter(visit)
    world = seen.world
    products = page_of_products(
        PAGE + 1,
        cursor_of(visit),
        shop_id=shop_id,
        titled=wanted.title,
        potential=(wanted.thresholds, visit.now) if wanted.potential else None,
    )
    shown, links = products[:PAGE], _linked(world, shop_id)
    spots = count_spots([one.product_id for one in shown], [link.link_id for link in links])
    synced = sum(link.synced_since is not None for link in links)
    address = f"/seller/{shop_id}/products?{wanted.query}"
    rows = []
    for one in shown:
        on_sale = one.status == "on_sale"
        counts: dict[Where, int] = {
            where: spots.get((one.product_id, where), 0) if on_sale else 0
            for where in ("showcase", "video", "live")
        }
        rows.append(
            ProductCountRow(
                product=show_product(visit, one, wanted.thresholds),
                url=f"/seller/{shop_id}/products/{one.product_id}",
                showcases=counts["showcase"] + (synced if on_sale else 0),
                videos=counts["video"],
                lives=counts["live"],
            )
        )
    return ProductsPage(
        shop_id=shop_id,
        shop=shop_name(world, shop_id),
        sync=sync_of(visit, seen, shop_id),
        rows=rows,
        product_filter=wanted,
        next_url=f"{address}&cursor={shown[-1].product_id}" if len(products) > PAGE else "",
        first_url=address if cursor_of(visit) else "",
        refused=show_reasons(visit, result.reasons if result else ()),
        problem=result.problem if result else "",
    )


def _linked(world: World, shop_id: str) -> list[Link]:
    return [link for link in world.shops[shop_id].live.values() if link.status == "linked"]


def _official(world: World, shop_id: str) -> Link | None:
    return next((link for link in _linked(world, shop_id) if link.role == "official"), None)


def sync_of(visit: Visit, seen: CurrentState, shop_id: str) -> Sync | None:
    """The sync of a shop's official account; None if no official account is linked."""
    world = seen.world
    link = _official(world, shop_id)
    if link is None:
        return None
    why_not = permissions(world, shop_id, link.account_id).why_not["sync_showcase"]
    return Sync(
        link_id=link.link_id,
        seen=token_of(seen, link_in_place(link)),
        account=account_name(world, link.account_id),
        link_url=f"/seller/{shop_id}/links/{link.link_id}",
        since=show_instant(visit, link.synced_since) if link.synced_since else None,
        why_not=show_reasons(visit, why_not),
        ask=ticket_about(visit, why_not, ("command", "sync_showcase"), ("link_id", link.link_id)),
    )


class SpotRow(Struct, frozen=True):
    """A place that the product is in: its kind, its account, and why the product is there."""

    where: Where
    account: str
    content_id: str
    why: str
    since: Instant | None


class ProductPage(Struct, frozen=True):
    """A product, and the places that it is in."""

    shop_id: str
    shop: str
    product: ProductRow
    spots: list[SpotRow]
    next_url: str
    first_url: str


@page("seller/<str:shop_id>/products/<str:product_id>", SELLER)
def product(visit: Visit, shop_id: str, product_id: str) -> PageResponse:
    """One product, with every showcase, video and live that it is in."""
    item = one_product(product_id)
    if item is None or item.shop_id != shop_id:
        raise Http404
    text = visit.query.get("cursor", "")
    cursor = int(text) if text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004 (what a number in the database holds)
    on_sale, world = item.status == "on_sale", look_at(shops=[shop_id]).world
    links = _linked(world, shop_id)
    spots = page_of_spots(product_id, [link.link_id for link in links], PAGE + 1, cursor) if on_sale else []
    names = look_at(accounts={spot.item.account_id for spot in spots[:PAGE]}).world
    rows = [_spot(visit, names, spot) for spot in spots[:PAGE]]
    if on_sale and not cursor:
        rows[:0] = [
            SpotRow(
                where="showcase",
                account=account_name(world, link.account_id),
                content_id="",
                why=_("synced with the shop"),
                since=show_instant(visit, link.synced_since),
            )
            for link in links
            if link.synced_since is not None
        ]
    address = f"/seller/{shop_id}/products/{product_id}"
    view = ProductPage(
        shop_id=shop_id,
        shop=shop_name(world, shop_id),
        product=show_product(visit, item),
        spots=rows,
        next_url=f"{address}?cursor={spots[PAGE - 1].number}" if len(spots) > PAGE else "",
        first_url=address if cursor else "",
    )
    return PageContent("seller/product.html", view)


def _spot(visit: Visit, names: World, spot: Spot) -> SpotRow:
    item = spot.item
    affiliate = _("affiliate, commission {rate}").format(rate=rate(item.commission_rate_bp))
    return SpotRow(
        where=spot.where,
        account=account_name(names, item.account_id),
        content_id=item.content_id or "",
        why=affiliate if item.came_under is None else _("added by the linked account"),
        since=show_instant(visit, item.added_at),
    )
