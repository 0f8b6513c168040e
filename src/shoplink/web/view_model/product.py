"""Products as pages show them, to sellers and to creators: the price, the picker's figures, and its thresholds as asked for."""

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.commerce.facts import ContentKind, Product
from shoplink.core.commerce.picker import Thresholds, figures
from shoplink.core.parse import is_id
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge
from shoplink.wording.sentences import N_

PAGE = 50
_NUMBER_MAX = 1_000_000

_SALE = {
    "on_sale": Badge(N_("On sale"), "green", icon="circle-check"),
    "off": Badge(N_("Off sale"), "secondary", icon="circle-off"),
}
_KINDS: dict[ContentKind, Badge] = {
    "video": Badge(N_("Video"), "purple", icon="video"),
    "live": Badge(N_("Live"), "red", icon="broadcast"),
}


class Figure(Struct, frozen=True):
    """One of the picker's figures: what it is, its value, whether it passes."""

    title: str
    text: str
    passes: bool


class ProductRow(Struct, frozen=True):
    """A product: its name, price, state and the three figures; `potential`: all of them pass."""

    product_id: str
    title: str
    price: str
    commission: str
    status: Badge
    figures: list[Figure]
    potential: bool


class ProductFilter(Struct, frozen=True):
    """What a list of products was asked for; `query` is the same behind the question mark."""

    title: str
    potential: bool
    thresholds: Thresholds
    query: str


def product_filter(visit: Visit, *, potential: bool = False) -> ProductFilter:
    """What the address asks for; numbers that are none count as not asked."""
    asked, default = visit.query, Thresholds()
    wanted = Thresholds(
        _number(asked.get("growth", ""), default.growth_percent),
        _number(asked.get("listed_days", ""), default.listed_days),
        _number(asked.get("page", ""), default.pages),
    )
    potential = asked.get("potential", "") == "true" if "q" in asked or "potential" in asked else potential
    query = asked.copy()
    query.pop("cursor", None)
    return ProductFilter(asked.get("q", "")[:200].replace("\x00", ""), potential, wanted, query.urlencode())


def cursor_of(visit: Visit) -> str:
    """The id behind which the page begins; empty at the start."""
    cursor = visit.query.get("cursor", "")
    return cursor if is_id(cursor) else ""


def _number(text: str, default: int) -> int:
    return min(int(text), _NUMBER_MAX) if text.isdecimal() and text.isascii() and len(text) < 8 else default  # noqa: PLR2004 (what fits)


def show_product(visit: Visit, product: Product, thresholds: Thresholds | None = None) -> ProductRow:
    """A product in the reader's words, with its figures now."""
    found = figures(product, visit.now, thresholds or Thresholds())
    growth = (
        f"{found.growth_percent:+}%" if found.growth_percent is not None else _growth_from_nothing(product)
    )
    return ProductRow(
        product_id=product.product_id,
        title=product.title or product.product_id,
        price=price(visit, product.price_minor, product.currency),
        commission=rate(product.commission_rate_bp),
        status=show_sale(product.status),
        figures=[
            Figure(_("7-day growth"), growth, found.growth_passes),
            Figure(_("Listed"), _("{days} d ago").format(days=found.listed_days), found.listed_passes),
            Figure(
                _("Result page"), str(found.rank_page) if found.rank_page else _("unknown"), found.rank_passes
            ),
        ],
        potential=found.potential,
    )


def _growth_from_nothing(product: Product) -> str:
    if product.units_7d is None or product.units_prev_7d is None:
        return _("unknown")
    return _("new sales") if product.units_7d else "0%"


def price(visit: Visit, minor: int, currency: str) -> str:
    """An amount in minor units, as the reader's language writes it."""
    amount = minor / 10 ** get_currency_precision(currency)
    return format_currency(amount, currency, locale=visit.language.locale)


def rate(basis_points: int | None) -> str:
    """A rate in per cent, with no more digits than it has."""
    return f"{(basis_points or 0) / 100:g}%"


def show_sale(status: str) -> Badge:
    """Whether a product is on sale."""
    badge = _SALE[status]
    return Badge(_(badge.text), badge.tone, badge.icon)


def show_kind(kind: ContentKind) -> Badge:
    """Whether a content is a video or a live."""
    badge = _KINDS[kind]
    return Badge(_(badge.text), badge.tone, badge.icon)
