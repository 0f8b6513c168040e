"""A waiver that is ended in one batch is gone for the next."""

from datetime import timedelta
from typing import Any

import pytest

from tests.rule import rule
from tests.store.commands import (
    NOON,
    accept,
    command,
    execute_accepted_as_of,
    invite,
    outcome_as_of,
    put_account,
    put_shop,
)

HOUR = timedelta(hours=1)
PAIR: dict[str, Any] = {"shop_id": "S", "account_id": "A"}
WAIVER: dict[str, Any] = {"code": "link.younger_than_minimum", "shop_id": "S"}


@rule("R26", "R27")
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("until", [None, "2024-11-12T00:00:00Z"])
def test_a_waiver_holds_until_it_is_ended(until: str | None) -> None:
    execute_accepted_as_of(put_shop("S"), put_account("A"), invite("S", "A", "official"), accept("S", "A"))
    execute_accepted_as_of(command("grant_waiver", note="moving", until=until, **WAIVER))
    execute_accepted_as_of(command("request_unlink", NOON + HOUR, network_region="GB", **PAIR))
    execute_accepted_as_of(command("withdraw_unlink_request", NOON + HOUR, **PAIR))
    execute_accepted_as_of(command("end_waiver", NOON + 2 * HOUR, note="moved", **WAIVER))
    again = command("request_unlink", NOON + 3 * HOUR, network_region="GB", **PAIR)
    assert outcome_as_of(again) == ("refused", ("link.younger_than_minimum",))
    ended_twice = command("end_waiver", NOON + 3 * HOUR, note="moved", **WAIVER)
    assert outcome_as_of(ended_twice) == ("refused", ("waiver.not_found",))
