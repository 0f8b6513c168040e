"""The options that say how tables are to be read, for the subcommands that read them."""

import codecs
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from shoplink.cli.database import fail
from shoplink.core.facts import Actor, is_reserved
from shoplink.flows.file.source import Reading
from shoplink.table.cell import DATES, Dates, Form
from shoplink.table.read import Hints

_HOURS_MAX = 23

_OPTIONS = (
    click.option(
        "--utc-offset", metavar="±HH:MM", help="The UTC offset for instants in tables that have none."
    ),
    click.option(
        "--dates",
        type=click.Choice(DATES),
        default="ymd",
        show_default=True,
        help="The order of a date's parts in tables.",
    ),
    click.option("--encoding", metavar="NAME", help="The encoding of tables.  [default: found out]"),
    click.option(
        "--sheet", metavar="NAME", help="The sheet of a workbook.  [default: the one with the header]"
    ),
    click.option(
        "--skip-column",
        metavar="HEADER",
        multiple=True,
        help="A column of a table to ignore; may be repeated.",
    ),
)


def takes_tables(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about tables; `reading` makes use of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def reading_of(  # noqa: PLR0913 (one parameter per option)
    *,
    by: str,
    utc_offset: str | None,
    dates: Dates,
    skip_column: tuple[str, ...],
    encoding: str | None,
    sheet: str | None,
    trust_instants: bool = False,
) -> Reading:
    """How files are read, from the options. Exits with status 2 if one is wrong."""
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        fail(f"--encoding: found {encoding!r}; allowed: utf-8, gb18030, big5, cp1252 and the like")
    told = Hints(encoding=encoding, sheet=sheet)
    return Reading(_actor(by), trust_instants, Form(_offset(utc_offset), dates), frozenset(skip_column), told)


def open_input(opened: ExitStack, name: str) -> BinaryIO:
    """A file by its name, or standard input (`-`), as a stream that can be read again. Raises OSError."""
    if name != "-":
        return opened.enter_context(Path(name).open("rb"))
    stream: BinaryIO = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 (as above)
    shutil.copyfileobj(sys.stdin.buffer, stream)
    return stream


def _actor(text: str) -> Actor:
    kind, _, name = text.partition(":")
    try:
        actor = msgspec.convert({"kind": kind, "id": name}, Actor)
    except msgspec.ValidationError:
        actor = None
    if actor is None or is_reserved(actor):
        fail(
            f"--by: found {text!r}; allowed: shop:ID, creator:ID, support:ID, platform:ID (not a reserved one)"
        )
    return actor


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    match = re.fullmatch(r"([+-])(\d\d):([0-5]\d)", text, re.ASCII)
    if match is None or int(match[2]) > _HOURS_MAX:
        fail(f"--utc-offset: found {text!r}; allowed: an offset such as +08:00 or -05:00")
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(ahead if match[1] == "+" else -ahead)
