"""A file to import: its format, and its lines, each with its command or its problems.

A file is read twice, in bounded memory: first for its encoding, its table and its digest, then for its lines.
"""

import codecs
import csv
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import cache
from typing import Any, BinaryIO, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Command, MalformedError, parse_command
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING, format_instant
from shoplink.core.parse import ALLOWED
from shoplink.flows import clock
from shoplink.flows.file.cells import CellError
from shoplink.flows.file.replay import LINE_LIMIT_BYTES, read_lines
from shoplink.flows.file.tables import Column, HeaderError, Table, recognise
from shoplink.wording import input_errors
from shoplink.wording.input_errors import Bilingual, InputError, allowed_in_field

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]

_BOM = codecs.BOM_UTF8


class UnreadableError(ValueError):
    """A file that cannot be imported at all. The message names the file, the line, what was found and what is allowed."""


class Reading(Struct, frozen=True):
    """How to read files: the actor for lines without one, whether instants are trusted, and options for tables.

    `utc_offset` applies to instants without one in tables. `skipped` has the headers of columns to ignore.
    """

    by: Actor
    trust_instants: bool = False
    utc_offset: timezone | None = None
    skipped: frozenset[str] = frozenset()


class Source(Struct, frozen=True):
    """A file after the first reading. `table` and the fields after it apply to CSV; NDJSON has no table.

    `digest` is that of the whole content; the lines' idempotency keys are derived from it. `line_count` counts line
    ends.
    """

    name: str
    stream: BinaryIO
    digest: str
    line_count: int
    encoding: Encoding
    table: Table | None = None
    delimiter: str = ","
    header: tuple[str, ...] = ()
    columns: tuple[Column | None, ...] = ()


class Line(Struct):
    """A line that is not blank: its number in the file, its raw content, and its command or all of its problems."""

    number: int
    raw: bytes | list[str]
    command: Command | None = None
    problems: tuple[InputError, ...] = ()


def inspect(name: str, stream: BinaryIO, reading: Reading) -> Source:
    """Detect the format of a file, from a stream that can be read again from its start.

    Raises UnreadableError if it is neither NDJSON nor one of the tables, and OSError.
    """
    digest, count, is_utf_8, longest = hashlib.sha256(), 0, True, 0
    first = b""
    stream.seek(0)
    for count, line in enumerate(read_lines(stream), start=1):
        text = line if line is not None else b""
        first = first or text.removeprefix(_BOM).strip()
        longest = longest or (count if line is None else 0)
        digest.update(text)
        if is_utf_8:
            try:
                text.decode()
            except UnicodeDecodeError:
                is_utf_8 = False
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableError(
            f"{name}: found UTF-16; allowed: UTF-8 or GB18030 (in Excel, save as “CSV UTF-8”)"
        )
    source = Source(name, stream, digest.hexdigest(), count, "utf-8" if is_utf_8 else "gb18030")
    if not first or first.startswith(b"{") or name.endswith((".ndjson", ".jsonl")):
        return source
    if longest:
        raise UnreadableError(
            f"{name}: line {longest}: longer than {LINE_LIMIT_BYTES} bytes; this is not CSV"
        )
    return _inspect_table(source, reading)


def _inspect_table(source: Source, reading: Reading) -> Source:
    source.stream.seek(0)
    if source.stream.read(len(_BOM)) == _BOM and source.encoding == "utf-8":
        source = replace(source, encoding="utf-8-sig")
    lines = _decoded(source)
    first = next(lines)
    delimiter = max(",;\t", key=first.count)
    for _ in lines:  # every line must be decodable, or nothing is imported
        pass
    try:
        header = next(csv.reader([first], delimiter=delimiter, strict=True))
        table, columns = recognise(header, reading.skipped)
    except (csv.Error, HeaderError) as error:
        raise UnreadableError(f"{source.name}: {error}") from None
    if reading.trust_instants:
        raise UnreadableError(f"{source.name}: a table names no instants to trust; allowed: NDJSON")
    return replace(source, table=table, delimiter=delimiter, header=tuple(header), columns=tuple(columns))


def _decoded(source: Source) -> Iterator[str]:
    """The lines of a table as text, without the byte order mark, with line ends."""
    source.stream.seek(0)
    encoding = source.encoding.removesuffix("-sig")
    for number, line in enumerate(read_lines(source.stream), start=1):
        try:
            text = (line or b"").decode(encoding)
        except UnicodeDecodeError as error:
            found = error.object[error.start : error.end].hex(" ")
            raise UnreadableError(
                f"{source.name}: line {number}: found the bytes {found}; allowed: UTF-8 or GB18030"
            ) from None
        yield text.removeprefix("\ufeff") if number == 1 else text


