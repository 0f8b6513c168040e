"""The timer as a thread of the serving process."""

import logging
import os
import signal
import threading

from django.db import connection

from shoplink.flows.tick import tick

_EVERY_SECONDS = 0.25

_log = logging.getLogger(__name__)


def start() -> None:
    """Run the timer until the process ends; the process ends when the one that started it has."""
    threading.Thread(target=_run, args=(os.getppid(),), name="timer", daemon=True).start()


def _run(parent: int) -> None:
    pause = threading.Event()
    failing = ""
    while os.getppid() == parent:
        failing = _tick(failing)
        pause.wait(_EVERY_SECONDS)
    _log.warning("the process that started this one is gone")
    os.kill(os.getpid(), signal.SIGTERM)


def _tick(failing: str) -> str:
    """Tick once; what fails now. What failed before too is said once, and not four times a second."""
    try:
        tick()
    except Exception as error:  # noqa: BLE001 (whatever it was, the next tick does what this one could not)
        connection.close()
        if type(error).__name__ != failing:
            _log.error("the timer cannot run; it goes on trying", exc_info=error)
        return type(error).__name__
    if failing:
        _log.warning("the timer runs again")
    return ""
