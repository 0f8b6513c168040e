"""The cost of each page with a million links in the database: the server's time, as median and 95th percentile.

Run with `python -m benchmarks pages`.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from django.contrib.staticfiles.finders import find

from benchmarks import pages_world, write_path_world
from benchmarks.pages_world import PageData
from benchmarks.report import Table
from shoplink.flows import clock
from shoplink.flows.tick import tick
from shoplink.store.read import tally
from shoplink.web import routes
from shoplink.web.page.declare import PAGES, DeclaredPage
from tests.databases import use

AIM_MS = 150
AIM_KB = 160
_ASKED = 30
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
_ASSET = re.compile(r'(?:src|href)="/static/([^"#?]+)')
_FONT = re.compile(r'url\("?\./([^")]+\.woff2)')
_ASKED_FOR = {
    "seller.links": "?status=linked",
    "platform.account": "?at=2026-01-01T00:00:00Z",
    "platform.search": "?q=linked1",
    "support.find": "?q=linked1",
    "help.home": "?q=48",
}
"""What some pages are asked for, so that they have something to look for."""

METHOD = f"""
Every page of the consoles is asked for {_ASKED} times in one process, by Django's own client, so that nothing but the
server's work is measured: middleware, statements, view model, template, compression. The database holds a million
links. A first visit is the page with all that it loads, compressed, as a browser with an empty cache fetches it; whoever goes
on to another page has all but the page itself, and pages with charts fetch their script the first time. The aims are
{AIM_MS} ms for the 95th percentile of any page, and {AIM_KB} kB for the page that a visitor sees first.
"""


def measure(*, quick: bool) -> list[Table]:
    """A table per database."""
    return [_measure(kind, quick=quick) for kind in ("sqlite", "postgresql")]


def _measure(kind: str, *, quick: bool) -> Table:
    shops, links_each = (200, 50) if quick else (40_000, 25)
    world = write_path_world.build(kind, shops=shops, links_each=links_each, live=4, free=1_000)
    use(world.url)
    furnished = pages_world.add_page_data()
    tick(clock.now())
    while tally.bring_up_to_date(clock.now()):
        pass
    rows, left_out = [], []
    for page in _pages():
        asking = _asking(page, furnished)
        if asking is None:
            left_out.append(page.name)
            continue
        ask, size_kb = asking
        p50, p95 = _times(ask, 5 if quick else _ASKED)
        verdict = "met" if p95 <= AIM_MS else "missed"
        rows.append((page.name, f"{size_kb:.0f}", f"{p50:.1f}", f"{p95:.1f}", verdict))
    write_path_world.close_connection()
    write_path_world.drop(world.url)
    rows.sort(key=lambda row: float(row[3]), reverse=True)
    entrance_kb = float(next(row[1] for row in rows if row[0] == "account_login"))
    verdict = "met" if entrance_kb <= AIM_KB else "missed"
    note = f"{world.links:,} links of {world.shops:,} shops; the seller has {pages_world.SHOPS_OF_A_SELLER} of them."
    note += f" A first visit to the page to sign in, ≤ {AIM_KB} kB: {entrance_kb:.0f} kB, {verdict}."
    if left_out:
        note += f" Not asked for, as they only lead elsewhere or end something: {', '.join(left_out)}."
    header = ("page", "first visit, kB", "p50, ms", "p95, ms", f"≤ {AIM_MS} ms")
    return Table(f"Pages on {kind}", header, rows, note)


def _pages() -> Iterator[DeclaredPage]:
    """The measured pages."""
    assert routes.routes(), "every page is declared by now"
    for page in PAGES.values():
        if "GET" in page.methods:
            yield page


def _asking(page: DeclaredPage, furnished: PageData) -> tuple[Callable[[], None], float] | None:
    """A function that requests a page once, and the size of a first visit in kB; None if it is not a page."""
    client = furnished.clients[page.access.who]
    values = {**furnished.named, **furnished.of_page.get(page.name, {})}
    if any(name not in values for name in _CONVERTER.findall(page.route)):
        return None
    path = "/" + _CONVERTER.sub(lambda found: values[found[1]], page.route) + _ASKED_FOR.get(page.name, "")

    def ask() -> None:
        assert client.get(path, headers={"Accept-Encoding": "gzip"}).status_code == 200, path

    first = client.get(path, headers={"Accept-Encoding": "gzip"})
    if first.status_code != 200:
        return None
    plain = client.get(path).content.decode()
    assets = set(_ASSET.findall(plain))
    sheets = [_file(name).read_text(encoding="utf-8") for name in assets if name.endswith(".css")]
    assets |= {f"built/{name}" for sheet in sheets for name in _FONT.findall(sheet)}
    return ask, (len(first.content) + sum(map(_compressed, assets))) / 1000


def _compressed(name: str) -> int:
    """The compressed size of an asset."""
    path = _file(name)
    smaller = path.with_name(f"{path.name}.br")
    return (smaller if smaller.exists() else path).stat().st_size


def _file(name: str) -> Path:
    """The file of an asset: our own, or a library's."""
    found = find(name)
    assert isinstance(found, str), name
    return Path(found)


def _times(ask: Callable[[], None], rounds: int) -> tuple[float, float]:
    """The median and the 95th percentile of a call, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        ask()
        times.append((perf_counter() - start) * 1000)
    cuts = quantiles(times, n=20, method="inclusive")
    return cuts[9], cuts[18]
