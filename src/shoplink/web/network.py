"""Where the visitor's network is, and where that was learnt."""

from typing import Literal, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from shoplink.demo.personas import is_demo
from shoplink.network import address_of, country_of

DEMO_COOKIE = "network"
DEMO_CHOICES = ("GB", "US", "ID", "unknown")


class Network(NamedTuple):
    """The country of the visitor's network, None if unknown, and where it was learnt."""

    region: str | None
    learnt: Literal["header", "database", "demo", "unknown"]


def network_of(request: HttpRequest) -> Network:
    """In a demo what was chosen; else the trusted proxy's country header if one is configured; else looked up.

    Only the country goes on from here; the address is kept nowhere.
    """
    chosen = request.COOKIES.get(DEMO_COOKIE)
    if chosen in DEMO_CHOICES and is_demo():
        return Network(None if chosen == "unknown" else chosen, "demo")
    if settings.COUNTRY_HEADER:
        said = request.headers.get(settings.COUNTRY_HEADER, "")
        known = len(said) == 2 and said.isascii() and said.isalpha() and said.isupper() and said != "XX"  # noqa: PLR2004 (ISO 3166-1 alpha-2)
        return Network(said, "header") if known else Network(None, "unknown")
    try:
        region = country_of(address_of(request))
    except ValueError:
        region = None
    return Network(region, "database" if region else "unknown")
