"""CSV of every kind is staged line by line, and a broken line is named by its number."""

import csv
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from shoplink.attribution import order_rows
from shoplink.attribution.input_files import form_of
from shoplink.attribution.mapping import Mapping, MappingError, own_names
from shoplink.attribution.order_file import StagedFile, stage_orders

HEADER = "订单编号,备注\n"


def staged(
    folder: Path, text: str | bytes, mapping: Mapping | None = None, encoding: str = "utf-8"
) -> StagedFile:
    path = folder / "orders.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return stage_orders(
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
    found = staged(tmp_path, HEADER + '1,a\n\n"2","b\nb"\n3\n,\n4,"d,""d"\n五,e,e\n6,f,,\n7,g,h')
    assert sorted(rows(found)) == [
        (2, "1", "a"),
        (4, "2", "b\nb"),
        (5, "3", ""),
        (7, "4", 'd,"d'),
        (9, "6", "f"),
        (10, "7", "g"),
    ]
    assert [(line.line, line.cells) for line in found.broken] == [(8, ("五", "e", "e"))]
    assert (found.rows, found.surplus) == (6, (10,))


def test_lines_are_numbered_right_in_a_file_of_many_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_rows, "_BLOCK_BYTES", 1 << 12)
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
            lines.append("\n" if kind == "blank" else f"no {number},a,b\n")
        (whole if kind in ("row", "lines") else broken if kind == "short" else []).append(number)
    found = staged(tmp_path, "".join(lines))
    assert sorted((line, number) for line, number, _ in rows(found)) == [
        (number, str(number)) for number in whole
    ]
    assert [line.line for line in found.broken] == broken


def test_what_stands_between_cells_is_found_out_or_given(tmp_path: Path) -> None:
    assert rows(staged(tmp_path, "订单编号;备注\n1;a,b\n")) == [(2, "1", "a,b")]
    assert rows(staged(tmp_path, "订单编号\t备注\n1\ta,b\n")) == [(2, "1", "a,b")]
    given = Mapping({"order_id": "订单编号"}, delimiter="|")
    assert rows(staged(tmp_path, "订单编号|备注\n1|a,b\n", given)) == [(2, "1", "a,b")]


def test_a_line_ends_early_or_late_only_where_nothing_is_lost(tmp_path: Path) -> None:
    mapping = Mapping({"order_id": "a", "account_id": "b"})
    for text in (
        "a,b,c\n1,x\n2\n3,x,,\n4,x,y,z\n",
        'a,b,c\n1,x\n2\n3,x,,\n4,x,y,z\n5,"odd,y\n',
        "a,b,c\n1,x,,\n2\n3,x,,\n4,x,y,z\n",
    ):
        found = staged(tmp_path, text, mapping)
        table = pq.read_table(found.file).to_pylist()
        assert sorted((row["shoplink_line"], row["a"], row["b"], row["c"]) for row in table) == [
            (2, "1", "x", ""),
            (4, "3", "x", ""),
        ]
        odd = [(6, ("5", '"odd', "y"))] if "odd" in text else []
        assert sorted((line.line, line.cells) for line in found.broken) == [
            (3, ("2",)),
            (5, ("4", "x", "y", "z")),
            *odd,
        ]


def test_columns_are_found_however_their_headers_are_spelled(tmp_path: Path) -> None:
    text = "\ufefforder_ID ,Ｓｈｏｐ ID,note,Note,,note\n1,S,a,b,c,d\n"
    found = staged(tmp_path, text, Mapping({"order_id": "Order ID", "shop_id": "shop_id"}))
    assert found.columns == ("Order ID", "shop_id", "note", "Note (4)", "column 5", "note (6)")
    (row,) = pq.read_table(found.file).to_pylist()
    assert [row[name] for name in found.columns] == ["1", "S", "a", "b", "c", "d"]


