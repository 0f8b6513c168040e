"""Faults to plant in the running code, each by replacing one function or one fragment of SQL, to test the simulator.

This is the one place where our own code may be patched. The model shares the core, so only the oracle notices faults
that are planted there.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import transaction
from msgspec.structs import replace

from shoplink.core import Event, World
from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core.case import Case
from shoplink.core.instant import BEGINNING
from shoplink.core.reasons import Reason
from shoplink.flows import clock
from shoplink.store.write.feed import number_events_here

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

Plant = Callable[[pytest.MonkeyPatch], None]

# Whole modules, because a fault replaces the name by which a module knows another one's function.
(
    core_step,
    core_rules,
    live,
    execute,
    idempotent,
    transact,
    tick,
    load,
    save,
    commerce_load,
    commerce_save,
    sql,
) = (
    import_module(f"shoplink.{name}")
    for name in (
        "core.transition",
        "core.rules",
        "core.decisions.live",
        "flows.execute",
        "flows.idempotent",
        "flows.transaction",
        "flows.tick",
        "store.write.load",
        "store.write.save",
        "store.write.load_commerce",
        "store.write.save_commerce",
        "store.database.sql",
    )
)


def _fragment(module: Any, name: str, old: str, new: str) -> Plant:
    """Send another fragment of SQL through a module's `query` or `execute`."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real = getattr(module, name)
        patch.setattr(module, name, lambda statement, *params: real(statement.replace(old, new), *params))

    return plant


def a_lock_is_left_out(patch: pytest.MonkeyPatch) -> None:
    """A batch reads the state before it holds the lock, so another one can come in between."""
    real = transact.load

    def unlocked(
        work: Callable[[Any], Any], now: Callable[[], Any] = clock.now, *, activates: bool = False
    ) -> Any:
        """Run the work twice: once to load without a lock, then on the loaded state."""
        del activates
        early: list[Any] = []

        class LoadedError(Exception):
            pass

        def before(keys: Any, world: World, not_before: Any) -> Any:
            early.append(real(keys, world, not_before))
            raise LoadedError

        patch.setattr(transact, "load", before)
        with suppress(LoadedError):
            work(transact.Transaction(now))
        patch.setattr(transact, "load", lambda *_: early[0])
        with transact.writing():
            this = transact.Transaction(now)
            result = work(this)
            this.save()
        return result

    patch.setattr(execute, "transact", unlocked)


def a_batch_is_no_transaction(patch: pytest.MonkeyPatch) -> None:
    """Every statement is a transaction of its own."""

    @contextmanager
    def each_for_itself() -> Iterator[None]:
        yield

    patch.setattr(transact, "writing", each_for_itself)


def the_clock_is_read_before_the_lock(patch: pytest.MonkeyPatch) -> None:
    """The batch's instant can be earlier than the events before it."""
    real = transact.load

    def without_floor(keys: Any, world: World, not_before: Any) -> Any:
        loaded = real(keys, world, not_before)
        loaded.floor = BEGINNING
        return loaded

    patch.setattr(transact, "load", without_floor)


def a_deadline_is_inclusive(patch: pytest.MonkeyPatch) -> None:
    """`<` for `<=`: an invitation can still be accepted at its deadline."""
    real = core_step.advance

    def late(world: World, at: Any) -> list[Event]:
        due: list[Event] = real(world, at - TICK)
        world.now = max(world.now, at)
        return due

    for module in (core_step, transact):
        patch.setattr(module, "advance", late)


def the_timer_is_late(patch: pytest.MonkeyPatch) -> None:
    """`<` for `<=`: the timer leaves what is due at its own instant."""
    real = tick.links_due
    patch.setattr(tick, "links_due", lambda at, *page: real(at - TICK, *page))


def a_link_is_too_young_at_24_hours(patch: pytest.MonkeyPatch) -> None:
    """`>` for `>=` at the minimum link age."""
    real = core_rules.link_is_old_enough

    def later(case: Case) -> Reason | None:
        reason: Reason | None = real(replace(case, at=case.at - TICK))
        return reason

    for kind in (c.ApproveUnlink, c.Unlink, c.RequestUnlink):
        row = live.LINK_COMMANDS[kind]
        rules = tuple(later if rule is real else rule for rule in row.rules)
        patch.setitem(live.LINK_COMMANDS, kind, replace(row, rules=rules))


def a_link_stays_in_the_window(patch: pytest.MonkeyPatch) -> None:
    """`>=` for `>`: a link exactly as old as the window still counts in the quota."""
    patch.setattr(core_rules, "bisect_right", bisect_left)


