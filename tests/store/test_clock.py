"""A clock that goes back does no harm: no event is earlier than the one before it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shoplink.core import Command
from shoplink.core.instant import format_instant
from tests.store.commands import accept, command, execute_accepted, invite, put_account, put_product, put_shop

pytestmark = pytest.mark.usefixtures("database")

LATE = datetime.now(UTC) + timedelta(days=9)
EARLY = LATE - timedelta(minutes=30)
PAIR: dict[str, Any] = {"shop_id": "S", "account_id": "A"}


def stamped(asked: Command, at: datetime) -> str:
    """The instant of a command's first event when the clock is at `at`."""
    at_text: str = execute_accepted(asked, now=lambda: at)[0]["events"][0]["at"]
    return at_text


def test_facts_follow_facts() -> None:
    execute_accepted(put_shop("S"), put_account("A"), now=lambda: LATE)
    assert stamped(put_shop("S", name="x"), EARLY) == format_instant(LATE)
    assert stamped(put_account("A", followers=3), EARLY) == format_instant(LATE)


def test_a_product_follows_itself() -> None:
    execute_accepted(put_shop("S"), now=lambda: EARLY)
    execute_accepted(put_product("P", "S"), now=lambda: LATE)
    assert stamped(put_product("P", "S", title="Black tea"), EARLY) == format_instant(LATE)


def test_a_link_follows_the_facts_of_both_sides() -> None:
    execute_accepted(put_shop("S"), now=lambda: LATE)
    execute_accepted(put_account("A"), now=lambda: EARLY)
    assert stamped(invite("S", "A"), EARLY) == format_instant(LATE)


def test_what_happens_to_a_link_follows_what_happened_to_it() -> None:
    execute_accepted(put_shop("S"), put_account("A"), now=lambda: EARLY)
    execute_accepted(invite("S", "A"), now=lambda: LATE)
    assert stamped(accept("S", "A"), EARLY) == format_instant(LATE)


@pytest.mark.parametrize("ending", ["decline", "withdraw", "revoke"])
def test_an_account_is_invited_again_after_its_link_has_ended(ending: str) -> None:
    execute_accepted(put_shop("S"), put_shop("T"), put_account("A"), invite("S", "A"), now=lambda: EARLY)
    note: dict[str, Any] = {"note": "fraud"} if ending == "revoke" else {}
    execute_accepted(command(ending, **PAIR, **note), now=lambda: LATE)
    assert stamped(invite("T", "A"), EARLY) == format_instant(LATE)


def test_an_account_is_linked_again_after_it_was_unlinked() -> None:
    """Otherwise it would have been linked with two shops at the same instant (invariant 1)."""
    execute_accepted(put_shop("S"), put_shop("T"), put_account("A"), now=lambda: EARLY - timedelta(days=5))
    execute_accepted(invite("S", "A"), accept("S", "A"), now=lambda: EARLY - timedelta(days=5))
    execute_accepted(command("request_unlink", **PAIR, network_region="GB"), now=lambda: EARLY)
    execute_accepted(command("approve_unlink", **PAIR), now=lambda: LATE)
    execute_accepted(invite("T", "A"), now=lambda: EARLY)
    assert stamped(accept("T", "A"), EARLY) == format_instant(LATE)
