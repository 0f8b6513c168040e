"""Judge the runs that wait: one at a time per process, each by the command line in a process of its own.

A file that people send can hold anything, so what reads it can be ended by the system, by its time or by its memory
without harm to the service. Who judges a run holds it; a run that nobody holds any more is judged again, and what was
half done is replaced by then.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
from django.conf import settings

from shoplink.core.commission.attribution import Period
from shoplink.flows import clock
from shoplink.flows.commission.periods import stored_periods, write_periods
from shoplink.flows.commission.sides import stored_handles, write_handles
from shoplink.flows.order_run.folder import HANDLES, JUDGED, LINKS, folder_of
from shoplink.store import order_runs
from shoplink.store.order_runs import OrderRun
from shoplink.store.read.names import markets_of

_HELD = timedelta(seconds=60)
_BEAT_SECONDS = 1.0
_ATTEMPTS_MAX = 3
_PROBLEM_CHARACTERS_MAX = 2_000
_LINES_MAX = 20
_JUDGED_STATUSES = frozenset({0, 1})


class Progress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line by which a command says how far it is: the name of its step, and the part of it that is done."""

    step: str
    done: float


class Ended(NamedTuple):
    """How a command ended: its exit status, the JSON that it printed, and the last that it said."""

    status: int
    answer: dict[str, Any]
    said: str


class StoppedError(Exception):
    """The service stops; another process, or the next start, judges the run."""


_stopping = threading.Event()


def stop() -> None:
    """Judge nothing more in this process; what is being judged is let go of, within some seconds."""
    _stopping.set()


def judge_next() -> bool:
    """Judge the oldest run that waits; returns whether there was one."""
    at = clock.now()
    run = None if _stopping.is_set() else order_runs.hold_next(at, at + _HELD)
    if run is None:
        return False
    if run.attempts > _ATTEMPTS_MAX:
        order_runs.end_run(run.run_id, "failed", at, summary={}, problem="given_up")
        return True
    try:
        ended = _judge(run)
    except StoppedError:
        return False
    if ended.status in _JUDGED_STATUSES:
        order_runs.end_run(run.run_id, "done", clock.now(), summary=ended.answer)
    else:
        said = ended.said[:_PROBLEM_CHARACTERS_MAX]
        order_runs.end_run(run.run_id, "failed", clock.now(), summary=ended.answer, problem=said)
    return True


def _judge(run: OrderRun) -> Ended:
    folder = folder_of(run.run_id)
    language = run.choices.get("language", "en")
    arguments = ["attribute", run.file_name, *_of_shop(run, folder), "--out", JUDGED, "--language", language]
    return run_command(run, arguments, folder)


def _of_shop(run: OrderRun, folder: Path) -> list[str]:
    """What has a run of a shop judged by the shop's own links alone: it learns nothing of other shops."""
    if run.shop_id is None:
        return []
    own: set[str] = set()

    def links() -> Iterator[Period]:
        for period in stored_periods():
            if period.shop_id == run.shop_id:
                own.add(period.account_id)
                yield period

    with (folder / LINKS).open("w", encoding="utf-8", newline="") as file:
        write_periods(links(), file)
    with (folder / HANDLES).open("w", encoding="utf-8", newline="") as file:
        write_handles((each for each in stored_handles() if each.account_id in own), file)
    (market,) = markets_of([run.shop_id], [])
    given = ["--links", LINKS, "--handles", HANDLES, "--shop", run.shop_id, "--market", market]
    return [*given, "--unknown-accounts", "affiliate", "--allow-unknown"]


def run_command(run: OrderRun, arguments: Sequence[str], folder: Path) -> Ended:
    """Run a command of ours in the folder of a held run, which stays held as long as it runs."""
    environment = {
        **os.environ,
        "SHOPLINK_HOME": str(settings.HOME),
        "SHOPLINK_DATABASE_URL": settings.DATABASE_URL,
    }
    program = [sys.executable, "-m", "shoplink", *arguments, "--json", "--progress", "lines"]
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(  # noqa: S603 (our own program; what people chose is in files)
            program,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stderr is not None
        heard = _Heard()
        listener = threading.Thread(target=heard.listen, args=(process.stderr,), daemon=True)
        listener.start()
        try:
            _hold_while_running(process, run, heard)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
        listener.join()
        printed.seek(0)
        answer = printed.read()
    return Ended(process.returncode, _object(answer), "\n".join(heard.said))


def _hold_while_running(process: "subprocess.Popen[bytes]", run: OrderRun, heard: "_Heard") -> None:
    """Wait for the command. Raises StoppedError if this process is to end, after having let go of the run."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_BEAT_SECONDS)
            return
        at = clock.now()
        if _stopping.is_set():
            order_runs.keep_holding(run.run_id, at, "", 0)
            raise StoppedError
        order_runs.keep_holding(run.run_id, at + _HELD, heard.step, heard.progress)


class _Heard:
    """What a command says while it runs: how far it is, and the last words of everything else."""

    def __init__(self) -> None:
        self.step, self.progress = "", 0
        self.said: deque[str] = deque(maxlen=_LINES_MAX)

    def listen(self, stream: IO[bytes]) -> None:
        """Read what is said until it ends."""
        for line in stream:
            text = line.decode("utf-8", "replace").rstrip()
            try:
                told = msgspec.json.decode(text, type=Progress)
            except msgspec.MsgspecError:
                self.said.append(text)
            else:
                self.step, self.progress = told.step, round(told.done * 1_000)


def _object(printed: bytes) -> dict[str, Any]:
    """The JSON object that a command has printed; empty if there is none."""
    try:
        return msgspec.json.decode(printed.strip(), type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
