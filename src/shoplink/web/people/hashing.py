"""How many passwords are checked at the same time: the check is slow by design, and must not take every thread."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_AT_A_TIME = os.cpu_count() or 1
_WAITING_MAX = 4 * _AT_A_TIME
_WAIT_SECONDS = 5

_running = threading.BoundedSemaphore(_AT_A_TIME)
_admitted = threading.BoundedSemaphore(_AT_A_TIME + _WAITING_MAX)


@contextmanager
def hashing_slot() -> Iterator[bool]:
    """Wait for a turn to check a password; False if too many wait already, or if the wait is too long."""
    if not _admitted.acquire(blocking=False):
        yield False
        return
    try:
        if not _running.acquire(timeout=_WAIT_SECONDS):
            yield False
            return
        try:
            yield True
        finally:
            _running.release()
    finally:
        _admitted.release()
