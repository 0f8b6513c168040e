"""`shoplink attribute`: attribute the orders in files to links."""

import glob
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from shoplink.cli.database import fail, with_database
from shoplink.cli.orders.errors import fail_with, print_error
from shoplink.cli.orders.extra import needs_orders
from shoplink.cli.orders.known import known_options, sides_of, strangers_of
from shoplink.cli.orders.mapping_options import join_mapping_of, mapping_of, print_preset, takes_mapping
from shoplink.core.instant import parse_instant
from shoplink.wording import Tag

if TYPE_CHECKING:
    from shoplink.attribution.engine import Engine
    from shoplink.attribution.join.creators import Join
    from shoplink.attribution.staging import Links
    from shoplink.flows.commission.summary import AttributionResult

_STATUS_UNKNOWN = 3
_CSV = (".csv", ".tsv", ".txt")


@click.command(
    epilog="""\b
Examples:
  shoplink attribute orders-*.csv --mapping shop-export.toml --out judged.parquet
  shoplink attribute export.xlsx --shop hh-tea-gb --market GB --look
  shoplink attribute orders.parquet --links periods.csv --out judged.csv
  shoplink attribute orders.csv --join affiliate.csv --shop hh-tea-gb --out judged.csv
  shoplink attribute judged.parquet --since 2026-11-01T00:00:00Z --out updated.parquet
  shoplink attribute /data/orders --engine spark --master spark://cluster:7077 --links periods.csv --out /data/judged

\b
Exit status: 0 if every row was attributed; 1 if some were rejected; 2 if nothing was written because a file, the
mapping or the database cannot be used; 3 if nothing was written because no shop or no account of the orders is
known; 128 + the signal’s number, and nothing written, after Ctrl-C or SIGTERM.
"""
)
@click.argument("orders", metavar="ORDERS…", nargs=-1, required=True)
@click.option(
    "--out",
    metavar="FILE",
    help="The result: CSV or Parquet, by its name; with Spark, a folder.",
)
@click.option(
    "--look",
    is_flag=True,
    help="Judge nothing, and say what the first of ORDERS is recognised as: preset, columns, and rows that would not count.",
)
@click.option(
    "--rejects",
    metavar="FILE",
    help="The rejected rows, each with its line and reason.  [default: OUT.rejects.csv]",
)
@takes_mapping
@click.option(
    "--print-preset",
    metavar="NAME",
    is_eager=True,
    expose_value=False,
    callback=print_preset,
    help="Print a mapping of ours, to be changed and given as --mapping: tiktok-orders, tiktok-affiliate, "
    "tiktok-affiliate-creator, douyin-orders, and for `reconcile` tiktok-affiliate-paid.",
)
@click.option(
    "--join",
    metavar="FILE",
    multiple=True,
    help="An export that names the creators of ORDERS, and their rates if ORDERS have none; may be repeated.",
)
@click.option(
    "--join-mapping",
    metavar="FILE",
    help="The mapping of --join: order_id and account_id or handle.  [default: the preset that its header fits, else columns "
    "have the names of fields]",
)
@click.option(
    "--links",
    metavar="FILE",
    multiple=True,
    help="A file that `export --what periods` wrote; may be repeated.  [default: the database]",
)
@known_options
@click.option(
    "--allow-unknown",
    is_flag=True,
    help="Judge even if no shop or no account in ORDERS is known, which is status 3 otherwise.",
)
@click.option(
    "--since",
    metavar="INSTANT",
    help="ORDERS are earlier results: attribute again only what a link changed since INSTANT can affect.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="The query engine.",
)
@click.option("--master", default="local[*]", show_default=True, help="The Spark master.")
@click.option(
    "--memory", default="2GB", show_default=True, help="The memory limit of DuckDB or of Spark's driver."
)
@click.option(
    "--threads", type=click.IntRange(1), help="The number of threads of DuckDB.  [default: one per core]"
)
@click.option(
    "--work",
    metavar="FOLDER",
    help="The folder for temporary files; Spark's workers must have access.  [default: beside OUT]",
)
@click.option(
    "--language",
    "tag",
    type=click.Choice(["zh", "en"]),
    help="The language of reasons.  [default: the language of the columns]",
)
@click.option(
    "--progress",
    type=click.Choice(["bar", "lines", "none"]),
    default="bar",
    show_default=True,
    help="A bar on a terminal, or a line of JSON on standard error from time to time.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@needs_orders
def attribute(orders: tuple[str, ...], *, look: bool, **options: Any) -> None:
    """Attribute each order in ORDERS to a link, or to none, with the commission due.

    ORDERS are CSV or Parquet files, or patterns such as 'orders-*.csv'. Every row is written to OUT with `basis`,
    `link_id` and `commission_minor`, or to the rejects.
    """
    if look:
        _look(orders, options)
        return
    if options["out"] is None:
        raise click.UsageError("Missing option '--out'; it is needed unless --look is given.")
    from shoplink.flows.commission.stop import stops_at_signals  # noqa: PLC0415 (as all flows here)

    run = _run if options["links"] else with_database(_run)
    with stops_at_signals():
        done = run(orders, **options)
    if options["as_json"]:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(done), "out": options["out"]}))
    from shoplink.cli.orders.attribute_text import summary_lines  # noqa: PLC0415 (takes long to load)
    from shoplink.flows.commission.judge import left_out_beside  # noqa: PLC0415 (as above)

    rejects = _rejects(options["out"], options["rejects"])
    for line in summary_lines(done, options["out"], rejects, left_out_beside(rejects)):
        click.echo(line, err=True)
    sys.exit(1 if done.rejected else 0)


