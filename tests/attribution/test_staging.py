"""CSV of every kind is staged line by line, and a broken line is named by its number."""

import csv
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from shoplink.attribution import staging
from shoplink.attribution.mapping import Mapping, MappingError, own_names
from shoplink.attribution.source import form_of
from shoplink.attribution.staging import StagedFile, stage_csv

HEADER = "订单编号,备注\n"


def staged(
    folder: Path, text: str | bytes, mapping: Mapping | None = None, encoding: str = "utf-8"
) -> StagedFile:
    path = folder / "orders.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return stage_csv(
        path, folder / "staged.parquet", mapping or Mapping({"order_id": "订单编号"}), lambda _: None
    )


def rows(found: StagedFile) -> list[tuple[object, ...]]:
    table = pq.read_table(found.file)
    return [(row["shoplink_line"], row["订单编号"], row["备注"]) for row in table.to_pylist()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_any_encoding_is_read_alike(tmp_path: Path, encoding: str, end: str) -> None:
    text = f"{HEADER}5764607523034234881,茶\n2,🀄𠮷\n".replace("\n", end)
    assert rows(staged(tmp_path, text, encoding=encoding)) == [
        (2, "5764607523034234881", "茶"),
        (3, "2", "🀄𠮷"),
    ]


def test_lines_count_as_a_spreadsheet_counts_rows(tmp_path: Path) -> None:
    found = staged(tmp_path, HEADER + '1,a\n\n"2","b\nb"\n3\n,\n4,"d,""d"\n5,e,e\n6,f')
    assert rows(found) == [(2, "1", "a"), (4, "2", "b\nb"), (7, "4", 'd,"d'), (9, "6", "f")]
    assert [(line.line, line.text) for line in found.broken] == [(5, "3"), (8, "5,e,e")]
    assert found.rows == 4


def test_lines_are_numbered_right_in_a_file_of_many_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_BLOCK_BYTES", 1 << 12)
    chance = random.Random(6)
    lines: list[str] = [HEADER]
    whole: list[int] = []
    broken: list[int] = []
    for number in range(2, 3_000):
        kind = chance.choice(("row", "row", "row", "blank", "short", "lines"))
        if kind == "row":
            lines.append(f"{number},茶\n")
        elif kind == "lines":
            lines.append(f'{number},"一\n二"\n')
        else:
            lines.append("\n" if kind == "blank" else f"{number}\n")
        (whole if kind in ("row", "lines") else broken if kind == "short" else []).append(number)
    found = staged(tmp_path, "".join(lines))
    assert [(line, number) for line, number, _ in rows(found)] == [(number, str(number)) for number in whole]
    assert [line.line for line in found.broken] == broken


def test_what_stands_between_cells_is_found_out_or_given(tmp_path: Path) -> None:
    assert rows(staged(tmp_path, "订单编号;备注\n1;a,b\n")) == [(2, "1", "a,b")]
    assert rows(staged(tmp_path, "订单编号\t备注\n1\ta,b\n")) == [(2, "1", "a,b")]
    given = Mapping({"order_id": "订单编号"}, delimiter="|")
    assert rows(staged(tmp_path, "订单编号|备注\n1|a,b\n", given)) == [(2, "1", "a,b")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "found the header ''; expected a name for every column"),
        (b"a,,b\n1,2,3\n", "found the header 'a,,b'; expected a name for every column"),
        (b"a,A\n1,2\n", "found the column 'a' twice; expected a name of its own for every column"),
        (
            b"shoplink_x\n1\n",
            "found the column 'shoplink_x'; names that begin with shoplink_ are ours",
        ),
        (b"a\n\xff\xff\n", "found the bytes ff; expected utf-8 or gb18030"),
        (b'a,b\n1,"2\n3,4\n', "found 1 quotation marks; expected every one to be closed"),
    ],
)
def test_a_file_that_is_not_csv_is_refused(tmp_path: Path, text: bytes, message: str) -> None:
    with pytest.raises(MappingError) as error:
        staged(tmp_path, text, own_names())
    assert str(error.value).endswith(message)


def test_a_given_encoding_is_required(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"expected utf-8$"):
        staged(
            tmp_path, "订单编号\n一\n".encode("gb18030"), Mapping({"order_id": "订单编号"}, encoding="utf-8")
        )


def test_a_wrong_delimiter_is_noticed_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_BROKEN_MAX", 10)
    with pytest.raises(
        MappingError, match="more than 10 lines have another number of cells than the header, as line 2"
    ):
        staged(tmp_path, HEADER + "1\n" * 20)


def test_one_run_reads_one_kind_of_file() -> None:
    assert form_of(["a.csv", "b.TXT"]) == "csv"
    assert form_of(["a.parquet", "folder"]) == "parquet"
    with pytest.raises(MappingError, match=r"found CSV and Parquet among a\.csv, b\.parquet"):
        form_of(["a.csv", "b.parquet"])


def test_the_file_that_is_staged_is_read_by_any_csv_reader(tmp_path: Path) -> None:
    found = staged(tmp_path, HEADER + '1,"a,""b"\n')
    with (tmp_path / "orders.csv").open(encoding="utf-8", newline="") as file:
        assert [tuple(line) for line in csv.reader(file)][1:] == [row[1:] for row in rows(found)]
