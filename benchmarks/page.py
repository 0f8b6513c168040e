"""Writes docs/reference/benchmarks.md, which has a section for each part, updated when the part is measured."""

import re
from collections.abc import Iterable, Sequence

from benchmarks import chart
from benchmarks.report import Table

PAGE = chart.FOLDER.parents[1] / "reference" / "benchmarks.md"

_HEAD = """\
# Benchmarks

Written by `python -m benchmarks`; every number below was measured by it. Each part has its own method, machine and
day. [Where the time goes](../explanation/speed.md), and what was tried.
"""
_SECTION = re.compile(r"^<!-- part: (\w+) -->\n", re.MULTILINE)


def section(title: str, method: str, machine: str, tables: Sequence[Table]) -> str:
    """A part's text."""
    return "\n\n".join([f"## {title}", method.strip(), f"**Machine.** {machine}", *map(str, tables)])


def write(name: str, text: str, tables: Sequence[Table], order: Iterable[str]) -> None:
    """Replace a part's section and draw its charts; the page has the parts in this order."""
    for table in tables:
        if table.chart is not None:
            chart.draw(table.chart)
    sections = {**_sections(), name: text}
    parts = [f"<!-- part: {part} -->\n{sections[part].strip()}\n" for part in order if part in sections]
    PAGE.write_text("\n".join([_HEAD, *parts]), encoding="utf-8")


def verdicts() -> list[str]:
    """The rows of the page that reached their targets, and those that missed them."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    missed = [line for line in rows if line.rstrip("| ").endswith("missed")]
    reached = sum(line.rstrip("| ").endswith("met") for line in rows)
    return [f"targets reached: {reached}, missed: {len(missed)}", *missed]


def _sections() -> dict[str, str]:
    if not PAGE.exists():
        return {}
    _, *found = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    return dict(zip(found[::2], found[1::2], strict=True))
