"""Workers that send requests without pause whatever happens to the service, and remember what was acknowledged.

Each has its own shop and account, and sends only requests that must be accepted. So at the end the log must hold
exactly what each of them sent, once and in order.
"""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from random import Random

from tests.trust.client import PLATFORM, Client, Json, Request, Response
from tests.trust.races import invitation, put_account, put_shop

_PAUSE_SECONDS = 0.05
_WITHIN_SECONDS = 60
_LINES = 40
_TRY_AGAIN = {"database.away", "database.locked", "database.too_many_connections", "idempotency.in_progress"}
"""The problems after which a worker sends the same request again."""


class Worker:
    """One worker; `confirmed` has, in order, the types and link ids of the events that were acknowledged."""

    def __init__(self, number: int, seed: int, connect: Callable[[], Client]) -> None:
        """`connect` opens a connection to the service as it runs now."""
        self.name = f"worker-{number}"
        self.acknowledged = self.repeated = 0
        self.confirmed: list[tuple[str, str | None]] = []
        self._random = Random(f"{seed}-{number}")
        self._connect = connect
        self._client = connect()
        self._keys = count()

    def initial_lines(self) -> list[Json]:
        """The lines that record what the work needs."""
        return [put_shop(self.name), put_account(self.name)]

    def work(self, over: threading.Event) -> None:
        """Work until `over` is set; finish the current round."""
        try:
            while not over.is_set():
                self._round()
        finally:
            self._client.close()

    def _round(self) -> None:
        """One link from its beginning to its end, then new facts."""
        body = {"shop_id": self.name, **invitation(self.name, "official")}
        link_id = self._ask("POST", "/v1/links", body, f"shop:{self.name}", "link.invited")["link_id"]
        link, shop, creator = f"/v1/links/{link_id}", f"shop:{self.name}", f"account:{self.name}"
        match self._random.randrange(3):
            case 0:
                happens = ("link.accepted", "link.established")
                self._ask("POST", f"{link}/accept", {"network_region": "GB"}, creator, *happens)
                self._ask("POST", f"{link}/revoke", {"note": "the next one"}, PLATFORM, "link.revoked")
            case 1:
                self._ask("POST", f"{link}/decline", {}, creator, "link.declined")
            case _:
                self._ask("POST", f"{link}/withdraw", {}, shop, "link.withdrawn")
        facts = {"region": "GB", "birth_date": "1990-01-01", "handle": f"after_{link_id}"}
        self._ask("PUT", f"/v1/accounts/{self.name}", facts, PLATFORM, "account.recorded")

    def _ask(self, method: str, path: str, body: Json, actor: str, *happens: str) -> Json:
        """Send a request under its own key until it is answered; it must be accepted."""
        ask = Request(method, path, body, actor, f"{self.name}-{next(self._keys)}")

        def once() -> Response | None:
            self._client.send(ask)
            response = self._client.receive()
            return None if response.problem in _TRY_AGAIN else response

        response = self._until_answered(once)
        assert not response.problem, (ask, response)
        self.confirmed += [(kind, response.body.get("link_id")) for kind in happens]
        done: Json = response.body
        return done

    def _until_answered(self, once: Callable[[], Response | None]) -> Response:
        """The result of `once`, which is tried again while the service does not answer."""
        deadline = time.monotonic() + _WITHIN_SECONDS
        while time.monotonic() < deadline:
            try:
                response = once()
            except (OSError, http.client.HTTPException):
                response = None
            if response is not None:
                self.acknowledged += 1
                return response
            self.repeated += 1
            self._client.close()
            time.sleep(_PAUSE_SECONDS)
            self._client = self._connect()
        raise AssertionError("nobody answered")


class Streamer(Worker):
    """A worker that sends streams of commands, each under one key."""

    def _round(self) -> None:
        handles = [f"{next(self._keys)}" for _ in range(_LINES)]
        lines = [{**put_account(self.name), "handle": handle} for handle in handles]
        key = f"{self.name}-{handles[0]}"

        def once() -> Response | None:
            response = self._client.ask_stream(lines, key)
            if response.problem in _TRY_AGAIN:
                return None
            assert not response.problem, response
            unknown = len(response.body) < len(lines) or any(
                one.get("error") in _TRY_AGAIN for one in response.body
            )
            return None if unknown else response

        response = self._until_answered(once)
        for answer in response.body:
            assert [event["type"] for event in answer["events"]] == ["account.recorded"], answer
            self.confirmed.append(("account.recorded", None))


@contextmanager
def working(workers: Sequence[Worker]) -> Iterator[None]:
    """Run all workers, each in its own thread, while the block runs; raises their errors."""
    over = threading.Event()
    with ThreadPoolExecutor(len(workers)) as pool:
        jobs = [pool.submit(worker.work, over) for worker in workers]
        try:
            yield
        finally:
            over.set()
    for job in jobs:
        job.result()


def record_workers(client: Client, initial_lines: Sequence[Worker]) -> None:
    """Record what the workers need."""
    client.prepare(line for worker in initial_lines for line in worker.initial_lines())


def check_feed(feed: Sequence[Json], workers: Sequence[Worker]) -> None:
    """Check that the feed holds exactly the confirmed events of each worker, once and in order."""
    for worker in workers:
        own = [event for event in feed if worker.name in {event.get("shop_id"), event.get("account_id")}]
        begun = len(worker.initial_lines())
        listed = [(event["type"], event.get("link_id")) for event in own[begun:]]
        wanted = [(kind, link_id if kind.startswith("link.") else None) for kind, link_id in worker.confirmed]
        assert listed == wanted, f"{worker.name}: {_first_difference(listed, wanted)}"


def _first_difference(listed: list[tuple[str, str | None]], wanted: list[tuple[str, str | None]]) -> str:
    place = next(
        (n for n, (a, b) in enumerate(zip(listed, wanted, strict=False)) if a != b),
        min(len(listed), len(wanted)),
    )
    return f"of {len(wanted)}, {len(listed)} listed; at {place}: {listed[place : place + 3]}, not {wanted[place : place + 3]}"


def read_feed(client: Client) -> list[Json]:
    """The whole feed, after everything is numbered."""
    feed: list[Json] = []
    quiet = 0
    while quiet < 2:
        page = client.get(f"/v1/events?after={len(feed)}&limit=1000")["items"]
        feed += page
        quiet = 0 if page else quiet + 1
        if not page:
            time.sleep(0.6)  # the timer numbers four times a second
    assert [event["position"] for event in feed] == list(range(1, len(feed) + 1))
    return feed
