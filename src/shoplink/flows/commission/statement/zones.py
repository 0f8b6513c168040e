"""The time zone in which the periods of a shop begin and end."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from shoplink.attribution.mapping import MappingError
from shoplink.attribution.statement.cut import Zones
from shoplink.network import zone_of_market

MARKETS = "market"
"""How it is called when each shop has the zone of its market."""

MarketsOf = Callable[[Iterable[str]], Mapping[str, str]]
"""The markets of shops by their ids, of those that are known."""


def zones_of(
    stated: tzinfo | None,
    mapping: tzinfo | None,
    shops: Callable[[], list[str]],
    markets_of: MarketsOf | None,
) -> Zones:
    """The zones: the one that is stated, else the mapping's, else those of the shops' markets, else UTC.

    UTC is for links from files, with which nothing says in which market a shop is. Raises MappingError if a market has
    several zones or a shop is unknown.
    """
    zone = stated or mapping
    if zone is not None:
        return Zones(zone, str(zone))
    if markets_of is None:
        return Zones(UTC, "UTC")
    present = shops()
    markets = markets_of(present)
    by_zone: defaultdict[str, list[str]] = defaultdict(list)
    for shop_id in present:
        market = markets.get(shop_id, "")
        name = zone_of_market(market)
        if not name:
            raise MappingError(
                f"the shop {shop_id}: {f'its market {market} has several time zones' if market else 'its market is unknown'}; "
                "say in which one its periods begin: --time-zone, or time_zone in the mapping"
            ).told("shop_zone", shop=shop_id)
        by_zone[name].append(shop_id)
    if not by_zone:
        return Zones(UTC, MARKETS)
    most = max(by_zone, key=lambda name: len(by_zone[name]))
    others: dict[tzinfo, tuple[str, ...]] = {
        ZoneInfo(name): tuple(some) for name, some in by_zone.items() if name != most
    }
    return Zones(ZoneInfo(most), MARKETS, others)
