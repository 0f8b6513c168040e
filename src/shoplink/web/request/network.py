"""The country of the visitor's network, and the source that it was learnt from."""

from typing import Literal, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from shoplink.core.values import COUNTRIES
from shoplink.demo.personas import is_demo
from shoplink.network import address_of, country_of

DEMO_COOKIE = "network"
DEMO_CHOICES = ("GB", "US", "ID", "unknown")
"""The countries to choose from in the demo. The first is that of most of its shops, and chosen until somebody chooses."""


class Network(NamedTuple):
    """The country of the visitor's network (None if unknown), and the source that says so."""

    region: str | None
    source: Literal["header", "database", "demo", "unknown"]


def network_of(request: HttpRequest) -> Network:
    """In the demo, the visitor's choice, or else the first one; else the country header of a trusted proxy if one is configured; else a look-up.

    Only the country leaves this function; the address is stored nowhere.
    """
    if is_demo():
        chosen = request.COOKIES.get(DEMO_COOKIE)
        chosen = chosen if chosen in DEMO_CHOICES else DEMO_CHOICES[0]
        return Network(None if chosen == "unknown" else chosen, "demo")
    if settings.COUNTRY_HEADER:
        code = request.headers.get(settings.COUNTRY_HEADER, "")
        # Proxies also say XX for an unknown country, and T1 for Tor.
        return Network(code, "header") if code in COUNTRIES else Network(None, "unknown")
    try:
        region = country_of(address_of(request))
    except ValueError:
        region = None
    return Network(region, "database" if region else "unknown")
