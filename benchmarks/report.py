"""The tables of measurements, which look the same in a terminal and in Markdown."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.chart import FOLDER, Chart


class Table(NamedTuple):
    """Rows of text under a title, with an optional note and an optional chart."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    chart: Chart | None = None

    def __str__(self) -> str:
        """The table in Markdown, its columns aligned."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.header))]
        shown = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
        shown.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        drawn = []
        if self.chart is not None:
            drawn = [f"![{self.chart.title}](../images/{FOLDER.name}/{self.chart.name}.svg)", ""]
        return "\n".join([f"### {self.title}", "", *drawn, *shown, *(["", self.note] if self.note else [])])


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median of some ratios, and the least and greatest of them."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def verdict(measured: float, target: float) -> str:
    """One word on whether a measured number reaches its target."""
    return "met" if measured >= target else "missed"


def machine() -> str:
    """The machine, its load, and the versions that were measured."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("msgspec", "cedarpy", "zen-engine"))
    load = f"load average {os.getloadavg()[0]:.1f}; " if hasattr(os, "getloadavg") else ""
    return (
        f"{_cpu_model()}, {os.cpu_count()} cores; {load}{platform.system()} {platform.machine()}; "
        f"{platform.python_implementation()} {platform.python_version()}; {libraries}; "
        f"{datetime.now(UTC):%Y-%m-%d}."
    )


def _cpu_model() -> str:
    """The processor's name from Linux, else from Python."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def pin_to_one_core() -> int | None:
    """Pin this process to one core, if the system supports it; returns the core's number."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core
