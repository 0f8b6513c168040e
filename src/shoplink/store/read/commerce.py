"""Queries about products, content and items, in pages by id and as of any instant. Nothing here writes.

What a place shows is computed from the periods of links, of products on sale, and of items. It is stored nowhere.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from shoplink.core import Link
from shoplink.core.commerce.facts import Content, Item, Product
from shoplink.core.commerce.picker import Thresholds
from shoplink.core.instant import shift
from shoplink.store.database.columns import CONTENT, ITEM, LINK, PRODUCT
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.sql import among, ids, query, query_among

_ON_SALE = (
    "EXISTS (SELECT 1 FROM on_sale WHERE on_sale.product_id = item.product_id AND on_sale.since <= %s"
    " AND (on_sale.until IS NULL OR on_sale.until > %s))"
)
_THERE = "item.added_at <= %s AND (item.removed_at IS NULL OR item.removed_at > %s)"


class ShownProduct(Struct, frozen=True):
    """A product that a place shows; `item` is None if it is there because the showcase is synced."""

    product: Product
    item: Item | None


class ContentCount(Struct, frozen=True):
    """A content and the number of products that it shows."""

    content: Content
    products: int


def one_product(product_id: str) -> Product | None:
    """A product, as stored."""
    found = query(f"SELECT {PRODUCT.sql} FROM product WHERE product_id = %s", product_id)
    return PRODUCT.value(found[0]) if found else None


def one_content(content_id: str) -> Content | None:
    """A content, as stored."""
    found = query(f"SELECT {CONTENT.sql} FROM content WHERE content_id = %s", content_id)
    return CONTENT.value(found[0]) if found else None


def changed_at(kind: Literal["product", "content"], wanted: Collection[str]) -> dict[str, datetime]:
    """When these products or contents were recorded last, by id."""
    found = query_among(wanted, f"SELECT {kind}_id, touched_at FROM {kind} WHERE {among(f'{kind}_id')}")
    return {row[0]: at for row in found if (at := from_micros(row[1])) is not None}


def page_of_products(  # noqa: PLR0913 (what products may be asked for by)
    limit: int,
    after: str,
    *,
    shop_id: str | None = None,
    but_shop_id: str | None = None,
    status: str | None = None,
    titled: str | None = None,
    potential: tuple[Thresholds, datetime] | None = None,
) -> list[Product]:
    """One page of products in the order of their ids, after the id `after`.

    `but_shop_id` excludes a shop. `titled` is a part of the title, in any case. `potential` keeps the products that
    pass all thresholds at an instant; it is the condition of `picker.figures` in SQL.
    """
    wanted: list[tuple[str, tuple[Any, ...]]] = [("product_id > %s", (after,))]
    if shop_id is not None:
        wanted.append(("shop_id = %s", (shop_id,)))
    if but_shop_id is not None:
        wanted.append(("shop_id <> %s", (but_shop_id,)))
    if status is not None:
        wanted.append(("status = %s", (status,)))
    if titled:
        wanted.append((r"lower(title) LIKE %s ESCAPE '\'", (_like(titled),)))
    if potential is not None:
        wanted += _potential(*potential)
    found = query(
        f"SELECT {PRODUCT.sql} FROM product WHERE {' AND '.join(condition for condition, _ in wanted)}"
        " ORDER BY product_id LIMIT %s",
        *(param for _, params in wanted for param in params),
        limit,
    )
    return [PRODUCT.value(row) for row in found]


def _like(part: str) -> str:
    for special in ("\\", "%", "_"):
        part = part.replace(special, f"\\{special}")
    return f"%{part.lower()}%"


def _potential(thresholds: Thresholds, at: datetime) -> list[tuple[str, tuple[Any, ...]]]:
    percent = 100 + thresholds.growth_percent
    # A division is as exact as a multiplication for whole numbers, and does not exceed the database's integers.
    grown = ("units_7d * 100 / %s >= units_prev_7d", (percent,)) if percent else ("units_7d >= 0", ())
    return [
        (f"(units_7d > 0 AND units_prev_7d = 0 OR units_prev_7d > 0 AND {grown[0]})", grown[1]),
        ("listed_at >= %s", (to_micros(shift(at, -timedelta(days=thresholds.listed_days))),)),
        ("rank_page > %s", (thresholds.pages,)),
    ]


def stored_link_in_force(account_id: str, at: datetime) -> Link | None:
    """The link in force for an account at an instant, as stored; there is at most one (R8)."""
    found = query(
        f"SELECT {LINK.sql} FROM link WHERE account_id = %s AND linked_at <= %s"
        " AND (ended_at IS NULL OR ended_at > %s) ORDER BY number DESC LIMIT 1",
        account_id,
        to_micros(at),
        to_micros(at),
    )
    return LINK.value(found[0]) if found else None


def page_of_place(  # noqa: PLR0913, PLR0917 (a place, an instant, a page)
    account_id: str, content_id: str | None, link: Link | None, at: datetime, limit: int, after: str
) -> list[ShownProduct]:
    """One page of what a place showed at an instant, in the order of product ids; `link` is the link in force then."""
    now = to_micros(at)
    found = map(
        ITEM.value,
        query(
            f"SELECT {ITEM.sql_of('item')} FROM item WHERE item.account_id = %s AND item.content_id = %s"
            f" AND item.product_id > %s AND item.came_under IN ('', %s) AND {_THERE} AND {_ON_SALE}"
            " ORDER BY item.product_id LIMIT %s",
            account_id,
            content_id or "",
            after,
            link.link_id if link else "",
            now,
            now,
            now,
            now,
            limit,
        ),
    )
    items = {item.product_id: item for item in found}
    synced = _page_of_synced(link, at, limit, after) if link is not None and content_id is None else set()
    product_ids = sorted(items.keys() | synced)[:limit]
    products = products_of(product_ids)
    return [
        ShownProduct(products[product_id], None if product_id in synced else items[product_id])
        for product_id in product_ids
    ]


def _page_of_synced(link: Link, at: datetime, limit: int, after: str) -> set[str]:
    """The ids of the products that the shop had on sale at an instant, if the showcase was synced by then."""
    if link.synced_since is None or link.synced_since > at:
        return set()
    found = query(
        "SELECT product_id FROM on_sale WHERE shop_id = %s AND product_id > %s AND since <= %s"
        " AND (until IS NULL OR until > %s) ORDER BY product_id LIMIT %s",
        link.shop_id,
        after,
        to_micros(at),
        to_micros(at),
        limit,
    )
    return {row[0] for row in found}


def products_of(product_ids: Collection[str]) -> dict[str, Product]:
    """Products by id."""
    found = query(f"SELECT {PRODUCT.sql} FROM product WHERE {among('product_id')}", ids(product_ids))
    return {row[0]: PRODUCT.value(row) for row in found}


def page_of_contents(  # noqa: PLR0913, PLR0917 (an account, an instant, a page)
    account_id: str, link: Link | None, at: datetime, limit: int, after: str, content_id: str | None = None
) -> list[ContentCount]:
    """An account's videos and lives in the order of their ids, or one of them, with how many products each shows."""
    now = to_micros(at)
    only, which = ("", ()) if content_id is None else (" AND content_id = %s", (content_id,))
    found = query(
        f"SELECT {CONTENT.sql}, (SELECT count(*) FROM item WHERE"
        " item.account_id = content.account_id AND item.content_id = content.content_id"
        f" AND item.came_under IN ('', %s) AND {_THERE} AND {_ON_SALE})"
        f" FROM content WHERE account_id = %s AND content_id > %s{only} ORDER BY content_id LIMIT %s",
        link.link_id if link else "",
        now,
        now,
        now,
        now,
        account_id,
        after,
        *which,
        limit,
    )
    return [ContentCount(CONTENT.value(row), *CONTENT.rest(row)) for row in found]


