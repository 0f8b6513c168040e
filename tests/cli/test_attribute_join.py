"""Orders are in one export and their creators in another: `--join` brings them together, and loses nothing of either."""

import csv
import io
from pathlib import Path

import pytest

from shoplink.table.write import workbook
from tests.cli.running import Place
from tests.traceability import ROOT

CASES = ROOT / "tests" / "cases"
SHOP, SITI = "7495100000000000322", "7592255573464597542"
PERIODS = f"""\
link_id,shop_id,account_id,role,linked_at,changed_at,ended_at,settlement,reference
link_322,{SHOP},{SITI},marketing,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,,
"""
HANDLES = f"handle,account_id,begun_at,ended_at\nsiti.sells,{SITI},,\nkopi.ais,7592255573464597545,,\n"
OF_ORDERS = ("--shop", SHOP, "--market", "MY", "--links", "periods.csv", "--handles", "handles.csv")
ZH = {
    "Order ID": "订单编号", "SKU ID": "平台 SKU ID", "Creator Username": "达人用户名", "Currency": "币种",
    "Fully returned or refunded": "全部退货或退款", "Standard commission rate": "标准佣金率", "Order Status": "订单状态",
    "Est. Commission Base": "预计佣金基数", "Time Created": "创建时间",
}  # fmt: skip
_ORDERS = list(csv.reader(io.StringIO((CASES / "C01-tts-ordersku.csv").read_text(encoding="utf-8-sig"))))
_AFFILIATE = list(csv.reader(io.StringIO((CASES / "C02-tts-affiliate.csv").read_text(encoding="utf-8-sig"))))
TEA, MUG = "1729000000000000011", "1729000000000000012"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place("sqlite:///not-there.sqlite3", tmp_path)
    found.file("periods.csv", PERIODS)
    found.file("handles.csv", HANDLES)
    found.file("orders.csv", (CASES / "C01-tts-ordersku.csv").read_bytes())
    return found


def affiliate(*lines: tuple[str, str, str, str]) -> list[list[str]]:
    """TikTok's affiliate export with these lines: order, SKU, creator, rate."""
    header, like = _AFFILIATE[0], _AFFILIATE[1]
    found = [header]
    for order, sku, creator, rate in lines:
        line = dict(zip(header, like, strict=True))
        line |= {"Order ID": order, "SKU ID": sku, "Creator Username": creator}
        found.append([(line | {"Standard commission rate": rate})[name] for name in header])
    return found


def as_csv(table: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue()


def rows(place: Place, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(place.read(name, "utf-8-sig"))))


LINES = affiliate(
    ("576460752303423511", TEA, "@Siti.Sells", "15%"),
    ("576460752303423514", TEA, "kopi.ais", "10%"),
    ("576460752303423515", MUG, "siti.sells", "15%"),
    ("576460752303423599", TEA, "kopi.ais", "10%"),
)


@pytest.mark.parametrize("form", ["csv", "xlsx-in-chinese"])
def test_orders_get_the_creators_of_the_affiliate_export_with_presets_alone(place: Place, form: str) -> None:
    name = "affiliate.csv" if form == "csv" else "affiliate.xlsx"
    if form == "csv":
        place.file(name, as_csv(LINES))
    else:
        place.file(name, workbook([ZH.get(cell, cell) for cell in LINES[0]], LINES[1:]))
    done = place.run("attribute", "orders.csv", "--join", name, *OF_ORDERS, "--out", "judged.csv", "--json")
    (said,) = done.lines
    assert (said["rows"], said["judged"], said["rejected"], said["left_out"]) == (6, 4, 0, 2)
    assert said["join"] == {
        "rows": 3, "lines": 4, "left_out": 0, "unread": 0, "unmet": 1, "several": 0, "several_named": [],
        "unmet_named": [f"576460752303423599 SKU {TEA}"], "by_sku": True, "preset": "tiktok-affiliate",
    }  # fmt: skip
    assert "joined by order and SKU (preset tiktok-affiliate): 3 rows met one of 4 lines" in done.err
    assert f"of the lines to join, 1 met no row: 576460752303423599 SKU {TEA}" in done.err
    found = {(row["Order ID"].strip(), row["SKU ID"].strip()): row for row in rows(place, "judged.csv")}
    assert {
        key: (row["joined_handle"].removeprefix("'"), row["basis"], row["commission_minor"])
        for key, row in found.items()
    } == {
        ("576460752303423511", TEA): ("@Siti.Sells", "marketing", "0"),
        ("576460752303423514", TEA): ("kopi.ais", "affiliate", "100"),
        ("576460752303423514", MUG): ("", "none", "0"),
        ("576460752303423515", MUG): ("siti.sells", "marketing", "0"),
    }


