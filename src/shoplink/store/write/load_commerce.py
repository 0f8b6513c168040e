"""Load the products, contents and items that a batch names into its World, under the locks that `load` has taken.

A product is written under its shop's lock, contents and items under their account's. A batch that names none runs no
statement here.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from shoplink.core import World
from shoplink.core.command_base import Command
from shoplink.core.commerce.commands import AddFromShop, Promote, PutContent, PutProduct, RemoveItem
from shoplink.core.commerce.facts import Product
from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.commands import OpenTicket
from shoplink.core.ticket.facts import Review
from shoplink.store.database.columns import CONTENT, ITEM, PRODUCT
from shoplink.store.database.fields import from_micros
from shoplink.store.database.sql import among, ids, query, rows, rows_as

Place = tuple[str, str, str]
"""Account, content (empty for the showcase) and product."""


class CommerceKeys(Struct):
    """The products, contents and items that a batch names; `counted` are the places that a precondition is about."""

    products: set[str] = set()
    contents: set[str] = set()
    places: set[Place] = set()
    counted: set[tuple[str, str]] = set()

    def add(self, command: Command) -> None:
        """Add the ids that a command names."""
        match command:
            case PutProduct():
                self.products.add(command.product_id)
            case PutContent():
                self.contents.add(command.content_id)
            case AddFromShop():
                self._place(command, command.product_ids)
            case Promote() | RemoveItem():
                self._place(command, (command.product_id,))
            case OpenTicket(question=question) if not isinstance(question, Review):
                self.add(question)

    def _place(self, command: AddFromShop | Promote | RemoveItem, product_ids: Iterable[str]) -> None:
        content_id = command.content_id or ""
        if content_id:
            self.contents.add(content_id)
        for product_id in product_ids:
            self.products.add(product_id)
            self.places.add((command.account_id, content_id, product_id))

    def count(self, account_id: str, content_id: str | None) -> None:
        """Add a showcase, a video or a live that a precondition is about."""
        self.counted.add((account_id, content_id or ""))
        if content_id is not None:
            self.contents.add(content_id)

    def union(self, other: "CommerceKeys") -> "CommerceKeys":
        """The ids of both."""
        return CommerceKeys(
            self.products | other.products,
            self.contents | other.contents,
            self.places | other.places,
            self.counted | other.counted,
        )


class StoredCommerce(Struct):
    """What of them is stored: the products, and the ids of the contents."""

    products: dict[str, Product] = {}
    contents: set[str] = set()


def load_commerce(world: World, commerce: CommerceKeys) -> tuple[StoredCommerce, datetime]:
    """Load the named ids into a World that already holds its links; also returns the newest instant in the rows."""
    stored, floor = StoredCommerce(), BEGINNING
    if commerce.products:
        for row in query(
            f"SELECT {PRODUCT.sql}, touched_at FROM product WHERE {among('product_id')}",
            ids(commerce.products),
        ):
            product, (touched_at,) = PRODUCT.value(row), PRODUCT.rest(row)
            stored.products[product.product_id] = world.shelf.products[product.product_id] = product
            at = world.shelf.products_at[product.product_id] = from_micros(touched_at) or BEGINNING
            floor = max(floor, at)
    if commerce.contents:
        for row in query(
            f"SELECT {CONTENT.sql}, touched_at FROM content WHERE {among('content_id')}",
            ids(commerce.contents),
        ):
            stored.contents.add(row[0])
            world.shelf.contents[row[0]] = CONTENT.value(row)
            world.shelf.contents_at[row[0]] = from_micros(row[-1]) or BEGINNING
    if commerce.places:
        _read_items(world, commerce.places)
    if commerce.counted:
        _count_items(world, commerce.counted)
    return stored, floor


def _read_items(world: World, places: Iterable[Place]) -> None:
    """Load the current items of the places, without those that were added under a link that has ended."""
    for row in query(
        f"SELECT {ITEM.sql_of('item')} FROM {rows_as(account_id='text', content_id='text', product_id='text')}"
        " JOIN item ON item.account_id = given.account_id AND item.content_id = given.content_id"
        " AND item.product_id = given.product_id WHERE item.removed_at IS NULL",
        rows(sorted(places)),
    ):
        item = ITEM.value(row)
        if item.came_under is None or item.came_under in world.live:
            world.shelf.items[item.key()] = item


def _count_items(world: World, places: Iterable[tuple[str, str]]) -> None:
    """Count how many products were ever put into these places, and taken out of them."""
    for account_id, content_id, added, removed in query(
        "SELECT given.account_id, given.content_id, count(number), count(removed_at)"
        f" FROM {rows_as(account_id='text', content_id='text')} LEFT JOIN item ON item.account_id = given.account_id"
        " AND item.content_id = given.content_id GROUP BY 1, 2",
        rows(sorted(places)),
    ):
        world.shelf.counts[account_id, content_id or None] = added, removed
