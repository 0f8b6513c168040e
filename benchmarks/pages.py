"""What each page costs with a million links in the database: the server's time, at the median and at the 95th percentile.

Run with `python -m benchmarks pages`.
"""

import re
from collections.abc import Callable
from statistics import quantiles
from time import perf_counter

from django.test import Client

from benchmarks import write_path_world
from benchmarks.report import Table
from shoplink.flows import clock
from shoplink.flows.tick import tick
from shoplink.store import tally
from shoplink.web import routes
from shoplink.web.page import PAGES
from tests.databases import use
from tests.web.desk import signed_in, somebody

AIM_MS = 150
_ASKED = 40
_SHOPS_OF_A_SELLER = 30

METHOD = f"""
Every page of the consoles is asked for {_ASKED} times in one process, by Django's own client, so that nothing but the
server's work is measured: middleware, statements, view model, template. The database holds a million links. The aim is
150 ms for the 95th percentile of any page.
"""
_VALUES = {
    "shop_id": "S5",
    "account_id": "A5",
    "link_id": "L5",
    "role": "marketing",
    "book_name": "guide-2024-11",
    "code": "shop.slots_full",
}
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


def measure(*, quick: bool) -> list[Table]:
    """A table per database."""
    return [_measure(kind, quick=quick) for kind in ("sqlite", "postgresql")]


def _measure(kind: str, *, quick: bool) -> Table:
    shops, links_each = (200, 50) if quick else (40_000, 25)
    world = write_path_world.build(kind, shops=shops, links_each=links_each, live=4, free=1_000)
    use(world.url)
    tick(clock.now())
    while tally.bring_up_to_date(clock.now()):
        pass
    clients = _clients()
    rows, left_out = [], []
    routes.routes()  # every page is declared by now
    for page in PAGES.values():
        names = _CONVERTER.findall(page.route)
        if any(name not in _VALUES for name in names):
            left_out.append(page.name)
            continue
        path = "/" + _CONVERTER.sub(lambda found: _VALUES[found[1]], page.route)
        asked = _asking(clients[page.access.who], path)
        if asked is None:
            left_out.append(page.name)
            continue
        p50, p95 = _times(asked, 5 if quick else _ASKED)
        rows.append((page.name, f"{p50:.1f}", f"{p95:.1f}", "met" if p95 <= AIM_MS else "missed"))
    write_path_world.leave()
    write_path_world.drop(world.url)
    note = f"{world.links:,} links of {world.shops:,} shops; the seller has {_SHOPS_OF_A_SELLER} of them."
    if left_out:
        note += f" Not asked for: {', '.join(left_out)} (they need records of their own, or go on to another page)."
    return Table(f"Pages on {kind}", ("page", "p50, ms", "p95, ms", f"≤ {AIM_MS} ms"), rows, note)


def _clients() -> dict[str, Client]:
    """A browser for each kind of access."""
    seller = signed_in(somebody("seller", shops=[f"S{number}" for number in range(_SHOPS_OF_A_SELLER)]))
    creator = signed_in(somebody("creator", accounts=["A5"]))
    support = signed_in(somebody("support", staff=["support"]))
    platform = signed_in(somebody("platform", staff=["platform"]))
    return {
        "anyone": Client(),
        "any person signed in": seller,
        "any person who signs in with an address": seller,
        "sellers of the shop": seller,
        "sellers of any shop": seller,
        "the creator": creator,
        "creators of any account": creator,
        "support": support,
        "platform": platform,
    }


def _asking(client: Client, path: str) -> Callable[[], None] | None:
    """What asks for the page once; None where it answers something else than a page."""

    def ask() -> None:
        assert client.get(path).status_code == 200, path

    return ask if client.get(path).status_code == 200 else None


def _times(ask: Callable[[], None], rounds: int) -> tuple[float, float]:
    """The median and the 95th percentile of a call, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        ask()
        times.append((perf_counter() - start) * 1000)
    cuts = quantiles(times, n=20, method="inclusive")
    return cuts[9], cuts[18]
