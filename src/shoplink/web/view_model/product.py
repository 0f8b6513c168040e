"""Products for sellers and creators: price, commission, the picker's figures, and the filter of a list."""

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.commerce.facts import ContentKind, Product
from shoplink.core.commerce.picker import Thresholds, figures
from shoplink.core.parse import is_id
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge, translated
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
    """One of the picker's figures: its title, its value, and whether it passes its threshold."""

    title: str
    text: str
    passes: bool


class ProductRow(Struct, frozen=True):
    """A product with its three figures; `potential` means that all of them pass."""

    product_id: str
    title: str
    price: str
    commission: str
    status: Badge
    figures: list[Figure]
    potential: bool


class ProductFilter(Struct, frozen=True):
    """The filter of a list of products; `query` is the same filter as a query string."""

    title: str
    potential: bool
    thresholds: Thresholds
    query: str


def product_filter(visit: Visit, *, potential: bool = False) -> ProductFilter:
    """The filter in the query parameters; a threshold that is not a number falls back to its default."""
    query, default = visit.query, Thresholds()
    thresholds = Thresholds(
        _number(query.get("growth", ""), default.growth_percent),
        _number(query.get("listed_days", ""), default.listed_days),
        _number(query.get("page", ""), default.pages),
    )
    if "q" in query or "potential" in query:
        potential = query.get("potential", "") == "true"
    without_cursor = query.copy()
    without_cursor.pop("cursor", None)
    return ProductFilter(
        query.get("q", "")[:200].replace("\x00", ""), potential, thresholds, without_cursor.urlencode()
    )


def cursor_of(visit: Visit) -> str:
    """The id after which the page begins; empty for the first page."""
    cursor = visit.query.get("cursor", "")
    return cursor if is_id(cursor) else ""


def _number(text: str, default: int) -> int:
    return min(int(text), _NUMBER_MAX) if text.isdecimal() and text.isascii() and len(text) < 8 else default  # noqa: PLR2004 (what fits)


def show_product(visit: Visit, product: Product, thresholds: Thresholds | None = None) -> ProductRow:
    """A product in the reader's language, with its current figures."""
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
    """An amount in minor units, formatted for the reader's language."""
    amount = minor / 10 ** get_currency_precision(currency)
    return format_currency(amount, currency, locale=visit.language.locale)


def rate(basis_points: int | None) -> str:
    """A rate in per cent, without trailing zeros."""
    return f"{(basis_points or 0) / 100:g}%"


def show_sale(status: str) -> Badge:
    """Whether a product is on sale."""
    return translated(_SALE[status])


def show_kind(kind: ContentKind) -> Badge:
    """Whether it is a video or a live."""
    return translated(_KINDS[kind])
