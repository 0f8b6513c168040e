"""Threads that compete for the same thing on PostgreSQL: exactly one gets it, and none waits permanently."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from shoplink.core import Command
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING, format_instant
from shoplink.core.people.commands import AddMember, BlockAccess, RemoveMember
from shoplink.core.people.facts import place_fields
from shoplink.flows.execute import execute_batch
from shoplink.flows.people import membership
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query
from shoplink.store.people.membership import add_person
from tests.store.commands import accept, command, execute_accepted, invite, outcome, put_account, put_shop
from tests.store.threads import deadlocks, is_waiting_for_a_lock, run_beside, run_together, wait_until

pytestmark = [
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
    pytest.mark.usefixtures("database"),
]

ROUNDS = 10
THREADS = 8

Outcome = tuple[str, tuple[str, ...]]


def accounts(number: int) -> list[str]:
    """A number of new accounts without problems."""
    names = [f"account-{number}-{one}" for one in range(THREADS)]
    execute_accepted(*(put_account(name) for name in names))
    return names


def race(commands: Sequence[Command]) -> Counter[Outcome]:
    """Execute each command in its own thread; returns the outcomes."""
    return Counter(run_together([partial(outcome, one) for one in commands]))


@pytest.fixture(autouse=True)
def nobody_was_ever_in_a_deadlock(database: str) -> Iterator[None]:
    """After a deadlock the transaction is tried again, so the answers do not show it. The server counts it."""
    yield
    assert deadlocks() == 0, database


def test_the_last_slot_is_given_once() -> None:
    for number in range(ROUNDS):
        execute_accepted(put_shop(f"S{number}"))
        ended = race([invite(f"S{number}", name, "official") for name in accounts(number)])
        assert ended == {("accepted", ()): 1, ("refused", ("shop.slots_full",)): THREADS - 1}


def test_the_last_unit_of_the_quota_is_given_once() -> None:
    for number in range(ROUNDS):
        execute_accepted(put_shop(f"S{number}"), *(put_account(f"old-{number}-{one}") for one in range(9)))
        month_ago = datetime.now(UTC) - timedelta(days=30)
        period: dict[str, Any] = {
            "linked_at": format_instant(month_ago),
            "unlinked_at": format_instant(month_ago + timedelta(days=2)),
        }
        pairs: list[dict[str, Any]] = [
            {"shop_id": f"S{number}", "account_id": f"old-{number}-{one}"} for one in range(9)
        ]
        execute_accepted(*(command("import_link", role="marketing", **period, **pair) for pair in pairs))
        ended = race([invite(f"S{number}", name) for name in accounts(number)])
        assert ended == {("accepted", ()): 1, ("refused", ("shop.link_quota_spent",)): THREADS - 1}


def test_an_account_is_linked_once() -> None:
    for number in range(ROUNDS):
        shops = [f"S{number}-{one}" for one in range(THREADS)]
        execute_accepted(put_account(f"A{number}"), *map(put_shop, shops))
        execute_accepted(*(invite(shop, f"A{number}", "official") for shop in shops))
        ended = race([accept(shop, f"A{number}") for shop in shops])
        assert ended == {("accepted", ()): 1, ("refused", ("link.wrong_state",)): THREADS - 1}
        states = Counter(query("SELECT status FROM link WHERE account_id = %s", f"A{number}"))
        assert states == {("linked",): 1, ("superseded",): THREADS - 1}


def test_a_new_shop_gets_one_market() -> None:
    for number in range(ROUNDS):
        shop_id = f"S{number}"
        markets = ["GB", "US"] * (THREADS // 2)
        ended = race([put_shop(shop_id, market=market) for market in markets])
        assert ended == {("accepted", ()): THREADS // 2, ("refused", ("shop.market_fixed",)): THREADS // 2}
        assert query("SELECT count(*) FROM event WHERE shop_id = %s", shop_id) == [(1,)]


def test_batches_that_cross_do_not_stop_each_other() -> None:
    shops = [f"S{number}" for number in range(6)]
    names = [f"A{number}" for number in range(6)]
    execute_accepted(*map(put_shop, shops), *map(put_account, names))

    def several_batches(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(ROUNDS):
            pairs = [(rng.choice(shops), rng.choice(names)) for _ in range(4)]
            kinds: tuple[Callable[[str, str], Command], ...] = (invite, accept, _decline, _rename, _follow)
            execute_batch([rng.choice(kinds)(*pair) for pair in pairs])

    run_together([partial(several_batches, seed) for seed in range(THREADS)])
    assert query("SELECT count(*) FROM event WHERE type = 'link.invited'") > [(0,)]


def test_new_records_are_stored_in_the_order_of_their_ids_whatever_the_batch() -> None:
    """So batches that record the same new things wait for each other in one order and cannot deadlock."""
    records = [put(f"X{one:02}") for one in range(40) for put in (put_shop, put_account)]
    execute_accepted(*random.Random(1).sample(records, len(records)))
    for table in ("shop", "account"):
        stored = [key for (key,) in query(f"SELECT {table}_id FROM {table} ORDER BY ctid")]
        assert stored == [f"X{one:02}" for one in range(40)]


def test_who_waits_for_a_lock_comes_after_whom_it_waited_for() -> None:
    execute_accepted(put_shop("S"))
    with ExitStack() as held:
        held.enter_context(transaction.atomic())
        query("SELECT 1 FROM shop FOR UPDATE")
        with run_beside(lambda: _at(execute_accepted(put_shop("S", name="second")))) as waiting:
            wait_until(is_waiting_for_a_lock)
            first = _at(execute_batch([put_shop("S", name="first")]))
            held.close()
            second = waiting.result(10)
    assert first <= second
    assert query("SELECT name FROM shop") == [("second",)]


def test_a_link_held_while_a_rulebook_is_activated_knows_its_start() -> None:
    start = datetime.now(UTC) + timedelta(days=30)
    for number in range(ROUNDS):
        names = [f"A{number}-{one}" for one in range(THREADS - 1)]
        start += timedelta(days=-1)
        execute_accepted(*(put_shop(f"S{name}") for name in names))
        execute_accepted(*(put_account(name, registered_in="ID") for name in names))
        execute_accepted(*(invite(f"S{name}", name) for name in names))
        activation = command(
            "activate_rulebook",
            name="seller-university-2025",
            market="GB",
            effective_from=format_instant(start),
        )
        ended = race([activation, *(accept(f"S{name}", name) for name in names)])
        assert ended == {("accepted", ()): THREADS}
        held = query("SELECT due_at FROM link WHERE status = 'in_review'")
        assert held == [(to_micros(start),)] * (THREADS - 1) * (number + 1)


def _at(answers: Sequence[dict[str, Any]]) -> str:
    at: str = answers[-1]["events"][0]["at"]
    return at


def _decline(shop_id: str, account_id: str) -> Command:
    return command("decline", shop_id=shop_id, account_id=account_id)


def _rename(shop_id: str, account_id: str) -> Command:
    return put_shop(shop_id, name=account_id)


def _follow(shop_id: str, account_id: str) -> Command:
    return put_account(account_id, handle=shop_id)


def test_a_change_of_members_waits_for_one_of_the_same_place() -> None:
    operator = Actor("platform", "operator")
    both = [add_person(name="Lin"), add_person(name="Mei")]
    fields = place_fields("shop", "S1")
    for person_id in both:
        membership.add(operator, person_id, "shop", "S1")
    removals = [
        RemoveMember(at=BEGINNING, by=Actor("shop", "S1"), **fields, person_id=person_id)
        for person_id in both
    ]
    with ExitStack() as stack:
        with transaction.atomic():
            assert outcome(removals[0]) == ("accepted", ())
            second = stack.enter_context(run_beside(partial(outcome, removals[1])))
            wait_until(is_waiting_for_a_lock)
        assert second.result() == ("refused", ("member.last",))


def test_a_person_who_is_being_blocked_joins_nowhere_meanwhile() -> None:
    operator, person_id = Actor("platform", "operator"), add_person(name="Lin")
    add = AddMember(at=BEGINNING, by=operator, **place_fields("shop", "S1"), person_id=person_id)
    block = BlockAccess(at=BEGINNING, by=operator, person_id=person_id)
    with ExitStack() as stack:
        with transaction.atomic():
            assert outcome(add) == ("accepted", ())
            blocked = stack.enter_context(run_beside(partial(outcome, block)))
            wait_until(is_waiting_for_a_lock)
        assert blocked.result() == ("accepted", ())
    assert membership.members("shop", "S1") == [], "the place that was new is left, too"
