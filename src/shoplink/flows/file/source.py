"""A file to import: its format, and its lines, each with its command or its problems.

A file is read twice, in bounded memory: first for its table and its digest, then for its lines.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Command, MalformedError, parse_command
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.parse import Fault
from shoplink.flows import clock
from shoplink.flows.command import read_command_now
from shoplink.flows.file.replay import fields_of_line, read_lines, require_not_earlier
from shoplink.flows.file.rows import columns_of_ids, count_ids, describes, values_of
from shoplink.flows.file.tables import Column, ColumnError, Table, recognise, say_needed
from shoplink.table.cell import PLAIN_FORM, Form, IdCount
from shoplink.table.error import EncodingError, TableError
from shoplink.table.header import plain_header
from shoplink.table.read import HeaderError, Hints, Row, TableFile, open_table, rows
from shoplink.wording import input_errors, language_for
from shoplink.wording.input_errors import Bilingual, InputError, allowed_in_field
from shoplink.wording.problems import say_fault

_BOM = b"\xef\xbb\xbf"
_BLOCK_BYTES = 1 << 20

Recognised = tuple[Table, list[Column | None]]


class UnreadableError(ValueError):
    """A file that cannot be imported at all.

    `said` names the file, the line, what was found and what is allowed, in both languages.
    """

    def __init__(self, sentence: Bilingual) -> None:
        """`sentence`: with the name of the file."""
        super().__init__(sentence.en)
        self.said = sentence


class Reading(Struct, frozen=True):
    """How to read files: the actor for lines without one, whether instants are trusted, and options for tables.

    `form` is the form of cells in tables, `told` what is said of their files. `skipped` has the headers of columns to
    ignore.
    """

    by: Actor
    trust_instants: bool = False
    form: Form = PLAIN_FORM
    skipped: frozenset[str] = frozenset()
    told: Hints = Hints()


class Source(Struct, frozen=True):
    """A file after the first reading. NDJSON has no `file`, which is the table and what was found out about it.

    `digest` is that of the whole content; the lines' idempotency keys are derived from it. `line_count` is the number
    of the last line. `description` is the line that describes the columns and is skipped, 0 if there is none. `form`
    is that of the cells.
    """

    name: str
    stream: BinaryIO
    digest: str
    line_count: int
    file: TableFile[Recognised] | None = None
    description: int = 0
    form: Form = PLAIN_FORM

    @property
    def table(self) -> Table | None:
        """The kind of table; None for NDJSON."""
        return self.file.found[0] if self.file else None

    @property
    def header(self) -> tuple[str, ...]:
        """The names of a table's columns, as the file has them."""
        return self.file.header if self.file else ()


class Line(Struct):
    """A line that is not blank: its number in the file, its raw content, and its command or all of its problems.

    `cleaned` is the number of its ids that had to be cleaned.
    """

    number: int
    raw: bytes | list[str]
    command: Command | None = None
    problems: tuple[InputError, ...] = ()
    cleaned: int = 0


def inspect(name: str, stream: BinaryIO, reading: Reading) -> Source:
    """Detect the format of a file, from a stream that can be read again from its start.

    Raises UnreadableError if it is neither NDJSON nor one of the tables, and OSError.
    """
    digest, count, first = hashlib.sha256(), 0, b""
    stream.seek(0)
    while block := stream.read(_BLOCK_BYTES):
        first = first or block.removeprefix(_BOM).strip()
        digest.update(block)
        count += block.count(b"\n")
    if not first or first.startswith(b"{") or name.endswith((".ndjson", ".jsonl")):
        return Source(name, stream, digest.hexdigest(), count)
    try:
        file = open_table(name, stream, lambda cells: recognise(cells, reading.skipped), reading.told)
        description, count, ids = 0, 0, IdCount()
        id_columns = columns_of_ids(file.found[1])
        for row in rows(file):  # every line must be readable, or nothing is imported
            if not count and describes(file.found[1], row):
                description = row.line
            count = row.line
            count_ids(id_columns, row, ids)
    except HeaderError as error:
        raise UnreadableError(_in_file(name, say_needed(error.cells))) from None
    except EncodingError as error:
        raise UnreadableError(
            Bilingual(
                f"{error.said.en}, or name its encoding: --encoding big5, cp1252, gb18030",
                f"{error.said.zh}，或指定编码：--encoding big5、cp1252、gb18030",
            )
        ) from None
    except TableError as error:
        raise UnreadableError(error.said) from None
    except ColumnError as error:
        raise UnreadableError(
            _in_file(name, Bilingual(f"line 1: {error.said.en}", f"第 1 行：{error.said.zh}"))
        ) from None
    if reading.trust_instants:
        sentence = Bilingual(
            "a table names no instants to trust; allowed: NDJSON", "表格不含可信的时间；请使用 NDJSON"
        )
        raise UnreadableError(_in_file(name, sentence))
    form = replace(reading.form, zeros_are_rounding=ids.are_rounded)
    return Source(name, stream, digest.hexdigest(), count, file, description, form)


