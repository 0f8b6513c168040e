"""`shoplink statement`: the commission that shops owe, and the settlement with linked creators."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec

from shoplink.cli.attribute import engine_of, files_of, periods_of
from shoplink.cli.database import fail, with_database
from shoplink.cli.extra import needs_orders


@click.command(
    epilog="""\b
Examples:
  shoplink statement judged.parquet --out statements
  shoplink statement judged.csv --mapping shop-export.toml --month 2026-10 --shop hh-tea-gb --out statements

\b
Exit status: 0; 2 if nothing was written because the sums do not match the rows, or a file or the database cannot be used.
"""
)
@click.argument("results", metavar="RESULT…", nargs=-1, required=True)
@click.option("--out", metavar="FOLDER", required=True, help="The folder for the statements.")
@click.option("--mapping", metavar="FILE", help="The mapping that `attribute` used for the results.")
@click.option(
    "--links",
    metavar="FILE",
    multiple=True,
    help="A file that `export --what periods` wrote; may be repeated.  [default: the database]",
)
@click.option("--shop", "shop_id", metavar="ID", help="Only this shop.")
@click.option("--month", metavar="YYYY-MM", help="Only this month.")
@click.option(
    "--time-zone",
    "zone",
    default="UTC",
    show_default=True,
    help="The time zone in which months begin and end.",
)
@click.option("--memory", default="2GB", show_default=True, help="The memory limit of DuckDB.")
@click.option(
    "--threads", type=click.IntRange(1), help="The number of threads of DuckDB.  [default: one per core]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@needs_orders
def statement(results: tuple[str, ...], **options: Any) -> None:
    """Sum the RESULTs of `attribute` by month and shop, and by link.

    Writes commission and settlement to FOLDER, each as CSV and Parquet, and printable pages for each month, in Chinese and
    English: one for each shop, and one for each creator linked to it. The month is that of the order, also for refunds.
    """
    run = _run if options["links"] else with_database(_run)
    result = run(results, **options)
    if options["as_json"]:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(result), "out": options["out"]}))
    click.echo(f"{result.rows:,} rows summed; {result.pages:,} pages in {options['out']}", err=True)


def _run(results: tuple[str, ...], *, out: str, mapping: str | None, **options: Any) -> Any:
    from shoplink.attribution.engine import EngineError  # noqa: PLC0415 (takes long to load)
    from shoplink.attribution.mapping import MappingError, parse_mapping  # noqa: PLC0415 (as above)
    from shoplink.flows.commission import statement as flow  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.judge import UnsoundError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.periods import PeriodsError  # noqa: PLC0415 (as above)

    try:
        return flow.write_statements(
            flow.StatementRequest(
                results=files_of(results),
                links=periods_of(options["links"]),
                folder=Path(out),
                engine=engine_of({**options, "engine": "duckdb"}),
                mapping=parse_mapping(Path(mapping).read_text(encoding="utf-8"), mapping)
                if mapping
                else None,
                shop_id=options["shop_id"],
                month=_month(options["month"]),
                zone=_zone(options["zone"]),
            )
        )
    except (MappingError, PeriodsError, EngineError, UnsoundError) as error:
        fail(str(error))
    except UnicodeDecodeError:
        fail(f"{mapping}: not text in UTF-8")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")


def _month(text: str | None) -> str | None:
    if text is not None and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII) is None:
        fail(f"--month: found {text!r}; allowed: a year and a month, such as 2026-10")
    return text


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"--time-zone: found {name!r}; allowed: a name such as Europe/London or Asia/Shanghai")
