"""What comes in is made Parquet first: CSV in any encoding, each line with its number; and links.

One stream each, in bounded memory.
"""

import codecs
import csv
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

_BLOCK_BYTES = 8 << 20
_LINKS_AT_A_TIME = 50_000
_BROKEN_MAX = 100_000
_HEADER_BYTES_MAX = 1 << 20
_FIRST_LINE = 2
"""The line after the header."""

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
"""What stands in the first line of what we wrote: a result, the rejects."""


class BrokenLine(Struct, frozen=True):
    """A line of CSV that has another number of cells than the header, as it stands; and its file's columns."""

    file: str
    line: int
    text: str
    columns: tuple[str, ...]
    delimiter: str


class StagedFile(Struct, frozen=True):
    """A CSV file that was made Parquet: its columns, how many lines were made rows, and those that could not be."""

    file: Path
    columns: tuple[str, ...]
    rows: int
    broken: list[BrokenLine]


def stage_csv(path: Path, out: Path, mapping: Mapping, tell: ReportProgress) -> StagedFile:
    """Make Parquet of a CSV file: every cell as text; beside them those of fields once more, the file and the line.

    Lines count as a spreadsheet counts rows, the header is line 1; a line without any text is passed over.
    Raises MappingError for what is no CSV in the encoding found or given; OSError.
    """
    with path.open("rb") as file:
        header = file.readline(_HEADER_BYTES_MAX)
    if any(columns in header for columns in _OURS):
        # That is in UTF-8 and with commas, whatever the exports were that it was made of.
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
                tell(min(file.tell() / size, 1))
        except pa.ArrowInvalid as error:
            raise _no_csv(path, encoding, delimiter, broken, error) from None
    return StagedFile(out, columns, rows, broken)


def _no_csv(
    path: Path, encoding: str, delimiter: str, broken: list[BrokenLine], error: Exception
) -> MappingError:
    if len(broken) <= _BROKEN_MAX:
        return MappingError(f"{path}: no CSV in {encoding}: {error}")
    return MappingError(
        f"{path}: more than {_BROKEN_MAX:,} lines have another number of cells than the header, as line "
        f"{broken[0].line}: is {delimiter!r} the delimiter?"
    )


def _batches(
    file: BinaryIO, name: str, columns: tuple[str, ...], written: tuple[str, str], broken: list[BrokenLine]
) -> Iterator[Any]:
    """The rows of a CSV file as text, as they come; those with another number of cells are put with the broken."""
    encoding, delimiter = written

    def keep(row: Any) -> str:
        broken.append(BrokenLine(name, row.number, row.text, columns, delimiter))
        return "error" if len(broken) > _BROKEN_MAX else "skip"

    yield from pa_csv.open_csv(
        file,
        # One thread: only then the number of a broken line is known.
        pa_csv.ReadOptions(
            use_threads=False, encoding=encoding.removesuffix("-sig"), block_size=_BLOCK_BYTES
        ),
        pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False),
    )


def _bare(cells: Any) -> Any:
    """Cells without the spaces and tabs around them, null where nothing is left."""
    bare = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(bare, ""), None, bare)


def _line_numbers(seen: int, count: int, broken: list[BrokenLine]) -> Any:
    """The numbers of the next `count` rows, of which `seen` came before, with the broken lines left out."""
    rows = np.arange(seen, seen + count)
    whole_before = (
        np.array([line.line for line in broken], dtype=np.int64) - _FIRST_LINE - np.arange(len(broken))
    )
    return rows + _FIRST_LINE + np.searchsorted(whole_before, rows, side="right")


def _encoding(path: Path, mapping: Mapping) -> str:
    """How a file is encoded: as the mapping or its byte order mark says, else UTF-8 or GB18030.

    Raises MappingError if it is not, or if a quotation mark is left open: what follows would be one cell.
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
    """The names of the columns, and what stands between cells."""
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        delimiter = mapping.delimiter or max(",;\t|", key=first.count)
        file.seek(0)
        columns = next(csv.reader(file, delimiter=delimiter), [])
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
            raise MappingError(f"{path}: the column {column!r} stands there twice")
    return tuple(columns), delimiter


def stage_links(periods: Iterable[Period], out: Path) -> int:
    """Write the established periods of links as Parquet of the schema `LINKS`; how many."""
    count, left = 0, iter(periods)
    with pq.ParquetWriter(out, _LINK_COLUMNS, compression="zstd") as writer:
        while some := list(islice(left, _LINKS_AT_A_TIME)):
            columns = [_cells(some, column) for column in _LINK_COLUMNS]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=_LINK_COLUMNS))
            count += len(some)
    return count


def _cells(periods: list[Period], column: pa.Field) -> Any:
    """What periods say in a column; instants in microseconds."""
    values = [getattr(period, column.name) for period in periods]
    if column.type == pa.int64():
        return pa.array(values, _INSTANT).cast(pa.int64())
    return pa.array(values, column.type)


@contextmanager
def _parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """A Parquet file, opened. Raises MappingError for what is none, OSError."""
    with path.open("rb") as opened:
        try:
            with pq.ParquetFile(opened) as file:
                yield file
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise MappingError(f"{path}: no Parquet: {error}") from None


def parquet_columns(path: Path) -> list[str]:
    """The names of a Parquet file's columns. Raises MappingError, OSError."""
    with _parquet(path) as file:
        names: list[str] = file.schema_arrow.names
    return names


def parquet_rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file as values, of those of these columns that it has; instants in microseconds.

    Raises MappingError, OSError.
    """
    with _parquet(path) as file:
        present = [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_LINKS_AT_A_TIME, columns=present):
            cells = [_in_micros(f"{path}: {name}", batch[name]) for name in present]
            yield from pa.RecordBatch.from_arrays(cells, names=present).to_pylist()


def _in_micros(what: str, cells: Any) -> Any:
    """Cells with instants in microseconds: as datetimes they take ten times as long to make."""
    if not pa.types.is_timestamp(cells.type) or cells.type.tz is None:
        return cells
    try:
        return cells.cast(_INSTANT).cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise MappingError(f"{what}: {error}; expected instants in whole microseconds") from None
