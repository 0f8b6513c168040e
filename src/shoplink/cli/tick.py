"""`shoplink tick`: run the timer of `shoplink serve` once."""

import click
import msgspec

from shoplink.cli.database import records


@click.command(
    epilog="""\b
Example:
  shoplink tick

\b
Exit status: 0; 2 if the database cannot be used.
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@records("there is no need: the running service runs the timer itself")
def tick(*, as_json: bool) -> None:
    """Store the events that are due, number the event feed, and delete data whose retention period is over.

    `shoplink serve` does this by itself. No outcome depends on when it runs.
    """
    from shoplink.flows import tick as flow  # noqa: PLC0415 (only with settings in place)

    done = flow.tick()
    if as_json:
        click.echo(msgspec.json.encode(done))
    else:
        click.echo(
            f"{done.due} accounts updated, {done.numbered} events numbered, {done.tickets} tickets ended,"
            f" {done.forgotten} records deleted"
        )
