"""A creator's showcase, videos and lives with their products; the forms add and remove."""

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.commerce.facts import Content
from shoplink.core.precondition.subjects import ContentFacts
from shoplink.flows.look import look_at
from shoplink.flows.precondition import Precondition
from shoplink.flows.showcase import PlaceView, content_counts, view_of_place
from shoplink.store.read.commerce import ContentCount, ShownProduct, one_content
from shoplink.web.creator.account import handle_of
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR
from shoplink.web.request.command import NOTHING, CommandResult, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.product import PAGE, ProductRow, cursor_of, rate, show_kind, show_product
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording.sentences import N_


class PlacedProductRow(Struct, frozen=True):
    """A product in a place: why it is there, since when, and whether the creator can remove it."""

    product: ProductRow
    why: str
    since: Instant | None
    removable: bool


class PlacePage(Struct, frozen=True):
    """The products of a place: the showcase, a video or a live; `add_url` is the page that adds products of the own shop."""

    account_id: str
    handle: str
    title: str
    kind: Badge | None
    shop: str
    synced_since: Instant | None
    rows: list[PlacedProductRow]
    add_url: str
    choose_url: str
    next_url: str
    first_url: str
    refused: list[ReasonRow]
    problem: str


class ContentRow(Struct, frozen=True):
    """A video or live, and the number of its products."""

    url: str
    title: str
    content_id: str
    kind: Badge
    products: int


class VideosPage(Struct, frozen=True):
    """The account's videos and lives, and the form that adds one."""

    account_id: str
    handle: str
    rows: list[ContentRow]
    next_url: str
    first_url: str
    typed: dict[str, str]
    refused: list[ReasonRow]
    problem: str


@page(
    "creator/<str:account_id>/showcase",
    CREATOR,
    posts=True,
    menu=Menu(icon="shopping-bag", title=N_("Showcase")),
)
def showcase(visit: Visit, account_id: str) -> PageResponse:
    """The showcase; the forms remove products."""
    result = None
    if visit.submitted:
        result = _remove(visit, account_id, None)
        if result.accepted:
            return visit.redirect("creator.showcase", message=_("Removed."), account_id=account_id)
    view = _place(visit, account_id, None, result)
    return PageContent("creator/showcase.html", view, status=result.status if result else 200)


@page(
    "creator/<str:account_id>/videos",
    CREATOR,
    posts=True,
    menu=Menu(icon="video", title=N_("Videos and lives")),
)
def videos(visit: Visit, account_id: str) -> PageResponse:
    """The videos and lives; the form adds one."""
    result, typed = None, {}
    if visit.submitted:
        typed = {name: visit.form.get(name, "").strip() for name in ("content_id", "kind", "title")}
        new = Precondition(
            (ContentFacts(account_id=account_id, content_id=typed["content_id"]),), None, absent=True
        )
        result = send(visit, "put_content", seen=new, account_id=account_id, **typed)
        if result.accepted:
            return visit.redirect(
                "creator.video",
                message=_("The video or live is added. Now add products to it."),
                account_id=account_id,
                content_id=typed["content_id"],
            )
    contents = content_counts(account_id, PAGE + 1, cursor_of(visit))
    shown, address = contents[:PAGE], f"/creator/{account_id}/videos"
    view = VideosPage(
        account_id=account_id,
        handle=_handle(account_id),
        rows=[_content(account_id, one) for one in shown],
        next_url=f"{address}?cursor={shown[-1].content.content_id}" if len(contents) > PAGE else "",
        first_url=address if cursor_of(visit) else "",
        typed=typed or {name: visit.form.get(name, "") for name in ("content_id", "kind", "title")},
        refused=show_reasons(visit, result.reasons if result else ()),
        problem=result.problem if result else "",
    )
    return PageContent("creator/videos.html", view, status=result.status if result else 200)


@page("creator/<str:account_id>/videos/<str:content_id>", CREATOR, posts=True)
def video(visit: Visit, account_id: str, content_id: str) -> PageResponse:
    """A video or live with its products; the forms remove products."""
    content = one_content(content_id)
    if content is None or content.account_id != account_id:
        raise Http404
    result = None
    if visit.submitted:
        result = _remove(visit, account_id, content_id)
        if result.accepted:
            message = _("Removed.")
            return visit.redirect(
                "creator.video", message=message, account_id=account_id, content_id=content_id
            )
    view = _place(visit, account_id, content, result)
    return PageContent("creator/showcase.html", view, status=result.status if result else 200)


def _remove(visit: Visit, account_id: str, content_id: str | None) -> CommandResult:
    product_id = visit.form.get("product_id", "")
    # Nothing of an item changes but that it is there, and one that is not is refused.
    return send(
        visit,
        "remove_item",
        seen=NOTHING,
        account_id=account_id,
        product_id=product_id,
        content_id=content_id,
    )


def _handle(account_id: str) -> str:
    return handle_of(look_at(accounts=[account_id]).world, account_id)


def _place(visit: Visit, account_id: str, content: Content | None, result: CommandResult | None) -> PlacePage:
    after, content_id = cursor_of(visit), content.content_id if content else None
    contents = view_of_place(account_id, content_id, None, PAGE + 1, after)
    assert contents is not None, "the page's access proves that the account exists"
    world, shown = look_at(accounts=[account_id]).world, contents.shown[:PAGE]
    base = f"/creator/{account_id}"
    address = f"{base}/videos/{content_id}" if content_id else f"{base}/showcase"
    link = contents.link
    synced = link.synced_since if link and content is None else None
    target = f"?to={content_id}" if content_id else ""
    return PlacePage(
        account_id=account_id,
        handle=handle_of(world, account_id),
        title=(content.title or content.content_id) if content else _("Showcase"),
        kind=show_kind(content.kind) if content else None,
        shop=world.shops[link.shop_id].facts.name or link.shop_id if link else "",
        synced_since=show_instant(visit, synced) if synced else None,
        rows=[_shown(visit, one, contents) for one in shown],
        add_url=f"{base}/add{target}" if link else "",
        choose_url=f"{base}/choose{target}",
        next_url=f"{address}?cursor={shown[-1].product.product_id}" if len(contents.shown) > PAGE else "",
        first_url=address if after else "",
        refused=show_reasons(visit, result.reasons if result else ()),
        problem=result.problem if result else "",
    )


def _shown(visit: Visit, shown: ShownProduct, contents: PlaceView) -> PlacedProductRow:
    row, item = show_product(visit, shown.product), shown.item
    if item is None:
        since = contents.link.synced_since if contents.link else None
        return PlacedProductRow(
            row, _("synced with the shop"), show_instant(visit, since) if since else None, removable=False
        )
    why = _("from your shop, no commission")
    if item.came_under is None:
        why = _("promoted, commission {rate}").format(rate=rate(item.commission_rate_bp))
    return PlacedProductRow(row, why, show_instant(visit, item.added_at), removable=True)


def _content(account_id: str, one: ContentCount) -> ContentRow:
    content = one.content
    return ContentRow(
        url=f"/creator/{account_id}/videos/{content.content_id}",
        title=content.title or content.content_id,
        content_id=content.content_id,
        kind=show_kind(content.kind),
        products=one.products,
    )
