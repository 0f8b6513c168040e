"""If a rulebook starts at its own activation, that step's answer has everything that becomes due in the market."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shoplink.core import Command
from shoplink.core.instant import format_instant
from shoplink.flows.answer import Answer
from shoplink.flows.tick import tick
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query
from tests.rule import rule
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

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)
START = NOON + 10 * DAY
SECOND = timedelta(seconds=1)


def activation(at: datetime = START) -> Command:
    """R46: under this rulebook a request that is not answered in 7 days ends the link."""
    name = "seller-university-2025"
    return command("activate_rulebook", at, name=name, market="GB", effective_from=format_instant(START))


def cancellation(at: datetime = NOON) -> Command:
    name = "seller-university-2025"
    fields: dict[str, Any] = {
        "name": name,
        "market": "GB",
        "effective_from": format_instant(START),
        "note": "not yet",
    }
    return command("cancel_activation", at, **fields)


def a_creator_asked_to_be_unlinked(shop_id: str, account_id: str) -> None:
    pair: dict[str, Any] = {"shop_id": shop_id, "account_id": account_id}
    execute_accepted(
        put_shop(shop_id), put_account(account_id), invite(shop_id, account_id, "official"), now=lambda: NOON
    )
    execute_accepted(accept(shop_id, account_id), now=lambda: NOON)
    execute_accepted(command("request_unlink", **pair, network_region="GB"), now=lambda: NOON + DAY)


def stamped(answer: Answer) -> list[tuple[str, str | None, str]]:
    return [(event["type"], event.get("account_id"), event["at"]) for event in answer["events"]]


IN_ITS_OWN_STEP = [
    ("rulebook.activated", None, format_instant(START)),
    ("link.unlinked", "A", format_instant(START)),
    ("link.unlinked", "B", format_instant(START)),
]


@rule("R46")
@pytest.mark.parametrize("own_instants", [True, False])
def test_what_it_makes_overdue_ends_with_the_activation(own_instants: bool) -> None:  # noqa: FBT001 (a parameter of a test)
    a_creator_asked_to_be_unlinked("S", "A")
    a_creator_asked_to_be_unlinked("T", "B")
    earlier = put_shop("U")
    answers = (
        execute_accepted_as_of(earlier, activation())
        if own_instants
        else execute_accepted(earlier, activation(), now=lambda: START)
    )
    assert stamped(answers[1]) == IN_ITS_OWN_STEP


@rule("R46")
def test_the_same_if_it_starts_while_the_activation_waits_for_its_locks() -> None:
    """The clock is read before the locks, to know what is loaded, and once more under them."""
    a_creator_asked_to_be_unlinked("S", "A")
    a_creator_asked_to_be_unlinked("T", "B")
    instants = iter([START - SECOND])
    answers = execute_accepted(activation(), now=lambda: next(instants, START))
    assert stamped(answers[0]) == IN_ITS_OWN_STEP


@rule("R46")
def test_the_timer_finds_what_a_later_start_makes_overdue() -> None:
    a_creator_asked_to_be_unlinked("S", "A")
    execute_accepted_as_of(activation(NOON + 2 * DAY))
    assert tick(START - timedelta(microseconds=1)).due == 0
    assert tick(START).due == 1
    assert query("SELECT at FROM event WHERE type = 'link.unlinked'") == [(to_micros(START),)]


def due_instants() -> set[int | None]:
    return {due_at for (due_at,) in query("SELECT due_at FROM link")}


@rule("R46")
@pytest.mark.parametrize("again", [False, True])
def test_a_cancelled_start_is_due_for_no_link(again: bool) -> None:  # noqa: FBT001 (a parameter of a test)
    """Every link that waited for it waits on, in whatever shop; in one batch with its activation, too."""
    a_creator_asked_to_be_unlinked("S", "A")
    execute_accepted(activation(), now=lambda: NOON + 2 * DAY)
    a_creator_asked_to_be_unlinked("T", "B")
    assert due_instants() == {to_micros(START)}
    execute_accepted(
        cancellation(), *([activation(), cancellation()] if again else []), now=lambda: NOON + 3 * DAY
    )
    assert due_instants() == {None}
    assert list(verify(VerifyCounts())) == []
    tick(START + DAY)
    assert query("SELECT count(*) FROM link WHERE status = 'linked'") == [(2,)]
    assert list(verify(VerifyCounts())) == []


def test_a_start_that_is_cancelled_activated_anew_and_cancelled_in_one_batch() -> None:
    execute_accepted_as_of(activation(NOON))
    days = [NOON + number * DAY for number in range(1, 4)]
    execute_accepted_as_of(cancellation(days[0]), activation(days[1]), cancellation(days[2]))
    stored = query("SELECT cancelled_at FROM activation ORDER BY id")
    assert stored == [(to_micros(days[0]),), (to_micros(days[2]),)]
    assert list(verify(VerifyCounts())) == []
