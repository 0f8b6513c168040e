"""Ask an engine to judge, and compare what it says with the naive judge."""

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


def opened(engine: Engine, files: list[str], folder: Path, **more: Any) -> OrderSource:
    """Files of orders, opened."""
    return open_orders(engine, files, more.get("mapping"), folder, lambda _: None)


def plan_of(engine: Engine, links: Path, spans: int | None = None) -> Plan:
    """The plan for links, or one of so many spans."""
    plan = judgement.plan_for(**next(engine.rows(judgement.summarise_links(engine.links(links)))))
    return plan if spans is None else msgspec.structs.replace(plan, spans=spans)


def answer(engine: Engine, files: list[str], links: Path, plan: Plan, folder: Path) -> list[Judged]:
    """What an engine says of orders, by their ids."""
    source = opened(engine, files, folder)
    out = folder / f"judged-{next(_numbers)}.parquet"
    result = judgement.judge(source.rows, source.fields, engine.links(links), plan)
    written = engine.write(result, out, "parquet", lambda _: None)
    judged = read_result(out)
    assert written == len(judged)
    return judged


def rejected_ids(engine: Engine, files: list[str], links: Path, plan: Plan, folder: Path) -> list[str]:
    """The orders that an engine rejects."""
    source = opened(engine, files, folder)
    rows = engine.rows(judgement.reject(source.rows, source.fields, engine.links(links), plan))
    return sorted(row["order_id"] for row in rows)


def read_result(path: Path) -> list[Judged]:
    """A result, a file or a folder of them, by the ids of its orders."""
    table = pq.read_table(path, columns=list(Judged._fields))
    columns = [column.to_pylist() for column in table.columns]
    return sorted(map(Judged._make, zip(*columns, strict=True)))
