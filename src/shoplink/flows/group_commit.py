"""Group commit: orders that wait at the same time are done together, in one transaction instead of one each.

Nobody waits for company: an order that comes while nobody is at work is done at once, by its own thread. There is no
thread but those of the callers; they take turns at leading.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError
from msgspec import Struct

from shoplink.core import Command, World


class Order(Struct, eq=False):
    """What one caller wants done (`execute` says what each part is), and what it was answered."""

    commands: Sequence[Command]
    scope: str = ""
    show: Callable[[World], Any] | None = None
    link_id: str | None = None
    answers: list[dict[str, Any]] = []

    def idempotency_keys(self) -> set[tuple[str, str]]:
        """Its idempotency keys, each with what it is kept under."""
        return {(self.scope, command.key) for command in self.commands if command.key is not None}


class _Waiting:
    """An order and the thread that waits for it: until it is done, failed, or to be done by that thread itself."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.error: BaseException | None = None
        self.group: list[_Waiting] = []
        self.woken = threading.Event()


class Together:
    """Does orders, one group at a time."""

    def __init__(self, do: Callable[[list[Order]], None]) -> None:
        """`do` does several orders, all or none."""
        self._do = do
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._at_work = False
        self._keys: set[tuple[str, str]] = set()

    def __call__(self, order: Order) -> bool:
        """Have an order done, by this thread or another; False if another order with a key of it is not done yet.

        Raises what `do` raises of this order.
        """
        this, keys = _Waiting(order), order.idempotency_keys()
        with self._lock:
            if keys & self._keys:
                return False
            self._keys |= keys
            if self._at_work:
                self._waiting.append(this)
            else:
                self._at_work, this.group = True, [this]
        if not this.group:
            this.woken.wait()
        if this.group:
            self._lead(this.group)
        with self._lock:
            self._keys -= keys
        if this.error is not None:
            raise this.error
        return True

    def _lead(self, group: list[_Waiting]) -> None:
        """Do a group, then let the first of those who have come meanwhile lead them all."""
        try:
            self._do_each(group)
        finally:
            with self._lock:
                following, self._waiting = self._waiting, []
                self._at_work = bool(following)
            if following:
                following[0].group = following
                following[0].woken.set()
            for waiting in group[1:]:
                waiting.woken.set()

    def _do_each(self, group: list[_Waiting]) -> None:
        """All at once; if one of them fails each by itself, so that its error is nobody else's.

        Where the database is away or may have committed all the same, nothing is tried again: all are told so.
        """
        try:
            self._do([waiting.order for waiting in group])
        except Exception as error:  # noqa: BLE001 (raised in the threads that it belongs to)
            if len(group) > 1 and not isinstance(error, OperationalError | InterfaceError):
                for waiting in group:
                    self._do_each([waiting])
            else:
                for waiting in group:
                    waiting.error = error
        except BaseException as error:
            for waiting in group:
                waiting.error = error
            raise
