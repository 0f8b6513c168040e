"""The shutdown of a worker process: at the first signal, however many follow.

Ctrl-C and service managers signal every process of a service, and the main process also signals its workers.
granian's handler is not installed while the process starts. Therefore a thread receives the signals, and passes one on.
"""

import os
import signal
import threading
import time
from collections.abc import Callable

_LAST_ANSWERS_SECONDS = 1.0
_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def hold_signals() -> None:
    """Let SIGINT, SIGTERM and SIGHUP wait from now on. Call this in the main thread before any other thread starts."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


def stop_at_first_signal(before: Callable[[int], None], busy: Callable[[], bool]) -> None:
    """Once the first signal comes: `before`, with its number, and then the server's own end.

    The server waits for every connection. Those on which nothing is asked, or whose client does not read, are left a
    second after the process is no longer `busy`.
    """
    inherited = signal.getsignal(signal.SIGTERM)
    threading.Thread(target=_wait, args=(inherited, before, busy), name="shutdown", daemon=True).start()


def _wait(inherited: object, before: Callable[[int], None], busy: Callable[[], bool]) -> None:
    before(signal.sigwait(_SIGNALS))
    while signal.getsignal(signal.SIGTERM) is inherited:
        time.sleep(0.01)
    # Wherever a signal arrives, it wakes the event loop, which calls granian's handler.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    signal.raise_signal(signal.SIGTERM)
    while busy():
        time.sleep(0.05)
    time.sleep(_LAST_ANSWERS_SECONDS)
    os._exit(0)
