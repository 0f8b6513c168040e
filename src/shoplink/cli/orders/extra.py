"""Subcommands that need an optional extra of the package."""

import functools
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

import click

from shoplink.cli.database import fail

P = ParamSpec("P")
R = TypeVar("R")

_ORDERS = ("duckdb", "ibis", "pyarrow")


def needs_orders(command: Callable[P, R]) -> Callable[P, R]:
    """Run a subcommand that works on orders. Exits with status 2 if the extra `orders` is not installed."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if any(find_spec(name) is None for name in _ORDERS):
            name = click.get_current_context().command_path
            wheel = f"./shoplink-{version('shoplink')}-py3-none-any.whl"
            fail(f"{name} needs the extra `orders`, which is not installed: pip install '{wheel}[orders]'")
        return command(*args, **kwargs)

    return run
