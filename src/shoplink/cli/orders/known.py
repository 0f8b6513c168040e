"""The options of `attribute` and `statement` that tell who is recorded."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from shoplink.cli.database import fail
from shoplink.core.commission.sides import HandlePeriod, KnownSides

Command = TypeVar("Command", bound=Callable[..., Any])

handles_option = click.option(
    "--handles",
    metavar="FILE",
    multiple=True,
    help="Who had which handle when, as `export --what handles` wrote it; for mappings with a handle.  [default: the database]",
)
_OPTIONS = (
    click.option(
        "--shops",
        metavar="FILE",
        multiple=True,
        help="The shops that are recorded, as `export --what shops --format csv` wrote them.  [default: the database; with"
        " --links any shop]",
    ),
    click.option(
        "--accounts",
        metavar="FILE",
        multiple=True,
        help="The accounts that are recorded, as `export --what accounts --format csv` wrote them.  [default: the database;"
        " with --links any account]",
    ),
    handles_option,
    click.option(
        "--unknown-accounts",
        type=click.Choice(["reject", "affiliate"]),
        help="What becomes of orders of accounts and handles that nobody knows.  [default: as the mapping says, else reject;"
        " with --links and without --accounts affiliate]",
    ),
)


def known_options(command: Command) -> Command:
    """Give a command the options that tell who is recorded."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def sides_of(options: dict[str, Any]) -> KnownSides:
    """Who is recorded by these files; where none is given, by the database, or by nothing if the links are in files."""
    from shoplink.flows.commission import sides  # noqa: PLC0415 (only with settings in place)

    stored = KnownSides() if options["links"] else sides.stored_sides()
    files = {kind: [Path(name) for name in options[kind]] for kind in ("shops", "accounts")}
    return KnownSides(
        sides.read_ids(files["shops"], "shops") if files["shops"] else stored.shops,
        sides.read_ids(files["accounts"], "accounts") if files["accounts"] else stored.accounts,
        handles_of(options),
    )


def handles_of(options: dict[str, Any]) -> Iterable[HandlePeriod] | None:
    """Who had which handle when, by these files or by the database; None if links are in files and handles are not."""
    from shoplink.flows.commission import sides  # noqa: PLC0415 (only with settings in place)

    if options["handles"]:
        return sides.read_handles(map(Path, options["handles"]))
    return None if options["links"] else sides.stored_handles()


def strangers_of(options: dict[str, Any]) -> bool | None:
    """Whether an account or handle that nobody knows is an affiliate's; None if no option says so."""
    asked = options["unknown_accounts"]
    if asked == "reject" and options["links"] and not (options["accounts"] or options["handles"]):
        fail(
            "--unknown-accounts: found reject and links in files; expected --accounts or --handles, which tell who is known"
        )
    return None if asked is None else bool(asked == "affiliate")
