"""Lists of a platform's links, taken over in one go: `python -m benchmarks.mirror SHOPS LINKS`, on a fresh SQLite file.

Prints for the first list (all links are new), the same again (nothing differs) and one without every tenth link (whose ends
are asked about): seconds, statements, and the most memory that the process has used so far.
"""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

import tests.conftest  # noqa: F401 (sets Django up, with a folder of its own)
from shoplink.core import Command
from shoplink.core.commands import PutAccount, PutShop
from shoplink.core.facts import Actor
from shoplink.core.mirror.compare import ListedLink
from shoplink.flows.execute import execute_batch
from shoplink.flows.mirror.take import GivenLists, Replies, take_over
from tests.databases import fresh, use

_BY = Actor("platform", "mirror")
_AT_A_TIME = 1_000


def main(shops: int, links: int) -> None:
    """Measure so many shops with so many links each."""
    use(fresh("sqlite"))
    now = datetime.now(UTC).replace(microsecond=0)
    _record(shops, links, now)
    print(f"{shops} shops of {links} links: {shops * links:,} links in one go")
    since = now - timedelta(days=90)
    everything = {
        f"S{shop}": [ListedLink(_account(shop, n), "marketing", "linked", since) for n in range(links)]
        for shop in range(shops)
    }
    fewer = {
        shop_id: [row for number, row in enumerate(rows) if number % 10]
        for shop_id, rows in everything.items()
    }
    first, second = (now - timedelta(days=days) for days in (2, 1))
    _measure("all are new", lambda: take_over(GivenLists(first, everything, _BY)).taken)
    _measure("the same again", lambda: take_over(GivenLists(first, everything, _BY)).taken)
    _measure("a tenth is gone: asked", lambda: take_over(GivenLists(second, fewer, _BY)).left)
    likeliest = Replies(others="likeliest")
    _measure("a tenth is gone: answered", lambda: take_over(GivenLists(second, fewer, _BY), likeliest).taken)


def _account(shop: int, number: int) -> str:
    return f"A{shop}.{number}"


def _record(shops: int, links: int, now: datetime) -> None:
    facts: list[Command] = [
        PutShop(at=now, by=_BY, shop_id=f"S{shop}", market="GB", enrolment="invited", decided="elsewhere")
        for shop in range(shops)
    ]
    facts += [
        PutAccount(at=now, by=_BY, account_id=_account(shop, n), region="GB")
        for shop in range(shops)
        for n in range(links)
    ]
    for start in range(0, len(facts), _AT_A_TIME):
        execute_batch(facts[start : start + _AT_A_TIME], scope="benchmark")


def _measure(what: str, work: Callable[[], Sequence[object]]) -> None:
    with CaptureQueriesContext(connection) as statements:
        began = time.perf_counter()
        count = len(work())
        seconds = time.perf_counter() - began
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{what}: {count:,} in {seconds:.1f} s, {len(statements)} statements, {memory_mb:,} MB", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
