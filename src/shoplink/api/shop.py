"""Shops: their facts recorded, and what they have used of slots and quotas."""

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import FIND, IdCursor, Limit, Operations
from shoplink.api.http.problem import ProblemError
from shoplink.api.http.request import require_scope
from shoplink.core import World
from shoplink.core.facts import Enrolment, Id, Market, Status
from shoplink.flows.look import (
    LinkQuotaUse,
    SlotUse,
    UnlinkQuotaUse,
    link_quota_use,
    look_at,
    slot_use,
    unlink_quota_use,
)
from shoplink.store.read.link import page_of_shops, snapshot

operations = Operations("shops")


class Slots(Struct, frozen=True):
    """A shop's slots per role."""

    official: SlotUse
    marketing: SlotUse


class ShopBody(Struct, frozen=True):
    """A shop, the rulebook in force for it, and what it has used of what that allows."""

    shop_id: str
    name: str
    market: str
    enrolment: Enrolment
    status: Status
    rulebook: str
    slots: Slots
    link_quota: LinkQuotaUse
    unlink_quota: UnlinkQuotaUse


def show_shop(world: World, shop_id: str) -> ShopBody:
    """A shop of a World."""
    record = world.shops[shop_id]
    facts = record.facts
    rulebook = world.rulebook(facts.market)
    return ShopBody(
        shop_id=facts.shop_id,
        name=facts.name,
        market=facts.market,
        enrolment=facts.enrolment,
        status=facts.status,
        rulebook=rulebook.name,
        slots=Slots(slot_use(record, rulebook, "official"), slot_use(record, rulebook, "marketing")),
        link_quota=link_quota_use(record, rulebook, world.now),
        unlink_quota=unlink_quota_use(record, rulebook, world.now),
    )


@operations.command("PUT", "/shops/{shop_id}", ShopBody)
def put_shop(request: HttpRequest, shop_id: Id) -> HttpResponse:
    """Record a shop's facts, replacing what was recorded; market and enrolment never change."""
    command = read_command(request, "put_shop", shop_id=shop_id)
    return carry_out(request, command, lambda world: show_shop(world, shop_id))


@operations.get("/shops/{shop_id}", ShopBody, problems=FIND)
def get_shop(request: HttpRequest, shop_id: Id) -> HttpResponse:
    """The shop with its slots, what it has used of its quotas, and when each unit returns."""
    require_scope(request, "read")
    with snapshot():
        world = look_at(shops=[shop_id]).world
    if shop_id not in world.shops:
        raise ProblemError("not_found")
    return respond(show_shop(world, shop_id))


@operations.get("/shops", Page[ShopBody])
def list_shops(
    request: HttpRequest, market: Market | None = None, limit: Limit = 50, cursor: IdCursor | None = None
) -> HttpResponse:
    """Shops in the order of their ids."""
    require_scope(request, "read")
    with snapshot():
        shop_ids = page_of_shops(limit + 1, cursor or "", market)
        world = look_at(shops=shop_ids[:limit]).world
    return respond(one_page(shop_ids, limit, str, lambda shop_id: show_shop(world, shop_id)))
