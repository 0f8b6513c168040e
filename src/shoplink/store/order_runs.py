"""The rows of runs that judge files of orders (`flows/order_run`)."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, insert, query
from shoplink.store.people.membership import instant_of

State = Literal["uploaded", "waiting", "judging", "done", "failed"]


class OrderRun(Struct, frozen=True):
    """A run, as stored; `shop_id` is None for a run of the platform. `progress` is of its step, in thousandths."""

    run_id: str
    shop_id: str | None
    person_id: str
    file_name: str
    file_bytes: int
    state: State
    created_at: datetime
    found: dict[str, Any] = {}
    choices: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    problem: str = ""
    step: str = ""
    progress: int = 0
    attempts: int = 0
    ended_at: datetime | None = None


_COLUMNS = ", ".join(OrderRun.__struct_fields__)


def add_run(run: OrderRun) -> None:
    """Store a new run."""
    with writing():
        insert(
            "order_run",
            [
                (
                    run.run_id,
                    run.shop_id,
                    run.person_id,
                    run.file_name,
                    run.file_bytes,
                    run.state,
                    _json(run.found),
                    _json(run.choices),
                    _json(run.summary),
                    run.problem,
                    run.step,
                    run.progress,
                    run.attempts,
                    to_micros(run.created_at),
                )
            ],
            run_id="text",
            shop_id="text",
            person_id="text",
            file_name="text",
            file_bytes="bigint",
            state="text",
            found="text",
            choices="text",
            summary="text",
            problem="text",
            step="text",
            progress="integer",
            attempts="integer",
            created_at="bigint",
        )


def one_run(run_id: str) -> OrderRun | None:
    """A run by its id."""
    found = query(f"SELECT {_COLUMNS} FROM order_run WHERE run_id = %s", run_id)
    return _run(found[0]) if found else None


def runs_of(shop_id: str, most: int) -> list[OrderRun]:
    """The newest runs of a shop."""
    found = query(
        f"SELECT {_COLUMNS} FROM order_run WHERE shop_id = %s ORDER BY number DESC LIMIT %s", shop_id, most
    )
    return [_run(row) for row in found]


def newest_runs(most: int) -> list[OrderRun]:
    """The newest runs of the platform and of all shops."""
    found = query(f"SELECT {_COLUMNS} FROM order_run ORDER BY number DESC LIMIT %s", most)
    return [_run(row) for row in found]


def ask_for(run_id: str, choices: dict[str, Any], *, keep_summary: bool = False) -> bool:
    """Have something done with a run, unless it is waiting or being judged; returns whether it will be."""
    with writing():
        return (
            execute(
                "UPDATE order_run SET state = 'waiting', choices = %s,"
                " summary = CASE WHEN %s THEN summary ELSE '{}' END, problem = '', step = '',"
                " progress = 0, attempts = 0, ended_at = NULL"
                " WHERE run_id = %s AND state NOT IN ('waiting', 'judging')",
                _json(choices),
                keep_summary,
                run_id,
            )
            == 1
        )


def hold_next(at: datetime, until: datetime) -> OrderRun | None:
    """Hold the oldest run that waits, or whose process has let go of it, until an instant; None if there is none."""
    now = to_micros(at)
    for (run_id,) in query(
        "SELECT run_id FROM order_run WHERE state = 'waiting' OR (state = 'judging' AND held_until <= %s)"
        " ORDER BY number LIMIT 5",
        now,
    ):
        with writing():
            held = execute(
                "UPDATE order_run SET state = 'judging', held_until = %s, attempts = attempts + 1 WHERE run_id = %s"
                " AND (state = 'waiting' OR (state = 'judging' AND held_until <= %s))",
                to_micros(until),
                run_id,
                now,
            )
        if held:
            return one_run(run_id)
    return None


def keep_holding(run_id: str, until: datetime, step: str, progress: int) -> None:
    """Hold a run that is being judged for longer, and say how far it is."""
    with writing():
        execute(
            "UPDATE order_run SET held_until = %s, step = %s, progress = %s WHERE run_id = %s AND state = 'judging'",
            to_micros(until),
            step,
            progress,
            run_id,
        )


def end_run(run_id: str, state: State, at: datetime, *, summary: dict[str, Any], problem: str = "") -> None:
    """A held run has ended, as `done` or `failed`."""
    with writing():
        execute(
            "UPDATE order_run SET state = %s, summary = %s, problem = %s, held_until = NULL, ended_at = %s"
            " WHERE run_id = %s AND state = 'judging'",
            state,
            _json(summary),
            problem,
            to_micros(at),
            run_id,
        )


def keep_look(run_id: str, found: dict[str, Any]) -> None:
    """A held run was looked at: it waits for somebody to have it judged."""
    with writing():
        execute(
            "UPDATE order_run SET state = 'uploaded', found = %s, step = '', progress = 0, attempts = 0,"
            " held_until = NULL WHERE run_id = %s AND state = 'judging'",
            _json(found),
            run_id,
        )


def remove_run(run_id: str) -> bool:
    """Remove a run that is not being judged; returns whether it is gone."""
    with writing():
        return execute("DELETE FROM order_run WHERE run_id = %s AND state <> 'judging'", run_id) == 1


def runs_before(at: datetime, most: int) -> list[str]:
    """The ids of some runs that were made before an instant and are not being judged."""
    found = query(
        "SELECT run_id FROM order_run WHERE created_at < %s AND state <> 'judging' ORDER BY number LIMIT %s",
        to_micros(at),
        most,
    )
    return [run_id for (run_id,) in found]


def _run(row: tuple[Any, ...]) -> OrderRun:
    named = dict(zip(OrderRun.__struct_fields__, row, strict=True))
    for field in ("found", "choices", "summary"):
        named[field] = msgspec.json.decode(named[field])
    named["created_at"], named["ended_at"] = instant_of(named["created_at"]), from_micros(named["ended_at"])
    return OrderRun(**named)


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
