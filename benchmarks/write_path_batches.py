"""Batches of 1,000 invitations through the write path, by several processes at the same time.

Each process gets the database, its number and the world's sizes. It reports when it is ready, starts on a signal, and
prints how many commands were answered in how many seconds.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from random import Random
from time import perf_counter

from benchmarks.write_path_rival import invitation
from benchmarks.write_path_world import World
from shoplink.flows.execute import execute_batch

BATCH = 1_000


def speed(world: World, url: str, workers: int, seconds: float, seed: int) -> float:
    """Commands per second of a number of processes, each with its own share of the shops and accounts."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.write_path_batches"]
            + [str(given) for given in (url, number, workers, world.shops, world.free, seconds, seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "SHOPLINK_DATABASE_URL": url},
        )
        for number in range(workers)
    ]
    for child in started:
        assert child.stdout
        assert child.stdout.readline() == b"ready\n", "the process must become ready"
    for child in started:
        assert child.stdin
        child.stdin.write(b"go\n")
        child.stdin.flush()
    answered = [json.loads(child.communicate()[0]) for child in started]
    assert all(child.returncode == 0 for child in started), "every process must end well"
    return float(sum(each["answered"] / each["seconds"] for each in answered))


def _work(number: int, workers: int, shops: int, free: int, seconds: float, seed: int) -> None:  # noqa: PLR0913, PLR0917 (what it is started with)
    random = Random(seed * 100 + number)

    def batch() -> Counter[str]:
        given = [
            invitation(
                random.randrange(shops // workers) * workers + number,
                random.randrange(free // workers) * workers + number,
            )
            for _ in range(BATCH)
        ]
        return Counter(answer["outcome"] for answer in execute_batch(given))

    batch()
    print("ready", flush=True)
    sys.stdin.readline()
    started, outcomes = perf_counter(), Counter[str]()
    while (passed := perf_counter() - started) < seconds:
        outcomes += batch()
    print(json.dumps({"answered": outcomes.total(), "seconds": passed, **outcomes}))


if __name__ == "__main__":
    _number, _workers, _shops, _free, _seed = map(int, (*sys.argv[2:6], sys.argv[7]))
    _work(_number, _workers, _shops, _free, float(sys.argv[6]), _seed)
