"""Errors of commands for files of orders, for a terminal and as JSON for a program that says them in its own words."""

from typing import NoReturn

import click
import msgspec

from shoplink.cli.database import fail
from shoplink.core.commission.told import ToldError

_CHARACTERS_MAX = 1_000
_STORAGE = "storage"
"""The sentence of a file that cannot be read or written now."""


def print_error(error: ToldError | OSError, *, as_json: bool) -> None:
    """Print an error as JSON if that is asked: `kind` ('' if its text is all) and `values`."""
    if as_json:
        kind, values = (error.kind, error.values) if isinstance(error, ToldError) else (_STORAGE, {})
        told = {name: str(value)[:_CHARACTERS_MAX] for name, value in values.items()}
        click.echo(msgspec.json.encode({"problem": {"kind": kind, "values": told}}))


def fail_with(error: ToldError | OSError, *, as_json: bool, text: str = "") -> NoReturn:
    """Say an error, also as JSON if that is asked, and exit with status 2."""
    print_error(error, as_json=as_json)
    fail(text or (f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)))
