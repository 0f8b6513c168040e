"""Single commands that wait at the same time share a transaction and nothing else."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from typing import Self

import pytest
from django.db import OperationalError, connection

from shoplink.core import Command
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute
from shoplink.flows.group_commit import GroupCommit, PendingBatch
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute as run_sql
from shoplink.store.database.sql import is_postgresql, query
from tests.store.commands import execute_accepted, invite, put_account, put_shop
from tests.store.threads import wait_until

THREADS = 8
WITHIN_SECONDS = 10


class Work:
    """A store function for groups, which waits for a signal and fails for some batches."""

    def __init__(self, error: type[Exception] = ValueError) -> None:
        self.groups: list[list[str]] = []
        self.go = threading.Event()
        self.failing: set[str] = set()
        self.error = error

    def __call__(self, batches: list[PendingBatch], /, *, patient: bool) -> None:
        assert not patient, "only a batch that met a lock waits for it"
        scopes = [batch.scope for batch in batches]
        self.groups.append(scopes)
        assert self.go.wait(WITHIN_SECONDS)
        if failing := self.failing & set(scopes):
            raise self.error(*sorted(failing))


@contextmanager
def waiting_behind_the_first(work: Work) -> Iterator[dict[str, "Future[bool]"]]:
    """Batches "first" and then "0", "1", …, each from its own thread; all but the first wait."""
    group_commit = GroupCommit(work)
    with ThreadPoolExecutor(THREADS + 1) as pool:
        asked = {"first": pool.submit(group_commit, PendingBatch([], "first"))}
        wait_until(lambda: work.groups == [["first"]])
        for number in range(THREADS):
            asked[str(number)] = pool.submit(group_commit, PendingBatch([], str(number)))
            wait_until(lambda number=number: len(group_commit._waiting) == number + 1)  # type: ignore[misc]
        yield asked


def test_who_finds_nobody_is_running_does_not_wait_for_company() -> None:
    work = Work()
    work.go.set()
    group_commit = GroupCommit(work)
    assert [group_commit(PendingBatch([], str(number))) for number in range(3)] == [True] * 3
    assert work.groups == [["0"], ["1"], ["2"]]


def test_orders_that_come_meanwhile_are_done_at_once() -> None:
    work = Work()
    with waiting_behind_the_first(work) as asked:
        work.go.set()
    assert all(one.result() for one in asked.values())
    assert work.groups == [["first"], [str(number) for number in range(THREADS)]]


def test_the_error_of_one_is_nobody_elses() -> None:
    work = Work()
    work.failing = {"first", "3"}
    with waiting_behind_the_first(work) as asked:
        work.go.set()
    errors = {name: one.exception() for name, one in asked.items()}
    assert {name: repr(error) for name, error in errors.items() if error} == {
        "first": "ValueError('first')",
        "3": "ValueError('3')",
    }
    assert sorted(group[0] for group in work.groups if len(group) == 1) == ["0", *"1234567", "first"]


def test_where_the_database_may_have_committed_all_the_same_nothing_is_tried_again() -> None:
    work = Work(OperationalError)
    work.failing = {"3"}
    with waiting_behind_the_first(work) as asked:
        work.go.set()
    assert asked.pop("first").result()
    assert [str(one.exception()) for one in asked.values()] == ["3"] * THREADS
    assert len(work.groups) == 2


def test_an_order_with_a_key_that_is_being_worked_on_is_told_so_at_once() -> None:
    work = Work()
    group_commit = GroupCommit(work)
    keyed = partial(PendingBatch, [put_shop("S", key="one")])
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(group_commit, keyed("a"))
        wait_until(lambda: work.groups == [["a"]])
        waiting = pool.submit(group_commit, keyed("b"))  # the same key of somebody else is another key
        wait_until(lambda: len(group_commit._waiting) == 1)
        assert [group_commit(keyed("a")), group_commit(keyed("b"))] == [False, False]
        work.go.set()
    assert [first.result(), waiting.result()] == [True, True]
    assert group_commit(keyed("a"))


Sent = Future[list[Answer]]


class Senders:
    """Send single commands from their own threads, all of which are blocked until the block ends."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2 * THREADS)
        self._held = ExitStack()

    def __enter__(self) -> Self:
        self._held.enter_context(self._pool)
        self._held.enter_context(writing())
        if is_postgresql():
            query("SELECT 1 FROM shop FOR UPDATE")
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def one(self, command: Command) -> Sent:
        return self._pool.submit(self._send, command)

    def first_and_waiting(self, *commands: Command) -> list[Sent]:
        """The first command is running, the others wait."""
        sent = [self.one(commands[0])]
        wait_until(lambda: singles()._is_running)
        sent += map(self.one, commands[1:])
        wait_until(lambda: len(singles()._waiting) == len(commands) - 1)
        return sent

    def _send(self, command: Command) -> list[Answer]:
        try:
            return [execute(command)]
        finally:
            connection.close()


