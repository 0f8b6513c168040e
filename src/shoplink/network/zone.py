"""The time zone of a country: of most of its people, where it has several."""

from functools import cache
from importlib.resources import files


def zone_of_country(country: str | None) -> str:
    """The IANA name of the zone that the list of time zones names first for a country; '' if it names none."""
    return _first_zones().get(country or "", "")


@cache
def _first_zones() -> dict[str, str]:
    """By country, as `zone.tab` lists them: a line is codes, coordinates, name; the most populous zones come first."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {country: zone for country, _where, zone, *_comment in reversed(lines)}
