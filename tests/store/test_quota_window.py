"""What a quota counts is read as far back as the longest window of any rulebook that is installed."""

from datetime import timedelta
from typing import Any

import pytest

from shoplink.core.instant import format_instant
from shoplink.flows.rulebooks import install_rulebook
from tests.rule import rule
from tests.store.commands import (
    NOON,
    command,
    execute_accepted_as_of,
    invite,
    outcome_as_of,
    put_account,
    put_shop,
)
from tests.traceability import ROOT

DAY = timedelta(days=1)
GUIDE = ROOT / "src/shoplink/rulebooks/guide-2024-11.toml"


@rule("R25")
@pytest.mark.usefixtures("database")
def test_a_rulebook_with_a_shorter_window_hides_no_link_from_the_one_in_force() -> None:
    text = GUIDE.read_text(encoding="utf-8").replace('name = "guide-2024-11"', 'name = "monthly"')
    assert "days = 180" in text
    install_rulebook(text.replace("days = 180", "days = 30"), "monthly.toml")
    period: dict[str, Any] = {
        "linked_at": format_instant(NOON - 100 * DAY),
        "unlinked_at": format_instant(NOON - 90 * DAY),
        "role": "marketing",
    }
    names = [f"A{number}" for number in range(11)]
    execute_accepted_as_of(put_shop("S"), *map(put_account, names))
    execute_accepted_as_of(
        *(command("import_link", shop_id="S", account_id=name, **period) for name in names[:10])
    )
    assert outcome_as_of(invite("S", "A10")) == ("refused", ("shop.link_quota_spent",))
