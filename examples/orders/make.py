"""Generate order exports that match the links of a database, in the formats that sellers use.

    shoplink export --what periods periods.csv
    python examples/orders/make.py periods.csv FOLDER

Each link has orders from its whole period, from just before and just after it, and at its first and last microsecond. The
same periods give the same orders.
"""

import argparse
import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

CHINA = timezone(timedelta(hours=8))
MICROSECOND = timedelta(microseconds=1)
WITHIN, AROUND, WITHOUT_ACCOUNT = 40, 12, 20


class Order(NamedTuple):
    """A line of an order, money in whole pence or cents, the rate in per cent."""

    order_id: str
    shop_id: str
    account_id: str
    ordered_at: datetime
    amount: int
    currency: str
    rate: str
    refund: int
    note: str


def orders(periods: list[dict[str, str]], now: datetime) -> Iterator[Order]:
    """The orders that fit these links."""
    chance = random.Random(2024)
    number = 5_764_607_523_034_234_880

    def order(period: dict[str, str], at: datetime, account_id: str) -> Order:
        nonlocal number
        number += chance.randrange(1, 5_000)
        amount = chance.choice((499, 1_290, 1_995, 2_450, 8_800, chance.randrange(100, 20_000)))
        refund = amount if chance.random() < 0.03 else 0
        currency = "USD" if period["shop_id"].endswith("-us") else "GBP"
        rate = chance.choice(("10", "12.5", "8")) if account_id else ""
        note = chance.choice(("", "", "", "首单", "直播间专享", '说"尽快发货"'))
        return Order(str(number), period["shop_id"], account_id, at, amount, currency, rate, refund, note)

    for period in periods:
        begun = datetime.fromisoformat(period["linked_at"])
        ended = datetime.fromisoformat(period["ended_at"]) if period["ended_at"] else None
        lasted = (ended or now) - begun
        account_id = period["account_id"]
        instants = [begun, *(begun + lasted * part / (WITHIN + 1) for part in range(1, WITHIN + 1))]
        instants += [begun - timedelta(hours=hours) for hours in range(1, AROUND + 1)]
        if ended is not None:
            instants += [ended - MICROSECOND, *(ended + timedelta(hours=hours) for hours in range(AROUND))]
        for at in instants:
            yield order(period, at, account_id)
    shops = {period["shop_id"]: period for period in periods}
    for period in shops.values():
        for days in range(WITHOUT_ACCOUNT):
            yield order(period, now - timedelta(days=days, hours=2), "")


def write_seller_export(path: Path, rows: list[Order]) -> int:
    """UTF-8 with a byte order mark, ids kept as text by a tab, the seller's own clocks with their offset.

    Three lines cannot be judged, as happens when files pass through spreadsheets.
    """
    wrong = [
        rows[0]._replace(order_id="5.76461E+18"),
        rows[1]._replace(order_id="5764607523034000001", amount=-rows[1].amount, refund=0),
        next(row for row in rows if not row.account_id)._replace(
            order_id="5764607523034000002", account_id="nobody.linked"
        ),
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        names = ("订单编号", "店铺ID", "达人ID", "下单时间", "实付金额", "币种", "佣金率", "退款金额", "备注")
        writer.writerow(names)
        for row in [*rows, *wrong]:
            writer.writerow(
                (
                    f"{row.order_id}\t" if row.order_id.isdecimal() else row.order_id,
                    row.shop_id,
                    row.account_id,
                    row.ordered_at.astimezone(CHINA).isoformat(" "),
                    f"{Decimal(row.amount) / 100:,.2f}",
                    row.currency,
                    f"{row.rate}%" if row.rate else "",
                    f"{Decimal(row.refund) / 100:.2f}" if row.refund else "",
                    row.note,
                )
            )
    return len(rows) + len(wrong)


def write_erp_export(path: Path, rows: list[Order]) -> int:
    """GB18030, clocks of Beijing that do not say so, amounts of one currency that is named nowhere."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("单号", "店铺", "带货达人", "成交时间", "成交金额", "佣金比例", "备注"))
        for row in rows:
            at = row.ordered_at.astimezone(CHINA)
            # Written without a microsecond where a clock shows none, and never with one digit too few.
            shown = f"{at.year}/{at.month}/{at.day} {at:%H:%M:%S.%f}"
            rate = str(Decimal(row.rate) / 100) if row.rate else ""
            writer.writerow(
                (
                    row.order_id,
                    row.shop_id,
                    row.account_id,
                    shown,
                    f"{Decimal(row.amount) / 100:.2f}",
                    rate,
                    row.note,
                )
            )
    return len(rows)


def write_warehouse_export(path: Path, rows: list[Order]) -> int:
    """Parquet as a warehouse keeps it: decimals, instants with their time zone."""
    money = pa.decimal128(18, 2)
    columns = {
        "order_no": pa.array([row.order_id for row in rows]),
        "store": pa.array([row.shop_id for row in rows]),
        "creator": pa.array([row.account_id or None for row in rows], pa.string()),
        "paid_at": pa.array([row.ordered_at for row in rows], pa.timestamp("us", tz="UTC")),
        "paid": pa.array([Decimal(row.amount) / 100 for row in rows], money),
        "currency": pa.array([row.currency for row in rows]),
        "commission_rate": pa.array(
            [Decimal(row.rate) / 100 if row.rate else None for row in rows], pa.decimal128(6, 4)
        ),
        "refunded": pa.array([Decimal(row.refund) / 100 for row in rows], money),
    }
    pq.write_table(pa.table(columns), path)
    return len(rows)


def main() -> None:
    """Write the three exports and say how many lines each has."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("periods", type=Path, help="what `shoplink export --what periods` wrote")
    parser.add_argument("folder", type=Path, help="where the exports go")
    asked = parser.parse_args()
    with asked.periods.open(encoding="utf-8-sig", newline="") as file:
        periods = sorted(csv.DictReader(file), key=lambda period: (period["linked_at"], period["account_id"]))
    made = list(orders(periods, datetime.now(UTC).replace(microsecond=0)))
    asked.folder.mkdir(parents=True, exist_ok=True)
    independent = [row for row in made if not row.shop_id.startswith("hh-")]
    for write, name, rows in (
        (write_seller_export, "seller-export.csv", [row for row in made if row.shop_id.endswith("-gb")]),
        (write_erp_export, "erp-export.csv", [row for row in made if row.shop_id.endswith("-us")]),
        (write_warehouse_export, "warehouse-export.parquet", independent),
    ):
        print(f"{name}: {write(asked.folder / name, rows):,} lines")


if __name__ == "__main__":
    main()
