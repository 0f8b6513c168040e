"""Converts a table of orders to Parquet: every cell as text, and a clean cell for each field. Memory is bounded."""

import re
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Struct
from msgspec.structs import replace

from shoplink.attribution.column_check import check_columns
from shoplink.attribution.engine import FILE, LINE, RESERVED, SURPLUS, ReportProgress, Shape, cell_of
from shoplink.attribution.input_files import opened
from shoplink.attribution.judgement import REJECT_COLUMNS, RESULT
from shoplink.attribution.mapping import IDS, OPTIONAL, REQUIRED, Field, Mapping, MappingError
from shoplink.attribution.order_rows import BrokenLine, Table, read_batches
from shoplink.table.cell import ENDS_IN_ZEROS, LONG_NUMBER, NOTHING, IdCount, as_text, plain_id
from shoplink.table.error import EncodingError, TableError
from shoplink.table.header import plain_header
from shoplink.table.read import HeaderError, Hints, open_table, rows

_HEADER_BYTES_MAX = 1 << 20

_OURS = tuple(",".join(columns).encode() for columns in (RESULT, *REJECT_COLUMNS))
"""What the header of a file of ours contains: of a result, or of rejects."""

_NOT_IN_PLAIN_ID = "[^A-Za-z0-9_.:-]"
_DIGIT, _YEAR = re.compile(r"\d"), re.compile(r"\d{4}")
_SPELLED = {spelled for word in NOTHING for spelled in (word, word.upper(), word.title())}
_EMPTY = pa.array([""])
_NOTHING = pa.array([*sorted(_SPELLED), "NaN"])
_NO_ID = pa.array([*sorted(_SPELLED), "NaN", "0"])


class StagedFile(Struct, frozen=True):
    """A table converted to Parquet: its columns, the number of its rows, and its broken lines.

    `ids` counts its ids that are long numbers. `cleaned` is the number of its ids that had to be cleaned; `description`
    the line that describes the columns and is skipped, 0 if there is none. `taken` is how the table was read: encoding and
    delimiter of a text file, the sheet of a workbook. `surplus` are the lines that have something beyond the columns of the header.
    """

    file: Path
    columns: tuple[str, ...]
    rows: int
    broken: list[BrokenLine]
    ids: IdCount
    cleaned: int = 0
    description: int = 0
    taken: tuple[str, str, str] = ("", "", "")
    surplus: tuple[int, ...] = ()


def stage_orders(path: Path, out: Path, mapping: Mapping, report: ReportProgress) -> StagedFile:
    """Convert a table to Parquet: every cell as text, a clean column for each field, the file and the line.

    Lines are numbered as a spreadsheet numbers rows. A line without any text is skipped. Raises OSError, and MappingError
    for a file that is not such a table in the encoding given or detected.
    """
    with opened(path, out.parent) as stream:
        table = _opened(path, stream, mapping, lambda cells: _names(str(path), cells, mapping))
        try:
            return _write(table, mapping, out, report)
        except TableError as error:
            raise MappingError(str(error)).told("file", **error.said._asdict()) from None
        except pa.ArrowInvalid as error:
            raise MappingError(f"{path}: not CSV: {error}") from None


def header_of(path: Path, work: Path, mapping: Mapping) -> tuple[str, ...]:
    """The cells of a table's header, however a mapping names its columns. Raises OSError, MappingError."""

    def find(cells: Sequence[str]) -> tuple[str, ...] | None:
        return tuple(cells) if _names(str(path), cells, mapping) is not None else None

    with opened(path, work) as stream:
        return _opened(path, stream, mapping, find).found


def _opened(
    path: Path, stream: BinaryIO, mapping: Mapping, find: Callable[[Sequence[str]], tuple[str, ...] | None]
) -> Table:
    """The table in a file. Raises OSError, MappingError."""
    if any(columns in stream.readline(_HEADER_BYTES_MAX) for columns in _OURS):
        # We write UTF-8 and commas, whatever the encoding and delimiter of the exports were.
        mapping = replace(mapping, encoding=None, delimiter=None)
    told = Hints(mapping.encoding, mapping.delimiter, mapping.sheet, skip_lines=mapping.rows.skip_lines)
    try:
        return open_table(str(path), stream, find, told)
    except HeaderError as error:
        check_columns(mapping.named_as_in(error.cells), _shape(error.cells), str(path))
        raise MappingError(str(error)).told("file", **error.said._asdict()) from None
    except EncodingError as error:
        raise MappingError(f'{error}, or name its encoding in the mapping: encoding = "big5"').told(
            "file", **error.said._asdict()
        ) from None
    except TableError as error:
        raise MappingError(str(error)).told("file", **error.said._asdict()) from None


def _shape(columns: Sequence[str]) -> Shape:
    return Shape(dict.fromkeys(columns, "text"), dict.fromkeys(columns, "text"), is_csv=True)


def _names(file: str, cells: Sequence[str], mapping: Mapping) -> tuple[str, ...] | None:
    """The names of the columns under a header: those of the mapping where they fit, each different from the others.

    None if a column that is needed is missing. Raises MappingError.
    """
    cells = list(map(as_text, cells))
    names = list(cells)
    needed = {mapping.columns[field] for field in REQUIRED if field in mapping.columns}
    read = {column: f"it is {field}" for field, column in mapping.columns.items()}
    for column in mapping.rows.columns:
        read.setdefault(column, "the mapping reads it")
    for column, why in read.items():
        places = _places(cells, column, mapping)
        if not places and column in needed:
            return None
        if len(places) > 1:
            raise MappingError(
                f"{file}: found the column {column!r} twice; expected it once, because {why}"
            ).told("column_twice", column=column)
        for place in places:
            names[place] = column
    return _each_different(file, names, set(read))


