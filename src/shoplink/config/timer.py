"""The timer and the deliveries, each as a thread of the serving process, or the deliveries as a process of their own."""

import logging
import os
import signal
import threading
from collections.abc import Callable

from django.db import connection

from shoplink.flows.message.loop import deliver
from shoplink.flows.tick import tick

_TICK_EVERY_SECONDS = 0.25
_DELIVER_EVERY_SECONDS = 1.0

_log = logging.getLogger(__name__)

Chore = Callable[[], bool]
"""Something done again and again; it answers whether there is more to do at once."""


def start(*, delivering: bool) -> None:
    """Run the timer, and the deliveries if asked, until the process ends; it ends when the one that started it has."""
    parent = os.getppid()
    if delivering:
        threading.Thread(
            target=run_deliveries, args=(threading.Event(),), name="deliveries", daemon=True
        ).start()
    threading.Thread(target=_run_timer, args=(parent,), name="timer", daemon=True).start()


def run_deliveries(ended: threading.Event) -> None:
    """Deliver again and again until told to end; a round that is under way is finished first."""
    _repeat("deliveries", _deliver, _DELIVER_EVERY_SECONDS, ended.wait)


def _run_timer(parent: int) -> None:
    pause = threading.Event()

    def orphaned_after(seconds: float) -> bool:
        pause.wait(seconds)
        return os.getppid() != parent

    _repeat("the timer", _tick, _TICK_EVERY_SECONDS, orphaned_after)
    _log.warning("the process that started this one is gone")
    os.kill(os.getpid(), signal.SIGTERM)


def _tick() -> bool:
    tick()
    return False


def _deliver() -> bool:
    return deliver().more


def _repeat(name: str, chore: Chore, pause_seconds: float, ended_after: Callable[[float], bool]) -> None:
    """Do a chore until its end; a failure ends nothing, and what failed before too is said once."""
    failing, more = "", False
    while not ended_after(0 if more else pause_seconds):
        try:
            more = chore()
        except Exception as error:  # noqa: BLE001 (whatever it was, the next time does what this one could not)
            connection.close()
            more = False
            if type(error).__name__ != failing:
                _log.error("%s cannot run; it goes on trying", name, exc_info=error)
            failing = type(error).__name__
        else:
            if failing:
                _log.warning("%s runs again", name)
            failing = ""
