"""A batch that collides with another one is tried again as a whole, and its caller does not notice."""

from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection, transaction

from shoplink.flows.execute import execute_batch
from shoplink.store.database.sql import execute, query
from tests.store.commands import execute_accepted, invite, put_account, put_shop
from tests.store.threads import deadlocks, is_waiting_for_a_lock, run_beside, run_together, wait_until


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_batch_that_a_deadlock_has_ended_is_done_after_all() -> None:
    execute_accepted(put_shop("S"), put_account("A"))
    with ExitStack() as held:
        # Somebody locks by hand, in the other order: the account, then the shop.
        held.enter_context(transaction.atomic())
        query("SELECT 1 FROM account FOR UPDATE")
        execute("SET LOCAL deadlock_timeout = '60s'")  # who looks first is thrown out: the batch
        execute("SET LOCAL lock_timeout = '20s'")
        with run_beside(
            lambda: (
                execute("SET deadlock_timeout = '3s'"),
                execute("SET lock_timeout = '20s'"),
                execute_batch([invite("S", "A")]),
            )[2]
        ) as invited:
            wait_until(is_waiting_for_a_lock)
            query("SELECT 1 FROM shop FOR UPDATE")
            held.close()
            assert invited.result(10)[0]["outcome"] == "accepted"
    assert deadlocks() >= 1  # one more if the batch is back before who waited has the lock
    assert query("SELECT count(*) FROM link") == [(1,)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_an_account_that_is_recorded_and_invited_while_a_batch_reads_is_no_error() -> None:
    """The batch finds no such account to lock, and then its invitation: it tries to record the account, and again."""
    execute_accepted(put_shop("S"))
    between: list[Any] = []

    def record_and_invite(execute: Any, sql: str, *rest: Any) -> Any:
        if "slot, due_at FROM link" in sql and not between:
            between.extend(run_together([lambda: execute_batch([put_account("A"), invite("S", "A")])]))
        return execute(sql, *rest)

    with connection.execute_wrapper(record_and_invite):
        (answer,) = execute_batch([put_account("A", handle="ann")])
    assert [one["outcome"] for one in (*between[0], answer)] == ["accepted"] * 3
    assert query("SELECT handle FROM account") == [("ann",)]
    assert query("SELECT status FROM link") == [("invited",)]
