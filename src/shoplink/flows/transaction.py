"""Write transactions: the only way in which an event enters the log.

`transact` runs a piece of work in one transaction:

1. the work loads, under lock, everything that it can read or change (`Transaction.load`);
2. the clock is read, because no other transaction can overtake this one now;
3. time passes in the loaded World;
4. the work decides, applies its events to the World and records them (`Transaction.record`);
5. the rows and the events are saved, and the events are numbered where no other process can write.
"""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, connection

from shoplink.core import Event, World, advance
from shoplink.core.event_base import Record
from shoplink.core.people.events import MemberEvent
from shoplink.core.ticket.events import TicketEvent
from shoplink.flows import clock
from shoplink.flows.rulebooks import default_rulebook, installed_rulebooks
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import begin_writing, is_postgresql
from shoplink.store.database.trouble import code_of, kind_of
from shoplink.store.ticket.tickets import open_tickets_about
from shoplink.store.write.feed import number_events_here
from shoplink.store.write.load import LoadedState, LoadKeys, load
from shoplink.store.write.save import save

T = TypeVar("T")

TRIES = 5
_DEADLOCK = "40P01"


class Transaction:
    """What one piece of work loads and changes. `transact` creates it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """`now` is the clock that the transaction reads."""
        self._now = now
        self._earliest = now()
        self._keys: LoadKeys | None = None
        self._loaded: LoadedState | None = None
        self._events: list[Event] = []
        self._records: list[Record] = []

    @property
    def earliest(self) -> datetime:
        """The clock's instant before any lock was taken. The transaction's own instant is never earlier."""
        return self._earliest

    def load(self, keys: LoadKeys) -> tuple[World, list[Event]]:
        """Lock and load what the work names, and let time pass in it up to the transaction's instant.

        Returns the World, whose `now` is that instant, and the events of time, which are saved with the others. Call
        this once. If the work turns out to touch what open tickets are about, these are added to `keys`, and the work
        runs again as a whole.
        """
        assert self._loaded is None, "a transaction loads once"
        world = World(installed_rulebooks(), default_rulebook(), mint_id)
        self._keys, self._loaded = keys, load(keys, world, self._earliest)
        # Never earlier than the clock was before, nor than anything that was loaded: waiting for a lock cannot turn
        # time back.
        due = advance(world, max(self._now(), self._earliest, self._loaded.floor))
        self._events += due
        return world, due

    def record(self, events: Iterable[Event], records: Iterable[Record] = ()) -> None:
        """Add events to save, in order, after those recorded before, and the records to save with them.

        The events must already be applied to the World.
        """
        self._events += events
        self._records += records

    def save(self) -> None:
        """Save the rows that the recorded events have changed, and the events. Nothing is saved if nothing was loaded."""
        if self._loaded is None:
            assert not self._events, "events are decided on what was loaded"
            return
        self._require_touched_tickets()
        save(self._loaded, self._events, self._records)
        if self._events and not is_postgresql():
            number_events_here()

    def _require_touched_tickets(self) -> None:
        """Require that the open tickets about what the events touch are held, so that the steps have judged them.

        Raises _LoadMoreError. Their other sides must be locked, too, and all locks are taken in one order, so the
        transaction begins anew.
        """
        assert self._loaded is not None, "the caller has checked this"
        assert self._keys is not None, "the keys of what is loaded"
        events = [event for event in self._events if not isinstance(event, TicketEvent | MemberEvent)]
        shops, accounts = (
            {subject for event in events if (subject := getattr(event, name, None)) is not None}
            for name in ("shop_id", "account_id")
        )
        if not (shops or accounts):
            return
        held = self._loaded.world.desk.tickets
        missing = [found for found in open_tickets_about(shops, accounts) if found[0] not in held]
        for found in missing:
            self._keys.add_ticket(*found)
        if missing:
            raise _LoadMoreError


class _LoadMoreError(Exception):
    """The work touches more than was loaded; its keys name it now."""


def transact(
    work: Callable[[Transaction], T],
    now: Callable[[], datetime] = clock.now,
    *,
    activates: bool = False,
    lock_ms: int | None = None,
) -> T:
    """Run a piece of work in one write transaction; returns its result after the commit.

    `activates`: the work may activate a rulebook, which excludes every other transaction. A transaction that collides
    with another (the same new shop, a deadlock) is rolled back and tried again as a whole, so `work` must not keep
    state from an earlier attempt. `lock_ms`: how long to wait for a lock on PostgreSQL, if not as long as the setting
    says. Raises the database's errors.
    """
    attempt = 1
    while True:
        try:
            with writing():
                begin_writing(activating=activates, lock_ms=lock_ms)
                transaction = Transaction(now)
                result = work(transaction)
                transaction.save()
        except _LoadMoreError:
            pass  # no failure: each time, there is one more ticket in the keys
        except DatabaseError as error:
            if kind_of(error) == "read_only":
                connection.close()  # the next one may lead to a database that can be written
            if attempt == TRIES or not _is_collision(error):
                raise
            attempt += 1
        else:
            return result


def pass_time(keys: LoadKeys, now: Callable[[], datetime] = clock.now) -> None:
    """Store the due events of the named shops and accounts."""
    transact(lambda transaction: transaction.load(keys), now)


def mint_id(kind: str) -> str:
    """A new id of a kind (`link`, `ticket`): short, random, in the form of all ids."""
    return f"{kind}_{secrets.token_hex(10)}"


def _is_collision(error: Exception) -> bool:
    """Whether two transactions collided, so that trying again can help."""
    return isinstance(error, IntegrityError) or code_of(error) == _DEADLOCK
