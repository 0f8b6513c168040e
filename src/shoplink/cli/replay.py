"""`shoplink replay`: a file of commands in, every decision with every reason out."""

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
    help="The rulebook in force in every market from the beginning: a packaged name, or a path ending in .toml.",
)
@click.option(
    "--explain", type=click.Choice(["zh", "en"]), help="Add the sentences of reasons, warnings and events."
)
@click.option("--strict", is_flag=True, help="Exit with status 1 if any line was invalid.")
def replay(file: str, rulebook: str, explain: Tag | None, *, strict: bool) -> None:
    """Run the commands in FILE (NDJSON; - for standard input) in memory, without a database.

    Writes one line per line to standard output: what was decided, the events it led to, and every
    reason of a refusal. A summary goes to standard error.
    """
    rulebooks = dict(packaged())
    world = World(rulebooks, _find_rulebook(rulebook, rulebooks))
    answers = flow.replay(_lines(file), world, language_for(explain) if explain else None)
    counted = _write(answers, sys.stdout.buffer)
    total = sum(counted.values())
    click.echo(
        f"{total} lines: {counted['accepted']} accepted, {counted['refused']} refused, {counted['invalid']} invalid",
        err=True,
    )
    if strict and counted["invalid"]:
        sys.exit(1)


def _find_rulebook(name: str, rulebooks: dict[str, Rulebook]) -> Rulebook:
    """The rulebook of a name, or in a file, which then may be activated by its name too."""
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
    """Write each answer as a line; how many there were of each outcome."""
    counted: Counter[str] = Counter()
    encode = msgspec.json.Encoder().encode
    try:
        for answer in answers:
            counted[answer["outcome"]] += 1
            out.write(encode(answer))
            out.write(b"\n")
        out.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`): nothing more to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    return counted


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)
