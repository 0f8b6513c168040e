"""How a serving process ends: at the first signal, once, however many follow.

Ctrl-C and service managers signal every process of a service, and its first process signals the others too.
granian's handler may deadlock if the second signal interrupts it, and is not there yet while the process
starts; so signals are taken by a thread of their own.
"""

import signal
import threading
import time

_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def end_at_the_first_signal() -> None:
    """Take SIGINT, SIGTERM and SIGHUP from now on; call in the main thread, before others are started."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    inherited = signal.getsignal(signal.SIGTERM)
    threading.Thread(target=_wait, args=(inherited,), name="ending", daemon=True).start()


def _wait(inherited: object) -> None:
    signal.sigwait(_SIGNALS)
    while (handler := signal.getsignal(signal.SIGTERM)) is inherited:
        time.sleep(0.01)
    assert callable(handler), "granian has set its own"
    handler(signal.SIGTERM, None)
