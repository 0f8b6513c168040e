"""The scene of the tests of commerce: the standing cast with products, content and items."""

from datetime import datetime
from typing import Any

from shoplink.core import Transition
from shoplink.core.commerce.commands import (
    AddFromShop,
    Promote,
    PutContent,
    PutProduct,
    RemoveItem,
    SyncShowcase,
)
from shoplink.core.commerce.permissions import Action, permissions
from tests.core.link_scene import NOON, PLATFORM, Scene, owner, seller


class CommerceScene(Scene):
    """`ding` sells `tea` and `cup`, `wang` sells `book` at 5 %; `lin` has a video, and 1,000 followers like `mei`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for account_id in ("lin", "mei"):
            self.creator(account_id, followers=1_000)
        for product_id in ("tea", "cup"):
            self.product(product_id, "ding")
        self.product("book", "wang", commission_rate_bp=500)
        self.content("video", "lin")

    def product(self, product_id: str, shop_id: str, **facts: Any) -> Transition:
        fields = {"title": product_id, "price_minor": 990, "currency": "GBP", "listed_at": NOON, **facts}
        command = PutProduct(at=self.now, by=PLATFORM, product_id=product_id, shop_id=shop_id, **fields)
        return self.do(command)

    def content(self, content_id: str, account_id: str, kind: Any = "video", title: str = "") -> Transition:
        return self.do(
            PutContent(
                at=self.now,
                by=owner(account_id),
                content_id=content_id,
                account_id=account_id,
                kind=kind,
                title=title,
            )
        )

    def sync(self, shop_id: str, account_id: str) -> Transition:
        return self.do(SyncShowcase(at=self.now, by=seller(shop_id), shop_id=shop_id, account_id=account_id))

    def add(self, shop_id: str, account_id: str, *product_ids: str, to: str | None = None) -> Transition:
        return self.do(
            AddFromShop(
                at=self.now,
                by=owner(account_id),
                shop_id=shop_id,
                account_id=account_id,
                product_ids=product_ids,
                content_id=to,
            )
        )

    def promote(
        self, account_id: str, product_id: str, shop_id: str = "wang", to: str | None = None
    ) -> Transition:
        return self.do(
            Promote(
                at=self.now,
                by=owner(account_id),
                shop_id=shop_id,
                account_id=account_id,
                product_id=product_id,
                content_id=to,
            )
        )

    def remove(self, account_id: str, product_id: str, of: str | None = None) -> Transition:
        command = RemoveItem(
            at=self.now, by=owner(account_id), account_id=account_id, product_id=product_id, content_id=of
        )
        return self.do(command)

    def why_not(self, action: Action, shop_id: str = "ding", account_id: str = "lin") -> list[str]:
        """The codes of the reasons against an action of an account for a shop; none if it is allowed."""
        found = permissions(self.world, shop_id, account_id)
        return [reason.code for reason in found.why_not[action]]


def unlink_pair(scene: CommerceScene, at: datetime) -> None:
    """Unlink `ding` and `lin` at an instant that is a day or more later."""
    scene.at(at).request_unlink("ding", "lin")
    scene.unlink("ding", "lin")
    assert scene.link("ding", "lin").status == "unlinked"