def read(source: Source, reading: Reading) -> Iterator[Line]:
    """The lines of a file, without blank ones."""
    return _read_commands(source, reading) if source.table is None else _read_table(source, reading)


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
    if line is None:
        longer = Bilingual(
            f"the line is longer than {LINE_LIMIT_BYTES} bytes", f"此行超过 {LINE_LIMIT_BYTES} 字节"
        )
        raise _ProblemError(InputError(None, None, longer))
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        no_json = Bilingual(f"the line is not JSON: {error}", f"此行不是有效的 JSON：{error}")
        raise _ProblemError(InputError(None, None, no_json)) from None
    if not isinstance(fields, dict):
        raise _ProblemError(
            InputError(None, None, Bilingual("the line is not a JSON object", "此行不是 JSON 对象"))
        )
    return fields


def _command(
    fields: dict[str, Any], reading: Reading, not_before: datetime, now: Callable[[], datetime]
) -> Command:
    """The command of a line's fields. If instants are not trusted, a placeholder stands for the clock's instant."""
    if not reading.trust_instants:
        fields["at"] = BEGINNING
    try:
        command = parse_command(fields, None if reading.trust_instants else now)
    except MalformedError as error:
        raise _ProblemError(_problem(error, fields)) from None
    if command.at < not_before:
        earliest = format_instant(not_before)
        later = Bilingual(f"not earlier than the line before, {earliest}", f"不早于上一行的时间 {earliest}")
        raise _ProblemError(InputError("at", format_instant(command.at), later, input_errors.FIELD))
    return command if command.by is not None else replace(command, by=reading.by)


def _problem(error: MalformedError, fields: dict[str, Any]) -> InputError:
    name = error.field
    if name is None or name not in ALLOWED or f"unknown field {name!r}" in str(error):
        return InputError(None, None, Bilingual(str(error), str(error)))
    found = str(fields[name])[:200] if name in fields else None
    return InputError(name, found, allowed_in_field(error.allowed or ALLOWED[name]), input_errors.FIELD)


def _read_table(source: Source, reading: Reading) -> Iterator[Line]:
    rows, now = csv.reader(_decoded(source), delimiter=source.delimiter, strict=True), cache(clock.now)
    next(rows)
    while True:
        number = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            found = InputError(
                None,
                None,
                Bilingual(f"{input_errors.NOT_CSV.en}: {error}", f"{input_errors.NOT_CSV.zh}：{error}"),
            )
            yield Line(number, [], problems=(found,))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        try:
            yield Line(number, cells, _command_of_cells(source, cells, reading, now))
        except _ProblemError as error:
            yield Line(number, cells, problems=error.problems)


def _command_of_cells(
    source: Source, cells: list[str], reading: Reading, now: Callable[[], datetime]
) -> Command:
    """The command of a table's line. The error names every wrong cell."""
    assert source.table is not None, "only tables have cells"
    if any(cell.strip() for cell in cells[len(source.columns) :]):
        raise _ProblemError(InputError(None, None, input_errors.TOO_MANY_CELLS))
    problems = []
    fields: dict[str, Any] = {"command": source.table.command}
    given = [*cells, *[""] * (len(source.columns) - len(cells))]
    headers = {
        column.field: header for column, header in zip(source.columns, source.header, strict=True) if column
    }
    for column, header, cell in zip(source.columns, source.header, given, strict=False):
        if column is None:
            continue
        # Text keeps its spaces. Exporters add a tab to ids to keep spreadsheets from rounding them.
        text = cell if column.allowed is input_errors.TEXT else cell.strip()
        try:
            if text:
                fields[column.field] = column.read(text, reading.utc_offset)
            elif column.required:
                problems.append(InputError(header, None, column.allowed))
        except CellError as error:
            problems.append(InputError(header, cell, error.allowed))
    if problems:
        raise _ProblemError(*problems)
    try:
        return _command(fields, reading, BEGINNING, now)
    except _ProblemError as error:
        raise _ProblemError(
            *(
                p._replace(name=headers.get(p.name or "", p.name), of=input_errors.COLUMN)
                for p in error.problems
            )
        ) from None
