"""`shoplink attribute` and `shoplink statement` as a seller uses them: real files in, real files out."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplink.cli.attribute import files_of
from tests.cli.running import Place

PERIODS = """\
link_id,shop_id,account_id,role,linked_at,changed_at,ended_at,settlement,reference
link_1,S1,A1,official,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,offline,合同-7
link_2,S1,A2,marketing,2026-10-01T00:00:00Z,2026-11-02T00:00:00Z,2026-11-02T00:00:00Z,,
link_9,S9,A9,marketing,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,,
"""
MAPPING = """\
utc_offset = "+08:00"
amounts = "major"
rates = "percent"

[columns]
order_id = "订单编号"
shop_id = "店铺ID"
account_id = "达人ID"
ordered_at = "下单时间"
amount = "实付金额"
commission_rate = "佣金率"
refund = "退款金额"

[constants]
currency = "GBP"
"""
ORDERS = """\
订单编号,店铺ID,达人ID,下单时间,实付金额,佣金率,退款金额,备注
5764607523034234881,S1,A1,2026-11-01 10:00:00,"1,234.50",10%,34.50,首单
5764607523034234882,S1,A2,2026-11-02 07:59:59,10.00,,,
5764607523034234883,S1,A2,2026-11-02 08:00:00,10.05,10,,
5764607523034234884,S1,,2026/11/2 9:00,8,,,
5.76461E+18,S1,,2026-11-02 09:00:00,8.00,,,
5764607523034234885,S1,A2,2026-11-03 08:00:00,-1,,,
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place("sqlite:///not-there.sqlite3", tmp_path)
    found.file("periods.csv", PERIODS)
    found.file("mapping.toml", MAPPING)
    return found


def summed(basis: str, count: int, base: int, due: int) -> dict[str, object]:
    return {"basis": basis, "currency": "GBP", "rows": count, "base_minor": base, "commission_minor": due}


def rows(place: Place, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(place.read(name, "utf-8-sig"))))


SUMMARY = {
    "rows": 6,
    "judged": 4,
    "rejected": 2,
    "left_out": 0,
    "repeated": {"identical": 0, "different": 0},
    "links": 3,
    "spans": 1,
    "by_basis": [
        summed("official", 1, 1_200_00, 0),
        summed("marketing", 1, 10_00, 0),
        summed("affiliate", 1, 10_05, 1_01),
        summed("none", 1, 8_00, 0),
    ],
    "rejected_by": [
        {"field": "order_id", "reason": "rounded", "rows": 1},
        {"field": "amount", "reason": "negative", "rows": 1},
    ],
    "first_rejects": [
        {"file": "orders.csv", "line": line, "problems": [{"params": {}, **problem}]}
        for line, problem in (
            (6, {"field": "order_id", "word": "rounded", "column": "订单编号", "found": "5.76461E+18"}),
            (7, {"field": "amount", "word": "negative", "column": "实付金额", "found": "-1"}),
        )
    ],
    "left_out_by": [],
    "cleaned": 0,
    "skipped": [],
    "same_amounts": [],
    "lacking": [],
    "small_rates": "",
    "surplus": [],
    "preset": "",
    "about": "",
    "zone": "UTC+08:00",
    "fit": {
        "shops": 1,
        "shops_known": 1,
        "accounts": 2,
        "accounts_known": 2,
        "links": 3,
        "links_met": 2,
    },
    "join": None,
    "out": "judged.csv",
}
"""What the run about ORDERS says of itself, but for how the file was read."""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_an_export_as_sellers_have_it_is_judged_and_what_cannot_be_is_said(
    place: Place, encoding: str
) -> None:
    place.file("orders.csv", ORDERS.encode(encoding))
    done = place.run(
        "attribute", "orders*.csv", "--mapping", "mapping.toml", "--links", "periods.csv", "--out", "judged.csv",
        "--json", status=1,
    )  # fmt: skip
    files = [{"file": "orders.csv", "encoding": encoding, "delimiter": ",", "sheet": ""}]
    assert done.lines == [{**SUMMARY, "files": files}]
    assert done.err.splitlines() == [
        "official: 1 rows, 1,200.00 GBP sold, 0.00 GBP due",
        "marketing: 1 rows, 10.00 GBP sold, 0.00 GBP due",
        "affiliate: 1 rows, 10.05 GBP sold, 1.01 GBP due",
        "none: 1 rows, 8.00 GBP sold, 0.00 GBP due",
        "2 accounts in the file, 2 known; 1 shops, 1 known; 2 of 3 links met",
        "6 rows: 4 judged in judged.csv, 2 rejected in judged.rejects.csv",
    ]
    found = {row["订单编号"]: row for row in rows(place, "judged.csv")}
    assert [(row["basis"], row["link_id"], row["commission_minor"]) for _, row in sorted(found.items())] == [
        ("official", "link_1", "0"),
        ("marketing", "link_2", "0"),
        ("affiliate", "", "101"),
        ("none", "", "0"),
    ]
    assert found["5764607523034234881"]["备注"] == "首单"
    rounded, negative = rows(place, "judged.rejects.csv")
    assert (rounded["行号"], rounded["订单编号"]) == ("6", "5.76461E+18")
    assert rounded["原因"].startswith("列「订单编号」：发现“5.76461E+18”；应填以文本保存的完整 ID")
    assert negative["原因"] == "列「实付金额」：发现“-1”；应填不小于 0；退款请填入退款列"


