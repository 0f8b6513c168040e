"""Orders come packed, in folders, in partitions and in files of other kinds; each is read, or named for what it is."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.mapping import MappingError, parse_mapping
from shoplink.flows.commission.judge import AttributionRequest, attribute_files
from shoplink.flows.commission.summary import AttributionResult

HEADER = "order_id,shop_id,account_id,ordered_at,amount_minor,currency"
TABLE = f"{HEADER}\n1,S1,,2026-11-01T10:00:00Z,5,GBP\n2,S1,,2026-11-01T10:00:00Z,x,GBP\n"
COLUMNS: dict[str, list[Any]] = {
    "order_id": ["1"],
    "account_id": [None],
    "ordered_at": ["2026-11-01T10:00:00Z"],
    "amount_minor": [5],
    "currency": ["GBP"],
}


def judge(folder: Path, *orders: Path, mapping: str | None = None) -> AttributionResult:
    (folder / "made").mkdir(exist_ok=True)
    asked = AttributionRequest(
        orders=list(map(str, orders)),
        links=[],
        out=folder / "made" / "out.csv",
        form="csv",
        rejects=folder / "made" / "rejects.csv",
        engine=lambda work: DuckDBEngine("1GB", work, 1),
        work=folder / "made",
        mapping=(mapping and parse_mapping(mapping, "m.toml")) or None,
    )
    return attribute_files(asked, lambda *_: None)


@pytest.mark.parametrize("name", ["orders.csv.gz", "orders.csv.zst", "orders.bin", "orders.parquet"])
def test_a_packed_table_is_a_table_whatever_its_name(tmp_path: Path, name: str) -> None:
    packed = {
        ".gz": gzip.compress(TABLE.encode()),
        ".zst": pa.Codec("zstd").compress(TABLE.encode(), asbytes=True),
    }
    path = tmp_path / name
    path.write_bytes(packed.get(path.suffix, TABLE.encode()))
    done = judge(tmp_path, path)
    assert (done.judged, done.rejected) == (1, 1)
    assert f"{path},3," in (tmp_path / "made" / "rejects.csv").read_text(encoding="utf-8-sig")


def test_a_damaged_file_is_named_without_an_engines_words(tmp_path: Path) -> None:
    (tmp_path / "half.csv.gz").write_bytes(gzip.compress(TABLE.encode() * 99)[:-20])
    pq.write_table(pa.table(COLUMNS), tmp_path / "half.parquet")
    whole = (tmp_path / "half.parquet").read_bytes()
    (tmp_path / "half.parquet").write_bytes(whole[:-30])
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    (tmp_path / "spoiled.parquet").write_bytes(whole[:footer] + bytes(20) + whole[footer + 20 :])
    (tmp_path / "x.csv").write_bytes(b"%PDF-1.7 x")
    for name, said in (
        ("half.csv.gz", "this gzip file is damaged; pack it anew"),
        ("half.parquet", "this Parquet file is not complete; write or copy it anew"),
        ("spoiled.parquet", "not Parquet, or damaged; write or copy it anew"),
        ("x.csv", "this is a PDF; export the table as .xlsx or as CSV"),
    ):
        with pytest.raises(MappingError) as error:
            judge(tmp_path, tmp_path / name)
        assert str(error.value) == f"{tmp_path / name}: {said}"


def test_a_folder_of_tables_is_read_whole(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / "october").mkdir(parents=True)
    (folder / "october" / "a.csv").write_text(TABLE, encoding="utf-8")
    (folder / "b.csv.gz").write_bytes(gzip.compress(TABLE.replace("\n1,", "\n3,").encode()))
    (folder / "_notes.csv").write_text("x", encoding="utf-8")
    (folder / "readme.md").write_text("x", encoding="utf-8")
    assert (judge(tmp_path, folder).judged, judge(tmp_path, folder).rejected) == (2, 1)


def test_partitions_are_columns_when_the_mapping_says_so(tmp_path: Path) -> None:
    for shop in ("S1", "007"):
        (tmp_path / "orders" / f"shop_id={shop}").mkdir(parents=True)
        pq.write_table(pa.table(COLUMNS), tmp_path / "orders" / f"shop_id={shop}" / "a.parquet")
    columns = "".join(f'{name} = "{name}"\n' for name in ("order_id", "shop_id", "ordered_at", "currency"))
    mapping = f'partitions = true\n[columns]\n{columns}amount = "amount_minor"\n'
    assert judge(tmp_path, tmp_path / "orders", mapping=mapping).judged == 2
    shops = {line.rsplit(",", 5)[1] for line in (tmp_path / "made" / "out.csv").read_text().splitlines()[1:]}
    assert shops == {"S1", "007"}
    with pytest.raises(MappingError, match="shop_id is read from the column 'shop_id', which"):
        judge(tmp_path, tmp_path / "orders", mapping=mapping.removeprefix("partitions = true\n"))


def test_one_of_several_files_may_lack_the_column_of_refunds(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f"{HEADER},refund_minor\n1,S1,,2026-11-01T10:00:00Z,5,GBP,1\n", encoding="utf-8"
    )
    (tmp_path / "b.csv").write_text(TABLE.replace("\n1,", "\n3,"), encoding="utf-8")
    done = judge(tmp_path, tmp_path / "a.csv", tmp_path / "b.csv")
    assert (done.judged, done.lacking) == (
        2,
        (f"{tmp_path / 'b.csv'}: has no column refund_minor, which is taken as empty",),
    )
    (tmp_path / "b.csv").write_text(TABLE.replace("account_id,", "x,"), encoding="utf-8")
    with pytest.raises(
        MappingError, match=r"account_id is read from the column 'account_id', which .*b\.csv"
    ):
        judge(tmp_path, tmp_path / "a.csv", tmp_path / "b.csv")


def test_the_name_of_a_column_may_be_one_of_several(tmp_path: Path) -> None:
    (tmp_path / "en.csv").write_text(TABLE.replace("order_id", "Order ID"), encoding="utf-8")
    chinese = TABLE.replace("order_id", "订单号").replace("\n1,", "\n3,").replace("\n2,", "\n4,")
    (tmp_path / "zh.csv").write_text(chinese, encoding="utf-8")
    names = "".join(f'{name} = "{name}"\n' for name in ("shop_id", "ordered_at", "currency"))
    mapping = f'identity = ["订单号"]\n[columns]\norder_id = ["Order ID", "订单号"]\n{names}amount = "amount_minor"\n'
    for files, header in ((["en", "zh"], "Order ID"), (["zh"], "订单号")):
        (tmp_path / "made" / "rejects.csv").unlink(missing_ok=True)
        done = judge(tmp_path, *(tmp_path / f"{name}.csv" for name in files), mapping=mapping)
        assert (done.judged, done.rejected) == (len(files), len(files))
        out = (tmp_path / "made" / "out.csv").read_text(encoding="utf-8")
        assert out.startswith(f"{header},shop_id")