def test_a_statement_goes_on_from_the_joined_result_alone(place: Place) -> None:
    place.file("affiliate.csv", as_csv(LINES))
    for form in ("csv", "parquet"):
        out = f"judged.{form}"
        place.run("attribute", "orders.csv", "--join", "affiliate.csv", *OF_ORDERS, "--out", out)
        more = () if form == "csv" else ("--preset", "tiktok-orders")
        place.run("statement", out, *OF_ORDERS, *more, "--pages", "none", "--out", f"statement-{form}")
    assert place.read("statement-csv/settlement.csv") == place.read("statement-parquet/settlement.csv")
    due = {row["account_id"]: row["commission_minor"] for row in rows(place, "statement-csv/settlement.csv")}
    assert due == {SITI: "0", "7592255573464597545": "100"}


def test_an_order_with_several_creators_is_rejected_and_named(place: Place) -> None:
    order = "576460752303423511"
    table = affiliate((order, TEA, "siti.sells", "15%"), (order, TEA, "kopi.ais", "15%"))
    place.file("affiliate.csv", as_csv(table))
    done = place.run(
        "attribute", "orders.csv", "--join", "affiliate.csv", *OF_ORDERS, "--unknown-accounts", "affiliate",
        "--out", "judged.csv", "--json", status=1,
    )  # fmt: skip
    (said,) = done.lines
    assert (said["rows"], said["judged"], said["rejected"], said["left_out"]) == (6, 3, 1, 2)
    assert (said["join"]["several"], said["join"]["several_named"]) == (1, [f"{order} SKU {TEA}"])
    assert f"several creators or rates for 1: {order} SKU {TEA}" in done.err
    (row,) = rows(place, "judged.rejects.csv")
    assert "found 'kopi.ais | siti.sells'" in row["Reason"]


def test_of_overlapping_exports_the_last_counts_and_spelling_does_not_matter(place: Place) -> None:
    order = "576460752303423511"
    place.file("early.csv", as_csv(affiliate((order, TEA, "siti.sells", "15%"))))
    late = affiliate((order, TEA, "kopi.ais", "12%"), (order, TEA, "@Kopi.Ais", "12%"))
    place.file("late.csv", as_csv(late))
    joins = ("--join", "early.csv", "--join", "late.csv")
    done = place.run("attribute", "orders.csv", *joins, *OF_ORDERS, "--out", "judged.csv", "--json")
    assert done.lines[0]["join"]["several"] == 0
    found = {row["Order ID"].strip(): row for row in rows(place, "judged.csv")}
    assert (found[order]["basis"], found[order]["commission_minor"]) == ("affiliate", "431")


def test_a_join_by_a_mapping_of_ones_own_or_by_names_of_fields(place: Place) -> None:
    place.file("who.csv", f"order_id,account_id,commission_rate_bp\n576460752303423511,{SITI},1000\n")
    place.file("own.csv", "No.;Who\n576460752303423511;siti.sells\n")
    place.file("own.toml", '[columns]\norder_id = "No."\nhandle = "Who"\n')
    for arguments in (("--join", "who.csv"), ("--join", "own.csv", "--join-mapping", "own.toml")):
        done = place.run("attribute", "orders.csv", *arguments, *OF_ORDERS, "--out", "judged.csv", "--json")
        assert (done.lines[0]["join"]["rows"], done.lines[0]["join"]["by_sku"]) == (1, False)
        assert [row["basis"] for row in rows(place, "judged.csv")].count("marketing") == 1


def test_what_cannot_be_joined_is_said(place: Place) -> None:
    place.file("affiliate.csv", as_csv(LINES))
    place.file("nobody.csv", "order_id,sku_id\n1,2\n")
    run = ("attribute", "orders.csv", *OF_ORDERS, "--out", "judged.csv")
    for more, said in (
        (("--join", "nobody.csv"), "--join: nobody.csv: found no column of account_id or handle"),
        (("--join", "gone.csv"), "gone.csv: there is no such file"),
        (("--join", "affiliate.csv", "--account", SITI), "found account_id and --join; expected one of them"),
        (("--join", "affiliate.csv", "--since", "2026-10-01T00:00:00Z"), "found --join and --since"),
        (("--join", "affiliate.csv", "--rejects", "affiliate.csv"), "this run already reads or writes"),
    ):
        assert said in place.run(*run, *more, status=2).err
    assert not (place.folder / "judged.csv").exists()
