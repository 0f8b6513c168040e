"""The timer as a thread of the serving process."""

import logging
import threading

from django.db import connection
from django.db.utils import Error

from shoplink.flows.tick import tick
from shoplink.store.owner import OwnedError

_EVERY_SECONDS = 0.25

_log = logging.getLogger(__name__)


def start() -> None:
    """Run the timer until the process ends."""
    threading.Thread(target=_run, name="timer", daemon=True).start()


def _run() -> None:
    pause = threading.Event()
    while True:
        try:
            tick()
        except (Error, OwnedError):
            # The next tick does what this one could not; requests report a database that is away.
            _log.exception("the timer could not run")
            connection.close()
        pause.wait(_EVERY_SECONDS)
