"""`python -m benchmarks [PART …]`: measure all or some parts and write the reference page.

`--quick` measures less and only shows it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks import decisions, permissions, replay, write_path
from benchmarks.report import Table, machine, pin_to_one_core

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"

METHOD = """\
# Benchmarks

Written by `{command}`; every number below was measured by it.

**Decisions.** A World of a few hundred shops and accounts with varied facts, links, invitations, quotas
and waivers; three workloads of 1,000 invitations each, of many different pairs. `decide` answers with
all reasons, their next actors, instants and numbers; so does the flat function, one hand-written
function over plain objects (`benchmarks/flat.py`). The engines answer yes or no to one rule expression,
with every fact and count worked out and encoded for them beforehand, which is not timed. Before anything is
timed the flat function must agree with the core to the last number, and the engines on every yes and no.
The contenders take turns in {rounds} rounds on one core; a speed is the median, a ratio is taken within each
round and shown as median (least–greatest). Time is the processor's, so that other programs disturb it less,
though not nothing: the load average when the run began stands below, and ratios are worth more than speeds.

**Replay.** Files of believable commands over the same shops and accounts (`benchmarks/command_file.py`); the
smaller file is the beginning of the larger. Each is run by `shoplink replay` in a fresh process on one core
with its output thrown away, {runs} times in turn; medians of processor time. Only the commands after the facts
of shops and accounts are counted; facts have their own column.
"""


PARTS = ("write_path", "decisions", "permissions", "replay")


def measure(parts: Sequence[str], *, quick: bool) -> list[Table]:
    """The tables of the parts, in the order of the page."""
    tables: list[Table] = []
    if "write_path" in parts:  # on all cores, and so before the others are kept on one
        tables += write_path.measure(quick=quick)
    pin_to_one_core()
    if "decisions" in parts:
        tables += decisions.measure(3, 0.02) if quick else decisions.measure()
    if "permissions" in parts:
        tables += permissions.measure(3) if quick else permissions.measure()
    if "replay" in parts:
        tables += replay.measure((2_000, 20_000), runs=1, scale=50) if quick else replay.measure()
    return tables


def main() -> None:
    """Run the benchmarks and print their tables; write the page unless it was to be quick."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="a smaller run, which writes nothing")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"found {', '.join(sorted(unknown))}; allowed: {', '.join(PARTS)}")
    parts = asked.parts or PARTS
    begun_on = machine()
    page = "\n\n".join([begun_on, *map(str, measure(parts, quick=asked.quick))])
    print(page)
    if not asked.quick:
        command = " ".join(["python -m benchmarks", *asked.parts])
        method = METHOD.format(command=command, rounds=decisions.ROUNDS, runs=replay.RUNS)
        if "write_path" in parts:
            method += f"\n{write_path.method()}"
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(f"{method}\n**Machine.** {page}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
