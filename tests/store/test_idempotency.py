"""A key belongs to one command: if it is sent again, it gets the same answer, and nothing is executed twice."""

from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from shoplink.core.instant import format_instant
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute, execute_as_of, execute_batch
from shoplink.flows.tick import tick
from shoplink.store.database.sql import execute as run_sql
from shoplink.store.database.sql import query
from tests.store.commands import (
    NOON,
    accept,
    command,
    execute_accepted,
    execute_accepted_as_of,
    invite,
    put_account,
    put_shop,
)
from tests.store.threads import is_waiting_for_a_lock, run_beside, run_together, wait_until

IN_PROGRESS = "idempotency.in_progress"
ROUNDS = 10
TICK = timedelta(microseconds=1)


def count(table: str) -> int:
    return int(query(f"SELECT count(*) FROM {table}")[0][0])


def repeated(answers: list[Answer]) -> list[Answer]:
    """What is answered to the same requests once more."""
    return [{**answer, "replayed": True} for answer in answers]


@pytest.mark.usefixtures("database")
class TestAKey:
    def test_with_the_same_command_is_given_the_same_answer_and_nothing_is_done(self) -> None:
        execute_accepted(put_shop("S"), put_account("A"))
        first = [execute(invite("S", "A", key="one"))]
        events = count("event")
        assert first[0]["outcome"] == "accepted"
        assert [execute(invite("S", "A", key="one"))] == repeated(first)
        assert count("event") == events

    def test_stays_refused_when_the_command_would_be_accepted_now(self) -> None:
        first = [execute(invite("S", "A", key="one"))]
        assert first[0]["outcome"] == "refused"
        execute_accepted(put_shop("S"), put_account("A"))
        assert [execute(invite("S", "A", key="one"))] == repeated(first)
        assert count("refusal") == 1
        assert execute(invite("S", "A", key="two"))["outcome"] == "accepted"

    def test_with_another_command_is_rejected_and_nothing_is_done(self) -> None:
        execute_accepted(put_shop("S", key="one"))
        for other in (put_shop("S", key="one", name="x"), put_account("A", key="one")):
            answer = execute(other)
            assert (answer["outcome"], answer["error"]) == ("rejected", "idempotency.other_body")
        assert (count("event"), count("account"), count("refusal")) == (1, 0, 0)

    def test_is_not_bound_to_the_instant_or_the_free_text(self) -> None:
        first = execute_accepted(put_shop("S", key="one"))
        later = format_instant(NOON + timedelta(days=1))
        assert [execute(put_shop("S", key="one", at=NOON + timedelta(days=1), about=later))] == repeated(
            first
        )

    def test_is_bound_to_who_acts(self) -> None:
        execute_accepted(put_shop("S", key="one", by={"kind": "platform", "id": "p"}))
        answer = execute(put_shop("S", key="one", by={"kind": "platform", "id": "q"}))
        assert answer["error"] == "idempotency.other_body"

    def test_twice_in_a_batch_does_it_once(self) -> None:
        answers = execute_accepted(put_shop("S", key="one"), put_account("A"), put_shop("S", key="one"))
        assert answers[0] == answers[2]
        assert count("event") == 2

    def test_twice_in_a_batch_with_two_commands_rejects_the_second(self) -> None:
        first, second = execute_batch([put_shop("S", key="one"), put_shop("T", key="one")])
        assert (first["outcome"], second["outcome"]) == ("accepted", "rejected")
        assert query("SELECT shop_id FROM shop") == [("S",)]

    def test_of_another_scope_is_another_key(self) -> None:
        execute_accepted(put_shop("S", key="one"), scope="alpha")
        execute_accepted(put_shop("T", key="one"), scope="beta")
        assert execute(put_shop("T", key="one"), scope="alpha")["outcome"] == "rejected"
        assert count("shop") == 2

    def test_is_kept_thirty_days(self) -> None:
        execute_accepted_as_of(put_shop("S", key="one"))
        kept_until = NOON + timedelta(days=30)
        assert tick(kept_until).forgotten == 0
        assert execute(put_shop("T", key="one"))["outcome"] == "rejected"
        assert tick(kept_until + TICK).forgotten == 1
        execute_accepted(put_shop("T", key="one"))


@pytest.mark.usefixtures("database")
def test_a_refusal_is_kept_as_long_as_is_set_and_says_who_asked_for_what() -> None:
    by = {"kind": "shop", "id": "seller-7"}
    execute_as_of([invite("S", "A", by=by)])
    kept_until = NOON + timedelta(days=settings.REFUSALS_KEPT_DAYS)
    assert tick(kept_until).forgotten == 0
    assert query("SELECT command, shop_id, account_id, by_kind, by_id FROM refusal") == [
        ("invite", "S", "A", "shop", "seller-7")
    ]
    assert tick(kept_until + TICK).forgotten == 1
    assert count("refusal") == 0


@pytest.mark.usefixtures("database")
def test_a_failed_transaction_keeps_neither_key_nor_effect() -> None:
    fail_when_keys_are_stored()
    with pytest.raises(DatabaseError, match="the disk is full"):
        execute_batch([put_shop("S", key="one"), invite("S", "A", key="two")])
    assert [count(table) for table in ("shop", "event", "refusal", "stored_answer")] == [0, 0, 0, 0]
    run_sql("DROP TRIGGER fail" + (" ON stored_answer" if connection.vendor == "postgresql" else ""))
    execute_accepted(put_shop("S", key="one"))


def fail_when_keys_are_stored() -> None:
    """Make the last statement of a transaction fail; on PostgreSQL it fails at the commit."""
    if connection.vendor == "sqlite":
        run_sql(
            "CREATE TRIGGER fail AFTER INSERT ON stored_answer BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
        return
    run_sql(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'the disk is full'; END$$"
    )
    run_sql(
        "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON stored_answer DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION fail()"
    )


@pytest.mark.usefixtures("database")
def test_of_threads_with_one_key_at_once_one_does_it() -> None:
    for number in range(ROUNDS):
        asked = put_shop(f"S{number}", key=f"key {number}")
        answers = run_together([partial(execute, asked)] * 8)
        accepted = [one for one in answers if one["outcome"] == "accepted"]
        assert accepted
        same = [
            accepted[0] | {"replayed": True},
            {name: accepted[0][name] for name in accepted[0] if name != "replayed"},
        ]
        assert all(one in same or one["error"] == IN_PROGRESS for one in answers)
        assert query("SELECT count(*) FROM event WHERE shop_id = %s", f"S{number}") == [(1,)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_key_whose_command_is_still_running_is_answered_so_without_waiting() -> None:
    execute_accepted(put_shop("S"), put_account("A"), invite("S", "A"))
    asked = accept("S", "A", key="one")
    with ExitStack() as held:
        held.enter_context(transaction.atomic())
        query("SELECT 1 FROM shop FOR UPDATE")
        with run_beside(lambda: execute(asked)) as running:
            # The thread has its key, and waits for the shop that is held here.
            wait_until(is_waiting_for_a_lock)
            (meanwhile,) = execute_batch([command("decline", shop_id="other", account_id="A", key="one")])
            held.close()
            first = running.result(10)
    assert (meanwhile["outcome"], meanwhile["error"]) == ("rejected", IN_PROGRESS)
    assert first["outcome"] == "accepted"
    assert execute(asked) == {**first, "replayed": True}
