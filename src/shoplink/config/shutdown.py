"""The shutdown of a worker process: at the first signal, however many follow.

Ctrl-C and service managers signal every process of a service, and the main process also signals its workers.
granian's handler may deadlock if a second signal interrupts it, and is not installed while the process starts.
Therefore a thread receives the signals.
"""

import signal
import threading
import time

_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def stop_at_first_signal() -> None:
    """Handle SIGINT, SIGTERM and SIGHUP from now on. Call this in the main thread before any other thread starts."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    inherited = signal.getsignal(signal.SIGTERM)
    threading.Thread(target=_wait, args=(inherited,), name="shutdown", daemon=True).start()


def _wait(inherited: object) -> None:
    signal.sigwait(_SIGNALS)
    while (handler := signal.getsignal(signal.SIGTERM)) is inherited:
        time.sleep(0.01)
    assert callable(handler), "granian has installed its own handler"
    handler(signal.SIGTERM, None)
