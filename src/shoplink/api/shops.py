"""Shops: their facts recorded, and what they have used of slots and quotas."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shoplink.api.ask import carry_out, read_command
from shoplink.api.body import answered
from shoplink.api.document import FIND, READ, WRITE, command_body, documented
from shoplink.api.examples import PUT_SHOP, SHOP, paged
from shoplink.api.key import needs_scope
from shoplink.api.page import Id, IdCursor, Limit, page
from shoplink.api.problem import ProblemError
from shoplink.api.schema import Page, ShopBody
from shoplink.api.show import show_shop
from shoplink.flows.look import look_at
from shoplink.store.read.link import page_of_shops, snapshot

router = Router(tags=["shops"])

Market = Annotated[str | None, Query(None, pattern=r"^[A-Z]{2}$")]


@router.put(
    "/{shop_id}",
    **documented(
        "put_shop",
        ShopBody,
        problems=WRITE,
        body=command_body("put_shop", "shop_id", example=PUT_SHOP),
        example=SHOP,
        acts=True,
        keyed=True,
    ),
)
def put_shop(request: HttpRequest, shop_id: Id) -> HttpResponse:
    """Record a shop's facts, replacing what was recorded; market and enrolment never change."""
    command = read_command(request, "put_shop", shop_id=shop_id)
    return carry_out(request, command, lambda world: show_shop(world, shop_id))


@router.get("/{shop_id}", **documented("get_shop", ShopBody, problems=FIND, example=SHOP))
def get_shop(request: HttpRequest, shop_id: Id) -> HttpResponse:
    """The shop with its slots, what it has used of its quotas, and when each unit returns."""
    needs_scope(request, "read")
    with snapshot():
        world = look_at(shops=[shop_id]).world
    if shop_id not in world.shops:
        raise ProblemError("not_found")
    return answered(show_shop(world, shop_id))


@router.get("", **documented("list_shops", Page[ShopBody], problems=READ, example=paged(SHOP)))
def list_shops(request: HttpRequest, market: Market, limit: Limit, cursor: IdCursor) -> HttpResponse:
    """Shops in the order of their ids."""
    needs_scope(request, "read")
    with snapshot():
        shop_ids = page_of_shops(limit + 1, cursor or "", market)
        world = look_at(shops=shop_ids[:limit]).world
    return answered(page(shop_ids, limit, str, lambda shop_id: show_shop(world, shop_id)))
