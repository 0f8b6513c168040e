"""What the fast reader of links accepts it reads as the careful one does, and the careful one reads the rest."""

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplink.attribution.instants import to_micros
from shoplink.attribution.links.plain_file import COLUMNS, stage_plain_file
from shoplink.attribution.mapping import MappingError
from shoplink.attribution.staging import LinkFiles, stage_links
from shoplink.core.commission.attribution import Period
from shoplink.flows.commission.periods import PeriodsError, read_periods

_PLAIN = {
    "link_id": ["link_1", "l2", "L-3.x:y"],
    "shop_id": ["S1", "7495100000000000322", "75922555734645"],
    "account_id": ["A1", "7592255573464597542"],
    "role": ["official", "marketing"],
    "linked_at": ["2026-10-01T08:30:00Z", "2026-10-01T08:30:00.25Z", "2026-10-01T00:00:00.000001+08:00"],
    "ended_at": ["", "2026-11-01T08:30:00Z", "9999-12-01T00:00:00Z"],
    "settlement": ["", "offline", "own"],
    "reference": ["", "HT-2026-091", "合同-7", "a b/c#1"],
    "changed_at": ["2026-11-01T08:30:00-05:30"],
}
_IDS = [
    "",
    " A1",
    "'A1",
    '="A1"',
    "Ａ１",
    "达人",
    "a" * 64,
    "a" * 65,
    "7.59226E+18",
    "7592255573464590000",
    "1.0",
    "a\x00b",
    "é",
]
_INSTANTS = [
    "", "2026-10-01", "2026-02-30T00:00:00Z", "2026-10-01T24:00:00Z", "2026-10-01T08:30:60Z", "2026-10-01t08:30:00z",
    "2026-10-01T08:30:00", "2026-10-01 08:30:00Z", "2026-10-01T08:30:00.1234567Z", "2026-10-01T08:30:00.123456000Z",
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00", "2026-10-01T08:30:00+24:00",
    "2026-10-01T08:30:00+18:00", "1", "infinity", " 2026-10-01T08:30:00Z",
]  # fmt: skip
_TEXTS = [
    "'=1",
    "=1",
    "x" * 200,
    "x" * 201,
    " a",
    "a  b",
    "e\u0301",
    "豈",
    "a\u200b",
    'a"b',
    "null",
    "－1",
    "'",
]
_ODD = {
    **dict.fromkeys(("link_id", "shop_id", "account_id"), _IDS),
    **dict.fromkeys(("linked_at", "ended_at", "changed_at"), _INSTANTS),
    "role": ["", "Official", "owner", " official"],
    "settlement": ["Own", "cash", " own"],
    "reference": _TEXTS,
}


def row_of(period: Period) -> tuple[Any, ...]:
    cells = (getattr(period, name) for name in COLUMNS)
    return tuple(to_micros(cell) if isinstance(cell, datetime) else cell for cell in cells)


def outcome(read: Callable[[], list[tuple[Any, ...]]]) -> object:
    try:
        return sorted(read(), key=str)
    except (PeriodsError, MappingError) as error:
        return str(error)


def staged(links: LinkFiles, folder: Path) -> list[tuple[Any, ...]]:
    count = stage_links(links, folder)
    table = pq.read_table(folder)
    assert table.column_names == list(COLUMNS)
    assert table.num_rows == count
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def compare(path: Path, folder: Path) -> bool:
    """Both readers agree; whether the fast one took the file."""
    links = read_periods([path])
    fast = outcome(lambda: staged(links, folder / "links"))
    assert fast == outcome(lambda: list(map(row_of, links)))
    return stage_plain_file(path, folder / "plain.parquet", links.find) is not None


def text_of(chance: random.Random, lines: list[list[str]]) -> bytes:
    between = chance.choice([",", ",", ";", "\t"])
    end = chance.choice(["\n", "\n", "\r\n", "\r"])
    quotes = chance.random() < 0.3

    def cell(text: str) -> str:
        if quotes or any(mark in text for mark in (between, '"', "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text

    text = end.join(between.join(map(cell, line)) for line in lines) + chance.choice(["", end, end * 2])
    return text.encode(chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))


@pytest.mark.parametrize("seed", range(150))
def test_a_table_is_read_as_the_careful_reader_reads_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = [*COLUMNS, *(["note"] if chance.random() < 0.3 else [])]
    chance.shuffle(names)
    header = [name if chance.random() < 0.98 else name.title() for name in names]
    lines = [header]
    for _ in range(chance.randrange(6)):
        values = _PLAIN | {"note": ["", "x", 'a"b', "a\nb", "=1"]}
        line = [chance.choice(values[name]) for name in names]
        if chance.random() < 0.12:
            place = chance.randrange(len(names))
            line[place] = chance.choice(_ODD.get(names[place], [""]))
        if chance.random() < 0.04:
            line = chance.choice([line[:-1], [*line, ""], [*line, "x"], [""] * len(line)])
        lines.append(line)
    path = tmp_path / "links.csv"
    path.write_bytes(text_of(chance, lines))
    compare(path, tmp_path)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_odd_cell_is_read_as_the_careful_reader_reads_it(tmp_path: Path, name: str) -> None:
    plain = {column: cells[-1] for column, cells in _PLAIN.items()}
    for number, cell in enumerate(_ODD[name]):
        folder = tmp_path / str(number)
        folder.mkdir()
        line = [cell if column == name else text for column, text in plain.items()]
        (folder / "links.csv").write_bytes(text_of(random.Random(1), [list(plain), line]))
        compare(folder / "links.csv", folder)
        row = {column: [text or None] for column, text in plain.items()} | {name: [cell]}
        pq.write_table(pa.table(row), folder / "links.parquet")
        (folder / "more").mkdir()
        compare(folder / "links.parquet", folder / "more")


def test_a_plain_file_is_taken_by_the_fast_reader(tmp_path: Path) -> None:
    cells = list(_PLAIN.values())
    lines = [[each[number % len(each)] for each in cells] for number in range(12)]
    path = tmp_path / "links.csv"
    path.write_text("\n".join(map(",".join, [list(_PLAIN), *lines])), encoding="utf-8")
    assert compare(path, tmp_path)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", None])
def test_instants_of_parquet_are_read_as_the_careful_reader_reads_them(
    tmp_path: Path, unit: str, zone: str | None
) -> None:
    kind = pa.timestamp(unit, zone)
    instants = (
        [1_700_000_000] if unit == "s" else [1_700_000_000_001] if unit == "ms" else [1_700_000_000_000_001]
    )
    row = {name: pa.array([cells[-1]]) for name, cells in _PLAIN.items()}
    row |= {name: pa.array(instants, pa.int64()).cast(kind) for name in ("linked_at", "changed_at")}
    row["ended_at"] = pa.array([None], kind)
    pq.write_table(pa.table(row), tmp_path / "links.parquet")
    assert compare(tmp_path / "links.parquet", tmp_path) == (unit != "ns" and zone is not None)
