"""What a worker process does beside answering: the timer, deliveries, webhooks, and judging orders, each in a thread.

Deliveries also run as a process of their own.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable

from django.db import connection

from shoplink.flows.message.loop import deliver
from shoplink.flows.order_run.job import judge_next
from shoplink.flows.tick import tick
from shoplink.flows.webhook.loop import Sender

_TICK_EVERY_SECONDS = 0.25
_DELIVER_EVERY_SECONDS = 1.0
_SEND_EVERY_SECONDS = 0.5
_JUDGE_EVERY_SECONDS = 1.0

_log = logging.getLogger(__name__)

Task = Callable[[], bool]
"""A repeated task; it returns whether there is more to do immediately."""


def start(*, delivering: bool) -> None:
    """Start the timer, and the delivery if `delivering`. The process stops when its parent process has ended."""
    parent = os.getppid()
    if delivering:
        threading.Thread(
            target=run_deliveries, args=(threading.Event(),), name="deliveries", daemon=True
        ).start()
    threading.Thread(target=_run_order_runs, args=(threading.Event(),), name="orders", daemon=True).start()
    threading.Thread(target=_run_timer, args=(parent,), name="timer", daemon=True).start()


def run_deliveries(ended: threading.Event) -> None:
    """Deliver messages and webhooks repeatedly until `ended` is set; a round in progress is finished first."""
    threading.Thread(target=_run_webhooks, args=(ended,), name="webhooks", daemon=True).start()
    _repeat("deliveries", _deliver, _DELIVER_EVERY_SECONDS, ended.wait)


def _run_webhooks(ended: threading.Event) -> None:
    _repeat("sending webhooks", Sender().run, _SEND_EVERY_SECONDS, ended.wait)


def _run_order_runs(ended: threading.Event) -> None:
    _repeat("judging orders", judge_next, _JUDGE_EVERY_SECONDS, ended.wait)


def _run_timer(parent: int) -> None:
    pause = threading.Event()

    def orphaned_after(seconds: float) -> bool:
        pause.wait(seconds)
        return os.getppid() != parent

    _repeat("the timer", _tick, _TICK_EVERY_SECONDS, orphaned_after)
    _log.warning("the parent process has ended")
    os.kill(os.getpid(), signal.SIGTERM)


def _tick() -> bool:
    tick()
    return False


def _deliver() -> bool:
    return deliver().more


def _repeat(name: str, task: Task, pause_seconds: float, ended_after: Callable[[float], bool]) -> None:
    """Repeat a task until `ended_after` is true. A failure does not end it; repeated failures of a type are logged once."""
    failing, more = "", False
    while not ended_after(0 if more else pause_seconds):
        try:
            more = task()
        except Exception as error:  # noqa: BLE001 (whatever failed, the next round tries again)
            connection.close()
            more = False
            if type(error).__name__ != failing:
                _log.error("%s failed; it keeps trying", name, exc_info=error)
            failing = type(error).__name__
        else:
            if failing:
                _log.warning("%s works again", name)
            failing = ""
