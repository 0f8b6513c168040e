"""The one folder in which a run of the tests keeps everything temporary, and the removal of what killed runs left behind.

A run holds a lock on its folder, which the kernel takes from it however it ends. So a folder that can be locked belongs
to a run that is over: the next run ends the processes of that run (services, browsers, PostgreSQL servers) and removes it.
"""

import atexit
import fcntl
import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "shoplink-test-run-"
VARIABLE = "SHOPLINK_TESTS_FOLDER"
"""Names the folder to every process of a run; the workers of a parallel run use that of the process that starts them."""

MEMORY = Path("/dev/shm")  # noqa: S108 (a folder in memory, where there is one)
_ENOUGH_BYTES = 2 * 2**30
_PROCESSES = Path("/proc")
_STOPS_WITHIN_SECONDS = 5


def enter() -> Path:
    """Make the run's folder and let everything temporary stand below it; in a worker, enter the folder that there is."""
    if VARIABLE in os.environ:
        return Path(os.environ[VARIABLE])
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _remove_if_over(folder)
    folder = _locked_folder()
    os.environ[VARIABLE] = os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    os.environ["SPARK_SUBMIT_OPTS"] = f"-Djava.io.tmpdir={folder} -XX:-UsePerfData"  # Java knows no TMPDIR
    atexit.register(_remove, folder)
    return folder


def in_memory() -> Path:
    """A folder of this run whose files never reach a disk, where the machine has room for one; a container may have little."""
    folder = Path(os.environ[VARIABLE])
    beside = MEMORY / folder.name
    if not beside.is_dir():
        if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < _ENOUGH_BYTES:
            return folder
        beside.mkdir(exist_ok=True)
    return beside


def _locked_folder() -> Path:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)  # held until this process ends
        if folder.exists():  # another run may have taken it for a left one just before it was locked
            return folder


def _remove_if_over(folder: Path) -> None:
    """Remove the folder of a run that is over, and end what still runs of it."""
    with suppress(OSError):  # its run goes on, or another one removes it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end(folder)
        finally:
            os.close(descriptor)


def end(folder: Path) -> None:
    """End what still runs of a run, or of a part of it that has its own folder, and remove the folder."""
    _end_processes_of(folder)
    _remove(folder)


def _remove(folder: Path) -> None:
    for place in (folder, MEMORY / folder.name):
        shutil.rmtree(place, ignore_errors=True)


def _end_processes_of(folder: Path) -> None:
    """End every process that names the folder; PostgreSQL's servers so that they give their shared memory back."""
    for pid, command in processes_of(folder):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT if b"postgres" in command else signal.SIGKILL)
    deadline = time.monotonic() + _STOPS_WITHIN_SECONDS
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid, _ in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def processes_of(folder: Path) -> list[tuple[int, bytes]]:
    """Processes that have the folder's name in their command or their environment, with their commands."""
    found, name = [], os.fsencode(folder.name)
    for process in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or it is somebody else's
            command = (process / "cmdline").read_bytes()
            if int(process.name) != os.getpid() and (
                name in command or name in (process / "environ").read_bytes()
            ):
                found.append((int(process.name), command.partition(b"\0")[0]))
    return found
