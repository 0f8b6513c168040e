"""Runs of `attribute_files`, each in a process that gets a signal some steps later than the one before.

A step is an event of Python's audit that touches the folder: a file opened, made, moved or removed. Run as a program with
a folder, a signal's number and how many steps later, it prints a JSON line for each run: the exit status, and the files
before and after what the run left is settled.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.flows.commission import stop
from shoplink.flows.commission.judge import AttributionRequest, attribute_files
from shoplink.flows.commission.outputs import settle
from shoplink.flows.commission.periods import read_periods

_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "fcntl.flock")
_NOT_REACHED = 250


def _run(folder: Path) -> None:
    """Judge as the command does."""
    asked = AttributionRequest(
        orders=[str(folder / "orders.csv")],
        links=read_periods([folder / "links.csv"]),
        out=folder / "judged.csv",
        form="csv",
        rejects=folder / "judged.rejects.csv",
        engine=lambda work: DuckDBEngine("500MB", work, 1),
        work=folder,
    )
    attribute_files(asked, lambda _step, _done: None)


def _interrupted(folder: Path, number: int, step: int) -> int:
    """The exit status of a run that gets a signal at a step: negative if the signal ended it at once."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = step

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in _EVENTS and left and (event == "fcntl.flock" or str(folder) in str(arguments[0])):
            left -= 1
            if not left:
                os.kill(os.getpid(), number)

    sys.addaudithook(count)
    status = 99
    try:
        with stop.stops_at_signals():
            _run(folder)
        status = _NOT_REACHED if left else 0
    except SystemExit as error:
        status = int(error.code or 0)
    finally:
        os._exit(status)


def _content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8-sig", "replace") if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def main(given: Path, number: int, stride: int) -> None:
    """Interrupt runs in copies of a folder, until one ends before its step."""
    step, status = 0, 0
    while status != _NOT_REACHED:
        step += stride
        folder = given.with_name(f"{given.name}-copy")
        shutil.copytree(given, folder)
        status = _interrupted(folder, number, step)
        before = _content(folder)
        settle(folder)
        print(json.dumps({"status": status, "before": before, "after": _content(folder)}))  # noqa: T201 (its output)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
