"""What showcases, videos and lives show now, as the commands that put it there again."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

from shoplink.core.commerce.commands import PRODUCTS_MAX
from shoplink.flows.look import look_at
from shoplink.store.read.commerce import products_of
from shoplink.store.write.log import Row, open_item_rows, synced_link_rows

_PAGE_ROWS = 1_000


def item_commands() -> Iterator[dict[str, Any]]:
    """Items that are shown now, those of one place together, then the syncs of showcases.

    An item of a link that has ended, or of a product that is off, is not shown: it is left out. The creator of the
    account acts, and the shop where it syncs.
    """
    shown = (row for page in _paged(open_item_rows()) for row in _shown(page))
    for (account_id, content_id), rows in groupby(
        shown, key=lambda row: (row["account_id"], row["content_id"])
    ):
        place = {"account_id": account_id, "by": {"kind": "creator", "id": account_id}}
        if content_id:
            place["content_id"] = content_id
        yield from _in_a_place(rows, place)
    yield from _syncs()


def _in_a_place(rows: Iterator[Row], place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What was added from the shop, up to a hundred products a command; each promotion on its own."""
    shop_id, added = "", list[str]()
    for row in rows:
        if row["came_under"]:
            shop_id = row["shop_id"]  # an account is linked with one shop at a time
            added.append(row["product_id"])
        else:
            ids = {"shop_id": row["shop_id"], "product_id": row["product_id"]}
            yield {"command": "promote", **ids, **place}
    for first in range(0, len(added), PRODUCTS_MAX):
        products = added[first : first + PRODUCTS_MAX]
        yield {"command": "add_from_shop", "shop_id": shop_id, **place, "product_ids": products}


def _syncs() -> Iterator[dict[str, Any]]:
    for page in _paged(synced_link_rows()):
        live = look_at(accounts={row["account_id"] for row in page}).world.live
        for row in page:
            if row["link_id"] in live:
                shop_id = row["shop_id"]
                ids = {"shop_id": shop_id, "account_id": row["account_id"]}
                yield {"command": "sync_showcase", **ids, "by": {"kind": "shop", "id": shop_id}}


def _shown(page: list[Row]) -> Iterator[Row]:
    """The items of a page that are shown: the product is on sale, and the link, if there is one, still stands."""
    live = look_at(accounts={row["account_id"] for row in page}).world.live
    products = products_of({row["product_id"] for row in page})
    for row in page:
        if products[row["product_id"]].status == "on_sale" and (
            not row["came_under"] or row["came_under"] in live
        ):
            yield row


def _paged(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while page := list(islice(rows, _PAGE_ROWS)):
        yield page
