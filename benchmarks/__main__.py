"""`python -m benchmarks [PART …]`: measure all or some parts; write their sections of the reference page, and their charts.

Each part runs in its own process, one after the other. `--quick` measures less and only prints the result. Exit status:
0, or 1 if a part could not be measured. A missed target is reported, but it is not a failure.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from benchmarks import page
from benchmarks.report import Table, machine, pin_to_one_core


class Part(NamedTuple):
    """The module `benchmarks.<name>` has `METHOD`, and `measure(quick=…)`, which gives tables."""

    name: str
    title: str
    on_one_core: bool = False

    def run(self, *, quick: bool) -> str:
        """Measure; the section of the page, written unless it was to be quick."""
        module = import_module(f"benchmarks.{self.name}")
        measure: Callable[..., list[Table]] = module.measure
        if self.on_one_core:
            pin_to_one_core()
        begun_on = machine()
        tables = measure(quick=quick)
        section = page.section(self.title, module.METHOD, begun_on, tables)
        if not quick:
            page.write(self.name, section, tables, PARTS)
        return section


PARTS = {
    part.name: part
    for part in (
        Part("write_path", "Write path"),
        Part("door", "Stalled clients"),
        Part("pages", "Pages"),
        Part("decisions", "Decisions", on_one_core=True),
        Part("permissions", "Permissions", on_one_core=True),
        Part("replay", "Replay", on_one_core=True),
        Part("attribution", "Attribution"),
        Part("start", "Starting", on_one_core=True),
    )
}


def main() -> None:
    """Run the parts that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="a smaller run, which writes nothing")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - PARTS.keys():
        parser.error(f"found {', '.join(sorted(unknown))}; allowed: {', '.join(PARTS)}")
    if len(asked.parts) == 1:
        print(PARTS[asked.parts[0]].run(quick=asked.quick))
        return
    failed = []
    for name in asked.parts or PARTS:
        began = time.monotonic()
        options = ["--quick"] if asked.quick else []
        done = subprocess.run([sys.executable, "-m", "benchmarks", name, *options], check=False)
        print(f"\n{name}: {time.monotonic() - began:,.0f} s, exit status {done.returncode}\n", flush=True)
        if done.returncode:
            failed.append(name)
    if not asked.quick:
        print("\n".join(page.verdicts()))
    if failed:
        sys.exit(f"could not be measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
