"""Whole runs over random messy files say of every row what a judge says that was made from the specification alone.

`SHOPLINK_TEST_MESSY_ROWS` sets the number of rows.
"""

import csv
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.engine import Engine
from shoplink.attribution.mapping import parse_mapping
from shoplink.core.commission.attribution import Period
from shoplink.core.facts import Role
from shoplink.flows.commission.judge import AttributionRequest, attribute_files
from shoplink.flows.commission.summary import AttributionResult
from tests.attribution.messy_cells import SETTINGS
from tests.attribution.naive import Link
from tests.attribution.random_files import Expected, Style, expected_of, rows_of, write
from tests.attribution.random_orders import links_of, world_of
from tests.attribution.test_identities import instant, known_in
from tests.rule import rule

ROWS = int(os.environ.get("SHOPLINK_TEST_MESSY_ROWS", "2400"))
STYLES = (
    Style(SETTINGS[0]),
    Style(SETTINGS[2], by_handle=True, per_order=True, encoding="gb18030", delimiter=";"),
    Style(SETTINGS[6], per_order=True, encoding="utf-16", delimiter="\t"),
)


def run(
    engine: Callable[[Path], Engine], folder: Path, style: Style, rows: int, seed: int
) -> tuple[Expected, AttributionResult]:
    """Judge random files in a folder; returns what is right, and what the run says."""
    links = links_of(60, 5, seed=seed)
    world = world_of(links, seed + 1, strangers=bool(seed % 2))
    made = rows_of(rows, style, links, world, seed + 2)
    asked = AttributionRequest(
        orders=write(made, style, folder, files=3),
        links=[_period(link) for link in links],
        out=folder / "out.csv",
        form="csv",
        rejects=folder / "out.rejects.csv",
        engine=engine,
        work=folder,
        mapping=parse_mapping(style.mapping(), "map.toml"),
        sides=known_in(world),
        strangers=world.strangers,
        now=instant(world.now),
    )
    return expected_of(made, style, links, world), attribute_files(asked, lambda *_: None)


def _period(link: Link) -> Period:
    ended = None if link.ended_at is None else instant(link.ended_at)
    changed = instant(link.changed_at)
    role: Role = "official" if link.role == "official" else "marketing"
    return Period(link.link_id, link.shop_id, link.account_id, role, instant(link.linked_at), changed, ended)


def differences(folder: Path, right: Expected, said: AttributionResult) -> list[Any]:
    """The first rows that are elsewhere than is right, or judged otherwise, and the counts that are wrong."""
    found: list[Any] = []
    judged = _rows(folder / "out.csv")
    for row in judged:
        its = right.judged.get(row["行"])
        is_now = (row["basis"], row["link_id"] or None, int(row["commission_minor"]), int(row["base_minor"]))
        if its is None or tuple(its[1:]) != is_now:
            found.append(("judged", its, row))
    for name, expected in (("rejects", right.rejected), ("left-out", right.aside)):
        there = _rows(folder / f"out.{name}.csv")
        counts = Counter(row["行"] for row in there)
        for number in (counts - expected) + (expected - counts):
            where = [row for row in there if row["行"] == number]
            found.append((name, counts[number], expected[number], where, right.judged.get(number)))
    counted = (said.judged, said.rejected, said.left_out, said.repeated.identical, said.repeated.different)
    again = right.identical + right.different
    is_right = (len(right.judged), right.rejected.total(), right.aside.total() - again)
    if counted != (*is_right, right.identical, right.different):
        found.append(("counted", counted, is_right, right.identical, right.different))
    if said.rows != said.judged + said.rejected + said.left_out + again:
        found.append(("rows", said.rows))
    return found[:10]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@rule("R3")
@pytest.mark.parametrize("number", range(len(STYLES)))
def test_every_row_of_random_files_is_where_it_belongs(tmp_path: Path, number: int) -> None:
    engine = lambda work: DuckDBEngine("1GB", work, None)  # noqa: E731 (as it is given to a run)
    right, said = run(engine, tmp_path, STYLES[number], ROWS // len(STYLES), seed=300 + number)
    assert differences(tmp_path, right, said) == []
    assert len(right.judged) > said.rows // 10
    assert {one.basis for one in right.judged.values()} == {"official", "marketing", "affiliate", "none"}
    assert min(right.rejected.total(), right.aside.total(), right.identical, right.different) > 10
