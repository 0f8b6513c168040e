"""The only module that reads the system clock, and doubts it. On PostgreSQL it reads the database's, which workers share.

In a sandbox, `now` is as far ahead as its clock was moved: whatever has its instant in the event log, or is compared with
one, asks for it. `real_now` is for what a moved clock must not touch: who somebody is, floods and guesses, and which
process does what (docs/decisions/0024-a-clock-that-is-moved.md).

A wrong clock would end what is not due, and freeze what it recorded: the instants of a shop or an account never run
back, so whatever follows an event of a clock that was ahead has its instant until the clock reaches it. Therefore the
timer remembers what the clock said last.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from shoplink.core.instant import BEGINNING, format_instant, shift
from shoplink.store.database.clock import database_now
from shoplink.store.database.health import briefly, latest_event_at
from shoplink.store.database.marker import mark_of, move_mark
from shoplink.store.database.sandbox import is_sandbox, moved_by

Code = Literal["clock_behind", "clock_leapt", "clocks_differ"]

_APART_MAX = timedelta(minutes=5)
_LEAP_MAX = timedelta(hours=24)
_REMEMBERED_EVERY = timedelta(minutes=1)

_told = BEGINNING


class ClockProblem(Struct, frozen=True):
    """What speaks against the clock, in words for the operator."""

    code: Code
    detail: str


class ClockLeaptError(Exception):
    """The clock is so far ahead of what it said last that nothing is done by it until somebody says that it is right."""


def machine_now() -> datetime:
    """The current instant by the clock of this machine, in UTC."""
    return datetime.now(UTC)


def real_now() -> datetime:
    """The current instant, in UTC, whatever a sandbox's clock says."""
    return database_now() or machine_now()


def now() -> datetime:
    """The current instant, in UTC; in a sandbox, by its clock."""
    global _told  # noqa: PLW0603 (one value per process)
    moved = (
        moved_by()
    )  # first: what is moved meanwhile is too little, so that nothing is said before it has come
    _told = shift(real_now(), moved)
    return _told


def told() -> datetime:
    """An instant that has passed: what `now` said last in this process. It asks nobody, as `now` does on PostgreSQL."""
    return _told


def clock_problems() -> list[ClockProblem]:
    """What speaks against the clock now."""
    with briefly():
        at = now()
        found = [_behind(at), _leapt(at), _differ(real_now(), machine_now())]
    return [problem for problem in found if problem is not None]


def believe_clock() -> None:
    """Somebody says that the clock is right: what speaks against it now does so no more."""
    at, latest = now(), latest_event_at()
    if latest is not None and latest > at:
        move_mark("clock_was_ahead", latest)
    move_mark("clock", at)


def remember_clock(at: datetime) -> None:
    """The timer remembers what the clock says, about once a minute. Raises ClockLeaptError if that cannot be believed."""
    last = mark_of("clock")
    if last is not None and at - last > _LEAP_MAX and not is_sandbox():
        raise ClockLeaptError(_say_leapt(at, last))
    if last is None or abs(at - last) >= _REMEMBERED_EVERY:
        move_mark("clock", at)


def _behind(at: datetime) -> ClockProblem | None:
    latest, known = latest_event_at(), mark_of("clock_was_ahead")
    if latest is None or latest - at <= _APART_MAX or (known is not None and latest <= known):
        return None
    return ClockProblem(
        "clock_behind",
        f"the newest event is more than 5 minutes ahead of the clock: it is of {format_instant(latest)}, and the clock"
        f" says {format_instant(at)}; the clock is wrong now, or was when that event was recorded",
    )


def _leapt(at: datetime) -> ClockProblem | None:
    last = mark_of("clock")
    if last is None or at - last <= _LEAP_MAX or is_sandbox():
        return None
    return ClockProblem("clock_leapt", _say_leapt(at, last))


def _say_leapt(at: datetime, last: datetime) -> str:
    return (
        f"the clock is more than 24 hours ahead of what it said last: it says {format_instant(at)}, and said"
        f" {format_instant(last)}; it is wrong, or nothing ran in between"
    )


def _differ(at: datetime, machine: datetime) -> ClockProblem | None:
    apart = machine - at
    if abs(apart) <= _APART_MAX:
        return None
    return ClockProblem(
        "clocks_differ",
        f"the clock of this machine is {abs(apart).total_seconds():.0f} s"
        f" {'ahead of' if apart > timedelta(0) else 'behind'} the database's, by which everything is decided;"
        " codes of second factors need both",
    )
