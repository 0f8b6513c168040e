"""Decisions about commands on products, content and items. Deciding changes nothing."""

from collections.abc import Iterable

from shoplink.core import rules as standing
from shoplink.core.case import Case
from shoplink.core.commerce import commands as c
from shoplink.core.commerce import events as e
from shoplink.core.commerce import rules
from shoplink.core.commerce.facts import Content, ItemKey, Product
from shoplink.core.decisions.outcome import (
    ACCOUNT_NOT_FOUND,
    LINK_NOT_FOUND,
    SHOP_NOT_FOUND,
    Accepted,
    Decision,
    ProductOutcome,
    Refused,
)
from shoplink.core.facts import Link
from shoplink.core.reasons import CATALOGUE, Reason
from shoplink.core.rules import Rule, violations
from shoplink.core.world import World

_PRECEDENCE = {code: place for place, code in enumerate(CATALOGUE)}

PROMOTING: tuple[Rule, ...] = (*standing.STANDING, standing.account_may_trade)
"""The rules for promoting another shop's product, in every role."""


def put_product(world: World, command: c.PutProduct) -> Decision:
    """Replace the product's recorded facts; omitted ones take their defaults. Its shop never changes."""
    if command.shop_id not in world.shops:
        return Refused((SHOP_NOT_FOUND,))
    product = Product(
        command.product_id,
        command.shop_id,
        command.title,
        command.price_minor,
        command.currency,
        command.status or "on_sale",
        command.listed_at,
        command.commission_rate_bp or 0,
        command.units_7d,
        command.units_prev_7d,
        command.rank_page,
    )
    known = world.shelf.products.get(command.product_id)
    if known == product:
        return Accepted(())
    if known is not None and known.shop_id != product.shop_id:
        params = {"product_id": product.product_id, "shop_id": known.shop_id}
        return Refused((Reason("product.shop_fixed", "nobody", params=params),))
    recorded = e.ProductRecorded(
        at=command.at,
        by=command.by,
        product_id=product.product_id,
        shop_id=product.shop_id,
        title=product.title,
        price_minor=product.price_minor,
        currency=product.currency,
        status=product.status,
        listed_at=product.listed_at,
        commission_rate_bp=product.commission_rate_bp,
        units_7d=product.units_7d,
        units_prev_7d=product.units_prev_7d,
        rank_page=product.rank_page,
    )
    return Accepted((recorded,))


def put_content(world: World, command: c.PutContent) -> Decision:
    """Record a video or live, to which products can be added. Its account and its kind never change."""
    if command.account_id not in world.accounts:
        return Refused((ACCOUNT_NOT_FOUND,))
    content = Content(command.content_id, command.account_id, command.kind, command.title or "")
    known = world.shelf.contents.get(command.content_id)
    if known == content:
        return Accepted(())
    if known is not None and (known.account_id, known.kind) != (content.account_id, content.kind):
        return Refused((Reason("content.fixed", "nobody", params={"content_id": command.content_id}),))
    recorded = e.ContentRecorded(
        at=command.at,
        by=command.by,
        content_id=content.content_id,
        account_id=content.account_id,
        kind=content.kind,
        title=content.title,
    )
    return Accepted((recorded,))


def add_from_shop(world: World, command: c.AddFromShop) -> Decision:
    """R14, R15: add products of the linked shop, each with its own outcome; refused if none can be added."""
    link = world.link(command.shop_id, command.account_id)
    if link is None:
        return Refused((LINK_NOT_FOUND,))
    if not _has_content(world, command.account_id, command.content_id):
        return Refused((rules.CONTENT_NOT_FOUND,))
    if link.status != "linked":
        return Refused((Reason("link.wrong_state", "nobody", params={"link_status": link.status}),))
    shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
    case = Case(command.at, world.rulebook(shop.facts.market), shop, account, link.role, link=link)
    held = violations(standing.STANDING, case)
    outcomes, added = [], set[str]()
    for product_id in command.product_ids:
        reasons = _not_addable(world, command, product_id, held, already=product_id in added)
        outcomes.append(ProductOutcome(product_id, reasons))
        if not reasons:
            added.add(product_id)
    if not added:
        return Refused(tuple(_all_of(outcomes)), tuple(outcomes))
    return Accepted(
        tuple(_added(command, link, outcome.product_id) for outcome in outcomes if not outcome.reasons),
        outcomes=tuple(outcomes),
    )


