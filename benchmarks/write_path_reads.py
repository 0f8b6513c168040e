"""A page of the feed, requested with a key, compared with a bare FastAPI view on the same server, database and statement."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.write_path_service import Caller, Service, load, running, serving
from benchmarks.write_path_world import World, drop
from tests.server import free_port

_LIMIT = 10


def ours_and_bare(world: World, workers: int, rounds: int, seconds: float) -> list[tuple[float, float]]:
    """Pages per second in each round, of shoplink and of the bare view, over 64 connections each, one after the other.

    Both run `workers` processes. Each process of shoplink has its usual threads; each one of the bare view has one event
    loop and 8 connections to the database.
    """
    url = world.copy()
    with serving(url, "--workers", str(workers)) as ours, _bare(url, workers, ours.secret) as bare:
        _agree(ours, bare)
        measured = [
            (_pages(world, ours, seconds, seed), _pages(world, bare, seconds, seed)) for seed in range(rounds)
        ]
    drop(url)
    return measured


def _pages(world: World, service: Service, seconds: float, seed: int) -> float:
    answered = load(service, seconds, conversation="read_feed", events=world.links, limit=_LIMIT, seed=seed)
    assert answered.statuses.keys() == {"200"}, f"unexpected answers: {answered}"
    return answered.per_second


def _agree(ours: Service, bare: Service) -> None:
    """Require that both give the same answers."""
    answers = []
    for service in (ours, bare):
        caller = Caller(service)
        answers.append(json.loads(caller("GET", f"/v1/events?after=7&limit={_LIMIT}")[1]))
        caller.close()
    assert answers[0] == answers[1], "the bare view must answer the same"
    assert len(answers[0]["items"]) == _LIMIT


@contextmanager
def _bare(url: str, workers: int, secret: str) -> Iterator[Service]:
    port = free_port()
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--port", str(port)]
    command += [
        "--workers",
        str(workers),
        "--no-ws",
        "--log-level",
        "error",
        "benchmarks.write_path_fastapi:app",
    ]
    started = subprocess.Popen(
        command,
        env={**os.environ, "RIVAL_DATABASE_URL": url},
        cwd=Path(__file__).parents[1],
        start_new_session=True,
    )
    with running(started, port, "/openapi.json"):
        yield Service(f"http://127.0.0.1:{port}", secret)
