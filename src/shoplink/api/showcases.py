"""Showcases, videos and lives: what they show, now and as of any past instant, and what is put in and taken out."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from msgspec.structs import asdict
from ninja import Query, Router
from pydantic import WithJsonSchema

from shoplink.api import examples_commerce as examples
from shoplink.api.ask import carry_out, read_command
from shoplink.api.body import answered
from shoplink.api.document import FIND, INSTANT, WRITE, command_body, documented
from shoplink.api.examples import paged
from shoplink.api.key import needs_scope
from shoplink.api.page import ID, Id, IdCursor, Limit, page
from shoplink.api.problem import ProblemError, language_of, said_reasons
from shoplink.api.schema import Page
from shoplink.api.schema_commerce import (
    AddedBody,
    ContentBody,
    CountedContentBody,
    ItemBody,
    ShowcasePage,
    SyncedBody,
)
from shoplink.api.show import show_link
from shoplink.api.show_commerce import show_place
from shoplink.core import World
from shoplink.core.instant import parse_instant
from shoplink.core.parse import MalformedError
from shoplink.flows.execute import Answer
from shoplink.flows.showcase import counted_contents, place
from shoplink.store.read.commerce import ContentCount, one_content
from shoplink.store.read.link import one_link, snapshot

accounts = Router(tags=["showcases"])
contents = Router(tags=["showcases"])
links = Router(tags=["showcases"])

At = Annotated[
    Annotated[str, WithJsonSchema(INSTANT)] | None,
    Query(None, description="As of this instant; now if it is not given, or still to come."),
]
AccountHere = Annotated[str, Query(..., pattern=ID)]


def _instant(text: str | None) -> datetime | None:
    """The instant that a showcase is asked for at. Raises MalformedError for a day that there is not."""
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError:
        raise MalformedError.wrong("at", "an RFC 3339 instant with offset", repr(text)) from None


@accounts.get(
    "/{account_id}/showcase",
    **documented("get_showcase", ShowcasePage, problems=FIND, example=examples.SHOWCASE),
)
def get_showcase(
    request: HttpRequest, account_id: Id, at: At, limit: Limit, cursor: IdCursor
) -> HttpResponse:
    """What the account's showcase shows, in the order of product ids, now or at a past instant.

    What came under a link is there while that link is `linked`; a product that is off is not there.
    """
    needs_scope(request, "read")
    instant = _instant(at)
    with snapshot():
        found = place(account_id, None, instant, limit + 1, cursor or "")
    if found is None:
        raise ProblemError("not_found")
    return answered(show_place(found, limit))


def _commanded(kind: str, *in_path: str, example: Any, answer: Any, shown: Any) -> dict[str, Any]:
    return documented(
        kind,
        answer,
        problems=(*WRITE, "not_found") if "link_id" in in_path else WRITE,
        body=command_body(kind, *(name for name in in_path if name != "link_id"), example=example),
        example=shown,
        acts=True,
        keyed=True,
    )


@accounts.post(
    "/{account_id}/promotions",
    **_commanded("promote", "account_id", example=examples.PROMOTE, answer=ItemBody, shown=examples.PROMOTED),
)
def promote(request: HttpRequest, account_id: Id) -> HttpResponse:
    """The creator adds a product of a shop that the account is not linked to, at that product's commission rate."""
    command = read_command(request, "promote", account_id=account_id)
    return carry_out(request, command, finish=lambda answer: _item(answer, "promotion.added"))


@accounts.post(
    "/{account_id}/items/remove",
    **_commanded(
        "remove_item", "account_id", example=examples.REMOVE_ITEM, answer=ItemBody, shown=examples.REMOVED
    ),
)
def remove_item(request: HttpRequest, account_id: Id) -> HttpResponse:
    """The creator takes a product out of the showcase, or out of a video or live."""
    command = read_command(request, "remove_item", account_id=account_id)
    return carry_out(request, command, finish=lambda answer: _item(answer, "item.removed"))


def _item(answer: Answer, kind: str) -> dict[str, Any]:
    """The item that a command put in or took out, as its event tells."""
    event = next(event for event in answer["events"] if event["type"] == kind)
    return {name: event.get(name) for name in ItemBody.__struct_fields__}


