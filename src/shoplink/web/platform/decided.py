"""Who has the last word about a shop's links: what a change would do, and then the change itself (mirror.md section 1)."""

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.commands import ChangeShop
from shoplink.core.events import LinkEvent
from shoplink.core.facts import Decided
from shoplink.core.precondition.subjects import ShopFacts, Subject, link_in_place
from shoplink.core.transition import step
from shoplink.flows.look import CurrentState, look_at
from shoplink.flows.precondition import token_of
from shoplink.web.page.declare import page
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.precondition import seen_in_form
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording import say_event


class ChangedLink(Struct, frozen=True):
    """What the change would do to a link."""

    account: str
    url: str
    text: str


class DecidedPage(Struct, frozen=True):
    """The change from the one to the other, and its effects; `waiting` links stay as they are, and are only kept."""

    shop_id: str
    shop: str
    elsewhere: bool
    links: int
    changed: list[ChangedLink]
    waiting: int
    seen: str
    problem: str
    reasons: list[ReasonRow]


@page("platform/shops/<str:shop_id>/decided", PLATFORM, posts=True)
def decided(visit: Visit, shop_id: str) -> PageResponse:
    """What it would do if the other one decided about the shop's links; the form then does it."""
    result = None
    if visit.submitted:
        to = "elsewhere" if visit.form.get("to") == "elsewhere" else "here"
        seen = look_at(shops=[shop_id])
        if shop_id not in seen.world.shops:
            raise Http404
        shown = seen_in_form(visit, *_subjects(seen.world, shop_id))
        result = send(visit, "change_shop", seen=shown, shop_id=shop_id, decided=to)
        if result.accepted:
            message = _("TikTok decides from now on.") if to == "elsewhere" else _("It is decided here now.")
            return visit.redirect("platform.shop", message=message, shop_id=shop_id)
    seen = look_at(shops=[shop_id])
    if shop_id not in seen.world.shops:
        raise Http404
    view = _view(visit, seen, shop_id, result)
    return PageContent("platform/decided.html", view, status=result.status if result else 200)


def _subjects(world: World, shop_id: str) -> tuple[Subject, ...]:
    """What the effects follow from: the shop's facts, and its live links."""
    links = sorted(world.shops[shop_id].live.values(), key=lambda link: link.link_id)
    return ShopFacts(shop_id), *map(link_in_place, links)


def _view(visit: Visit, seen: CurrentState, shop_id: str, result: CommandResult | None) -> DecidedPage:
    world = seen.world
    record = world.shops[shop_id]
    token = token_of(seen, *_subjects(world, shop_id))
    before: dict[str, Link] = dict(record.live)
    elsewhere = record.facts.decided == "elsewhere"
    name = record.facts.name or shop_id
    to: Decided = "here" if elsewhere else "elsewhere"
    events = step(world, ChangeShop(at=world.now, shop_id=shop_id, decided=to)).own  # the World is used up
    return DecidedPage(
        shop_id=shop_id,
        shop=name,
        elsewhere=elsewhere,
        links=len(before),
        changed=[
            ChangedLink(
                account=_account(world, event.account_id),
                url=f"/platform/links/{event.link_id}",
                text=say_event(event, visit.language, visit.zone),
            )
            for event in events
            if isinstance(event, LinkEvent)
        ],
        waiting=sum(
            link.status == "in_review" or link.unlink_requested_at is not None
            for link in record.live.values()
        ),
        seen=token,
        problem=result.problem if result else "",
        reasons=show_reasons(visit, result.reasons if result else ()),
    )


def _account(world: World, account_id: str) -> str:
    handle = world.accounts[account_id].facts.handle
    return f"@{handle}" if handle else account_id