def _in_file(name: str, sentence: Bilingual) -> Bilingual:
    return Bilingual(f"{name}: {sentence.en}", f"{name}：{sentence.zh}")


def read(source: Source, reading: Reading) -> Iterator[Line]:
    """The lines of a file, without blank ones."""
    return (
        _read_commands(source, reading) if source.file is None else _read_table(source, source.file, reading)
    )


def _read_commands(source: Source, reading: Reading) -> Iterator[Line]:
    source.stream.seek(0)
    not_before, now = BEGINNING, cache(clock.now)
    for number, line in enumerate(read_lines(source.stream), start=1):
        text = line.removeprefix(_BOM) if number == 1 and line is not None else line
        if text is not None and not text.strip():
            continue
        try:
            command = _command(_fields(text), reading, not_before, now)
        except _ProblemError as error:
            yield Line(number, text or b"", problems=error.problems)
            continue
        if reading.trust_instants:
            not_before = command.at
        yield Line(number, text or b"", command)


class _ProblemError(ValueError):
    """The problems of a line."""

    def __init__(self, *problems: InputError) -> None:
        super().__init__()
        self.problems = problems


def _fields(line: bytes | None) -> dict[str, Any]:
    try:
        return fields_of_line(line)
    except MalformedError as error:
        raise _ProblemError(*map(_problem, error.faults)) from None


def _command(
    fields: dict[str, Any], reading: Reading, not_before: datetime, now: Callable[[], datetime]
) -> Command:
    """The command of a line's fields. If instants are not trusted, a placeholder stands for the clock's instant."""
    try:
        if reading.trust_instants:
            command = parse_command(fields)
        else:
            fields.pop("at", None)
            command = read_command_now(fields, now=now)
        require_not_earlier(command.at, not_before)
    except MalformedError as error:
        raise _ProblemError(*map(_problem, error.faults)) from None
    return command if command.by is not None else replace(command, by=reading.by)


def _problem(fault: Fault) -> InputError:
    if fault.allowed is None:
        said = Bilingual(*(say_fault(fault, language_for(tag)) for tag in ("en", "zh")))
        return InputError(None, None, said)
    found = fault.found if fault.found is None else fault.found.removeprefix("'").removesuffix("'")
    return InputError(fault.field, found, allowed_in_field(fault.allowed, fault.params), input_errors.FIELD)


def _read_table(source: Source, file: TableFile[Recognised], reading: Reading) -> Iterator[Line]:
    seen: dict[object, int] = {}
    reading, now = replace(reading, form=source.form), cache(clock.now)
    for row in rows(file):
        if row.line == source.description:
            continue
        try:
            command, cleaned = _command_of_row(file, row, reading, now)
            _require_new(file.found[0], command, row.line, file.header, seen)
            yield Line(row.line, row.cells, command, cleaned=cleaned)
        except _ProblemError as error:
            yield Line(row.line, row.cells, problems=error.problems)


def _command_of_row(
    file: TableFile[Recognised], row: Row, reading: Reading, now: Callable[[], datetime]
) -> tuple[Command, int]:
    """The command of a table's row, and how many of its ids were cleaned. The error names every wrong cell."""
    table, columns = file.found
    found = values_of(file.header, columns, row, reading.form)
    if found.problems:
        raise _ProblemError(*found.problems)
    try:
        command = _command({"command": table.command, **found.values}, reading, BEGINNING, now)
    except _ProblemError as error:
        headers = {column.field: name for column, name in zip(columns, file.header, strict=True) if column}
        raise _ProblemError(
            *(
                p._replace(name=headers.get(p.name or "", p.name), of=input_errors.COLUMN)
                for p in error.problems
            )
        ) from None
    return command, found.cleaned


def _require_new(
    table: Table, command: Command, line: int, header: Sequence[str], seen: dict[object, int]
) -> None:
    """Require that a thing stands in a file once: of two lines about it, nobody knows which is meant."""
    if table.kind == "links":  # an account can have been linked with a shop several times
        return
    column = table.columns[0]
    found = getattr(command, column.field)
    if found in seen:
        name = next((name for name in header if plain_header(name) in column.headers()), column.field)
        raise _ProblemError(InputError(name, found, input_errors.same_id(seen[found])))
    seen[found] = line
