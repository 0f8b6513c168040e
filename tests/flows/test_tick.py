"""The timer finishes its other work if one part of it fails."""

import logging
from datetime import datetime, timedelta

import pytest

from shoplink.flows.tick import tick
from shoplink.store.database.sql import execute, query
from shoplink.store.read import tally
from tests.store.commands import NOON, execute_accepted_as_of, invite, outcome_as_of, put_account, put_shop

LATER = NOON + timedelta(days=3)

pytestmark = pytest.mark.usefixtures("database")


def test_a_link_that_never_settles_is_told_once_and_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    execute_accepted_as_of(put_shop("S"), *(put_account(f"A{number}") for number in range(3)))
    execute_accepted_as_of(*(invite("S", f"A{number}") for number in range(3)))
    execute("DELETE FROM account WHERE account_id = 'A1'")  # a row that somebody has removed by hand
    tick(NOON)  # nothing is due yet, which clears what was logged before
    with caplog.at_level(logging.ERROR, "shoplink.flows.tick"):
        tick(LATER)
        tick(LATER)
    assert [record.args for record in caplog.records] == [("A1",)]
    left = query("SELECT account_id, status FROM link ORDER BY number")
    assert left == [("A0", "expired"), ("A1", "invited"), ("A2", "expired")]


def test_an_account_of_which_several_links_are_due_is_looked_at_once() -> None:
    execute_accepted_as_of(put_account("A"), *(put_shop(f"S{number}") for number in range(3)))
    execute_accepted_as_of(*(invite(f"S{number}", "A") for number in range(3)))
    assert tick(LATER).due == 1
    assert query("SELECT count(*) FROM link WHERE status = 'expired'") == [(3,)]
    assert tick(LATER).due == 0


def test_what_must_be_forgotten_is_forgotten_even_if_nothing_can_be_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert outcome_as_of(invite("S", "A"))[0] == "refused"

    def fails(at: datetime) -> int:
        raise ValueError(at)

    monkeypatch.setattr(tally, "bring_up_to_date", fails)
    with pytest.raises(ValueError, match="2026"):
        tick(NOON.replace(year=2026))
    assert query("SELECT count(*) FROM refusal") == [(0,)]
