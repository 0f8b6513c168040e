"""Without the application's own checks, the database still gives a slot once and an account to one shop."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from shoplink.core import Command
from shoplink.core.decisions import begin, live
from shoplink.core.rules import violations
from shoplink.flows.execute import execute
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import query
from shoplink.store.write.feed import number_events
from tests.store.commands import accept, execute_accepted, invite, put_account, put_shop
from tests.store.threads import run_together

pytestmark = pytest.mark.usefixtures("database")

ROUNDS = 3
THREADS = 8


@pytest.fixture(autouse=True)
def nothing_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No decision checks for a free slot or a free account, and no other invitations are superseded."""

    def less(rules: Sequence[Any], case: Any) -> tuple[Any, ...]:
        return violations(
            tuple(rule for rule in rules if rule.__name__ not in {"slot_is_free", "account_is_free"}), case
        )

    for module in (begin, live):
        monkeypatch.setattr(module, "violations", less)
    monkeypatch.setattr(live, "supersede_invitations", lambda *_, **__: ())


def race(commands: Sequence[Command]) -> Counter[str]:
    """Run the commands, each in its own thread; returns whether the database refused each, or its outcome."""

    def ask(command: Command) -> str:
        try:
            outcome: str = execute(command)["outcome"]
        except IntegrityError:
            return "held back"
        return outcome

    return Counter(run_together([partial(ask, one) for one in commands]))


def all_agrees() -> bool:
    number_events()
    return not list(verify(VerifyCounts()))


def test_a_slot_is_held_once() -> None:
    names = [f"A{one}" for one in range(THREADS)]
    execute_accepted(*map(put_account, names))
    for number in range(ROUNDS):
        execute_accepted(put_shop(f"S{number}"))
        ended = race([invite(f"S{number}", name, "official") for name in names])
        assert ended == {"accepted": 1, "held back": THREADS - 1}
    assert query("SELECT count(*) FROM link") == [(ROUNDS,)]
    assert all_agrees()


def test_an_account_is_linked_once() -> None:
    shops = [f"S{one}" for one in range(THREADS)]
    execute_accepted(*map(put_shop, shops))
    for number in range(ROUNDS):
        execute_accepted(put_account(f"A{number}"), *(invite(shop, f"A{number}") for shop in shops))
        ended = race([accept(shop, f"A{number}") for shop in shops])
        assert ended == {"accepted": 1, "held back": THREADS - 1}
    states = Counter(query("SELECT account_id, status FROM link"))
    assert {states[f"A{number}", "linked"] for number in range(ROUNDS)} == {1}
    assert all_agrees()
