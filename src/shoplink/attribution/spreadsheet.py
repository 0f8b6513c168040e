"""The expression by which texts leave for a spreadsheet: what `table.write` does with a cell, done with columns."""

from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from shoplink.attribution.engine import Engine
from shoplink.table.cell import RUNNABLE, UNSEEN
from shoplink.table.write import guarded

_RUNS = rf"^'*{UNSEEN}[{RUNNABLE}]"
_NEGATIVE = r"^-[0-9]+([.,][0-9]+)*\z"
_HARMLESS = (("0", ":"), ("A", "["), ("a", "{"), ("一", "豈"))
"""From and below which letters a text is that no spreadsheet runs: nearly all are, and comparing is cheaper than a pattern."""

_SPLITS = (";", "\t", "|")
"""Besides the comma, at which every writer quotes a cell."""


def guard(rows: ir.Table, texts: tuple[str, ...]) -> ir.Table:
    """Rows whose texts and headers no spreadsheet runs. `table.cell.as_text` makes them what they were."""
    cells = {
        guarded(name): _guarded(rows[name]) if name in texts and kind.is_string() else rows[name]
        for name, kind in rows.schema().items()
    }
    return rows.select(**cells)


def _guarded(cell: ir.StringValue) -> ir.StringValue:
    is_harmless = reduce(or_, ((cell >= first) & (cell < last) for first, last in _HARMLESS))
    runs = cell.re_search(_RUNS) & ~cell.re_search(_NEGATIVE)
    return is_harmless.ifelse(cell, runs.ifelse(ibis.literal("'") + cell, cell))


def columns_to_quote(engine: Engine, rows: ir.Table, texts: tuple[str, ...]) -> list[str]:
    """The columns, as `guard` names them, with a cell at which some spreadsheet splits a line."""
    present = [name for name in texts if name in rows.columns]
    if not present:
        return []
    # Aggregates have names of ours: an engine may not tell columns apart by case.
    splits = {
        f"c{number}": reduce(or_, (rows[name].contains(mark) for mark in _SPLITS)).any()
        for number, name in enumerate(present)
    }
    (found,) = engine.rows(rows.agg(**splits))
    return [guarded(name) for number, name in enumerate(present) if found[f"c{number}"]]
