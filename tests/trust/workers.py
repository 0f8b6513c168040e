"""Callers who work on without pause through whatever happens to the service, and remember what they were told.

Each has a shop and an account to itself, and asks only for what must be accepted: so when all is over, the log
must hold for each of them exactly what it asked for, once and in its order.
"""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from random import Random

from tests.trust.client import PLATFORM, Ask, Client, Json, Told
from tests.trust.races import invitation, put_account, put_shop

_PAUSE_SECONDS = 0.05
_WITHIN_SECONDS = 60
_LINES = 40
_TRY_AGAIN = {"database.away", "idempotency.in_progress"}
"""What a caller is told while it is not known, or not possible, to be done; the same is then asked again."""


class Worker:
    """One caller; `told` has, in order, the types of the events of what was acknowledged, with their link's id."""

    def __init__(self, number: int, seed: int, connect: Callable[[], Client]) -> None:
        """`connect` makes a connection to the service, wherever it is by now."""
        self.name = f"worker-{number}"
        self.acknowledged = self.repeated = 0
        self.told: list[tuple[str, str | None]] = []
        self._random = Random(f"{seed}-{number}")
        self._connect = connect
        self._client = connect()
        self._keys = count()

    def founding(self) -> list[Json]:
        """What must be there before the work begins."""
        return [put_shop(self.name), put_account(self.name)]

    def work(self, over: threading.Event) -> None:
        """Work on until it is over; what was begun is finished."""
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
        facts = {"region": "GB", "birth_date": "1990-01-01", "handle": f"after {link_id}"}
        self._ask("PUT", f"/v1/accounts/{self.name}", facts, PLATFORM, "account.recorded")

    def _ask(self, method: str, path: str, body: Json, actor: str, *happens: str) -> Json:
        """Ask under a key of its own until there is an answer, which must be that it is done."""
        ask = Ask(method, path, body, actor, f"{self.name}-{next(self._keys)}")

        def once() -> Told | None:
            self._client.send(ask)
            told = self._client.receive()
            return None if told.problem in _TRY_AGAIN else told

        told = self._until_answered(once)
        assert not told.problem, (ask, told)
        self.told += [(kind, told.body.get("link_id")) for kind in happens]
        done: Json = told.body
        return done

    def _until_answered(self, once: Callable[[], Told | None]) -> Told:
        """What `once` returns; while nobody answers, or nobody can, it is tried again."""
        deadline = time.monotonic() + _WITHIN_SECONDS
        while time.monotonic() < deadline:
            try:
                told = once()
            except (OSError, http.client.HTTPException):
                told = None
            if told is not None:
                self.acknowledged += 1
                return told
            self.repeated += 1
            self._client.close()
            time.sleep(_PAUSE_SECONDS)
            self._client = self._connect()
        raise AssertionError("nobody answered")


class Streamer(Worker):
    """The same for one who sends streams of commands, each under one key."""

    def _round(self) -> None:
        handles = [f"{next(self._keys)}" for _ in range(_LINES)]
        lines = [{**put_account(self.name), "handle": handle} for handle in handles]
        key = f"{self.name}-{handles[0]}"

        def once() -> Told | None:
            told = self._client.ask_stream(lines, key)
            if told.problem in _TRY_AGAIN:
                return None
            assert not told.problem, told
            unknown = len(told.body) < len(lines) or any(one.get("error") in _TRY_AGAIN for one in told.body)
            return None if unknown else told

        told = self._until_answered(once)
        for answer in told.body:
            assert [event["type"] for event in answer["events"]] == ["account.recorded"], answer
            self.told.append(("account.recorded", None))


@contextmanager
def working(workers: Sequence[Worker]) -> Iterator[None]:
    """All work, each in its own thread, while the block runs; raises what went wrong with any of them."""
    over = threading.Event()
    with ThreadPoolExecutor(len(workers)) as pool:
        jobs = [pool.submit(worker.work, over) for worker in workers]
        try:
            yield
        finally:
            over.set()
    for job in jobs:
        job.result()


def found(client: Client, founding: Sequence[Worker]) -> None:
    """Record what the workers need."""
    client.prepare(line for worker in founding for line in worker.founding())


def check_feed(feed: Sequence[Json], workers: Sequence[Worker]) -> None:
    """The feed holds what each worker was told, once and in its order, and nothing else of it."""
    for worker in workers:
        own = [event for event in feed if worker.name in {event.get("shop_id"), event.get("account_id")}]
        begun = len(worker.founding())
        listed = [(event["type"], event.get("link_id")) for event in own[begun:]]
        wanted = [(kind, link_id if kind.startswith("link.") else None) for kind, link_id in worker.told]
        assert listed == wanted, f"{worker.name}: {_first_difference(listed, wanted)}"


def _first_difference(listed: list[tuple[str, str | None]], wanted: list[tuple[str, str | None]]) -> str:
    place = next(
        (n for n, (a, b) in enumerate(zip(listed, wanted, strict=False)) if a != b),
        min(len(listed), len(wanted)),
    )
    return f"of {len(wanted)}, {len(listed)} listed; at {place}: {listed[place : place + 3]}, not {wanted[place : place + 3]}"


def read_feed(client: Client) -> list[Json]:
    """The whole feed, once everything has been numbered."""
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
