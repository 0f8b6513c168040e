"""When support last corrected each fact of an account is stored, and was in every log before it was a column."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query
from tests.store.commands import NOON, command, execute_accepted_as_of, put_account

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)


def corrected_at() -> list[tuple[Any, ...]]:
    return query(
        "SELECT region_corrected_at, registered_in_corrected_at, birth_date_corrected_at FROM account"
        " ORDER BY account_id"
    )


def test_a_database_of_before_reads_the_corrections_from_its_log() -> None:
    for number, (account_id, facts) in enumerate(
        (
            ("A", {"registered_in": "IE"}),
            ("A", {"registered_in": "GB", "birth_date": "1990-05-17"}),
            ("B", {"region": "FR"}),
            ("A", {"registered_in": "GB"}),
        )
    ):
        at = NOON + number * HOUR
        recorded = [put_account(one) for one in ("A", "B", "C")] if number == 0 else []
        execute_accepted_as_of(
            *recorded, command("correct_account", at, account_id=account_id, note="n", **facts)
        )
    stored = corrected_at()
    first, second = to_micros(NOON + HOUR), to_micros(NOON + 2 * HOUR)
    assert stored == [(None, first, first), (second, None, None), (None, None, None)]
    call_command("migrate", "store", "0011", verbosity=0)
    call_command("migrate", "store", verbosity=0)
    assert corrected_at() == stored
    assert list(verify(VerifyCounts())) == []
