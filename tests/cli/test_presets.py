"""The exports of platforms are taken as they come: by the preset that their header fits."""

import csv
import io
from pathlib import Path

import pytest

from shoplink.attribution.presets import PRESETS, preset, recognised
from shoplink.table.write import workbook
from tests.cli.running import Place
from tests.traceability import ROOT

CASES = ROOT / "tests" / "cases"
MY, CN = "7495100000000000322", "7495100000000000333"
PERIODS = f"""\
link_id,shop_id,account_id,role,linked_at,changed_at,ended_at,settlement,reference
link_322,{MY},7592255573464597542,marketing,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,,
link_333,{CN},7592255573464597543,marketing,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,,
"""
IN_CHINESE = {
    "Order ID": "订单编号",
    "Order Status": "订单状态",
    "SKU ID": "平台 SKU ID",
    "SKU Subtotal After Discount": "SKU 折扣后小计",
    "Order Refund Amount": "订单退款金额",
    "Created Time": "创建时间",
    "Cancelled": "已取消",
    "Unpaid": "待付款",
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place("sqlite:///not-there.sqlite3", tmp_path)
    found.file("periods.csv", PERIODS)
    return found


def cells(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((CASES / name).read_text(encoding="utf-8-sig"))))


@pytest.mark.parametrize("chinese", [False, True])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tiktoks_order_export_needs_no_mapping(place: Place, kind: str, *, chinese: bool) -> None:
    header, _, *rows = cells("C01-tts-ordersku.csv")
    table = [[IN_CHINESE.get(cell, cell) if chinese else cell for cell in row] for row in (header, *rows)]
    if kind == "xlsx":
        (place.folder / "export.xlsx").write_bytes(workbook(table[0], table[1:]))
    else:
        text = io.StringIO()
        csv.writer(text).writerows(table)
        place.file("export.csv", text.getvalue())
    arguments = ["attribute", f"export.{kind}", "--links", "periods.csv", "--out", "judged.csv", "--json"]
    done = place.run(*arguments, "--shop", MY, "--account", "7592255573464597542", "--market", "MY", status=0)
    (said,) = done.lines
    assert (said["judged"], said["left_out"], said["preset"]) == (4, 2, "tiktok-orders")
    assert {each["value"] for each in said["left_out_by"]} == (
        {"已取消", "待付款"} if chinese else {"Cancelled", "Unpaid"}
    )
    assert [each["base_minor"] for each in said["by_basis"]] == [35_90 + 10_00 + 20_00]
    assert done.err.startswith(
        "this is TikTok's order export; taken with preset tiktok-orders; times are those of Asia/Kuala_Lumpur\n"
    )


def test_douyins_export_needs_no_mapping(place: Place) -> None:
    file = str(CASES / "C03-douyin-orders.csv")
    done = place.run(
        "attribute", file, "--shop", CN, "--links", "periods.csv", "--out", "judged.csv", "--json", status=0
    )
    (said,) = done.lines
    assert said["preset"] == "douyin-orders"
    assert [(each["basis"], each["base_minor"]) for each in said["by_basis"]] == [
        ("marketing", 28_90),
        ("none", 20_00),
    ]
    assert said["left_out_by"] == [{"column": "订单状态", "value": "已关闭", "rows": 1}]


def test_an_affiliate_export_is_told_from_that_of_a_creator(tmp_path: Path) -> None:
    seller = CASES / "C02-tts-affiliate.csv"
    assert recognised(seller) == "tiktok-affiliate"
    assert preset("tiktok-affiliate").columns["handle"] == "Creator Username"
    text = seller.read_text(encoding="utf-8").replace("Creator Username", "Shop code", 1)
    (tmp_path / "creator.csv").write_text(text, encoding="utf-8")
    assert recognised(tmp_path / "creator.csv") == "tiktok-affiliate-creator"
    chinese = {
        "Order ID": "订单 ID", "Currency": "币种", "Order Status": "订单状态", "Creator Username": "达人用户名",
        "Fully returned or refunded": "全部退货或退款", "Standard commission rate": "标准佣金率",
        "Est. Commission Base": "预计佣金基数", "Time Created": "创建时间",
    }  # fmt: skip
    header, *rest = cells("C02-tts-affiliate.csv")
    (tmp_path / "zh.xlsx").write_bytes(workbook([chinese.get(name, name) for name in header], rest))
    assert recognised(tmp_path / "zh.xlsx") == "tiktok-affiliate"


def test_what_an_export_does_not_say_is_asked_for(place: Place) -> None:
    file = str(CASES / "C01-tts-ordersku.csv")
    arguments = ["attribute", file, "--links", "periods.csv", "--out", "judged.csv"]
    assert "tiktok-orders: shop_id: missing" in place.run(*arguments, status=2).err
    said = place.run(*arguments, "--shop", MY, status=2).err
    assert "tiktok-orders: currency: missing" in said
    assert said.strip().endswith("give --shop, and --market or --time-zone")
    assert "--market: found 'UK'" in place.run(*arguments, "--shop", MY, "--market", "UK", status=2).err
    assert (
        "--preset: found 'tiktok'; allowed: tiktok-orders"
        in place.run(*arguments, "--preset", "tiktok", status=2).err
    )


def test_a_preset_is_an_ordinary_mapping(place: Place) -> None:
    for name in PRESETS:
        assert preset(name).about
    shown = place.run("attribute", "--print-preset", "tiktok-orders", status=0).text
    changed = shown.replace('"Cancelled", ', "") + f'\n[constants]\nshop_id = "{MY}"\ncurrency = "MYR"\n'
    place.file("own.toml", f'time_zone = "Asia/Kuala_Lumpur"\ndates = "dmy"\n{changed}')
    file = str(CASES / "C01-tts-ordersku.csv")
    done = place.run(
        "attribute",
        file,
        "--mapping",
        "own.toml",
        "--links",
        "periods.csv",
        "--out",
        "judged.csv",
        "--json",
        status=0,
    )
    assert [each["value"] for each in done.lines[0]["left_out_by"]] == ["Unpaid"]
