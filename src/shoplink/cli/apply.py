"""`shoplink apply`: import files line by line; running it again skips what was accepted."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import click
import msgspec

from shoplink.cli.database import clock_option, fail, records, with_database
from shoplink.cli.file.tables import open_input, reading_of, takes_tables
from shoplink.flows.file import apply as flow
from shoplink.flows.file.apply import LineResult, say_rejection
from shoplink.flows.file.rejects import RejectFile
from shoplink.flows.file.source import Reading, Source, UnreadableError, inspect
from shoplink.wording import Language, Tag, language_for, say_warning

_SHOWN_ON_A_TERMINAL = 20
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")


@click.command(
    epilog="""\b
Examples:
  shoplink apply shops.csv accounts.csv links.csv
  shoplink apply --dry-run links.csv
  shoplink apply --language zh shops.csv        (rejected lines: shops.rejected.csv)
  zcat commands.ndjson.gz | shoplink apply --json -

\b
Exit status: 0 if every line was accepted; 1 if some were refused or invalid; 2 if a file cannot be read or the
database cannot be used. Run the same command again to continue.
"""
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Decide each line after the lines above it, but store nothing.")
@click.option(
    "--rejected",
    metavar="OUT",
    help="The file for lines that are not accepted, each with its reason; only with one FILE."
    "  [default: FILE.rejected.csv or .ndjson; none for a dry run or standard input]",
)
@click.option(
    "--language",
    "tag",
    type=click.Choice(["zh", "en"]),
    help="The language of reasons.  [default: the language of the table's headers, else en]",
)
@click.option(
    "--trust-instants", is_flag=True, help="Use the instants in the commands (NDJSON), as replay does."
)
@takes_tables
@clock_option
@click.option("--by", default="platform:apply", show_default=True, help="The actor for lines that name none.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the answer to each line as JSON, and a summary at the end."
)
def apply(  # noqa: PLR0913 (one parameter per option)
    files: tuple[str, ...],
    rejected: str | None,
    tag: Tag | None,
    *,
    dry_run: bool,
    clock_is_right: bool,
    as_json: bool,
    **told: Any,
) -> None:
    """Import each FILE: commands (NDJSON) or a table (CSV or .xlsx); - is standard input.

    Tables are imported first: shops, accounts, links, products, contents (videos and lives). Their kind is recognised
    by their headers, in Chinese or English. Lines that were already accepted are skipped.
    """
    if rejected is not None and len(files) > 1:
        fail("--rejected: allowed with one FILE only")

    def run() -> int:
        return _import(files, reading_of(**told), Report(rejected, tag, dry_run=dry_run, as_json=as_json))

    if dry_run:
        sys.exit(with_database(run)())
    sys.exit(records("send commands to its POST /v1/commands")(run)(clock_is_right=clock_is_right))


def _import(files: Iterable[str], reading: Reading, report: "Report") -> int:
    """Import all files. Returns the exit status."""
    with ExitStack() as opened:
        try:
            sources = flow.in_dependency_order([_inspect(opened, name, reading) for name in files])
            results = (flow.dry_run_files if report.dry_run else flow.apply_files)(sources, reading)
            total = sum(source.line_count for source in sources)
            with click.progressbar(
                length=total, label="lines", file=sys.stderr, hidden=not report.has_bar, update_min_steps=500
            ) as bar:
                for _, of_source in groupby(results, lambda result: id(result.source)):
                    report.take(of_source, bar.update)
        except UnreadableError as error:
            fail(str(error))
    return report.end()


def _inspect(opened: ExitStack, name: str, reading: Reading) -> Source:
    try:
        return inspect(name, open_input(opened, name), reading)
    except OSError as error:
        fail(f"{name}: cannot be read: {error.strerror}")


class Report:
    """The report on the lines: on standard output, in files of rejected lines, and as a summary."""

    def __init__(self, rejected: str | None, tag: Tag | None, *, dry_run: bool, as_json: bool) -> None:
        """`rejected`: the file for rejected lines, by default beside the input; `tag`: the language, by default the input's."""
        self.dry_run = dry_run
        self.has_bar = sys.stderr.isatty() and not (dry_run and sys.stdout.isatty())
        self._counts: Counter[str] = Counter()
        self._cleaned = 0
        self._rejected = rejected
        self._tag = tag
        self._as_json = as_json
        self._kept: list[str] = []  # while a progress bar is shown, lines are printed at the end

    def take(self, results: Iterator[LineResult], advance: Callable[[int], None]) -> None:
        """Report the results of one file."""
        first = next(results)
        language = language_for(self._tag or _language_of(first.source))
        path = self._path(first.source.name)
        if first.source.description:
            self._keep(
                f"{first.source.name}: line {first.source.description} describes the columns and is skipped",
                is_last=True,
            )
        done = 0
        with ExitStack() as block:
            rejected = block.enter_context(RejectFile(path, language)) if path else None
            for result in chain([first], results):
                self._counts[result.answer["outcome"]] += 1
                self._cleaned += result.line.cleaned
                if rejected is not None and result.answer["outcome"] != "accepted":
                    _write(rejected, result)
                self._say(result, language)
                advance(result.line.number - done)
                done = result.line.number
        if rejected is not None and rejected.count:
            self._keep(f"{first.source.name}: {rejected.count} rejected lines are in {path}", is_last=True)

    def end(self) -> int:
        """Print the remaining lines and the summary. Returns the exit status."""
        for text in self._kept:
            click.echo(text, err=True)
        counts = {name: self._counts[name] for name in ("accepted", "refused", "invalid", "rejected")}
        total = sum(counts.values())
        if self._as_json:
            summary = {"lines": total, **counts, "cleaned": self._cleaned, "dry_run": self.dry_run}
            click.echo(msgspec.json.encode({"summary": summary}))
        words = ", ".join(
            f"{count:,} {name}" for name, count in counts.items() if count or name != "rejected"
        )
        words += f"; {self._cleaned:,} ids were cleaned" if self._cleaned else ""
        click.echo(f"{total:,} lines: {words}{' (nothing was stored)' if self.dry_run else ''}", err=True)
        return 0 if counts["accepted"] == total else 1

    def _path(self, name: str) -> Path | None:
        """The file for rejected lines; None if they are not written."""
        if self._rejected is not None:
            return Path(self._rejected)
        if self.dry_run or name == "-":
            return None
        path = Path(name)
        suffix = ".csv" if path.suffix.lower() in _WORKBOOKS else path.suffix
        return path.with_name(f"{path.stem}.rejected{suffix}")

    def _say(self, result: LineResult, language: Language) -> None:
        name, answer = result.source.name, result.answer
        accepted = answer["outcome"] == "accepted"
        if self._as_json:
            why = {} if accepted else {"why": say_rejection(result, language)}
            click.echo(msgspec.json.encode({"file": name, **answer, **why}))
        elif not accepted:
            self._keep(
                f"{name}: line {answer['line']}: {answer['outcome']}: {say_rejection(result, language)}"
            )
        elif self.dry_run:
            warned = " ".join(say_warning(code, language) for code in answer["warnings"])
            self._keep(f"{name}: line {answer['line']}: accepted{f', but: {warned}' if warned else ''}")

    def _keep(self, text: str, *, is_last: bool = False) -> None:
        if not self.has_bar:
            click.echo(text, err=is_last)
        elif is_last or len(self._kept) < _SHOWN_ON_A_TERMINAL:
            self._kept.append(text)


def _write(rejected: RejectFile, result: LineResult) -> None:
    try:
        rejected.write(result)
    except OSError as error:
        fail(f"{rejected.path}: cannot be written: {error.strerror}; name another file with --rejected")


def _language_of(source: Source) -> Tag:
    """Chinese if any header is not ASCII, else English."""
    return "zh" if any(not header.isascii() for header in source.header) else "en"