def refuse_the_shop(shop_id: str) -> None:
    if is_postgresql():
        run_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'this shop is refused'; END$$"
        )
        run_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON shop FOR EACH ROW"
            f" WHEN (NEW.shop_id = '{shop_id}') EXECUTE FUNCTION refuse()"
        )
    else:
        run_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON shop WHEN NEW.shop_id = '{shop_id}'"
            " BEGIN SELECT RAISE(ABORT, 'this shop is refused'); END"
        )


def singles() -> GroupCommit:
    """The group commit of single commands."""
    found: GroupCommit = import_module("shoplink.flows.execute")._singles
    return found


@pytest.mark.usefixtures("database")
class TestSingleCommands:
    def test_that_wait_share_a_transaction_and_its_instant(self) -> None:
        execute_accepted(put_shop("S"))
        with Senders() as senders:
            sent = senders.first_and_waiting(
                put_shop("S", name="x"), *(put_account(f"A{number}") for number in range(THREADS))
            )
        at = Counter(one.result()[0]["events"][0]["at"] for one in sent)
        assert sorted(at.values()) == [1, THREADS]

    def test_are_each_answered_for_themselves(self) -> None:
        execute_accepted(put_shop("S"), *(put_account(f"A{number}") for number in range(THREADS)))
        with Senders() as senders:
            sent = senders.first_and_waiting(
                put_shop("S", name="x"), *(invite("S", f"A{number}") for number in range(THREADS))
            )
        answers = [one.result()[0] for one in sent[1:]]
        outcomes = Counter(
            (one["outcome"], *(reason["code"] for reason in one["reasons"])) for one in answers
        )
        assert outcomes == {("accepted",): 4, ("refused", "shop.slots_full"): 4}
        invited = {f"A{number}": one["events"][0] for number, one in enumerate(answers) if one["events"]}
        assert all(event["account_id"] == account_id for account_id, event in invited.items())

    def test_do_not_fail_with_one_that_the_database_refuses(self) -> None:
        execute_accepted(put_shop("S"))
        refuse_the_shop("T3")
        with Senders() as senders:
            sent = senders.first_and_waiting(
                put_shop("S", name="x"), *(put_shop(f"T{number}") for number in range(6))
            )
        assert [number for number, one in enumerate(sent[1:]) if one.exception()] == [3]
        stored = [shop_id for (shop_id,) in query("SELECT shop_id FROM shop ORDER BY shop_id")]
        assert stored == ["S", "T0", "T1", "T2", "T4", "T5"]

    def test_with_a_key_that_waits_or_runs_are_told_so_at_once(self) -> None:
        execute_accepted(put_shop("S"))
        keyed = [put_shop("S", name=name, key=name) for name in ("x", "y")]
        with Senders() as senders:
            sent = senders.first_and_waiting(*keyed)
            meanwhile = [senders.one(one).result(WITHIN_SECONDS)[0] for one in keyed]
        assert [one["error"] for one in meanwhile] == ["idempotency.in_progress"] * 2
        first = [{**one.result()[0], "replayed": True} for one in sent]
        assert [execute(one) for one in keyed] == first
