"""A run of the tests leaves nothing behind; what a killed one leaves, the next one removes."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import run_folder
from tests.traceability import ROOT

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found in /proc")

_WITHIN_SECONDS = 60

_LONG = """
import time
from pathlib import Path

from tests.databases import fresh
from tests.run_folder import in_memory
from tests.server import serving


def test_that_is_killed(tmp_path: Path) -> None:
    (in_memory() / "world").touch()
    with serving(fresh("postgresql"), tmp_path):
        Path("is_running").touch()
        time.sleep(600)
"""
_SHORT = "def test_that_passes() -> None:\n    pass\n"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for further runs, by a name short enough for the socket of a database; whatever is left of them is ended."""
    place = Path(tempfile.mkdtemp())
    yield place
    for folder in _folders(place):
        for pid, _ in run_folder.processes_of(folder):
            os.kill(pid, signal.SIGKILL)


def _start(test: str, place: Path) -> "subprocess.Popen[bytes]":
    """Another run of the tests, whose temporary files go to this place."""
    (place / "test_it.py").write_text(test, encoding="utf-8")
    kept = {name: text for name, text in os.environ.items() if name != run_folder.VARIABLE}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", ROOT, "-c", ROOT / "pyproject.toml", "-p", "tests.conftest", place / "test_it.py"],
        cwd=place,
        env={**kept, "TMPDIR": str(place), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _folders(place: Path) -> list[Path]:
    return list(place.glob(f"{run_folder.PREFIX}*"))


def test_a_run_that_ends_leaves_nothing(place: Path) -> None:
    assert _start(_SHORT, place).wait(_WITHIN_SECONDS) == 0
    assert _folders(place) == []


def test_what_a_killed_run_leaves_is_removed_by_the_next_and_not_before(place: Path) -> None:
    run = _start(_LONG, place)
    deadline = time.monotonic() + _WITHIN_SECONDS
    while not (place / "is_running").exists():
        assert run.poll() is None
        assert time.monotonic() < deadline, "the run did not begin"
        time.sleep(0.05)
    [folder] = _folders(place)
    assert _start(_SHORT, place).wait(_WITHIN_SECONDS) == 0
    assert _folders(place) == [folder]

    run.kill()
    run.wait()
    left = [command for _, command in run_folder.processes_of(folder)]
    assert any(b"postgres" in command for command in left), left
    assert any(b"python" in command for command in left), "the service runs, too"
    assert any((where / folder.name / "world").exists() for where in (run_folder.MEMORY, folder.parent))

    assert _start(_SHORT, place).wait(_WITHIN_SECONDS) == 0
    assert _folders(place) == []
    assert run_folder.processes_of(folder) == []
    assert not (run_folder.MEMORY / folder.name).exists()
