"""Random cells, in every way that a mapping may state: DuckDB reads them as a second reader made from the specification."""

import csv
import random
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pytest

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.engine import Engine
from shoplink.attribution.mapping import Field
from tests.attribution import messy_cells, naive_cells
from tests.attribution.cells import COLUMNS, FINE, mapping_of
from tests.attribution.engine_runs import open_files
from tests.attribution.messy_cells import CURRENCIES, SETTINGS
from tests.attribution.naive_cells import REJECTED, Settings

CELLS = 1_000


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_every_cell_is_read_as_a_second_reader_reads_it(tmp_path: Path, number: int) -> None:
    engine = DuckDBEngine("1GB", tmp_path, 1)
    assert misread(engine, SETTINGS[number], tmp_path, seed=number) == []
    engine.close()


def misread(engine: Engine, settings: Settings, folder: Path, seed: int) -> list[tuple[object, ...]]:
    """The rows of random cells that an engine reads otherwise, or of which it says something wrong or nothing."""
    chance = random.Random(seed)
    rows = []
    for _ in range(CELLS):
        row = {**FINE, "ordered_at": messy_cells.instant(chance), "amount": messy_cells.money(chance)}
        row |= {"currency": chance.choice(CURRENCIES), "commission_rate": messy_cells.rate(chance)}
        rows.append(row | {"refund": chance.choice(("", "-", "0", messy_cells.money(chance)))})
    file = folder / f"messy-{seed}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    source = open_files(engine, [str(file)], folder, mapping=mapping_of(settings.toml()))
    asked: dict[str, ir.Value] = {}
    fields: tuple[Field, ...] = ("ordered_at", "amount", "commission_rate", "refund")
    for field in fields:
        fine = source.fields[field].fine.fill_null(ibis.literal(value=False))
        asked |= {field: fine.ifelse(source.fields[field].value, None), f"{field}_fine": fine}
        asked |= {f"{field}_word": source.fields[field].problem}
    found = {row["shoplink_line"]: row for row in engine.rows(source.rows.select("shoplink_line", **asked))}
    assert len(found) == CELLS
    wrong: list[tuple[object, ...]] = []
    for line, row in enumerate(rows, start=2):
        for name, expected in expected_of(row, settings).items():
            read = found[line][name] if found[line][f"{name}_fine"] else REJECTED
            word = found[line][f"{name}_word"]
            if read != expected or (word is None) != (read != REJECTED):
                wrong.append((name, row[name], row["currency"], expected, read, word))
    return wrong


def expected_of(row: dict[str, str], settings: Settings) -> dict[str, int | str | None]:
    """What the second reader makes of a row."""
    amount = naive_cells.money(row["amount"], row["currency"], settings)
    most = amount if isinstance(amount, int) else naive_cells.MAX
    return {
        "ordered_at": naive_cells.instant(row["ordered_at"], settings),
        "amount": amount,
        "commission_rate": naive_cells.rate(row["commission_rate"], settings),
        "refund": naive_cells.refund(row["refund"], most, row["currency"], settings),
    }
