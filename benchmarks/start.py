"""The processor time of commands that scripts and health checks call frequently.

Run with `python -m benchmarks start`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from benchmarks.report import Table

SECONDS = {"--version": 0.25, "doctor": 0.8}
_SHOPLINK = Path(sys.executable).parent / "shoplink"

METHOD = """
The whole process on one core, from its start to its end, on an empty SQLite database: user and system time, the median of
21 runs after one that compiles the modules.
"""


def measure(*, quick: bool) -> list[Table]:
    """Run each command in its own process."""
    rounds = 3 if quick else 21
    rows = []
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "SHOPLINK_HOME": home, "SHOPLINK_DATABASE_URL": ""}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        subprocess.run([_SHOPLINK, "migrate"], env=environment, check=True, capture_output=True)
        for command, limit in SECONDS.items():
            _seconds(command, environment)
            found = median(_seconds(command, environment) for _ in range(rounds))
            within = "met" if found <= limit else "missed"
            rows.append([f"`shoplink {command}`", f"{found:.3f} s", f"≤ {limit} s", within])
    return [Table("Starting", ("command", "processor time", "target", ""), rows)]


def _seconds(command: str, environment: dict[str, str]) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([_SHOPLINK, command], env=environment, check=True, capture_output=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
