"""When a shop whose links another platform decides was last compared with that platform (mirror.md section 4)."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import World
from shoplink.core.mirror import compare
from shoplink.store.read.mirror import comparisons as stored_comparisons
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.instant import show_age

_STALE = timedelta(days=7)
"""After so long without a comparison a shop is on the waiting list."""


class Comparison(Struct, frozen=True):
    """How long ago, in words; `stale`: it is time to compare again. `questions` are those that it left, and are open."""

    text: str
    stale: bool
    questions: int = 0


def comparisons(visit: Visit, world: World) -> Mapping[str, Comparison]:
    """The last comparison of each shop of the World that is decided elsewhere. At most one statement."""
    elsewhere = [shop_id for shop_id, shop in world.shops.items() if shop.facts.decided == "elsewhere"]
    found = stored_comparisons(elsewhere) if elsewhere else {}
    return {shop_id: _show(visit, world, found.get(shop_id)) for shop_id in elsewhere}


def _show(visit: Visit, world: World, one: compare.Comparison | None) -> Comparison:
    if one is None:
        return Comparison(_("Never compared with TikTok."), stale=True)
    text = _("Last compared with TikTok: {age}.").format(age=show_age(visit, one.as_of))
    questions = sum(1 for _ in compare.differences(world, compare.questions_of(one)))
    return Comparison(text, visit.now - one.as_of >= _STALE, questions)
