"""The rows of products, contents and items in a simulated world's file, compared with the model."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from shoplink.core import Command, World
from shoplink.core.commerce import commands as c
from shoplink.core.commerce.facts import Item, ItemKey
from shoplink.core.commerce.rules import item_there
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query


def check_commerce(world: World, commands: Iterable[Command], ids: Mapping[str, str]) -> None:
    """Compare the rows that commands can change with the model. `ids` maps each link's id to the model's."""
    places: set[ItemKey] = set()
    products: set[str] = set()
    contents: set[str] = set()
    for command in commands:
        match command:
            case c.PutProduct():
                products.add(command.product_id)
            case c.PutContent():
                contents.add(command.content_id)
            case c.AddFromShop():
                places |= {(command.account_id, command.content_id, one) for one in command.product_ids}
            case c.Promote() | c.RemoveItem():
                places.add((command.account_id, command.content_id, command.product_id))
    if products:
        _check_products(world, products)
    if contents:
        _check_contents(world, contents)
    if places:
        _check_places(world, places, ids)


def _check_products(world: World, products: set[str]) -> None:
    found = query(
        "SELECT product_id, shop_id, title, price_minor, currency, status, listed_at, commission_rate_bp, units_7d,"
        " units_prev_7d, rank_page, (SELECT count(*) FROM on_sale WHERE on_sale.product_id = product.product_id"
        " AND until IS NULL) FROM product WHERE product_id IN (SELECT value FROM json_each(%s)) ORDER BY product_id",
        _listed(products),
    )
    shelf = world.shelf.products
    expected = [
        (*_row(shelf[one]), shelf[one].status == "on_sale") for one in sorted(products & shelf.keys())
    ]
    assert found == expected, f"the products are {found}, by the model {expected}"


def _check_contents(world: World, contents: set[str]) -> None:
    found = query(
        "SELECT content_id, account_id, kind, title FROM content"
        " WHERE content_id IN (SELECT value FROM json_each(%s)) ORDER BY content_id",
        _listed(contents),
    )
    shelf = world.shelf.contents
    expected = [_row(shelf[one]) for one in sorted(contents & shelf.keys())]
    assert found == expected, f"the contents are {found}, by the model {expected}"


def _check_places(world: World, places: set[ItemKey], ids: Mapping[str, str]) -> None:
    """An item is there until it is removed or the link that it was added under has ended."""
    found = [
        (*row[:4], ids[row[4]] if row[4] else "", *row[5:])
        for row in query(
            "SELECT item.account_id, content_id, product_id, item.shop_id, came_under, added_at, commission_rate_bp"
            " FROM item LEFT JOIN link ON link.link_id = came_under WHERE removed_at IS NULL"
            " AND (came_under = '' OR link.status = 'linked') AND item.account_id IN (SELECT value FROM json_each(%s))",
            _listed({account_id for account_id, _, _ in places}),
        )
        if (row[0], row[1] or None, row[2]) in places
    ]
    there = [item for place in places if (item := item_there(world, place)) is not None]
    expected = sorted(map(_item_row, there))
    assert sorted(found) == expected, f"the items are {sorted(found)}, by the model {expected}"


def _item_row(item: Item) -> tuple[Any, ...]:
    place = (item.account_id, item.content_id or "", item.product_id)
    return (*place, item.shop_id, item.came_under or "", to_micros(item.added_at), item.commission_rate_bp)


def _row(facts: msgspec.Struct) -> tuple[Any, ...]:
    values = (getattr(facts, name) for name in facts.__struct_fields__)
    return tuple(to_micros(one) if hasattr(one, "astimezone") else one for one in values)


def _listed(ids: set[str]) -> str:
    return msgspec.json.encode(sorted(ids)).decode()