def test_ids_are_cleaned_and_counted_and_their_own_cells_stay(tmp_path: Path) -> None:
    text = 'id,by,refund\n\'1\',"=""2""",-\n２\t,N/A,无\n3,0,0\n4,无名,null\n'
    found = staged(tmp_path, text, Mapping({"order_id": "id", "account_id": "by", "refund": "refund"}))
    table = pq.read_table(found.file).to_pylist()
    assert [(row["id"], row["by"]) for row in table[:2]] == [("'1'", '="2"'), ("２\t", "N/A")]
    names = ("shoplink_cell_of_order_id", "shoplink_cell_of_account_id", "shoplink_cell_of_refund")
    assert [tuple(row[name] for name in names) for row in table] == [
        ("1", "2", None),
        ("2", None, None),
        ("3", None, "0"),
        ("4", "无名", None),
    ]
    assert found.cleaned == 3
    found = staged(tmp_path, "id\n7592255573464590000\n7592255573464590001\n1\n", Mapping({"order_id": "id"}))
    assert (found.ids.long, found.ids.zeros, found.ids.are_rounded) == (2, 1, True)


ORDERS = Mapping({"order_id": "id", "ordered_at": "at", "amount": "amount"})


@pytest.mark.parametrize(
    ("line", "is_skipped"),
    [
        ("Platform unique order ID.,The time the order was created.,The price of the SKU.", True),
        ("X,yesterday,much", True),
        ("O1,yesterday,much", False),
        ("X,2026-11-05,much", False),
        (",yesterday,much", False),
    ],
)
def test_a_line_that_describes_the_columns_is_no_order(tmp_path: Path, line: str, is_skipped: bool) -> None:  # noqa: FBT001 (a case)
    found = staged(tmp_path, f"id,at,amount\n{line}\n1,2026-11-05T10:00:00Z,5\n", ORDERS)
    assert (found.description, found.rows) == ((2, 1) if is_skipped else (0, 2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "order_id is read from the column 'order_id', which {file} does not have; found the columns "),
        (
            b"a,A\n1,2\n",
            "order_id is read from the column 'order_id', which {file} does not have; found the columns a, A",
        ),
        (
            b"order_id,shop_id,ordered_at,amount_minor,currency,shoplink_x\n1\n",
            "{file}: found the column 'shoplink_x'; names that begin with shoplink_ are ours",
        ),
        (
            b"order_id,shop_id,ordered_at,amount_minor,currency,order_id\n1\n",
            "{file}: found the column 'order_id' twice; expected it once, because it is order_id",
        ),
        (b"a\n\xff\xff\n", "{file}: line 2: found the bytes ff; allowed: UTF-8, UTF-16 or GB18030; "),
        (b"%PDF-1.7", "{file}: this is a PDF; "),
    ],
)
def test_a_file_that_is_no_table_of_orders_is_refused(tmp_path: Path, text: bytes, message: str) -> None:
    with pytest.raises(MappingError) as error:
        staged(tmp_path, text, own_names())
    assert message.format(file=tmp_path / "orders.csv") in str(error.value)


def test_a_given_encoding_is_required(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"allowed: utf-8; .* in the mapping: encoding"):
        staged(
            tmp_path, "订单编号\n一\n".encode("gb18030"), Mapping({"order_id": "订单编号"}, encoding="utf-8")
        )


def test_a_wrong_delimiter_is_noticed_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_rows, "_BROKEN_MAX", 10)
    with pytest.raises(
        MappingError, match="more than 10 lines have another number of cells than the header, as line 2"
    ):
        staged(tmp_path, HEADER + "1,2,3\n" * 20)


def test_one_run_reads_one_kind_of_file() -> None:
    assert form_of(["a.csv", "b.TXT"]) == "csv"
    assert form_of(["a.parquet", "folder"]) == "parquet"
    with pytest.raises(MappingError, match=r"found CSV and Parquet among a\.csv, b\.parquet"):
        form_of(["a.csv", "b.parquet"])


def test_the_file_that_is_staged_is_read_by_any_csv_reader(tmp_path: Path) -> None:
    found = staged(tmp_path, HEADER + '1,"a,""b"\n')
    with (tmp_path / "orders.csv").open(encoding="utf-8", newline="") as file:
        assert [tuple(line) for line in csv.reader(file)][1:] == [row[1:] for row in rows(found)]
