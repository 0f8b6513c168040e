"""When a shop whose links another platform decides was last compared with that platform (mirror.md section 4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import World
from shoplink.store.read.mirror import last_compared
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.instant import show_age

_STALE = timedelta(days=7)
"""After so long without a comparison a shop is on the waiting list."""


class Comparison(Struct, frozen=True):
    """How long ago, in words; `stale`: it is time to compare again."""

    text: str
    stale: bool


def comparisons(visit: Visit, world: World) -> Mapping[str, Comparison]:
    """The last comparison of each shop of the World that is decided elsewhere. At most one statement."""
    elsewhere = [shop_id for shop_id, shop in world.shops.items() if shop.facts.decided == "elsewhere"]
    found = last_compared(elsewhere) if elsewhere else {}
    return {
        shop_id: _show(visit, found[shop_id].as_of if shop_id in found else None) for shop_id in elsewhere
    }


def _show(visit: Visit, as_of: datetime | None) -> Comparison:
    if as_of is None:
        return Comparison(_("Never compared with TikTok."), stale=True)
    text = _("Last compared with TikTok: {age}.").format(age=show_age(visit, as_of))
    return Comparison(text, stale=visit.now - as_of >= _STALE)
