"""One client with one connection: a stream compared with single requests, a repeated request, look-ups, pages."""

import json
import sys
from collections.abc import Callable, Iterator
from itertools import count
from math import ceil
from random import Random
from statistics import median
from urllib.parse import urlencode

from benchmarks.write_path_service import Caller, Service, serving
from benchmarks.write_path_world import World, build, drop

_STREAM = 100
_PAGES = 1_000


def _invitations(world: World, seed: int) -> Iterator[dict[str, object]]:
    """Invitations of different pairs; most are accepted."""
    random = Random(seed)
    shops, accounts = (random.sample(range(size), size) for size in (world.shops, world.free))
    for number in count():
        yield {
            "shop_id": f"S{shops[number % world.shops]}",
            "account_id": f"B{accounts[number % world.free]}",
            "role": "marketing",
            "network_region": "GB",
        }


def _send(caller: Caller, body: dict[str, object], **headers: str) -> tuple[bytes, float]:
    actor = f"shop:{body['shop_id']}"
    status, text, seconds = caller(
        "POST", "/v1/links", json.dumps(body).encode(), Shoplink_Actor=actor, **headers
    )
    assert status in {201, 409}, text
    return text, seconds


def stream_and_singles(world: World, rounds: int) -> list[tuple[float, float]]:
    """In each round, the seconds of 100 commands in one stream and of 100 single requests."""
    url, measured = world.copy(), []
    with serving(url) as service:
        caller, given = Caller(service), _invitations(world, 4)
        for _ in range(10):
            _send(caller, next(given))
        for _ in range(rounds):
            lines = b""
            for _ in range(_STREAM):
                body = next(given)
                by = {"kind": "shop", "id": body["shop_id"]}
                lines += json.dumps({"command": "invite", "by": by, **body}).encode() + b"\n"
            status, text, streamed = caller("POST", "/v1/commands", lines, Shoplink_Actor="platform:p")
            assert status == 200, text
            assert text.count(b'"outcome":"accepted"') > _STREAM / 2, "most of the stream must be accepted"
            singles = sum(_send(caller, next(given))[1] for _ in range(_STREAM))
            measured.append((streamed, singles))
        caller.close()
    drop(url)
    return measured


def repeated_and_first(world: World, rounds: int, each: int) -> list[tuple[float, float]]:
    """In each round, the median seconds of a repeated request and of the first one with the same key."""
    url, measured = world.copy(), []
    with serving(url) as service:
        caller, given, keys = Caller(service), _invitations(world, 7), count()
        for _ in range(rounds):
            first, stored = [], []
            for _ in range(each):
                body, key = next(given), f"key-{next(keys)}"
                answer, seconds = _send(caller, body, Idempotency_Key=key)
                first.append(seconds)
                again, seconds = _send(caller, body, Idempotency_Key=key)
                stored.append(seconds)
                assert answer == again, "a repeated request must get the same answer"
            measured.append((median(stored), median(first)))
        caller.close()
    drop(url)
    return measured


def grouped_and_ungrouped(world: World, rounds: int, each: int) -> list[tuple[float, float]]:
    """In each round, the median seconds of one command over one connection, with and without group commit."""
    urls, measured = (world.copy(), world.copy()), []
    without = (sys.executable, "-m", "benchmarks.write_path_ungrouped")
    with serving(urls[0]) as ours, serving(urls[1], program=without) as other:
        callers, given = [Caller(ours), Caller(other)], _invitations(world, 9)
        for _ in range(rounds + 1):
            times: tuple[list[float], list[float]] = ([], [])
            for number in range(each):
                body = next(given)
                for side in (0, 1) if number % 2 else (1, 0):
                    times[side].append(_send(callers[side], body)[1])
            measured.append((median(times[0]), median(times[1])))
        for caller in callers:
            caller.close()
    for url in urls:
        drop(url)
    return measured[1:]  # the first round was for getting warm


class ReadingCaller:
    """A client that sends checks, look-ups and requests for pages to a service."""

    def __init__(self, world: World, service: Service) -> None:
        """Connect."""
        self.caller, self._world, self._random = Caller(service), world, Random(5)

    def check(self) -> float:
        """The seconds of one check of an invitation."""
        shop, account = self._random.randrange(self._world.shops), self._random.randrange(self._world.free)
        body = {
            "shop_id": f"S{shop}",
            "account_id": f"B{account}",
            "role": "marketing",
            "network_region": "GB",
        }
        text = json.dumps({"command": "invite", **body}).encode()
        status, answer, seconds = self.caller("POST", "/v1/checks", text, Shoplink_Actor=f"shop:S{shop}")
        assert status == 200, answer
        return seconds

    def look_up(self) -> float:
        """The seconds of reading one link."""
        status, answer, seconds = self.caller(
            "GET", f"/v1/links/L{self._random.randrange(self._world.links)}"
        )
        assert status == 200, answer
        return seconds

    def page(self, cursor: str | None) -> tuple[str | None, float]:
        """The cursor of the next page, and the seconds of reading this one."""
        query = urlencode({"limit": 50, **({"cursor": cursor} if cursor else {})})
        status, answer, seconds = self.caller("GET", f"/v1/links?{query}")
        assert status == 200, answer
        return json.loads(answer)["next"], seconds


Pairs = list[tuple[float, float]]


def reads_by_size(kind: str, sizes: tuple[int, int], rounds: int, each: int) -> tuple[Pairs, Pairs, Pairs]:
    """p99 of checks and of look-ups with many links and with few, and of the 1,000th and the first page of many."""
    few, many = (build(kind, shops=links // 10, links_each=10, live=4, free=links // 10) for links in sizes)
    checks, look_ups, pages = [], [], []
    with serving(few.url) as small, serving(many.url) as large:
        lookers = [ReadingCaller(many, large), ReadingCaller(few, small)]
        for looker in lookers:
            _p99([looker.check() for _ in range(20)] + [looker.look_up() for _ in range(20)])
        for _ in range(rounds):
            checks.append(_in_turn([looker.check for looker in lookers], each))
            look_ups.append(_in_turn([looker.look_up for looker in lookers], each))
        deep: str | None = None
        for _ in range(_PAGES - 1):
            deep = lookers[0].page(deep)[0]
        assert deep is not None, "there must be a 1,000th page"
        for _ in range(rounds):
            turns = [(lookers[0].page(deep)[1], lookers[0].page(None)[1]) for _ in range(each // 10)]
            pages.append((median(turn[0] for turn in turns), median(turn[1] for turn in turns)))
        for looker in lookers:
            looker.caller.close()
    drop(few.url)
    drop(many.url)
    return checks, look_ups, pages


def _in_turn(ways: list[Callable[[], float]], each: int) -> tuple[float, float]:
    times = [(ways[0](), ways[1]()) for _ in range(each)]
    return _p99([time[0] for time in times]), _p99([time[1] for time in times])


def _p99(times: list[float]) -> float:
    return sorted(times)[ceil(len(times) * 0.99) - 1]
