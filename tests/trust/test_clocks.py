"""Processes whose clocks are wrong and jump: deadlines hold, and no event is earlier than the one before it."""

import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import psycopg
import pytest

from shoplink.core import parse_command
from shoplink.core.instant import format_instant, parse_instant
from shoplink.flows.execute import execute_as_of
from tests.databases import use
from tests.trust.client import Client, Json, Request, Response
from tests.trust.races import command, invitation, put_account, put_shop
from tests.trust.readers import check_link
from tests.trust.site import Site
from tests.trust.workers import Worker, check_feed, read_feed, record_workers, working

ROUNDS = int(os.environ.get("SHOPLINK_CLOCK_ROUNDS", "1"))
SEED = int(os.environ.get("SHOPLINK_TRUST_SEED", "1"))
SKEW_SECONDS = 300
LINKS = 60
APART = timedelta(milliseconds=60)
NEAR_SECONDS = (-0.4, 0.1)
APART_SECONDS = 0.02
AHEAD = timedelta(seconds=1)
INVITATION = timedelta(hours=48)
WORKERS = 6
WORK_SECONDS = 3
PROCESSES = {"sqlite": 1, "postgresql": 3}
PROGRAM = (sys.executable, "-m", "tests.trust.skewed_clock")


class Clocks:
    """The wrong clocks of several processes: the first one is ahead, the second one behind."""

    def __init__(self, folder: Path, processes: int) -> None:
        self.files = [folder / f"skew-{number}" for number in range(processes)]
        for file, skew in zip(self.files, (SKEW_SECONDS, -SKEW_SECONDS, 0), strict=False):
            file.write_text(str(skew), encoding="utf-8")

    @contextmanager
    def jumping(self, jumper: int) -> Iterator[None]:
        """Make one of the clocks jump while the block runs."""
        over = threading.Event()
        rng, file = Random(SEED), self.files[jumper]

        def jump() -> None:
            while not over.wait(0.05):
                new = file.with_suffix(".new")
                new.write_text(str(rng.uniform(-SKEW_SECONDS, SKEW_SECONDS)), encoding="utf-8")
                new.replace(file)

        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(jump)
            try:
                yield
            finally:
                over.set()
        job.result()


@pytest.fixture(scope="module", params=PROCESSES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose processes have different wrong clocks; the last one's jumps."""
    home, processes = tmp_path_factory.mktemp("clocks"), PROCESSES[request.param]
    site, clocks = Site(request.param, home), Clocks(home, processes)
    try:
        for file in clocks.files:
            site.start(program=PROGRAM, SKEW=str(file))
        with clocks.jumping(processes - 1):
            yield site
    finally:
        site.stop()
    site.verify()


class Roaming(Client):
    """A client that sends each request to another process."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.urls[0], site.secret)
        self._clients = [site.client(number) for number, _ in enumerate(site.urls)]
        self._asked = 0

    def send(self, ask: Request) -> None:
        self._asked += 1
        self._clients[self._asked % len(self._clients)].send(ask)

    def receive(self) -> Response:
        return self._clients[self._asked % len(self._clients)].receive()

    def close(self) -> None:
        for client in self._clients:
            client.close()


def test_no_event_is_earlier_than_one_that_it_follows(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    workers = [Worker(number, SEED, partial(Roaming, site)) for number in range(WORKERS)]
    with site.clients(1) as [client]:
        record_workers(client, workers)
        with working(workers):
            time.sleep(WORK_SECONDS * ROUNDS)
        feed = read_feed(client)
        check_feed(feed, workers)
        for link_id in {event["link_id"] for event in feed if "link_id" in event}:
            check_link(client.get(f"/v1/links/{link_id}"))
    assert len(feed) > WORKERS
    last: defaultdict[str, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=UTC))
    for event in feed:
        at = parse_instant(event["at"])
        for subject in ("shop_id", "account_id"):
            if subject in event:
                assert at >= last[event[subject]], event
                last[event[subject]] = at
    record_property("shown", f"{len(feed):,} events; {len(site.urls)} clocks wrong by up to 5 minutes")


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_no_invitation_is_accepted_at_or_after_its_deadline(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    """Deadlines hold by the database's clock; a SQLite file has only the clock of its owner process."""
    use(site.database)
    accepted = sum(_race_with_deadlines(site, number) for number in range(ROUNDS))
    links = LINKS * ROUNDS
    assert 0 < accepted < links, f"all were on one side of the deadline: {accepted}"
    record_property("shown", f"{links:,} deadlines, {accepted:,} kept and {links - accepted:,} missed")


class Invitation(NamedTuple):
    """An invitation that waits for its acceptance, by its link."""

    link_id: str
    account_id: str
    deadline: datetime


def _race_with_deadlines(site: Site, number: int) -> int:
    """Every process tries to accept every invitation near its deadline; returns how many were accepted."""
    invitations = _invite(number)
    with ThreadPoolExecutor(len(site.urls)) as pool:
        jobs = [pool.submit(_try, site, process, invitations) for process in range(len(site.urls))]
    for job in jobs:
        job.result()
    with site.clients(1) as [client]:
        links = [client.get(f"/v1/links/{one.link_id}") for one in invitations]
    for one, link in zip(invitations, links, strict=True):
        check_link(link)
        if link["status"] == "linked":
            assert parse_instant(link["accepted_at"]) < one.deadline, link
        else:
            assert (link["status"], link["ended_at"]) == ("expired", link["expires_at"]), link
    return sum(link["status"] == "linked" for link in links)


def _invite(number: int) -> list[Invitation]:
    """Invitations from two days ago, whose deadlines are near."""
    first = datetime.now(UTC) + AHEAD - INVITATION
    names = [f"pair-{number}-{one}" for one in range(LINKS)]
    before = format_instant(first - timedelta(hours=1))
    lines: list[Json] = [{**put(name), "at": before} for name in names for put in (put_shop, put_account)]
    lines += [
        {
            **command("invite", shop_id=name, **invitation(name, "official")),
            "at": format_instant(first + one * APART),
        }
        for one, name in enumerate(names)
    ]
    answers = execute_as_of([parse_command(line) for line in lines])
    events = [answer["events"][-1] for answer in answers[-LINKS:]]
    return [
        Invitation(event["link_id"], event["account_id"], parse_instant(event["expires_at"]))
        for event in events
    ]


def _try(site: Site, process: int, invitations: list[Invitation]) -> None:
    """Send one process an acceptance of each invitation shortly before or after its deadline."""
    rng = Random(f"{SEED}-{process}")
    with site.clients(process + 1) as clients, psycopg.connect(site.database, autocommit=True) as database:
        for number, (link_id, account_id, deadline) in enumerate(invitations):
            # All ask at nearly the same instant, so that some invitations are asked for only when it is too late.
            near = Random(f"{SEED}-{number}").uniform(*NEAR_SECONDS) + rng.uniform(0, APART_SECONDS)
            at = deadline + timedelta(seconds=near)
            time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
            before = _database_now(database)
            path, body = f"/v1/links/{link_id}/accept", {"network_region": "GB"}
            response = clients[-1].ask("POST", path, body, actor=f"account:{account_id}")
            after = _database_now(database)
            if before >= deadline:
                assert response.problem in {"link.invitation_expired", "link.wrong_state"}, (response, before)
            elif after < deadline:
                assert response.problem in {"", "link.wrong_state"}, (response, after)
            if not response.problem:
                assert before <= parse_instant(response.body["accepted_at"]) <= after, response


def _database_now(database: "psycopg.Connection[tuple[datetime]]") -> datetime:
    row = database.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None, "it always knows"
    return row[0]
