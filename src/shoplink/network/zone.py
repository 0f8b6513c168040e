"""The time zones of countries."""

import tomllib
from collections import defaultdict
from functools import cache
from importlib.resources import files


def zone_of_country(country: str | None) -> str:
    """The IANA name of the zone to show people of a country times in; '' if `zone.tab` lists none.

    It is that of `zone_of_market`, or else the first.
    """
    return zone_of_market(country or "") or next(iter(_zones().get(country or "", ())), "")


def zone_of_market(market: str) -> str:
    """The IANA name of the zone that business in a market goes by; '' if it has several and none of them is everybody's."""
    zones = _zones().get(market, [])
    return zones[0] if len(zones) == 1 else _chosen_zones().get(market, "")


@cache
def _zones() -> dict[str, list[str]]:
    """The zones of each country, in the order of `zone.tab`."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    zones: defaultdict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        if not line.startswith("#"):
            country, _where, zone, *_comment = line.split("\t")
            zones[country].append(zone)
    return dict(zones)


@cache
def _chosen_zones() -> dict[str, str]:
    return tomllib.loads((files("shoplink.network") / "market_zones.toml").read_text(encoding="utf-8"))
