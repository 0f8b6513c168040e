"""`python -m tests.mutants [FILE…] [--most N] [--seed S]`: plant faults, and say which of them no test notices.

A fault that changes nothing that anyone can see is explained in `explained.toml`, and is not tried again. The exit
status is 1 if a fault survives that is not explained there.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.mutants.explained import as_entry, explained
from tests.mutants.mutation import Mutant, mutants_of
from tests.mutants.runner import Run, Tree
from tests.mutants.target import Stage, all_files, stages_of

_NICE = 10


def main() -> int:
    """Try the files that are named, or all; print each fault, and the counts of each file."""
    arguments = _arguments()
    files = [str(Path(file)) for file in arguments.files] or all_files()
    os.nice(_NICE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # the run in progress ends too
    tree = Tree()

    @cache
    def control(stage: Stage) -> Run:
        return _control(tree, stage)

    survived = False
    for file in files:
        counts = dict.fromkeys(("planted", "killed", "explained", "survived"), 0)
        text, stages = tree.read(file), stages_of(file)[: arguments.stages]
        for mutant in _chosen(mutants_of(file, text), arguments):
            counts["planted"] += 1
            outcome = _try(tree, text, mutant, stages, control)
            counts[outcome] += 1
            survived = survived or outcome == "survived"
        _say(f"{file}: {', '.join(f'{name} {number}' for name, number in counts.items())}")
    return int(survived)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="files of tests/mutants/target.py (default: all)"
    )
    parser.add_argument("--most", type=int, default=20, help="faults of each file (default: 20)")
    parser.add_argument("--seed", type=int, default=1, help="which of them (default: 1)")
    parser.add_argument("--stages", type=int, help="how many stages of tests are run (default: all)")
    parser.add_argument("--like", default="", help="only faults in whose place or text this stands")
    return parser.parse_args()


def _chosen(mutants: list[Mutant], arguments: argparse.Namespace) -> list[Mutant]:
    """Up to `--most` faults of a file, the same for the same seed as long as the file stays the same."""
    there = [mutant for mutant in mutants if arguments.like in f"{mutant.where}: {mutant.change}"]
    chosen = random.Random(arguments.seed).sample(there, min(arguments.most, len(there)))
    return sorted(chosen, key=lambda mutant: mutant.line)


def _try(
    tree: Tree, text: str, mutant: Mutant, stages: tuple[Stage, ...], control: Callable[[Stage], Run]
) -> str:
    """Plant one fault and run the stages until one notices it: killed, explained or survived."""
    at = f"{mutant.file}:{mutant.line} {mutant.where}: {mutant.change}"
    key = (mutant.file, mutant.where, mutant.change)
    if key in explained():
        _say(f"explained  {at}")
        return "explained"
    for stage in stages:
        unharmed = control(stage)
        began = time.monotonic()
        tree.plant(mutant.file, mutant.source)
        failed = tree.test(stage, unharmed).failed
        tree.plant(mutant.file, text)
        if failed is not None:
            _say(f"killed     {at}\n           by {failed} ({time.monotonic() - began:.0f} s)")
            return "killed"
    _say(f"SURVIVED   {at}\n{as_entry(*key)}")
    return "survived"


def _control(tree: Tree, stage: Stage) -> Run:
    """The run of a stage without any fault, which must pass."""
    run = tree.test(stage)
    if run.failed is not None:
        raise SystemExit(f"{' '.join(stage)} fails without any fault: {run.failed}")
    _say(f"{' '.join(stage)} passes without any fault, in {run.cpu_seconds:.0f} seconds of a processor")
    return run


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (a script that reports)


if __name__ == "__main__":
    sys.exit(main())
