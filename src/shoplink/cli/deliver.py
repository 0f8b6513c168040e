"""`shoplink deliver`: deliver messages in a process of its own."""

import signal
import threading

import click
import msgspec

from shoplink.cli.database import records
from shoplink.flows.message.loop import deliver_all


@click.command(
    epilog="""\b
Examples:
  shoplink deliver
  shoplink deliver --once --json

\b
Exit status: 0 when nothing is left (--once), or after Ctrl-C or SIGTERM; 2 if the database cannot be used.
"""
)
@click.option("--once", is_flag=True, help="Exit when nothing is left to do.")
@click.option("--json", "as_json", is_flag=True, help="With --once, print the result as one JSON object.")
@records("there is no need: the running service delivers by itself")
def deliver(*, once: bool, as_json: bool) -> None:
    """Deliver messages about events and deadlines to inboxes, send the e-mails that are due, and send webhooks.

    `shoplink serve` does this by itself. On PostgreSQL, any number of these processes may run beside it, or instead of
    it (`serve --no-deliver`).
    """
    from shoplink.config.timer import run_deliveries  # noqa: PLC0415 (only with settings in place)
    from shoplink.flows.tick import tick  # noqa: PLC0415 (as above)
    from shoplink.flows.webhook.loop import send_all  # noqa: PLC0415 (as above)

    if not once:
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        run_deliveries(ended)
        return
    tick()  # only numbered events are delivered
    send_all()
    done = deliver_all()
    if as_json:
        click.echo(msgspec.json.encode(done))
    else:
        click.echo(
            f"{done.events} events read, {done.mails.sent} e-mails sent, {done.mails.not_sent} no longer wanted or"
            f" refused, {done.mails.postponed} to be tried again, {done.forgotten} messages deleted"
        )
