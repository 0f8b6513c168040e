"""Save a batch's changes to products, content and items, with a fixed number of statements."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from shoplink.core.commerce import events as e
from shoplink.core.commerce.facts import Item
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import Row, execute, insert, rows, rows_as, update
from shoplink.store.write.load_commerce import StoredCommerce

_PRODUCT = {
    "product_id": "text",
    "shop_id": "text",
    "title": "text",
    "price_minor": "bigint",
    "currency": "text",
    "status": "text",
    "listed_at": "bigint",
    "commission_rate_bp": "integer",
    "units_7d": "bigint",
    "units_prev_7d": "bigint",
    "rank_page": "bigint",
    "touched_at": "bigint",
}
_CONTENT = {
    "content_id": "text",
    "account_id": "text",
    "kind": "text",
    "title": "text",
    "touched_at": "bigint",
}
_ITEM = {
    "account_id": "text",
    "content_id": "text",
    "product_id": "text",
    "shop_id": "text",
    "came_under": "text",
    "added_at": "bigint",
    "commission_rate_bp": "integer",
    "removed_at": "bigint",
}


def save_commerce(stored: StoredCommerce, events: Sequence[e.CommerceEvent]) -> None:
    """Save what these events, in order, have changed."""
    recorded = [event for event in events if isinstance(event, e.ProductRecorded)]
    _save_products(stored, recorded)
    _save_sales(stored, recorded)
    _save_contents(stored, [event for event in events if isinstance(event, e.ContentRecorded)])
    _save_items([event for event in events if isinstance(event, e.ItemEvent)])


def _save_products(stored: StoredCommerce, events: Sequence[e.ProductRecorded]) -> None:
    given = {
        event.product_id: (
            event.product_id,
            event.shop_id,
            event.title,
            event.price_minor,
            event.currency,
            event.status,
            to_micros(event.listed_at),
            event.commission_rate_bp,
            event.units_7d,
            event.units_prev_7d,
            event.rank_page,
            to_micros(event.at),
        )
        for event in events
    }
    update("product", "product_id", _among(given, stored.products.keys(), known=True), **_PRODUCT)
    insert("product", _among(given, stored.products.keys(), known=False), **_PRODUCT)


def _save_sales(stored: StoredCommerce, events: Sequence[e.ProductRecorded]) -> None:
    """End the periods of products that went off sale, then start those that came on sale. A batch may do both to one."""
    status = {product_id: product.status for product_id, product in stored.products.items()}
    begun: dict[str, list[list[object]]] = {}
    ended: list[Row] = []
    for event in events:
        was_on, is_on = status.get(event.product_id) == "on_sale", event.status == "on_sale"
        status[event.product_id] = event.status
        periods = begun.setdefault(event.product_id, [])
        if is_on and not was_on:
            periods.append([event.product_id, event.shop_id, to_micros(event.at), None])
        elif was_on and not is_on:
            if periods:
                periods[-1][3] = to_micros(event.at)
            else:
                ended.append((event.product_id, to_micros(event.at)))
    if ended:
        execute(
            f"UPDATE on_sale SET until = given.until FROM {rows_as(product_id='text', until='bigint')}"
            " WHERE on_sale.product_id = given.product_id AND on_sale.until IS NULL",
            rows(ended),
        )
    given = [period for periods in begun.values() for period in periods]
    insert("on_sale", given, product_id="text", shop_id="text", since="bigint", until="bigint")


def _save_contents(stored: StoredCommerce, events: Sequence[e.ContentRecorded]) -> None:
    given = {
        event.content_id: (event.content_id, event.account_id, event.kind, event.title, to_micros(event.at))
        for event in events
    }
    update("content", "content_id", _among(given, stored.contents, known=True), **_CONTENT)
    insert("content", _among(given, stored.contents, known=False), **_CONTENT)


def _save_items(events: Sequence[e.ItemEvent]) -> None:
    """Remove items that were there before, then insert those that this batch added, removed again or not."""
    added: list[tuple[Item, datetime | None]] = []
    at: dict[tuple[str, str | None, str], int] = {}
    removed: list[Row] = []
    for event in events:
        place = (event.account_id, event.content_id, event.product_id)
        if isinstance(event, e.ItemAdded | e.PromotionAdded):
            at[place] = len(added)
            added.append((event.item(), None))
        elif isinstance(event, e.ItemRemoved):
            if place in at:
                number = at.pop(place)
                added[number] = (added[number][0], event.at)
            else:
                removed.append((*_written(*place), event.came_under or "", to_micros(event.at)))
    if removed:
        given = rows_as(
            account_id="text", content_id="text", product_id="text", came_under="text", removed_at="bigint"
        )
        execute(
            f"UPDATE item SET removed_at = given.removed_at FROM {given}"
            " WHERE item.account_id = given.account_id AND item.content_id = given.content_id"
            " AND item.product_id = given.product_id AND item.came_under = given.came_under"
            " AND item.removed_at IS NULL",
            rows(removed),
        )
    new = [
        (
            *_written(*item.key()),
            item.shop_id,
            item.came_under or "",
            to_micros(item.added_at),
            item.commission_rate_bp,
            to_micros(removed_at),
        )
        for item, removed_at in added
    ]
    insert("item", new, **_ITEM)


def _written(account_id: str, content_id: str | None, product_id: str) -> tuple[str, str, str]:
    return (account_id, content_id or "", product_id)


def _among(given: Mapping[str, Row], ids: Collection[str], *, known: bool) -> list[Row]:
    """The rows whose id is, or is not, among those that are stored."""
    return [row for key, row in given.items() if (key in ids) is known]