def _look(orders: tuple[str, ...], options: dict[str, Any]) -> None:
    from shoplink.cli.orders.look import look_at_file, look_lines  # noqa: PLC0415 (takes long to load)

    needs_database = options["shop"] and not (options["market"] or options["links"])
    look = with_database(look_at_file) if needs_database else look_at_file
    found = look(files_of(orders)[0], options=options)
    if options["as_json"]:
        click.echo(msgspec.json.encode(found))
        return
    for line in look_lines(found):
        click.echo(line)


def _run(
    orders: tuple[str, ...],
    *,
    out: str,
    since: str | None,
    tag: Tag | None,
    **options: Any,
) -> "AttributionResult":
    from shoplink.attribution.engine import EngineError  # noqa: PLC0415 (takes long to load)
    from shoplink.attribution.mapping import MappingError  # noqa: PLC0415 (as above)
    from shoplink.flows import clock  # noqa: PLC0415 (as above)
    from shoplink.flows.commission import judge as flow  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.outputs import BusyError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.periods import PeriodsError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.rejects import OthersRejectsError  # noqa: PLC0415 (as above)
    from shoplink.flows.commission.sides import SidesError  # noqa: PLC0415 (as above)

    path, files = Path(out), files_of(orders)
    _check_files(files, out, since, options)
    try:
        asked = flow.AttributionRequest(
            orders=files,
            links=periods_of(options["links"]),
            out=path,
            form="csv" if path.suffix.lower() in _CSV else "parquet",
            rejects=_rejects(out, options["rejects"]),
            engine=engine_of(options),
            work=Path(options["work"]) if options["work"] else path.absolute().parent,
            mapping=mapping_of(files, options),
            join=join_of(options),
            since=_instant(since),
            tag=tag,
            sides=sides_of(options),
            strangers=strangers_of(options),
            allow_unknown=options["allow_unknown"],
            now=clock.machine_now() if options["links"] else clock.now(),
        )
        with ExitStack() as bars:
            return flow.attribute_files(asked, _reporting(options["progress"], bars))
    except flow.UnknownSidesError as error:
        print_error(error, as_json=options["as_json"])
        click.echo(str(error), err=True)
        sys.exit(_STATUS_UNKNOWN)
    except (
        MappingError,
        PeriodsError,
        SidesError,
        EngineError,
        BusyError,
        OthersRejectsError,
        flow.UnsoundError,
    ) as error:
        fail_with(error, as_json=options["as_json"])
    except UnicodeDecodeError:
        fail(f"{options['mapping'] or options['join_mapping']}: not text in UTF-8")
    except OSError as error:
        fail_with(error, as_json=options["as_json"])


