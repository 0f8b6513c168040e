"""The commerce of the demo world: what its shops sell, and what creators have in showcases, videos and lives."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from shoplink.core import Actor, Command
from shoplink.core.commerce.commands import AddFromShop, Promote, PutContent, PutProduct, SyncShowcase
from shoplink.core.commerce.facts import ContentKind


class _Product(NamedTuple):
    """A product: title, price, commission in basis points, days since it was listed, and its sales facts."""

    title: str
    price_minor: int
    commission_bp: int
    listed_days: int
    units_7d: int | None
    units_prev_7d: int | None
    rank_page: int | None


_PRODUCTS: dict[str, tuple[str, tuple[_Product, ...]]] = {
    "hh-tea-gb": (
        "GBP",
        (
            _Product("茉莉银针 Jasmine Silver Needle, 50 g", 1_490, 1_000, 169, 64, 61, 3),
            _Product("正山小种 Lapsang Souchong, 100 g", 1_190, 1_000, 169, 38, 52, 5),
            _Product("凤凰单丛 Phoenix Dancong Oolong, 75 g", 1_890, 1_200, 121, 27, 24, 9),
            _Product("陈皮普洱 Tangerine Pu’er, 8 pieces", 1_650, 1_200, 11, 212, 96, 7),
            _Product("冷泡茶旅行装 Cold-brew travel set, 20 sachets", 990, 1_500, 6, 184, 120, 12),
            _Product("白瓷盖碗 White porcelain gaiwan, 110 ml", 2_250, 800, 140, 15, 14, 4),
            _Product("竹制茶则 Bamboo tea scoop", 690, 800, 140, None, None, None),
        ),
    ),
    "hh-home-gb": (
        "GBP",
        (
            _Product("亚麻抱枕套 Linen cushion cover, 45 × 45 cm", 1_550, 900, 150, 88, 79, 2),
            _Product("藤编收纳篮 Rattan storage basket, set of 3", 3_290, 1_000, 150, 41, 33, 6),
            _Product("香薰蜡烛·桂花 Osmanthus scented candle, 180 g", 1_790, 1_500, 9, 305, 160, 8),
            _Product("折叠脏衣篮 Folding laundry hamper, 60 l", 1_990, 1_000, 75, 52, 49, 4),
            _Product("竹纤维毛巾 Bamboo towel, 3 pieces", 2_190, 1_000, 110, 70, 91, 3),
            _Product("磁吸厨房挂架 Magnetic kitchen rack", 1_290, 1_200, 4, 96, 40, 14),
        ),
    ),
    "hh-beauty-gb": (
        "GBP",
        (
            _Product("水光唇釉 Glass lip tint, 05 蜜桃 Peach", 890, 2_000, 160, 420, 388, 1),
            _Product("珍珠气垫 Pearl cushion foundation, N21", 2_190, 1_800, 130, 156, 149, 2),
            _Product("山茶花洁面 Camellia cleansing balm, 90 ml", 1_690, 1_800, 62, 133, 120, 5),
            _Product("睫毛打底 Lash primer, clear", 1_090, 2_000, 12, 260, 110, 9),
            _Product("便携化妆刷 Travel brush set, 5 pieces", 1_390, 1_500, 88, 57, 60, 7),
        ),
    ),
    "hh-snacks-us": (
        "USD",
        (
            _Product("辣条礼盒 Spicy gluten sticks, gift box of 12", 1_899, 1_200, 90, 510, 470, 2),
            _Product("山楂卷 Hawthorn rolls, 400 g", 899, 1_000, 90, 96, 88, 6),
            _Product("螺蛳粉 Luosifen, pack of 5", 2_149, 1_500, 13, 640, 310, 7),
            _Product("芝麻酥 Sesame crisps, 250 g", 749, 1_000, 40, 44, 51, 8),
        ),
    ),
    "hh-sport-us": (
        "USD",
        (
            _Product("瑜伽垫 Cork yoga mat, 5 mm", 3_999, 1_000, 97, 61, 55, 4),
            _Product("阻力带 Resistance bands, set of 5", 1_999, 1_200, 97, 120, 131, 3),
            _Product("跳绳 Speed rope with counter", 1_599, 1_200, 8, 175, 90, 10),
        ),
    ),
    "northbank-books": (
        "GBP",
        (
            _Product("The Tidal Path, paperback", 999, 700, 94, 33, 30, 5),
            _Product("Winter Kitchens, hardback", 2_400, 700, 60, 12, 9, 11),
            _Product("英国植物图鉴 A British Field Herbal", 1_850, 900, 10, 48, 30, 6),
        ),
    ),
}
_OFF = ("hh-home-gb", 4)
"""The product that was taken off sale two weeks ago."""

_CONTENTS: tuple[tuple[int, str, str, ContentKind, str], ...] = (
    # days ago, the account, its id, kind and title
    (40, "zhou.zhou", "zhou-room-tour", "video", "出租屋改造：三件小物"),
    (8, "zhou.zhou", "zhou-autumn-live", "live", "秋日居家直播"),
    (20, "tom.ellery", "tom-laundry", "video", "Fixing a laundry corner in ten minutes"),
    (14, "lin.yue", "luna-lashes", "video", "三步打底，睫毛不塌"),
    (30, "olivia.chen", "olivia-gaiwan", "video", "How to hold a gaiwan without burning yourself"),
)
_ITEMS: tuple[tuple[int, str, str, tuple[int, ...], str], ...] = (
    # days ago, the shop, the account, the indexes of the shop's products, and the content ("" is the showcase)
    (54, "hh-home-gb", "zhou.zhou", (0, 1, 3), ""),
    (40, "hh-home-gb", "zhou.zhou", (0, 1), "zhou-room-tour"),
    (8, "hh-home-gb", "zhou.zhou", (0, 2, 3), "zhou-autumn-live"),
    (32, "hh-home-gb", "tom.ellery", (1, 3), ""),
    (20, "hh-home-gb", "tom.ellery", (3,), "tom-laundry"),
    (63, "hh-beauty-gb", "isla.grant", (0, 1), ""),
    (39, "hh-beauty-gb", "nia.powell", (0, 1, 2), ""),
    (11, "hh-beauty-gb", "lin.yue", (0, 3), ""),
    (11, "hh-beauty-gb", "lin.yue", (3,), "luna-lashes"),
    (30, "hh-tea-gb", "olivia.chen", (0, 5), "olivia-gaiwan"),
)


def commerce_commands(now: datetime, by: Actor) -> Iterator[Command]:
    """The commands that create the commerce of the demo world, in no particular order."""
    yield from _product_commands(now, by)
    yield from _synced(now)
    yield from _added(now)
    yield from _promoted(now)


def product_id(shop_id: str, number: int) -> str:
    """The id of a shop's product."""
    return f"{shop_id}.{number + 1:02}"


