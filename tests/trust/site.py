"""A service on a fresh database, in one or several processes, which tests kill and start again."""

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from django.db import connections

from shoplink.core import commands as c
from shoplink.flows import clock
from shoplink.flows.execute import execute_as_of
from shoplink.flows.rulebooks import install_rulebook
from shoplink.store.database.owner import release_ownership
from shoplink.store.people import keys
from tests import forked
from tests.databases import fresh, use
from tests.server import SHOPLINK, free_port, start, stop
from tests.trust.client import Client

_THREADS = 16
_UNLIMITED = {"SHOPLINK_RATE_PER_SECOND": "1000000", "SHOPLINK_RATE_BURST": "1000000"}
_READY_WITHIN_SECONDS = 60


class Start(NamedTuple):
    """How long a start took; `waited` is how long its threads were ready to run without getting a processor."""

    seconds: float
    waited: float

    @property
    def alone(self) -> float:
        """Seconds that the start takes on an idle machine."""
        return max(0.0, self.seconds - self.waited)


class Site:
    """A database with an API key, and the processes that serve it. Only PostgreSQL allows several."""

    def __init__(self, kind: str, home: Path, rulebooks: dict[str, str] | None = None) -> None:
        """`rulebooks`: the rulebook to activate in each market, as its name or its text."""
        self.kind, self.home = kind, home
        self.database = fresh(kind)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.urls: list[str] = []
        use(self.database)
        self.secret = keys.create_key("trust", set(keys.SCOPES), clock.now())[1]
        for market, text in (rulebooks or {}).items():
            _activate(market, text)
        release_ownership()
        connections["default"].close()

    def start(
        self,
        processes: int = 1,
        program: Sequence[str | Path] = (SHOPLINK,),
        ports: Sequence[int] | None = None,
        **environment: str,
    ) -> Start:
        """Start the processes; returns how long it took until the last one was ready."""
        began, waited = time.monotonic(), 0.0
        for port in ports or [free_port() for _ in range(processes)]:
            options = ["--threads", str(_THREADS)]
            process = start(
                self.database,
                self.home,
                port,
                program=program,
                options=options,
                **_UNLIMITED,
                **environment,
            )
            self._processes.append(process)
            self.urls.append(f"http://127.0.0.1:{port}")
            _wait_until_ready(self.urls[-1])
            waited += _waited_for_processor(process.pid)
        return Start(time.monotonic() - began, waited)

    def kill(self) -> None:
        """End every process as a power failure does: at once, in the middle of its work."""
        for process in self._processes:
            stop(process, signal.SIGKILL)
        self._processes.clear()
        self.urls.clear()

    def stop(self) -> None:
        """Shut every process down gracefully."""
        for process in self._processes:
            stop(process)
        self._processes.clear()
        self.urls.clear()

    def pause(self, number: int, seconds: float) -> None:
        """Stop a process with all its threads wherever they are, and continue it after some seconds."""
        group = self._processes[number].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.killpg(group, signal.SIGCONT)

    def client(self, number: int = 0) -> Client:
        """A new connection; consecutive numbers go to different processes."""
        return Client(self.urls[number % len(self.urls)], self.secret)

    @contextmanager
    def clients(self, many: int) -> Iterator[list[Client]]:
        """A number of connections, until the block ends."""
        clients = [self.client(number) for number in range(many)]
        try:
            yield clients
        finally:
            for client in clients:
                client.close()

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a subcommand of `shoplink` on this database."""
        return forked.run_text(arguments, self.environment())

    def environment(self) -> dict[str, str]:
        """The environment of a process on this database."""
        return {
            **os.environ,
            "SHOPLINK_DATABASE_URL": self.database,
            "SHOPLINK_HOME": str(self.home),
        }

    def verify(self) -> None:
        """Require that `verify` finds no difference. On SQLite no process may be serving."""
        found = self.run("verify")
        assert found.returncode == 0, found.stdout + found.stderr


@contextmanager
def serving(
    kind: str, home: Path, processes: int = 1, rulebooks: dict[str, str] | None = None
) -> Iterator[Site]:
    """A site that serves until the block ends."""
    site = Site(kind, home, rulebooks)
    try:
        site.start(processes)
        yield site
    finally:
        site.stop()


def _activate(market: str, text: str) -> None:
    name = install_rulebook(text, "strict rulebooks").name if "\n" in text else text
    at = clock.now()
    command = c.ActivateRulebook(at=at, name=name, market=market, effective_from=at)
    answers = execute_as_of([command])
    assert answers[0]["outcome"] == "accepted", answers


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    client = Client(url, "")
    try:
        while not _is_ready(client):
            assert time.monotonic() < deadline, "the service did not become ready"
            time.sleep(0.02)
    finally:
        client.close()


def _is_ready(client: Client) -> bool:
    try:
        return client.ask("GET", "/readyz").status == http.client.OK
    except OSError:
        client.close()
        return False


def _waited_for_processor(pid: int) -> float:
    """Seconds for which the threads of a process and its children were ready to run but had no processor."""
    pids, nanoseconds = [pid], 0
    for one in pids:
        for task in Path("/proc").glob(f"{one}/task/*"):
            with suppress(OSError):  # it has ended
                pids += map(int, (task / "children").read_text(encoding="ascii").split())
                nanoseconds += int((task / "schedstat").read_text(encoding="ascii").split()[1])
    return nanoseconds / 1e9
