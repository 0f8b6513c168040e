"""A result as CSV: no spreadsheet runs a cell or splits it, and our own reader reads it as it was."""

import csv
import io
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.engine import Engine
from shoplink.attribution.mapping import Mapping
from shoplink.attribution.order_file import stage_orders
from shoplink.attribution.spreadsheet import columns_to_quote, guard
from shoplink.table.cell import as_text
from shoplink.table.write import guarded

SEEN = list("=+-@\t\r\n＝＋－＠'\"`;,| aA0é一.\u3000\u00a0\u200b\ufeff\u2028\x1c\x85\u2003豈😀[{:")
START = 20_000


def texts_of(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return [
        "",
        "-5",
        "-1,234.50",
        "-5\n",
        "-5x",
        *("".join(chance.choices(SEEN, k=chance.randrange(5))) for _ in range(count)),
    ]


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine("1GB", tmp_path, None)
    yield engine
    engine.close()


def test_a_column_is_guarded_as_the_writer_guards_a_cell(duck: DuckDBEngine, tmp_path: Path) -> None:
    given = [None, *texts_of(1, START)]
    found = guarded_by(duck, tmp_path, given)
    assert found == [
        *sorted((text, guarded(text) if text is not None else None) for text in given if text is not None),
        (None, None),
    ]
    assert all(as_text(out) == text for text, out in found if text is not None and out is not None)


def guarded_by(engine: Engine, folder: Path, given: list[str | None]) -> list[tuple[str | None, str | None]]:
    path = folder / "texts.parquet"
    pq.write_table(pa.table({"text": given, "same": given}), path)
    rows, _ = engine.orders([str(path)], is_csv=False)
    found = engine.rows(guard(rows.select("text", "same"), ("text",)))
    return sorted(
        ((row["same"], row["text"]) for row in found), key=lambda each: (each[0] is None, each[0] or "")
    )


def test_what_is_written_is_read_back_as_it_was(duck: DuckDBEngine, tmp_path: Path) -> None:
    given = [as_text(text) for text in texts_of(2, START)]
    chance = random.Random(3)
    names = ["order_id", "=note", "plain"]
    columns = [list(map(str, range(len(given)))), given, chance.choices(["a", "b c", "茶"], k=len(given))]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), tmp_path / "orders.parquet")
    rows, _ = duck.orders([str(tmp_path / "orders.parquet")], is_csv=False)
    rows = rows.select(*names)
    quoted = columns_to_quote(duck, rows, tuple(names))
    assert quoted == ["'=note"]
    out = tmp_path / "out.csv"
    duck.write(guard(rows, tuple(names)), out, "csv", lambda _: None, quoted)
    text = out.read_text(encoding="utf-8")
    assert text.startswith(('order_id,"\'=note",plain', "order_id,'=note,plain"))
    for row in csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline="")):
        assert guarded(as_text(row[1])) == row[1]
    back = stage_orders(out, tmp_path / "back.parquet", Mapping({"order_id": "order_id"}), lambda _: None)
    table = pq.read_table(back.file).sort_by("shoplink_line")
    assert dict(zip(table["order_id"].to_pylist(), table["=note"].to_pylist(), strict=True)) == dict(
        zip(columns[0], given, strict=True)
    )
