"""64 clients race over HTTP for what only one can have. Readers at the same time never see a half-done change."""

import os
import re
from collections.abc import Callable, Iterator

import pytest

from tests.trust.client import send_at_once
from tests.trust.races import CLIENTS, RACES, RULEBOOKS, Race
from tests.trust.readers import READERS, Readers
from tests.trust.site import Site, serving

ROUNDS = int(os.environ.get("SHOPLINK_RACE_ROUNDS", "15"))
PROCESSES = {"sqlite": 1, "postgresql": 2}
"""On PostgreSQL the clients are split between two processes."""


@pytest.fixture(scope="module", params=PROCESSES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("races")
    with serving(request.param, home, PROCESSES[request.param], RULEBOOKS) as site:
        yield site
    site.verify()


def run(site: Site, race: Race, rounds: int) -> int:
    """Run a number of rounds of a race; returns how many reads there were at the same time."""
    with site.clients(CLIENTS) as clients, site.clients(READERS) as others:
        readers = Readers(race, others)
        clients[0].prepare(race.shared_lines())
        for number in range(rounds):
            asks = race.prepare(clients[0], number)
            with readers.reading():
                response = send_at_once(clients, asks)
            race.check(clients[0], response)
    return readers.reads


@pytest.mark.parametrize("race", RACES, ids=lambda race: re.sub(r"\B([A-Z])", r" \1", race.__name__).lower())
def test_of_64_clients_exactly_one_wins(
    site: Site, race: type[Race], record_property: Callable[[str, object], None]
) -> None:
    reads = run(site, race(), ROUNDS)
    assert reads >= ROUNDS, "nobody looked"
    record_property("shown", f"{ROUNDS:,} rounds of {CLIENTS} clients, {reads:,} reads beside them")
