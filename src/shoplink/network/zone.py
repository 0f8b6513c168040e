"""The time zone of a country; of several, the one in which most of its people live."""

from functools import cache
from importlib.resources import files


def zone_of_country(country: str | None) -> str:
    """The IANA name of the zone that `zone.tab` lists first for a country; '' if it lists none."""
    return _first_zones().get(country or "", "")


@cache
def _first_zones() -> dict[str, str]:
    """The first zone of each country in `zone.tab`; the file lists the most populous zone of a country first."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {country: zone for country, _where, zone, *_comment in reversed(lines)}
