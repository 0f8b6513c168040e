"""`shoplink verify`: compare the rows of the database with the event log."""

import sys

import click
import msgspec

from shoplink.cli.database import with_database
from shoplink.flows.verify import run as flow
from shoplink.flows.verify.counts import VerifyCounts


@click.command(
    epilog="""\b
Examples:
  shoplink verify
  shoplink verify --json | tail -1

\b
Exit status: 0 if there are no differences; 1 if there are some; 2 if the database cannot be read.
"""
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object for each difference, and one with the summary at the end.",
)
@with_database
def verify(*, as_json: bool) -> None:
    """Replay the event log from the start and report every difference from the rows, such as manual changes.

    Reports missing and unexpected rows, columns that differ, gaps in the feed, events that do not follow from
    earlier ones, and links that break an invariant, also in the past. Reads only, and may run beside a running
    service.
    """
    counts = VerifyCounts()
    for difference in flow.verify(counts):
        click.echo(msgspec.json.encode(difference) if as_json else difference.say())
    if as_json:
        click.echo(msgspec.json.encode({"summary": counts}))
    else:
        differ = f"{counts.differences} differences" if counts.differences else "nothing differs"
        click.echo(
            f"{counts.events} events, {counts.shops} shops, {counts.accounts} accounts, {counts.links} links,"
            f" {counts.waivers} waivers, {counts.activations} activations, {counts.members} members,"
            f" {counts.tickets} tickets: {differ}"
        )
    sys.exit(1 if counts.differences else 0)
