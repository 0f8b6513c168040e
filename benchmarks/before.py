"""An older version beside the present one, each served by its own checkout: single commands, feed pages, a console page.

Run with `python -m benchmarks.before FOLDER`, FOLDER being another checkout after `make setup`. Prints the ratio older ÷
present of the seconds that an answer takes over one connection, and of the processor time that the service spends on it, as
the median of rounds in which both take turns, with the least and the greatest. Nothing is written.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

import tests.conftest  # noqa: F401 (sets Django up, with a folder of its own)
from benchmarks.report import Table, machine, spread, verdict
from benchmarks.write_path_service import running
from shoplink.demo.links import BEAUTY
from tests.databases import empty
from tests.server import free_port

TARGET = 0.95
_PERSONA, _PAGE = "lan", f"/seller/{BEAUTY}/links"
_TICKS = os.sysconf("SC_CLK_TCK")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

Ask = Callable[[], None]


class Side:
    """A service of a checkout with the demo world, asked over one connection."""

    def __init__(self, process: int, port: int, key: str) -> None:
        """The leader of the service's session, its port, and a key with all scopes."""
        self._session, self._key, self._number = process, key, 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}

    def command(self) -> None:
        """Record another account."""
        self._number += 1
        facts: dict[str, object] = {
            "handle": f"before{self._number}",
            "region": "GB",
            "registered_in": "GB",
            "birth_date": "1990-01-01",
        }
        facts |= {"status": "normal", "commerce_permission": "granted", "followers": 1}
        self._api("PUT", f"/v1/accounts/BEFORE{self._number}", json.dumps(facts))

    def feed(self) -> None:
        """Read a page of the feed."""
        self._api("GET", "/v1/events?after=7&limit=10")

    def page(self) -> None:
        """Read a shop's page of links, signed in."""
        status, text = self._browse("GET", _PAGE)
        assert status == 200, text[:500]

    def sign_in(self) -> None:
        """Sign in as a persona of the demo."""
        _, text = self._browse("GET", "/demo")
        found = _TOKEN.search(text)
        assert found, "the chooser of personas has no form"
        self._browse("POST", "/demo", urlencode({"csrfmiddlewaretoken": found[1], "persona": _PERSONA}))

    def busy(self) -> float:
        """The seconds of processor that all processes of the service have taken."""
        seconds = 0.0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            if int(fields[3]) == self._session:
                seconds += (int(fields[11]) + int(fields[12])) / _TICKS
        return seconds

    def _api(self, method: str, path: str, body: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {self._key}", "Shoplink-Actor": "platform:before"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        status, text = self._send(method, path, body, headers)
        assert status in {200, 201}, text

    def _browse(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send(method, path, body, headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read().decode()


@contextmanager
def _side(folder: Path, kind: str) -> Iterator[Side]:
    program, port = folder / ".venv/bin/shoplink", free_port()
    database = empty(kind)
    with tempfile.TemporaryDirectory(prefix="shoplink-benchmark-") as home:
        settings = {"SHOPLINK_DATABASE_URL": database, "SHOPLINK_HOME": home, "SHOPLINK_LOG_LEVEL": "ERROR"}
        settings |= {"SHOPLINK_RATE_PER_SECOND": "1000000"}
        environment = {**os.environ, **settings}
        made = subprocess.run(
            [program, "demo", "--json"], env=environment, cwd=folder, stdout=subprocess.PIPE, check=True
        )
        process = subprocess.Popen(
            [program, "serve", "--port", str(port)],
            env=environment,
            cwd=folder,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with running(process, port, "/healthz"):
            side = Side(process.pid, port, json.loads(made.stdout)["key"])
            side.sign_in()
            yield side


def measure(older: Path, rounds: int, each: int) -> Table:
    """The ratios on both databases."""
    rows = []
    for kind in ("sqlite", "postgresql"):
        with ExitStack() as opened:
            sides = [
                opened.enter_context(_side(folder, kind)) for folder in (older, Path(__file__).parents[1])
            ]
            for what in ("command", "feed", "page"):
                asks = [getattr(side, what) for side in sides]
                for ask in asks:
                    _seconds(ask, each)
                wall, busy = [], []
                for number in range(rounds):
                    taken = {}
                    for place in (0, 1) if number % 2 else (1, 0):
                        before = sides[place].busy()
                        taken[place] = (_seconds(asks[place], each), sides[place].busy() - before)
                    wall.append(taken[0][0] / taken[1][0])
                    busy.append(taken[0][1] / taken[1][1])
                rows.append((kind, what, spread(wall), spread(busy), verdict(median(wall), TARGET)))
    header = ("database", "what", "seconds, older ÷ present", "processor, older ÷ present", f"≥ {TARGET}")
    return Table("Beside an older version", header, rows, f"{rounds} rounds of {each} requests. {machine()}")


def _seconds(ask: Ask, each: int) -> float:
    """The median seconds of an answer."""
    times = []
    for _ in range(each):
        started = perf_counter()
        ask()
        times.append(perf_counter() - started)
    return median(times)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("older", type=Path, metavar="FOLDER", help="another checkout, after `make setup`")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--each", type=int, default=300, help="requests a round")
    asked = parser.parse_args()
    print(measure(asked.older.resolve(), asked.rounds, asked.each))


if __name__ == "__main__":
    main()
