"""`shoplink statement`: the commission that shops owe, and the settlement with creators."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec

from shoplink.cli.attribute import engine_of, files_of, periods_of
from shoplink.cli.database import fail, with_database
from shoplink.cli.orders.errors import fail_with
from shoplink.cli.orders.extra import needs_orders
from shoplink.cli.orders.known import handles_of, handles_option
from shoplink.cli.orders.mapping_options import mapping_of, takes_mapping
from shoplink.core.commission.calendar import Calendar, parse_days

if TYPE_CHECKING:
    from shoplink.flows.commission.statement.write import StatementRequest, StatementResult


@click.command(
    epilog="""\b
Examples:
  shoplink statement judged.parquet --out statements
  shoplink statement judged.csv --mapping shop-export.toml --period 2026-10 --shop hh-tea-gb --out statements
  shoplink statement judged.csv --mapping shop-export.toml --out statements --close 2026-10
  shoplink statement judged.parquet --by half-month --at settled --pages none --out statements

\b
Exit status: 0; 2 if nothing was written because a row is not what links and rate make it now, the sums do not match the
rows, a period cannot be closed, or a file or the database cannot be used.
"""
)
@click.argument("results", metavar="RESULT…", nargs=-1, required=True)
@click.option(
    "--out",
    metavar="FOLDER",
    required=True,
    help="The folder for the statements. It is replaced whole, so it must be new, empty or an earlier one.",
)
@partial(
    takes_mapping,
    shop="Only this shop; it is also that of orders that name none.",
    time_zone="The time zone in which periods begin; also that of instants without an offset, if the mapping has none.  "
    "[default: the mapping's, else that of the shop's market, else UTC]",
)
@click.option(
    "--links",
    metavar="FILE",
    multiple=True,
    help="A file that `export --what periods` wrote; may be repeated.  [default: the database]",
)
@click.option(
    "--by",
    type=click.Choice(["month", "half-month", "week"]),
    default="month",
    show_default=True,
    help="The length of a period. Weeks are those of ISO 8601.",
)
@click.option(
    "--days",
    metavar="DAYS",
    help="Other periods: the first day of each, and the day after the last, as 2026-10-05,2026-10-19,… or a file of lines.",
)
@click.option(
    "--at",
    type=click.Choice(["ordered", "delivered", "settled"]),
    default="ordered",
    show_default=True,
    help="The instant that decides the period of an order; the mapping says where it is.",
)
@click.option("--period", "--month", "period", metavar="PERIOD", help="Only this period, such as 2026-10.")
@click.option(
    "--close",
    metavar="PERIOD",
    help="Close this period: what changes of it later is stated in the next one, as adjustments.",
)
@click.option(
    "--closings",
    metavar="FOLDER",
    help="The record of closed periods, which must be kept.  [default: OUT.closed]",
)
@click.option(
    "--pages",
    type=click.Choice(["none", "shops", "creators"]),
    default="shops",
    show_default=True,
    help="The pages to print: none, one for each shop, or also one for each creator.",
)
@handles_option
@click.option("--memory", default="2GB", show_default=True, help="The memory limit of DuckDB.")
@click.option(
    "--threads", type=click.IntRange(1), help="The number of threads of DuckDB.  [default: one per core]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@needs_orders
def statement(results: tuple[str, ...], **options: Any) -> None:
    """Sum the RESULTs of `attribute` by period and shop, and by creator.

    Every row is judged again first: if one is not what links and rate make it now, nothing is written. FOLDER gets the
    commission, the settlement and the adjustments of closed periods, each as CSV and Parquet, all of them as a workbook, and
    pages to print in Chinese and English.
    """
    from shoplink.flows.commission.stop import stops_at_signals  # noqa: PLC0415 (as all flows here)

    run = _run if options["links"] else with_database(_run)
    with stops_at_signals():
        result = run(results, **options)
    if options["as_json"]:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(result), "out": options["out"]}))
    for line in _summary(result, options["out"]):
        click.echo(line, err=True)


def _summary(result: "StatementResult", out: str) -> list[str]:
    where = "the time zone of each shop's market" if result.zone == "market" else result.zone
    found = [f"{result.rows:,} rows summed; {result.pages:,} pages in {out}; periods begin in {where}"]
    if result.undated:
        found.append(f"{result.undated:,} rows are in no period yet: {out}/undated.csv")
    if result.adjustments:
        kinds = ", ".join(f"{count:,} {reason}" for reason, count in result.adjustments.items())
        found.append(f"lines that adjust closed periods: {kinds}; {out}/adjustments.csv")
    if result.kept:
        more = f" and {len(result.kept) - 5:,} more" if len(result.kept) > 5 else ""  # noqa: PLR2004 (named here)
        found.append(
            f"taken as closed, because the results have no row of them: {', '.join(result.kept[:5])}{more}"
        )
    if result.closed:
        found.append(f"{result.closed} is closed; its seal is {result.digest}")
    return found


def _run(results: tuple[str, ...], **options: Any) -> "StatementResult":
    from shoplink.attribution.engine import EngineError  # noqa: PLC0415 (takes long to load)
    from shoplink.attribution.mapping import MappingError  # noqa: PLC0415 (as above)
    from shoplink.core.commission.closing import ClosingError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.judge import UnsoundError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.outputs import BusyError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.periods import PeriodsError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.sides import SidesError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.statement.folder import FolderError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.statement.write import write_statements  # noqa: PLC0415 (as above)
    from shoplink.wording.statement import CLOSING  # noqa: PLC0415 (as above)

    try:
        zone, files = _zone(options["time_zone"]), files_of(results)
        return write_statements(_request(files, mapping_of(files, options), zone, options))
    except ClosingError as error:
        fail_with(error, as_json=options["as_json"], text=CLOSING[error.kind].format(**error.values))
    except (
        MappingError,
        PeriodsError,
        SidesError,
        EngineError,
        UnsoundError,
        FolderError,
        BusyError,
    ) as error:
        fail_with(error, as_json=options["as_json"])
    except UnicodeDecodeError:
        fail(f"{options['mapping']}: not text in UTF-8")
    except OSError as error:
        fail_with(error, as_json=options["as_json"])


def _request(
    results: list[str], mapping: Any, zone: ZoneInfo | None, options: dict[str, Any]
) -> "StatementRequest":
    from shoplink.flows import clock  # noqa: PLC0415 (only with settings in place)
    from shoplink.flows.commission.statement.write import StatementRequest  # noqa: PLC0415 (takes long to load)

    markets_of = None
    if not options["links"]:
        from shoplink.store.read.names import markets_by_shop  # noqa: PLC0415 (only with settings in place)

        markets_of = markets_by_shop
    calendar = _calendar(options["by"], options["days"])
    out = Path(options["out"])
    return StatementRequest(
        results=results,
        links=periods_of(options["links"]),
        folder=out,
        record=Path(options["closings"]) if options["closings"] else out.with_name(f"{out.name}.closed"),
        engine=engine_of({**options, "engine": "duckdb"}),
        now=clock.machine_now if options["links"] else clock.now,
        mapping=mapping,
        handles=handles_of(options),
        markets_of=markets_of,
        calendar=calendar,
        zone=zone,
        at=options["at"],
        shop_id=options["shop"],
        period=_period("--period", options["period"], calendar),
        close=_period("--close", options["close"], calendar),
        pages=options["pages"],
    )


def _calendar(by: Any, days: str | None) -> Calendar:
    if days is None:
        return Calendar(by)
    texts = days.split(",")
    if not days[:1].isdigit() or Path(days).exists():
        try:
            texts = [line for line in Path(days).read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError):
            fail(
                f"--days: found {days!r}; allowed: days as 2026-10-05,2026-10-19, or a text file of such lines"
            )
    try:
        return Calendar("days", parse_days(texts))
    except ValueError as error:
        fail(f"--days: {error}")


def _period(option: str, name: str | None, calendar: Calendar) -> str | None:
    if name is not None:
        try:
            calendar.named(name)
        except ValueError as error:
            fail(f"{option}: {error}")
    return name


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name is not None else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"--time-zone: found {name!r}; allowed: a name such as Europe/London or Asia/Shanghai")
