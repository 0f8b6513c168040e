"""A file of orders of the demo, as a seller downloads it from TikTok Shop, sent to the console and not calculated yet."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shoplink.demo.personas import person_id
from shoplink.flows.order_run.run import receive
from shoplink.store.read.names import names
from shoplink.table.write import CsvWriter

SHOP = "hh-home-gb"

_ZONE = ZoneInfo("Europe/London")
_HEADER = (
    "Order ID,Product ID,Product Name,SKU ID,Price,Payment Amount,Currency,Quantity,Fully returned or refunded,"
    "Payment method,Order Status,Creator Username,Content Type,Content ID,commission model,Standard commission rate,"
    "Est. Commission Base,Est. standard commission payment,Actual Commission Base,Actual Commission Payment,Time Created,"
    "Time Commission Paid"
)
_ORDERS = (
    # how many hours ago, the account whose handle is named, the amount, the rate, the state
    (30, "hannah.brooks", "24.90", "15%", "Completed"),
    (54, "zhou.zhou", "18.50", "15%", "Completed"),
    (55, "zhou.zhou", "36.00", "15%", "Ineligible"),
    (80, "priya.nair", "12.40", "10%", "Completed"),
    (2_000, "priya.nair", "59.00", "10%", "Completed"),
    (100, "grace.okafor", "41.20", "12%", "Completed"),
    (120, "", "9.99", "", "Completed"),
)
"""Of linked creators, of one whose link has ended, of one who is linked elsewhere, and of nobody."""


def send_orders(now: datetime) -> None:
    """Send the export of somebody who sells for `SHOP`."""
    _, accounts = names((), [account_id for _, account_id, *_ in _ORDERS if account_id])
    text = io.StringIO(newline="")
    writer = CsvWriter(text)
    writer.row(_HEADER.split(","))
    for number, (hours, account_id, amount, rate, state) in enumerate(_ORDERS, start=1):
        at = (now - timedelta(hours=hours)).astimezone(_ZONE)
        cells = [
            f"57646075230342361{number}\t",
            "1729000000000000099",
            "Throw 披毯",
            "1729000000000000011",
            amount,
        ]
        cells += [
            amount,
            "GBP",
            "1",
            "No",
            "Card",
            state,
            accounts.get(account_id, ""),
            "Video",
            "7300000000000000001",
        ]
        cells += ["Standard", rate, amount, "", "", "", f"{at:%d/%m/%Y %H:%M:%S}", ""]
        writer.row(cells)
    name = f"Affiliate orders {now:%Y-%m-%d}.csv"
    receive(name, [text.getvalue().encode("utf-8-sig")], shop_id=SHOP, person_id=person_id("mei"))