def _product_commands(now: datetime, by: Actor) -> Iterator[Command]:
    """Each product as it was listed, and with yesterday's figures."""
    for shop_id, (currency, products) in _PRODUCTS.items():
        for number, product in enumerate(products):
            listed_at = _ago(now, product.listed_days)
            put = PutProduct(
                at=listed_at,
                by=by,
                product_id=product_id(shop_id, number),
                shop_id=shop_id,
                title=product.title,
                price_minor=product.price_minor,
                currency=currency,
                listed_at=listed_at,
                commission_rate_bp=product.commission_bp,
            )
            yield put
            off = (shop_id, number) == _OFF
            yield _with_figures(put, _ago(now, 14 if off else 1), product, off=off)


def _with_figures(put: PutProduct, at: datetime, product: _Product, *, off: bool) -> PutProduct:
    return replace(
        put,
        at=at,
        status="off" if off else "on_sale",
        units_7d=product.units_7d,
        units_prev_7d=product.units_prev_7d,
        rank_page=product.rank_page,
    )


def _synced(now: datetime) -> Iterator[Command]:
    for days, shop_id, account_id in (
        (166, "hh-tea-gb", "olivia.chen"),
        (147, "hh-home-gb", "hannah.brooks"),
        (88, "hh-snacks-us", "tyler.reed"),
        (92, "northbank-books", "leo.hart"),
    ):
        at = _ago(now, days)
        yield SyncShowcase(at=at, by=Actor("shop", shop_id), shop_id=shop_id, account_id=account_id)


def _added(now: datetime) -> Iterator[Command]:
    """Linked accounts add products to showcases, videos and lives."""
    for days, account_id, content_id, kind, title in _CONTENTS:
        yield PutContent(
            at=_ago(now, days),
            by=Actor("creator", account_id),
            content_id=content_id,
            account_id=account_id,
            kind=kind,
            title=title,
        )
    for days, shop_id, account_id, numbers, content in _ITEMS:
        yield AddFromShop(
            at=_ago(now, days) + timedelta(hours=3),
            by=Actor("creator", account_id),
            shop_id=shop_id,
            account_id=account_id,
            product_ids=tuple(product_id(shop_id, number) for number in numbers),
            content_id=content or None,
        )


def _promoted(now: datetime) -> Iterator[Command]:
    """Affiliate items of accounts without a link, and of marketing accounts that may promote other shops' products."""
    for days, account_id, shop_id, number in (
        (25, "amelia.ward", "hh-tea-gb", 0),
        (24, "amelia.ward", "hh-home-gb", 0),
        (18, "callum.reid", "northbank-books", 0),
        (7, "callum.reid", "northbank-books", 2),
        (9, "lin.yue", "hh-tea-gb", 3),
        (5, "zhou.zhou", "hh-tea-gb", 4),
    ):
        yield Promote(
            at=_ago(now, days),
            by=Actor("creator", account_id),
            shop_id=shop_id,
            account_id=account_id,
            product_id=product_id(shop_id, number),
        )


def _ago(now: datetime, days: int) -> datetime:
    """An instant a number of days ago, at a varying time of day."""
    return now - timedelta(days=days, minutes=days * 53 % 600)
