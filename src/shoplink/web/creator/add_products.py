"""Where a creator finds products to put in: Add from shop for the linked shop's, and choosing among all other shops'."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, Reason, Refused, World
from shoplink.core.commerce.facts import Content, Product
from shoplink.core.commerce.permissions import permissions
from shoplink.core.wire_format import read_reason
from shoplink.flows.look import look_at
from shoplink.store.read.commerce import one_content, page_of_products, products_of
from shoplink.web.creator.account import handle_of, mine, shop_of
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR
from shoplink.web.request.command import CommandResult, dry_run_batch, send, send_batch
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.ticket.offer import TicketForm, ticket_about
from shoplink.web.view_model.product import (
    PAGE,
    ProductFilter,
    ProductRow,
    cursor_of,
    product_filter,
    show_product,
)
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording import say_reason
from shoplink.wording.sentences import N_


class Offer(Struct, frozen=True):
    """A product that may be put in: `there` if it is there already, `chosen` as the form had it, `problems` why not."""

    product: ProductRow
    shop_id: str
    shop: str
    there: bool
    chosen: bool
    problems: list[str]


class Offers(Struct, frozen=True):
    """What the page shows; `to` is the video or live that it is for, empty for the showcase."""

    account_id: str
    handle: str
    shop: str
    to: str
    place: str
    back_url: str
    rows: list[Offer]
    product_filter: ProductFilter
    next_url: str
    first_url: str
    why_not: list[ReasonRow]
    ask: TicketForm | None
    problem: str


@page("creator/<str:account_id>/add", CREATOR, posts=True)
def add(visit: Visit, account_id: str) -> PageResponse:
    """Add from shop: many of the linked shop's products at once, each with its own outcome."""
    found, to = mine(account_id), _target(visit, account_id)
    link = found.current
    if link is None or link.status != "linked":
        return visit.redirect("creator.showcase", account_id=account_id)
    result = None
    if visit.submitted:
        chosen = visit.form.getlist("product_id")
        if chosen:
            result = send(
                visit,
                "add_from_shop",
                link_id=link.link_id,
                shop_id=link.shop_id,
                account_id=account_id,
                product_ids=chosen,
                content_id=to.content_id if to else None,
            )
        else:
            result = CommandResult(accepted=False, problem=_("Choose at least one product."))
        if result.accepted and all(one["outcome"] == "added" for one in result.products):
            return _back(visit, account_id, to, _("Added."))
    view = _own(visit, found.world, link, to, result)
    return PageContent("creator/add.html", view, status=result.status if result else 200)


@page(
    "creator/<str:account_id>/choose",
    CREATOR,
    posts=True,
    menu=Menu(icon="trending-up", title=N_("Choose products")),
)
def choose(visit: Visit, account_id: str) -> PageResponse:
    """选品: other shops' products, the rising ones first asked for; many are promoted at once, each for its commission."""
    to, tried = _target(visit, account_id), dict[str, CommandResult]()
    if visit.submitted:
        tried = _promoted(visit, account_id, to)
        if tried and all(result.accepted for result in tried.values()):
            return _back(visit, account_id, to, _("Added. You earn the commission on what you sell."))
    view = _others(visit, account_id, to, tried)
    return PageContent("creator/choose.html", view, status=_status(tried) if visit.submitted else 200)


def _promoted(visit: Visit, account_id: str, to: Content | None) -> dict[str, CommandResult]:
    """What became of each product that was chosen, one after the other in one batch; ids of none are left out."""
    chosen = dict.fromkeys(visit.form.getlist("product_id")[:PAGE])
    known = products_of([product_id for product_id in chosen if "\x00" not in product_id])
    wanted = [known[product_id] for product_id in chosen if product_id in known]
    result = send_batch(visit, _promotions(account_id, to, wanted))
    return {one.product_id: each for one, each in zip(wanted, result, strict=True)}


def _promotions(account_id: str, to: Content | None, products: Iterable[Product]) -> list[dict[str, Any]]:
    place = {"command": "promote", "account_id": account_id, "content_id": to.content_id if to else None}
    return [{**place, "shop_id": one.shop_id, "product_id": one.product_id} for one in products]


def _status(tried: dict[str, CommandResult]) -> int:
    """Nothing was chosen; some were added; or none of them."""
    if not tried:
        return 422
    return min(result.status for result in tried.values())


def _target(visit: Visit, account_id: str) -> Content | None:
    """The video or live that products are for; None is the showcase. Raises Http404 if it is not mine."""
    to = visit.form.get("to", "") or visit.query.get("to", "")
    if not to:
        return None
    content = one_content(to) if "\x00" not in to else None
    if content is None or content.account_id != account_id:
        raise Http404
    return content


def _back(visit: Visit, account_id: str, to: Content | None, message: str) -> PageResponse:
    if to:
        return visit.redirect(
            "creator.video", message=message, account_id=account_id, content_id=to.content_id
        )
    return visit.redirect("creator.showcase", message=message, account_id=account_id)


def _own(visit: Visit, world: World, link: Link, to: Content | None, result: CommandResult | None) -> Offers:
    wanted = product_filter(visit)
    found = _products(visit, wanted, shop_id=link.shop_id)
    why_not = permissions(world, link.shop_id, link.account_id).why_not[
        "add_to_video" if to else "add_to_showcase"
    ]
    chosen = set(visit.form.getlist("product_id"))
    outcomes = (
        {one["product_id"]: tuple(map(read_reason, one["reasons"])) for one in result.products}
        if result
        else {}
    )
    now = _judged_own(visit, link, to, [one.product_id for one in found[:PAGE]])
    rows = []
    for one in found[:PAGE]:
        tried = outcomes.get(one.product_id)
        rows.append(
            _offer(
                visit,
                one,
                wanted,
                now[one.product_id],
                tried,
                chosen=one.product_id in chosen,
                common=why_not,
            )
        )
    problem = result.problem if result else ""
    if outcomes:
        problem = _some(sum(not reasons for reasons in outcomes.values()), len(outcomes))
    products = [("product_ids", one) for one in sorted(chosen) or [one.product_id for one in found[:1]]]
    asked, shop = [("command", "add_from_shop"), ("link_id", link.link_id), *products], shop_of(world, link)
    return _offers(visit, world, link.account_id, to, rows, found, wanted, why_not, problem, shop, asked)


