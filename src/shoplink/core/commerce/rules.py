"""The rules of commerce; each returns a reason if it is broken, else None. The rules of standing are in `core.rules`."""

from shoplink.core.case import AccountRecord, Case
from shoplink.core.commerce.facts import Item, ItemKey, Product
from shoplink.core.facts import Link
from shoplink.core.reasons import Reason
from shoplink.core.roles import rights
from shoplink.core.rulebook import Rulebook
from shoplink.core.world import World

PRODUCT_NOT_FOUND = "product.not_found"
CONTENT_NOT_FOUND = Reason("content.not_found", "nobody")
NOT_OFFICIAL = Reason("showcase.not_official", "nobody")


def no_such_product(product_id: str) -> Reason:
    """The reason that the shop has no product with this id."""
    return Reason(PRODUCT_NOT_FOUND, "nobody", params={"product_id": product_id})


def already_there(product_id: str) -> Reason:
    """The reason that the product is already in this place."""
    return Reason("item.already_there", "nobody", params={"product_id": product_id})


def link_is_official(case: Case) -> Reason | None:
    """R13: products are synced to the official account's showcase only."""
    return None if rights(case.role, case.rulebook).sync_showcase else NOT_OFFICIAL


def followers_are_enough(case: Case) -> Reason | None:
    """R4: an account without a link needs 1,000 followers to sell."""
    minimum = rights(None, case.rulebook).followers_minimum
    followers = case.account.facts.followers
    if followers >= minimum:
        return None
    params = {"minimum": minimum, "followers": followers}
    return Reason("account.followers_below_minimum", "creator", params=params)


def role_may_promote_others(link: Link, rulebook: Rulebook) -> Reason | None:
    """R17: the rulebook says for each role whether a linked account may promote other shops' products."""
    if rights(link.role, rulebook).promote_other_shops:
        return None
    return Reason("role.other_shops_not_allowed", "nobody", params={"role": link.role})


def may_be_affiliate(world: World, case: Case) -> Reason | None:
    """R4, R16, R17: whether the account, with its link or without one, may promote products of the case's shop."""
    link = current_link(case.account)
    if link is None:
        return followers_are_enough(case)
    if link.shop_id == case.shop.facts.shop_id:
        return Reason("product.of_linked_shop", "creator")
    return role_may_promote_others(link, world.rulebook(world.shops[link.shop_id].facts.market))


def product_is_on_sale(product: Product) -> Reason | None:
    """The product is on sale; one that is off sale is in no showcase and no content."""
    if product.status == "on_sale":
        return None
    return Reason("product.off_sale", "shop", params={"product_id": product.product_id})


def current_link(account: AccountRecord) -> Link | None:
    """The account's link of the status `linked`, with any shop (R8: there is at most one)."""
    for link in account.live.values():
        if link.status == "linked":
            return link
    return None


def item_there(world: World, key: ItemKey) -> Item | None:
    """The item in a place, if it was added under no link, or under one that is still `linked`."""
    item = world.shelf.items.get(key)
    return item if item is not None and (item.came_under is None or item.came_under in world.live) else None


def synced_there(account: AccountRecord, product: Product) -> bool:
    """Whether a product is in the account's showcase because the showcase is synced with its shop (R13)."""
    link = current_link(account)
    return (
        link is not None
        and link.synced_since is not None
        and link.shop_id == product.shop_id
        and product.status == "on_sale"
    )


def place_is_free(
    world: World, account: AccountRecord, content_id: str | None, product: Product
) -> Reason | None:
    """The product is not in the place yet, neither as an item nor by the sync of the showcase."""
    key = (account.facts.account_id, content_id, product.product_id)
    there = item_there(world, key) is not None
    if not there and (content_id is not None or not synced_there(account, product)):
        return None
    return already_there(product.product_id)
