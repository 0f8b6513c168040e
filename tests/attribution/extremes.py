"""Files with the extremes of every field, and a telephone number in every column: no cell may end a run."""

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shoplink.attribution import judgement
from shoplink.attribution.engine import Engine
from shoplink.attribution.mapping import Mapping, parse_mapping
from tests.attribution.cells import COLUMNS, FINE, mapping_of
from tests.attribution.engine_runs import open_files, plan_of
from tests.attribution.naive import Link
from tests.attribution.random_orders import START, write_links

SETTINGS = (
    "",
    'amounts = "major"\nrates = "percent"\ntime_zone = "Europe/London"',
    'amounts = "major"\nrates = "fraction"',
)

CELLS = (
    *("13812345678", "+86 138 1234 5678", "6917926768823643741", "9007199254740991", "9007199254740992"),
    *("90071992547409.91", "900719925474.0991", "99999999999999.9999", "9" * 16, "9" * 19, "9" * 400, "0" * 400),
    *("-9223372036854775808", "9223372036854775807", "0.0001", "1e308", "1e-400", "NaN", "Infinity", "-inf", "%"),
    *("9999-12-31T23:59:59.999999Z", "9999-12-31 23:59:59.999999-23:59", "1000-01-01T00:00Z", "0001-01-01T00:00:00Z"),
    *("9999-12-31 23:59", "2026-02-30 10:00Z", "x" * 64, "x" * 65, "单" * 64, "'", '="', "\\", "$", "(", "\u202e1", "🙂", "-", ""),
)  # fmt: skip
_LINK = Link("link_1", "S1", "A1", "official", START, None)


def text_file(folder: Path) -> str:
    """A CSV file in which each of these cells is once in each column, for currencies of every number of decimals."""
    file = folder / "extremes.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writerow(COLUMNS)
        for currency in ("USD", "JPY", "KWD", "CLF"):
            for field in COLUMNS:
                for number, cell in enumerate(CELLS):
                    row = {**FINE, "order_id": f"{currency}-{field}-{number}", "account_id": "A9"}
                    writer.writerow({**row, "currency": currency, "commission_rate": "1", field: cell})
    return str(file)


def typed_files(folder: Path) -> list[str]:
    """Parquet files with the extremes of the types that columns can have, each in a file of its own."""
    columns: dict[str, pa.Array] = {
        "order_id": pa.array(["O1", "O2"]),
        "shop_id": pa.array(["S1", "S1"]),
        "account_id": pa.array(["A1", "A9"]),
        "ordered_at": pa.array([START, START], pa.timestamp("us", "UTC")),
        "amount_minor": pa.array([1, 2], pa.int64()),
        "currency": pa.array(["CLF", "USD"]),
        "commission_rate_bp": pa.array([1, 1], pa.int64()),
        "refund_minor": pa.array([0, None], pa.int64()),
    }
    numbers = [
        pa.array([2**63 - 1, -(2**63)], pa.int64()),
        pa.array([2**53 - 1, 2**53], pa.int64()),
        pa.array([Decimal(10**38 - 1), Decimal(-(10**38) + 1)], pa.decimal128(38, 0)),
        pa.array([Decimal("0.99999999999999999999999999999999999999"), Decimal(0)], pa.decimal128(38, 38)),
        pa.array(
            [Decimal("99999999.999999999999999999999999999999"), Decimal("1E-30")], pa.decimal128(38, 30)
        ),
        pa.array([Decimal("9007199254740991.0000"), Decimal("900719925474.0991")], pa.decimal128(20, 4)),
        pa.array([Decimal("0.0000000"), Decimal("0.0000001")], pa.decimal128(18, 7)),
        pa.array(["9" * 50, "-"]),
    ]
    instants = [
        pa.array([2**62, -(2**62)], pa.timestamp("us", "UTC")),
        pa.array([2**52, -(2**52)], pa.timestamp("ms", "UTC")),
        pa.array(["13812345678", "9999-12-31T23:59:59.999999Z"]),
    ]
    money = ("amount_minor", "refund_minor", "commission_rate_bp")
    changes = [dict.fromkeys(money, cells) for cells in numbers] + [
        {"ordered_at": cells} for cells in instants
    ]
    files = []
    for number, change in enumerate(changes):
        files.append(str(folder / f"extremes-{number}.parquet"))
        pq.write_table(pa.table(columns | change), files[-1])
    return files


def major() -> Mapping:
    """A mapping of the columns of `typed_files` in the major unit and per cent."""
    fields = {"amount": "amount_minor", "commission_rate": "commission_rate_bp", "refund": "refund_minor"}
    names = ("order_id", "shop_id", "account_id", "ordered_at", "currency")
    columns = "\n".join(
        f'{field} = "{column}"' for field, column in (fields | {name: name for name in names}).items()
    )
    return parse_mapping(f'amounts = "major"\nrates = "percent"\n[columns]\n{columns}\n', "m.toml")


def outcomes(engine: Engine, folder: Path) -> list[tuple[object, ...]]:
    """What an engine makes of every row of every such file: judged with a commission, or rejected with words."""
    links = write_links([_LINK], folder / "links.parquet")
    runs: list[tuple[str, Mapping | None]] = [
        (text_file(folder), mapping_of(settings)) for settings in SETTINGS
    ]
    runs += [(file, mapping) for file in typed_files(folder) for mapping in (None, major())]
    found: list[tuple[object, ...]] = []
    for number, (file, mapping) in enumerate(runs):
        source = open_files(engine, [file], folder, mapping=mapping)
        plan = plan_of(engine, links)
        name = source.mapping.columns["order_id"]
        judged = judgement.attribute_rows(source.rows, source.fields, engine.links(links), plan)
        rejected = judgement.reject_rows(source.rows, source.fields, engine.links(links), plan)
        asked = judged.select(name, "basis", "commission_minor")
        here = [(number, "judged", *row.values()) for row in engine.rows(asked)]
        asked = rejected.select(name, judgement.PROBLEM_COLUMN)
        here += [(number, "rejected", *row.values()) for row in engine.rows(asked)]
        assert len(here) == source.count - len(source.broken)
        found += here
    return sorted(found, key=repr)
