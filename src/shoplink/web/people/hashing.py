"""How many passwords are hashed at the same time: it is slow by design, and must not take every thread.

The bound is in the hasher that Django is set to, so that it holds wherever a password is checked, set or changed.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

AT_A_TIME = os.cpu_count() or 1
"""How many passwords are hashed at a time: one per processor."""

_WAITING_MAX = 4 * AT_A_TIME
_WAIT_SECONDS = 5

_running = threading.BoundedSemaphore(AT_A_TIME)
_admitted = threading.BoundedSemaphore(AT_A_TIME + _WAITING_MAX)
_held = threading.local()


class HashingBusyError(Exception):
    """Too many passwords wait to be hashed, or the wait was too long."""


@contextmanager
def hashing_slot() -> Iterator[bool]:
    """Wait for a turn to hash a password; False if too many wait already, or if the wait is too long.

    Within the block this thread hashes without waiting again, so that it need not wait while it holds a transaction.
    """
    if getattr(_held, "slot", False):
        yield True
        return
    if not _admitted.acquire(blocking=False):
        yield False
        return
    try:
        if not _running.acquire(timeout=_WAIT_SECONDS):
            yield False
            return
        _held.slot = True
        try:
            yield True
        finally:
            _held.slot = False
            _running.release()
    finally:
        _admitted.release()


class Bounded:
    """Makes one of Django's hashers wait for its turn."""

    def encode(self, *args: Any, **kwargs: Any) -> str:
        """The hash of a password. Raises HashingBusyError."""
        with hashing_slot() as free:
            if not free:
                raise HashingBusyError
            hashed: str = super().encode(*args, **kwargs)  # type: ignore[misc] # of the hasher beside it
        return hashed


class BoundedHasher(Bounded, PBKDF2PasswordHasher):
    """Django's own hasher, so many at a time."""
