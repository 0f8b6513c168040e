"""`shoplink verify`: whether the rows are what the event log says."""

import sys

import click
import msgspec

from shoplink.cli.database import with_database
from shoplink.flows.verify import run as flow


@click.command(
    epilog="""\b
Examples:
  shoplink verify
  shoplink verify --json | tail -1

\b
Exit status: 0 if nothing differs; 1 if something does; 2 if the database cannot be read.
"""
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One JSON object per difference, and one with the summary at the end.",
)
@with_database
def verify(*, as_json: bool) -> None:
    """Replay the event log from empty and compare it with the rows: name what was changed by hand.

    Rows that are missing or that nobody recorded, columns that differ, gaps in the feed, events that do
    not follow from the ones before, and links that break an invariant, in the past too. Only reads, also
    beside a running service.
    """
    counted = flow.Verified()
    for difference in flow.verify(counted):
        click.echo(msgspec.json.encode(difference) if as_json else difference.say())
    if as_json:
        click.echo(msgspec.json.encode({"summary": counted}))
    else:
        differ = f"{counted.differences} differences" if counted.differences else "nothing differs"
        click.echo(
            f"{counted.events} events, {counted.shops} shops, {counted.accounts} accounts, {counted.links} links,"
            f" {counted.waivers} waivers, {counted.activations} activations, {counted.members} members,"
            f" {counted.tickets} tickets: {differ}"
        )
    sys.exit(1 if counted.differences else 0)