def test_a_wrong_mapping_says_which_column_what_was_found_and_what_was_expected(place: Place) -> None:
    place.file("orders.csv", ORDERS)
    place.file("wrong.toml", MAPPING.replace('"下单时间"', '"支付时间"'))
    done = place.run(
        "attribute",
        "orders.csv",
        "--mapping",
        "wrong.toml",
        "--links",
        "periods.csv",
        "--out",
        "judged.csv",
        status=2,
    )
    assert done.err.startswith(
        "wrong.toml: ordered_at is read from the column '支付时间', which orders.csv does not have; found the columns 订单编号, "
    )
    assert sorted(path.name for path in place.folder.iterdir()) == [
        "mapping.toml",
        "orders.csv",
        "periods.csv",
        "wrong.toml",
    ]


def test_links_that_overlap_are_refused_and_nothing_is_written(place: Place) -> None:
    place.file("orders.csv", ORDERS)
    place.file("periods.csv", PERIODS.replace("link_2,S1,A2", "link_2,S2,A1"))
    done = place.run(
        "attribute",
        "orders.csv",
        "--mapping",
        "mapping.toml",
        "--links",
        "periods.csv",
        "--out",
        "judged.csv",
        status=2,
    )
    assert "the links link_1 and link_2 of the account A1 overlap" in done.err
    assert not (place.folder / "judged.csv").exists()


def own_orders(*instants: str) -> str:
    """Affiliate orders of the shop S1, placed then, as CSV whose columns have their own names."""
    lines = [f"O{number},S1,A9,{at},1000,GBP,1000" for number, at in enumerate(instants)]
    header = "order_id,shop_id,account_id,ordered_at,amount_minor,currency,commission_rate_bp"
    return "\n".join((header, *lines)) + "\n"


def test_a_result_in_parquet_made_of_csv_says_what_its_csv_says(place: Place) -> None:
    orders = own_orders("2026-10-05T00:00:00Z").replace("A9", " A1\t").replace("GBP", "gbp")
    place.file("orders.csv", orders)
    place.file("none.csv", PERIODS.splitlines()[0] + "\n")
    since = ("--since", "2026-10-01T00:00:00Z", "--links", "periods.csv", "--out")
    for form in ("csv", "parquet"):
        place.run(
            "attribute", "orders.csv", "--links", "none.csv", "--allow-unknown", "--out", f"before.{form}"
        )
        place.run("statement", f"before.{form}", "--links", "none.csv", "--out", f"before-{form}")
        place.run("attribute", f"before.{form}", *since, f"again-{form}.csv")
        (row,) = rows(place, f"again-{form}.csv")
        assert (row["basis"], row["link_id"]) == ("official", "link_1")
    assert place.read("before-csv/commission.csv") == place.read("before-parquet/commission.csv")
    (kept,) = rows(place, "again-csv.csv")
    assert kept["account_id"] == " A1\t"


