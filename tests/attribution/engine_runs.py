"""Run an engine, and bring its results into the form of the naive judge's."""

from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from shoplink.attribution import judgement
from shoplink.attribution.engine import Engine
from shoplink.attribution.judgement import Plan
from shoplink.attribution.source import OrderSource, open_orders
from tests.attribution.naive import Judged

_numbers = count()


def open_files(engine: Engine, files: list[str], folder: Path, **more: Any) -> OrderSource:
    """Open files of orders."""
    return open_orders(engine, files, more.get("mapping"), folder, lambda _: None)


def plan_of(engine: Engine, links: Path, spans: int | None = None) -> Plan:
    """The plan for links, or a plan with a number of spans."""
    plan = judgement.plan_for(**next(engine.rows(judgement.summarise_links(engine.links(links)))))
    return plan if spans is None else msgspec.structs.replace(plan, spans=spans)


def judgements(engine: Engine, files: list[str], links: Path, plan: Plan, folder: Path) -> list[Judged]:
    """An engine's judgement of orders, sorted by order id."""
    source = open_files(engine, files, folder)
    out = folder / f"judged-{next(_numbers)}.parquet"
    result = judgement.attribute_rows(source.rows, source.fields, engine.links(links), plan)
    written = engine.write(result, out, "parquet", lambda _: None)
    judged = read_result(out)
    assert written == len(judged)
    return judged


def rejected_ids(engine: Engine, files: list[str], links: Path, plan: Plan, folder: Path) -> list[str]:
    """The ids of the orders that an engine rejects."""
    source = open_files(engine, files, folder)
    rows = engine.rows(judgement.reject_rows(source.rows, source.fields, engine.links(links), plan))
    return sorted(row["order_id"] for row in rows)


def read_result(path: Path) -> list[Judged]:
    """Read a result, a file or a folder, sorted by order id."""
    table = pq.read_table(path, columns=list(Judged._fields))
    columns = [column.to_pylist() for column in table.columns]
    return sorted(map(Judged._make, zip(*columns, strict=True)))