def _check_files(files: list[str], out: str, since: str | None, options: dict[str, Any]) -> None:
    """Fail if an output would overwrite what the run reads, or if results were to be joined again."""
    read = ("links", "shops", "accounts", "handles", "join")
    others = [*(name for kind in read for name in options[kind])]
    others += [options[kind] for kind in ("mapping", "join_mapping") if options[kind]]
    if options["join"] and since:
        fail("found --join and --since; expected one of them: earlier results have their creators")
    _fail_if_overwritten("--out", Path(out), others)
    _fail_if_overwritten("--rejects", _rejects(out, options["rejects"]), [out, *files, *others])


def _reporting(form: str, opened: ExitStack) -> Callable[[str, float], None]:
    return _Bars(opened) if form == "bar" else _Lines() if form == "lines" else lambda _step, _done: None


class _Lines:
    """A line of JSON for each step and each hundredth of it, for a program that runs this one."""

    def __init__(self) -> None:
        self._last = ("", -1)

    def __call__(self, step: str, done: float) -> None:
        """Say the progress of a step, from 0 to 1."""
        now = (step, int(done * 100))
        if now != self._last:
            self._last = now
            click.echo(msgspec.json.encode({"step": step, "done": round(done, 2)}), err=True)


class _Bars:
    """A progress bar for each step on a terminal; nothing elsewhere."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._step = ""
        self._bar: Any = None

    def __call__(self, step: str, done: float) -> None:
        """Show the progress of a step, from 0 to 1."""
        if not sys.stderr.isatty():
            return
        if step != self._step:
            self._opened.close()
            self._bar = self._opened.enter_context(
                click.progressbar(length=1000, label=f"{step:8}", file=sys.stderr)
            )
            self._step = step
        self._bar.update(max(int(done * 1000) - self._bar.pos, 0))


def files_of(orders: tuple[str, ...]) -> list[str]:
    """The files that the names and patterns match, each once. The name of an existing file is not a pattern."""
    files: dict[str | Path, str] = {}
    for name in orders:
        is_pattern = re.search(r"[*?\[]", name) and "://" not in name and not Path(name).exists()
        found = sorted(glob.glob(name, recursive=True)) if is_pattern else [name]  # noqa: PTH207 (as a shell reads it)
        if not found or not ("://" in name or Path(found[0]).exists()):
            fail(f"{name}: there is no such file")
        for file in found:
            files.setdefault(file if "://" in file else Path(file).resolve(), file)
    return list(files.values())


def join_of(options: dict[str, Any]) -> "Join | None":
    """The files that name the creators of orders. Raises MappingError, OSError."""
    if not options["join"]:
        return None
    from shoplink.attribution.join.creators import Join  # noqa: PLC0415 (takes long to load)

    files = files_of(options["join"])
    return Join(files, join_mapping_of(files, options))


def periods_of(files: tuple[str, ...]) -> "Links":
    """The link periods in these files; without files, those in the database."""
    if files:
        from shoplink.flows.commission.periods import read_periods  # noqa: PLC0415 (as above)

        return read_periods(map(Path, files))
    from shoplink.flows.commission.periods import stored_periods  # noqa: PLC0415 (only with settings in place)

    return stored_periods()


def engine_of(options: dict[str, Any]) -> Callable[[Path], "Engine"]:
    """A function that opens the chosen engine."""

    def opened(folder: Path) -> "Engine":
        if options["engine"] == "spark":
            from shoplink.attribution.spark_engine import SparkEngine  # noqa: PLC0415 (takes long to load)

            return SparkEngine(options["master"], options["memory"])
        from shoplink.attribution.duckdb_engine import DuckDBEngine  # noqa: PLC0415 (as above)

        return DuckDBEngine(options["memory"], folder, options["threads"])

    return opened


def _fail_if_overwritten(option: str, path: Path, others: Iterable[str]) -> None:
    """Fail if an output would overwrite another file of this run. OUT may replace ORDERS."""
    for name in others:
        if "://" not in name and Path(name).resolve() == path.resolve():
            fail(f"{option}: this run already reads or writes {path}; expected another file")


def _rejects(out: str, rejects: str | None) -> Path:
    path = Path(out)
    return Path(rejects) if rejects else path.with_name(f"{path.stem}.rejects.csv")


def _instant(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_instant(text)
    except ValueError:
        fail(f"--since: found {text!r}; allowed: an instant with its offset, such as 2026-11-01T00:00:00Z")
