"""Shops: their facts recorded, and what they have used of slots and quotas."""

from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from msgspec.structs import asdict

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import FIND, IdCursor, Limit, Operations
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.http.request import require_scope
from shoplink.core.facts import Decided, Enrolment, Id, Market, Status
from shoplink.core.precondition.subjects import ShopFacts
from shoplink.flows.look import LinkQuotaUse, SlotUse, UnlinkQuotaUse, look_at
from shoplink.flows.precondition import token_of
from shoplink.flows.state import ShopState, read_state, shop_state
from shoplink.store.read.link import page_of_shops, snapshot

operations = Operations("shops")


class Slots(Struct, frozen=True):
    """A shop's slots per role."""

    official: SlotUse
    marketing: SlotUse


class ShopBody(Struct, frozen=True):
    """A shop, the rulebook in force for it, and what it has used of what that allows.

    `decided`: who has the last word about its links. `elsewhere`: they stand at another platform, and are recorded here.
    `updated_at`: when its facts were recorded last; null only in an answer that an earlier version has stored.
    """

    shop_id: str
    name: str
    market: str
    enrolment: Enrolment
    status: Status
    decided: Decided
    rulebook: str
    slots: Slots
    link_quota: LinkQuotaUse
    unlink_quota: UnlinkQuotaUse
    updated_at: Instant | None


def show_shop(state: ShopState) -> ShopBody:
    """A shop with its slots and quotas."""
    return ShopBody(
        **asdict(state.shop),
        rulebook=state.rulebook,
        slots=Slots(state.official, state.marketing),
        link_quota=state.link_quota,
        unlink_quota=state.unlink_quota,
        updated_at=state.touched_at,
    )


@operations.command("PUT", "/shops/{shop_id}", ShopBody, conditional=True)
def put_shop(request: HttpRequest, shop_id: Id) -> HttpResponse:
    """Record a shop's facts, replacing what was recorded; market and enrolment never change."""
    return _record(request, "put_shop", shop_id)


@operations.command("PATCH", "/shops/{shop_id}", ShopBody, conditional=True)
def change_shop(request: HttpRequest, shop_id: Id) -> HttpResponse:
    """Change single facts of a shop; what is not given, or null, stays as it is."""
    return _record(request, "change_shop", shop_id)


def _record(request: HttpRequest, kind: str, shop_id: str) -> HttpResponse:
    command = read_command(request, kind, shop_id=shop_id)
    return carry_out(
        request,
        command,
        lambda answer: show_shop(read_state(answer["state"], ShopState)),
        with_state=True,
        seen=precondition_of(request, ShopFacts(shop_id=shop_id)),
    )


@operations.get("/shops/{shop_id}", ShopBody, problems=FIND, conditional=True)
def get_shop(request: HttpRequest, shop_id: Id) -> HttpResponse:
    """The shop with its slots, what it has used of its quotas, and when each unit returns."""
    require_scope(request, "read")
    with snapshot():
        seen = look_at(shops=[shop_id])
    if shop_id not in seen.world.shops:
        raise ProblemError("not_found")
    token = token_of(seen, ShopFacts(shop_id=shop_id))
    return respond_with_tag(request, show_shop(shop_state(seen.world, shop_id)), token)


@operations.get("/shops", Page[ShopBody])
def list_shops(
    request: HttpRequest, market: Market | None = None, limit: Limit = 50, cursor: IdCursor | None = None
) -> HttpResponse:
    """Shops in the order of their ids."""
    require_scope(request, "read")
    with snapshot():
        shop_ids = page_of_shops(limit + 1, cursor or "", market)
        world = look_at(shops=shop_ids[:limit]).world
    return respond(one_page(shop_ids, limit, str, lambda shop_id: show_shop(shop_state(world, shop_id))))