def _places(cells: Sequence[str], column: str, mapping: Mapping) -> list[int]:
    """Where a column is in a header: under its name, or one that means the same, or another that it may have."""
    for name in (column, *mapping.names.get(column, ())):
        found = [place for place, cell in enumerate(cells) if cell == name] or [
            place for place, cell in enumerate(cells) if plain_header(cell) == plain_header(name)
        ]
        if found:
            return found
    return []


def _each_different(file: str, names: Sequence[str], fields: set[str]) -> tuple[str, ...]:
    """Names for all columns: those of fields as they are; one that is empty or occurs again gets a number."""
    different: list[str] = []
    taken = {name.casefold() for name in names if name in fields}
    for place, name in enumerate(names, start=1):
        if name.casefold().startswith(RESERVED):
            raise MappingError(
                f"{file}: found the column {name!r}; names that begin with {RESERVED} are ours"
            )
        own = name if name.strip() else f"column {place}"
        while name not in fields and own.casefold() in taken:
            own = f"{name or 'column'} ({place})" if "(" not in own else f"{own}'"
        taken.add(own.casefold())
        different.append(own)
    return tuple(different)


def _write(table: Table, mapping: Mapping, out: Path, report: ReportProgress) -> StagedFile:
    fields = {field: column for field, column in mapping.columns.items() if column in table.found}
    places = {field: table.found.index(column) for field, column in fields.items()}
    texts = [*table.found, *map(cell_of, fields), FILE, SURPLUS]
    schema = pa.schema([*((name, pa.string()) for name in texts), (LINE, pa.int64())])
    first = next(rows(table), None)
    is_description = first is not None and (
        describes(places, first.cells)
        if mapping.rows.description_line is None
        else mapping.rows.description_line
    )
    description = first.number if first is not None and is_description else 0
    size = max(Path(table.name).stat().st_size, 1)
    broken: list[BrokenLine] = []
    surplus: dict[int, str] = {}
    ids, count, cleaned = IdCount(), 0, 0
    with pq.ParquetWriter(out, schema, compression="lz4") as writer:
        for read in read_batches(table, max(places.values()) + 1, broken, surplus):
            batch = read._replace(columns=list(map(_as_texts, read.columns)))
            clean = [_clean(field, batch.columns[place], ids) for field, place in places.items()]
            file = pa.repeat(table.name, len(batch.numbers))
            found = (
                [surplus.get(number) for number in batch.numbers.to_pylist()]
                if surplus
                else [None] * len(file)
            )
            more = pa.array(found, pa.string())
            columns = [*batch.columns, *(cells for cells, _ in clean), file, more, batch.numbers]
            is_filled = reduce(pc.or_, (pc.not_equal(cells, "") for cells in batch.columns))
            is_order = pc.and_(is_filled, pc.not_equal(batch.numbers, description))
            made = pa.RecordBatch.from_arrays(columns, schema=schema).filter(is_order)
            writer.write_batch(made)
            count += made.num_rows
            cleaned += sum(changed for _, changed in clean)
            report(min(table.stream.tell() / size, 1))
    taken = (table.encoding, table.delimiter, "") if table.kind == "text" else ("", "", table.sheet)
    return StagedFile(out, table.found, count, broken, ids, cleaned, description, taken, tuple(surplus))


def describes(places: dict[Field, int], cells: Sequence[str]) -> bool:
    """Whether a row tells what its columns hold: it names neither an order nor an amount nor a year."""
    named: tuple[Field, ...] = ("order_id", "ordered_at", "amount")
    order, at, amount = (cells[places[field]].strip() if field in places else "" for field in named)
    return all((order, at, amount)) and not (_DIGIT.search(order + amount) or _YEAR.search(at))


def _as_texts(cells: Any) -> Any:
    """Cells without the apostrophe that keeps a spreadsheet from running them."""
    is_marked = pc.starts_with(cells, "'")
    if not pc.any(is_marked).as_py():
        return cells
    texts = pa.array([as_text(cell) for cell in cells.filter(is_marked).to_pylist()], pa.string())
    return pc.replace_with_mask(cells, is_marked, texts)


def _clean(field: Field, cells: Any, ids: IdCount) -> tuple[Any, int]:
    """The cells of a field without what does not belong to them, null if nothing is left; and how many were cleaned."""
    bare, changed = pc.utf8_trim_whitespace(cells), 0
    if field in IDS:
        is_odd = pc.match_substring_regex(bare, _NOT_IN_PLAIN_ID)
        if pc.any(is_odd).as_py():
            odd = bare.filter(is_odd).to_pylist()
            plain = [plain_id(as_text(cell)) for cell in odd]
            changed = sum(one != other for one, other in zip(odd, plain, strict=True))
            bare = pc.replace_with_mask(bare, is_odd, pa.array(plain, pa.string()))
        ids.long += _count(bare, LONG_NUMBER)
        ids.zeros += _count(bare, ENDS_IN_ZEROS)
    nothing = _NO_ID if field == "account_id" else _NOTHING if field in (*IDS, *OPTIONAL) else _EMPTY
    return pc.if_else(pc.is_in(bare, nothing), None, bare), changed


def _count(cells: Any, pattern: str) -> int:
    """How many cells are what a pattern describes."""
    found: int = pc.sum(pc.match_substring_regex(cells, f"^(?:{pattern})$")).as_py() or 0
    return found