def test_a_result_in_csv_made_of_decimals_can_be_read_again(place: Place) -> None:
    orders = pa.table(
        {
            "order_id": ["O1", "O2"],
            "shop_id": ["S1"] * 2,
            "account_id": ["A9"] * 2,
            "ordered_at": pa.array([datetime(2026, 10, 5, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC")),
            "amount_minor": pa.array([Decimal(1234), Decimal(-500)], pa.decimal128(38, 18)),
            "currency": ["GBP"] * 2,
            "commission_rate_bp": pa.array([Decimal(1000)] * 2, pa.decimal128(12, 2)),
        }
    )
    pq.write_table(orders, place.folder / "orders.parquet")
    place.run("attribute", "orders.parquet", "--links", "periods.csv", "--out", "judged.csv", status=1)
    (row,) = rows(place, "judged.rejects.csv")
    assert (row["amount_minor"], row["commission_rate_bp"]) == ("-500", "1000")
    place.run("statement", "judged.csv", "--links", "periods.csv", "--out", "statements")
    (row,) = rows(place, "statements/commission.csv")
    assert (row["amount_minor"], row["commission_minor"]) == ("1234", "123")


def test_a_mapping_with_delimiter_and_encoding_of_the_export_reads_the_result_too(place: Place) -> None:
    header = ORDERS.splitlines()[0].replace(",", ";")
    lines = [line.replace(",", ";") for line in ORDERS.splitlines()[2:5]]
    place.file("orders.csv", "\n".join((header, *lines, "")).encode("gb18030"))
    place.file("mapping.toml", f'delimiter = ";"\nencoding = "gb18030"\n{MAPPING}')
    common = ("--mapping", "mapping.toml", "--links", "periods.csv", "--out")
    place.run("attribute", "orders.csv", *common, "judged.csv")
    done = place.run("statement", "judged.csv", *common, "statements", "--json")
    assert (done.lines[0]["rows"], done.lines[0]["pages"]) == (3, 2)
    place.run("attribute", "judged.csv", "--since", "2026-10-01T00:00:00Z", *common, "again.csv")
    assert sorted(rows(place, "again.csv"), key=str) == sorted(rows(place, "judged.csv"), key=str)


def test_a_file_is_taken_by_its_name_and_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    for name in ("e1.csv", "e[1].csv", "f.csv"):
        place.file(name, "")
    assert files_of(("e[1].csv",)) == ["e[1].csv"]
    assert files_of(("e[0-9].csv",)) == ["e1.csv"]
    assert files_of(("f.csv", "./f.csv", "e1.csv", str(place.folder / "e?.csv"))) == ["f.csv", "e1.csv"]


def test_rejects_take_the_place_of_nothing_that_is_read_or_written(place: Place) -> None:
    place.file("o.rejects.csv", own_orders("2026-10-05T00:00:00Z"))
    links = ("--links", "periods.csv")
    before = {path.name: path.read_bytes() for path in place.folder.iterdir()}
    for arguments in (
        ("o.rejects.csv", *links, "--out", "o.parquet"),
        ("o.rejects.csv", *links, "--out", "x.csv", "--rejects", "./x.csv"),
        ("o.rejects.csv", *links, "--out", "x.csv", "--rejects", "periods.csv"),
        ("o.rejects.csv", *links, "--out", "periods.csv"),
    ):
        done = place.run("attribute", *arguments, status=2)
        assert "this run already reads or writes" in done.err
    assert {path.name: path.read_bytes() for path in place.folder.iterdir()} == before


def test_a_result_may_take_the_place_of_its_orders(place: Place) -> None:
    place.file("o.csv", own_orders("2026-10-05T00:00:00Z"))
    for _ in range(2):
        place.run("attribute", "o.csv", "--links", "periods.csv", "--out", "o.csv")
    (row,) = rows(place, "o.csv")
    assert row["basis"] == "affiliate"


@pytest.mark.parametrize(("delimiter", "language"), [(";", "zh"), (",", "en")])
def test_rejects_have_every_cell_in_its_column_and_are_judged_again_with_one_reason(
    place: Place, delimiter: str, language: str
) -> None:
    orders = own_orders("2026-10-05T00:00:00Z", "yesterday") + "O2,S1,A9\n"
    place.file("orders.csv", orders.replace(",", delimiter))
    other = own_orders("2026-10-05T00:00:00Z").replace("order_id,shop_id", "shop_id,order_id")
    place.file("other.csv", other.replace("O0,S1", "S1,O0") + "S1,O3\n")
    common = ("--links", "periods.csv", "--language", language, "--out")
    place.run("attribute", "orders.csv", "other.csv", *common, "judged.csv", status=1)
    first = rows(place, "judged.rejects.csv")
    assert sorted((row["order_id"], row["shop_id"]) for row in first) == [
        ("O1", "S1"),
        ("O2", "S1"),
        ("O3", "S1"),
    ]
    place.run("attribute", "judged.rejects.csv", *common, "again.csv", status=1)
    again = rows(place, "again.rejects.csv")
    header = place.read("again.rejects.csv", "utf-8-sig").splitlines()[0].split(",")
    assert header == list(first[0])
    assert len(set(header)) == len(header)
    assert sorted(row["order_id"] for row in again) == ["O1", "O2", "O3"]


def test_a_result_that_somebody_has_changed_makes_no_statement(place: Place) -> None:
    place.file("orders.csv", "\n".join(ORDERS.splitlines()[:5]) + "\n")
    common = ("--mapping", "mapping.toml", "--links", "periods.csv", "--out")
    place.run("attribute", "orders.csv", *common, "judged.csv")
    text = place.read("judged.csv")
    assert ",101\n" in text
    for name, changed in {
        "commission": text.replace(",101\n", ",100\n"),
        "link": text.replace("link_1", "link_2"),
        "basis": text.replace("official", "marketing"),
    }.items():
        place.file(f"{name}.csv", changed)
        done = place.run("statement", f"{name}.csv", *common, f"statements-{name}", status=2)
        assert "1 of 4 rows are not what links and rate make them now: " in done.err
        assert not (place.folder / f"statements-{name}").exists()


def test_what_is_asked_for_wrongly_is_said(place: Place) -> None:
    place.file("orders.csv", ORDERS)
    common = ("--links", "periods.csv", "--out", "x.csv")
    for arguments, said in (
        (("attribute", "no-*.csv", *common), "no-*.csv: there is no such file"),
        (
            ("attribute", "orders.csv", "--since", "yesterday", *common),
            "--since: found 'yesterday'; allowed: an instant",
        ),
        (
            ("statement", "orders.csv", "--month", "2026-13", *common),
            "--period: found '2026-13'; allowed: a month, such as 2026-10",
        ),
        (
            ("statement", "orders.csv", "--time-zone", "London", *common),
            "--time-zone: found 'London'; allowed: a name",
        ),
        (
            ("statement", "orders.csv", "--mapping", "mapping.toml", *common),
            "orders.csv: found no columns basis, link_id",
        ),
    ):
        assert said in place.run(*arguments, status=2).err


def test_where_nobody_is_known_nothing_is_written_unless_that_is_allowed(place: Place) -> None:
    place.file("orders.csv", own_orders("2026-10-05T00:00:00Z").replace("A9", "@glow.by.mia"))
    common = ("attribute", "orders.csv", "--links", "periods.csv", "--out", "judged.csv")
    done = place.run(*common, status=3)
    assert done.err.startswith(
        "1 accounts in the file, 0 known; 1 shops, 1 known: is the mapping that of another file?"
    )
    assert not (place.folder / "judged.csv").exists()
    place.run(*common, "--allow-unknown", status=1)
    (row,) = rows(place, "judged.rejects.csv")
    assert row["Reason"].startswith("column account_id: found '@glow.by.mia'; allowed: 1–64 of A–Z")


def test_who_is_recorded_is_told_by_files_where_links_are_in_files(place: Place) -> None:
    header = "order_id,shop_id,{by},ordered_at,amount_minor,currency,commission_rate_bp"
    lines = [
        f"O{number},S1,{by},2026-10-05T00:00:00Z,1000,GBP,1000"
        for number, by in enumerate(("A1", "A7", "A8"))
    ]
    place.file("orders.csv", "\n".join((header.format(by="account_id"), *lines, "O3,S7" + lines[0][5:], "")))
    place.file("shops.csv", "店铺ID\nS1\n")
    place.file("accounts.csv", "Account ID,Handle\nA1,mia\nA7,ben\n")
    common = ("--links", "periods.csv", "--out", "judged.csv", "--language", "zh")
    known = ("--shops", "shops.csv", "--accounts", "accounts.csv", "--unknown-accounts", "reject")
    place.run("attribute", "orders.csv", *common, *known, status=1)
    assert {row["order_id"]: row["basis"] for row in rows(place, "judged.csv")} == {
        "O0": "official",
        "O1": "affiliate",
    }
    assert {row["order_id"]: row["原因"] for row in rows(place, "judged.rejects.csv")} == {
        "O2": "列「account_id」：发现“A8”；应填已登记账号的 ID",
        "O3": "列「shop_id」：发现“S7”；应填已登记店铺的 ID",
    }
    place.file(
        "handles.csv",
        "handle,account_id,begun_at,ended_at\nmia,A1,,2026-10-05T00:00:00Z\nmia,A7,2026-10-05T00:00:00Z,\nmia,A8,2026-10-05T00:00:00Z,2026-10-06T00:00:00Z\n",
    )
    lines = [f"O{day},S1,@Mia,2026-10-0{day}T00:00:00Z,1000,GBP,1000" for day in (4, 5, 6)]
    place.file("orders.csv", "\n".join((header.format(by="handle"), *lines, "")))
    place.run("attribute", "orders.csv", *common, "--handles", "handles.csv", status=1)
    assert {row["order_id"]: row["basis"] for row in rows(place, "judged.csv")} == {
        "O4": "official",
        "O6": "affiliate",
    }
    (row,) = rows(place, "judged.rejects.csv")
    assert (
        row["原因"] == "列「handle」：发现“@Mia”；应填下单时只有一个账号使用的账号名称；当时使用它的有 A7, A8"
    )
    done = place.run("attribute", "orders.csv", *common, "--unknown-accounts", "reject", status=2)
    assert "expected --accounts or --handles" in done.err
    place.file("handles.csv", "handle,account_id,begun_at,ended_at\nmia,7.5E+18,,\n")
    done = place.run("attribute", "orders.csv", *common, "--handles", "handles.csv", status=2)
    assert "handles.csv: line 2: account_id: found '7.5E+18'; allowed: the whole id" in done.err
