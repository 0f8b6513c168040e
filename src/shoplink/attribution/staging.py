"""Converts input to Parquet: CSV in any encoding, with the number of each line, and links. Memory is bounded."""

import codecs
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from msgspec import Struct
from msgspec.structs import replace

from shoplink.attribution.engine import FILE, LINE, RESERVED, ReportProgress, cell_of
from shoplink.attribution.judgement import REJECT_COLUMNS, RESULT
from shoplink.attribution.mapping import Mapping, MappingError
from shoplink.core.commission.attribution import Period
from shoplink.table.read import split_line

_BLOCK_BYTES = 8 << 20
_LINKS_AT_A_TIME = 50_000
_BROKEN_MAX = 100_000
_HEADER_BYTES_MAX = 1 << 20
_FIRST_LINE = 2
"""The number of the line after the header."""

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

_INSTANT = pa.timestamp("us", "UTC")
_LINK_COLUMNS = pa.schema(
    [
        ("link_id", pa.string()),
        ("shop_id", pa.string()),
        ("account_id", pa.string()),
        ("role", pa.string()),
        ("linked_at", pa.int64()),
        ("ended_at", pa.int64()),
        ("settlement", pa.string()),
        ("reference", pa.string()),
        ("changed_at", pa.int64()),
    ]
)


_OURS = tuple(",".join(columns).encode() for columns in (RESULT, *REJECT_COLUMNS))
"""What the header of a file of ours contains: of a result, or of rejects."""


class BrokenLine(Struct, frozen=True):
    """A line of CSV whose number of cells differs from the header's, unchanged, with the columns of its file."""

    file: str
    line: int
    text: str
    columns: tuple[str, ...]
    delimiter: str


class StagedFile(Struct, frozen=True):
    """A CSV file converted to Parquet: its columns, the number of its rows, and its broken lines."""

    file: Path
    columns: tuple[str, ...]
    rows: int
    broken: list[BrokenLine]


def stage_csv(path: Path, out: Path, mapping: Mapping, report: ReportProgress) -> StagedFile:
    """Convert a CSV file to Parquet: every cell as text, a trimmed column for each field, the file and the line.

    Lines are numbered as a spreadsheet numbers rows; the header is line 1. A line without any text is skipped.
    Raises OSError, and MappingError for a file that is not CSV in the encoding given or detected.
    """
    with path.open("rb") as file:
        header = file.readline(_HEADER_BYTES_MAX)
    if any(columns in header for columns in _OURS):
        # We write UTF-8 and commas, whatever the encoding and delimiter of the exports were.
        mapping = replace(mapping, encoding=None, delimiter=None)
    encoding = _encoding(path, mapping)
    columns, delimiter = _header(path, encoding, mapping)
    fields = {cell_of(field): column for field, column in mapping.columns.items() if column in columns}
    texts = [*columns, *fields, FILE]
    schema = pa.schema([*((name, pa.string()) for name in texts), (LINE, pa.int64())])
    broken: list[BrokenLine] = []
    rows = seen = 0
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file, pq.ParquetWriter(out, schema, compression="zstd") as writer:
        try:
            for batch in _batches(file, str(path), columns, (encoding, delimiter), broken):
                cells = [_bare(batch[column]) for column in fields.values()]
                place = [
                    pa.repeat(str(path), batch.num_rows),
                    pa.array(_line_numbers(seen, batch.num_rows, broken)),
                ]
                seen += batch.num_rows
                made = pa.RecordBatch.from_arrays([*batch.columns, *cells, *place], schema=schema)
                filled = made.filter(reduce(pc.or_, (pc.not_equal(cells, "") for cells in batch.columns)))
                writer.write_batch(filled)
                rows += filled.num_rows
                report(min(file.tell() / size, 1))
        except pa.ArrowInvalid as error:
            raise _no_csv(path, encoding, delimiter, broken, error) from None
    return StagedFile(out, columns, rows, broken)


def _no_csv(
    path: Path, encoding: str, delimiter: str, broken: list[BrokenLine], error: Exception
) -> MappingError:
    if len(broken) <= _BROKEN_MAX:
        return MappingError(f"{path}: not CSV in {encoding}: {error}")
    return MappingError(
        f"{path}: more than {_BROKEN_MAX:,} lines have another number of cells than the header, as line "
        f"{broken[0].line}: is {delimiter!r} the delimiter?"
    )


def _batches(
    file: BinaryIO, name: str, columns: tuple[str, ...], written: tuple[str, str], broken: list[BrokenLine]
) -> Iterator[Any]:
    """Yield the rows of a CSV file as text, in batches, and append its broken lines to `broken`."""
    encoding, delimiter = written

    def keep(row: Any) -> str:
        broken.append(BrokenLine(name, row.number, row.text, columns, delimiter))
        return "error" if len(broken) > _BROKEN_MAX else "skip"

    yield from pa_csv.open_csv(
        file,
        # The number of a broken line is known only with one thread.
        pa_csv.ReadOptions(
            use_threads=False, encoding=encoding.removesuffix("-sig"), block_size=_BLOCK_BYTES
        ),
        pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False),
    )


