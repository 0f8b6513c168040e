"""Makes rejects of Parquet, which are CSV, Parquet again: with the types of the result beside them."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from shoplink.attribution.mapping import MappingError
from shoplink.table.cell import as_text


def stage_as(rejects: Path, result: Path) -> Path:
    """Write rejects, a file of ours in UTF-8, beside it as Parquet whose columns have the types of a result.

    Returns the file. Raises MappingError.
    """
    out = rejects.with_suffix(".parquet")
    like = next(iter(sorted(result.rglob("*.parquet"))), result) if result.is_dir() else result
    types = {field.name: field.type for field in pq.read_schema(like)}
    with pa_csv.open_csv(
        rejects,
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(_header(rejects), pa.string()), strings_can_be_null=False
        ),
    ) as reader:
        names = reader.schema.names
        schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
        with pq.ParquetWriter(out, schema, compression="lz4") as writer:
            for batch in reader:
                columns = [
                    _cast(rejects, name, cells, schema.field(name).type)
                    for name, cells in zip(names, batch.columns, strict=True)
                ]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    return out


def _header(path: Path) -> list[str]:
    with pa_csv.open_csv(path, parse_options=pa_csv.ParseOptions(newlines_in_values=True)) as reader:
        names: list[str] = reader.schema.names
    return names


def _cast(path: Path, name: str, cells: Any, kind: Any) -> Any:
    marked = pc.starts_with(cells, "'")
    if pc.any(marked).as_py():
        texts = pa.array([as_text(cell) for cell in cells.filter(marked).to_pylist()], pa.string())
        cells = pc.replace_with_mask(cells, marked, texts)
    cells = pc.if_else(pc.equal(cells, ""), None, cells)
    try:
        return cells.cast(kind)
    except pa.ArrowException as error:
        raise MappingError(f"{path}: {name}: {error}; expected cells that become {kind} again") from None
