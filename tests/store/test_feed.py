"""The feed: every committed event once, and no event ever appears before an event that has a position."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import pytest
from django.db import transaction

from shoplink.flows.execute import execute_batch
from shoplink.store.database.sql import query
from shoplink.store.write.feed import number_events, read_feed
from tests.store.commands import execute_accepted, put_account, put_shop
from tests.store.threads import is_waiting_for_a_lock, run_beside, run_together, wait_until

WRITERS = 4
BATCHES = 15
EVENTS = WRITERS * BATCHES * 2 + 1
HELD_SECONDS = 1.0
WITHIN_SECONDS = 20


@pytest.mark.usefixtures("database")
def test_positions_are_gapless_and_in_the_order_recorded() -> None:
    for number in range(5):
        execute_accepted(put_shop(f"S{number}"), put_account(f"A{number}"))
    number_events()
    positions = [position for position, _ in read_feed(0, 100)]
    assert positions == list(range(1, 11))
    assert query("SELECT position FROM event ORDER BY number") == [(number,) for number in positions]
    assert number_events() == 0
    assert [position for position, _ in read_feed(7, 2)] == [8, 9]
    assert read_feed(10, 100) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_an_event_is_not_in_the_feed_before_it_is_numbered() -> None:
    execute_accepted(put_shop("S"))
    assert read_feed(0, 100) == []
    assert number_events() == 1
    assert [position for position, _ in read_feed(0, 100)] == [1]


class Rush:
    """Writers, one of which stops in its transaction; two threads that number events; and one reader."""

    def __init__(self) -> None:
        self.slow_recorded = threading.Event()
        self.all_written = threading.Event()
        self.seen: list[str] = []

    def run(self) -> None:
        run_together([self.read, self.write_all, self.number, self.number])

    def write_all(self) -> None:
        writers: list[Callable[[], None]] = [partial(self.write, writer) for writer in range(WRITERS)]
        run_together([self.write_slowly, *writers])
        self.all_written.set()

    def write_slowly(self) -> None:
        with transaction.atomic():
            execute_batch([put_shop("slow")])  # a single command has a transaction of its own
            self.slow_recorded.set()
            time.sleep(HELD_SECONDS)

    def write(self, writer: int) -> None:
        assert self.slow_recorded.wait(WITHIN_SECONDS)
        for number in range(BATCHES):
            execute_accepted(put_shop(f"S{writer}-{number}"), put_account(f"A{writer}-{number}"))

    def number(self) -> None:
        while not self.all_written.is_set():
            number_events()
            time.sleep(0.005)
        number_events()

    def read(self) -> None:
        """Follow the feed as an outside reader does, by the last position alone."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while len(self.seen) < EVENTS:
            assert time.monotonic() < deadline, f"{EVENTS - len(self.seen)} events did not come"
            last = len(self.seen)
            page = read_feed(last, 7)
            assert [position for position, _ in page] == list(range(last + 1, last + len(page) + 1))
            self.seen += [data for _, data in page]
            if not page:
                time.sleep(0.002)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_reader_misses_nothing_while_writers_commit_out_of_order() -> None:
    rush = Rush()
    rush.run()
    assert len(set(rush.seen)) == EVENTS
    assert rush.seen == [data for (data,) in query("SELECT data FROM event ORDER BY position")]
    # The slow writer recorded first, and yet comes late: a position is given when it is committed.
    assert query("SELECT number, position > 1 FROM event WHERE shop_id = 'slow'") == [(1, True)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_two_who_number_at_once_do_so_one_after_the_other() -> None:
    """An event that is committed while a later one is being numbered comes after that one."""
    recorded, may_commit = threading.Event(), threading.Event()

    def record_slowly() -> None:
        with transaction.atomic():
            execute_batch([put_shop("slow")])  # a single command has a transaction of its own
            recorded.set()
            assert may_commit.wait(WITHIN_SECONDS)

    with ExitStack() as numbering:
        with run_beside(record_slowly):
            assert recorded.wait(WITHIN_SECONDS)
            execute_accepted(put_shop("fast"))
            numbering.enter_context(transaction.atomic())
            assert number_events() == 1
            may_commit.set()
        with run_beside(number_events) as other:
            wait_until(is_waiting_for_a_lock)
            numbering.close()
            assert other.result(WITHIN_SECONDS) == 1
    assert query("SELECT shop_id, position FROM event ORDER BY position") == [("fast", 1), ("slow", 2)]
