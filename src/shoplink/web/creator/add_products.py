"""Pages to add products: from the linked shop ("Add from shop"), or from all other shops for a commission."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Link, Reason, Refused, World
from shoplink.core.commerce.facts import Content, Product
from shoplink.core.commerce.permissions import permissions
from shoplink.core.precondition.subjects import ProductFacts, link_in_place, product_terms
from shoplink.core.wire_format import read_reason
from shoplink.flows.look import look_at
from shoplink.flows.precondition import Precondition, all_of, newest_instant, token_of, token_of_states
from shoplink.store.read.commerce import one_content, page_of_products, products_of
from shoplink.web.creator.account import AccountLinks, account_links, handle_of, shop_of
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR
from shoplink.web.request.command import CommandResult, dry_run_batch, send, send_batch
from shoplink.web.request.precondition import SEEN_FIELD, seen_in_form
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
    """A product that can be added; `there` means already added, `chosen` selected in the form, `problems` why not."""

    product: ProductRow
    seen: str
    shop_id: str
    shop: str
    there: bool
    chosen: bool
    problems: list[str]


class OffersPage(Struct, frozen=True):
    """The page; `to` is the id of the video or live that products are added to, empty for the showcase.

    `seen` is the token of the link where the products are those of the own shop.
    """

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
    seen: str = ""


@page("creator/<str:account_id>/add", CREATOR, posts=True)
def add(visit: Visit, account_id: str) -> PageResponse:
    """Add from shop: add several products of the linked shop at once, each with its own result."""
    links, to = account_links(account_id), _target(visit, account_id)
    link = links.current
    if link is None or link.status != "linked":
        return visit.redirect("creator.showcase", account_id=account_id)
    result = None
    if visit.submitted:
        chosen = visit.form.getlist("product_id")
        if chosen:
            known = products_of([product_id for product_id in chosen if "\x00" not in product_id])
            result = send(
                visit,
                "add_from_shop",
                seen=_offers_in_form(visit, known.values(), link),
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
    view = _own_shop_view(visit, links, link, to, result)
    return PageContent("creator/add.html", view, status=result.status if result else 200)


@page(
    "creator/<str:account_id>/choose",
    CREATOR,
    posts=True,
    menu=Menu(icon="trending-up", title=N_("Choose products")),
)
def choose(visit: Visit, account_id: str) -> PageResponse:
    """选品: other shops' products, by default only the rising ones; several can be promoted at once, each for its commission."""
    to, tried = _target(visit, account_id), dict[str, CommandResult]()
    if visit.submitted:
        tried = _promote(visit, account_id, to)
        if tried and all(result.accepted for result in tried.values()):
            return _back(visit, account_id, to, _("Added. You earn a commission on what you sell."))
    view = _other_shops_view(visit, account_id, to, tried)
    return PageContent("creator/choose.html", view, status=_status(tried) if visit.submitted else 200)


def _promote(visit: Visit, account_id: str, to: Content | None) -> dict[str, CommandResult]:
    """The result for each selected product, in one batch; unknown ids are left out."""
    chosen = dict.fromkeys(visit.form.getlist("product_id")[:PAGE])
    known = products_of([product_id for product_id in chosen if "\x00" not in product_id])
    wanted = [known[product_id] for product_id in chosen if product_id in known]
    seen = _offers_in_form(visit, wanted)
    result = send_batch(visit, _promotions(account_id, to, wanted), seen=seen)
    return {one.product_id: each for one, each in zip(wanted, result, strict=True)}


def _offers_in_form(
    visit: Visit, products: Iterable[Product], link: Link | None = None
) -> Precondition | None:
    """The precondition that each selected product is as it was offered, and so is the link; None if there is neither."""
    offers = [
        seen_in_form(
            visit,
            ProductFacts(one.shop_id, product_id=one.product_id),
            field=f"{SEEN_FIELD}.{one.product_id}",
        )
        for one in products
    ]
    return (
        all_of(([seen_in_form(visit, link_in_place(link))] if link else []) + offers)
        if offers or link
        else None
    )


def _promotions(account_id: str, to: Content | None, products: Iterable[Product]) -> list[dict[str, Any]]:
    place = {"command": "promote", "account_id": account_id, "content_id": to.content_id if to else None}
    return [{**place, "shop_id": one.shop_id, "product_id": one.product_id} for one in products]


def _status(tried: dict[str, CommandResult]) -> int:
    """The HTTP status: 422 if nothing was selected, 200 if at least one product was added, else the lowest error."""
    if not tried:
        return 422
    return min(result.status for result in tried.values())


def _target(visit: Visit, account_id: str) -> Content | None:
    """The video or live that products are added to; None for the showcase. Raises Http404 if it is another account's."""
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


def _own_shop_view(
    visit: Visit, links: AccountLinks, link: Link, to: Content | None, result: CommandResult | None
) -> OffersPage:
    wanted, newest = product_filter(visit), newest_instant()
    products = _products(visit, wanted, shop_id=link.shop_id)
    why_not = permissions(links.world, link.shop_id, link.account_id).why_not[
        "add_to_video" if to else "add_to_showcase"
    ]
    chosen = set(visit.form.getlist("product_id"))
    outcomes = (
        {one["product_id"]: tuple(map(read_reason, one["reasons"])) for one in result.products}
        if result
        else {}
    )
    now = _own_shop_reasons(visit, link, to, [one.product_id for one in products[:PAGE]])
    rows = []
    for one in products[:PAGE]:
        tried = outcomes.get(one.product_id)
        rows.append(
            _offer(
                visit,
                one,
                token_of_states(newest, product_terms(one)),
                wanted,
                now[one.product_id],
                tried,
                chosen=one.product_id in chosen,
                common=why_not,
            )
        )
    problem = result.problem if result else ""
    if outcomes:
        problem = _added_some(sum(not reasons for reasons in outcomes.values()), len(outcomes))
    selection = [("product_ids", one) for one in sorted(chosen) or [one.product_id for one in products[:1]]]
    ticket_fields, shop = (
        [("command", "add_from_shop"), ("link_id", link.link_id), *selection],
        shop_of(links.world, link),
    )
    view = _offers(
        visit, links.world, link.account_id, to, rows, products, wanted, why_not, problem, shop, ticket_fields
    )
    return replace(view, seen=token_of(links.seen, link_in_place(link)))


