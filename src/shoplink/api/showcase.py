"""Showcases: what they show, now and as of any past instant, and what is put in and taken out."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from msgspec.structs import asdict

from shoplink.api.http.command import carry_out, read_command, read_command_on_link
from shoplink.api.http.operation import FIND, IdCursor, Limit, Operations, SentInstant
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant, ProblemError, language_of, with_sentences
from shoplink.api.http.request import require_scope
from shoplink.api.link import LinkBody, show_link
from shoplink.api.product import Basis, ProductBody, ProductOutcomeBody, basis_of, show_product
from shoplink.core.commerce.picker import Thresholds
from shoplink.core.facts import Id
from shoplink.core.precondition.subjects import PlaceOfItems
from shoplink.flows.answer import Answer
from shoplink.flows.showcase import PlaceView, view_of_place
from shoplink.flows.state import LinkState, read_state
from shoplink.store.read.commerce import ShownProduct
from shoplink.store.read.link import snapshot

operations = Operations("showcases")

AsOf = Annotated[
    SentInstant, Meta(description="As of this instant; now if it is not given, or still to come.")
]


class ShownBody(Struct, frozen=True):
    """A product that a place shows, and why.

    The showcase is `synced`, the product was `added` from the shop, or it is promoted as `affiliate`.

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


class AddedBody(Struct, frozen=True):
    """What came of each product, in the order named."""

    products: list[ProductOutcomeBody]


class SyncedBody(LinkBody, frozen=True):
    """A link whose account's showcase follows the shop from `synced_since` on."""

    synced_since: Instant


def show_place(place: PlaceView, limit: int) -> ShowcasePage:
    """A page of a place, of which one row more than the limit was read."""
    shown = place.shown[:limit]
    return ShowcasePage(
        at=place.at,
        link_id=place.link.link_id if place.link else None,
        synced_since=place.link.synced_since if place.link else None,
        items=[_show_one(one, place) for one in shown],
        next=shown[-1].product.product_id if len(place.shown) > limit else None,
    )


def _show_one(shown: ShownProduct, place: PlaceView) -> ShownBody:
    product, item = show_product(shown.product, place.at, Thresholds()), shown.item
    if item is None:
        assert place.link is not None, "only a link is synced"
        return ShownBody(product, "synced", place.link.link_id, place.link.synced_since, None)
    return ShownBody(product, basis_of(item), item.came_under, item.added_at, item.commission_rate_bp)


@operations.get("/accounts/{account_id}/showcase", ShowcasePage, problems=FIND, conditional=True)
def get_showcase(
    request: HttpRequest,
    account_id: Id,
    at: AsOf | None = None,
    limit: Limit = 50,
    cursor: IdCursor | None = None,
) -> HttpResponse:
    """What the account's showcase shows, in the order of product ids, now or at a past instant.

    What came under a link is there while that link is `linked`; a product that is off is not there.
    """
    require_scope(request, "read")
    with snapshot():
        found = view_of_place(account_id, None, at, limit + 1, cursor or "", with_token=True)
    if found is None:
        raise ProblemError("not_found")
    return respond_with_tag(request, show_place(found, limit), found.token)


@operations.command("POST", "/accounts/{account_id}/promotions", ItemBody, conditional=True)
def promote(request: HttpRequest, account_id: Id) -> HttpResponse:
    """The creator adds a product of a shop that the account is not linked to, at that product's commission rate."""
    command = read_command(request, "promote", account_id=account_id)
    return _carry_out_on_item(request, command, "promotion.added")


@operations.command("POST", "/accounts/{account_id}/items/remove", ItemBody, conditional=True)
def remove_item(request: HttpRequest, account_id: Id) -> HttpResponse:
    """The creator takes a product out of the showcase, or out of a video or live."""
    command = read_command(request, "remove_item", account_id=account_id)
    return _carry_out_on_item(request, command, "item.removed")


def _carry_out_on_item(request: HttpRequest, command: Any, kind: str) -> HttpResponse:
    """Execute a command on one item; the answer is the item that its event of this kind puts in or takes out."""
    seen = precondition_of(request, _place_of(command))
    return carry_out(request, command, lambda answer: _item(answer, kind), seen=seen)


def _place_of(command: Any) -> PlaceOfItems:
    """The place that a command changes, whose ETag is that of the page that shows it."""
    content_id = getattr(command, "content_id", None)
    return PlaceOfItems(account_id=command.account_id, content_id=content_id)


def _item(answer: Answer, kind: str) -> dict[str, Any]:
    """The item that a command put in or took out, from its event."""
    event = next(event for event in answer["events"] if event["type"] == kind)
    return {name: event.get(name) for name in ItemBody.__struct_fields__}


@operations.command("POST", "/links/{link_id}/showcase/sync", SyncedBody, conditional=True)
def sync_showcase(request: HttpRequest, link_id: Id) -> HttpResponse:
    """The official account's showcase is, from now on, every product of the shop that is on sale."""
    command, language = read_command_on_link(request, link_id, "sync_showcase"), language_of(request)

    def show(answer: Answer) -> SyncedBody:
        state = read_state(answer["state"], LinkState)
        assert state.link.synced_since is not None, "the command has synced it"
        return SyncedBody(**asdict(show_link(state, language)), synced_since=state.link.synced_since)

    seen = precondition_of(request, _place_of(command))
    return carry_out(request, command, show, with_state=True, link_id=link_id, seen=seen)


@operations.command("POST", "/links/{link_id}/products", AddedBody, conditional=True)
def add_from_shop(request: HttpRequest, link_id: Id) -> HttpResponse:
    """The creator adds products of the linked shop, up to 100, each with its own outcome; refused if none can be."""
    command, language = read_command_on_link(request, link_id, "add_from_shop"), language_of(request)

    def show(answer: Answer) -> dict[str, Any]:
        products = answer["products"]
        return {
            "products": [{**one, "reasons": with_sentences(one["reasons"], language)} for one in products]
        }

    return carry_out(
        request, command, show, link_id=link_id, seen=precondition_of(request, _place_of(command))
    )
