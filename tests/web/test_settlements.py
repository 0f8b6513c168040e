"""A creator's settlements: what a shop has closed, with the shop's numbers, and nothing of anybody else."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import override_settings

from shoplink.attribution.statement.lines import LINES
from shoplink.core.commission.calendar import Calendar
from shoplink.core.commission.closing import Closing, Record, sealed
from shoplink.flows import clock
from shoplink.flows.commission.statement.record import INDEX, hash_of, write_index
from shoplink.flows.order_run.folder import closings_of
from shoplink.flows.order_run.settlement import keep_settlements
from shoplink.store.database.sql import query
from tests.web.form_client import words
from tests.web.persona import browser_of

SHOP, OLIVIA, PAGE = "hh-tea-gb", "olivia.chen", "/creator/olivia.chen/settlements"

Line = dict[str, Any]


def _line(order_id: str, account_id: str | None, **values: Any) -> Line:
    base = {"shop_id": SHOP, "currency": "GBP", "basis": "official", "sku_id": "T-1", "order_lines": 1}
    return {**base, "order_id": order_id, "account_id": account_id, "refund_minor": 0, **values}


OCTOBER = [
    _line("A1", OLIVIA, amount_minor=2_000, commission_minor=0),
    _line("A2", OLIVIA, amount_minor=1_000, commission_minor=150, basis="affiliate"),
    _line("A3", OLIVIA, amount_minor=700, commission_minor=70, basis="affiliate", currency="EUR"),
    _line("A4", "zhou.zhou", amount_minor=9_900, commission_minor=990, basis="affiliate"),
    _line("A5", None, amount_minor=5_500, commission_minor=0, basis="none"),
]
NOVEMBER = [
    _line(
        "A2",
        OLIVIA,
        adjusts="2026-10",
        reason="refund",
        order_lines=0,
        amount_minor=0,
        refund_minor=400,
        commission_minor=-60,
        basis="affiliate",
    ),
    _line("B1", OLIVIA, amount_minor=3_000, commission_minor=450, basis="affiliate"),
]


def _close(period: str, some: list[Line]) -> None:
    """Add a closed period to the record of the shop, as `statement --close` writes it."""
    folder = closings_of(SHOP)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{period}.parquet"
    types = {str(kind): "BIGINT" if kind.is_integer() else "VARCHAR" for kind in LINES.types}
    columns = ", ".join(f"{name} {types[str(kind)]}" for name, kind in LINES.items())
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE closed ({columns})")
        for each in some:
            row = {"period": period, **each}
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO closed ({', '.join(row)}) VALUES ({marks})", [*row.values()])  # noqa: S608 (names of ours)
        connection.execute(f"COPY closed TO '{file}' (FORMAT parquet)")
    closing = Closing(period, clock.now(), file.name, hash_of(file), len(some), {})
    _records[folder] = sealed(_records.get(folder, Record(Calendar(), "ordered", "Europe/London")), closing)
    write_index(_records[folder], folder / INDEX)


_records: dict[Path, Record] = {}


@pytest.fixture
def orders_folder(demo_world: str, tmp_path: Path) -> Iterator[str]:
    with override_settings(ORDERS_FOLDER=tmp_path):
        yield demo_world
    _records.clear()


@pytest.mark.usefixtures("orders_folder")
def test_a_creator_sees_what_the_shop_has_closed_and_nothing_of_others() -> None:
    olivia, zhou = browser_of("olivia"), browser_of("zhou")
    assert "Nothing is settled yet" in olivia.get(PAGE).content.decode()
    _close("2026-10", OCTOBER)
    keep_settlements(SHOP)
    _close("2026-11", NOVEMBER)
    keep_settlements(SHOP)
    keep_settlements(SHOP)
    said = words(olivia.get(PAGE).content.decode())
    assert "Orders 2 Sold, less refunds £30.00 Commission due £1.50" in said
    assert "Orders 1 Sold, less refunds €7.00 Commission due €0.70" in said
    assert "Orders 1 Sold, less refunds £26.00 Commission due £3.90 of it adjustments -£0.60" in said
    november = olivia.get(f"{PAGE}/{SHOP}/2026-11").content.decode()
    assert "A2 · T-1 Adjusts 2026-10: Refund Affiliate, commission is due -£4.00 -£0.60" in words(november)
    october = olivia.get(f"{PAGE}/{SHOP}/2026-10")
    assert "A4" not in october.content.decode()
    file = olivia.get(f"{PAGE}/{SHOP}/2026-10?format=csv").content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(file))] == ["Order number", "A1", "A2", "A3"]
    assert "Nothing is settled yet" in zhou.get("/creator/zhou.zhou/settlements").content.decode(), (
        "never linked with this shop"
    )
    for path in (f"{PAGE}/{SHOP}/2026-10", f"/creator/zhou.zhou/settlements/{SHOP}/2026-10", PAGE):
        assert zhou.get(path).status_code == 404, path
    assert olivia.get(f"{PAGE}/{SHOP}/2026-12").status_code == 404, "only closed periods"


@pytest.mark.usefixtures("orders_folder")
def test_nothing_is_taken_from_a_record_that_was_changed_and_sums_outlive_its_files() -> None:
    _close("2026-10", OCTOBER)
    keep_settlements(SHOP)
    _close("2026-11", NOVEMBER)
    closed = closings_of(SHOP) / "2026-10.parquet"
    closed.write_bytes(closed.read_bytes()[:-1] + b"?")
    keep_settlements(SHOP)
    assert query("SELECT DISTINCT period FROM settlement") == [("2026-10",)]
    closed.unlink()
    said = words(browser_of("olivia").get(f"{PAGE}/{SHOP}/2026-10").content.decode())
    assert "Commission due £1.50" in said
    assert "The orders cannot be shown now; the totals are as they were closed." in said
