"""`shoplink replay`: run a file of commands in memory and print every decision with its reasons."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

import click
import msgspec

from shoplink.core import Rulebook, RulebookError, World
from shoplink.flows.answer import Answer
from shoplink.flows.file import replay as flow
from shoplink.flows.file.replay import read_lines
from shoplink.rulebooks import DEFAULT, packaged, read_rulebook
from shoplink.wording import Tag, language_for


@click.command(
    epilog="""\b
Examples:
  shoplink replay examples/first-week.ndjson --explain en
  shoplink replay commands.ndjson > answers.ndjson
  cat commands.ndjson | shoplink replay - --rulebook seller-university-2025

\b
Exit status: 0; 1 with --strict if any line was invalid; 2 if FILE or the rulebook cannot be read.
"""
)
@click.argument("file", metavar="FILE")
@click.option(
    "--rulebook",
    default=DEFAULT,
    show_default=True,
    metavar="NAME",
    help="The rulebook in force in every market from the start: the name of a packaged one, or a path to a .toml file.",
)
@click.option(
    "--explain",
    type=click.Choice(["zh", "en"]),
    help="Add the texts of reasons, warnings and events in this language.",
)
@click.option("--strict", is_flag=True, help="Exit with status 1 if any line was invalid.")
def replay(file: str, rulebook: str, explain: Tag | None, *, strict: bool) -> None:
    """Run the commands in FILE (NDJSON; - for standard input) in memory, without a database.

    Prints one line for each command to standard output: the decision, its events, and every reason of a
    refusal. Prints a summary to standard error.
    """
    rulebooks = dict(packaged())
    world = World(rulebooks, _find_rulebook(rulebook, rulebooks))
    answers = flow.replay(_lines(file), world, language_for(explain) if explain else None)
    counts = _write(answers, sys.stdout.buffer)
    total = sum(counts.values())
    click.echo(
        f"{total} lines: {counts['accepted']} accepted, {counts['refused']} refused, {counts['invalid']} invalid",
        err=True,
    )
    if strict and counts["invalid"]:
        sys.exit(1)


def _find_rulebook(name: str, rulebooks: dict[str, Rulebook]) -> Rulebook:
    """The rulebook with this name, or in this file, which the commands can then activate by its name."""
    if not name.endswith(".toml"):
        if name not in rulebooks:
            _fail(f"--rulebook: found {name!r}; allowed: {', '.join(rulebooks)}, or a path ending in .toml")
        return rulebooks[name]
    try:
        found = read_rulebook(Path(name))
    except (OSError, UnicodeDecodeError, RulebookError) as error:
        _fail(str(error))
    rulebooks[found.name] = found
    return found


def _lines(file: str) -> Iterator[bytes | None]:
    try:
        if file == "-":
            yield from read_lines(sys.stdin.buffer)
            return
        with Path(file).open("rb") as stream:
            yield from read_lines(stream)
    except OSError as error:
        _fail(f"{file}: cannot be read: {error.strerror}")


def _write(answers: Iterable[Answer], out: BinaryIO) -> Counter[str]:
    """Write each answer as a line. Returns the number of answers by outcome."""
    counts: Counter[str] = Counter()
    encode = msgspec.json.Encoder().encode
    try:
        for answer in answers:
            counts[answer["outcome"]] += 1
            out.write(encode(answer))
            out.write(b"\n")
        out.flush()
    except BrokenPipeError:
        # The reader of the pipe has closed it (`| head`), so there is nobody left to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    return counts


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)