@links.post(
    "/{link_id}/showcase/sync",
    **_commanded(
        "sync_showcase",
        "link_id",
        "shop_id",
        "account_id",
        example={},
        answer=SyncedBody,
        shown=examples.SYNCED,
    ),
)
def sync_showcase(request: HttpRequest, link_id: Id) -> HttpResponse:
    """The official account's showcase is, from now on, every product of the shop that is on sale."""
    command = _on_link(request, link_id, "sync_showcase")
    said = language_of(request)

    def show(world: World) -> SyncedBody:
        link = world.live[link_id]
        assert link.synced_since is not None, "this is what was done"
        body = show_link(world, link, said)
        return SyncedBody(
            **{name: getattr(body, name) for name in body.__struct_fields__}, synced_since=link.synced_since
        )

    return carry_out(request, command, show, link_id=link_id)


@links.post(
    "/{link_id}/products",
    **_commanded(
        "add_from_shop",
        "link_id",
        "shop_id",
        "account_id",
        example=examples.ADD_FROM_SHOP,
        answer=AddedBody,
        shown=examples.ADDED,
    ),
)
def add_from_shop(request: HttpRequest, link_id: Id) -> HttpResponse:
    """The creator adds products of the linked shop, up to 100, each with its own outcome; refused if none can be."""
    command = _on_link(request, link_id, "add_from_shop")
    said = language_of(request)

    def finish(answer: Answer) -> dict[str, Any]:
        products = answer["products"]
        return {"products": [{**one, "reasons": said_reasons(one["reasons"], said)} for one in products]}

    return carry_out(request, command, finish=finish, link_id=link_id)


def _on_link(request: HttpRequest, link_id: str, kind: str) -> Any:
    link = one_link(link_id)
    if link is None:
        raise ProblemError("not_found")
    return read_command(request, kind, shop_id=link.shop_id, account_id=link.account_id)


@contents.put(
    "/{content_id}",
    **_commanded(
        "put_content", "content_id", example=examples.PUT_CONTENT, answer=ContentBody, shown=examples.CONTENT
    ),
)
def put_content(request: HttpRequest, content_id: Id) -> HttpResponse:
    """Record a video or a live of an account, so that products can be added to it."""
    command = read_command(request, "put_content", content_id=content_id)
    return carry_out(request, command, lambda world: ContentBody(**asdict(world.shelf.contents[content_id])))


@contents.get(
    "/{content_id}",
    **documented("get_content", CountedContentBody, problems=FIND, example=examples.COUNTED_CONTENT),
)
def get_content(request: HttpRequest, content_id: Id) -> HttpResponse:
    """The video or live, and how many products it shows."""
    needs_scope(request, "read")
    with snapshot():
        content = one_content(content_id)
        found = [] if content is None else counted_contents(content.account_id, content_id=content_id)
    if not found:
        raise ProblemError("not_found")
    return answered(_counted(found[0]))


@contents.get(
    "", **documented("list_contents", Page[CountedContentBody], example=paged(examples.COUNTED_CONTENT))
)
def list_contents(
    request: HttpRequest, account_id: AccountHere, limit: Limit, cursor: IdCursor
) -> HttpResponse:
    """An account's videos and lives in the order of their ids, and how many products each shows."""
    needs_scope(request, "read")
    with snapshot():
        found = counted_contents(account_id, limit + 1, cursor or "")
    return answered(page(found, limit, lambda one: one.content.content_id, _counted))


@contents.get(
    "/{content_id}/products",
    **documented("list_content_products", ShowcasePage, problems=FIND, example=examples.CONTENT_PRODUCTS),
)
def list_content_products(
    request: HttpRequest, content_id: Id, at: At, limit: Limit, cursor: IdCursor
) -> HttpResponse:
    """What a video or live shows, in the order of product ids, now or at a past instant."""
    needs_scope(request, "read")
    instant = _instant(at)
    with snapshot():
        content = one_content(content_id)
        found = content and place(content.account_id, content_id, instant, limit + 1, cursor or "")
    if not found:
        raise ProblemError("not_found")
    return answered(show_place(found, limit))


def _counted(one: ContentCount) -> CountedContentBody:
    return CountedContentBody(**asdict(one.content), products=one.products)
