"""`shoplink serve` and `shoplink migrate`: the service, and its tables."""

import os

import click
from django.core.management import call_command
from granian.constants import Interfaces
from granian.server import Server

from shoplink.cli.database import with_database


@click.command(epilog="Example: shoplink serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Processes; always one on SQLite.")
@click.option("--threads", default=8, show_default=True, help="Requests that one process handles at a time.")
@with_database
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Bring the tables up to date and serve the API, with the timer in the same process."""
    from django.db import connection  # noqa: PLC0415 (only with settings in place)

    call_command("migrate", verbosity=0)
    if connection.vendor == "sqlite":
        workers = 1
    connection.close()
    os.environ["SHOPLINK_TIMER"] = "1"
    Server(
        "shoplink.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        log_access=False,
    ).serve()


@click.command(epilog="Example: shoplink migrate")
@with_database
def migrate() -> None:
    """Create the tables, or bring them up to date."""
    call_command("migrate", verbosity=0)
    click.echo("the tables are up to date")
