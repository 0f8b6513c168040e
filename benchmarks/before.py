"""An older version beside the present one, each served by its own checkout: single commands, feed pages, a console page.

Run with `python -m benchmarks.before FOLDER`, FOLDER being another checkout after `make setup`. Prints the ratio present ÷
older of what is answered per second over 64 connections, and the ratio older ÷ present of the processor time of the
service per answer: medians of rounds in which both take turns, with the least and the greatest. Nothing is written.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlencode

import tests.conftest  # noqa: F401 (sets Django up, with a folder of its own)
from benchmarks.report import Table, machine, spread, verdict
from benchmarks.write_path_service import Service, load, running
from shoplink.demo.links import BEAUTY
from tests.databases import empty
from tests.server import free_port

TARGET = 0.95
_PERSONA, _PAGE = "lan", f"/seller/{BEAUTY}/links"
_ASKED: dict[str, dict[str, Any]] = {
    "one command a request": {"conversation": "record_accounts"},
    "a page of the feed": {"conversation": "read_feed", "events": 100, "limit": 10},
    "a console page": {"conversation": "read_page", "path": _PAGE},
}
_TICKS = os.sysconf("SC_CLK_TCK")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Side(NamedTuple):
    """A service of a checkout with the demo world, the leader of its session, and the cookies of a signed-in seller."""

    service: Service
    process: int
    cookie: str

    def answer(self, seconds: float, seed: int, asked: dict[str, Any]) -> tuple[float, float]:
        """What is answered per second, and the seconds of processor per answer."""
        before = self._busy()
        given = {"cookie": self.cookie, **asked}
        done = load(self.service, seconds, seed=seed, **given)
        assert set(done.statuses) <= {"200", "201"}, done.statuses
        return done.per_second, (self._busy() - before) / sum(done.statuses.values())

    def _busy(self) -> float:
        """The seconds of processor that all processes of the service have taken."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            if int(fields[3]) == self.process:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICKS


@contextmanager
def _side(folder: Path, kind: str) -> Iterator[Side]:
    program, port, database = folder / ".venv/bin/shoplink", free_port(), empty(kind)
    with tempfile.TemporaryDirectory(prefix="shoplink-benchmark-") as home:
        settings = {"SHOPLINK_DATABASE_URL": database, "SHOPLINK_HOME": home, "SHOPLINK_LOG_LEVEL": "ERROR"}
        settings |= {"SHOPLINK_RATE_PER_SECOND": "1000000"}
        given: dict[str, Any] = {"env": {**os.environ, **settings}, "cwd": folder}
        made = subprocess.run([program, "demo", "--json"], stdout=subprocess.PIPE, check=True, **given)
        options: dict[str, Any] = {"stderr": subprocess.DEVNULL, "start_new_session": True, **given}
        process = subprocess.Popen([program, "serve", "--port", str(port)], **options)
        with running(process, port, "/healthz"):
            service = Service(f"http://127.0.0.1:{port}", json.loads(made.stdout)["key"])
            yield Side(service, process.pid, _sign_in(port))


def _sign_in(port: int) -> str:
    """The cookies of a browser that a persona of the demo has signed in with."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cookies: dict[str, str] = {}
    chooser = _browse(connection, cookies, "GET")
    found = _TOKEN.search(chooser)
    assert found, "the chooser of personas has no form"
    _browse(connection, cookies, "POST", {"csrfmiddlewaretoken": found[1], "persona": _PERSONA})
    connection.close()
    return _sent(cookies)


def _browse(
    connection: http.client.HTTPConnection,
    cookies: dict[str, str],
    method: str,
    form: dict[str, str] | None = None,
) -> str:
    headers = {"Cookie": _sent(cookies), "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, "/demo", urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    for cookie in answer.headers.get_all("Set-Cookie") or ():
        name, _, value = cookie.partition(";")[0].partition("=")
        cookies[name] = value
    return answer.read().decode()


def _sent(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def measure(older: Path, rounds: int, seconds: float) -> Table:
    """The ratios on both databases."""
    rows = []
    for kind in ("sqlite", "postgresql"):
        with ExitStack() as opened:
            folders = (older, Path(__file__).parents[1])
            sides = [opened.enter_context(_side(folder, kind)) for folder in folders]
            for what, asked in _ASKED.items():
                rates, costs = [], []
                for number in range(rounds + 1):  # the first is for getting warm
                    found = {place: sides[place].answer(seconds, number, asked) for place in _order(number)}
                    rates.append(found[1][0] / found[0][0])
                    costs.append(found[0][1] / found[1][1])
                rates, costs = rates[1:], costs[1:]
                rows.append((kind, what, spread(rates), spread(costs), verdict(median(rates), TARGET)))
    header = ("database", "what", "per second, present ÷ older", "processor, older ÷ present", f"≥ {TARGET}")
    return Table("Beside an older version", header, rows, f"{rounds} rounds of {seconds} s. {machine()}")


def _order(number: int) -> tuple[int, int]:
    return (0, 1) if number % 2 else (1, 0)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("older", type=Path, metavar="FOLDER", help="another checkout, after `make setup`")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=3, help="of each turn")
    asked = parser.parse_args()
    print(measure(asked.older.resolve(), asked.rounds, asked.seconds))


if __name__ == "__main__":
    main()