def _own_shop_reasons(
    visit: Visit, link: Link, to: Content | None, product_ids: list[str]
) -> dict[str, tuple[Reason, ...]]:
    """For each product, the reasons why it cannot be added now."""
    if not product_ids:
        return {}
    pair = {"shop_id": link.shop_id, "account_id": link.account_id}
    fields = {"product_ids": product_ids, "content_id": to.content_id if to else None, **pair}
    (decision,) = dry_run_batch(visit, [{"command": "add_from_shop", **fields}])
    reasons = {one.product_id: one.reasons for one in decision.outcomes}
    return {product_id: reasons.get(product_id, ()) for product_id in product_ids}


def _offer(  # noqa: PLR0913, PLR0917 (what is known of a product that can be added)
    visit: Visit,
    product: Product,
    seen: str,
    wanted: ProductFilter,
    now: tuple[Reason, ...],
    tried: tuple[Reason, ...] | None,
    *,
    chosen: bool,
    common: Iterable[Reason],
    shop: str = "",
) -> Offer:
    """A row with the reasons now, or those of the form that `tried` it; reasons common to all rows are shown above them."""
    there = any(reason.code == "item.already_there" for reason in now)
    against = [reason for reason in now if reason.code != "item.already_there"] if tried is None else tried
    return Offer(
        product=show_product(visit, product, wanted.thresholds),
        seen=seen,
        shop_id=product.shop_id,
        shop=shop,
        there=there,
        chosen=chosen and not there,
        problems=_problems(visit, (reason for reason in against if reason not in common)),
    )


def _added_some(added: int, chosen: int) -> str:
    return _("{added} of {chosen} were added. Each of the others shows its reason.").format(
        added=added, chosen=chosen
    )


def _problems(visit: Visit, reasons: Iterable[Reason]) -> list[str]:
    return [say_reason(reason, visit.language, visit.zone).problem for reason in reasons]


def _other_shops_view(
    visit: Visit, account_id: str, to: Content | None, tried: dict[str, CommandResult]
) -> OffersPage:
    wanted, link = product_filter(visit, potential=True), account_links(account_id).current
    newest = newest_instant()
    own = link.shop_id if link is not None and link.status == "linked" else None
    products = _products(visit, wanted, but_shop_id=own)
    world = look_at(shops={one.shop_id for one in products[:PAGE]}, accounts=[account_id]).world
    now = dry_run_batch(visit, _promotions(account_id, to, products[:PAGE]))
    held = [decision.reasons if isinstance(decision, Refused) else () for decision in now]
    common = [
        reason
        for reason in (held[0] if held else ())
        if "product_id" not in reason.params and all(reason in each for each in held)
    ]
    rows = []
    for one, reasons in zip(products, held, strict=False):
        result = tried.get(one.product_id)
        row = _offer(
            visit,
            one,
            token_of_states(newest, product_terms(one)),
            wanted,
            reasons,
            None if result is None else result.reasons,
            chosen=result is not None and not result.accepted,
            common=common,
            shop=world.shops[one.shop_id].facts.name or one.shop_id,
        )
        if result is not None and result.problem and not result.stale:
            row.problems.append(result.problem)
        rows.append(row)
    problem = next((result.problem for result in tried.values() if result.stale), "")
    if tried and not problem:
        problem = _added_some(sum(result.accepted for result in tried.values()), len(tried))
    elif visit.submitted and not problem:
        problem = _("Choose at least one product.")
    wished = ([one for one in products if one.product_id in tried] or products)[:1]
    about = [each for one in wished for each in (("shop_id", one.shop_id), ("product_id", one.product_id))]
    ticket_fields = [("command", "promote"), *about]
    return _offers(visit, world, account_id, to, rows, products, wanted, common, problem, "", ticket_fields)


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
    products: list[Product],
    wanted: ProductFilter,
    why_not: Iterable[Reason],
    problem: str,
    shop: str,
    ticket_fields: list[tuple[str, str]],
) -> OffersPage:
    address, base = f"{visit.request.path}?{wanted.query}", f"/creator/{account_id}"
    return OffersPage(
        account_id=account_id,
        handle=handle_of(world, account_id),
        shop=shop,
        to=to.content_id if to else "",
        place=(to.title or to.content_id) if to else _("Showcase"),
        back_url=f"{base}/videos/{to.content_id}" if to else f"{base}/showcase",
        rows=rows,
        product_filter=wanted,
        next_url=f"{address}&cursor={products[PAGE - 1].product_id}" if len(products) > PAGE else "",
        first_url=address if cursor_of(visit) else "",
        why_not=show_reasons(visit, why_not),
        ask=ticket_about(visit, why_not, *ticket_fields, *([("content_id", to.content_id)] if to else [])),
        problem=problem,
    )
