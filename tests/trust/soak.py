"""`make soak`: run tests/trust with long rounds and properties with many examples, and write docs/reference/soak.md.

It runs the same tests as the gate, with more rounds and examples.
"""

import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from tests.traceability import ROOT

TESTS = (
    "trust",
    "api/test_schemathesis.py",
    "core/test_properties.py",
    "core/test_remedies.py",
    "flows/test_replay_fuzz.py",
    "web/test_form_fuzz.py",
)
PAGE = ROOT / "docs" / "reference" / "soak.md"

_HEADER = """\
# Soak

Written by `make soak`: the tests of `tests/trust` with long rounds. [What is shown, and how](../explanation/trust.md).
A run reports what it ran and nothing else; `make soak` without options runs 1,000 rounds of each race and 200 kills on each database.

"""


class Results:
    """A pytest plugin that collects the result of each test."""

    def __init__(self) -> None:
        """No results yet."""
        self.rows: list[str] = []
        self._shown: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self._failed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one phase of a test; the last phase completes its row."""
        name = report.nodeid.rpartition("/")[2].removeprefix("test_")
        self._shown[name] = "; ".join(str(value) for key, value in report.user_properties if key == "shown")
        self._seconds[name] = self._seconds.get(name, 0.0) + report.duration
        if not report.passed:
            self._failed[name] = report.outcome
        if report.when == "teardown":
            file, _, test = name.partition(".py::")
            outcome = self._failed.get(name, "passed")
            shown = self._shown.get(name, "")
            self.rows.append(
                f"| {file} | {_sentence(test)} | {shown} | {self._seconds[name]:,.0f} s | {outcome} |"
            )


def _sentence(test: str) -> str:
    """The name of a test as a sentence."""
    name, _, case = test.removeprefix("test_").partition("[")
    return name.replace("_", " ") + (f" ({case.removesuffix(']')})" if case else "")


@click.command()
@click.option("--races", default=1_000, show_default=True, help="Rounds of each race on each database.")
@click.option("--kills", default=200, show_default=True, help="Kills of the service on each database.")
@click.option("--apply-kills", default=50, show_default=True, help="Kills of `apply` on each database.")
@click.option("--backups", default=20, show_default=True, help="Backups under load on each database.")
@click.option("--feed", default=50, show_default=True, help="Times that a writer is stopped in its middle.")
@click.option("--clocks", default=50, show_default=True, help="Rounds of three seconds with wrong clocks.")
@click.option("--simulate", default=3_600, show_default=True, help="Seconds of simulated worlds.")
@click.option("--examples", default=1_000, show_default=True, help="Examples of each property.")
@click.option("--api-examples", default=30, show_default=True, help="Examples of each operation of the API.")
@click.option("--seed", default=lambda: int(time.time()), show_default="the time", help="What is random.")
def soak(**options: int) -> None:
    """Run the long rounds and write docs/reference/soak.md. Exit status: 0, or 1 if anything failed."""
    names = {
        "races": "SHOPLINK_RACE_ROUNDS",
        "kills": "SHOPLINK_KILLS",
        "apply_kills": "SHOPLINK_APPLY_KILLS",
        "backups": "SHOPLINK_BACKUP_ROUNDS",
        "feed": "SHOPLINK_FEED_ROUNDS",
        "clocks": "SHOPLINK_CLOCK_ROUNDS",
        "simulate": "SHOPLINK_SIMULATE_SECONDS",
        "examples": "SHOPLINK_EXAMPLES",
        "api_examples": "SHOPLINK_API_EXAMPLES",
    }
    os.environ |= {name: str(options[option]) for option, name in names.items()}
    os.environ |= {
        "SHOPLINK_TRUST_SEED": str(options["seed"]),
        "SHOPLINK_SIMULATE_SEED": str(options["seed"]),
    }
    began, results = time.monotonic(), Results()
    tests = [str(ROOT / "tests" / name) for name in TESTS]
    status = pytest.main(["-q", "-p", "no:xdist", *tests], plugins=[results])
    lines = [f"- {name}: {said}" for name, said in _machine().items()]
    asked = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in options.items())
    lines += [
        f"- run: `make soak SOAK='{asked}'`, {(time.monotonic() - began) / 60:,.0f} minutes, one at a time"
    ]
    table = ["", "| of | shown | in | took | result |", "|---|---|---|---|---|", *results.rows, ""]
    PAGE.write_text(_HEADER + "\n".join([*lines, *table]), encoding="utf-8")
    sys.exit(1 if status else 0)


def _machine() -> dict[str, str]:
    """The machine and the versions of the run."""
    from shoplink.store.database.health import database_version  # noqa: PLC0415 (pytest has set Django up by now)
    from tests.databases import fresh, use  # noqa: PLC0415 (as above)

    versions = []
    for kind in ("sqlite", "postgresql"):
        use(fresh(kind))
        versions.append(database_version())
    model = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = ["git", "rev-parse", "--short", "HEAD"]
    head = subprocess.run(commit, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "when": f"{datetime.now(UTC):%Y-%m-%d}",
        "shoplink": head or "unknown",
        "machine": f"{os.cpu_count()} × {model}, {gibibytes:.0f} GiB, {platform.system()} {platform.release()}",
        "versions": ", ".join([f"Python {platform.python_version()}", *versions]),
    }


if __name__ == "__main__":
    soak()
