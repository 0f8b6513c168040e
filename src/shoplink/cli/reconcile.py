"""`shoplink reconcile`: a statement beside what the platform says."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from shoplink.cli.attribute import engine_of, files_of
from shoplink.cli.database import fail
from shoplink.cli.orders.extra import needs_orders
from shoplink.cli.orders.mapping_options import mapping_of, takes_mapping

if TYPE_CHECKING:
    from shoplink.flows.commission.statement.reconcile import ReconcileResult


@click.command(
    epilog="""\b
Examples:
  shoplink reconcile statements --with payout.csv --mapping payout.toml
  shoplink reconcile statements --with affiliate.csv --shop hh-tea-my --market MY --period 2026-10
  shoplink reconcile statements --with payout.csv --mapping payout.toml --period 2026-10 --out payout.xlsx

\b
Exit status: 0 if everything agrees; 1 if something differs, only one side has it, or a row cannot be read; 2 if nothing was
compared because a file or the mapping cannot be used.
"""
)
@click.argument("statement", metavar="STATEMENT")
@click.option(
    "--with",
    "platform",
    metavar="FILE",
    multiple=True,
    required=True,
    help="An export of the platform's own settlement; may be repeated.",
)
@partial(takes_mapping, shop="Only this shop of the statement; it is also that of rows that name none.")
@click.option("--period", metavar="PERIOD", help="Only this period of the statement.")
@click.option(
    "--out",
    metavar="FILE",
    multiple=True,
    help="Where to write the comparison: .csv, .xlsx or .parquet; may be repeated.",
)
@click.option("--memory", default="2GB", show_default=True, help="The memory limit of DuckDB.")
@click.option(
    "--threads", type=click.IntRange(1), help="The number of threads of DuckDB.  [default: one per core]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@needs_orders
def reconcile(**options: Any) -> None:
    """Compare STATEMENT, a folder of `statement`, with what the platform paid: by order and SKU.

    Says what agrees, what differs and by how much, and what only one side has.
    """
    result = _run(**options)
    if options["as_json"]:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(result), "out": options["out"]}))
    for line in _summary(result):
        click.echo(line, err=True)
    sys.exit(0 if result.agrees else 1)


def _summary(result: "ReconcileResult") -> list[str]:
    from shoplink.flows.commission.statement.page import say_money  # noqa: PLC0415 (takes long to load)

    words = {
        "agrees": "agree",
        "differs": "differ",
        "ours_only": "only in the statement",
        "theirs_only": "only there",
    }
    found = []
    for one in result.sums:
        sold = f"{say_money(one.our_base_minor, one.currency)} sold, there {say_money(one.their_base_minor, one.currency)}"
        paid = (
            f"; {say_money(one.our_commission_minor, one.currency)} due, there "
            f"{say_money(one.their_commission_minor, one.currency)}, difference "
            f"{say_money(one.commission_difference_minor, one.currency)}"
            if result.commission
            else ""
        )
        found.append(f"{one.currency}: {one.orders:,} {words[one.verdict]}: {sold}{paid}")
    key = "order and SKU" if result.by_sku else "order"
    found.append(f"compared by {key}; {sum(one.orders for one in result.sums):,} in all")
    if result.preset:
        found.insert(0, f"this is {result.about}; taken with preset {result.preset}")
    if result.left_out:
        found.append(f"{result.left_out:,} rows of the platform do not count by the mapping")
    if result.unread:
        places = ", ".join(result.unread_places)
        found.append(f"{result.unread:,} rows of the platform cannot be read: {places}")
    return found


def _run(
    *, statement: str, platform: tuple[str, ...], out: tuple[str, ...], **options: Any
) -> "ReconcileResult":
    from shoplink.attribution.engine import EngineError  # noqa: PLC0415 (takes long to load)
    from shoplink.attribution.mapping import MappingError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.judge import UnsoundError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.outputs import BusyError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.statement import reconcile as flow  # noqa: PLC0415 (as above)

    for name in out:
        if Path(name).suffix.lower() not in (".csv", ".xlsx", ".parquet"):
            fail(f"--out: found {name!r}; allowed: a name that ends in .csv, .xlsx or .parquet")
    try:
        files = files_of(platform)
        return flow.reconcile_statement(
            flow.ReconcileRequest(
                statement=Path(statement),
                platform=files,
                mapping=mapping_of(files, {**options, "links": True}, are_paid=True),
                engine=engine_of({**options, "engine": "duckdb"}),
                out=[Path(name) for name in out],
                shop_id=options["shop"],
                period=options["period"],
            )
        )
    except (MappingError, EngineError, UnsoundError, BusyError) as error:
        fail(str(error))
    except UnicodeDecodeError:
        fail(f"{options['mapping']}: not text in UTF-8")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
