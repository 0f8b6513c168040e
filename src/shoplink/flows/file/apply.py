"""Import files: execute their lines in batches, or dry-run them in memory without storing anything.

If an import is interrupted, running it again continues it: lines that have an answer keep it. If a file is imported
again after it was finished, accepted lines are not executed again, and refused lines are tried again.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from shoplink.core import Command, World
from shoplink.core.instant import END
from shoplink.core.wire_format import read_reason
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute_as_of, execute_batch
from shoplink.flows.file.replay import answer_line
from shoplink.flows.file.source import Line, Reading, Source, read
from shoplink.flows.file.tables import KINDS
from shoplink.flows.rulebooks import default_rulebook, installed_rulebooks
from shoplink.store.read.link import snapshot
from shoplink.store.write.attempts import answers_of, note_end, times_ended
from shoplink.store.write.feed import number_events
from shoplink.store.write.load import LoadKeys, load
from shoplink.store.write.log import require_database
from shoplink.wording import Language, say_reason
from shoplink.wording.input_errors import IN_PROGRESS, OTHER_BODY, say_input_errors

SCOPE = "file"
BATCH_LINES = 1_000

_REJECTED = {"idempotency.other_body": OTHER_BODY, "idempotency.in_progress": IN_PROGRESS}


class LineResult(NamedTuple):
    """A line with its answer in the form that `replay` writes; `outcome` can also be invalid or rejected."""

    source: Source
    line: Line
    answer: Answer


def in_dependency_order(sources: Iterable[Source]) -> list[Source]:
    """Sort files so that what a line names is recorded before it: shops, accounts, links, the other tables, commands."""
    return sorted(sources, key=lambda s: KINDS.index(s.table.kind) if s.table else len(KINDS))


def apply_files(sources: Sequence[Source], reading: Reading) -> Iterator[LineResult]:
    """Execute the lines of files; yields each result after the transaction of its batch is committed.

    Raises OwnedError and the database's errors; running it again continues the import.
    """
    for source in sources:
        ended = times_ended(SCOPE, source.digest)
        for batch in _batches(read(source, reading)):
            commands = _keyed(source, batch, ended)
            answers = iter(
                execute_as_of(commands, scope=SCOPE)
                if reading.trust_instants
                else execute_batch(commands, scope=SCOPE)
            )
            for line in batch:
                known = _invalid(line) if line.command is None else next(answers)
                yield LineResult(source, line, {"line": line.number, **known})
        note_end(SCOPE, source.digest, ended, clock.now())
    number_events()


def dry_run_files(sources: Sequence[Source], reading: Reading) -> Iterator[LineResult]:
    """Decide every line after the lines above it, on one snapshot of the database, and store nothing.

    Everything that the files name is held in memory, as in `replay`.
    """
    require_database()
    with snapshot():
        world = World(installed_rulebooks(), default_rulebook())
        keys, earliest = LoadKeys(set(), set(), set(), set(), END), END
        for source in sources:
            for batch in _batches(read(source, reading)):
                commands = [line.command for line in batch if line.command is not None]
                keys = _both(keys, LoadKeys.of(commands))
                earliest = min(earliest, *(command.at for command in commands), END)
        now = clock.now()
        floor = load(keys, world, earliest if reading.trust_instants else now, to_write=False).floor
        for source in sources:
            ended = times_ended(SCOPE, source.digest)
            for batch in _batches(read(source, reading)):
                known = _known_answers(source, batch, ended)
                for line in batch:
                    if line.command is None:
                        answer = _invalid(line)
                    elif line.number in known:
                        answer = {"line": line.number, **known[line.number]}
                    else:
                        at = max(line.command.at if reading.trust_instants else now, floor, world.now)
                        answer = answer_line(line.number, world, replace(line.command, at=at))
                    yield LineResult(source, line, answer)


def say_rejection(result: LineResult, language: Language) -> str:
    """Why a line was not accepted: the problem and the remedy, in a language."""
    if result.line.problems:
        return say_input_errors(result.line.problems, language.tag)
    if result.answer["outcome"] == "rejected":
        return _REJECTED[result.answer["error"]].say(language.tag)
    sentences = [say_reason(read_reason(reason), language) for reason in result.answer["reasons"]]
    space = "" if language.tag == "zh" else " "
    return space.join(f"{problem}{space}{remedy}" for problem, remedy in sentences)


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH_LINES)):
        yield batch


def _both(one: LoadKeys, other: LoadKeys) -> LoadKeys:
    return LoadKeys(
        one.shops | other.shops,
        one.accounts | other.accounts,
        one.pairs | other.pairs,
        one.imports | other.imports,
        min(one.imported_since, other.imported_since),
        one.commerce.union(other.commerce),
    )


def _keyed(source: Source, batch: Iterable[Line], ended: int) -> list[Command]:
    """The commands of a batch, each with an idempotency key: that of its line, or a derived one.

    A derived key consists of the digest of the file, the line's number, and how often the line was refused in
    finished imports of the file.
    """
    lines = [(line.number, line.command) for line in batch if line.command is not None]
    keys = {number: f"{source.digest}:{number}" for number, command in lines if command.key is None}
    open_keys = set(keys.values())
    for refusals in range(1, ended + 1):
        found = answers_of(SCOPE, open_keys)
        refused = {key for key in open_keys if found.get(key, {}).get("outcome") == "refused"}
        again = {key: f"{key.partition('/')[0]}/{refusals}" for key in refused}
        keys = {number: again.get(key, key) for number, key in keys.items()}
        open_keys = set(again.values())
    return [
        command if command.key is not None else replace(command, key=keys[number])
        for number, command in lines
    ]


def _known_answers(source: Source, batch: Iterable[Line], ended: int) -> dict[int, Answer]:
    """The stored answers of a batch's lines that are not tried again, by line."""
    lines = [line for line in batch if line.command is not None]
    commands = _keyed(source, lines, ended)
    keys = {line.number: command.key for line, command in zip(lines, commands, strict=True)}
    stored = answers_of(SCOPE, [key for key in keys.values() if key is not None])
    return {number: stored[key] for number, key in keys.items() if key in stored}


def _invalid(line: Line) -> Answer:
    return {
        "line": line.number,
        "outcome": "invalid",
        "events": [],
        "warnings": [],
        "reasons": [],
        "error": say_input_errors(line.problems, "en"),
    }
