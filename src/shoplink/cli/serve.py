"""`shoplink serve` and `shoplink migrate`: run the service, and create or update its tables."""

import os
import resource
import signal
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import click
from django.conf import settings
from django.db import connection
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from shoplink.cli.database import clock_option, fail, require_clock, update_tables, warn, writes
from shoplink.cli.doctor.contradictions import contradictions
from shoplink.config.parts import missing_parts
from shoplink.flows.clock import real_now
from shoplink.network import CountryDatabaseError, country_database
from shoplink.store.database.owner import (
    OwnedError,
    checkpoint_and_close,
    release_ownership,
)
from shoplink.store.database.sandbox import make_sandbox

# On PostgreSQL most requests wait for a commit, and there are 100 connections by default. On SQLite commits are fast,
# and more threads only compete for the processor.
_REQUESTS_AT_A_TIME = {"postgresql": 64, "sqlite": 16}
STOP_WITHIN_SECONDS = 7  # with no time to be noticed in, less than the 10 s that container runtimes wait
_CONNECTIONS_MAX = 8_192
_BUFFER_BYTES = 1 << 16  # the head of a request, and what is kept of an answer before the client has read it
_NO_SANDBOX = (
    "--sandbox: the database is in use and was not made as a sandbox, so it never becomes one; choose an empty one with"
    " SHOPLINK_DATABASE_URL or SHOPLINK_HOME"
)
_LOGS_AS_OURS = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}


@click.command(
    epilog="""\b
Examples:
  shoplink serve
  SHOPLINK_DATABASE_URL=postgresql://shoplink@db/shoplink shoplink serve --host 0.0.0.0 --workers 4
  SHOPLINK_HOME=/tmp/sandbox shoplink serve --sandbox

\b
Exit status: 0 after Ctrl-C or SIGTERM; 1 if the service failed; 2 if it cannot start because the port is in use, the
database is unavailable or owned by another process, the clock cannot be believed, SHOPLINK_MMDB cannot be read, the pages are not built, or
--sandbox is given for a database that is none.
"""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on."
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="The number of processes; always 1 on SQLite.",
)
@click.option(
    "--threads",
    default=None,
    show_default="64 in all processes together, 16 on SQLite",
    type=click.IntRange(1, 256),
    help="Concurrent requests in one process, each with its own database connection, and a quarter as many streams.",
)
@click.option(
    "--deliver/--no-deliver",
    "delivering",
    default=True,
    show_default=True,
    help="Deliver messages, or leave that to `shoplink deliver`.",
)
@click.option(
    "--sandbox",
    is_flag=True,
    help="Make an empty database a sandbox, whose clock can be moved forward. It stays one; no other database becomes one.",
)
@clock_option
@writes("stop it first, or use PostgreSQL to run several services")
def serve(  # noqa: PLR0913 (one parameter per option)
    host: str,
    port: int,
    workers: int,
    threads: int | None,
    *,
    delivering: bool,
    sandbox: bool,
    clock_is_right: bool,
) -> None:
    """Update the tables, then serve the pages and the API, with the timer and the message delivery in the same process.

    Ctrl-C or SIGTERM stops it after the requests in progress are finished.
    """
    if missing := missing_parts():
        fail("\n".join(missing))
    _fail_if_port_taken(host, port)
    _fail_without_countries()
    for contradiction in contradictions(os.environ):
        warn(contradiction)
    update_tables()
    if sandbox and not make_sandbox(real_now()):
        fail(_NO_SANDBOX)
    require_clock(clock_is_right=clock_is_right)
    if connection.vendor == "sqlite" and workers > 1:
        click.echo("one process owns a SQLite file: --workers is 1", err=True)
        workers = 1
    # The process that handles requests owns the file; this process only supervises it.
    connection.close()
    release_ownership()
    os.environ["SHOPLINK_SERVED"] = f"shoplink serve on {_address(host, port)}"
    os.environ["SHOPLINK_DELIVERING"] = "yes" if delivering else ""
    os.environ["SHOPLINK_WORKERS"] = str(workers)
    os.environ["SHOPLINK_THREADS"] = str(threads or max(_REQUESTS_AT_A_TIME[connection.vendor] // workers, 1))
    server = _Service(
        "shoplink.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,  # over HTTP/2 a client can hold back an answer that its kernel has acknowledged
        http1_settings=HTTP1Settings(max_buffer_size=_BUFFER_BYTES),
        workers=workers,
        backpressure=_connections(),
        respawn_failed_workers=True,
        workers_kill_timeout=settings.LAME_DUCK_SECONDS + STOP_WITHIN_SECONDS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS_AS_OURS,
    )
    try:
        server.serve()
    finally:
        with suppress(OwnedError):  # another process owns the file by now and cleans up
            checkpoint_and_close()


def _connections() -> int:
    """How many connections one process may hold: each is an open file, and a third is left for all else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _CONNECTIONS_MAX * 3 // 2
    if hard != resource.RLIM_INFINITY:
        files = min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))
    return files * 2 // 3


class _Service(Server):  # type: ignore[misc,valid-type] # granian chooses its class by the interpreter's kind
    """The server, which prints its address once it accepts connections."""

    def startup(self, *args: Any) -> None:
        """Start the worker processes, and a thread that waits for the first of them."""
        super().startup(*args)
        threading.Thread(target=self._announce, name="announcing", daemon=True).start()

    def signal_handler_interrupt(self, *args: Any) -> None:
        """Stop at the first signal; a second one would only interrupt the shutdown."""
        if os.getpid() != self.pid:
            os._exit(0)  # a worker process that is still starting
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        super().signal_handler_interrupt(*args)

    def signal_handler_reload(self, *args: Any) -> None:
        """SIGHUP stops the service: its terminal was closed, and there is nothing to reload."""
        self.signal_handler_interrupt(*args)

    def _announce(self) -> None:
        while not self.interrupt_signal:
            try:
                socket.create_connection((self.bind_addr, self.bind_port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                address = _address(self.bind_addr, self.bind_port)
                click.echo(f"shoplink serves on {address} (Ctrl-C stops it)", err=True)
                return


@click.command(
    epilog="""\b
Example:
  shoplink migrate

\b
Exit status: 0; 2 if the database is unavailable or owned by another process.
"""
)
@writes("stop it first: `shoplink serve` migrates when it starts")
def migrate() -> None:
    """Create or update the tables."""
    update_tables()
    click.echo("the tables are up to date")


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _fail_without_countries() -> None:
    """Exit with status 2 at the start, not at the first request, if the country database cannot be read."""
    try:
        country_database()
    except CountryDatabaseError as error:
        fail(str(error))


def _fail_if_port_taken(host: str, port: int) -> None:
    """Exit with status 2 if the port is taken: granian itself would share it."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        fail(f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with --port")
