"""选品「跟爆款」: a rule of thumb for choosing what to promote. It is advice only and refuses nothing."""

from datetime import datetime, timedelta

from msgspec import Struct

from shoplink.core.commerce.facts import Product


class Thresholds(Struct, frozen=True):
    """Sales growth over 7 days of at least `growth_percent`, listed at most `listed_days` ago, after the first `pages`."""

    growth_percent: int = 50
    listed_days: int = 14
    pages: int = 5


class Figures(Struct, frozen=True):
    """A product's three figures, and which of them pass. An unknown figure does not pass.

    `growth_percent` is rounded down. It is None if it is unknown, and if nothing was sold in the 7 days before; in the
    latter case any sale passes.
    """

    growth_percent: int | None
    growth_passes: bool
    listed_days: int
    listed_passes: bool
    rank_page: int | None
    rank_passes: bool

    @property
    def potential(self) -> bool:
        """Whether all three figures pass."""
        return self.growth_passes and self.listed_passes and self.rank_passes


def figures(product: Product, at: datetime, thresholds: Thresholds) -> Figures:
    """A product's three figures at an instant, compared with the thresholds."""
    now, before = product.units_7d, product.units_prev_7d
    growth = None if now is None or not before else (now - before) * 100 // before
    return Figures(
        growth_percent=growth,
        growth_passes=now is not None
        and before is not None
        and (now > 0 if before == 0 else now * 100 >= before * (100 + thresholds.growth_percent)),
        listed_days=(at - product.listed_at) // timedelta(days=1),
        listed_passes=at - product.listed_at <= timedelta(days=thresholds.listed_days),
        rank_page=product.rank_page,
        rank_passes=product.rank_page is not None and product.rank_page > thresholds.pages,
    )
