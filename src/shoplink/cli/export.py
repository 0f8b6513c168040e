"""`shoplink export`: write files that `shoplink apply` can import."""

import os
import sys
from pathlib import Path
from typing import TextIO

import click

from shoplink.cli.database import fail, with_database
from shoplink.flows.file import export as flow
from shoplink.flows.file.export import ExportKind
from shoplink.flows.file.tables import KINDS
from shoplink.wording import Tag, language_for


@click.command(
    epilog="""\b
Examples:
  shoplink export world.ndjson
  shoplink export --what shops --format csv --language zh shops.csv
  shoplink export --what log - | gzip > log.ndjson.gz
  shoplink export --what periods periods.csv

\b
Exit status: 0; 2 if the database cannot be read or OUT cannot be written.
"""
)
@click.option(
    "--what",
    type=click.Choice(
        ["shops", "accounts", "links", "products", "contents", "items", "log", "periods", "handles"]
    ),
    help="Export only this kind.  [default: everything that `apply` imports]  Items are the products in showcases, videos and"
    " lives. `apply` does not import the log (the event feed) or periods and handles (of links, and who had which handle when: CSV for `attribute`).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "csv"]),
    default="ndjson",
    show_default=True,
    help="Commands, one on each line, or a table.",
)
@click.option(
    "--language",
    "tag",
    type=click.Choice(["zh", "en"]),
    default="en",
    show_default=True,
    help="The language of a table.",
)
@click.option("--ended", is_flag=True, help="Include unlinked links, not only current ones.")
@click.argument("out", metavar="OUT")
@with_database
def export(what: ExportKind | None, form: str, tag: Tag, out: str, *, ended: bool) -> None:
    """Write shops, accounts, current links, products, contents and items to OUT (- for standard output).

    Reads only, and may run beside a running service. Tables are UTF-8 with a byte order mark, as spreadsheets
    expect. Open them with the id columns as text, or the spreadsheet rounds the ids.
    """
    if what in ("periods", "handles"):
        form = "csv"
    if form == "csv" and what in (None, "items", "log"):
        fail("--format: found 'csv'; a table needs --what, which may not be items or log")
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    if out == "-":
        with open(sys.stdout.fileno(), "w", encoding=encoding, newline="", closefd=False) as stream:
            _write(what, form, tag, stream, ended=ended)
        return
    path = Path(out)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding=encoding, newline="") as stream:
            count = _write(what, form, tag, stream, ended=ended)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        fail(f"{out}: cannot be written: {error.strerror}")
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{out}: {count} lines", err=True)


def _write(what: ExportKind | None, form: str, tag: Tag, stream: TextIO, *, ended: bool) -> int:
    if what == "log":
        return flow.export_log(stream)
    if what == "periods":
        return flow.export_periods(stream)
    if what == "handles":
        return flow.export_handles(stream)
    if form == "csv":
        assert what is not None, "a table is of one kind"
        assert what != "items", "items are commands"
        return flow.export_table(what, language_for(tag), ended=ended, out=stream)
    kinds = () if what == "items" else (what,) if what else KINDS
    return flow.export_commands(kinds, ended=ended, items=what in (None, "items"), out=stream)