def _judged_own(
    visit: Visit, link: Link, to: Content | None, product_ids: list[str]
) -> dict[str, tuple[Reason, ...]]:
    """What adding each of these products would come to now."""
    if not product_ids:
        return {}
    pair = {"shop_id": link.shop_id, "account_id": link.account_id}
    fields = {"product_ids": product_ids, "content_id": to.content_id if to else None, **pair}
    (decision,) = dry_run_batch(visit, [{"command": "add_from_shop", **fields}])
    reasons = {one.product_id: one.reasons for one in decision.outcomes}
    return {product_id: reasons.get(product_id, ()) for product_id in product_ids}


def _offer(  # noqa: PLR0913 (what is known of a product that may be put in)
    visit: Visit,
    product: Product,
    wanted: ProductFilter,
    now: tuple[Reason, ...],
    tried: tuple[Reason, ...] | None,
    *,
    chosen: bool,
    common: Iterable[Reason],
    shop: str = "",
) -> Offer:
    """A row: what stands in the way now, or stood when it was `tried`; what holds for all rows is said above them."""
    there = any(reason.code == "item.already_there" for reason in now)
    against = [reason for reason in now if reason.code != "item.already_there"] if tried is None else tried
    return Offer(
        product=show_product(visit, product, wanted.thresholds),
        shop_id=product.shop_id,
        shop=shop,
        there=there,
        chosen=chosen and not there,
        problems=_said(visit, (reason for reason in against if reason not in common)),
    )


def _some(added: int, chosen: int) -> str:
    return _("{added} of {chosen} were added; the others say why not.").format(added=added, chosen=chosen)


def _said(visit: Visit, reasons: Iterable[Reason]) -> list[str]:
    return [say_reason(reason, visit.language, visit.zone).problem for reason in reasons]


def _others(visit: Visit, account_id: str, to: Content | None, tried: dict[str, CommandResult]) -> Offers:
    wanted, link = product_filter(visit, potential=True), mine(account_id).current
    own = link.shop_id if link is not None and link.status == "linked" else None
    found = _products(visit, wanted, but_shop_id=own)
    world = look_at(shops={one.shop_id for one in found[:PAGE]}, accounts=[account_id]).world
    now = dry_run_batch(visit, _promotions(account_id, to, found[:PAGE]))
    held = [decision.reasons if isinstance(decision, Refused) else () for decision in now]
    common = [
        reason
        for reason in (held[0] if held else ())
        if "product_id" not in reason.params and all(reason in each for each in held)
    ]
    rows = []
    for one, reasons in zip(found, held, strict=False):
        result = tried.get(one.product_id)
        row = _offer(
            visit,
            one,
            wanted,
            reasons,
            None if result is None else result.reasons,
            chosen=result is not None and not result.accepted,
            common=common,
            shop=world.shops[one.shop_id].facts.name or one.shop_id,
        )
        if result is not None and result.problem:
            row.problems.append(result.problem)
        rows.append(row)
    problem = ""
    if tried:
        problem = _some(sum(result.accepted for result in tried.values()), len(tried))
    elif visit.submitted:
        problem = _("Choose at least one product.")
    wished = ([one for one in found if one.product_id in tried] or found)[:1]
    about = [each for one in wished for each in (("shop_id", one.shop_id), ("product_id", one.product_id))]
    asked = [("command", "promote"), *about]
    return _offers(visit, world, account_id, to, rows, found, wanted, common, problem, "", asked)


def _products(
    visit: Visit, wanted: ProductFilter, shop_id: str | None = None, but_shop_id: str | None = None
) -> list[Product]:
    return page_of_products(
        PAGE + 1,
        cursor_of(visit),
        shop_id=shop_id,
        but_shop_id=but_shop_id,
        status="on_sale",
        titled=wanted.title,
        potential=(wanted.thresholds, visit.now) if wanted.potential else None,
    )


def _offers(  # noqa: PLR0913, PLR0917 (what the two pages have in common)
    visit: Visit,
    world: World,
    account_id: str,
    to: Content | None,
    rows: list[Offer],
    found: list[Product],
    wanted: ProductFilter,
    why_not: Iterable[Reason],
    problem: str,
    shop: str,
    asked: list[tuple[str, str]],
) -> Offers:
    address, base = f"{visit.request.path}?{wanted.query}", f"/creator/{account_id}"
    return Offers(
        account_id=account_id,
        handle=handle_of(world, account_id),
        shop=shop,
        to=to.content_id if to else "",
        place=(to.title or to.content_id) if to else _("Showcase"),
        back_url=f"{base}/videos/{to.content_id}" if to else f"{base}/showcase",
        rows=rows,
        product_filter=wanted,
        next_url=f"{address}&cursor={found[PAGE - 1].product_id}" if len(found) > PAGE else "",
        first_url=address if cursor_of(visit) else "",
        why_not=show_reasons(visit, why_not),
        ask=ticket_about(visit, why_not, *asked, *([("content_id", to.content_id)] if to else [])),
        problem=problem,
    )
