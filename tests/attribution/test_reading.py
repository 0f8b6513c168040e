"""Both engines read every cell alike, and every word for a problem has a sentence."""

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from shoplink.attribution import fields, instants, judgement
from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.engine import Engine
from shoplink.attribution.mapping import MappingError, parse_mapping
from shoplink.wording.order_errors import WORDS
from tests.attribution.cells import COLUMNS, FINE, SETTINGS, Cell, at, mapping_of
from tests.attribution.engine_runs import open_files, plan_of
from tests.attribution.naive import Link, Order
from tests.attribution.random_orders import START, write_links, write_orders

FINE_TABLE = {
    "order_id": ["O1"],
    "shop_id": ["S1"],
    "ordered_at": pa.array([START], pa.timestamp("us", "UTC")),
    "amount_minor": [1_000],
    "currency": ["GBP"],
}


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine("1GB", tmp_path, None)
    yield engine
    engine.close()


def test_every_cell_is_read_as_it_is_meant(duck: DuckDBEngine, tmp_path: Path) -> None:
    for settings, cells in SETTINGS.items():
        assert misread(duck, settings, cells, tmp_path) == []


def misread(
    engine: Engine, settings: str, cells: tuple[Cell, ...], folder: Path
) -> list[tuple[Cell, object, object]]:
    """The cells that an engine reads differently, with its value and problem."""
    file = folder / "orders.csv"
    is_common = all(cell.text.encode("gbk", "ignore").decode("gbk") == cell.text for cell in cells)
    with file.open("w", encoding="gb18030" if is_common else "utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writerow(COLUMNS)
        for cell in cells:
            writer.writerow({**FINE, cell.field: cell.text})
    source = open_files(engine, [str(file)], folder, mapping=mapping_of(settings))
    asked: dict[str, ir.Value] = {}
    for field, found in source.fields.items():
        fine = found.fine.fill_null(ibis.literal(value=False))
        asked |= {f"{field}_value": fine.ifelse(found.value, None), f"{field}_problem": found.problem}
    rows = {row["shoplink_line"]: row for row in engine.rows(source.rows.select("shoplink_line", **asked))}
    assert len(rows) == len(cells)
    wrong = []
    for number, cell in enumerate(cells, start=2):
        value, problem = rows[number][f"{cell.field}_value"], rows[number][f"{cell.field}_problem"]
        if (value, problem) != (cell.value, cell.wrong):
            wrong.append((cell, value, problem))
    return wrong


NEEDING_MORE = {
    *("needed", "not_divided"),
    *(
        "unknown_account",
        "several_accounts",
        "unknown_shop",
        "in_future",
        "not_handle",
        "unknown_handle",
        "not_id",
    ),
}
"""Words for what a cell alone does not show; `test_identities` has most of them."""


def test_every_word_for_what_is_wrong_is_said_and_used() -> None:
    used = {cell.wrong for cells in SETTINGS.values() for cell in cells}
    assert used - {None, "missing"} == WORDS - NEEDING_MORE


@pytest.mark.parametrize(
    "name", ["Europe/London", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Tehran"]
)
def test_the_clocks_of_a_zone_are_those_of_its_rules(name: str) -> None:
    zone, chance = ZoneInfo(name), random.Random(1)
    changes = instants._changes(zone, datetime(2010, 1, 1, tzinfo=ZoneInfo("UTC")))
    start = datetime(2010, 1, 2)  # noqa: DTZ001 (what clocks show)
    local = [start + timedelta(seconds=chance.randrange(29 * 365 * 86_400)) for _ in range(2_000)]
    local += [
        change.astimezone(zone).replace(tzinfo=None) + timedelta(seconds=seconds)
        for change in changes
        for seconds in (-7_200, -3_601, -3_600, -1_801, -1_800, -1, 0, 1, 1_799, 1_800, 3_599, 3_600)
    ]
    table = ibis.memtable({"shown": [at(f"{shown.isoformat()}+00:00") for shown in local]})
    asked = table.mutate(offset=instants.offset_in(zone, table.shown))
    rows = ibis.duckdb.connect().to_pyarrow(asked).to_pylist()
    assert len(rows) == len(local)
    for row in rows:
        shown = datetime(1970, 1, 1) + timedelta(microseconds=row["shown"])  # noqa: DTZ001 (as above)
        assert row["offset"] == offset_if_shown_once(shown, zone), shown


def offset_if_shown_once(shown: datetime, zone: ZoneInfo) -> int | None:
    """The offset of a zone at a local time, if that occurs exactly once."""
    found = set()
    for fold in (0, 1):
        offset = shown.replace(tzinfo=zone, fold=fold).utcoffset()
        assert offset is not None
        instant = (shown - offset).replace(tzinfo=ZoneInfo("UTC"))
        if instant.astimezone(zone).replace(tzinfo=None) == shown:
            found.add(offset)
    return found.pop() // timedelta(microseconds=1) if len(found) == 1 else None


def test_columns_with_types_are_read_exactly(duck: DuckDBEngine, tmp_path: Path) -> None:
    table = pa.table(
        {
            "order_id": pa.array([5764607523034234881, None, 3], pa.int64()),
            "shop_id": ["S1", "S1", "S 1 "],
            "account_id": ["", "A1", None],
            "ordered_at": pa.array([1_700_000_000_000_001] * 3, pa.timestamp("us")),
            "amount": pa.array([Decimal("1234.5000"), Decimal("0.1050"), Decimal(7)], pa.decimal128(18, 4)),
            "currency": ["GBP", "gbp", "JPY"],
            "commission_rate": pa.array([Decimal("12.5"), None, Decimal(-1)], pa.decimal128(5, 2)),
        }
    )
    pq.write_table(table, tmp_path / "orders.parquet")
    own = "\n".join(f'{name} = "{name}"' for name in table.column_names)
    mapping = parse_mapping(
        f'utc_offset = "-01:00"\namounts = "major"\nrates = "percent"\n[columns]\n{own}', "m.toml"
    )
    source = open_files(duck, [str(tmp_path / "orders.parquet")], tmp_path, mapping=mapping)
    asked = {f"{field}_value": found.value for field, found in source.fields.items()}
    asked |= {f"{field}_problem": found.problem for field, found in source.fields.items()}
    first, second, third = sorted(
        duck.rows(source.rows.select(**asked, line="shoplink_line")), key=lambda row: row["line"]
    )
    assert first["order_id_value"] == "5764607523034234881"
    assert first["ordered_at_value"] == 1_700_003_600_000_001
    assert (first["amount_value"], first["commission_rate_value"]) == (123_450, 1_250)
    assert (first["account_id_value"], third["shop_id_value"], third["amount_value"]) == (None, "S 1 ", 7)
    problems = {key: value for key, value in second.items() if key.endswith("problem") and value}
    assert problems == {
        "order_id_problem": "missing",
        "currency_problem": "unknown",
    }
    assert third["commission_rate_problem"] == "not_rate"


@pytest.mark.parametrize("name", ["shop_id=S9", "currency=USD", "dt=2026-11-01", "a[1]*"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_name_of_a_folder_says_nothing_of_orders(tmp_path: Path, name: str, form: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    orders = [Order("O1", "S1", "A1", START, 1_000, "GBP", 1_000)]
    (file,) = map(Path, write_orders(orders, folder))
    if form == "csv":
        file = file.with_suffix(".csv")
        pa_csv.write_csv(pq.read_table(file.with_suffix(".parquet")), file)
    engine = DuckDBEngine("1GB", folder, None)
    source = open_files(engine, [str(file)], folder)
    links = write_links([Link("link_1", "S1", "A1", "official", START, None)], folder / "links.parquet")
    engine.write(
        judgement.attribute_rows(source.rows, source.fields, engine.links(links), plan_of(engine, links)),
        folder / "judged.parquet",
        "parquet",
        lambda _: None,
    )
    engine.close()
    with pq.ParquetFile(folder / "judged.parquet") as judged:
        (row,) = judged.read().to_pylist()
    assert (row["shop_id"], row["currency"], row["link_id"]) == ("S1", "GBP", "link_1")
    assert "dt" not in row


def test_a_name_with_brackets_is_that_of_one_file(duck: DuckDBEngine, tmp_path: Path) -> None:
    for name in ("e1", "e[1]", "e*"):
        table = pa.table({**FINE_TABLE, "order_id": [name]})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    for name in ("e[1]", "e*"):
        source = open_files(duck, [str(tmp_path / f"{name}.parquet")], tmp_path)
        assert [row["order_id"] for row in duck.rows(source.rows)] == [name]


@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [
        (
            "order_id",
            pa.array([5.7e18]),
            "order_id is read from the column 'order_id' of {}: found DOUBLE; expected text or a whole number",
        ),
        (
            "amount_minor",
            pa.array([1.5]),
            "'amount_minor' of {}: found DOUBLE; expected a whole number, a decimal or text: money is exact",
        ),
        (
            "ordered_at",
            pa.array([1], pa.timestamp("us")),
            "found TIMESTAMP; expected a timestamp with time zone, a timestamp with utc_offset",
        ),
        ("ordered_at", pa.array([1]), "found BIGINT; expected a timestamp with time zone"),
        (
            "amount",
            pa.array([1]),
            "amount is read from the column 'amount_minor', which {} does not have; found the columns",
        ),
        (
            "shoplink_at",
            pa.array([1]),
            "found the column 'shoplink_at'; names that begin with shoplink_ are ours",
        ),
    ],
)
def test_a_column_that_cannot_hold_its_field_is_named_with_what_was_found_and_expected(
    duck: DuckDBEngine, tmp_path: Path, column: str, cells: pa.Array, message: str
) -> None:
    columns = {
        "order_id": pa.array(["O1"]),
        "shop_id": pa.array(["S1"]),
        "ordered_at": pa.array([1], pa.timestamp("us", "UTC")),
        "currency": pa.array(["GBP"]),
    }
    if column != "amount":
        columns["amount_minor"] = pa.array([1])
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({**columns, column: cells}), path)
    with pytest.raises(MappingError) as error:
        open_files(duck, [str(path)], tmp_path)
    assert message.format(path) in str(error.value)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_file_must_have_the_columns_by_itself(duck: DuckDBEngine, tmp_path: Path, form: str) -> None:
    whole = {**FINE_TABLE, "account_id": ["A1"], "refund_minor": [1]}
    files = []
    for name, left_out in (("whole", ""), ("lacking", "account_id")):
        path = tmp_path / f"{name}.{form}"
        table = pa.table({column: cells for column, cells in whole.items() if column != left_out})
        (pa_csv.write_csv if form == "csv" else pq.write_table)(table, path)
        files.append(str(path))
    named = parse_mapping(
        '[columns]\norder_id = "order_id"\nshop_id = "shop_id"\naccount_id = "account_id"\n'
        'ordered_at = "ordered_at"\namount = "amount_minor"\ncurrency = "currency"\n',
        "m.toml",
    )
    for mapping, message in ((None, "without a mapping"), (named, "m.toml")):
        with pytest.raises(MappingError) as error:
            open_files(duck, files, tmp_path, mapping=mapping)
        assert str(error.value).startswith(
            f"{message}: account_id is read from the column 'account_id', which {files[1]} does not have; found"
        )


def test_a_column_is_of_one_kind_in_all_files(duck: DuckDBEngine, tmp_path: Path) -> None:
    mapping = parse_mapping(
        'utc_offset = "+08:00"\n[columns]\norder_id = "order_id"\nshop_id = "shop_id"\n'
        'ordered_at = "ordered_at"\namount = "amount_minor"\ncurrency = "currency"\n',
        "m.toml",
    )
    changes = {
        "zone": {},
        "clock": {"ordered_at": pa.array([START], pa.timestamp("us"))},
        "number": {"order_id": pa.array([1], pa.int64())},
    }
    files = {name: str(tmp_path / f"{name}.parquet") for name in changes}
    for name, change in changes.items():
        pq.write_table(pa.table(FINE_TABLE | change), files[name])
    with pytest.raises(MappingError) as error:
        open_files(duck, [files["zone"], files["clock"]], tmp_path, mapping=mapping)
    assert str(error.value) == (
        "m.toml: ordered_at is read from the column 'ordered_at': found TIMESTAMP WITH TIME ZONE in "
        f"{files['zone']}, TIMESTAMP in {files['clock']}; expected one kind in all files of a run"
    )
    with pytest.raises(MappingError, match="expected one kind in all files of a run"):
        open_files(duck, [str(tmp_path)], tmp_path, mapping=mapping)
    source = open_files(duck, [files["zone"], files["number"]], tmp_path, mapping=mapping)
    assert sorted(row["order_id"] for row in duck.rows(source.rows)) == ["1", "O1"]


def test_of_a_folder_the_files_are_read_that_are_not_hidden(duck: DuckDBEngine, tmp_path: Path) -> None:
    for name in ("a.parquet", "shop_id=S9/b.parquet", ".shoplink-x/links.parquet", "_temporary/c.parquet"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({**FINE_TABLE, "order_id": [name]}), tmp_path / "in" / name)
    source = open_files(duck, [str(tmp_path / "in")], tmp_path)
    found = sorted((row["order_id"], row["shop_id"]) for row in duck.rows(source.rows))
    assert found == [("a.parquet", "S1"), ("shop_id=S9/b.parquet", "S1")]


def test_what_is_the_same_in_every_row_need_not_be_a_column(duck: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,at,total\n1,2026-11-01T10:00:00Z,5\n", encoding="utf-8")
    mapping = parse_mapping(
        '[columns]\norder_id = "id"\nordered_at = "at"\namount = "total"\n'
        '[constants]\nshop_id = "S1"\naccount_id = "A1"\ncurrency = "GBP"\ncommission_rate = 1000\n',
        "m.toml",
    )
    source = open_files(duck, [str(tmp_path / "orders.csv")], tmp_path, mapping=mapping)
    asked = {field: found.value for field, found in source.fields.items()}
    assert list(duck.rows(source.rows.select(**asked))) == [
        {
            "order_id": "1",
            "shop_id": "S1",
            "account_id": "A1",
            "ordered_at": at("2026-11-01T10:00:00+00:00"),
            "amount": 5,
            "currency": "GBP",
            "commission_rate": 1000,
            "refund": None,
            "handle": None,
            "sku_id": None,
            **dict.fromkeys(("delivered_at", "settled_at", "commission")),
        }
    ]


def test_a_constant_that_is_none_is_refused(duck: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,at,total\n1,2026-11-01T10:00:00Z,5\n", encoding="utf-8")
    columns = '[columns]\norder_id = "id"\nordered_at = "at"\namount = "total"\n[constants]\nshop_id = "S1"\n'
    for constant, message in (
        ('currency = "GBR"', "m.toml: constants.currency: found 'GBR'; allowed: a code of ISO 4217"),
        (
            'currency = "GBP"\ncommission_rate = 10001',
            "constants.commission_rate: found '10001'; allowed: 0 to 10000",
        ),
        ('currency = "GBP"\ncommission_rate = "some"', "constants.commission_rate: found 'some'"),
    ):
        mapping = parse_mapping(columns + constant, "m.toml")
        with pytest.raises(MappingError, match=message):
            open_files(duck, [str(tmp_path / "orders.csv")], tmp_path, mapping=mapping)


def test_the_most_that_can_be_read_fits_the_arithmetic() -> None:
    assert fields.AMOUNT_MINOR_MAX * 1 == 2**53 - 1
