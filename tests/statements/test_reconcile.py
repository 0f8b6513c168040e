"""`shoplink reconcile`: a statement beside what the platform paid, order by order."""

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from tests.statements.desk import HEADER, Desk

SKUS = f"{HEADER},sku_id"
ORDERS = (
    "O1,S1,A8,2026-10-03T00:00:00Z,10000,GBP,1000,,K1",
    "O1,S1,A8,2026-10-03T00:00:00Z,5000,GBP,1000,,K2",
    "O2,S1,A9,2026-10-20T00:00:00Z,15000,GBP,1000,5000,K1",
    "O3,S1,A1,2026-10-21T00:00:00Z,20000,GBP,1000,,K1",
    "O4,S1,A8,2026-10-22T00:00:00Z,333,GBP,1000,,K9",
    "O5,S1,,2026-10-22T00:00:00Z,800,GBP,,,K1",
)
PLATFORM = """\
Order ID,SKU ID,Creator,Time Created,Currency,Actual Commission Base,Actual Commission Payment
O1,K1,A8,2026-10-03T00:00:00Z,GBP,100.00,-10.00
O1,K2,A8,2026-10-03T00:00:00Z,GBP,50.00,-5.50
O1,K2,A8,2026-10-03T00:00:00Z,GBP,0.00,0.50
O2,K1,A9,2026-10-20T00:00:00Z,GBP,150.00,-15.00
O4,K9,A8,2026-10-22T00:00:00Z,GBP,3.33,-0.33
O7,K1,A8,2026-10-22T00:00:00Z,GBP,7.00,-0.70
"""
MAPPING = """\
amounts = "major"
identity = ["Order ID", "SKU ID", "Actual Commission Payment"]
[columns]
order_id = "Order ID"
sku_id = "SKU ID"
account_id = "Creator"
ordered_at = "Time Created"
amount = "Actual Commission Base"
currency = "Currency"
commission = "Actual Commission Payment"
[constants]
shop_id = "S1"
"""


@pytest.fixture
def stated(desk: Desk) -> Desk:
    """A desk with a statement and the platform's export."""
    desk.state(desk.judge(*ORDERS, header=SKUS))
    desk.file("payout.csv", PLATFORM)
    desk.file("payout.toml", MAPPING)
    return desk


COMMAND = ("reconcile", "out", "--with", "payout.csv", "--mapping", "payout.toml")


def test_orders_that_agree_differ_or_are_on_one_side_only(stated: Desk) -> None:
    files = ("--out", "found.csv", "--out", "found.xlsx", "--out", "found.parquet")
    done = stated.run(*COMMAND, *files, "--json", status=1)
    sums = {one["verdict"]: one for one in done.json["sums"]}
    assert {verdict: one["orders"] for verdict, one in sums.items()} == {
        "agrees": 3,
        "differs": 1,
        "ours_only": 1,
        "theirs_only": 1,
    }
    assert sums["differs"]["commission_difference_minor"] == 1000 - 1500
    found = {(row["order_id"], row["sku_id"]): row for row in stated.rows("found.csv")}
    assert found["O1", "K2"]["verdict"] == "agrees"  # 5.50 was paid and 0.50 taken back
    assert found["O2", "K1"]["base_difference_minor"] == str(10000 - 15000)
    assert (found["O3", "K1"]["verdict"], found["O7", "K1"]["verdict"]) == ("ours_only", "theirs_only")
    assert ("O5", "K1") not in found  # the platform's rows name creators, and this order had none
    assert next(iter(found)) == ("O3", "K1")  # the largest difference
    assert pq.read_table("found.parquet").num_rows == len(found)
    book = load_workbook("found.xlsx", read_only=True)
    assert book.sheetnames == ["汇总 Summary", "订单 Orders"]
    assert len(list(book["订单 Orders"].values)) == 1 + len(found)
    assert "GBP: 1 differ: 100.00 sold, there 150.00; 10.00 due, there 15.00, difference -5.00" in done.err
    assert "compared by order and SKU; 6 in all" in done.err


def test_what_agrees_ends_with_nothing_to_do(stated: Desk) -> None:
    stated.file("payout.csv", "".join(PLATFORM.splitlines(keepends=True)[:4]))
    stated.state(stated.judge(*ORDERS[:2], header=SKUS))
    done = stated.run(*COMMAND)
    assert done.err.startswith("GBP: 2 agree: 150.00 sold, there 150.00; 15.00 due, there 15.00")


def test_without_skus_and_commission_the_sales_of_orders_are_compared(stated: Desk) -> None:
    lines = [
        line for line in MAPPING.splitlines() if not line.startswith(("sku_id", "commission", "identity"))
    ]
    stated.file("payout.toml", "\n".join(lines))
    stated.file("payout.csv", "".join(PLATFORM.splitlines(keepends=True)[:2]).replace("100.00", "150.00"))
    done = stated.run(*COMMAND, "--json", status=1)
    assert (done.json["by_sku"], done.json["commission"]) == (False, False)
    assert {one["verdict"]: one["orders"] for one in done.json["sums"]} == {"agrees": 1, "ours_only": 3}
    assert "compared by order; 4 in all" in done.err


def test_rows_that_cannot_be_read_are_named_and_what_is_missing_is_said(stated: Desk) -> None:
    stated.file("payout.csv", PLATFORM.replace("3.33", "x"))
    done = stated.run(*COMMAND, status=1)
    assert "1 rows of the platform cannot be read: payout.csv line 6" in done.err
    assert (
        "expected a folder of `shoplink statement`"
        in stated.run(*COMMAND[:1], ".", *COMMAND[2:], status=2).err
    )
    assert "allowed: a name that ends in .csv" in stated.run(*COMMAND, "--out", "x.pdf", status=2).err


def test_a_statement_by_the_day_of_settlement_leaves_what_is_not_settled_for_later(desk: Desk) -> None:
    rows = ("O1,S1,A8,2026-10-03T00:00:00Z,10000,GBP,1000,2026-11-02T00:00:00Z",
            "O2,S1,A8,2026-10-04T00:00:00Z,20000,GBP,1000,")  # fmt: skip
    columns = "".join(
        f'{name} = "{name}"\n' for name in ("order_id", "shop_id", "account_id", "ordered_at", "currency")
    )
    money = 'amount = "amount_minor"\ncommission_rate = "commission_rate_bp"\nsettled_at = "paid"\n'
    desk.file("map.toml", f"[columns]\n{columns}{money}")
    header = "order_id,shop_id,account_id,ordered_at,amount_minor,currency,commission_rate_bp,paid"
    result = desk.judge(*rows, header=header, mapping="map.toml")
    done = desk.state(result, "--mapping", "map.toml", "--at", "settled", "--json")
    assert done.json["undated"] == 1
    assert {row["period"]: row["commission_minor"] for row in desk.rows("out/commission.csv")} == {
        "2026-11": "1000"
    }
    (later,) = desk.rows("out/undated.csv")
    assert (later["order_id"], later["line"]) == ("O2", "3")
    done = desk.state(result, "--mapping", "map.toml", "--at", "delivered", status=2)
    assert "map.toml: names no column delivered_at" in done.err
