"""`verify` after a database has been restored."""

import click

from shoplink.flows.verify import run as flow
from shoplink.flows.verify.counts import VerifyCounts

_SHOWN_MAX = 20


def verified(which: str) -> bool:
    """Verify the database in use, and print the result, with the first differences; whether nothing differs."""
    counts = VerifyCounts()
    for number, difference in enumerate(flow.verify(counts)):
        if number < _SHOWN_MAX:
            click.echo(f"{which}: {difference.say()}")
    result = f"{counts.differences} differences" if counts.differences else "nothing differs"
    click.echo(f"{which}: {counts.events} events verified: {result}")
    return not counts.differences
