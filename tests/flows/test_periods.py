"""Files of the established periods of links, as other programs write them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplink.attribution.mapping import MappingError
from shoplink.core.commission.attribution import Period
from shoplink.flows.commission.periods import PeriodsError, read_periods

BEGUN = datetime(2026, 10, 1, 8, 30, 0, 250_000, UTC)
ENDED = BEGUN + timedelta(days=31)
PERIOD = Period("link_1", "S1", "A1", "official", BEGUN, ENDED, ENDED, "offline", "合同-7")
LASTING = Period("link_2", "S1", "A2", "marketing", BEGUN, BEGUN)


def written(tmp_path: Path, kind: pa.DataType, **columns: list[Any]) -> Path:
    """A file of the two periods with instants of this kind; `columns` replace its own."""
    both = (PERIOD, LASTING)
    instants = ("linked_at", "changed_at", "ended_at")
    cells = {name: [getattr(one, name) for one in both] for name in Period.__struct_fields__}
    table = {name: pa.array(those, kind if name in instants else None) for name, those in cells.items()}
    path = tmp_path / "periods.parquet"
    pq.write_table(pa.table(table | {name: pa.array(those) for name, those in columns.items()}), path)
    return path


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("us", "UTC"),
        pa.timestamp("ms", "UTC"),
        pa.timestamp("ns", "UTC"),
        pa.timestamp("us", "Asia/Shanghai"),
        pa.timestamp("us", "+01:00"),
    ],
    ids=str,
)
def test_instants_of_any_unit_and_zone_are_read(tmp_path: Path, kind: pa.DataType) -> None:
    assert [*read_periods([written(tmp_path, kind)])] == [PERIOD, LASTING]


def test_instants_are_microseconds_where_they_are_whole_numbers(tmp_path: Path) -> None:
    micros = [(at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for at in (BEGUN, BEGUN)]
    path = written(tmp_path, pa.timestamp("us", "UTC"), linked_at=micros)
    assert [*read_periods([path])] == [PERIOD, LASTING]


@pytest.mark.parametrize(
    "cell", [BEGUN.replace(tzinfo=None), date(2026, 10, 1), 1.5, Decimal("1.5"), b"2026", True, 2**62, "2026"]
)
def test_what_is_no_instant_is_said_with_its_line(tmp_path: Path, cell: object) -> None:
    path = written(tmp_path, pa.timestamp("us", "UTC"), linked_at=[cell, cell])
    with pytest.raises(
        PeriodsError, match=r"periods\.parquet: line 1: linked_at: found .*; allowed: an RFC 3339 instant"
    ):
        [*read_periods([path])]


def test_what_is_finer_than_a_microsecond_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, pa.timestamp("us", "UTC"))
    table = pq.read_table(path)
    fine = pa.array([1, 2], pa.timestamp("ns", "UTC"))
    pq.write_table(table.set_column(table.column_names.index("linked_at"), "linked_at", fine), path)
    with pytest.raises(MappingError, match=r"periods\.parquet: linked_at: .*would lose data"):
        [*read_periods([path])]


@pytest.mark.parametrize("column", ["shop_id", "ended_at", "changed_at"])
@pytest.mark.parametrize("form", ["CSV", "parquet"])
def test_a_column_that_is_needed_is_missed_by_name(tmp_path: Path, column: str, form: str) -> None:
    path = written(tmp_path, pa.timestamp("us", "UTC"))
    table = pq.read_table(path).drop_columns([column])
    if form == "parquet":
        pq.write_table(table, path)
    else:
        path = tmp_path / "PERIODS.CSV"
        path.write_text(",".join(table.column_names), encoding="utf-8")
    with pytest.raises(PeriodsError, match=f"{path.name}: found the columns link_id, .*; missing {column}; "):
        [*read_periods([path])]


def test_columns_that_may_be_left_out_are(tmp_path: Path) -> None:
    path = written(tmp_path, pa.timestamp("us", "UTC"))
    pq.write_table(pq.read_table(path).drop_columns(["settlement", "reference"]), path)
    assert [*read_periods([path])][1] == LASTING


def test_what_is_no_parquet_is_said_with_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, pa.timestamp("us", "UTC"))
    whole = path.read_bytes()
    for content in (b"", b"link_id,shop_id\n", whole[:-10], whole[:4] + b"\xff" * 400 + whole[404:]):
        path.write_bytes(content)
        with pytest.raises(MappingError, match=r"periods\.parquet: not Parquet: ."):
            [*read_periods([path])]
    with pytest.raises(IsADirectoryError) as error:
        [*read_periods([tmp_path])]
    assert error.value.filename == str(tmp_path)


def table(tmp_path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    header = "link_id,shop_id,account_id,role,linked_at,changed_at,ended_at,settlement,reference"
    path = tmp_path / "periods.txt"
    path.write_bytes("\n".join((header, *lines, "")).encode(encoding))
    return path


def test_a_table_of_periods_is_read_as_every_table_is(tmp_path: Path) -> None:
    line = 'link_1,\'S1,"=""A1""",official,2026-10-01T08:30:00.25Z,2026-11-01T08:30:00.25Z,2026-11-01T08:30:00.25Z,offline,\'=合同-7'
    (found,) = read_periods([table(tmp_path, line, encoding="utf-16")])
    assert found == msgspec.structs.replace(PERIOD, reference="=合同-7")


@pytest.mark.parametrize("account", ["7.59226E+18", "7592255573464597542.0", "7592255573464590000"])
def test_an_id_that_a_spreadsheet_has_rounded_ends_the_run(tmp_path: Path, account: str) -> None:
    line = f"link_1,S1,{account},official,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,,"
    with pytest.raises(
        PeriodsError, match=re.escape(f"line 2: account_id: found '{account}'; allowed: the whole id")
    ):
        [*read_periods([table(tmp_path, line)])]


def test_a_real_id_that_ends_in_zeros_is_rare_and_read(tmp_path: Path) -> None:
    ids = [*(f"75922555734645{97_000 + number}" for number in range(400)), "7592255573464590000"]
    lines = [f"l{one},S1,{one},official,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,," for one in ids]
    assert [period.account_id for period in read_periods([table(tmp_path, *lines)])] == ids
