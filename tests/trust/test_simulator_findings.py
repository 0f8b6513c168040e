"""Faults that the simulator has found in the write path, each reduced to a few commands, on both databases."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from shoplink.core import Command
from shoplink.core.instant import format_instant
from shoplink.flows.execute import execute_batch
from shoplink.flows.rulebooks import install_rulebook
from shoplink.flows.tick import tick
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
from tests.trust.strict_rulebooks import TEXTS

pytestmark = pytest.mark.usefixtures("database")

WAIVER: dict[str, Any] = {"code": "link.younger_than_minimum", "note": "ticket", "shop_id": "S"}


def test_a_waiver_granted_again_in_the_batch_that_ended_it_stands() -> None:
    grant, end = command("grant_waiver", until=None, **WAIVER), command("end_waiver", **WAIVER)
    execute_accepted(put_shop("S"), grant, end, grant)
    assert query("SELECT count(*) FROM waiver WHERE ended_at IS NULL") == [(1,)]
    execute_accepted(put_account("A"), invite("S", "A"), accept("S", "A"))
    execute_accepted(command("request_unlink", shop_id="S", account_id="A", network_region="GB"))


def test_a_clock_that_jumps_back_within_a_batch_gives_no_quota_back_too_early() -> None:
    """Ten links were established; the first reading is just after they have left the window, the second before."""
    execute_accepted_as_of(put_shop("S"), *(put_account(f"A{number}") for number in range(11)))
    left_at = NOON + timedelta(days=180)
    for number in range(10):
        pair: dict[str, Any] = {"shop_id": "S", "account_id": f"A{number}", "role": "marketing"}
        times: dict[str, Any] = {"linked_at": "2024-11-11T12:00:00Z", "unlinked_at": "2024-11-11T12:00:00Z"}
        execute_accepted_as_of(command("import_link", **pair, **times))
    readings = iter((left_at + timedelta(minutes=1), left_at - timedelta(minutes=1)))
    answer = execute_batch([invite("S", "A10")], now=lambda: next(readings))[0]
    decided_at = answer["events"][0]["at"]
    assert decided_at == "2025-05-10T12:01:00Z", "at the later of the two, when the links really have left"


def activate(name: str, at: datetime) -> Command:
    """The rulebook comes into force in GB at the very instant at which it is activated."""
    return command("activate_rulebook", at, name=name, market="GB", effective_from=format_instant(at))


def happened(kind: str) -> list[str]:
    """When events of this kind happened."""
    found = query("SELECT data FROM event WHERE type = %s ORDER BY number", kind)
    return [msgspec.json.decode(data)["at"] for (data,) in found]


def test_what_is_due_at_an_instant_comes_before_a_rulebook_activated_at_it() -> None:
    """The request is answered by the clock at the very instant at which requests begin to stay open."""
    execute_accepted_as_of(put_shop("S"), put_account("A"), activate("seller-university-2025", NOON))
    execute_accepted_as_of(invite("S", "A"), accept("S", "A"))
    asked_at = NOON + timedelta(days=2)
    pair: dict[str, Any] = {"shop_id": "S", "account_id": "A"}
    execute_accepted_as_of(command("request_unlink", asked_at, **pair, network_region="GB"))
    answered_at = asked_at + timedelta(days=7)
    execute_accepted_as_of(activate("guide-2024-11", answered_at))
    tick(answered_at + timedelta(days=1))
    assert happened("link.unlinked") == [format_instant(answered_at)]


def test_of_two_rulebooks_activated_at_one_instant_the_first_frees_what_it_frees() -> None:
    """A link that is held by the age of 21 is established by the rulebook that asks for 18, the second one or not."""
    strict = install_rulebook(TEXTS[1], "strict rulebooks").name
    held = put_account("A", birth_date="2005-01-01", registered_in="ID")
    execute_accepted_as_of(put_shop("S"), held, invite("S", "A"), accept("S", "A"), activate(strict, NOON))
    execute_accepted_as_of(put_account("A", birth_date="2005-01-01"))
    assert happened("link.established") == []
    later = NOON + timedelta(days=1)
    execute_accepted_as_of(activate("guide-2024-11", later), activate(strict, later))
    tick(later + timedelta(days=1))
    assert happened("link.established") == [format_instant(later)]
