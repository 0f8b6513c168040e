"""Judge the runs that wait: one at a time per process, each by the command line in a process of its own.

A file that people send can hold anything, so what reads it can be ended by the system, by its time or by its memory
without harm to the service. Who judges a run holds it; a run that nobody holds any more is judged again, and what was
half done is replaced by then.
"""

import logging
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
from shoplink.flows.order_run.folder import (
    HANDLES,
    JUDGED,
    LINKS,
    MAPPING,
    STATEMENT,
    closings_of,
    folder_of,
)
from shoplink.flows.order_run.results import closed_periods, stated_rows
from shoplink.flows.order_run.run import seen_of
from shoplink.flows.order_run.settlement import keep_settlements
from shoplink.network.zone import zone_of_country
from shoplink.store import order_runs
from shoplink.store.order_runs import OrderRun
from shoplink.store.read.names import markets_of

_log = logging.getLogger(__name__)

_HELD = timedelta(seconds=60)
_BEAT_SECONDS = 1.0
_ATTEMPTS_MAX = 3
_LINES_MAX = 20
_LOGGED_MAX = 1_000
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
    held_at = clock.real_now()
    run = None if _stopping.is_set() else order_runs.hold_next(held_at, held_at + _HELD)
    if run is None:
        return False
    at = clock.now()
    if run.attempts > _ATTEMPTS_MAX:
        order_runs.end_run(run.run_id, "failed", at, summary={}, problem="given_up")
        return True
    if not (folder_of(run.run_id) / run.file_name).is_file():
        order_runs.end_run(run.run_id, "failed", at, summary={}, problem="file_gone")
        return True
    try:
        {"look": _look, "judge": _judge, "close": _close}[run.choices.get("do", "judge")](run)
    except StoppedError:
        return False
    return True


def _look(run: OrderRun) -> None:
    """Say what the file is recognised as."""
    preset = run.choices.get("preset", "")
    chosen = ["--preset", preset] if preset else []
    ended = run_command(
        run, ["attribute", run.file_name, "--look", *_shop(run), *chosen], folder_of(run.run_id)
    )
    if ended.status == 0:
        order_runs.keep_look(run.run_id, ended.answer)
    else:
        _fail(run, ended)


def _judge(run: OrderRun) -> None:
    """Judge the file, and state what the shop owes."""
    folder = folder_of(run.run_id)
    language = run.choices.get("language", "en")
    _write_links(run, folder)
    if run.choices.get("mapping"):
        (folder / MAPPING).write_text(run.choices["mapping"], encoding="utf-8")
    arguments = ["attribute", run.file_name, *_read_as(run), *_sides(run), *_shop(run)]
    strangers = ["--unknown-accounts", "affiliate", "--allow-unknown"] if run.shop_id is not None else []
    ended = run_command(run, [*arguments, *strangers, "--out", JUDGED, "--language", language], folder)
    if ended.status not in _JUDGED_STATUSES or "rows" not in ended.answer:
        _fail(run, ended)
        return
    summary = {**ended.answer, "statement": _state(run, folder, [])}
    order_runs.end_run(run.run_id, "done", clock.now(), summary=summary)


def _close(run: OrderRun) -> None:
    """Close a period of the shop, if it still is as it was seen."""
    period = run.choices["period"]
    stated = dict(run.summary.get("statement", {}))
    if run.choices["seen"] == seen_of(run, period):
        stated = _state(run, folder_of(run.run_id), ["--close", period])
    else:
        stated["problem"] = "changed"
    assert run.shop_id is not None, "only a shop closes periods"
    keep_settlements(run.shop_id)  # also what a run has closed that ended before it could say so
    order_runs.end_run(run.run_id, "done", clock.now(), summary={**run.summary, "statement": stated})


def _state(run: OrderRun, folder: Path, more: list[str]) -> dict[str, Any]:
    """Write the statements of a judged run; returns what they say, with `problem` if they could not be written.

    A shop's are compared with what it has closed; those of the platform are of all shops, and nothing of them is closed.
    """
    arguments = ["statement", JUDGED, *_read_as(run), *_sides(run), *_shop(run), "--out", STATEMENT]
    closed: list[str] = []
    if run.shop_id is None:
        arguments += ["--pages", "none"]
    else:
        record = closings_of(run.shop_id)
        zone = zone_of_country(_market(run.shop_id)) or "UTC"
        arguments += ["--time-zone", zone, "--closings", str(record), *more]
    ended = run_command(run, arguments, folder, progress=False)
    if run.shop_id is not None:
        closed = closed_periods(record)
    problem = "" if ended.status == 0 else _problem(run, ended)
    return {"rows": stated_rows(folder / STATEMENT), "closed": closed, "problem": problem}


def _fail(run: OrderRun, ended: Ended) -> None:
    order_runs.end_run(run.run_id, "failed", clock.now(), summary={}, problem=_problem(run, ended))


def _problem(run: OrderRun, ended: Ended) -> str:
    """Why a command has failed, as data that a page says in its reader's language; its own words are for the log."""
    _log.warning("the orders %s: status %s: %r", run.run_id, ended.status, ended.said[:_LOGGED_MAX])
    return msgspec.json.encode(ended.answer.get("problem", {"kind": "other"})).decode()


def _read_as(run: OrderRun) -> list[str]:
    return ["--mapping", MAPPING] if run.choices.get("mapping") else []


def _sides(run: OrderRun) -> list[str]:
    return [] if run.shop_id is None else ["--links", LINKS, "--handles", HANDLES]


def _shop(run: OrderRun) -> list[str]:
    return [] if run.shop_id is None else ["--shop", run.shop_id, "--market", _market(run.shop_id)]


def _market(shop_id: str) -> str:
    (market,) = markets_of([shop_id], [])
    return market


def _write_links(run: OrderRun, folder: Path) -> None:
    """Have a run of a shop judged by the shop's own links alone: it learns nothing of other shops."""
    if run.shop_id is None:
        return
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


def run_command(run: OrderRun, arguments: Sequence[str], folder: Path, *, progress: bool = True) -> Ended:
    """Run a command of ours in the folder of a held run, which stays held as long as it runs."""
    environment = {
        **os.environ,
        "SHOPLINK_HOME": str(settings.HOME),
        "SHOPLINK_DATABASE_URL": settings.DATABASE_URL,
    }
    program = [
        sys.executable,
        "-m",
        "shoplink",
        *arguments,
        "--json",
        *(["--progress", "lines"] if progress else []),
    ]
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
        at = clock.real_now()
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
