"""What products, showcases and permissions look like from outside."""

from datetime import datetime

from msgspec.structs import asdict

from shoplink.api.schema_commerce import (
    AddVerdicts,
    Basis,
    PermissionTable,
    ProductBody,
    ShowcasePage,
    ShownBody,
    SpotBody,
    Verdict,
)
from shoplink.api.show import show_reasons
from shoplink.core import Link
from shoplink.core.commerce.facts import Item, Product
from shoplink.core.commerce.permissions import Permissions
from shoplink.core.commerce.picker import Thresholds, figures
from shoplink.flows.showcase import Place
from shoplink.store.read.commerce import Shown, Spot
from shoplink.wording import Language


def show_product(product: Product, at: datetime, thresholds: Thresholds) -> ProductBody:
    """A product with the picker's figures at an instant."""
    found = figures(product, at, thresholds)
    return ProductBody(**asdict(product), figures=found, potential=found.potential)


def show_place(place: Place, limit: int) -> ShowcasePage:
    """A page of a place, of which one row more than the limit was read."""
    shown = place.shown[:limit]
    return ShowcasePage(
        at=place.at,
        link_id=place.link.link_id if place.link else None,
        synced_since=place.link.synced_since if place.link else None,
        items=[_show(one, place) for one in shown],
        next=shown[-1].product.product_id if len(place.shown) > limit else None,
    )


def _show(shown: Shown, place: Place) -> ShownBody:
    product, item = show_product(shown.product, place.at, Thresholds()), shown.item
    if item is None:
        assert place.link is not None, "only a link is synced"
        return ShownBody(product, "synced", place.link.link_id, place.link.synced_since, None)
    return ShownBody(product, _basis(item), item.came_under, item.added_at, item.commission_rate_bp)


def _basis(item: Item) -> Basis:
    return "affiliate" if item.came_under is None else "added"


def show_spot(spot: Spot) -> SpotBody:
    """Where a product is, as an item."""
    item = spot.item
    return SpotBody(spot.where, item.account_id, item.content_id, _basis(item), item.came_under)


def show_synced_spot(link: Link) -> SpotBody:
    """The showcase that a product is in because it is synced."""
    return SpotBody("showcase", link.account_id, None, "synced", link.link_id)


def show_permissions(found: Permissions, said: Language) -> PermissionTable:
    """Each thing with its reasons."""
    verdicts = {
        action: Verdict(not reasons, show_reasons(reasons, said)) for action, reasons in found.why_not.items()
    }
    return PermissionTable(
        sync_showcase=verdicts["sync_showcase"],
        add_from_shop=AddVerdicts(
            verdicts["add_to_showcase"], verdicts["add_to_video"], verdicts["add_to_live"]
        ),
        sell_in_video=verdicts["sell_in_video"],
        sell_in_live=verdicts["sell_in_live"],
        promote_other_shops=verdicts["promote_other_shops"],
    )
