"""What the simulator has found in the write path, each told in a few commands, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from shoplink.flows.execute import execute
from shoplink.store.sql import query
from tests.store.asking import NOON, accept, command, done, invite, put_account, put_shop

pytestmark = pytest.mark.usefixtures("database")

WAIVER: dict[str, Any] = {"code": "link.younger_than_minimum", "note": "ticket", "shop_id": "S"}


def test_a_waiver_granted_again_in_the_batch_that_ended_it_stands() -> None:
    grant, end = command("grant_waiver", until=None, **WAIVER), command("end_waiver", **WAIVER)
    done(put_shop("S"), grant, end, grant)
    assert query("SELECT count(*) FROM waiver WHERE ended_at IS NULL") == [(1,)]
    done(put_account("A"), invite("S", "A"), accept("S", "A"))
    done(command("request_unlink", shop_id="S", account_id="A", network_region="GB"))


def test_a_clock_that_jumps_back_within_a_batch_gives_no_quota_back_too_early() -> None:
    """Ten links were established; the first reading is just after they have left the window, the second before."""
    done(put_shop("S"), *(put_account(f"A{number}") for number in range(11)), now=None)
    left_at = NOON + timedelta(days=180)
    for number in range(10):
        pair: dict[str, Any] = {"shop_id": "S", "account_id": f"A{number}", "role": "marketing"}
        times: dict[str, Any] = {"linked_at": "2024-11-11T12:00:00Z", "unlinked_at": "2024-11-11T12:00:00Z"}
        done(command("import_link", **pair, **times), now=None)
    readings = iter((left_at + timedelta(minutes=1), left_at - timedelta(minutes=1)))
    answer = execute([invite("S", "A10")], now=lambda: next(readings))[0]
    decided_at = answer["events"][0]["at"]
    assert decided_at == "2025-05-10T12:01:00Z", "at the later of the two, when the links really have left"