def _bare(cells: Any) -> Any:
    """Cells without surrounding spaces and tabs, null if nothing is left."""
    bare = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(bare, ""), None, bare)


def _line_numbers(seen: int, count: int, broken: list[BrokenLine]) -> Any:
    """The line numbers of the next `count` rows after the first `seen`, skipping the broken lines."""
    rows = np.arange(seen, seen + count)
    whole_before = (
        np.array([line.line for line in broken], dtype=np.int64) - _FIRST_LINE - np.arange(len(broken))
    )
    return rows + _FIRST_LINE + np.searchsorted(whole_before, rows, side="right")


def _encoding(path: Path, mapping: Mapping) -> str:
    """The encoding of a file: that of the mapping or of its byte order mark, else UTF-8 or GB18030.

    Raises MappingError if the file cannot be decoded, or if a quotation mark is not closed: the rest of the file would
    be one cell.
    """
    with path.open("rb") as file:
        start = file.read(len(codecs.BOM_UTF8))
    marked = next((name for mark, name in _BOMS.items() if start.startswith(mark)), None)
    candidates = [name for name in (mapping.encoding or marked,) if name] or ["utf-8", "gb18030"]
    wrong = ""
    for encoding in candidates:
        try:
            quotes = _count_quotes(path, encoding)
        except UnicodeDecodeError as error:
            wrong = error.object[error.start : error.end].hex(" ")
            continue
        if quotes % 2:
            raise MappingError(f"{path}: found {quotes} quotation marks; expected every one to be closed")
        return encoding
    raise MappingError(f"{path}: found the bytes {wrong}; expected {' or '.join(candidates)}")


def _count_quotes(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)()
    count = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            count += decoder.decode(block).count('"')
    return count + decoder.decode(b"", final=True).count('"')


def _header(path: Path, encoding: str, mapping: Mapping) -> tuple[tuple[str, ...], str]:
    """The names of the columns, and the delimiter."""
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        delimiter = mapping.delimiter or max(",;\t|", key=first.count)
        columns = split_line(first, delimiter)
    columns = [column.removeprefix("\ufeff") for column in columns]
    if not columns or any(not column.strip() for column in columns):
        raise MappingError(f"{path}: found the header {first.strip()!r}; expected a name for every column")
    plain = [column.casefold() for column in columns]
    for column in columns:
        if column.casefold().startswith(RESERVED):
            raise MappingError(
                f"{path}: found the column {column!r}; names that begin with {RESERVED} are ours"
            )
        if plain.count(column.casefold()) > 1:
            raise MappingError(
                f"{path}: found the column {column!r} twice; expected a name of its own for every column"
            )
    return tuple(columns), delimiter


def stage_links(periods: Iterable[Period], out: Path) -> int:
    """Write the established periods of links as Parquet with the schema `LINKS`; returns their number."""
    count, left = 0, iter(periods)
    with pq.ParquetWriter(out, _LINK_COLUMNS, compression="zstd") as writer:
        while some := list(islice(left, _LINKS_AT_A_TIME)):
            columns = [_cells(some, column) for column in _LINK_COLUMNS]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=_LINK_COLUMNS))
            count += len(some)
    return count


def _cells(periods: list[Period], column: pa.Field) -> Any:
    """The cells of periods in a column; instants in microseconds."""
    values = [getattr(period, column.name) for period in periods]
    if column.type == pa.int64():
        return pa.array(values, _INSTANT).cast(pa.int64())
    return pa.array(values, column.type)


@contextmanager
def _parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file. Raises OSError, and MappingError for a file that is not Parquet."""
    with path.open("rb") as opened:
        try:
            with pq.ParquetFile(opened) as file:
                yield file
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise MappingError(f"{path}: not Parquet: {error}") from None


def parquet_columns(path: Path) -> list[str]:
    """The names of a Parquet file's columns. Raises MappingError, OSError."""
    with _parquet(path) as file:
        names: list[str] = file.schema_arrow.names
    return names


def parquet_rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file, with those of the given columns that it has; instants in microseconds.

    Raises MappingError, OSError.
    """
    with _parquet(path) as file:
        present = [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_LINKS_AT_A_TIME, columns=present):
            cells = [_in_micros(f"{path}: {name}", batch[name]) for name in present]
            yield from pa.RecordBatch.from_arrays(cells, names=present).to_pylist()


def _in_micros(what: str, cells: Any) -> Any:
    """Cells with instants as microseconds; making datetimes would take ten times as long."""
    if not pa.types.is_timestamp(cells.type) or cells.type.tz is None:
        return cells
    try:
        return cells.cast(_INSTANT).cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise MappingError(f"{what}: {error}; expected instants in whole microseconds") from None
