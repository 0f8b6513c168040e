"""The clock of a sandbox: what it says, and moving it forward.

Whatever is due on the way happens before the clock is moved further: it moves from one due instant to the next, and at each
of them the timer and the deliveries do what they would have done then. No other process can tell this from time that passes.
"""

import threading
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from shoplink.core.instant import shift
from shoplink.flows import clock
from shoplink.flows.message.loop import deliver_all
from shoplink.flows.message.remind import AFTER_REQUEST, BEFORE_EXPIRY
from shoplink.flows.tick import tick
from shoplink.store.database import sandbox
from shoplink.store.database.owner import exclusive_access
from shoplink.store.due import next_due_at

is_sandbox = sandbox.is_sandbox

MOVED_MAX = timedelta(days=36_525)
"""How far a clock can be moved in all: a hundred years."""

_TOGETHER = timedelta(minutes=1)
"""What is due within a minute happens in one step, each at its own instant: a thousand invitations are a few steps."""

Whereto = datetime | timedelta | Literal["next"]
"""An instant, how far from now, or the next instant at which something is due."""

Problem = Literal["passed", "nothing_due", "too_far", "moved"]

_moving = threading.Lock()


class ClockReading(Struct, frozen=True):
    """What a sandbox's clock says, when time alone does something next, and how far the clock was moved in all."""

    now: datetime
    next_due_at: datetime | None
    moved_by: timedelta


def read_clock() -> ClockReading:
    """What the clock of the sandbox in use says now."""
    at = clock.now()
    return ClockReading(at, _next_due_at(at), sandbox.moved_by())


def move_clock(whereto: Whereto, *, seen: timedelta | None = None) -> ClockReading | Problem:
    """Move the clock of the sandbox in use forward; returns what it says once all that was due on the way has happened.

    One caller at a time moves it, and others wait. `passed`: the instant has passed, and the clock is never moved back.
    `nothing_due`: time alone does nothing any more. `too_far`: more than `MOVED_MAX` in all. `moved`: the clock had been
    moved by `seen` when somebody saw it, and was moved since.
    """
    with _moving, exclusive_access("moving the clock"):
        if seen is not None and seen != sandbox.moved_by():
            return "moved"
        at = clock.now()
        target = _next_due_at(at) if whereto == "next" else whereto
        if isinstance(target, timedelta):
            target = shift(at, target)
        if target is None:
            return "nothing_due"
        if target <= at:
            return "passed"
        if target - clock.real_now() > MOVED_MAX:
            return "too_far"
        deliver_all()  # what has happened until now, before time makes it old
        while (due_at := _next_due_at(clock.now())) is not None and due_at < target:
            _pass_time_to(min(due_at + _TOGETHER, target))
        _pass_time_to(target)
        return read_clock()


def _pass_time_to(at: datetime) -> None:
    """Move the clock to an instant, and let happen what is due by then."""
    sandbox.move_to(at - clock.real_now())
    tick()
    deliver_all()


def _next_due_at(after: datetime) -> datetime | None:
    return next_due_at(after, BEFORE_EXPIRY, AFTER_REQUEST)
