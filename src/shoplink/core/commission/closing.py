"""The record of closed periods: which comes next, and that nothing of it was changed.

A period is closed once, in order, and never opened again: what changes of it later is stated in the next one.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core.commission.calendar import Calendar, StatementPeriod
from shoplink.core.commission.told import ToldError
from shoplink.core.instant import format_instant


class ClosingError(ToldError, ValueError):
    """A period that cannot be closed, or a record that cannot be used. `kind` is its sentence, `values` fill it."""

    def __init__(self, kind: str, **values: object) -> None:
        super().__init__(f"{kind}: {values}")
        self.told(kind, **values)


class Closing(Struct, frozen=True):
    """A closed period: its lines in `file`, whose content has the hash `sha256`.

    `digest` is over all this and the digest of the closing before.
    """

    period: str
    closed_at: datetime
    file: str
    sha256: str
    lines: int
    commission_minor: dict[str, int]
    digest: str = ""


class Record(Struct, frozen=True):
    """Everything that was closed, and how time was divided for it: `at` is the instant that places orders, in `zone`."""

    by: Calendar
    at: str
    zone: str
    closings: tuple[Closing, ...] = ()

    @property
    def last(self) -> StatementPeriod | None:
        """The period that was closed last."""
        return self.by.named(self.closings[-1].period) if self.closings else None

    @property
    def next(self) -> StatementPeriod | None:
        """The period after the closed ones; None if nothing is closed, or the list of days ends."""
        return None if self.last is None else self.by.following(self.last)


def sealed(record: Record, closing: Closing) -> Record:
    """The record with one more closing, which gets its digest."""
    before = record.closings[-1].digest if record.closings else ""
    written = replace(closing, digest=_digest(record, closing, before))
    return replace(record, closings=(*record.closings, written))


def require_unchanged(record: Record) -> None:
    """Require that every digest follows from the closings up to it. Raises ClosingError."""
    before = ""
    for closing in record.closings:
        if closing.digest != _digest(record, closing, before):
            raise ClosingError("record_changed", period=closing.period)
        before = closing.digest


def require_same_division(record: Record, by: Calendar, at: str, zone: str) -> None:
    """Require that time is divided as it was for what is closed; a list of days may have become longer.

    Raises ClosingError.
    """
    days = record.by.days
    same_days = by.days[: len(days)] == days
    for name, closed, found in (("--at", record.at, at), ("--time-zone", record.zone, zone)):
        if record.closings and closed != found:
            raise ClosingError("other_division", name=name, closed=closed, found=found)
    if record.closings and (record.by.by != by.by or not same_days):
        raise ClosingError("other_division", name="--by", closed=record.by.by, found=by.by)


def require_next(record: Record, period: StatementPeriod, open_before: Sequence[str]) -> None:
    """Require that a period can be closed now. `open_before` are the open periods before it that have rows.

    Raises ClosingError.
    """
    for closing in record.closings:
        if closing.period == period.name:
            at = format_instant(closing.closed_at)
            raise ClosingError("closed_already", period=period.name, closed_at=at)
    if record.last is not None and period != record.next:
        following = record.next.name if record.next else "–"
        raise ClosingError("not_next", period=period.name, next=following)
    if open_before:
        raise ClosingError("open_before", period=period.name, before=open_before[0])


def _digest(record: Record, closing: Closing, before: str) -> str:
    """The hash of a closing, of how time was divided, and of what was closed before."""
    parts = (
        before,
        record.by.by,
        record.at,
        record.zone,
        closing.period,
        format_instant(closing.closed_at),
        closing.file,
        closing.sha256,
        str(closing.lines),
        *(f"{currency} {minor}" for currency, minor in sorted(closing.commission_minor.items())),
    )
    return sha256("\n".join(parts).encode()).hexdigest()