def the_window_is_a_day_short(patch: pytest.MonkeyPatch) -> None:
    """Too few of the established links are loaded."""
    real = load.shift
    patch.setattr(load, "shift", lambda instant, duration: real(instant, duration + DAY))


def superseded_invitations_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """An account that is taken keeps its other invitations."""
    patch.setattr(live, "supersede_invitations", lambda *_, **__: ())


def an_unlink_is_not_counted(patch: pytest.MonkeyPatch) -> None:
    """The official unlinks of a shop are not loaded."""
    patch.setattr(load, "_read_unlinks", lambda *_: None)


def a_refusal_changes_something(patch: pytest.MonkeyPatch) -> None:
    """Refusing moves the account's last change."""
    real = execute.save_refusals

    def touching(refused: Sequence[Any]) -> None:
        real(refused)
        for command, _ in refused:
            sql.execute(
                "UPDATE account SET touched_at = touched_at + 1 WHERE account_id = %s",
                getattr(command, "account_id", None),
            )

    patch.setattr(execute, "save_refusals", touching)


def events_are_stored_after_the_commit(patch: pytest.MonkeyPatch) -> None:
    """If the process is killed between the two, the rows have changed without an event."""
    real = save.append

    def later(events: Sequence[Event]) -> None:
        given = list(events)
        transaction.on_commit(lambda: (real(given), number_events_here()))

    patch.setattr(save, "append", later)


def events_are_stored_twice(patch: pytest.MonkeyPatch) -> None:
    """As by an unguarded retry."""
    real = save.append
    patch.setattr(save, "append", lambda events: (real(events), real(events)))


def an_event_is_missing(patch: pytest.MonkeyPatch) -> None:
    """The row says that an unlink request is open, and the log does not."""
    real = save.append
    patch.setattr(
        save,
        "append",
        lambda events: real([event for event in events if not isinstance(event, e.UnlinkRequested)]),
    )


def an_answer_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    """A command that is sent again is executed again."""
    patch.setattr(idempotent.answers, "store_answers", lambda *_: None)


def a_row_is_not_saved(patch: pytest.MonkeyPatch) -> None:
    """The log says that a link is linked, and its row does not."""
    real = save.update

    def without_live(table: str, key: str, values: Sequence[Any], **types: str) -> None:
        real(table, key, [row for row in values if table != "link" or row[1] != "linked"], **types)

    patch.setattr(save, "update", without_live)


FAULTS: dict[str, Plant] = {
    "a lock is left out": a_lock_is_left_out,
    "a batch is no transaction": a_batch_is_no_transaction,
    "the clock is read before the lock": the_clock_is_read_before_the_lock,
    "a deadline is inclusive": a_deadline_is_inclusive,
    "the timer is late": the_timer_is_late,
    "a link is too young at 24 hours": a_link_is_too_young_at_24_hours,
    "a link stays in the window": a_link_stays_in_the_window,
    "the window is a day short": the_window_is_a_day_short,
    "a slot is not freed": _fragment(sql, "query", "'linked')", "'linked', 'declined')"),
    "superseded invitations are forgotten": superseded_invitations_are_forgotten,
    "an unlink is not counted": an_unlink_is_not_counted,
    "a refusal changes something": a_refusal_changes_something,
    "events are stored after the commit": events_are_stored_after_the_commit,
    "events are stored twice": events_are_stored_twice,
    "an event is missing": an_event_is_missing,
    "an answer is not kept": an_answer_is_not_kept,
    "a row is not saved": a_row_is_not_saved,
    "an item that was taken out is still there": _fragment(
        commerce_load, "query", "item.removed_at IS NULL", "item.added_at IS NOT NULL"
    ),
    "a product that is taken off sale is sold on": _fragment(
        commerce_save, "execute", "on_sale.until IS NULL", "on_sale.until IS NOT NULL"
    ),
    "products are synced to nobody": _fragment(
        sql, "execute", "synced_since = given.synced_since", "synced_since = NULL"
    ),
    "an end of a waiver is ignored": _fragment(load, "query", "ended_at IS NULL AND (", "("),
    "the oldest link of a pair is taken": _fragment(load, "query", "max(number)", "min(number)"),
    "held links do not know of a new rulebook": _fragment(
        save, "execute", "SET due_at = given.start_at", "SET due_at = due_at"
    ),
    "a request has no time to be answered": _fragment(
        sql,
        "execute",
        "due_at = given.due_at",
        "due_at = CASE WHEN given.unlink_requested_at IS NULL THEN given.due_at END",
    ),
}
"""Each fault by what is wrong."""
