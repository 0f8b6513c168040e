"""Group commit: commands that wait at the same time share one transaction.

A command never waits for others to join it. If no transaction is running, the caller's thread executes it at once.
There are no other threads: the callers take turns to lead a group. A group that meets a lock does not wait long for it:
each of its batches is then stored by its own caller, so that a lock delays only those who need what it holds.
"""

import threading
from collections.abc import Sequence
from typing import Protocol

from django.db import InterfaceError, OperationalError
from msgspec import Struct

from shoplink.core import Command
from shoplink.flows.answer import Answer
from shoplink.flows.precondition import Precondition
from shoplink.store.database.trouble import kind_of
from shoplink.store.write.answers import Key


class PendingBatch(Struct, eq=False):
    """The commands of one caller (see `execute` for the fields), and their answers once they are executed.

    `replayed`: an answer is the stored one of an idempotency key.
    """

    commands: Sequence[Command]
    scope: str = ""
    link_id: str | None = None
    with_state: bool = False
    seen: Precondition | None = None
    answers: list[Answer] = []
    replayed: bool = False

    def idempotency_keys(self) -> set[Key]:
        """The idempotency keys of the commands, each with its scope."""
        return {(self.scope, command.key) for command in self.commands if command.key is not None}


class Store(Protocol):
    """Executes batches in one transaction; it waits long for locks only if `patient`."""

    def __call__(self, batches: list[PendingBatch], /, *, patient: bool) -> None:
        """Execute them, all or none."""


class _Waiting:
    """A batch whose thread waits until the batch is executed, has failed, or must be led by that thread itself.

    It waits for a lock that is released once: a thread that waits for an Event takes another lock when it wakes, which
    the one that woke it still holds.
    """

    def __init__(self, batch: PendingBatch) -> None:
        self.batch = batch
        self.error: BaseException | None = None
        self.group: list[_Waiting] = []
        self.alone = False
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def wait(self) -> None:
        """Wait to be woken."""
        self._asleep.acquire()

    def wake(self) -> None:
        """End the wait, once."""
        self._asleep.release()


class GroupCommit:
    """Executes batches, one group at a time."""

    def __init__(self, store: Store) -> None:
        """`store` executes several batches in one transaction, all or none."""
        self._store = store
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._is_running = False
        self._keys: set[Key] = set()

    def __call__(self, batch: PendingBatch) -> bool:
        """Execute a batch, on this thread or another; False if another batch with one of its keys is still running.

        Raises what `store` raises for this batch.
        """
        this, keys = _Waiting(batch), batch.idempotency_keys()
        with self._lock:
            if keys & self._keys:
                return False
            self._keys |= keys
            if self._is_running:
                self._waiting.append(this)
            else:
                self._is_running, this.group = True, [this]
        if not this.group:
            this.wait()
        try:
            if this.group:
                self._lead(this.group)
            if this.alone:
                self._store([batch], patient=True)
        finally:
            with self._lock:
                self._keys -= keys
        if this.error is not None:
            raise this.error
        return True

    def _lead(self, group: list[_Waiting]) -> None:
        """Store a group; then the first of the batches that arrived in the meantime leads all of them."""
        try:
            self._store_each(group)
        finally:
            with self._lock:
                following, self._waiting = self._waiting, []
                self._is_running = bool(following)
            if following:
                following[0].group = following
                following[0].wake()
            for waiting in group[1:]:
                waiting.wake()

    def _store_each(self, group: list[_Waiting]) -> None:
        """Store a group at once; if that fails, store each batch by itself, so that every caller gets its own error.

        If a lock is in the way, each caller stores its own batch. If the database is unreachable or may have committed,
        nothing is tried again and all callers get that error.
        """
        try:
            self._store([waiting.batch for waiting in group], patient=False)
        except Exception as error:  # noqa: BLE001 (raised in the threads that it belongs to)
            if kind_of(error) == "locked":
                for waiting in group:
                    waiting.alone = True
            elif len(group) > 1 and not isinstance(error, OperationalError | InterfaceError):
                for waiting in group:
                    self._store_each([waiting])
            else:
                for waiting in group:
                    waiting.error = error
        except BaseException as error:
            for waiting in group:
                waiting.error = error
            raise