def _not_addable(
    world: World, command: c.AddFromShop, product_id: str, held: tuple[Reason, ...], *, already: bool
) -> tuple[Reason, ...]:
    """Why one product cannot be added.

    `held` are the reasons for all products. `already` says that the command has named this product before.
    """
    product = _product_of(world, command.shop_id, product_id)
    if product is None:
        return (rules.no_such_product(product_id),)
    if already:
        return (rules.already_there(product_id),)
    return (*held, *_reasons_of_product(world, command, product))


def _added(command: c.AddFromShop, link: Link, product_id: str) -> e.ItemAdded:
    return e.ItemAdded(
        at=command.at,
        by=command.by,
        shop_id=command.shop_id,
        account_id=command.account_id,
        product_id=product_id,
        content_id=command.content_id,
        came_under=link.link_id,
    )


def promote(world: World, command: c.Promote) -> Decision:
    """R4, R16, R17: add another shop's product as an affiliate item, at the product's commission rate."""
    shop, account = world.shops.get(command.shop_id), world.accounts.get(command.account_id)
    if shop is None or account is None:
        missing_sides = ((shop, SHOP_NOT_FOUND), (account, ACCOUNT_NOT_FOUND))
        return Refused(tuple(reason for side, reason in missing_sides if side is None))
    product = _product_of(world, command.shop_id, command.product_id)
    has_content = _has_content(world, command.account_id, command.content_id)
    if product is None or not has_content:
        missing = () if product is not None else (rules.no_such_product(command.product_id),)
        return Refused((*missing, *(() if has_content else (rules.CONTENT_NOT_FOUND,))))
    case = Case(command.at, world.rulebook(shop.facts.market), shop, account, "marketing")
    affiliate = rules.may_be_affiliate(world, case)
    reasons = (
        *violations(PROMOTING, case),
        *(() if affiliate is None else (affiliate,)),
        *_reasons_of_product(world, command, product),
    )
    if reasons:
        return Refused(reasons)
    added = e.PromotionAdded(
        at=command.at,
        by=command.by,
        shop_id=command.shop_id,
        account_id=command.account_id,
        product_id=command.product_id,
        content_id=command.content_id,
        commission_rate_bp=product.commission_rate_bp,
    )
    return Accepted((added,))


def remove_item(world: World, command: c.RemoveItem) -> Decision:
    """Remove an item that a creator added. An item that is synced to the showcase can only be removed by the shop."""
    account = world.accounts.get(command.account_id)
    if account is None:
        return Refused((ACCOUNT_NOT_FOUND,))
    if not _has_content(world, command.account_id, command.content_id):
        return Refused((rules.CONTENT_NOT_FOUND,))
    params = {"product_id": command.product_id}
    product = world.shelf.products.get(command.product_id)
    if command.content_id is None and product is not None and rules.synced_there(account, product):
        return Refused((Reason("item.synced", "shop", params=params),))
    key: ItemKey = (command.account_id, command.content_id, command.product_id)
    item = rules.item_there(world, key)
    if item is None:
        return Refused((Reason("item.not_there", "nobody", params=params),))
    removed = e.ItemRemoved(
        at=command.at,
        by=command.by,
        shop_id=item.shop_id,
        account_id=item.account_id,
        product_id=item.product_id,
        content_id=item.content_id,
        came_under=item.came_under,
    )
    return Accepted((removed,))


def _product_of(world: World, shop_id: str, product_id: str) -> Product | None:
    """The product, if it belongs to this shop."""
    product = world.shelf.products.get(product_id)
    return product if product is not None and product.shop_id == shop_id else None


def _has_content(world: World, account_id: str, content_id: str | None) -> bool:
    """Whether the place exists for the account: the showcase (None), or a video or live of its own."""
    content = None if content_id is None else world.shelf.contents.get(content_id)
    return content_id is None or (content is not None and content.account_id == account_id)


def _reasons_of_product(
    world: World, command: c.AddFromShop | c.Promote, product: Product
) -> tuple[Reason, ...]:
    """Why one product cannot be put in the place that the command names."""
    account = world.accounts[command.account_id]
    checked = (
        rules.product_is_on_sale(product),
        rules.place_is_free(world, account, command.content_id, product),
    )
    return tuple(reason for reason in checked if reason is not None)


def _all_of(outcomes: Iterable[ProductOutcome]) -> list[Reason]:
    """Every reason of several products in the catalogue's order; a reason that all of them share is given once."""
    reasons = {id(reason): reason for outcome in outcomes for reason in outcome.reasons}
    return sorted(reasons.values(), key=lambda reason: _PRECEDENCE[reason.code])
