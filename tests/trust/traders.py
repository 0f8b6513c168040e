"""The traders of a simulated world: shops record products, creators add them to showcases, videos and lives."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from shoplink.core import Command, Link, World
from shoplink.core.commerce import commands as c
from shoplink.core.facts import Actor
from tests.trust.operators import DAY, PLATFORM, Operators

_PRODUCTS = 2
_CONTENTS = 1
_KINDS = {
    "put_product": 20,
    "put_content": 8,
    "sync_showcase": 8,
    "add_from_shop": 30,
    "promote": 14,
    "remove_item": 20,
}


class Traders:
    """Know every product and content by its id, recorded or not. Their commands are mostly right, but not always."""

    def __init__(self, random: Random, world: World, operators: Operators) -> None:
        """`world` is the model that they look at."""
        self._random, self._world, self._operators = random, world, operators

    def initial_commands(self, at: datetime) -> Iterator[Command]:
        """The first commands: most shops and accounts get products and contents."""
        for shop_id in [*self._operators.shops] * _PRODUCTS:
            yield self._put_product(at, shop_id, "")
        for account_id in self._operators.accounts:
            yield self._put_content(at, "", account_id)

    def ask(self, at: datetime) -> Command:
        """The next command of a trader."""
        kind = self._random.choices(list(_KINDS), list(_KINDS.values()))[0]
        shop_id, account_id = self._pair()
        asked: Command = getattr(self, f"_{kind}")(at, shop_id, account_id)
        return asked

    def _pair(self) -> tuple[str, str]:
        """A shop and an account, mostly the two sides of a link."""
        links: list[Link] = [link for link in self._world.live.values() if link.status == "linked"]
        if links and self._random.random() < 0.8:
            link = self._random.choice(links)
            return link.shop_id, link.account_id
        return self._operators.one_of(self._operators.shops), self._operators.one_of(self._operators.accounts)

    def _product(self, shop_id: str) -> str:
        owner = shop_id if self._random.random() < 0.9 else self._operators.one_of(self._operators.shops)
        return f"{owner}.product-{self._random.randrange(_PRODUCTS)}"

    def _content(self, account_id: str) -> str | None:
        """A content of the account, or None for its showcase."""
        if self._random.random() < 0.6:
            return None
        owner = (
            account_id if self._random.random() < 0.95 else self._operators.one_of(self._operators.accounts)
        )
        return f"{owner}.content-{self._random.randrange(_CONTENTS)}"

    def _put_product(self, at: datetime, shop_id: str, _: str) -> Command:
        return c.PutProduct(
            at=at,
            by=PLATFORM,
            product_id=self._product(shop_id),
            shop_id=shop_id,
            title="茶杯",
            price_minor=self._random.choice((999, 1_250)),
            currency="GBP",
            listed_at=at - 30 * DAY,
            status="off" if self._random.random() < 0.25 else None,
            commission_rate_bp=self._random.choice((None, 500, 1_000)),
            units_7d=self._random.choice((None, 0, 12)),
        )

    def _put_content(self, at: datetime, _: str, account_id: str) -> Command:
        return c.PutContent(
            at=at,
            by=PLATFORM,
            content_id=self._content(account_id) or f"{account_id}.content-0",
            account_id=account_id,
            kind="video" if self._random.random() < 0.8 else "live",
            title=self._random.choice((None, "开箱")),
        )

    def _sync_showcase(self, at: datetime, shop_id: str, account_id: str) -> Command:
        by = Actor(kind="shop", id=shop_id)
        return c.SyncShowcase(at=at, by=by, shop_id=shop_id, account_id=account_id)

    def _add_from_shop(self, at: datetime, shop_id: str, account_id: str) -> Command:
        products = tuple(self._product(shop_id) for _ in range(self._random.randint(1, 3)))
        return c.AddFromShop(product_ids=products, **self._in_a_place(at, shop_id, account_id))

    def _promote(self, at: datetime, shop_id: str, account_id: str) -> Command:
        other = self._random.choice(list(self._operators.shops)) if self._random.random() < 0.7 else shop_id
        return c.Promote(product_id=self._product(other), **self._in_a_place(at, other, account_id))

    def _remove_item(self, at: datetime, shop_id: str, account_id: str) -> Command:
        place = self._in_a_place(at, shop_id, account_id)
        items = [item for item in self._world.shelf.items.values() if item.account_id == account_id]
        if items and self._random.random() < 0.7:
            item = self._random.choice(items)
            place |= {"content_id": item.content_id}
            return c.RemoveItem(product_id=item.product_id, **_without_shop(place))
        return c.RemoveItem(product_id=self._product(shop_id), **_without_shop(place))

    def _in_a_place(self, at: datetime, shop_id: str, account_id: str) -> dict[str, Any]:
        by = Actor(kind="creator", id=account_id)
        content_id = self._content(account_id)
        return {"at": at, "by": by, "shop_id": shop_id, "account_id": account_id, "content_id": content_id}


def _without_shop(place: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in place.items() if name != "shop_id"}