class EndingItems(Struct, frozen=True):
    """How many products would leave the showcase, and how many the videos and lives, if a link ended now."""

    showcase: int
    contents: int


def items_ending_with(link: Link, at: datetime) -> EndingItems:
    """The counts of products that were added under a link and would go with it. What the creator promotes stays."""
    now = to_micros(at)
    counts: dict[bool, int] = {
        bool(in_showcase): count
        for in_showcase, count in query(
            "SELECT item.content_id = '', count(*) FROM item WHERE item.came_under = %s"
            f" AND item.removed_at IS NULL AND {_ON_SALE} GROUP BY item.content_id = ''",
            link.link_id,
            now,
            now,
        )
    }
    showcase = counts.get(True, 0)
    if link.synced_since is not None:
        # Every product of the shop is in the showcase, added ones included.
        showcase = query(
            "SELECT count(*) FROM product WHERE shop_id = %s AND status = 'on_sale'", link.shop_id
        )[0][0]
    return EndingItems(showcase, counts.get(False, 0))


Where = Literal["showcase", "video", "live"]


class Spot(Struct, frozen=True):
    """A place that shows a product; `number` is the item's place in the order of adding."""

    number: int
    item: Item
    where: Where


def count_spots(product_ids: Collection[str], links: Collection[str]) -> dict[tuple[str, Where], int]:
    """In how many showcases, videos and lives products are, as items under these links or of affiliate creators."""
    return {
        (product_id, where): count
        for product_id, where, count in query(
            "SELECT item.product_id, COALESCE(content.kind, 'showcase'), count(*) FROM item"
            " LEFT JOIN content ON content.content_id = item.content_id"
            f" WHERE {among('item.product_id')} AND item.removed_at IS NULL"
            f" AND (item.came_under = '' OR {among('item.came_under')})"
            " GROUP BY item.product_id, COALESCE(content.kind, 'showcase')",
            ids(product_ids),
            ids(links),
        )
    }


def page_of_spots(product_id: str, links: Collection[str], limit: int, after: int) -> list[Spot]:
    """One page of the places that show a product, in the order of adding, after the number `after`."""
    found = query(
        f"SELECT {ITEM.sql_of('item')}, item.number, COALESCE(content.kind, 'showcase') FROM item"
        " LEFT JOIN content ON content.content_id = item.content_id"
        " WHERE item.product_id = %s AND item.number > %s AND item.removed_at IS NULL"
        f" AND (item.came_under = '' OR {among('item.came_under')}) ORDER BY item.number LIMIT %s",
        product_id,
        after,
        ids(links),
        limit,
    )
    spots = []
    for row in found:
        number, where = ITEM.rest(row)
        spots.append(Spot(number, ITEM.value(row), where))
    return spots
